"""Figures in one style; every function returns its figure, or draws into the given `ax`."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from aelib.style import STYLE
from aelib.training import Run

WIDTH = 6.4  # inches; with the font size of the style, text is as large as the page's
GAP = 3  # pixels between two images of `images`
COLORS = {"Keras": "#c2410c", "PyTorch": "#4338ca", "PCA": "#15803d", "mean image": "#57534e"}
# Ten classes that color-blind readers can tell apart, too.
CLASS_COLORS = (
    "#648fff",
    "#ee6677",
    "#ccbb44",
    "#aa4499",
    "#33bbee",
    "#cc3311",
    "#bbbbbb",
    "#661100",
    "#332288",
    "#222222",
)


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Make a function draw in the style of the book, and show its figure once."""

    @wraps(draw)
    def wrapper(*args: Any, **kwargs: Any) -> Figure:
        with mpl.rc_context(STYLE):
            figure = draw(*args, **kwargs)
        # A notebook shows the figure that a cell returns; pyplot would show it a second time.
        plt.close(figure)
        return figure

    return wrapper


@styled
def panels(columns: int = 1, height: float = 3.0, **kwargs: Any) -> Figure:
    """Return an empty figure with so many panels side by side; `figure.axes` holds them."""
    figure, _ = plt.subplots(1, columns, figsize=(WIDTH, height), **kwargs)
    return figure


@styled
def images(
    rows: Mapping[str, ArrayLike],
    titles: Sequence[str] | None = None,
    columns: int = 10,
    signed: bool = False,
) -> Figure:
    """Show rows of gray images, each row with its name at the left.

    Args:
        rows: by name, images of shape (n, 28, 28) in [0, 1]; the first `columns` are shown.
        titles: a title for each column.
        columns: how many images a row has, at most.
        signed: whether the images are not in [0, 1] but of either sign, as weights are: zero is
            then a middle gray, and each row has a scale of its own.
    """
    stacks = {name: np.asarray(stack)[:columns] for name, stack in rows.items()}
    images_wide = max(map(len, stacks.values()))
    high, wide = next(iter(stacks.values())).shape[1:]
    # One picture of them all: an axes for each image takes many times as long to draw.
    canvas = np.full((len(stacks) * (high + GAP) - GAP, images_wide * (wide + GAP) - GAP), np.nan)
    for row, stack in enumerate(stacks.values()):
        gray = 0.5 + stack / (2 * np.abs(stack).max()) if signed else stack
        for column, image in enumerate(gray):
            top, left = row * (high + GAP), column * (wide + GAP)
            canvas[top : top + high, left : left + wide] = image
    label_width = 0.35 + 0.075 * max(map(len, stacks))
    side = (WIDTH - label_width) / columns
    title_height = 0.3 if titles is not None else 0.05
    size = label_width + side * images_wide, len(stacks) * side * 1.06 + title_height
    figure, ax = plt.subplots(figsize=size)
    ax.imshow(canvas, vmin=0, vmax=1, interpolation="nearest")  # as they are, pixel by pixel
    ax.set_axis_off()
    for row, name in enumerate(stacks):
        ax.text(-0.15 * wide, row * (high + GAP) + high / 2, name, ha="right", va="center")
    for column, title in enumerate(list(titles or ())[:images_wide]):
        middle = column * (wide + GAP) + wide / 2
        ax.text(middle, -GAP, title, fontsize=8, ha="center", va="bottom")
    return figure


def reconstructions(
    x: ArrayLike, outputs: Mapping[str, ArrayLike], labels: Sequence[str] | None = None
) -> Figure:
    """Show inputs above what each model makes of them."""
    return images({"input": x, **outputs}, titles=labels)


@styled
def grid(stack: ArrayLike, columns: int = 10, ax: Axes | None = None) -> Figure:
    """Show gray images of shape (n, height, width) as one tight mosaic, row by row."""
    array = np.asarray(stack)
    n, height, width = array.shape
    rows = -(-n // columns)
    padded = np.zeros((rows * columns, height, width))
    padded[:n] = array
    mosaic = padded.reshape(rows, columns, height, width).swapaxes(1, 2)
    if ax is None:
        size = min(WIDTH, 0.72 * columns)
        ax = plt.figure(figsize=(size, size * rows * height / (columns * width))).add_subplot()
    ax.imshow(mosaic.reshape(rows * height, columns * width), vmin=0, vmax=1)
    ax.set_axis_off()
    return ax.figure  # type: ignore[return-value]


@styled
def curves(
    runs: Mapping[str, Run],
    term: str = "loss",
    *,
    ylabel: str,
    per: float = 1.0,
    baselines: Mapping[str, float] | None = None,
    logarithmic: bool = False,
    ax: Axes | None = None,
) -> Figure:
    """Show a term by epoch for each run: training dashed, validation solid.

    Args:
        runs: by name; a name in `COLORS` gets its color.
        term: which entry of `run.history`.
        ylabel: what the axis measures, with its unit.
        per: divide the term by this, for example by the pixels.
        baselines: horizontal lines to compare with, by name.
        logarithmic: whether the axis is.
        ax: where to draw; by default a new figure.
    """
    if ax is None:
        ax = plt.figure(figsize=(WIDTH, 3.2)).add_subplot()
    for index, (name, run) in enumerate(runs.items()):
        epochs = np.arange(1, run.epochs + 1)
        # The first curve is the widest: where curves agree, each stays visible under the next.
        look: dict[str, Any] = {
            "color": COLORS.get(name, CLASS_COLORS[index % len(CLASS_COLORS)]),
            "linewidth": max(1.2, 3.6 - 1.6 * index),
        }
        if run.history["valid"]:
            valid = np.divide(run.history["valid"][term], per)
            ax.plot(epochs, valid, label=f"{name}, valid", **look)
        train = np.divide(run.history["train"][term], per)
        ax.plot(epochs, train, "--", alpha=0.6, label=f"{name}, train", **look)
    for name, value in (baselines or {}).items():
        ax.axhline(
            value, color=COLORS.get(name.split(",")[0], "#57534e"), linestyle=":", label=name
        )
    if logarithmic:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel=ylabel)
    ax.legend(fontsize=8, ncols=2)
    return ax.figure  # type: ignore[return-value]


