"""Which parts of `aelib` a chapter uses, and a hash of each, so that an outdated page shows.

The chapter's code names functions and classes; their code names others; all of these together, and
nothing else of the library, are what its outputs came from. The hash of a definition leaves out its
docstring, comments and layout.
"""

import ast
import hashlib
from collections import defaultdict
from functools import cache
from pathlib import Path

import nbformat

from tools.chapters import ROOT

TWINS = ("aelib.keras", "aelib.torch")
# What a twin registers or the lab imports by name, so that no import in the code leads there.
REGISTERED = ("adapter.ADAPTER", "session.prepare", "session.accelerator")

# What grows with every new kind of layer; a chapter's own layers are checked where it is run.
REGISTRIES = {"LAYOUTS"}

Definition = tuple[str, str]  # a module, and a name in it


def used_parts(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Return the modules of `aelib` that a chapter uses, each with a hash of what it uses there."""
    hashes = defaultdict(list)
    for module, name in sorted(reached(roots(notebook))):
        hashes[module].append(f"{name} {digest(module, name)}")
    return {module: _hash("\n".join(lines)) for module, lines in hashes.items()}


def roots(notebook: nbformat.NotebookNode) -> set[Definition]:
    """Return the definitions of `aelib` that a chapter's own code names."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    lines = [line for cell in cells for line in cell.splitlines() if line.lstrip()[:1] not in "%!"]
    tree = ast.parse("\n".join(lines))
    found = _named(tree, _imports(tree))
    imported = [f"{path}." for path in _imports(tree).values()]
    twins = [twin for twin in TWINS if any(path.startswith(f"{twin}.") for path in imported)]
    registered = {tuple(f"{twin}.{path}".rsplit(".", 1)) for twin in twins for path in REGISTERED}
    return {_home(*definition) for definition in found | registered}


def reached(start: set[Definition]) -> set[Definition]:
    """Return these definitions and all that their code leads to."""
    found: set[Definition] = set()
    waiting = list(start)
    while waiting:
        definition = waiting.pop()
        module, name = definition
        if definition in found or name not in _definitions(module):
            continue
        found.add(definition)
        tree = _definitions(module)[name]
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - REGISTRIES
        waiting += [(module, other) for other in names]
        waiting += [_home(*other) for other in _named(tree, _imports(_tree(module)))]
    return found


def digest(module: str, name: str) -> str:
    """Return a hash of one definition."""
    return _hash(ast.dump(_definitions(module)[name]))


@cache
def _tree(module: str) -> ast.Module:
    return _without_docstrings(ast.parse(_file(module).read_text()))


@cache
def _definitions(module: str) -> dict[str, ast.stmt]:
    """Return the top-level statements of a module by the names that they define."""
    found: dict[str, ast.stmt] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def _imports(tree: ast.AST) -> dict[str, str]:
    """Return the dotted path of `aelib` behind each name that a module or a chapter imports."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "aelib":
            found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "aelib":
                    found[alias.asname or "aelib"] = alias.name if alias.asname else "aelib"
    return found


def _imported(tree: ast.AST, module: str) -> list[str]:
    return [path for path in _imports(tree).values() if f"{path}.".startswith(f"{module}.")]


def _named(tree: ast.AST, imports: dict[str, str]) -> set[Definition]:
    """Return the definitions that code names, `plots.curves` as well as `curves`."""
    found = set()
    for node in ast.walk(tree):
        path = _dotted(node)
        first, _, rest = path.partition(".")
        if first in imports:
            full = f"{imports[first]}.{rest}" if rest else imports[first]
            parts = full.split(".")
            for size in range(len(parts) - 1, 0, -1):
                module = ".".join(parts[:size])
                if _file(module) is not None:
                    found.add((module, parts[size]))
                    break
    return found


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _home(module: str, name: str) -> Definition:
    """Return where a name is defined that a package only passes on."""
    path = _imports(_tree(module)).get(name)
    if path is None or name in _definitions(module):
        return module, name
    if _file(path) is not None:
        return path, ""  # a module as such
    home, _, inner = path.rpartition(".")
    return _home(home, inner) if _file(home) is not None else (module, name)


@cache
def _file(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.exists():
            return path
    return None


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                body[0] = ast.Pass()
    return tree


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
