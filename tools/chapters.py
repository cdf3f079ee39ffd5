"""The chapters of the book: the notebooks that `_toc.yml` lists, in its order."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent


def chapters() -> list[Path]:
    """Return the path of every chapter's notebook, relative to the root of the project."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    paths = [Path(name).with_suffix(".ipynb") for name in _files(toc)]
    return [path for path in paths if (ROOT / path).exists()]


def _files(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("file", "root"):
                yield value
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for value in node:
            yield from _files(value)


if __name__ == "__main__":
    names = [str(path) for path in chapters()]
    print(json.dumps(names) if "--json" in sys.argv else "\n".join(names))
