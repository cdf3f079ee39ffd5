"""Find the published files: the user's folder, the cache, then the mirrors."""

import gzip
import hashlib
import logging
import os
import warnings
import zlib
from pathlib import Path

from tqdm import TqdmWarning

from aelib.data.sources import FILES, FOLDERS, MIRRORS, PAYLOAD_SHA256

with warnings.catch_warnings():
    # In a notebook it misses the widgets for a progress bar that is never shown.
    warnings.simplefilter("ignore", TqdmWarning)
    import pooch


class NotAtHand(LookupError):
    """A data set is in none of the places where it was looked for."""


class CorruptData(ValueError):
    """A file was found, but does not hold the published bytes."""


def payloads(name: str) -> list[bytes]:
    """Return the content of a data set's files, decompressed, in the order of `FILES`.

    Raises `NotAtHand`, naming every place that was tried, or `CorruptData`.
    """
    folder, files = FOLDERS[name], FILES[name]
    cache = Path(pooch.os_cache("aelib")) / folder
    places = [cache]
    if own := os.environ.get("AELIB_DATA"):
        places.insert(0, Path(own) / folder)
    for place in places:
        if all((place / file).exists() for file in files):
            return [_payload(place / file, name) for file in files]
    if os.environ.get("AELIB_OFFLINE") == "1":
        raise NotAtHand(f"{name} is neither in AELIB_DATA nor in the cache, and AELIB_OFFLINE is 1")
    return [_download(name, file, cache) for file in files]


def _payload(path: Path, name: str) -> bytes:
    expected = PAYLOAD_SHA256[name][FILES[name].index(path.name)]
    content = path.read_bytes()
    try:
        content = gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise CorruptData(
            f"{path.name} of {name} is no complete gzip file ({error}): delete it, "
            f"it stands in {path.parent}, and load again"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise CorruptData(
            f"{path.name} of {name} has SHA-256 {found}, the published file has {expected}: "
            f"delete it, it stands in {path.parent}, and load again"
        )
    return content


def _download(name: str, file: str, cache: Path) -> bytes:
    pooch.get_logger().setLevel(logging.WARNING)
    failures = []
    for mirror in MIRRORS[name]:
        try:
            path = Path(pooch.retrieve(mirror + file, known_hash=None, fname=file, path=cache))
        except (OSError, ValueError) as error:  # requests' errors are OSErrors
            failures.append(f"{mirror}: {type(error).__name__}")
            continue
        try:
            return _payload(path, name)
        except CorruptData as error:
            path.unlink()
            failures.append(f"{mirror}: {error}")
    raise NotAtHand(f"{name} could not be downloaded ({'; '.join(failures)})")
