"""From named terms to one number."""

from collections.abc import Callable, Mapping
from typing import Any, SupportsFloat, TypeVar

from aelib.checks import check_share_kept

Scalar = TypeVar("Scalar")
Weight = float | Callable[[float], float]


def warm_up(share: float, weight: float = 1.0) -> Callable[[float], float]:
    r"""Return a weight that grows along a straight line, and then stays.

    .. math:: \lambda(t) = \lambda \min(t / s, 1)

    with the progress t of the training in [0, 1] and the share s of the steps that it grows for.
    Used as a model's weight of KL: ``{"kl": warm_up(0.3)}``. Raises `ValueError` for a share
    outside of (0, 1]. Bowman et al. (2016).
    """
    check_share_kept(share)
    return lambda progress: weight * min(progress / share, 1.0)


def weights_at(weights: Mapping[str, Weight], progress: SupportsFloat) -> dict[str, float]:
    """Return the weights of the terms as numbers, at this progress of the training."""
    return {name: float(w(float(progress)) if callable(w) else w) for name, w in weights.items()}


def weighted_sum(terms: Mapping[str, Scalar], weights: Mapping[str, Scalar | float]) -> Scalar:
    r"""Return the loss, the weighted sum of a player's terms; an absent weight is 1.

    .. math:: L = \sum_k \lambda_k L_k

    Works on the scalars of either framework.
    """
    return sum(weights.get(name, 1.0) * term for name, term in terms.items())  # type: ignore


RESERVED = ("loss", "gradient")


def check_terms(model: Any, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise `ValueError` where the terms of the players are not named scalars, each of one player.

    Args:
        model: whose terms they are.
        values: of each player, its terms by name, as tensors.
    """
    seen: dict[str, str] = {}
    for player, terms in values.items():
        if not terms:
            raise ValueError(f"the player {player} has no terms: loss_terms gave an empty dict")
        for name, value in terms.items():
            if tuple(value.shape) != ():
                raise ValueError(
                    f"the term {name} has shape {tuple(value.shape)}, and should be a scalar: "
                    "give its mean over the batch"
                )
            if name in RESERVED:
                raise ValueError(f"no term may be called {name}: fit uses that name")
            if name in seen:
                raise ValueError(f"the players {seen[name]} and {player} both have a term {name}")
            seen[name] = player
    unknown = sorted(set(model.loss_weights) - set(seen))
    if unknown:
        raise ValueError(
            f"loss_weights names {', '.join(unknown)}, but the loss has only {', '.join(seen)}"
        )
