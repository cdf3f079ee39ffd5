"""The chapters, read and cut into their sections."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(`{3,}|:{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)


@dataclass
class Section:
    """What stands below one heading."""

    heading: str
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The section's Markdown."""
        return "\n\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @property
    def code(self) -> list[NotebookNode]:
        """The section's code cells."""
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> str:
        """The section's text without directives."""
        return FENCE.sub("", self.text)


def cut(notebook: NotebookNode) -> list[Section]:
    """Return the sections of a notebook; a Markdown cell may hold the border of two."""
    sections = [Section("")]
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            sections[-1].cells.append(cell)
            continue
        first, *others = re.split(r"^(?=##? )", cell.source, flags=re.MULTILINE)
        sections[-1].cells.append(nbformat.v4.new_markdown_cell(first))
        for part in others:
            heading, _, text = part.partition("\n")
            sections.append(Section(heading.strip(), [nbformat.v4.new_markdown_cell(text)]))
    return sections[1:]


@pytest.fixture
def notebook(chapter) -> NotebookNode:
    """The chapter that a test is parametrized with; of CONTRIBUTING.md the chapter in it."""
    if chapter.suffix == ".md":
        [example] = re.findall(
            r"^```python\n(# %%.*?)^```", (ROOT / chapter).read_text(), re.M | re.S
        )
        return jupytext.reads(example, fmt="py:percent")
    return nbformat.read(ROOT / chapter, as_version=4)


@pytest.fixture
def code_cells(notebook) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def sections(notebook) -> dict[str, Section]:
    """The chapter's sections by heading."""
    return {section.heading: section for section in cut(notebook)}
