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

# Files of Keras describe a model, those of PyTorch hold its numbers alone.
DESCRIBES = (".get_config", ".from_config")
# What one framework needs and the other does not, and why.
OWN = {
    "keras": {
        "foundations.sequence.SequenceAutoencoder.supports_masking": "Keras warns without it",
        "foundations.tied.DenseTranspose.build": "Keras makes weights once it knows the shape",
        "trainable.Bookkeeping": "variables that a compiled step reads",
        "trainable.EveryBatch": "how Keras's own fit tells the model its progress",
        "trainable.Trainable.set_progress": "assigns those variables",
        "trainable.Trainable.weights_now": "reads those variables",
        "trainable.Trainable.fit": "Keras's own fit",
        "trainable.Trainable.train_step": "how Keras's own fit reaches the objective",
        "trainable.Trainable.test_step": "how Keras's own evaluate reaches the objective",
        "trainable.Trainable.metrics": "what Keras's own fit sets back each epoch",
        "training.autodiff.values_and_gradients": "Keras has two backends with a tape",
        "training.autodiff.compiled": "Keras compiles a measurement into a graph",
        "training.autodiff.repeated": "Keras compiles many steps into one graph",
        "training.autodiff.one_by_one": "or, where they are few, takes them without",
        "training.engine.FEW_STEPS": "so few",
        "training.autodiff.outside_of_graph": "the same",
        "training.autodiff.TensorFlowBackend": "the two backends",
        "training.autodiff.TorchBackend": "the two backends",
        "training.autodiff.BACKENDS": "the two backends",
        "training.engine.leaves_of": "Keras freezes layers, PyTorch weights",
        "training.step.Scope": "Keras tells layers that they train through a layer's call",
        "training.step.run_after_step": "the same",
        "training.step.all_finite": "Keras decides inside of the graph whether to move",
    },
    "torch": {
        "adapter.in_use": "PyTorch keeps the mode in the modules",
        "nets.mlp.glorot_linear": "Keras starts its layers so by itself",
        "session.device": "PyTorch moves models and data itself",
    },
}
# What differs in its signature or its value, and why.
OTHER_SIGNATURE = {
    "nets.corruption.Corruption.forward": "PyTorch keeps the training mode in the layer",
    "nets.selection.WinnerTakeAll.forward": "the same",
    "training.engine.Engine.framework": "the name",
    "training.step.values_of": "PyTorch keeps the training mode in the model",
    "training.step.train_step": "Keras cannot leave a graph where an earlier move failed",
}


def names_in(body):
    """Return the public names that the statements of a module or class define, and __init__."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            targets = [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            assigned = node.targets if isinstance(node, ast.Assign) else [node.target]
            targets = [getattr(target, "id", "_") for target in assigned]
        else:
            targets = []
        public = [name for name in targets if name == "__init__" or not name.startswith("_")]
        for name in public:
            yield name, getattr(node, "body", []) if isinstance(node, ast.ClassDef) else []


def members(twin, module):
    """Return what a module and its classes define and do not hide: {name: object}.

    What Keras names `call` is found under PyTorch's name, `forward`.
    """
    content = importlib.import_module(f"aelib.{twin}.{module}")
    found = {}
    for name, body in names_in(ast.parse(inspect.getsource(content)).body):
        item = getattr(content, name)
        found[f"{module}.{name}"] = item
        for member, _ in names_in(body):
            known = "forward" if (twin, member) == ("keras", "call") else member
            found[f"{module}.{name}.{known}"] = vars(item)[member]
    return found


def shared(module):
    """Return the pairs (name, Keras's, PyTorch's) that both twins must have."""
    keras, torch = (members(twin, module) for twin in TWINS)
    return [(name, keras[name], torch[name]) for name in sorted(keras.keys() & torch.keys())]


def signature(item):
    """Return names, kinds and defaults of the parameters."""
    item = item.__func__ if isinstance(item, classmethod | staticmethod) else item
    parameters = inspect.signature(item).parameters.values()
    return [(p.name, p.kind.name, p.default) for p in parameters]


def paragraphs(item):
    """Return the paragraphs of a docstring, but those that begin with a framework's name."""
    blocks = (inspect.getdoc(item) or "").split("\n\n")
    return [block for block in blocks if not block.lstrip().startswith(("Keras:", "PyTorch:"))]


def own_names(twin, module):
    """Return the names of a module that only one twin needs, members of an own class included."""
    found = members(twin, module)
    return {
        name
        for name in found
        if any(name == own or name.startswith(f"{own}.") for own in OWN[twin])
        or (twin == "keras" and name.endswith(DESCRIBES))
    }


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
    names = {twin: set(members(twin, module)) - own_names(twin, module) for twin in TWINS}
    assert names["keras"] == names["torch"]


@pytest.mark.parametrize("module", MODULES)
def test_a_name_is_the_same_kind_of_thing_with_the_same_signature(module):
    for name, keras, torch in shared(module):
        assert isinstance(keras, property) == isinstance(torch, property), name
        assert inspect.isclass(keras) == inspect.isclass(torch), name
        if inspect.isroutine(torch) and name not in OTHER_SIGNATURE:
            assert signature(keras) == signature(torch), name
        elif isinstance(torch, str | tuple | int | float) and name not in OTHER_SIGNATURE:
            assert keras == torch, name


def documented(twin, name):
    """Return what is exported under a name, and its public methods and properties, by name."""
    item = getattr(importlib.import_module(f"aelib.{twin}"), name)
    inside = vars(item).items() if inspect.isclass(item) else ()
    public = {key: value for key, value in inside if not key.startswith("_")}
    return {name: item, **{key: value for key, value in public.items() if inspect.getdoc(value)}}


@pytest.mark.parametrize("name", [name for name in PUBLIC if not name.isupper()])
def test_what_is_exported_says_the_same_about_itself(name):
    """Whole docstrings are compared; what holds for one framework is a paragraph of its own."""
    keras, torch = (documented(twin, name) for twin in TWINS)
    assert paragraphs(torch[name])
    for key in keras.keys() & torch.keys():
        assert paragraphs(keras[key]) == paragraphs(torch[key]), key


@pytest.mark.parametrize("twin", TWINS)
def test_every_exception_to_the_rule_still_exists(twin):
    found = {name for module in MODULES for name in members(twin, module)}
    assert OWN[twin].keys() <= found
    other = {name for module in MODULES for name, *_ in shared(module)}
    assert other >= OTHER_SIGNATURE.keys()


def test_the_adapter_of_each_twin_names_its_framework(both):
    names = {name: framework.twin.ADAPTER.framework for name, framework in both.items()}
    assert names == {"keras": "Keras", "torch": "PyTorch"}
