"""ADBench's Gaussian mixture model: the gradient of one scalar.

With ``Q_k = diag(exp q_k) + strictly_lower(l_k)``, where ``icf[k] = [q_k, l_k]``::

    F =   sum_i LSE_k(alpha_k + sum(q_k) - |Q_k (x_i - mu_k)|^2 / 2)
        - n d/2 log(2 pi) - n LSE(alpha) + prior
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.objectives.arrays import Array, Tensor
from benchmarks.objectives.files import Numbers


class Mixture(NamedTuple):
    """One instance: `K` components of dimension `d`, `n` points."""

    alphas: Array  # (K,) unnormalised log-weights
    means: Array  # (K, d)
    icf: Array  # (K, d (d + 1) / 2) factor of the inverse covariance
    points: Array  # (n, d)
    gamma: float  # Wishart prior
    m: int  # Wishart prior


def read(path: Path) -> Mixture:
    """Read an instance that lists all its points."""
    numbers = Numbers(path)
    d, k, n = numbers.integers(3)
    alphas = numbers.array(k)
    means = numbers.array(k, d)
    icf = numbers.array(k, d * (d + 1) // 2)
    points = numbers.array(n, d)
    gamma = float(numbers.array(1)[0])
    (m,) = numbers.integers(1)
    return Mixture(alphas, means, icf, points, gamma, m)


def lower_triangle_index(d: int) -> NDArray[np.int32]:
    """Position of each entry of a strictly lower (d, d) matrix in ``[0, l]``; 0 elsewhere.

    `l` is filled column by column: column j, rows j + 1 to d - 1.
    """
    index = np.zeros((d, d), dtype=np.int32)
    position = 1
    for column in range(d):
        for row in range(column + 1, d):
            index[row, column] = position
            position += 1
    return index


def wishart_constant(d: int, gamma: float, m: int) -> float:
    """The part of the log prior of one component that depends on no parameter."""
    n = d + m + 1
    log_gamma = d * (d - 1) / 4 * math.log(math.pi) + sum(
        math.lgamma(n / 2 + (1 - j) / 2) for j in range(1, d + 1)
    )
    return n * d * (math.log(gamma) - 0.5 * math.log(2.0)) - log_gamma


def objective(
    tf: Any,
    alphas: Tensor,
    means: Tensor,
    icf: Tensor,
    mixture: Mixture,
    *,
    repaired_prior: bool = False,
    index: NDArray[np.int32] | None = None,
) -> Tensor:
    """The scalar F at the parameters `alphas`, `means`, `icf`; the rest comes from `mixture`.

    ADBench adds its prior with the wrong sign. `repaired_prior` subtracts it, as GradBench does.
    `index` is `lower_triangle_index(d)`, for who has it: some compilers would follow its loop.
    """
    n, d = mixture.points.shape
    k = mixture.alphas.shape[0]
    q, lower = icf[:, :d], icf[:, d:]
    exp_q = tf.exp(q)
    sum_q = tf.reduce_sum(q, axis=1)
    zero = tf.zeros((k, 1), dtype=tf.float64)
    index = lower_triangle_index(d) if index is None else index
    factors = tf.gather(tf.concat([zero, lower], axis=1), index, axis=1)

    centred = tf.constant(mixture.points)[:, None, :] - means[None]
    whitened = exp_q * centred + tf.einsum("kij,nkj->nki", factors, centred)
    inner = alphas + sum_q - 0.5 * tf.reduce_sum(tf.square(whitened), axis=2)
    likelihood = tf.reduce_sum(tf.reduce_logsumexp(inner, axis=1))
    likelihood = likelihood - n * tf.reduce_logsumexp(alphas) - n * d * 0.5 * math.log(2 * math.pi)

    squares = tf.reduce_sum(tf.square(exp_q)) + tf.reduce_sum(tf.square(lower))
    prior = 0.5 * mixture.gamma**2 * squares - mixture.m * tf.reduce_sum(sum_q)
    prior = prior - k * wishart_constant(d, mixture.gamma, mixture.m)
    return likelihood - prior if repaired_prior else likelihood + prior


def value_and_gradient(
    tf: Any, mixture: Mixture, *, repaired_prior: bool = False
) -> tuple[float, Array]:
    """F and its gradient ``[alphas | means | icf]``, each row-major, of K (1 + d + d (d+1)/2)."""
    parameters = [tf.constant(p) for p in (mixture.alphas, mixture.means, mixture.icf)]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        alphas, means, icf = parameters
        value = objective(tf, alphas, means, icf, mixture, repaired_prior=repaired_prior)
    gradients = tape.gradient(value, parameters)
    return float(value), np.concatenate([g.numpy().ravel() for g in gradients])
