"""Render the lines that ``aelib.claim`` prints as a list, so that a page's claims stand out."""

from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

MARKS = {"✓": "ae-claim-held", "○": "ae-claim-open"}


def is_claim(line: str) -> bool:
    """Return whether a printed line is a claim."""
    return line[:1] in MARKS and line[1:2] == " "


def claim_list(lines: list[str]) -> nodes.bullet_list:
    """Return printed claims as a list."""
    claims = nodes.bullet_list(classes=["ae-claims", "output"])
    for line in lines:
        mark = nodes.inline("", line[0], classes=[MARKS[line[0]]])
        claims += nodes.list_item(
            "", nodes.paragraph("", "", mark, nodes.Text(line[1:]))
        )
    return claims


def with_text(block: nodes.literal_block, lines: list[str]) -> nodes.literal_block:
    """Return a copy of a text output that holds just these lines."""
    text = "\n".join(lines)
    return block.__class__(text, text, **block.attributes)


class ListClaims(SphinxTransform):
    """Replace the claims in every printed output by a list; other lines stay as they are."""

    default_priority = 900

    def apply(self, **kwargs) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            lines = block.astext().strip("\n").splitlines()
            if "stream" in block["classes"] and any(map(is_claim, lines)):
                runs = [(held, list(run)) for held, run in groupby(lines, key=is_claim)]
                block.replace_self(
                    [
                        claim_list(run) if held else with_text(block, run)
                        for held, run in runs
                    ]
                )


def setup(app: Sphinx) -> dict:
    app.add_transform(ListClaims)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
