"""What a code knows about the labels that the autoencoder never saw."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from aelib.data.dataset import Split

NEIGHBORS = 5
# Enough for both probes to rank codes, and a few seconds on two cores even for raw pixels.
EXAMPLES = 10_000
ITERATIONS = 1000


def linear_probe(train: Split, test: Split, c: float = 0.1) -> float:
    """Return the test accuracy of a logistic regression on standardized codes.

    It says how much of the classes a hyperplane can read off the code. Only the first 10,000
    training examples are used. `c` is the inverse strength of the L2 penalty.
    """
    model = make_pipeline(StandardScaler(), LogisticRegression(C=c, max_iter=ITERATIONS))
    return _accuracy(model, train, test)


def knn_probe(train: Split, test: Split, neighbors: int = NEIGHBORS) -> float:
    """Return the test accuracy of a vote among the nearest codes, in Euclidean distance.

    It says whether near codes mean the same class. Only the first 10,000 training examples are
    used.
    """
    return _accuracy(KNeighborsClassifier(neighbors), train, test)


def _accuracy(model, train: Split, test: Split) -> float:
    # Its products are so small that threads would wait for each other longer than they work.
    with threadpool_limits(1, user_api="blas"):
        model.fit(_flat(train.x[:EXAMPLES]), train.y[:EXAMPLES])
    return float(np.mean(model.predict(_flat(test.x)) == test.y))


def _flat(x: ArrayLike):
    array = np.asarray(x)
    return array.reshape(len(array), -1)
