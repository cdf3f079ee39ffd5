"""Remember when small embedded data took the place of a data set that was asked for."""

from aelib.data.dataset import Dataset

# Process-wide, because claims are made far from where the data were loaded.
_asked: set[str] = set()


def stand_in(name: str, embedded: Dataset, reason: str) -> Dataset:
    """Return the embedded data, say so in one line, and remember it."""
    _asked.add(name)
    print(f"{reason}: the embedded handwritten digits stand in for {name}")
    return embedded


def standing_in() -> bool:
    """Return whether anything that was loaded is a stand-in."""
    return bool(_asked)
