"""Figures: the right data, labels, a given axes, and no setting left behind."""

import matplotlib as mpl
import numpy as np
import pytest

from aelib import Run, plots

mpl.use("Agg")
STACK = np.random.default_rng(0).random((25, 28, 28))


@pytest.fixture
def runs():
    history = {
        "train": {"loss": [9.0, 5.0, 4.0], "kl": [1.0, 2.0, 3.0]},
        "valid": {"loss": [8.0, 6.0, 5.0], "kl": [1.5, 2.5, 3.5]},
    }
    return {
        name: Run(name, None, history, times=[1.0, 2.0, 3.0], parameters=10, pixels=4, kept=1)
        for name in ("Keras", "PyTorch")
    }


def draw_curves(runs, **options):
    return plots.curves(runs, ylabel="loss (nats)", **options)


def draw_map(**options):
    labels = np.arange(25) % 3
    options = {"xlabel": "$z_1$", "ylabel": "$z_2$", **options}
    return plots.latent_map(STACK[:, 0, :2], labels, ("a", "b", "c"), **options)


def draw_bars(**options):
    groups = {"Keras": {"a": 1.0, "b": 2.0}, "PyTorch": {"b": 4.0, "a": 3.0}}
    return plots.bars(groups, xlabel="error", **options)


DRAWINGS = {
    "panels": lambda runs: plots.panels(2),
    "images": lambda runs: plots.images({"a": STACK[:4], "b": STACK[4:8]}),
    "reconstructions": lambda runs: plots.reconstructions(STACK[:4], {"PCA": STACK[:4]}),
    "grid": lambda runs: plots.grid(STACK),
    "curves": draw_curves,
    "bars": lambda runs: draw_bars(),
    "latent_map": lambda runs: draw_map(thumbnails=STACK),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_figure_is_returned_once_and_settings_stay(runs, name):
    before = dict(mpl.rcParams)
    figure = DRAWINGS[name](runs)
    figure.canvas.draw()
    assert isinstance(figure, mpl.figure.Figure)
    assert figure.number not in plots.plt.get_fignums()  # a notebook would show it a second time
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    "draw",
    [
        lambda runs, ax: plots.grid(STACK, ax=ax),
        lambda runs, ax: draw_curves(runs, ax=ax),
        lambda runs, ax: draw_bars(ax=ax),
        lambda runs, ax: draw_map(ax=ax),
    ],
    ids=["grid", "curves", "bars", "latent_map"],
)
def test_a_given_axes_is_drawn_into(runs, draw):
    figure, (left, right) = plots.plt.subplots(1, 2)
    assert draw(runs, right) is figure
    assert right.has_data()
    assert not left.has_data()


def test_curves_show_the_history_of_a_term(runs):
    [ax] = draw_curves(runs, term="kl", per=2).axes
    lines = {line.get_label(): line for line in ax.lines}
    assert set(lines) == {f"{name}, {part}" for name in runs for part in ("train", "valid")}
    for name, run in runs.items():
        for part, style in (("valid", "-"), ("train", "--")):
            line = lines[f"{name}, {part}"]
            np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
            np.testing.assert_array_equal(line.get_ydata(), np.divide(run.history[part]["kl"], 2))
            assert line.get_linestyle() == style
            assert line.get_color() == plots.COLORS[name]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss (nats)")
    assert ax.get_legend() is not None


def test_curves_show_baselines_and_a_logarithmic_axis(runs):
    [ax] = draw_curves(runs, baselines={"PCA, 30 codes": 3.0}, logarithmic=True).axes
    [line] = [line for line in ax.lines if line.get_label() == "PCA, 30 codes"]
    assert set(line.get_ydata()) == {3.0}
    assert line.get_color() == plots.COLORS["PCA"]
    assert ax.get_yscale() == "log"


def test_curves_need_no_validation(runs):
    for run in runs.values():
        run.history["valid"] = {}
    [ax] = draw_curves(runs).axes
    assert {line.get_label() for line in ax.lines} == {f"{name}, train" for name in runs}


