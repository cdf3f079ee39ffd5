"""The data sets: parsing, where files are looked up, and what stands in for them."""

import gzip
import hashlib
import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from requests.exceptions import ConnectionError as NoConnection
from scipy.io import savemat

import aelib
from aelib.data import idx, lookup
from aelib.data.lookup import CorruptData
from aelib.data.plane3d import NOISE, SPREAD, plane_axes
from aelib.data.sources import FILES, FOLDERS, IDX_FILES, MIRRORS, PAYLOAD_SHA256
from aelib.metrics import pca, principal_angles, spectral_angles

NAMES = ("fashion_mnist", "mnist")


def idx_file(array):
    """Return the bytes of an IDX file, written from the format's description."""
    array = np.asarray(array, np.uint8)
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("shape", [(5,), (3, 2, 4)], ids=str)
def test_idx_bytes_become_an_array(shape):
    expected = np.arange(np.prod(shape)).reshape(shape)
    found = idx.parse_idx(idx_file(expected))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)


def test_idx_by_hand():
    content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
    np.testing.assert_array_equal(idx.parse_idx(content), [[1, 2, 3], [4, 5, 255]])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file of unsigned bytes"),
        (b"\x1f\x8b\x08\x00", "not an IDX file of unsigned bytes"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0]), "not an IDX file of unsigned bytes"),
        (idx_file([1, 2, 3])[:-1], r"the header says \(3,\), but 2 values follow"),
        (idx_file([1, 2, 3]) + b"\0", r"the header says \(3,\), but 4 values follow"),
    ],
    ids=["empty", "gzip", "floats", "cut", "long"],
)
def test_bytes_that_are_no_idx_file(content, message):
    with pytest.raises(ValueError, match=message):
        idx.parse_idx(content)


@pytest.fixture
def payload():
    """A small stand-in for the published files: the second train image is bright."""
    train = np.zeros((7, 28, 28), np.uint8)
    train[1] = 255
    test = np.full((3, 28, 28), 51, np.uint8)
    return [idx_file(a) for a in (train, np.arange(7), test, np.arange(3))]


