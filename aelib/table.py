"""Print a table on the page."""

from collections.abc import Mapping, Sequence

from IPython.display import Markdown, display


def table(rows: Mapping[str, Mapping[str, object]], columns: Sequence[str] | None = None) -> None:
    """Display rows as a Markdown table; a missing entry is a dash, numbers align right.

    Args:
        rows: the name of each row, and its entries by column; format the numbers beforehand.
        columns: which columns, in which order; by default all, in the order of their first use.
    """
    if columns is None:
        columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = ["| | " + " | ".join(columns) + " |", "|:--|" + "--:|" * len(columns)]
    for name, row in rows.items():
        entries = [str(row.get(column, "–")) for column in columns]
        lines.append(f"| {name} | " + " | ".join(entries) + " |")
    display(Markdown("\n".join(lines)))
