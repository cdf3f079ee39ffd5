"""Rankings against scikit-learn, and against every order of what is tied."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from aelib.metrics import average_precision, hamming


def by_definition(relevant):
    """Return the average precision of one order."""
    ranks = np.flatnonzero(relevant) + 1
    return np.mean([np.mean(relevant[:rank]) for rank in ranks])


def test_without_ties_it_is_that_of_scikit_learn(rng):
    distances = rng.random((5, 200))
    relevant = rng.random((5, 200)) < 0.2
    expected = [average_precision_score(y, -d) for d, y in zip(distances, relevant, strict=True)]
    np.testing.assert_allclose(average_precision(distances, relevant), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", [np.uint16, np.int64, np.float64])
def test_with_ties_it_is_the_mean_over_all_orders_of_them(kind, rng):
    distances = np.array([[0, 2, 2, 2, 3, 3, 5]], kind)
    for _ in range(10):
        relevant = rng.permuted([[1, 1, 1, 0, 0, 0, 0]], axis=1)
        orders = [
            by_definition(relevant[0, [0, *(1 + np.array(first)), *(4 + np.array(second)), 6]])
            for first in permutations(range(3))
            for second in permutations(range(2))
        ]
        assert average_precision(distances, relevant)[0] == pytest.approx(np.mean(orders))


def test_of_one_group_it_is_the_mean_over_random_orders(rng):
    relevant = np.arange(60) < 12
    orders = [by_definition(rng.permutation(relevant)) for _ in range(20_000)]
    found = average_precision(np.zeros((1, 60), np.uint8), relevant[None])[0]
    assert found == pytest.approx(np.mean(orders), abs=4 * np.std(orders) / np.sqrt(20_000))


def test_the_order_of_the_examples_does_not_matter(rng):
    distances, relevant = rng.integers(0, 17, (3, 500)), rng.random((3, 500)) < 0.1
    order = rng.permutation(500)
    np.testing.assert_allclose(
        average_precision(distances, relevant),
        average_precision(distances[:, order], relevant[:, order]),
        rtol=1e-12,
    )


def test_a_perfect_ranking_and_the_worst():
    relevant = np.array([[True, True, False, False]])
    assert average_precision([[0.0, 1, 2, 3]], relevant)[0] == 1
    assert average_precision([[3.0, 2, 1, 0]], relevant)[0] == pytest.approx((1 / 3 + 2 / 4) / 2)


@pytest.mark.parametrize("bits", [8, 13, 16, 24, 32, 64, 600])
def test_hamming_counts_the_bits_that_differ(bits, rng):
    first, second = rng.integers(0, 2, (7, bits)), rng.integers(0, 2, (9, bits))
    expected = (first[:, None] != second[None]).sum(axis=2)
    packed = [np.packbits(codes, axis=1) for codes in (first, second)]
    np.testing.assert_array_equal(hamming(*packed), expected)
    # With signs for bits, a distance is half of what the product lacks.
    signs = 2 * first - 1, 2 * second - 1
    np.testing.assert_array_equal(hamming(*packed), (bits - signs[0] @ signs[1].T) // 2)


def test_what_has_no_answer_is_refused():
    with pytest.raises(ValueError, match=r"one shape .*\(1, 2\) and \(1, 3\)"):
        average_precision(np.zeros((1, 2)), np.ones((1, 3), bool))
    with pytest.raises(ValueError, match="nothing is relevant to query 1"):
        average_precision(np.zeros((2, 2)), np.array([[True, False], [False, False]]))
    with pytest.raises(ValueError, match="NaN"):
        average_precision(np.array([[np.nan, 1]]), np.array([[True, False]]))
    with pytest.raises(ValueError, match="first must hold packed bits"):
        hamming(np.ones((2, 16), bool), np.ones((2, 2), np.uint8))
    with pytest.raises(ValueError, match="2 bytes a code, and second 4"):
        hamming(np.ones((2, 2), np.uint8), np.ones((2, 4), np.uint8))