@pytest.fixture
def store(payload, monkeypatch):
    """`store(folder, name)` writes the stand-ins, and has them taken for the published files."""
    hashes = tuple(hashlib.sha256(content).hexdigest() for content in payload)
    for name in NAMES:
        monkeypatch.setitem(PAYLOAD_SHA256, name, hashes)
    split = idx.split
    monkeypatch.setattr(idx, "split", lambda *args: split(*args[:-1], (5, 2, 3)))

    def write(folder, name):
        place = Path(folder) / FOLDERS[name]
        place.mkdir(parents=True)
        for file, content in zip(IDX_FILES, payload, strict=True):
            (place / file).write_bytes(gzip.compress(content))
        return place

    return write


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, and the profile in which files are looked up."""
    monkeypatch.setenv("AELIB_PROFILE", "cpu")
    folder = tmp_path / "cache"
    monkeypatch.setattr(lookup.pooch, "os_cache", lambda _: folder)
    return folder


def no_download(*_args, **_kwargs):
    raise AssertionError("nothing may be downloaded here")


@pytest.mark.parametrize("name", NAMES)
def test_files_in_the_own_folder_are_read_and_split(store, tmp_path, monkeypatch, capsys, name):
    store(tmp_path / "own", name)
    monkeypatch.setenv("AELIB_DATA", str(tmp_path / "own"))
    monkeypatch.setattr(lookup.pooch, "retrieve", no_download)
    data = aelib.load(name)
    assert capsys.readouterr().out == ""
    assert (data.name, len(data.classes)) == (name, 10)
    assert [len(part) for part in (data.train, data.valid, data.test)] == [5, 2, 3]
    np.testing.assert_array_equal(data.train.x.max(axis=(1, 2)), [0, 1, 0, 0, 0])
    np.testing.assert_array_equal(data.valid.y, [5, 6])
    np.testing.assert_allclose(data.test.x, 0.2)
    assert data.train.x.dtype == np.float32
    assert data.train.y.dtype == np.int64


def test_the_split_of_the_published_files(monkeypatch):
    """The first 55,000 of the training images train, the last 5,000 validate."""
    x = np.zeros((60_000, 1, 1), np.uint8)
    y = np.arange(60_000) % 256
    contents = [idx_file(a) for a in (x, y, x[:10_000], y[:10_000])]
    monkeypatch.setattr(idx, "payloads", lambda _: contents)
    data = aelib.load("fashion_mnist")
    assert [len(part) for part in (data.train, data.valid, data.test)] == [55_000, 5_000, 10_000]
    np.testing.assert_array_equal(data.valid.y, np.arange(55_000, 60_000) % 256)
    np.testing.assert_array_equal(data.test.y, np.arange(10_000) % 256)
    assert repr(data).startswith("fashion_mnist: 55,000 train, 5,000 valid, 10,000 test")


def test_the_own_folder_comes_before_the_cache_and_the_cache_before_the_mirrors(
    store, cache, tmp_path, monkeypatch
):
    monkeypatch.setattr(lookup.pooch, "retrieve", no_download)
    monkeypatch.setenv("AELIB_DATA", str(tmp_path / "own"))
    read = []
    original = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or original(path))

    in_cache = store(cache, "mnist")
    aelib.load("mnist")
    assert {path.parent for path in read} == {in_cache}
    read.clear()
    in_own = store(tmp_path / "own", "mnist")
    aelib.load("mnist")
    assert {path.parent for path in read} == {in_own}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: gzip.compress(b"other"), "has SHA-256 .*, the published file has"),
        (lambda content: content[:-9], "is no complete gzip file"),
        (lambda content: b"<html>not found</html>", "is no complete gzip file"),
    ],
    ids=["other", "cut", "page"],
)
def test_a_damaged_file_is_named_and_not_replaced_in_silence(
    store, tmp_path, monkeypatch, damage, message
):
    path = store(tmp_path, "mnist") / IDX_FILES[2]
    path.write_bytes(damage(path.read_bytes()))
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    with pytest.raises(CorruptData, match=f"{IDX_FILES[2]} of mnist {message}.*delete it"):
        aelib.load("mnist")


@pytest.fixture
def mirrors(store, tmp_path, monkeypatch):
    """Return the addresses asked for, and what to raise or send instead of a file, by mirror."""
    monkeypatch.setenv("AELIB_OFFLINE", "0")
    published = store(tmp_path / "published", "mnist")
    asked, broken = [], {}

    def retrieve(url, known_hash, fname, path):
        if (Path(path) / fname).exists():  # as pooch does, where no hash is known
            return str(Path(path) / fname)
        asked.append(url)
        mirror = url.removesuffix(fname)
        answer = broken.get(mirror, (published / fname).read_bytes())
        if isinstance(answer, Exception):
            raise answer
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / fname).write_bytes(answer)
        return str(Path(path) / fname)

    monkeypatch.setattr(lookup.pooch, "retrieve", retrieve)
    return asked, broken


def test_files_are_downloaded_once_from_the_first_mirror(mirrors, capsys):
    asked, _ = mirrors
    for _ in range(2):
        assert aelib.load("mnist").name == "mnist"
    assert asked == [MIRRORS["mnist"][0] + file for file in IDX_FILES]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "failure", [NoConnection("down"), OSError("disk"), ValueError("404"), b"not gzip"], ids=repr
)
def test_the_second_mirror_helps_where_the_first_fails(mirrors, failure):
    asked, broken = mirrors
    first, second = MIRRORS["mnist"]
    broken[first] = failure
    assert aelib.load("mnist").name == "mnist"
    assert set(asked) == {mirror + file for mirror in (first, second) for file in IDX_FILES}


def test_where_every_mirror_fails_the_digits_stand_in_and_one_line_says_so(mirrors, cache, capsys):
    _, broken = mirrors
    broken.update(dict.fromkeys(MIRRORS["mnist"], NoConnection("down")))
    assert aelib.load("mnist").name == "digits"
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("mnist could not be downloaded")
    assert all(mirror in line for mirror in MIRRORS["mnist"])
    assert not list(cache.rglob("*.gz"))


@pytest.mark.parametrize("name", NAMES)
def test_offline_the_digits_stand_in_and_one_line_says_so(monkeypatch, capsys, name):
    monkeypatch.setattr(lookup.pooch, "retrieve", no_download)
    assert aelib.load(name).name == "digits"
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{name} is neither in AELIB_DATA nor in the cache")
    assert line.endswith(f"the embedded handwritten digits stand in for {name}")


def test_in_the_quick_profile_the_digits_stand_in_whatever_is_there(
    store, tmp_path, monkeypatch, capsys
):
    store(tmp_path, "mnist")
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    monkeypatch.setenv("AELIB_PROFILE", "quick")
    assert aelib.load("mnist").name == "digits"
    [line] = capsys.readouterr().out.splitlines()
    assert "digits stand in for mnist" in line


@pytest.fixture
def small_scene(monkeypatch):
    """Return endmembers, shares and the content of a file like Samson's, of 3 x 4 pixels."""
    rng = np.random.default_rng(0)
    endmembers, shares = rng.random((2, 5)), rng.dirichlet(np.ones(2), (3, 4))
    by_column = (shares @ endmembers).transpose(1, 0, 2).reshape(12, 5)  # as MATLAB stores them
    file = BytesIO()
    savemat(file, {"Y": by_column.T, "GT": endmembers, "S_GT": shares})
    hashes = (hashlib.sha256(file.getvalue()).hexdigest(),)
    monkeypatch.setitem(PAYLOAD_SHA256, "samson", hashes)
    return endmembers, shares, file.getvalue()


