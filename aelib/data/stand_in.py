"""Remember when small data that need no file took the place of a data set that was asked for."""

from aelib.data.dataset import Dataset

WORDS = {"digits": "the embedded handwritten digits", "spectra": "the procedural spectra"}

# Process-wide, because claims are made far from where the data were loaded.
_asked: set[str] = set()


def stand_in(name: str, instead: Dataset, reason: str) -> Dataset:
    """Return the other data, say so in one line, and remember it."""
    _asked.add(name)
    print(f"{reason}: {WORDS[instead.name]} stand in for {name}")
    return instead


def standing_in() -> bool:
    """Return whether anything that was loaded is a stand-in."""
    return bool(_asked)
