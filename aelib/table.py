"""Print a table on the page."""

from collections.abc import Mapping, Sequence

from IPython.display import Markdown, display

Rows = Mapping[str, Mapping[str, object]]


def table(rows: Rows, columns: Sequence[str] | None = None) -> None:
    """Display rows as a Markdown table; a missing entry is a dash, numbers align right.

    Args:
        rows: the name of each row, and its entries by column; format the numbers beforehand.
        columns: which columns, in which order; by default all, in the order of their first use.
    """
    display(Markdown(markdown(rows, columns)))


def markdown(rows: Rows, columns: Sequence[str] | None = None) -> str:
    """Return rows as a Markdown table, as `table` displays it."""
    if columns is None:
        columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = ["| | " + " | ".join(columns) + " |", "|:--|" + "--:|" * len(columns)]
    for name, row in rows.items():
        entries = [str(row.get(column, "–")) for column in columns]
        lines.append(f"| {name} | " + " | ".join(entries) + " |")
    return "\n".join(lines)
