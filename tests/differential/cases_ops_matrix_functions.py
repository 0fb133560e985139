"""Functions of matrices: expm, sqrtm."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises, case
from tests.differential.op_cases import RTOL_OF_MATRICES, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 linear algebra")

for variant, shape in {"matrix": (3, 3), "stack": (2, 2, 2), "number": (1, 1)}.items():
    matrix = spread(shape)
    table("linalg.expm", variant, {"input": Leaf(matrix)}, rtol=RTOL_OF_MATRICES)
    regular = 0.3 * matrix + np.eye(shape[-1]) * (1.0 + 2.0 * np.arange(shape[-1]))
    table("linalg.sqrtm", variant, {"input": Leaf(regular)}, rtol=RTOL_OF_MATRICES)
for op in ("expm", "sqrtm"):
    for variant, wrong in {
        "rows": Leaf(np.ones((2, 3))),
        "vector": Leaf(np.ones(3)),
        "integers": Leaf([[1, 0], [0, 1]], "int32"),
    }.items():
        table.value(f"linalg.{op}", f"refuses_{variant}", {"input": wrong})


@case(
    "2.2 linear algebra",
    differs="TensorFlow gives NaN; here it is an error that says what to do",
    ours=Raises("InvalidArgumentError", "tf.complex64"),
)
def sqrtm_of_a_negative_matrix(tf: Any) -> Any:
    return tf.linalg.sqrtm(tf.constant([[-1.0, 0.0], [0.0, -1.0]]))


for variant, shape in {"matrix": (3, 3), "stack": (2, 2, 2), "number": (1, 1)}.items():
    values = 0.3 * spread(shape) + np.eye(shape[-1]) * (1.0 + 2.0 * np.arange(shape[-1]))
    turned = Leaf(values + 0.3j * spread(shape, start=31), "complex")
    for dtype in ("float32", "float64"):
        table.value(
            "linalg.logm",
            f"{variant}_{dtype}",
            {"input": turned},
            dtype=dtype,
            rtol=RTOL_OF_MATRICES[dtype],
        )
for variant, wrong in {"rows": np.ones((2, 3)), "vector": np.ones(3)}.items():
    table.value("linalg.logm", f"refuses_{variant}", {"input": Leaf(wrong, "complex")})


@case(
    "2.2 linear algebra",
    differs="real matrices are taken, if their logarithm is real",
    ours=[[0.0]],
)
def logm_of_a_real_matrix(tf: Any) -> Any:
    return tf.linalg.logm(tf.ones([1, 1]))


@case(
    "2.2 linear algebra",
    differs="TensorFlow gives NaN; here it is an error that tells the condition",
    ours=Raises("InvalidArgumentError", "singular"),
)
def logm_of_a_singular_matrix(tf: Any) -> Any:
    return tf.linalg.logm(tf.zeros([2, 2], tf.complex64))


@case(
    "2.2 linear algebra",
    differs="TensorFlow has no gradient of logarithms of matrices",
    ours=[[0.25 + 0.0j]],
    rtol=1e-6,
)
def gradient_of_logm(tf: Any) -> Any:
    x = tf.constant([[4.0 + 0.0j]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.linalg.logm(x)
    return tape.gradient(y, x)
