"""From named terms to one number, at some progress of the training."""

import pytest

from aelib import warm_up
from aelib.training import Player
from aelib.training.objective import weighted_sum, weights_at


def test_the_weighted_sum_counts_an_absent_weight_as_one():
    assert weighted_sum({"a": 2.0, "b": 3.0}, {"b": 0.5}) == 3.5


def test_a_weight_may_be_a_function_of_the_progress():
    assert weights_at({"a": 2, "b": lambda t: 10 * t}, 0.25) == {"a": 2.0, "b": 2.5}


@pytest.mark.parametrize(("progress", "weight"), [(0, 0), (0.1, 1), (0.2, 2), (0.9, 2), (1, 2)])
def test_a_warm_up_is_a_line_and_then_a_constant(progress, weight):
    assert warm_up(0.2, 2.0)(progress) == pytest.approx(weight)


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan")])
def test_a_warm_up_takes_a_share_of_the_steps(share):
    with pytest.raises(ValueError, match=r"share must lie in \(0, 1\], got"):
        warm_up(share)


def test_a_player_names_parts_and_moves_at_least_once():
    with pytest.raises(ValueError, match="parts must be a tuple of names, got the string 'enc"):
        Player("encoder", parts="encoder")
    with pytest.raises(ValueError, match="steps of critic must be at least 1, got 0"):
        Player("critic", steps=0)
