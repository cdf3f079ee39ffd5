"""Give every figure that a cell draws a text for readers who do not see it, and a link to itself.

Without a text, the file's name, a hash, is read aloud. A cell can say more through MyST-NB's
metadata, ``{"mystnb": {"image": {"alt": "..."}}}``. The link opens the figure alone, at its full
size: on a phone its lettering is small.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ALT = "Figure drawn by the code above; the text around it says what it shows."


class DescribeFigures(SphinxTransform):
    """Set text and scale of the images among a cell's outputs; Sphinx links those with a scale."""

    default_priority = 900

    def apply(self, **kwargs) -> None:
        for output in self.document.findall(nodes.container):
            if output.get("nb_element") == "cell_code_output":
                for image in output.findall(nodes.image):
                    image.setdefault("alt", ALT)
                    image.setdefault("scale", 100)


def setup(app: Sphinx) -> dict:
    app.add_transform(DescribeFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
