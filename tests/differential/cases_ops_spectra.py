"""Spectra and orthogonal factors: eigh, svd, qr.

Signs and phases of vectors are not determined, so that products are compared that do not depend on
them. The reflections of qr determine its signs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.differential.harness import case
from tests.differential.op_cases import RTOL_OF_MATRICES, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 linear algebra")


def apart(*shape: int) -> np.ndarray:
    """Matrices whose eigenvalues and singular values keep a distance from one another."""
    m, n = shape[-2:]
    values: np.ndarray = 0.3 * spread(shape) + np.eye(m, n) * (1.0 + 2.0 * np.arange(n))
    return values


def complex_apart(m: int, n: int) -> np.ndarray:
    return apart(m, n) + 0.3j * spread((m, n), start=31)


SHAPES = {"matrix": (3, 3), "stack": (2, 2, 2), "number": (1, 1), "tall": (4, 2), "wide": (2, 4)}
SQUARES = ("matrix", "stack", "number")
for variant, shape in SHAPES.items():
    matrix = Leaf(apart(*shape))
    table("linalg.svd", variant, {"tensor": matrix, "full_matrices": False, "compute_uv": False})
    # What full_matrices adds to the q of tall matrices is not determined.
    if variant in SQUARES:
        table("linalg.eigvalsh", variant, {"tensor": matrix}, rtol=RTOL_OF_MATRICES)
        table("linalg.qr", variant, {"input": matrix, "full_matrices": True}, rtol=RTOL_OF_MATRICES)
    table("linalg.qr", f"{variant}_thin", {"input": matrix}, rtol=RTOL_OF_MATRICES)
table(
    "linalg.eigvalsh",
    "complex",
    {"tensor": Leaf(complex_apart(3, 3), "complex")},
    rtol=RTOL_OF_MATRICES,
)


for variant, shape in SHAPES.items():
    matrix = Leaf(apart(*shape))
    table("linalg.pinv", variant, {"a": matrix}, rtol=RTOL_OF_MATRICES)
    right = Leaf(spread((*shape[:-1], 2), start=41))
    system = {"matrix": matrix, "rhs": right}
    table("linalg.lstsq", variant, system, rtol=RTOL_OF_MATRICES)
    table(
        "linalg.lstsq",
        f"{variant}_regularized",
        {**system, "l2_regularizer": 0.5},
        rtol=RTOL_OF_MATRICES,
    )
    table.value("linalg.lstsq", f"{variant}_slow", {**system, "fast": False}, rtol=1e-4)
    table.value("linalg.matrix_rank", variant, {"a": matrix})
RANK_ONE = Leaf([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
table.value("linalg.matrix_rank", "of_one", {"a": RANK_ONE})
table.value("linalg.matrix_rank", "of_a_tolerance", {"a": Leaf(np.diag([3.0, 1.0])), "tol": 2.0})
table.value("linalg.pinv", "of_rank_one", {"a": RANK_ONE}, rtol=1e-5)
table.value("linalg.pinv", "of_a_limit", {"a": Leaf(np.diag([3.0, 1.0])), "rcond": 0.5}, rtol=1e-5)
table.value("linalg.pinv", "refuses_vector", {"a": Leaf(np.ones(3))})
for variant, right in {"vector": Leaf(np.ones(3)), "rows": Leaf(np.ones((2, 1)))}.items():
    table.value("linalg.lstsq", f"refuses_{variant}", {"matrix": RANK_ONE, "rhs": right})


def projectors(tf: Any, x: Any) -> Any:
    e, v = tf.linalg.eigh(x)
    return e, tf.matmul(v[..., :1], v[..., :1], adjoint_b=True)


def products(tf: Any, x: Any, *, full_matrices: bool = False) -> Any:
    s, u, v = tf.linalg.svd(x, full_matrices=full_matrices)
    return s, tf.matmul(u[..., :1], v[..., :1], adjoint_b=True)


def restored(tf: Any, x: Any) -> Any:
    s, u, v = tf.linalg.svd(x)
    return u @ tf.linalg.diag(s) @ tf.linalg.matrix_transpose(v)


def both_orders(tf: Any, function: Callable[[Any, Any], Any], values: np.ndarray) -> Any:
    x = tf.constant(values)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = function(tf, x)
        first = tape.gradient(found, x)
        numbers = tf.range(1.0, 1.0 + x.shape[-1], dtype="float64")
        weighted = tf.reduce_sum(tf.math.real(first) * numbers)
    return found, first, outer.gradient(weighted, x)


def register(name: str, run: Callable[[Any], Any]) -> None:
    run.__name__, run.__module__ = name, __name__  # type: ignore[attr-defined]
    case("2.2 linear algebra", rtol=1e-9)(run)


for variant, shape in SHAPES.items():
    if variant in SQUARES:
        register(f"eigh_{variant}", partial(both_orders, function=projectors, values=apart(*shape)))
    register(f"svd_{variant}", partial(both_orders, function=products, values=apart(*shape)))
register("eigh_complex", partial(both_orders, function=projectors, values=complex_apart(3, 3)))


def gradient_at(values: np.ndarray, function: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    def run(tf: Any) -> Any:
        x = tf.constant(values)
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = function(tf, x)
        return tape.gradient(found, x)

    return run


register("svd_restored", gradient_at(apart(3, 3), restored))
register("svd_restored_at_the_identity", gradient_at(np.eye(3), restored))
register("eigvalsh_at_the_identity", gradient_at(np.eye(3), lambda tf, x: tf.linalg.eigvalsh(x)))


def shapes_of_parts(tf: Any, full_matrices: bool) -> Any:
    return [part.shape for part in tf.linalg.svd(tf.ones([3, 2]), full_matrices=full_matrices)]


register("svd_shapes", partial(shapes_of_parts, full_matrices=False))
register("svd_shapes_of_full_matrices", partial(shapes_of_parts, full_matrices=True))
register("qr_shapes", lambda tf: [x.shape for x in tf.linalg.qr(tf.ones([3, 2]), True)])
register(
    "svd_of_complex_dtypes",
    lambda tf: [x.dtype for x in tf.linalg.svd(tf.constant(complex_apart(2, 2)))],
)
ARGUMENTS = {"eigh": "tensor", "eigvalsh": "tensor", "svd": "tensor", "qr": "input"}
for op, argument in ARGUMENTS.items():
    for variant, wrong in {
        "rows": Leaf(np.ones((2, 3))),
        "vector": Leaf(np.ones(3)),
        "integers": Leaf([[1, 0], [0, 1]], "int32"),
    }.items():
        if variant != "rows" or op.startswith("eig"):
            table.value(f"linalg.{op}", f"refuses_{variant}", {argument: wrong})
table.value("linalg.eigh", "refuses_nan", {"tensor": Leaf([[np.nan, 1.0], [1.0, 1.0]])})

for variant, axis in {"last": (-2, -1), "turned": (2, 0), "first": (0, 1)}.items():
    for keepdims in (False, True):
        arguments = {"tensor": Leaf(apart(2, 3, 2)), "ord": 2, "axis": list(axis)}
        kind = f"of_order_two_{variant}" + ("_kept" if keepdims else "")
        table("norm", kind, {**arguments, "keepdims": keepdims}, rtol=RTOL_OF_MATRICES)
table.value(
    "norm",
    "of_order_two_complex",
    {"tensor": Leaf(complex_apart(2, 3), "complex"), "ord": 2, "axis": [0, 1]},
    rtol=1e-5,
)
