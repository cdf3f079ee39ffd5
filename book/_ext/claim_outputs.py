"""Render the lines that ``aelib.claim`` prints as a list, so that a page's claims stand out."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

MARKS = {"✓": "ae-claim-held", "○": "ae-claim-open"}


def claim_list(text: str) -> nodes.bullet_list | None:
    """Return the claims of a cell's text output, or None where it prints anything else."""
    lines = text.strip().splitlines()
    if not lines or any(line[:2] not in {f"{mark} " for mark in MARKS} for line in lines):
        return None
    claims = nodes.bullet_list(classes=["ae-claims", "output"])
    for line in lines:
        mark = nodes.inline("", line[0], classes=[MARKS[line[0]]])
        claims += nodes.list_item("", nodes.paragraph("", "", mark, nodes.Text(f" {line[2:]}")))
    return claims


class ListClaims(SphinxTransform):
    """Replace every printed block of claims by a list."""

    default_priority = 900

    def apply(self, **kwargs) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            if "stream" in block["classes"] and (claims := claim_list(block.astext())):
                block.replace_self(claims)


def setup(app: Sphinx) -> dict:
    app.add_transform(ListClaims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
