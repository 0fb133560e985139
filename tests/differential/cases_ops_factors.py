"""Factors and systems of TensorFlow's: lu, eig, and matrices of few diagonals."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.differential.harness import Raises, case
from tests.differential.op_cases import RTOL_OF_MATRICES, Leaf, OpTable, spread

ROW = "2.2 linear algebra"
table = OpTable(__name__, ROW)


def register(name: str, run: Callable[[Any], Any], rtol: float | None = None) -> None:
    run.__name__, run.__module__ = name, __name__  # type: ignore[attr-defined]
    case(ROW, rtol=rtol)(run)


SQUARES = {"matrix": (3, 3), "stack": (2, 2, 2), "number": (1, 1)}
for variant, shape in SQUARES.items():
    for kind in ("real", "complex"):
        values = spread(shape) + (1j * spread(shape, start=31) if kind == "complex" else 0.0)
        leaf = Leaf(values, "complex" if kind == "complex" else None)
        name = variant if kind == "real" else f"{variant}_complex"
        if name == "stack_complex":  # whose pivots Eigen chooses by another measure
            continue
        for dtype in ("float32", "float64"):
            options: Any = {"dtype": dtype, "rtol": RTOL_OF_MATRICES[dtype]}
            table.value("linalg.lu", f"{name}_{dtype}", {"input": leaf}, **options)

        def from_factors(tf: Any, values: Any = values) -> Any:
            packed, p = tf.linalg.lu(tf.constant(values))
            rhs = tf.constant(spread((*values.shape[:-1], 2), start=41), packed.dtype)
            return [
                tf.linalg.lu_reconstruct(packed, p),
                tf.linalg.lu_matrix_inverse(packed, p),
                tf.linalg.lu_solve(packed, p, rhs),
            ]

        register(f"from_factors_{name}", from_factors, 1e-10)


def gradients_through_factors(tf: Any) -> Any:
    packed = tf.constant(spread((3, 3)) + 3.0 * np.eye(3))
    rhs = tf.constant(spread((3, 2), start=41))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([packed, rhs])
        solved = tf.linalg.lu_solve(packed, tf.constant([2, 0, 1]), rhs)
        product = tf.linalg.lu_reconstruct(packed, tf.constant([2, 0, 1]))
    return tape.gradient(solved, [packed, rhs]), tape.gradient(product, packed)


register("gradients_through_factors", gradients_through_factors, 1e-11)
table.value("linalg.lu", "of_int64", {"input": Leaf(spread((2, 2))), "output_idx_type": "int64"})
table.value("linalg.lu", "empty", {"input": Leaf(np.zeros((0, 0)))})
table.value(
    "linalg.lu",
    "refuses_singular",
    {"input": Leaf([[1.0, 2.0], [2.0, 4.0]])},
    match="not invertible",
)
table.value(
    "linalg.lu", "refuses_index_types", {"input": Leaf(np.eye(2)), "output_idx_type": "float32"}
)
for variant, rhs in {"vector": np.ones(2), "rows": np.ones((3, 1))}.items():
    table.value(
        "linalg.lu_solve",
        f"refuses_{variant}",
        {"lower_upper": Leaf(np.eye(2)), "perm": [0, 1], "rhs": Leaf(rhs)},
    )


def eigenvalues_in_order(tf: Any, values: Any) -> Any:
    """Symmetric functions, which do not depend on the order of the eigenvalues."""
    x = tf.constant(values)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        e = tf.linalg.eigvals(x)
        squares = tf.reduce_sum(tf.math.real(e**2))
        sizes = tf.reduce_sum(tf.abs(e) ** 3)
    return squares, sizes, tape.gradient(squares, x), tape.gradient(sizes, x)


def projected(tf: Any, values: Any) -> Any:
    """The part of a matrix that belongs to its largest eigenvalue, and the gradient."""
    x = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(x)
        e, v = tf.linalg.eig(x)
        first = tf.argmax(tf.abs(e))
        part = v[:, first][:, None] * tf.linalg.inv(v)[first]
        found = tf.reduce_sum(tf.math.real(part) * spread(values.shape, start=9))
    return found, tape.gradient(found, x)


for variant, shape in SQUARES.items():
    values = 0.3 * spread(shape) + np.eye(shape[-1]) * (1.0 + 2.0 * np.arange(shape[-1]))
    register(f"eigvals_{variant}", partial(eigenvalues_in_order, values=values), 1e-10)
    turned = values + 0.3j * spread(shape, start=31)
    register(f"eigvals_{variant}_complex", partial(eigenvalues_in_order, values=turned), 1e-10)
register(
    "eigvals_rotation",
    partial(eigenvalues_in_order, values=np.array([[0.0, 2.0], [-1.0, 1.0]])),
    1e-10,
)
register("eig_projected", partial(projected, values=spread((3, 3))), 1e-9)
for op in ("eig", "eigvals"):
    for variant, wrong in {
        "rows": np.ones((2, 3)),
        "vector": np.ones(3),
        "nan": np.full((2, 2), np.nan),
    }.items():
        table.value(f"linalg.{op}", f"refuses_{variant}", {"tensor": Leaf(wrong)})
    register(
        f"dtypes_of_{op}",
        lambda tf, op=op: [  # type: ignore[misc]
            tf.nest.flatten(getattr(tf, op)(tf.eye(2, dtype=dtype)))[0].dtype
            for dtype in ("float32", "float64", "complex64", "complex128")
        ],
    )


@case(
    ROW,
    differs="the gradient does not exist where eigenvectors are dependent: TensorFlow's is wrong",
    ours=Raises("InvalidArgumentError", "defective"),
)
def gradient_of_the_eigenvalues_of_a_defective_matrix(tf: Any) -> Any:
    x = tf.constant([[1.0, 1.0], [0.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.eigvals(x) ** 2
    return tape.gradient(y, x)


# Matrices of few diagonals.
DIAGONALS = spread((3, 4)) + np.array([[0.0], [6.0], [0.0]])
STACK = spread((2, 3, 3)) + np.array([[0.0], [6.0], [0.0]])
DENSE = np.diag(DIAGONALS[1]) + np.diag(DIAGONALS[0, :3], 1) + np.diag(DIAGONALS[2, 1:], -1)
FORMS = {
    "compact": Leaf(DIAGONALS),
    "sequence": tuple([Leaf(d) for d in DIAGONALS]),
    "matrix": Leaf(
        np.diag(DIAGONALS[1]) + np.diag(DIAGONALS[0, :3], 1) + np.diag(DIAGONALS[2, 1:], -1)
    ),
}
RIGHT = Leaf(spread((4, 2), start=41))
TIGHT: Any = {"rtol": {"float32": 1e-4, "float64": 1e-11}}
for form, diagonals in FORMS.items():
    given = {"diagonals": diagonals, "rhs": RIGHT, "diagonals_format": form}
    table("linalg.tridiagonal_solve", form, given, **TIGHT)
    table("linalg.tridiagonal_matmul", form, given, **TIGHT)
SHORT = (Leaf(DIAGONALS[0, :3]), Leaf(DIAGONALS[1]), Leaf(DIAGONALS[2, 1:]))
table(
    "linalg.tridiagonal_solve",
    "shorter",
    {"diagonals": SHORT, "rhs": RIGHT, "diagonals_format": "sequence"},
    **TIGHT,
)
for variant, rhs in {"vectors": (2, 3), "stack": (2, 3, 2)}.items():
    given = {"diagonals": Leaf(STACK), "rhs": Leaf(spread(rhs, start=41))}
    table("linalg.tridiagonal_solve", variant, given, **TIGHT)
table.value(
    "linalg.tridiagonal_solve",
    "turned",
    {
        "diagonals": Leaf(DIAGONALS + 1j * spread((3, 4), start=31), "complex"),
        "rhs": Leaf(spread((2, 4)) + 1j * spread((2, 4), start=51), "complex"),
        "diagonals_format": "compact",
        "transpose_rhs": True,
        "conjugate_rhs": True,
    },
    rtol=1e-5,
)
table.value(
    "linalg.tridiagonal_solve",
    "perturbed",
    {
        "diagonals": Leaf([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 0.0]]),
        "rhs": Leaf(np.ones(3)),
        "perturb_singular": True,
    },
)
for variant, wrong in {
    "two": {"diagonals": Leaf(np.ones((2, 4)))},
    "rows": {"rhs": Leaf(np.ones((3, 1)))},
    "rank": {"rhs": Leaf(np.ones((2, 4, 1)))},
    "form": {"diagonals_format": "dense"},
    "no_pivots": {"partial_pivoting": False, "perturb_singular": True},
}.items():
    given = {"diagonals": Leaf(DIAGONALS), "rhs": RIGHT, **wrong}
    table.value("linalg.tridiagonal_solve", f"refuses_{variant}", given)
for variant, wrong in {"rows": np.ones((3, 1)), "vector": np.ones(4)}.items():
    given = {"diagonals": Leaf(DIAGONALS), "rhs": Leaf(wrong)}
    table.value("linalg.tridiagonal_matmul", f"refuses_{variant}", given)


@case(
    ROW,
    differs="TensorFlow gives NaN; here it is an error that tells the condition",
    ours=Raises("InvalidArgumentError", "not invertible"),
)
def tridiagonal_solve_of_a_singular_matrix(tf: Any) -> Any:
    return tf.linalg.tridiagonal_solve(tf.zeros([3, 2]), tf.ones([2]))


for lower in (True, False):
    for adjoint in (False, True):
        bands = spread((2, 3, 4), 0.25, 2.0)
        given = {
            "bands": Leaf(bands),
            "rhs": Leaf(spread((2, 4, 2), start=41)),
            "lower": lower,
            "adjoint": adjoint,
        }
        kind = ("lower" if lower else "upper") + ("_adjoint" if adjoint else "")
        table("linalg.banded_triangular_solve", kind, given, **TIGHT)
BANDS = Leaf([[4.0, 5.0, 6.0], [0.0, 1.0, 2.0]])
for variant, wrong in {"vector": np.ones(3), "rows": np.ones((4, 1))}.items():
    table.value(
        "linalg.banded_triangular_solve", f"refuses_{variant}", {"bands": BANDS, "rhs": Leaf(wrong)}
    )
table.value(
    "linalg.banded_triangular_solve",
    "refuses_singular",
    {"bands": Leaf(np.zeros((2, 3))), "rhs": Leaf(np.ones((3, 1)))},
    match="not invertible",
)

ALPHA, BETA = Leaf([1.0, 2.5, -1.0, 3.0]), Leaf([0.5, -1.25, 0.75])
for variant, chosen in {
    "all": {},
    "places": {"select": "i", "select_range": (1, 2)},
    "values": {"select": "v", "select_range": (0.0, 2.0)},
}.items():
    table.value(
        "linalg.eigh_tridiagonal",
        variant,
        {"alpha": ALPHA, "beta": BETA, **chosen},
        dtype="float64",
        rtol=1e-7,
    )
table.value("linalg.eigh_tridiagonal", "refuses_beta", {"alpha": ALPHA, "beta": ALPHA})
table.value(
    "linalg.eigh_tridiagonal", "refuses_select", {"alpha": ALPHA, "beta": BETA, "select": "x"}
)
table.value(
    "linalg.eigh_tridiagonal",
    "complex",
    {
        "alpha": Leaf([1.0, 2.0, 3.0], "complex"),
        "beta": Leaf([1.0 + 1.0j, 0.5j], "complex"),
    },
    rtol=1e-5,
)


@case(
    ROW,
    differs="TensorFlow differentiates its bisection, which gives something else",
    ours=[[0.8, 0.2], [-0.8]],
    rtol=1e-6,
)
def gradient_of_the_smallest_eigenvalue_of_three_diagonals(tf: Any) -> Any:
    alpha, beta = tf.constant([2.0, 5.0]), tf.constant([2.0])
    with tf.GradientTape() as tape:
        tape.watch([alpha, beta])
        y = tf.linalg.eigh_tridiagonal(alpha, beta)[0]
    return tape.gradient(y, [alpha, beta])


@case(
    ROW,
    differs="gradients are conjugates of derivatives, and that of 1 / z is -1 / z**2",
    ours=[[0.0j], [0.12 - 0.16j], [0.0j]],
    rtol=1e-6,
)
def gradient_of_a_complex_tridiagonal_system(tf: Any) -> Any:
    diagonals = tf.constant([[0.0j], [1.0 + 2.0j], [0.0j]])
    with tf.GradientTape() as tape:
        tape.watch(diagonals)
        y = tf.linalg.tridiagonal_solve(diagonals, tf.constant([1.0 + 0.0j]))
    return tape.gradient(y, diagonals)