def shown(figure):
    """Return the gray values of a figure of `plots.images` as rows of images."""
    [ax] = figure.axes
    [picture] = ax.images
    assert picture.get_clim() == (0, 1)
    canvas = picture.get_array().filled(np.nan)
    step = 28 + plots.GAP
    rows = [canvas[top : top + 28] for top in range(0, len(canvas), step)]
    return [[row[:, left : left + 28] for left in range(0, row.shape[1], step)] for row in rows]


def test_images_show_each_row_on_one_gray_scale_with_its_name():
    figure = plots.images({"dark": STACK[:3] / 4, "bright": STACK[3:6]}, titles=["x", "y", "z"])
    np.testing.assert_array_equal(shown(figure), [STACK[:3] / 4, STACK[3:6]])
    texts = figure.axes[0].texts
    assert [text.get_text() for text in texts] == ["dark", "bright", "x", "y", "z"]
    (_, first), (_, second), *titles = (text.get_position() for text in texts)
    assert (first, second) == (14, 14 + 28 + plots.GAP)  # each in the middle of its row
    assert [left for left, _ in titles] == [14 + column * (28 + plots.GAP) for column in range(3)]


def test_signed_images_have_zero_in_the_middle_of_the_scale_of_their_row():
    strong, weak = 4 * STACK[:2] - 3, STACK[2:4] - 0.3
    rows = shown(plots.images({"strong": strong, "weak": weak}, signed=True))
    for gray, signed in zip(rows, (strong, weak), strict=True):
        np.testing.assert_allclose(gray, 0.5 + signed / np.abs(signed).max() / 2)


def test_a_shorter_row_ends_in_blank_places():
    rows = shown(plots.images({"long": STACK[:3], "short": STACK[3:5]}))
    assert np.isnan(rows[1][2]).all()
    assert not np.isnan(rows[0]).any()


def test_images_shows_no_more_than_the_columns_asked_for():
    [row] = shown(plots.images({"many": STACK}, titles=list("abcdefg"), columns=5))
    np.testing.assert_array_equal(row, STACK[:5])


def test_reconstructions_stand_below_their_inputs():
    above, below = shown(plots.reconstructions(STACK[:2], {"half": STACK[:2] / 2}))
    np.testing.assert_array_equal(below, np.array(above) / 2)


def test_a_grid_reads_row_by_row():
    [ax] = plots.grid(STACK[:7], columns=3).axes
    mosaic = ax.images[0].get_array()
    assert mosaic.shape == (3 * 28, 3 * 28)
    np.testing.assert_array_equal(mosaic[28:56, 28:56], STACK[4])
    assert not mosaic[56:, 28:].any()


def test_a_map_shows_every_code_in_the_color_of_its_class():
    [ax] = draw_map().axes
    sizes = [len(points.get_offsets()) for points in ax.collections]
    assert sizes == [9, 8, 8]
    np.testing.assert_array_equal(ax.collections[1].get_offsets()[0], STACK[1, 0, :2])
    colors = {mpl.colors.to_hex(points.get_facecolor()[0]) for points in ax.collections}
    assert colors == set(plots.CLASS_COLORS[:3])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$z_1$", "$z_2$")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "c"]


@pytest.mark.parametrize(("distance", "expected"), [(0.0, 25), (10.0, 1)])
def test_thumbnails_keep_their_distance(distance, expected):
    [ax] = draw_map(thumbnails=STACK, thumbnail_distance=distance).axes
    boxes = [artist for artist in ax.artists if isinstance(artist, mpl.offsetbox.AnnotationBbox)]
    assert len(boxes) == expected


def test_bars_stand_at_their_category_in_the_color_of_their_group():
    [ax] = draw_bars(baselines={"PCA, 2 codes": 2.5}).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    bars = {
        (container.get_label(), round(bar.get_y() + bar.get_height() / 2)): bar.get_width()
        for container in ax.containers
        for bar in container
    }
    assert bars == {("Keras", 0): 1, ("Keras", 1): 2, ("PyTorch", 0): 3, ("PyTorch", 1): 4}
    assert ax.containers[1][0].get_facecolor() == mpl.colors.to_rgba(plots.COLORS["PyTorch"])
    assert ax.lines[0].get_color() == plots.COLORS["PCA"]
    assert ax.get_xlabel() == "error"
