"""Where a model's randomness comes from."""

import keras
from keras import KerasTensor as Tensor


class Noisy(keras.Layer):
    """A part of a model whose every random number comes from `noise`.

    Tests and `aelib.parity` put their own numbers in its place, the same for both frameworks.

    Keras: a class of this kind makes its `seed_generator` when it is made.
    """

    seed_generator: keras.random.SeedGenerator

    def noise(self, name: str, shape: tuple[int, ...], kind: str = "normal") -> Tensor:
        """Return fresh random numbers, on the device of the model.

        Args:
            name: what the numbers are for; each draw of a step has a name of its own.
            shape: of the result.
            kind: "normal" for N(0, 1), "uniform" for the interval [0, 1).

        Raises `ValueError` for another kind.
        """
        if kind == "normal":
            return keras.random.normal(shape, seed=self.seed_generator)
        if kind == "uniform":
            return keras.random.uniform(shape, seed=self.seed_generator)
        raise ValueError(f"kind of the noise {name} must be 'normal' or 'uniform', got {kind!r}")
