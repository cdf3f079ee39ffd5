"""Every chapter keeps to the template that CONTRIBUTING.md describes."""

import ast
import re
import statistics
import symtable
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from tools.chapters import chapters

# The lab introduces the bench, and builds no model.
WITHOUT_MODEL = {Path("book/lab.ipynb")}
HEADINGS = [
    "## Setup",
    "## The idea",
    "## The objective",
    "## The data",
    "## The model",
    "## Do they agree?",
    "## Training",
    "## What did it learn?",
    "## Break it",
    "## What we measured",
    "## Exercises",
    "## Where this lives in `aelib`",
]
DERIVATION = "## The derivation"  # where the result is not plain
# The names by which chapters know a framework.
NAMES = {
    "keras": {"aek", "keras", "tensorflow", "tf", "layers", "ops"},
    "pytorch": {"aet", "torch", "nn", "F"},
}

FOLDED = "hide-input"  # tag
# What draws, tabulates and claims, by the names that chapters use.
PRESENTERS = {"claim", "plots", "plt", "aelib.claim", "aelib.summary", "aelib.table"}

# The example that CONTRIBUTING.md gives is held to the same rules.
CHAPTERS = [*chapters(), Path("CONTRIBUTING.md")]

each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
each_model_chapter = pytest.mark.parametrize(
    "chapter", [path for path in CHAPTERS if path not in WITHOUT_MODEL], ids=str
)


def tags(cell):
    return set(cell.metadata.get("tags", []))


def lines(cell):
    return len(cell.source.strip().splitlines())


def names_in(source):
    """Return every name that code uses or imports, attributes of other names aside."""
    plain = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("%"))
    names = set()
    for node in ast.walk(ast.parse(plain)):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names]
            modules.append(getattr(node, "module", None) or "")
            modules += [alias.asname or "" for alias in node.names]
            names.update(part for module in modules for part in module.split("."))
    return names


def calls(source, name):
    """Return the calls of a function, by its own name or as an attribute."""
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [c for c in found if name in (getattr(c.func, "id", ""), getattr(c.func, "attr", ""))]


def is_rooted(expression, names):
    """Return whether an expression is one of these names, or calls or looks up something of it."""
    while ast.unparse(expression) not in names:
        if isinstance(expression, ast.Call):
            expression = expression.func
        elif isinstance(expression, ast.Attribute | ast.Subscript):
            expression = expression.value
        else:
            return False
    return True


def names_of(tree, context):
    """Return the names that code loads or stores."""
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def only_presents(source):
    """Return whether code does nothing but draw, tabulate and claim.

    Each of its statements calls a presenter, or what came from one in the same cell, such as a
    figure and its axes; or it is a loop or a `with` around such statements. What is computed in
    the arguments of such a call counts as part of it, what is computed in a statement of its own
    does not.
    """
    known = set(PRESENTERS)

    def presents(statement):
        match statement:
            case ast.Expr():
                return is_rooted(statement.value, known)
            case ast.Assign():
                known.update(*(names_of(target, ast.Store) for target in statement.targets))
                return is_rooted(statement.value, known)
            case ast.For():
                if names_of(statement.iter, ast.Load) & known:
                    known.update(names_of(statement.target, ast.Store))
                return all(map(presents, statement.body))
            case ast.With():
                return all(map(presents, statement.body))
        return False

    statements = ast.parse(source).body
    return bool(statements) and all(map(presents, statements))


def made_and_used(source):
    """Return the names of the notebook that code gives a meaning, and those that it uses."""
    cell = symtable.symtable(source, "cell", "exec")
    made = {symbol.get_name() for symbol in cell.get_symbols() if symbol.is_assigned()}
    used, tables = set(), [cell]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (table is cell or symbol.is_global()):
                used.add(symbol.get_name())
    return made, used


@each_chapter
def test_it_opens_with_a_title_one_sentence_and_three_abilities(sections, notebook):
    title, *_ = sections
    assert title.startswith("# ")
    opening = notebook.cells[0].source
    assert opening.startswith(title)
    parts = re.split(r"^(?:\*\*|## )You will be able to(?:\*\*)?$", opening, flags=re.MULTILINE)
    assert len(parts) == 2, "the first cell has no line **You will be able to**"
    promise = parts[0].removeprefix(title).strip()
    assert promise.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]", promise), "the promise is more than one sentence"
    assert len(re.findall(r"^- ", parts[1], flags=re.MULTILINE)) == 3
    assert "**Prerequisites**" in parts[1]


