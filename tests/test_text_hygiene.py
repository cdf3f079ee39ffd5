"""What no file of the repository may say, and what none may be called."""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
# Titles are cited as they were printed, and licenses are quoted.
AS_PRINTED = {"book/references.bib", "book/_assets/fonts/OFL.txt"}

# The patterns are written so that they do not match themselves.
FORBIDDEN = {
    "British spelling, -our": r"\b\w*(?:behavi|col|fav|neighb|hon|flav|harb|vap)our\w*",
    "British spelling, -ise": (
        r"\b(?:\w*normal|regular|optim|minim|maxim|general|special|visual|organ|real|recogn"
        r"|\w*initial|util|emphas|summar|standard|\w*parametr|penal|quant|\w*serial|vector|factor"
        r"|memor|random|stabil|marginal|discret|synchron|categor|character|binar|local)"
        r"is(?:e[drs]?|ing|ations?)\b"
    ),
    "British spelling, -yse": r"\banaly(?:s)(?:e|ed|er|ing)\b",
    "British spelling, -re": r"\b\w*(?:cent|fib|lit|met)re[ds]?\b",
    "British spelling, -ll-": r"\b\w*(?:mode|labe|trave|signa)ll(?:ed|ing|er)\b",
    "British spelling, others": r"\b(?:gr(?:e)y\w*|arte(?:f)acts?|catalog(?:ue)|licen(?:c)e[ds]?"
    r"|learn(?:t)|whil(?:st)|among(?:st)|judge(?:ment)s?)\b",
    "a folder of one machine": r"(?<![\w.])/(?:work|root|home|Users)/\w",
    "a registry of packages": r"\b(?:pypi|pythonhosted|npmjs|debian)\.(?:org|com)\b",
    "an unfinished place": r"\b(?:TO(?:DO)|FIX(?:ME)|X(?:X)X)\b",
    "an emoji": "[\U0001f300-\U0001faff\u2728\u2705\u274c]",
    "a merge conflict": r"^(?:<{7}|>{7}) ",
}
LEFTOVERS = re.compile(r"util(?:s)|helper(?:s)|common|misc|_v\d|^\d")


def files():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in names.splitlines() if (ROOT / name).is_file()})


def text_of(name):
    """Return what is read in a file: of a notebook no pictures, of a binary file nothing."""
    if name.endswith(".ipynb"):
        cells = nbformat.read(ROOT / name, as_version=4).cells
        outputs = [o.get("text", "") for cell in cells for o in cell.get("outputs", [])]
        return "\n".join([cell.source for cell in cells] + outputs)
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.fixture(scope="module")
def texts():
    found = {name: text_of(name) for name in files() if name not in AS_PRINTED}
    assert {"README.md", "aelib/__init__.py"} <= found.keys()
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(texts, what):
    pattern = re.compile(FORBIDDEN[what], re.MULTILINE | re.IGNORECASE)
    found = [
        f"{name}: {match[0]!r}" for name, text in texts.items() for match in pattern.finditer(text)
    ]
    assert not found


def test_only_the_runner_of_the_project_knows_the_folder_beside_it(texts):
    found = {name for name, text in texts.items() if re.search(r"\.\./shared", text)}
    assert found <= {".ci/run"}


def test_every_name_says_what_the_file_is_about(texts):
    assert not [name for name in texts if LEFTOVERS.search(Path(name).stem)]


def test_every_text_ends_with_one_line_break(texts):
    ends = {name: text[-2:] for name, text in texts.items() if not name.endswith(".ipynb")}
    assert not [name for name, end in ends.items() if end and (end[-1] != "\n" or end == "\n\n")]
