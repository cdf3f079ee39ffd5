"""Load the book's own extensions; `_config.yml` names just this one."""

from sphinx.application import Sphinx

EXTENSIONS = (
    "framework_tabs",
    "launch_buttons",
    "chapter_bar",
    "claim_outputs",
    "figures",
    "citation_list",
    "local_mathjax",
    "site_address",
    "signatures",
)


def setup(app: Sphinx) -> dict:
    for extension in EXTENSIONS:
        app.setup_extension(extension)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