@styled
def bars(
    groups: Mapping[str, Mapping[str, float]],
    *,
    xlabel: str,
    baselines: Mapping[str, float] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Show one number for each category as horizontal bars, a group of bars for each name.

    Args:
        groups: by name (a name in `COLORS` gets its color), the numbers by category; the first
            name decides the order of the categories, from top to bottom.
        xlabel: what the numbers are, with their unit.
        baselines: vertical lines to compare with, by name.
        ax: where to draw; by default a new figure.
    """
    categories = list(next(iter(groups.values())))
    if ax is None:
        height = 0.8 + 0.13 * len(categories) * (1 + len(groups))
        ax = plt.figure(figsize=(WIDTH, height)).add_subplot()
    width = 0.8 / len(groups)
    places = np.arange(len(categories))
    for index, (name, numbers) in enumerate(groups.items()):
        offset = (index - (len(groups) - 1) / 2) * width
        color = COLORS.get(name.split(",")[0], CLASS_COLORS[index % len(CLASS_COLORS)])
        values = [numbers[category] for category in categories]
        alpha = 0.5 if "," in name else 1.0  # a variant of a framework's model
        ax.barh(places + offset, values, width * 0.95, color=color, alpha=alpha, label=name)
    for name, value in (baselines or {}).items():
        color = COLORS.get(name.split(",")[0], "#57534e")
        ax.axvline(value, color=color, linestyle=":", label=name)
    ax.set_yticks(places, categories)
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set(xlabel=xlabel)
    if len(groups) + len(baselines or {}) > 1:
        ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return ax.figure  # type: ignore[return-value]


@styled
def latent_map(
    points: ArrayLike,
    labels: ArrayLike,
    classes: Sequence[str],
    thumbnails: ArrayLike | None = None,
    *,
    xlabel: str,
    ylabel: str,
    thumbnail_distance: float = 0.08,
    ax: Axes | None = None,
) -> Figure:
    """Show codes in the plane, colored by class, some of them as the image they stand for.

    Args:
        points: shape (n, 2).
        labels: the class of each point.
        classes: the names of the classes.
        thumbnails: the image of each point, (n, height, width); None shows points alone.
        xlabel: what the first axis is.
        ylabel: what the second axis is.
        thumbnail_distance: the least distance between two thumbnails, as a share of the map.
        ax: where to draw; by default a new figure.
    """
    xy, y = np.asarray(points, float), np.asarray(labels)
    if ax is None:
        ax = plt.figure(figsize=(WIDTH, 5.2)).add_subplot()
    for index, name in enumerate(classes):
        chosen = xy[y == index]
        color = CLASS_COLORS[index % len(CLASS_COLORS)]
        ax.scatter(
            chosen[:, 0], chosen[:, 1], s=7, color=color, linewidths=0, alpha=0.7, label=name
        )
    if thumbnails is not None:
        unit = (xy - xy.min(axis=0)) / np.ptp(xy, axis=0)
        shown = np.empty((0, 2))
        for point, place, label, image in zip(xy, unit, y, np.asarray(thumbnails), strict=True):
            if len(shown) and np.linalg.norm(shown - place, axis=1).min() < thumbnail_distance:
                continue
            shown = np.vstack([shown, place])
            edge = {"edgecolor": CLASS_COLORS[label % len(CLASS_COLORS)], "linewidth": 1.0}
            box = AnnotationBbox(
                OffsetImage(image, zoom=0.6, cmap="gray_r"), point, pad=0.08, bboxprops=edge
            )
            ax.add_artist(box)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(fontsize=8, markerscale=2, loc="center left", bbox_to_anchor=(1, 0.5))
    return ax.figure  # type: ignore[return-value]
