"""The executable statements of a chapter."""

from collections.abc import Mapping

from aelib.data.stand_in import standing_in
from aelib.lab import profile


class ClaimFailed(AssertionError):
    """A chapter said something that its own numbers do not support."""


def claim(
    text: str,
    value: float | Mapping[str, float],
    *,
    above: float | None = None,
    below: float | None = None,
    close_to: float | None = None,
    tol: float | None = None,
    quick: bool = False,
) -> None:
    """Check a statement about a measured value, and print `✓ text`.

    The value itself is not printed, so the line is the same on every machine, and with one
    framework or two. A structural claim (`quick=True`) is always checked; the others need real
    training, so the quick profile, and any other while embedded data stand in for a real data set,
    print `○ text` instead.

    Args:
        text: the statement, in words.
        value: what was measured; or one value for each framework, or anything else, by name: then
            each of them must lie in the band.
        above: the value must be greater than this.
        below: the value must be less than this.
        close_to: the value must lie within `tol` of this.
        tol: the distance that `close_to` allows; required with it.
        quick: whether the claim also holds, and is checked, on small data after little training.

    Raises:
        ClaimFailed: a value is outside its band, or not a number; it names which.
        ValueError: no band was given, or `close_to` without `tol`, or no value.
    """
    if above is None and below is None and close_to is None:
        raise ValueError(f"the claim {text!r} has no band: give above, below, or close_to and tol")
    if (close_to is None) != (tol is None):
        raise ValueError(f"the claim {text!r} needs close_to and tol together")
    values = value if isinstance(value, Mapping) else {"": value}
    if not values:
        raise ValueError(f"the claim {text!r} has no value")
    if not quick and (profile() == "quick" or standing_in()):
        print(f"○ {text}")
        return
    for name, measured in values.items():
        _check(f"{text} ({name})" if name else text, float(measured), above, below, close_to, tol)
    print(f"✓ {text}")


def _check(
    text: str,
    number: float,
    above: float | None,
    below: float | None,
    close_to: float | None,
    tol: float | None,
) -> None:
    bands = []
    if above is not None:
        bands.append((number > above, f"above {above:g}"))
    if below is not None:
        bands.append((number < below, f"below {below:g}"))
    if close_to is not None and tol is not None:
        bands.append((abs(number - close_to) <= tol, f"within {tol:g} of {close_to:g}"))
    if not all(holds for holds, _ in bands):
        wanted = " and ".join(words for _, words in bands)
        raise ClaimFailed(f"{text}: the value is {number:g}, and should be {wanted}")
