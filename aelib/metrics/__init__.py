"""What the course measures, on NumPy arrays, the same for both frameworks."""

from aelib.metrics.baselines import Baseline, mean_image, pca
from aelib.metrics.errors import mse, psnr
from aelib.metrics.geometry import principal_angles
from aelib.metrics.probes import knn_probe, linear_probe
from aelib.metrics.weighting import effective_beta

__all__ = [
    "Baseline",
    "effective_beta",
    "knn_probe",
    "linear_probe",
    "mean_image",
    "mse",
    "pca",
    "principal_angles",
    "psnr",
]
