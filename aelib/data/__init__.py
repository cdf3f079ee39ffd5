"""The data sets of the course: real ones by name, and small ones with a known truth."""

import os
from collections.abc import Callable

from aelib.data.dataset import Dataset, Scene, Sequences, Spectra, Split
from aelib.data.digits import digits
from aelib.data.idx import load_idx
from aelib.data.lookup import NotAtHand
from aelib.data.plane3d import plane3d
from aelib.data.samson import load_samson
from aelib.data.spectra import spectra
from aelib.data.stand_in import stand_in
from aelib.data.waves import waves
from aelib.lab import profile

EMBEDDED: dict[str, Callable[[], Dataset]] = {
    "digits": digits,
    "plane3d": plane3d,
    "spectra": spectra,
    "waves": waves,
}
# By name, how one is read, and what stands in for it.
DOWNLOADED: dict[str, tuple[Callable[[], Dataset], Callable[[], Dataset]]] = {
    "fashion_mnist": (lambda: load_idx("fashion_mnist"), digits),
    "mnist": (lambda: load_idx("mnist"), digits),
    "samson": (load_samson, spectra),
}

__all__ = ["Dataset", "Scene", "Sequences", "Spectra", "Split", "load"]


def load(name: str) -> Dataset:
    """Return a data set by name.

    `fashion_mnist` and `mnist` hold 28 x 28 gray images in [0, 1]: the first 55,000 training
    images are `.train`, the last 5,000 `.valid`, and the 10,000 test images `.test`. `samson` is
    an image whose pixels are spectra. They are looked up in the folder that `AELIB_DATA` names, in
    the user's cache, and then at the mirrors. In the quick profile, and where none of these has
    them, the embedded `digits` stand in, for `samson` the procedural `spectra`; one printed line
    says so, and claims about real training are not checked. `digits`, `plane3d`, `spectra` and
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
    read, instead = DOWNLOADED[name]
    if profile() == "quick":
        return stand_in(name, instead(), "quick profile")
    try:
        return read()
    except NotAtHand as error:
        if os.environ.get("AELIB_REQUIRE_DATA") == "1":
            raise
        return stand_in(name, instead(), str(error))
