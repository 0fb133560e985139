"""scikit-learn's estimators that run on any array of the array API, of ours: values and gradients.

Run as a module with ``SCIPY_ARRAY_API=1``, which SciPy reads when it is imported; prints a line of
JSON for each, which `test_scikit_learn` looks at.
"""

from __future__ import annotations

import json
import sys
import traceback
from typing import Any

import numpy as np

import tapegrad as tf
from tests.numpy.scipy_calls import Function, answer

ROWS = np.array(
    [
        [0.3, 1.7, 0.9],
        [1.2, 0.5, 3.1],
        [2.2, 1.4, 0.7],
        [0.8, 2.9, 1.5],
        [1.9, 0.2, 2.4],
        [2.7, 2.1, 0.1],
        [0.1, 0.6, 1.1],
        [1.5, 1.0, 2.0],
    ]
)
TARGETS = np.array([0.5, 2.0, 1.1, 1.4, 2.2, 1.9, 0.2, 1.6])
CLASSES = np.array([0, 1, 0, 0, 1, 0, 1, 1])


def calls() -> dict[str, tuple[Function, Any]]:
    """Functions of a namespace and an array of it, and the data of that array."""
    from sklearn.decomposition import PCA
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import Ridge
    from sklearn.metrics import pairwise
    from sklearn.mixture import GaussianMixture
    from sklearn.model_selection import KFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import (
        MinMaxScaler,
        Normalizer,
        PolynomialFeatures,
        StandardScaler,
    )

    def ridge(xp: Any, x: Any) -> Any:
        model = Ridge(alpha=0.5, solver="svd").fit(x, xp.asarray(TARGETS, dtype=x.dtype))
        return model.predict(x[:3, :]), model.coef_, model.intercept_

    def ridge_by_targets(xp: Any, y: Any) -> Any:
        model = Ridge(alpha=0.5, solver="svd").fit(xp.asarray(ROWS, dtype=y.dtype), y)
        return model.coef_, model.intercept_

    def ridge_by_penalty(xp: Any, alpha: Any) -> Any:
        targets = np.stack([TARGETS, TARGETS[::-1]], axis=1)
        model = Ridge(alpha=alpha, solver="svd")
        rows = xp.asarray(ROWS, dtype=alpha.dtype)
        return model.fit(rows, xp.asarray(targets, dtype=alpha.dtype)).coef_

    def pca(xp: Any, x: Any) -> Any:
        model = PCA(n_components=2, svd_solver="full").fit(x)
        return model.explained_variance_, model.inverse_transform(model.transform(x))

    def lda(xp: Any, x: Any) -> Any:
        model = LinearDiscriminantAnalysis(solver="svd").fit(x, xp.asarray(CLASSES))
        return model.decision_function(x), model.transform(x)

    def mixture(xp: Any, x: Any) -> Any:
        model = GaussianMixture(
            n_components=2,
            covariance_type="diag",
            init_params="random_from_data",
            random_state=0,
            max_iter=5,
            tol=0.0,
            reg_covar=0.2,
        )
        return model.fit(x).means_, model.score_samples(x)

    def full_mixture(xp: Any, x: Any) -> Any:
        model = GaussianMixture(
            n_components=2,
            init_params="random_from_data",
            random_state=0,
            max_iter=4,
            tol=0.0,
            reg_covar=0.2,
        )
        return model.fit(x).covariances_, model.predict_proba(x)

    def whitened(xp: Any, x: Any) -> Any:
        model = PCA(n_components=2, svd_solver="full", whiten=True).fit(x)
        return abs(model.transform(x)), model.score_samples(x)

    def ridge_by_weights(xp: Any, w: Any) -> Any:
        rows, targets = xp.asarray(ROWS, dtype=w.dtype), xp.asarray(TARGETS, dtype=w.dtype)
        return Ridge(alpha=0.5, solver="svd").fit(rows, targets, sample_weight=w).coef_

    def ridge_by_one_penalty(xp: Any, alphas: Any) -> Any:
        rows, targets = (
            xp.asarray(ROWS, dtype=alphas.dtype),
            xp.asarray(TARGETS, dtype=alphas.dtype),
        )
        return Ridge(alpha=alphas[0], solver="svd").fit(rows, targets).coef_

    def cross_validated(xp: Any, x: Any) -> Any:
        targets = xp.asarray(TARGETS, dtype=x.dtype)
        total = 0.0
        for train, test in KFold(4).split(ROWS):
            model = make_pipeline(
                StandardScaler(),
                PCA(n_components=2, svd_solver="full"),
                Ridge(alpha=0.5, solver="svd"),
            )
            errors = model.fit(x[train], targets[train]).predict(x[test]) - targets[test]
            total = total + xp.sum(errors**2)
        return total

    def nystroem(xp: Any, x: Any) -> Any:
        model = Nystroem(kernel="rbf", gamma=0.5, n_components=4, random_state=0)
        return model.fit_transform(x)

    def transformed(estimator: Any) -> Function:
        return lambda xp, x: estimator.fit_transform(x)

    return {
        "rbf_kernel": (lambda xp, x: pairwise.rbf_kernel(x, gamma=0.7), ROWS),
        "euclidean_distances": (
            lambda xp, x: pairwise.euclidean_distances(
                x, xp.asarray(ROWS[::-1] + 0.1, dtype=x.dtype)
            ),
            ROWS,
        ),
        "cosine_similarity": (lambda xp, x: pairwise.cosine_similarity(x), ROWS),
        "polynomial_kernel": (lambda xp, x: pairwise.polynomial_kernel(x, degree=3), ROWS),
        "StandardScaler": (transformed(StandardScaler()), ROWS),
        "MinMaxScaler": (transformed(MinMaxScaler()), ROWS),
        "Normalizer": (transformed(Normalizer()), ROWS),
        "PolynomialFeatures": (transformed(PolynomialFeatures(degree=3)), ROWS),
        "PCA": (pca, ROWS),
        "Ridge": (ridge, ROWS),
        "Ridge by targets": (ridge_by_targets, TARGETS),
        "Ridge by penalty": (ridge_by_penalty, np.array([0.5, 2.0])),
        "LinearDiscriminantAnalysis": (lda, ROWS),
        "GaussianMixture": (mixture, ROWS),
        "Nystroem": (nystroem, ROWS),
        "Ridge by weights": (ridge_by_weights, np.linspace(0.5, 1.5, 8)),
        "Ridge by one penalty": (ridge_by_one_penalty, np.array([0.5])),
        "PCA, whitened": (whitened, ROWS),
        "GaussianMixture, full": (full_mixture, ROWS),
        "a cross-validated pipeline": (cross_validated, ROWS),
    }


def main() -> None:
    """Print what is found, one line of JSON for each estimator."""
    from sklearn import set_config

    tf.debugging.set_gradient_leaks("error")
    set_config(array_api_dispatch=True)
    for name, (function, data) in calls().items():
        try:
            found = answer(function, data)
        except Exception:  # noqa: BLE001 - the test shows whatever it was
            found = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps({"name": name, **found}) + "\n")


if __name__ == "__main__":
    main()
