"""How a trained model goes through a file, in each framework."""

import importlib


def through_keras_file(model, folder, _remake):
    path = folder / "model.keras"
    model.save(path)
    return importlib.import_module("keras").saving.load_model(path)


def through_state_dict(model, folder, remake):
    torch = importlib.import_module("torch")
    path = folder / "model.pt"
    torch.save(model.state_dict(), path)
    other = remake()
    other.load_state_dict(torch.load(path, weights_only=True))
    return other


THROUGH = {"keras": through_keras_file, "torch": through_state_dict}
