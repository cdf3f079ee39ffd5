"""List the chapters whose outputs are older than the parts of `aelib` that they use.

`make stale` calls this; it exits with 1 where there is one.
"""

import sys

import nbformat

from tools.chapters import ROOT, chapters
from tools.used import used_parts


def changed_parts(notebook: nbformat.NotebookNode) -> list[str]:
    """Return the modules whose used parts changed since the chapter was run."""
    recorded = notebook.metadata["aelib"]["run"].get("library", {})
    current = used_parts(notebook)
    return sorted(
        module for module in {*recorded, *current} if recorded.get(module) != current.get(module)
    )


def main() -> None:
    """Print each stale chapter with what changed."""
    stale = 0
    for chapter in chapters():
        if changed := changed_parts(nbformat.read(ROOT / chapter, as_version=4)):
            stale += 1
            print(f"{chapter} is older than {', '.join(changed)}")
            print(f"    run it again: make run CHAPTER={chapter}")
    if stale:
        sys.exit(1)
    print("every chapter is as new as the library")


if __name__ == "__main__":
    main()
