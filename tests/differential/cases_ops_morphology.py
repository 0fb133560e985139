"""Dilation and erosion of images."""

from __future__ import annotations

from typing import Any

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 nn")

IMAGES, ELEMENT = spread([2, 4, 5, 2]), spread([2, 3, 2], start=9)
ONES = [1, 1, 1, 1]
VARIANTS: Variants = {
    "same": {"strides": ONES, "padding": "SAME", "data_format": "NHWC", "dilations": ONES},
    "valid": {
        "strides": [1, 2, 1, 1],
        "padding": "VALID",
        "data_format": "NHWC",
        "dilations": [1, 1, 2, 1],
    },
}
for op, first in (("nn.dilation2d", "input"), ("nn.erosion2d", "value")):
    for variant, arguments in VARIANTS.items():
        inputs: dict[str, Any] = {first: Leaf(IMAGES), "filters": Leaf(ELEMENT), **arguments}
        # TensorFlow has no second derivatives of these, and so no tangents.
        table(op, variant, inputs, second=False, tangents=False)
    refused: Variants = {
        "format": {"data_format": "NCHW"},
        "channels": {"filters": Held(spread([2, 3, 3]))},
        "padding": {"padding": "FULL"},
    }
    for variant, arguments in refused.items():
        inputs = {first: Held(IMAGES), "filters": Held(ELEMENT), **VARIANTS["same"], **arguments}
        table.value(op, f"refuses_{variant}", inputs)
    inputs = {first: Held(IMAGES * 8, "int32"), "filters": Held(ELEMENT * 8, "int32")}
    table.value(op, "of_int32", {**inputs, **VARIANTS["same"]})
ties = (IMAGES > 0).astype(float)
flat = ELEMENT * 0.0
table(
    "nn.dilation2d",
    "ties",
    {"input": Leaf(ties), "filters": Leaf(flat), **VARIANTS["same"]},
    second=False,
    tangents=False,
)
