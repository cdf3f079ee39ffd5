"""The embedded real data: scikit-learn's handwritten digits at the size of Fashion-MNIST."""

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

from aelib.data.dataset import Dataset, split

SIDE = 28
# The 1,797 images come in the order of the forms they were written on; a fixed shuffle keeps
# every writer from landing in one part only.
SHUFFLE_SEED = 0


def digits() -> Dataset:
    """Return 1,797 handwritten digits, 8 x 8 pixels resized bilinearly to 28 x 28, in [0, 1].

    Source: Alpaydin & Kaynak (1998), Optical Recognition of Handwritten Digits, as shipped with
    scikit-learn. Parts: 1,297 train, 200 valid, 300 test.
    """
    bunch = load_digits()
    small = (bunch.images / 16).astype(np.float32)
    large = [
        Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BILINEAR) for image in small
    ]
    x = np.stack([np.asarray(image) for image in large]).clip(0, 1)
    order = np.random.default_rng(SHUFFLE_SEED).permutation(len(x))
    names = tuple(str(digit) for digit in range(10))
    return split("digits", x[order], bunch.target[order], names, (1297, 200, 300))
