"""What the course measures, on NumPy arrays, the same for both frameworks."""

from aelib.metrics.baselines import Baseline, mean_image, pca
from aelib.metrics.classes import covered_classes, mean_entropy
from aelib.metrics.densities import log_normal
from aelib.metrics.errors import cross_entropy, mse, psnr
from aelib.metrics.frechet import frechet_distance
from aelib.metrics.geometry import principal_angles
from aelib.metrics.probes import knn_probe, linear_probe
from aelib.metrics.rate_distortion import water_filling
from aelib.metrics.retrieval import average_precision, hamming
from aelib.metrics.unmixing import (
    abundance_rmse,
    match_endmembers,
    nnls_abundances,
    spectral_angles,
    vca,
)
from aelib.metrics.weighting import effective_beta

__all__ = [
    "Baseline",
    "abundance_rmse",
    "average_precision",
    "covered_classes",
    "cross_entropy",
    "effective_beta",
    "frechet_distance",
    "hamming",
    "knn_probe",
    "linear_probe",
    "log_normal",
    "match_endmembers",
    "mean_entropy",
    "mean_image",
    "mse",
    "nnls_abundances",
    "pca",
    "principal_angles",
    "psnr",
    "spectral_angles",
    "vca",
    "water_filling",
]
