"""What a model is made of."""

import keras


def modules(model: keras.Layer) -> list[keras.Layer]:
    """Return the model and every layer in it, each once, in the order in which they were made."""
    found = {id(model): model}
    for layer in model._flatten_layers(include_self=False, recursive=False):
        found |= {id(inner): inner for inner in modules(layer)}
    return list(found.values())


def own_weights(layer: keras.Layer) -> dict[str, keras.Variable]:
    """Return weights and buffers that a layer has itself, by name, not those of layers in it."""
    inside = {id(weight) for inner in modules(layer)[1:] for weight in inner.weights}
    return {weight.name: weight for weight in layer.weights if id(weight) not in inside}