def test_samson_goes_row_by_row_and_its_shares_belong_to_its_pixels(
    small_scene, tmp_path, monkeypatch, capsys
):
    endmembers, shares, content = small_scene
    (tmp_path / "samson").mkdir()
    (tmp_path / "samson" / "Samson.mat").write_bytes(content)
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    data = aelib.load("samson")
    assert capsys.readouterr().out == ""
    assert data.train is data.valid is data.test
    assert data.train.shape == (3, 4)
    assert data.train.x.dtype == np.float32
    np.testing.assert_array_equal(data.endmembers, endmembers)
    np.testing.assert_array_equal(data.train.abundances.reshape(3, 4, 2), shares)
    np.testing.assert_allclose(data.train.x, data.train.abundances @ endmembers, rtol=1e-6)
    np.testing.assert_array_equal(data.train.y, shares.reshape(12, 2).argmax(axis=1))
    assert repr(data).startswith("samson: 12 train")


def test_samson_is_downloaded_and_checked(small_scene, cache, monkeypatch):
    *_, content = small_scene
    monkeypatch.setenv("AELIB_OFFLINE", "0")
    asked = []

    def retrieve(url, known_hash, fname, path):
        asked.append(url)
        Path(path).mkdir(parents=True)
        (Path(path) / fname).write_bytes(content)
        return str(Path(path) / fname)

    monkeypatch.setattr(lookup.pooch, "retrieve", retrieve)
    assert len(aelib.load("samson").train) == 12
    assert len(aelib.load("samson").train) == 12
    assert asked == [MIRRORS["samson"][0] + "Samson.mat"]
    (cache / "samson" / "Samson.mat").write_bytes(content[:-1])
    with pytest.raises(CorruptData, match=r"Samson\.mat of samson has SHA-256"):
        aelib.load("samson")


