"""Link each page to the repository, and each chapter to Binder and Colab.

The address comes from ``AELIB_REPOSITORY``; without it nothing is added, so that a local build
has no button that leads nowhere. Colab opens the single-framework notebooks of the branch
``notebooks``, because Colab's machines have both frameworks but not this course's package.
"""

import os
from urllib.parse import quote, urlsplit

from sphinx.application import Sphinx

NOTEBOOK_BRANCH = "notebooks"


def repository_address() -> str:
    """Return the repository's https address without a trailing slash, or an empty string."""
    return (
        os.environ.get("AELIB_REPOSITORY", "").strip().rstrip("/").removesuffix(".git")
    )


def github_slug(repository: str) -> str | None:
    """Return OWNER/REPO for an address on GitHub, else None."""
    parts = urlsplit(repository)
    return parts.path.strip("/") if parts.netloc == "github.com" else None


def launch_links(repository: str, chapter: str) -> list[tuple[str, str]]:
    """Return (label, address) pairs that open a chapter, ``book/lab.ipynb``, on the web."""
    if not repository:
        return []
    slug = github_slug(repository)
    place = f"gh/{slug}" if slug else f"git/{quote(repository, safe='')}"
    links = [
        ("Binder", f"https://mybinder.org/v2/{place}/HEAD?urlpath=lab/tree/{chapter}")
    ]
    if slug:
        colab = (
            f"https://colab.research.google.com/github/{slug}/blob/{NOTEBOOK_BRANCH}"
        )
        links += [
            ("Colab, Keras", f"{colab}/keras/{chapter}"),
            ("Colab, PyTorch", f"{colab}/pytorch/{chapter}"),
        ]
    return links


def add_buttons(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Put the launch menu and the repository link in the page's header."""
    repository = repository_address()
    if not repository:
        return
    chapter = str(app.env.doc2path(pagename, base=False)) if doctree is not None else ""
    if chapter.endswith(".ipynb"):
        links = [
            {"type": "link", "text": label, "url": address}
            for label, address in launch_links(repository, chapter)
        ]
        context["header_buttons"].append(
            {
                "type": "group",
                "tooltip": "Run this chapter",
                "icon": "fas fa-rocket",
                "buttons": links,
                "label": "launch-buttons",
            }
        )
    icon = "fab fa-github" if github_slug(repository) else "fas fa-code-branch"
    context["header_buttons"].append(
        {
            "type": "link",
            "url": repository,
            "tooltip": "Source repository",
            "icon": icon,
        }
    )


def setup(app: Sphinx) -> dict:
    # The theme fills header_buttons at 501.
    app.connect("html-page-context", add_buttons, priority=502)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
