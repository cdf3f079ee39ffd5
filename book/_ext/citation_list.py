"""Take the role of a list from the bibliography, whose entries have another role than list items.

Docutils writes one into the other; a screen reader then announces an empty list.
"""

from sphinx.application import Sphinx

LIST = '<div role="list" class="citation-list">'


def drop_role(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    if "body" in context:
        context["body"] = context["body"].replace(LIST, '<div class="citation-list">')


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", drop_role)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
