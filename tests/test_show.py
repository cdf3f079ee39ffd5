"""`show` displays the source of library objects."""

import inspect

import pytest
from IPython.display import Markdown

import aelib
from aelib import source
from aelib.claims import ClaimFailed
from aelib.plots import curves


@pytest.fixture
def shown(monkeypatch):
    """`shown(obj)` returns the Markdown that `show` displays."""
    displayed = []
    monkeypatch.setattr(source, "display", displayed.append)

    def show(obj):
        aelib.show(obj)
        [item] = displayed
        assert isinstance(item, Markdown)
        return item.data

    return show


@pytest.mark.parametrize(
    "obj", [aelib.claim, ClaimFailed, source], ids=["function", "class", "module"]
)
def test_the_source_is_shown_as_python(shown, obj):
    assert shown(obj) == f"```python\n{inspect.getsource(obj).rstrip()}\n```"


def test_a_method_is_shown_without_its_indentation(framework, shown):
    text = shown(framework.twin.VAE.loss_terms)
    assert text.startswith("```python\ndef loss_terms(self, x: Tensor, **given: Tensor)")
    assert "\n    posterior = self.posterior(x, **given)\n" in text


def test_a_property_is_shown(framework, shown):
    assert "def loss_weights(self)" in shown(framework.twin.VAE.loss_weights)


def test_a_decorated_function_shows_itself_and_not_its_wrapper(shown):
    text = shown(curves)
    assert "def curves(" in text
    assert "rc_context" not in text


@pytest.mark.parametrize("obj", [3, "text", len, None], ids=repr)
def test_what_has_no_python_source_is_refused(obj):
    with pytest.raises(TypeError, match="show needs a function, method, class or module, got"):
        aelib.show(obj)
