"""The two baselines that every deterministic autoencoder has to answer to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.decomposition import PCA

from aelib.checks import check_latent_dim


@dataclass(frozen=True)
class Baseline:
    """A linear code with a closed form: x_hat = mean + components.T @ z.

    Attributes:
        mean: the mean example, in the shape of one example.
        components: orthonormal rows, one a code, shape (latent_dim, pixels).
        variances: the variance of the training data along each, in decreasing order.
    """

    mean: NDArray[np.float64]
    components: NDArray[np.float64]
    variances: NDArray[np.float64]

    @property
    def latent_dim(self) -> int:
        """How many numbers a code has; 0 for the mean image."""
        return len(self.components)

    def first(self, latent_dim: int) -> "Baseline":
        """Return the baseline with the first codes only; of PCA, that is PCA with fewer codes.

        Raises `ValueError` where there are not as many.
        """
        if not 0 <= latent_dim <= self.latent_dim:
            raise ValueError(f"latent_dim must be 0 to {self.latent_dim}, got {latent_dim}")
        kept = slice(latent_dim)
        return Baseline(self.mean, self.components[kept], self.variances[kept])

    def encode(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the codes of x. Shapes: (n, ...) -> (n, latent_dim)."""
        flat = np.asarray(x, np.float64).reshape(len(np.asarray(x)), -1)
        return (flat - self.mean.ravel()) @ self.components.T

    def decode(self, z: ArrayLike) -> NDArray[np.float64]:
        """Return the reconstructions of codes. Shapes: (n, latent_dim) -> (n, ...)."""
        flat = np.asarray(z, np.float64) @ self.components + self.mean.ravel()
        return flat.reshape(len(flat), *self.mean.shape)

    def reconstruct(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return decode(encode(x))."""
        return self.decode(self.encode(x))


def mean_image(x: ArrayLike) -> Baseline:
    """Return the baseline whose code is empty: it answers the mean of x to everything."""
    array = np.asarray(x, np.float64)
    nothing = np.empty((0, array[0].size))
    return Baseline(array.mean(axis=0), nothing, np.empty(0))


def pca(x: ArrayLike, latent_dim: int) -> Baseline:
    """Return the principal component analysis of x: the best linear code of that size.

    No linear encoder and decoder has a smaller mean squared error on x (Eckart & Young, 1936).
    Raises `ValueError` where latent_dim is not between 1 and the number of pixels.
    """
    array = np.asarray(x, np.float64)
    pixels = array[0].size
    if check_latent_dim(latent_dim) > pixels:
        raise ValueError(f"latent_dim must be at most {pixels}, the pixels of x, got {latent_dim}")
    fitted = PCA(latent_dim, svd_solver="covariance_eigh").fit(array.reshape(len(array), -1))
    mean = fitted.mean_.reshape(array.shape[1:])
    return Baseline(mean, fitted.components_, fitted.explained_variance_)