@each_model_chapter
def test_its_sections_come_in_order(sections):
    _, *headings = sections
    place = HEADINGS.index("## The objective") + 1
    assert headings in (HEADINGS, [*HEADINGS[:place], DERIVATION, *HEADINGS[place:]])


@each_chapter
def test_setup_is_one_short_cell(sections):
    [cell] = sections["## Setup"].code
    assert lines(cell) <= 10


@each_chapter
def test_setup_seeds_what_follows(sections):
    """Chapters share a process where they run with one framework."""
    [cell] = sections["## Setup"].code
    assert calls(cell.source, "start")


@each_model_chapter
def test_the_idea_is_short_and_has_at_most_one_figure(sections):
    idea = sections["## The idea"]
    assert len(idea.prose.split()) <= 300
    assert len(idea.code) <= 1


@each_model_chapter
def test_the_objective_has_one_equation_and_a_table_of_symbols(sections):
    objective = sections["## The objective"]
    assert len(re.findall(r"^\$\$$", objective.text, flags=re.MULTILINE)) == 2
    assert re.search(r"^\| *symbol *\| *code *\|", objective.text, flags=re.MULTILINE)


@each_model_chapter
def test_the_data_are_one_cell(sections):
    assert len(sections["## The data"].code) == 1


@each_model_chapter
def test_the_model_is_prose_then_keras_then_pytorch(sections):
    model = sections["## The model"]
    assert model.prose.strip()
    order = [tag for cell in model.code for tag in ("keras", "pytorch") if tag in tags(cell)]
    assert order[:2] == ["keras", "pytorch"]


@each_model_chapter
def test_training_asks_for_a_prediction(sections):
    _, predict, rest = sections["## Training"].text.partition("**Predict**")
    assert predict
    options = re.findall(r"^\d\. ", rest, flags=re.MULTILINE)
    assert len(options) in (2, 3) or (not options and "?" in rest)


@each_model_chapter
@pytest.mark.parametrize("heading", ["## Do they agree?", "## What did it learn?", "## Break it"])
def test_what_is_asserted_is_computed(sections, heading):
    assert sections[heading].code
    assert sections[heading].prose.strip()


@each_model_chapter
def test_it_claims_what_it_measured_and_shows_a_table(sections, code_cells):
    assert any(calls(cell.source, "claim") for cell in code_cells)
    tables = [
        call
        for cell in sections["## What we measured"].code
        for name in ("summary", "table")
        for call in calls(cell.source, name)
    ]
    assert tables


@each_model_chapter
def test_every_exercise_has_a_folded_solution_and_one_is_code(sections):
    section = sections["## Exercises"]
    text = section.text
    exercises = re.findall(r"\{exercise\}[^\n]*\n:label: (\S+)", text)
    assert len(exercises) == text.count("{exercise}") >= 3
    folded = re.findall(r"\{solution(?:-start)?\} (\S+)\n:class: dropdown", text)
    assert len(folded) == len(re.findall(r"\{solution(?:-start)?\}", text))
    assert sorted(folded) == sorted(exercises)
    assert text.count("{solution-start}") == text.count("{solution-end}")
    inside, solved_by_code = False, 0
    for cell in section.cells:
        if cell.cell_type == "code":
            assert inside, "code outside of a solution"
            solved_by_code += 1
        for gate in re.findall(r"\{solution-(start|end)\}", cell.source):
            assert inside == (gate == "end"), "solution-start and solution-end do not alternate"
            inside = gate == "start"
    assert solved_by_code


@each_model_chapter
def test_it_ends_with_its_files_and_its_sources(sections):
    section = sections["## Where this lives in `aelib`"]
    assert re.search(r"`aelib\.|\.py`", section.text)
    assert "{cite:" in section.text


@each_chapter
def test_cells_are_short(code_cells):
    lengths = [lines(cell) for cell in code_cells]
    assert max(lengths) <= 25
    assert statistics.median(lengths) <= 10


@each_chapter
def test_what_only_draws_tabulates_or_claims_is_folded(code_cells):
    for cell in code_cells:
        assert FOLDED in tags(cell) or not only_presents(cell.source), cell.source


