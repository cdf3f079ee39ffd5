"""Make the KL weights of different codes comparable."""


def effective_beta(kl_weight: float, pixels: int, reconstruction: str) -> float:
    r"""Return the weight of KL once reconstruction is summed over the pixels.

    A loss `mean over pixels + w KL` is `1/pixels` times `sum over pixels + w pixels KL`, so its
    effective beta is `w pixels`; a loss `sum over pixels + w KL` has effective beta `w`.

    Args:
        kl_weight: the factor of KL (summed over the codes, in nats) as the loss writes it.
        pixels: how many numbers one example has.
        reconstruction: "sum" or "mean" over these.

    Raises `ValueError` for another reduction. Higgins et al. (2017) call beta the factor of a sum.
    """
    if reconstruction not in ("sum", "mean"):
        raise ValueError(f"reconstruction must be 'sum' or 'mean', got {reconstruction!r}")
    return kl_weight * (pixels if reconstruction == "mean" else 1)
