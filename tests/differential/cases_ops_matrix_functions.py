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
