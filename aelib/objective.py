"""From named terms to one number."""

from collections.abc import Mapping
from typing import TypeVar

Scalar = TypeVar("Scalar")


def weighted_sum(terms: Mapping[str, Scalar], weights: Mapping[str, float]) -> Scalar:
    r"""Return the loss, the weighted sum of a model's terms; an absent weight is 1.

    .. math:: L = \sum_k \lambda_k L_k

    Works on the scalars of either framework. Raises `ValueError` for a weight without a term.
    """
    unknown = sorted(set(weights) - set(terms))
    if unknown:
        raise ValueError(
            f"loss_weights names {', '.join(unknown)}, but loss_terms gives only {', '.join(terms)}"
        )
    return sum(weights.get(name, 1.0) * term for name, term in terms.items())  # type: ignore
