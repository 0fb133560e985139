"""Samples of functions of matrices, and of linear equations for matrices."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import fixed, reals, sample
from tests.ops.samples_linalg import PRECISIONS, STACKS
from tests.ops.samples_spectra import apart


def exponential(x: np.ndarray) -> np.ndarray:
    """The power series of a small part of the matrix, in extended precision, then squares."""
    wide = np.clongdouble if x.dtype.kind == "c" else np.longdouble
    x = x.astype(wide) / 2**6
    y = term = np.broadcast_to(np.eye(x.shape[-1], dtype=wide), x.shape)
    for k in range(1, 30):
        term = term @ x / k
        y = y + term
    for _ in range(6):
        y = y @ y
    return y


def square_root(x: np.ndarray) -> np.ndarray:
    e, v = np.linalg.eig(x)
    y = (v * np.sqrt(e.astype(complex))[..., None, :]) @ np.linalg.inv(v)
    return y if x.dtype.kind == "c" else y.real


def logarithm(x: np.ndarray) -> np.ndarray:
    e, v = np.linalg.eig(x)
    y = (v * np.log(e.astype(complex))[..., None, :]) @ np.linalg.inv(v)
    return y if x.dtype.kind == "c" else y.real


def in_discrete_time(a: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The sum of a^k q (a^H)^k, for small matrices."""
    y = np.zeros(np.broadcast_shapes(a.shape, q.shape), q.dtype) + q
    for _ in range(8):
        y = y + a @ y @ a.mT.conj()
        a = a @ a
    return y


def by_kronecker_products(a: np.ndarray, b: np.ndarray, q: np.ndarray) -> np.ndarray:
    n, m = a.shape[-1], b.shape[-1]
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2], q.shape[:-2])
    a, b, q = (np.broadcast_to(x, lead + x.shape[-2:]) for x in (a, b, q))
    y = np.zeros(q.shape, q.dtype)
    for i in np.ndindex(*lead):
        system = np.kron(a[i], np.eye(m)) + np.kron(np.eye(n), b[i].T)
        y[i] = np.linalg.solve(system, q[i].reshape(-1)).reshape(n, m)
    return y


for label, shape in STACKS.items():
    options = {"label": label, "complex": True, "dtypes": PRECISIONS}
    sample("expm", reals(*shape), reference=exponential, **options)
    sample("sqrtm", apart(*shape), reference=square_root, **options)
    sample("logm", apart(*shape), reference=logarithm, **options)
SIZES = {"one": ((3, 3), (2, 2), (3, 2)), "stack": ((2, 2, 2), (2, 2), (2, 2, 2))}
for label, shapes in {**SIZES, "empty": ((0, 0), (2, 2), (0, 2))}.items():
    a, b, q = shapes
    sample(
        "sylvester",
        apart(*a),
        apart(*b),
        reals(*q),
        label=label,
        reference=by_kronecker_products,
        complex=True,
        dtypes=PRECISIONS,
    )

SIZES = {"one": ((3, 3), (3, 3)), "stack": ((2, 2, 2), (2, 2)), "empty": ((0, 0), (0, 0))}
for label, (a, q) in SIZES.items():
    sample(
        "stein",
        lambda rng, shape=a: 0.2 * reals(*shape)(rng),
        reals(*q),
        label=label,
        reference=in_discrete_time,
        complex=True,
        dtypes=PRECISIONS,
    )


sample(
    "relative_size",
    fixed([[[3.0, -5.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]),
    fixed([[1.0, 2.5], [0.0, 0.0]]),
    reference=lambda t, x: np.array([[[4.0]], [[2.0]]]),
    order=0,
    dtypes=PRECISIONS,
)
