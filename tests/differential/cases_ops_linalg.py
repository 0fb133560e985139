"""Inverses, linear systems, determinants and Cholesky factors."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case
from tests.differential.op_cases import RTOL_OF_MATRICES, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 linear algebra")

NOT_INVERTIBLE = "not invertible"


def regular(*shape: int) -> Leaf:
    return Leaf(spread(shape) + 4.0 * np.eye(shape[-1]))


def definite(*shape: int) -> Leaf:
    a = spread(shape)
    return Leaf((a + a.swapaxes(-1, -2)) / 2 + 6.0 * np.eye(shape[-1]))


def complex_regular(*shape: int) -> Leaf:
    return Leaf(regular(*shape).values + 1j * spread(shape, start=31), "complex")


def complex_definite(n: int) -> Leaf:
    a = spread((n, n)) + 1j * spread((n, n), start=31)
    return Leaf((a + a.conj().T) / 2 + 6.0 * np.eye(n), "complex")


def columns(*shape: int) -> Leaf:
    return Leaf(spread(shape, start=41))


def complex_columns(*shape: int) -> Leaf:
    return Leaf(spread(shape, start=41) + 1j * spread(shape, start=51), "complex")


SQUARES = {
    "matrix": regular(3, 3),
    "stack": regular(2, 2, 2),
    "number": regular(1, 1),
    "complex": complex_regular(3, 3),
}
RTOL = {"rtol": RTOL_OF_MATRICES}
for variant, matrix in SQUARES.items():
    table("linalg.inv", variant, {"input": matrix}, **RTOL)
    table("linalg.inv", f"{variant}_adjoint", {"input": matrix, "adjoint": True}, **RTOL)
for variant in ("matrix", "stack", "number"):
    table("linalg.slogdet", variant, {"input": SQUARES[variant]}, **RTOL)
    table("linalg.det", variant, {"input": SQUARES[variant]}, **RTOL)
table.value("linalg.det", "complex", {"input": complex_regular(3, 3)}, rtol=1e-4)
table.value("linalg.slogdet", "complex", {"input": complex_regular(3, 3)}, rtol=1e-4)
table.value("linalg.slogdet", "singular", {"input": Leaf([[1.0, 2.0], [2.0, 4.0]])})
table.value("linalg.det", "singular", {"input": Leaf([[1.0, 2.0], [2.0, 4.0]])})
table.value("linalg.det", "empty", {"input": Leaf(np.zeros((0, 0)))})
table.value("linalg.inv", "empty", {"input": Leaf(np.zeros((0, 0)))})

DEFINITE = {
    "matrix": definite(3, 3),
    "stack": definite(2, 2, 2),
    "number": definite(1, 1),
    "complex": complex_definite(3),
}
for variant, matrix in DEFINITE.items():
    table("linalg.cholesky", variant, {"input": matrix}, **RTOL)
    table("linalg.logdet", variant, {"matrix": matrix}, **RTOL)
table.value("linalg.cholesky", "of_the_lower_triangle", {"input": Leaf([[4.0, 9.0], [2.0, 10.0]])})

SYSTEMS = {
    "column": (regular(3, 3), columns(3, 1)),
    "columns": (regular(3, 3), columns(3, 2)),
    "stack": (regular(2, 2, 2), columns(2, 2, 3)),
    "complex": (complex_regular(3, 3), complex_columns(3, 2)),
}
for variant, (matrix, rhs) in SYSTEMS.items():
    for adjoint in (False, True):
        kind = variant + ("_adjoint" if adjoint else "")
        system = {"matrix": matrix, "rhs": rhs}
        table("linalg.solve", kind, {**system, "adjoint": adjoint}, **RTOL)
        for lower in (True, False):
            table(
                "linalg.triangular_solve",
                kind + ("_lower" if lower else "_upper"),
                {**system, "lower": lower, "adjoint": adjoint},
                **RTOL,
            )
    table("linalg.cholesky_solve", variant, {"chol": matrix, "rhs": rhs}, **RTOL)
BROADCAST = {"matrix": regular(2, 2), "rhs": columns(3, 2, 1)}
table("linalg.triangular_solve", "broadcast", BROADCAST, **RTOL)
table("linalg.cholesky_solve", "broadcast", {"chol": regular(2, 2), "rhs": columns(3, 2, 1)})

for op, argument in {
    "inv": "input",
    "det": "input",
    "slogdet": "input",
    "cholesky": "input",
    "logdet": "matrix",
}.items():
    for variant, wrong in {
        "rows": Leaf(np.ones((2, 3))),
        "vector": Leaf(np.ones(3)),
        "integers": Leaf([[1, 0], [0, 1]], "int32"),
    }.items():
        table.value(f"linalg.{op}", f"refuses_{variant}", {argument: wrong})
SINGULAR = Leaf([[1.0, 2.0], [2.0, 4.0]])
table.value("linalg.inv", "refuses_singular", {"input": SINGULAR}, match=NOT_INVERTIBLE)
for op, argument in (
    ("solve", "matrix"),
    ("triangular_solve", "matrix"),
    ("cholesky_solve", "chol"),
):
    for variant, rhs in {
        "vector": columns(2),
        "rows": columns(3, 1),
        "dtypes": Leaf(np.ones((2, 1)), "float64"),
    }.items():
        table.value(f"linalg.{op}", f"refuses_{variant}", {argument: regular(2, 2), "rhs": rhs})
table.value(
    "linalg.solve",
    "refuses_singular",
    {"matrix": SINGULAR, "rhs": columns(2, 1)},
    match=NOT_INVERTIBLE,
)
table.value("linalg.solve", "refuses_batches", {"matrix": regular(2, 2), "rhs": columns(3, 2, 1)})


def gradient(tf: Any, function: Any, values: Any) -> Any:
    x = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


NAN = "TensorFlow gives NaN or infinity, on the CPU; here it is an error that tells the condition"


@case("2.2 linear algebra", differs=NAN, ours=Raises("InvalidArgumentError", "not positive def"))
def cholesky_of_an_indefinite_matrix(tf: Any) -> Any:
    # The upper triangle is not even NaN there, but memory that nobody wrote.
    return tf.linalg.cholesky(tf.constant([[1.0, 2.0], [2.0, 1.0]]))[1, 1]


@case("2.2 linear algebra", differs=NAN, ours=Raises("InvalidArgumentError", "not positive def"))
def logdet_of_an_indefinite_matrix(tf: Any) -> Any:
    return tf.linalg.logdet(tf.constant([[1.0, 2.0], [2.0, 1.0]]))


@case("2.2 linear algebra", differs=NAN, ours=Raises("InvalidArgumentError", "not invertible"))
def triangular_solve_with_zero_on_the_diagonal(tf: Any) -> Any:
    return tf.linalg.triangular_solve(tf.constant([[0.0, 0.0], [1.0, 2.0]]), tf.ones([2, 1]))


@case(
    261,
    differs="the gradient of a determinant at a singular matrix exists: it is the adjugate",
    ours=[[4.0, -2.0], [-2.0, 1.0]],
    rtol=1e-5,
)
def gradient_of_det_at_a_singular_matrix(tf: Any) -> Any:
    return gradient(tf, tf.linalg.det, [[1.0, 2.0], [2.0, 4.0]])


@case(
    "2.2 linear algebra",
    differs="gradients are conjugates of derivatives, and that of [[z]] -> z is 1",
    ours=[[1.0 + 0.0j]],
)
def gradient_of_a_complex_det(tf: Any) -> Any:
    return gradient(tf, tf.linalg.det, [[1.0 + 2.0j]])
