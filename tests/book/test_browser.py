"""The built book, opened from disk in Chromium as a reader opens it: without a server or network.

Its tests stay on one worker, so the book is built once.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from tools.build_book import VARIABLES

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DESK = {"width": 1400, "height": 900}
PHONE = {"width": 400, "height": 800}
READABLE = 4.5  # contrast that WCAG asks of text (level AA)


def toc_pages() -> list[str]:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *files]


PAGES = toc_pages()
CHAPTERS = [page for page in PAGES if (ROOT / f"{page}.ipynb").exists()]
pytestmark = pytest.mark.long
each_page = pytest.mark.parametrize("page", PAGES, scope="module")
each_chapter = pytest.mark.parametrize("page", CHAPTERS, scope="module")

TEXTS = (
    "article h1",
    "article p",
    "article a.reference",
    "article code.literal",
    "article pre .k",
    "article pre .c1",
    "article th",
    ".ae-run",
    ".ae-frameworks > input:checked + label",
    ".ae-frameworks > input:not(:checked) + label",
    ".ae-claim-held",
    "nav.bd-links a",
)

# Opens everything that a reader can unfold.
UNFOLD = """() => {
  document.querySelectorAll("details").forEach(details => details.open = true);
  document.querySelectorAll(".admonition.toggle-hidden > .admonition-title")
    .forEach(title => title.click());
}"""

# Names the elements that reach beyond the viewport without a scrolling ancestor.
TOO_WIDE = """() => {
  const scrolls = element => element && element !== document.body && (
    ["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX)
    || scrolls(element.parentElement));
  const wide = [...document.querySelectorAll("#main-content *")].filter(element =>
    element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element.parentElement)
    && !scrolls(element) && !element.closest("mjx-assistive-mml"));
  const page = document.scrollingElement.scrollWidth;
  return [...(page > innerWidth ? [`page ${page}`] : []),
    ...wide.map(element => `${element.tagName}.${element.className}`)];
}"""

# The contrast of the first visible element of each kind with the nearest painted background.
CONTRASTS = """kinds => {
  const channels = color => color.match(/[\\d.]+/g).map(Number);
  const luminance = color => channels(color).slice(0, 3).map(value => value / 255)
    .map(value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = element => {
    let painted = element;
    while (painted.parentElement && channels(getComputedStyle(painted).backgroundColor)[3] === 0)
      painted = painted.parentElement;
    const pair = [getComputedStyle(element).color, getComputedStyle(painted).backgroundColor]
      .map(luminance).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const visible = element => {
    const { width, height } = element.getBoundingClientRect();
    return element.checkVisibility({ visibilityProperty: true }) && width > 0 && height > 0;
  };
  const first = kinds.map(kind => [kind, [...document.querySelectorAll(kind)].find(visible)]);
  return Object.fromEntries(first.filter(pair => pair[1]).map(([kind, e]) => [kind, contrast(e)]));
}"""

# Whether each block that scrolls is a stop of the tab key, which the theme sees to after a while.
REACHABLE = """() => [...document.querySelectorAll("pre, .cell_output > .output")]
  .every(block => block.scrollWidth <= block.clientWidth || block.tabIndex === 0)"""

# Runs axe-core and names each serious fault with the first element that has it. While it looks,
# code is plain text and formulas, which are pictures with a text of their own, are empty: it would
# spend most of its time on their parts. Contrast is left to the test by kinds of text.
AXE = """async () => {
  const whole = [...document.querySelectorAll(".highlight pre, mjx-container")];
  const parts = whole.map(element => [...element.childNodes]);
  whole.forEach(element => element.replaceChildren(
    ...(element.matches("pre") ? [element.textContent] : [])));
  const found = await axe.run({exclude: ["mjx-container"]}, {
    resultTypes: ["violations"], preload: false,
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
    rules: {"color-contrast": {enabled: false}},
  });
  whole.forEach((element, i) => element.replaceChildren(...parts[i]));
  return found.violations
    .filter(fault => ["serious", "critical"].includes(fault.impact))
    .map(fault => `${fault.id}, ${fault.nodes.length} times: ${fault.nodes[0].target.join(" ")}`);
}"""


@pytest.fixture(scope="session")
def html() -> Path:
    """Build the book as `make book` does, in the same place, and return the folder of its pages."""
    env = {k: v for k, v in os.environ.items() if k not in VARIABLES}
    command = [sys.executable, "-m", "tools.build_book"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser():
    """Start Chromium once; where there is none, skip, or fail where it is required."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("AELIB_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (loads a driver)

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        chromium = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def reader(browser, html):
    """Return a function that opens a window of a reader who has never been here."""
    contexts = []

    def new_reader(size=DESK):
        contexts.append(browser.new_context(viewport=size))
        # What these tests ask does not need the formulas, which take longest to draw.
        contexts[-1].route(re.compile("mathjax", re.IGNORECASE), lambda route: route.abort())
        return contexts[-1].new_page()

    yield new_reader
    for context in contexts:
        context.close()


@dataclass
class Visit:
    """A page in its own window, and what it said and asked for since it was opened."""

    window: object
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)


@pytest.fixture(scope="session")
def visits(browser, html):
    """Return a function that opens a page; the tests of a page share its window."""
    opened = {}

    def close_all() -> None:
        while opened:
            opened.popitem()[1].window.context.close()

    def visit(page: str, size=DESK, mode="light", framework="keras") -> Visit:
        if page not in opened:
            close_all()
            window = browser.new_context(viewport=size).new_page()
            opened[page] = current = Visit(window)
            window.on("console", current.hear)
            window.on("pageerror", lambda error: current.problems.append(str(error)))
            window.on("requestfailed", lambda request: current.problems.append(request.url))
            window.on("request", lambda request: current.requests.append(request.url))
            window.goto(address(html, page))
            window.evaluate("() => document.fonts.ready.then(() => null)")
            window.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")
        window = opened[page].window
        window.set_viewport_size(size)
        window.emulate_media(color_scheme=mode)
        window.wait_for_function(
            "mode => document.documentElement.dataset.theme === mode", arg=mode
        )
        if selected(window):
            choose(window, framework)
        return opened[page]

    yield visit
    close_all()


def address(html: Path, page: str, query: str = "") -> str:
    return (html / f"{page}.html").as_uri() + query


def go(window, html: Path, page: str, query: str = "") -> None:
    """Open a page without waiting for its formulas."""
    window.goto(address(html, page, query), wait_until="domcontentloaded")


def selected(window) -> list[str]:
    """Return the selected framework of every tab set of the page that offers both."""
    return window.evaluate(
        """() => [...document.querySelectorAll(".ae-frameworks")]
          .filter(set => set.querySelectorAll(":scope > input").length === 2)
          .map(set => set.querySelector(":scope > input:checked + label").dataset.syncId)"""
    )


def choose(window, framework: str) -> None:
    """Click a framework's label in the first tab set that offers both."""
    both = ".ae-frameworks:has(> label ~ label)"
    window.locator(f"{both} > label[data-sync-id={framework}] >> visible=true").first.click()


def test_the_book_builds_without_a_warning(html):
    assert (html / f"{PAGES[0]}.html").exists()


@each_page
def test_a_page_loads_without_a_complaint(visits, page):
    assert visits(page).problems == []


@each_page
def test_a_page_asks_no_host(visits, page):
    schemes = {url: urlsplit(url).scheme for url in visits(page).requests}
    assert len(schemes) > 5
    assert {url for url, scheme in schemes.items() if scheme not in ("file", "data")} == set()


@each_page
def test_math_is_drawn(visits, page):
    window = visits(page).window
    formulas = window.locator("article .math").count()
    assert window.locator("article .math mjx-container svg").count() >= formulas
    assert window.locator("[data-mml-node=merror], [data-mjx-error]").count() == 0
    text = window.evaluate(
        """() => { const copy = document.querySelector("article").cloneNode(true);
          copy.querySelectorAll("pre, code, mjx-container").forEach(node => node.remove());
          return copy.textContent; }"""
    )
    assert not re.search(r"\$\$|\\\(|\\\[|\$[^$\n]+\$", text)


@pytest.mark.parametrize("framework", ["keras", "pytorch"])
@each_page
def test_nothing_is_wider_than_a_phone(visits, page, framework):
    window = visits(page, size=PHONE, framework=framework).window
    window.evaluate(UNFOLD)
    assert window.evaluate(TOO_WIDE) == []


@each_page
def test_axe_finds_nothing_serious(visits, page):
    """The first page is looked at wide: its menus stand beside every page."""
    window = visits(page, size=DESK if page == PAGES[0] else PHONE).window
    window.wait_for_function(REACHABLE)
    if not window.evaluate("() => Boolean(window.axe)"):
        window.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    assert window.evaluate(AXE) == []


@each_chapter
def test_a_figure_fits_a_phone_and_opens_at_full_size(visits, page):
    figures = visits(page, size=PHONE).window.locator(".cell_output img")
    sizes = figures.evaluate_all(
        """images => images.map(image => ({
          fits: image.getBoundingClientRect().right <= innerWidth || !image.checkVisibility(),
          opens: image.closest("a")?.href === image.src }))"""
    )
    assert sizes
    assert all(size["fits"] and size["opens"] for size in sizes)


@pytest.mark.parametrize("mode", ["light", "dark"])
@each_page
def test_text_is_readable_in_both_color_modes(visits, page, mode):
    contrasts = visits(page, mode=mode).window.evaluate(CONTRASTS, TEXTS)
    assert {"article h1", "nav.bd-links a"} <= set(contrasts)
    assert {what: ratio for what, ratio in contrasts.items() if ratio < READABLE} == {}


@each_chapter
def test_figures_are_white_cards_in_dark_mode(visits, page):
    figures = visits(page, mode="dark").window.locator(".cell_output img")
    colors = figures.evaluate_all(
        "images => images.map(image => getComputedStyle(image).backgroundColor)"
    )
    assert set(colors) <= {"rgb(255, 255, 255)"}


@each_page
def test_every_picture_has_a_text(visits, page):
    pictures = visits(page).window.locator("article img")
    texts = pictures.evaluate_all("images => images.map(image => image.alt)")
    assert [text for text in texts if not text.strip() or text.endswith(".png")] == []


@each_chapter
def test_a_click_switches_every_tab_set_of_the_page(visits, page):
    for framework in ("pytorch", "keras"):
        assert set(selected(visits(page, framework=framework).window)) == {framework}


def test_code_that_a_tab_shows_is_reachable_by_key(visits):
    window = visits(CHAPTERS[0], size=PHONE).window
    for framework in ("pytorch", "keras"):
        window.wait_for_function(REACHABLE)
        choose(window, framework)
    window.wait_for_function(REACHABLE)


@each_chapter
def test_a_framework_alone_stays_visible_whatever_is_selected(visits, page):
    for framework in ("keras", "pytorch"):
        window = visits(page, framework=framework).window
        sets = window.locator(".ae-frameworks").count()
        assert window.locator(".ae-frameworks > input:checked + label + div").count() == sets


@each_chapter
def test_the_bar_gives_the_run_time_and_notebooks_that_exist(visits, html, page):
    bar = visits(page).window.locator("h1 + .ae-chapter-bar")
    assert re.match(r"Runs in (\d+ min )?\d+ s \(", bar.locator(".ae-run").inner_text())
    links = bar.locator("a")
    assert links.all_inner_texts() == ["Notebook", "Keras only", "PyTorch only"]
    for target in links.evaluate_all("links => links.map(link => link.href)"):
        file = Path(unquote(urlsplit(target).path))
        assert html in file.parents
        nbformat.validate(nbformat.read(file, as_version=4))


@each_page
def test_no_link_to_another_page_is_dead(visits, page):
    links = visits(page).window.locator("a[href]")
    addresses = links.evaluate_all("links => links.map(link => link.href)")
    local = {unquote(urlsplit(link).path) for link in addresses if link.startswith("file:")}
    assert {path for path in local if not Path(path).exists()} == set()


def test_a_local_build_offers_no_repository(visits):
    assert visits(CHAPTERS[0]).window.locator(".bd-header-article a[href]").count() == 0


def test_the_choice_is_remembered_from_chapter_to_chapter(reader, html):
    window = reader()
    go(window, html, CHAPTERS[0])
    assert set(selected(window)) == {"keras"}
    choose(window, "pytorch")
    for page in CHAPTERS:
        go(window, html, page)
        assert set(selected(window)) == {"pytorch"}


def test_an_address_can_name_the_framework(reader, html):
    window = reader()
    for framework in ("pytorch", "keras"):
        go(window, html, CHAPTERS[0], f"?framework={framework}")
        assert set(selected(window)) == {framework}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_one_search_control_is_visible_and_finds(reader, html, size):
    window = reader(size)
    window.goto(address(html, PAGES[0]))
    controls = window.locator(".search-button, .search-button-field, form.bd-search")
    visible = controls.locator("visible=true")
    assert visible.count() == 1
    visible.click()
    search = window.locator("#pst-search-dialog input[type=search]")
    search.fill("autoencoder")
    search.press("Enter")
    window.wait_for_selector("#search-results li a")


def test_the_menu_opens_on_a_phone(reader, html):
    window = reader(PHONE)
    window.goto(address(html, PAGES[0]))
    link = window.locator("nav.bd-links a", has_text="Notation").first
    assert not link.is_visible()
    window.locator("button.primary-toggle").click()
    link.click()
    assert window.url.startswith(address(html, "book/notation"))
