"""Entropies of a classifier's answers, against SciPy and by hand."""

import numpy as np
import pytest
from scipy.stats import entropy

from aelib.metrics import covered_classes, mean_entropy


def test_the_mean_entropy_is_that_of_scipy(rng):
    p = rng.dirichlet(np.ones(10), size=50)
    assert mean_entropy(p) == pytest.approx(entropy(p, axis=1).mean())


def test_certainty_has_no_entropy_and_ignorance_the_logarithm_of_the_classes():
    assert mean_entropy(np.eye(4)) == 0
    assert mean_entropy(np.full((3, 4), 0.25)) == pytest.approx(np.log(4))


def test_classes_are_counted_by_how_even_they_are():
    assert covered_classes(np.eye(10)) == pytest.approx(10)
    assert covered_classes(np.eye(10)[[3, 3, 3]]) == pytest.approx(1)
    assert covered_classes(np.eye(10)[[0, 0, 1, 1]]) == pytest.approx(2)
    uneven = np.eye(10)[[0, 0, 0, 1]]
    assert covered_classes(uneven) == pytest.approx(np.exp(entropy([0.75, 0.25])))


def test_a_class_counts_by_being_the_most_probable():
    hesitant = np.full((6, 3), 0.3)
    hesitant[:, 1] = 0.4
    assert covered_classes(hesitant) == pytest.approx(1)


@pytest.mark.parametrize("measure", [mean_entropy, covered_classes])
def test_what_is_no_probability_is_refused(measure):
    with pytest.raises(ValueError, match=r"must have shape \(n, classes\), got \(3,\)"):
        measure(np.ones(3) / 3)
    with pytest.raises(ValueError, match="add up to 1"):
        measure(np.ones((2, 3)))
    with pytest.raises(ValueError, match="add up to 1"):
        measure(np.array([[1.5, -0.5]]))
    with pytest.raises(ValueError, match="add up to 1"):
        measure(np.full((2, 3), np.nan))
