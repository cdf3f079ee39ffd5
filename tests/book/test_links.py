"""Every link between the pages, every citation and every label leads somewhere."""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CITE = re.compile(r"\{cite:[a-z]+\}`([^`]+)`")
CODE = re.compile(r"^(`{3,}|~{3,})(?:\w*)\n.*?^\1\s*$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^@\w+\{([^,\s]+),", re.MULTILINE)


def pages():
    """Return every page of text in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [Path(name) for name in names.splitlines()]
    found = [path for path in paths if path.suffix in (".md", ".ipynb")]
    return [path for path in found if (ROOT / path).exists()]


def text_of(path):
    if path.suffix == ".md":
        return (ROOT / path).read_text()
    cells = nbformat.read(ROOT / path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(path):
    """Return the anchors that a page's headings have, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub(_keep_inline, text_of(path)), flags=re.MULTILINE)
    plain = [re.sub(r"[^\w\s-]", "", heading.lower()).strip() for heading in headings]
    return {re.sub(r"\s", "-", heading) for heading in plain}


def _keep_inline(match):
    return "" if match[0].startswith(("```", "~~~")) else match[0]


def keys():
    return ENTRY.findall((ROOT / "book" / "references.bib").read_text())


each_page = pytest.mark.parametrize("page", pages(), ids=str)


@each_page
def test_relative_links_resolve(page):
    for link in LINK.findall(CODE.sub("", text_of(page))):
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), link
        if anchor:
            assert anchor in anchors(path.resolve().relative_to(ROOT)), link


@each_page
def test_what_is_cited_is_in_the_bibliography(page):
    prose = re.sub(r"^(`{3,})\w*\n.*?^\1\s*$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"``.*?``", "", prose)
    cited = {key.strip() for group in CITE.findall(prose) for key in group.split(",")}
    assert cited <= set(keys())


def test_keys_of_the_bibliography_are_unique():
    assert sorted(keys()) == sorted(set(keys()))
    assert keys()


def test_labels_are_unique_and_solutions_have_an_exercise():
    text = "\n".join(text_of(page) for page in pages() if page.parts[0] == "book")
    labels = re.findall(r"^:(?:label|name): (\S+)$|^\((\S+)\)=$", text, flags=re.MULTILINE)
    labels = [first or second for first, second in labels]
    assert sorted(labels) == sorted(set(labels))
    solved = re.findall(r"\{solution(?:-start)?\} (\S+)", text)
    assert set(solved) <= set(labels)
    assert sorted(solved) == sorted(set(solved))


def test_every_file_of_the_table_of_contents_exists():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    for name in [toc["root"], *listed]:
        assert (ROOT / f"{name}.md").exists() or (ROOT / f"{name}.ipynb").exists(), name


def test_every_page_of_the_book_is_in_the_table_of_contents():
    toc = (ROOT / "_toc.yml").read_text()
    for page in pages():
        if page.parts[0] == "book":
            assert f": {page.with_suffix('')}\n" in toc + "\n", page


@pytest.mark.parametrize("listing", ["README.md", "book/intro.md"])
def test_every_chapter_is_in_the_tables_of_the_front_pages(listing):
    text = (ROOT / listing).read_text()
    for page in pages():
        if page.suffix == ".ipynb" and page.parts[0] == "book":
            link = page if listing == "README.md" else page.relative_to("book")
            assert f"({link})" in text, page
