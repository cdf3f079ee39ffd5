"""What a model is made of."""

from itertools import chain

from torch import Tensor, nn


def modules(model: nn.Module) -> list[nn.Module]:
    """Return the model and every module in it, each once, in the order in which they were made."""
    return list(model.modules())


def own_weights(layer: nn.Module) -> dict[str, Tensor]:
    """Return weights and buffers that a module has itself, by name, not those of modules in it."""
    return dict(chain(layer.named_parameters(recurse=False), layer.named_buffers(recurse=False)))
