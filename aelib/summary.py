"""The table at the end of a chapter, and the same numbers for programs to read."""

from collections.abc import Mapping

from IPython.display import display

from aelib.table import markdown
from aelib.training.run import Run

MIME = "application/vnd.aelib.summary+json"

Row = dict[str, float]


def summary(
    runs: Mapping[str, Run],
    baselines: Mapping[str, float | Mapping[str, float]] | None = None,
    *,
    per_pixel: str | None = None,
    more: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Display what the runs of a chapter ended with, beside its baselines.

    Each run has a row: its loss and terms on the validation data, in nats or squared error an
    image, then the weights that were trained, epochs and seconds. The numbers are also part of the
    output in a form of their own, from which `make run` stores them in the notebook's metadata.

    Args:
        runs: by name.
        baselines: by name, a number to compare with the first column, or numbers by column.
        per_pixel: where given, the first and only column of losses is the reconstruction, or the
            loss where that is all there is, divided by the pixels, under this name with "per
            pixel".
        more: further columns of a run or a baseline, by its name.
    """
    column = "loss" if per_pixel is None else f"{per_pixel} per pixel"
    rows = {name: _row(run, column, per_pixel is not None) for name, run in runs.items()}
    for name, baseline in (baselines or {}).items():
        rows[name] = dict(baseline) if isinstance(baseline, Mapping) else {column: float(baseline)}
    for name, columns in (more or {}).items():
        rows.setdefault(name, {}).update({key: float(value) for key, value in columns.items()})
    last = ("parameters", "epochs", "seconds")
    found = dict.fromkeys(key for row in rows.values() for key in row)
    order = [*(key for key in found if key not in last), *(key for key in last if key in found)]
    cells = {name: {key: _format(v) for key, v in row.items()} for name, row in rows.items()}
    display({"text/markdown": markdown(cells, order), MIME: rows}, raw=True)


def _row(run: Run, column: str, per_pixel: bool) -> Row:
    part = "valid" if run.history["valid"] else "train"
    if per_pixel:
        losses = {column: run.per_pixel(part=part)}
    else:
        terms = dict.fromkeys(["loss", *run.history[part]])
        losses = {term: run.final(term, part) for term in terms}
    return losses | {
        "parameters": run.parameters,
        "epochs": run.epochs,
        "seconds": round(run.seconds, 1),
    }


def _format(value: float) -> str:
    """Return whole numbers in full, others with four significant digits."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