@each_chapter
def test_open_code_uses_nothing_that_folded_code_makes(code_cells):
    folded = set()
    for cell in code_cells:
        made, used = made_and_used(cell.source)
        if FOLDED in tags(cell):
            folded |= made
        else:
            folded -= made
            assert not folded & used, cell.source


@pytest.mark.parametrize(
    "source",
    [
        'claim("a", 1, above=0)',
        "for name in models:\n    aelib.claim(name, metrics.mse(x, x), above=0)",
        "aelib.table(rows)",
        "aelib.summary(runs, {name: metrics.mse(x, x) for name in models})",
        "plots.curves(runs, ylabel='loss')",
        "figure = plots.panels(2)\nleft, _ = figure.axes\nleft.plot(x)\nfigure",
        "figure = plots.panels(2)\nfor ax, x in zip(figure.axes, rows):\n    ax.plot(x)\nfigure",
        "with plt.rc_context():\n    plt.plot(x)",
    ],
)
def test_such_a_cell_has_to_be_folded(source):
    with pytest.raises(AssertionError):
        test_what_only_draws_tabulates_or_claims_is_folded([new_code_cell(source)])
    folded = new_code_cell(source, metadata={"tags": [FOLDED]})
    test_what_only_draws_tabulates_or_claims_is_folded([folded])


@pytest.mark.parametrize(
    "source",
    [
        "",
        "import aelib",
        "x_hat = pca.reconstruct(x)\nplots.grid(x_hat)",
        "def error(model):\n    return metrics.mse(x, model(x))\nclaim('a', error(pca), above=0)",
        "parity.agree(models, x)",
        "aelib.show(metrics.pca)",
        "print(error)",
        "run = aet.fit(model, data)\nplots.curves({'PyTorch': run}, ylabel='loss')",
        "figure",
    ],
)
def test_any_other_cell_may_stay_open(source):
    test_what_only_draws_tabulates_or_claims_is_folded([new_code_cell(source)])


def test_what_open_code_uses_has_to_be_open():
    folded = new_code_cell("x = 1\nclaim('a', x, above=0)", metadata={"tags": [FOLDED]})
    for fine in ("x = 2\nprint(x)", "def double(x):\n    return 2 * x", "[x for x in runs]"):
        test_open_code_uses_nothing_that_folded_code_makes([folded, new_code_cell(fine)])
    for wrong in ("print(x)", "def double():\n    return 2 * x", "[x for name in runs]"):
        with pytest.raises(AssertionError):
            test_open_code_uses_nothing_that_folded_code_makes([folded, new_code_cell(wrong)])


@each_chapter
def test_a_tagged_cell_holds_no_heading(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and tags(cell) & NAMES.keys():
            assert not re.search(r"^#", cell.source, flags=re.MULTILINE), cell.source


@each_chapter
def test_both_frameworks_have_equally_many_cells(notebook):
    counts = {
        name: sum(name in tags(cell) and cell.cell_type == "code" for cell in notebook.cells)
        for name in NAMES
    }
    assert counts["keras"] == counts["pytorch"] > 0
    assert not any(tags(cell) >= NAMES.keys() for cell in notebook.cells)


@each_chapter
def test_a_cell_names_only_its_own_framework(code_cells):
    for cell in code_cells:
        foreign = set().union(*(names for tag, names in NAMES.items() if tag not in tags(cell)))
        assert not names_in(cell.source) & foreign, cell.source


@each_chapter
def test_library_code_on_the_page_is_compared_at_every_run(code_cells):
    for cell in code_cells:
        if calls(cell.source, "show"):
            assert "nbval-check-output" in tags(cell), cell.source


@each_chapter
def test_a_claim_has_no_measured_number_in_its_text(code_cells):
    """A name may be filled in, a number may not: the text is equal on every machine."""
    for cell in code_cells:
        for call in calls(cell.source, "claim"):
            for part in ast.walk(call.args[0]):
                if isinstance(part, ast.FormattedValue):
                    assert part.format_spec is None, ast.unparse(call.args[0])
                    assert isinstance(part.value, ast.Name), ast.unparse(call.args[0])


@each_chapter
def test_nothing_is_left_to_be_filled_in(notebook):
    for cell in notebook.cells:
        assert not re.findall(r"^[A-Z]{4,}\d*$", cell.source, flags=re.MULTILINE)