@pytest.mark.parametrize("profile", ["quick", "cpu"])
def test_where_samson_is_not_at_hand_the_spectra_stand_in(profile, monkeypatch, capsys):
    monkeypatch.setenv("AELIB_PROFILE", profile)
    assert aelib.load("samson").name == "spectra"
    [line] = capsys.readouterr().out.splitlines()
    assert line.endswith("the procedural spectra stand in for samson")


def test_every_file_has_a_hash_and_every_data_set_a_mirror():
    assert FILES.keys() == FOLDERS.keys() == MIRRORS.keys() == PAYLOAD_SHA256.keys()
    for name, files in FILES.items():
        assert len(PAYLOAD_SHA256[name]) == len(files)
        assert all(address.endswith("/") for address in MIRRORS[name])


def test_an_unknown_data_set_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'cifar'; .* mnist, plane3d, samson"):
        aelib.load("cifar")


def test_digits_are_gray_images_of_ten_classes():
    data = aelib.load("digits")
    parts = (data.train, data.valid, data.test)
    assert [len(part) for part in parts] == [1297, 200, 300]
    for part in parts:
        assert part.x.shape[1:] == (28, 28)
        assert part.x.dtype == np.float32
        assert 0 <= part.x.min() < part.x.max() <= 1
        assert set(part.y) == set(range(10))
    assert data.train.x.max() == 1
    np.testing.assert_array_equal(data.train.x, aelib.load("digits").train.x)


def test_digits_keep_their_labels():
    """Shuffled together: a mean image of each class classifies well above chance."""
    data = aelib.load("digits")
    means = np.stack([data.train.x[data.train.y == digit].mean(axis=0) for digit in range(10)])
    distances = np.square(data.test.x[:, None] - means).sum(axis=(2, 3))
    assert np.mean(distances.argmin(axis=1) == data.test.y) > 0.8


def test_plane3d_has_the_covariance_that_it_states():
    data = aelib.load("plane3d")
    x = np.concatenate([part.x for part in (data.train, data.valid, data.test)])
    assert x.shape == (3000, 3)
    axes = plane_axes()
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-12)
    covariance = axes @ np.diag(np.square(SPREAD)) @ axes.T + NOISE**2 * np.eye(3)
    np.testing.assert_allclose(np.cov(x.T), covariance, atol=0.06)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.06)
    angles = principal_angles(pca(x, 2).components.T, axes)
    assert angles.max() < 0.02


def test_plane3d_labels_are_the_sectors_of_the_true_angle():
    part = aelib.load("plane3d").train
    z = part.x @ plane_axes() / SPREAD
    angle = (np.arctan2(z[:, 1], z[:, 0]) + np.pi) / (2 * np.pi) * 8
    away = np.abs(angle.astype(int) - part.y) % 8
    assert np.mean(away == 0) > 0.75  # the noise moves a few points across a border
    assert np.mean((away <= 1) | (away == 7)) > 0.97
    assert set(part.y) == set(range(8))


@pytest.fixture(scope="module")
def wavy():
    """The waves, all parts together: x, mask, factors by name, y."""
    data = aelib.load("waves")
    parts = (data.train, data.valid, data.test)
    assert [len(part) for part in parts] == [8000, 1000, 1000]
    factors = {name: [part.factors[name] for part in parts] for name in data.train.factors}
    together = [[getattr(part, name) for part in parts] for name in ("x", "mask", "y")]
    x, mask, y = map(np.concatenate, together)
    return x[..., 0], mask, {name: np.concatenate(a) for name, a in factors.items()}, y


def test_waves_are_padded_with_zeros_after_their_length(wavy):
    x, mask, factors, _ = wavy
    assert x.shape == mask.shape == (10_000, 32)
    assert x.dtype == mask.dtype == np.float32
    np.testing.assert_array_equal(mask.sum(axis=1), factors["length"])
    assert set(factors["length"]) == set(range(16, 33))
    assert (np.diff(mask, axis=1) <= 0).all()
    assert not x[mask == 0].any()
    np.testing.assert_array_equal(x[:8000, :, None], aelib.load("waves").train.x)


