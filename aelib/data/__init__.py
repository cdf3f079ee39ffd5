"""The data sets of the course: real ones by name, and small ones with a known truth."""

import os
from collections.abc import Callable

from aelib.data.dataset import Dataset, Sequences, Split
from aelib.data.digits import digits
from aelib.data.idx import load_idx
from aelib.data.lookup import NotAtHand
from aelib.data.plane3d import plane3d
from aelib.data.stand_in import stand_in
from aelib.data.waves import waves
from aelib.lab import profile

DOWNLOADED = ("fashion_mnist", "mnist")
EMBEDDED: dict[str, Callable[[], Dataset]] = {
    "digits": digits,
    "plane3d": plane3d,
    "waves": waves,
}

__all__ = ["Dataset", "Sequences", "Split", "load"]


def load(name: str) -> Dataset:
    """Return a data set by name.

    `fashion_mnist` and `mnist` hold 28 x 28 gray images in [0, 1]: the first 55,000 training
    images are `.train`, the last 5,000 `.valid`, and the 10,000 test images `.test`. They are
    looked up in the folder that `AELIB_DATA` names, in the user's cache, and then at the mirrors.
    In the quick profile, and where none of these has them, the embedded `digits` stand in, one
    printed line says so, and claims about real training are not checked. `digits`, `plane3d` and
    `waves` are always at hand.

    Raises:
        ValueError: no data set has that name.
        NotAtHand: it is nowhere, and `AELIB_REQUIRE_DATA=1` forbids a stand-in.
        CorruptData: a file was found, but is not the published one.
    """
    if name in EMBEDDED:
        return EMBEDDED[name]()
    if name not in DOWNLOADED:
        known = ", ".join(sorted([*DOWNLOADED, *EMBEDDED]))
        raise ValueError(f"there is no data set {name!r}; the data sets are {known}")
    if profile() == "quick":
        return stand_in(name, digits(), "quick profile")
    try:
        return load_idx(name)
    except NotAtHand as error:
        if os.environ.get("AELIB_REQUIRE_DATA") == "1":
            raise
        return stand_in(name, digits(), str(error))
