"""Show neighboring notebook cells tagged ``keras`` or ``pytorch`` as synced tabs.

MyST-NB keeps the tags of code cells as classes of their containers but drops those of Markdown
cells, so a tagged Markdown cell is first wrapped in a ``{div}`` that names the framework.
A ``{tab-set}`` around the cells in the notebook itself does not work: a directive cannot contain
code cells. sphinx-design's own page script then syncs the tab sets, remembers the choice and
honors ``?framework=pytorch``.
"""

import json
import re
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx_design.shared import create_component

FRAMEWORKS = {"keras": "Keras", "pytorch": "PyTorch"}
SYNC_GROUP = "framework"


def framework_of_tags(tags: list[str]) -> str | None:
    """Return the framework that a cell's tags name, or None for a cell of both."""
    return next((framework for framework in FRAMEWORKS if framework in tags), None)


def framework_of_node(node: nodes.Node) -> str | None:
    """Return the framework that a rendered cell belongs to, or None for anything else."""
    if not isinstance(node, nodes.container):
        return None
    for framework in FRAMEWORKS:
        # The first is MyST-NB's class of a code cell, the second the div of a Markdown cell.
        if {f"tag_{framework}", f"ae-only-{framework}"} & set(node["classes"]):
            return framework
    return None


def is_framework_cell(node: nodes.Node) -> bool:
    """Return whether a node is a rendered cell of one framework."""
    return framework_of_node(node) is not None


def wrap_tagged_markdown(source: str) -> str:
    """Return the notebook's JSON with each tagged Markdown cell wrapped in a ``{div}``."""
    notebook = json.loads(source)
    for cell in notebook["cells"]:
        framework = framework_of_tags(cell["metadata"].get("tags", []))
        if cell["cell_type"] == "markdown" and framework:
            text = "".join(cell["source"])
            longest_fence = max(
                (len(colons) for colons in re.findall(r":{3,}", text)), default=2
            )
            fence = ":" * (longest_fence + 1)
            cell["source"] = f"{fence}{{div}} ae-only-{framework}\n{text}\n{fence}"
    return json.dumps(notebook)


def tab_item(framework: str, cells: list[nodes.container]) -> nodes.container:
    """Return one sphinx-design tab that holds a framework's cells."""
    label = nodes.rubric(
        FRAMEWORKS[framework],
        FRAMEWORKS[framework],
        classes=["sd-tab-label", f"ae-tab-{framework}"],
        sync_id=framework,
        sync_group=SYNC_GROUP,
    )
    content = create_component(
        "tab-content", classes=["sd-tab-content"], children=cells
    )
    item = create_component(
        "tab-item", classes=["sd-tab-item"], children=[label, content]
    )
    item["selected"] = False
    return item


def tab_set(cells: list[nodes.container]) -> nodes.container:
    """Return one tab set for a run of neighboring cells, each framework's cells in order."""
    items = []
    for framework in FRAMEWORKS:
        own = [cell for cell in cells if framework_of_node(cell) == framework]
        if own:
            items.append(tab_item(framework, own))
    result = create_component(
        "tab-set", classes=["sd-tab-set", "ae-frameworks"], children=items
    )
    result.source, result.line = cells[0].source, cells[0].line
    return result


class WrapFrameworkCells(SphinxTransform):
    """Wrap every run of neighboring tagged cells in one tab set."""

    # Late, when other extensions, such as sphinx-exercise, have moved the cells they move.
    default_priority = 900

    def apply(self, **kwargs) -> None:
        containers = self.document.findall(nodes.container)
        parents = [node.parent for node in containers if is_framework_cell(node)]
        for parent in dict.fromkeys(parents):
            children = []
            for is_tagged, run in groupby(parent.children, key=is_framework_cell):
                cells = list(run)
                children += [tab_set(cells)] if is_tagged else cells
            parent.children = []
            parent.extend(children)


def read_source(app: Sphinx, docname: str, content: list[str]) -> None:
    """Wrap the tagged Markdown cells of a notebook before it is parsed."""
    if str(app.env.doc2path(docname)).endswith(".ipynb"):
        content[0] = wrap_tagged_markdown(content[0])


def setup(app: Sphinx) -> dict:
    app.setup_extension("sphinx_design")
    app.add_transform(WrapFrameworkCells)
    app.connect("source-read", read_source)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