def test_waves_are_the_sines_of_their_factors_and_noise(wavy):
    x, mask, factors, _ = wavy
    period, phase, amplitude = (factors[k][:, None] for k in ("period", "phase", "amplitude"))
    noise = x - amplitude * np.sin(phase + np.arange(32) * 2 * np.pi / period)
    assert noise[mask == 1].std() == pytest.approx(0.05, rel=0.01)
    assert abs(noise[mask == 1].mean()) < 5e-4
    both = noise[:, 1:] * noise[:, :-1]
    assert abs(both[mask[:, 1:] == 1].mean()) < 0.02 * 0.05**2  # one step does not tell the next


def test_each_factor_of_waves_is_uniform_and_tells_nothing_of_the_others(wavy):
    *_, factors, y = wavy
    limits = {"period": (6, 16), "phase": (0, 2 * np.pi), "amplitude": (0.5, 1.5)}
    for name, (low, high) in limits.items():
        counts, _ = np.histogram(factors[name], np.linspace(low, high, 6))
        assert counts.sum() == 10_000
        np.testing.assert_allclose(counts, 2000, atol=150)
    table = np.corrcoef(list(factors.values()))
    assert np.abs(table - np.eye(4)).max() < 0.03
    np.testing.assert_array_equal(y, np.floor((factors["period"] - 6) / 2.5))
    assert len(aelib.load("waves").classes) == 4


@pytest.fixture(scope="module")
def materials():
    return aelib.load("spectra")


PARTS = ("train", "valid", "test")


@pytest.mark.parametrize("part", PARTS)
def test_spectra_are_mixtures_and_noise(materials, part):
    scene = getattr(materials, part)
    assert scene.x.shape == (len(scene.abundances), 268) == (np.prod(scene.shape), 268)
    assert scene.x.dtype == np.float32
    noise = scene.x - scene.abundances @ materials.endmembers
    assert noise.std() == pytest.approx(0.005, rel=0.01)
    assert abs(noise.mean()) < 5 * 0.005 / np.sqrt(noise.size)
    np.testing.assert_allclose(noise.std(axis=0), 0.005, rtol=0.15)
    assert np.abs(np.corrcoef(noise[:, ::20].T) - np.eye(14)).max() < 0.16  # between bands


@pytest.mark.parametrize("part", PARTS)
def test_abundances_of_spectra_lie_on_the_simplex_and_are_smooth(materials, part):
    scene = getattr(materials, part)
    shares = scene.abundances
    assert shares.min() > 0
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(scene.y, shares.argmax(axis=1))
    image = shares.reshape(*scene.shape, 4)
    beside = np.abs(np.diff(image, axis=1)).mean()
    anywhere = np.abs(shares[:, None] - shares[None, ::50]).mean()
    assert beside < anywhere / 3
    if part == "train":  # each material is alone somewhere, and none is everywhere
        assert (shares.max(axis=0) > 0.99).all()
        assert 0.1 < shares.mean(axis=0).min() < shares.mean(axis=0).max() < 0.4


def test_spectra_have_three_scenes_of_the_same_materials(materials):
    assert [getattr(materials, part).shape for part in PARTS] == [(64, 64), (32, 32), (32, 32)]
    curves = materials.endmembers
    assert curves.shape == (4, 268)
    assert 0 < curves.min() < curves.max() < 1
    angles = spectral_angles(curves, curves)[np.triu_indices(4, 1)]
    assert angles.min() > 0.3
    peaks = dict(zip(materials.classes, curves.max(axis=1), strict=True))
    assert peaks["water"] < 0.2 * min(peaks[name] for name in ("soil", "plants", "rock"))
    assert np.abs(materials.valid.abundances - materials.test.abundances).mean() > 0.1
    np.testing.assert_array_equal(aelib.load("spectra").train.x, materials.train.x)
