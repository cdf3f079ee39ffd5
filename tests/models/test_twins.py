"""`aelib.keras` and `aelib.torch` have the same files, names, signatures and first sentences."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import aelib

ROOT = Path(aelib.__file__).parent
TWINS = ("keras", "torch")
PUBLIC = importlib.import_module("aelib.torch").__all__


def files(twin):
    """Return the modules of a twin, in all of its folders, as dotted names."""
    paths = (path.relative_to(ROOT / twin) for path in (ROOT / twin).rglob("*.py"))
    return sorted(".".join(path.with_suffix("").parts) for path in paths)


MODULES = [name for name in files("torch") if not name.endswith("__init__")]

# What one framework needs and the other does not, and why.
OWN = {
    "keras": {
        "training.fit.STEPS_PER_EXECUTION": "Keras runs several steps in one compiled call",
        "training.step.TrainingScope": "Keras tells layers that they train through a layer's call",
        "training.step.TrainingScope.call": "the same",
        "training.step.non_finite_term": "only a message can leave a compiled step",
        "training.step.GUARD": "marks that message",
        "training.step.BACKENDS": "Keras has two backends with a tape",
        "autoencoder.Autoencoder.call": "Keras's name for forward",
        "autoencoder.Autoencoder.train_step": "how Keras's fit reaches the objective",
        "autoencoder.Autoencoder.test_step": "how Keras's evaluate reaches the objective",
        "autoencoder.Autoencoder.get_config": "Keras files describe a model",
        "autoencoder.Autoencoder.from_config": "Keras files describe a model",
        "variational.vae.VAE.get_config": "Keras files describe a model",
    },
    "torch": {
        "autoencoder.Autoencoder.forward": "PyTorch's name for call",
    },
}
# Signatures that differ, and why.
OTHER_SIGNATURE = {
    "training.step.train_step": "a Keras model holds its optimizer, a PyTorch model does not",
}


def names_in(body):
    """Return the public names that the statements of a module or class define, and __init__."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            targets = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            assigned = node.targets if isinstance(node, ast.Assign) else [node.target]
            targets = [getattr(target, "id", "_") for target in assigned]
        else:
            targets = []
        public = [name for name in targets if name == "__init__" or not name.startswith("_")]
        for name in public:
            yield name, getattr(node, "body", []) if isinstance(node, ast.ClassDef) else []


def members(twin, module):
    """Return what a module and its classes define and do not hide: {name: object}."""
    content = importlib.import_module(f"aelib.{twin}.{module}")
    found = {}
    for name, body in names_in(ast.parse(inspect.getsource(content)).body):
        item = getattr(content, name)
        found[f"{module}.{name}"] = item
        for member, _ in names_in(body):
            found[f"{module}.{name}.{member}"] = vars(item)[member]
    return found


def shared(module):
    """Return the pairs (name, Keras's, PyTorch's) that both twins must have."""
    keras, torch = (members(twin, module) for twin in TWINS)
    return [(name, keras[name], torch[name]) for name in sorted(keras.keys() & torch.keys())]


def signature(item):
    """Return names, kinds and defaults of the parameters.

    Keras's constructors pass name and dtype on through **kwargs; these are left out.
    """
    item = item.__func__ if isinstance(item, classmethod | staticmethod) else item
    parameters = inspect.signature(item).parameters.values()
    return [(p.name, p.kind.name, p.default) for p in parameters if p.kind is not p.VAR_KEYWORD]


def test_the_twins_have_the_same_files():
    assert files("keras") == files("torch")


def test_the_twins_export_the_same_names():
    keras, torch = (importlib.import_module(f"aelib.{twin}") for twin in TWINS)
    assert keras.__all__ == torch.__all__
    for name in torch.__all__:
        assert hasattr(keras, name)
        assert hasattr(torch, name)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_defines_the_same_names_in_both(module):
    names = {
        twin: {name for name in members(twin, module) if name not in OWN[twin]} for twin in TWINS
    }
    assert names["keras"] == names["torch"]


@pytest.mark.parametrize("module", MODULES)
def test_a_name_is_the_same_kind_of_thing_with_the_same_signature(module):
    for name, keras, torch in shared(module):
        assert isinstance(keras, property) == isinstance(torch, property), name
        assert inspect.isclass(keras) == inspect.isclass(torch), name
        if inspect.isfunction(torch) and name not in OTHER_SIGNATURE:
            assert signature(keras) == signature(torch), name
        elif isinstance(torch, str | tuple | int | float):
            assert keras == torch, name


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_exported_says_the_same_about_itself(name):
    keras, torch = (getattr(importlib.import_module(f"aelib.{twin}"), name) for twin in TWINS)
    assert keras.__doc__.strip().splitlines()[0] == torch.__doc__.strip().splitlines()[0]


@pytest.mark.parametrize("twin", TWINS)
def test_every_exception_to_the_rule_still_exists(twin):
    found = {name for module in MODULES for name in members(twin, module)}
    assert OWN[twin].keys() <= found
    other = {name for module in MODULES for name, *_ in shared(module)}
    assert other >= OTHER_SIGNATURE.keys()


def test_the_adapter_of_each_twin_names_its_framework(both):
    names = {name: framework.twin.ADAPTER.framework for name, framework in both.items()}
    assert names == {"keras": "Keras", "torch": "PyTorch"}
