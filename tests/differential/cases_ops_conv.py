"""Convolutions, transposed convolutions, depthwise and separable convolutions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import Raises
from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 nn")

# Sums of many products differ in their order.
SUMS = {"rtol": 1e-5}


def convolved(op: str, variants: Variants, image: Any, kernel: Any, **options: Any) -> None:
    for variant, arguments in variants.items():
        inputs = {"input": Leaf(image), "filters": Leaf(kernel), **arguments}
        table(op, variant, inputs, **options)


IMAGE, KERNEL = spread([2, 5, 6, 2]), spread([3, 2, 2, 3], start=20)
convolved(
    "nn.conv2d",
    {
        "same": {"strides": 1, "padding": "SAME"},
        "valid": {"strides": 1, "padding": "VALID"},
        "strided": {"strides": 2, "padding": "SAME"},
        "strides_2": {"strides": [2, 1], "padding": "VALID"},
        "strides_4": {"strides": [1, 2, 3, 1], "padding": "SAME"},
        "strides_1": {"strides": [2], "padding": "SAME"},
    },
    IMAGE,
    KERNEL,
    **SUMS,
)
convolved(
    "nn.conv2d",
    {
        "dilated": {"strides": 1, "padding": "SAME", "data_format": "NHWC", "dilations": 2},
        "dilations_2": {
            "strides": 1,
            "padding": "VALID",
            "data_format": "NHWC",
            "dilations": [1, 3],
        },
        "explicit": {"strides": 1, "padding": [[0, 0], [1, 2], [1, 0], [0, 0]]},
        "explicit_strided": {"strides": 2, "padding": [[0, 0], [2, 1], [0, 1], [0, 0]]},
    },
    IMAGE,
    KERNEL,
    dtypes=["float32"],
    **SUMS,
)
convolved(
    "nn.conv2d",
    {"pointwise": {"strides": 1, "padding": "VALID"}, "points": {"strides": 2, "padding": "SAME"}},
    IMAGE,
    spread([1, 1, 2, 3]),
    **SUMS,
)
convolved(
    "nn.conv2d",
    {"batches": {"strides": 1, "padding": "SAME"}},
    spread([2, 1, 3, 4, 2]),
    KERNEL,
    **SUMS,
)
convolved(
    "nn.conv2d",
    {"half": {"strides": 1, "padding": "SAME"}},
    spread([1, 3, 3, 1]),
    spread([2, 2, 1, 1]),
    dtypes=["float16"],
)
FIRST = {"data_format": "NCHW"}
for variant, padding in {
    "same": "SAME",
    "valid": "VALID",
    "explicit": [[0, 0], [0, 0], [1, 2], [3, 0]],
}.items():
    table.value(
        "nn.conv2d",
        f"channels_first_{variant}",
        {
            "input": Held(spread([2, 2, 5, 6])),
            "filters": Held(KERNEL),
            "strides": [1, 1, 1, 2],
            "padding": padding,
            **FIRST,
        },
        rtol=1e-5,
    )
table.value(
    "nn.conv2d",
    "grouped",
    {
        "input": Held(spread([1, 4, 4, 6])),
        "filters": Held(spread([2, 2, 2, 6])),
        "strides": 1,
        "padding": "SAME",
    },
    rtol=1e-5,
)
table.value(
    "nn.conv2d",
    "of_int32",
    {
        "input": Held([[[[1], [2]], [[3], [4]]]], "int32"),
        "filters": Held([[[[1]], [[10]]]], "int32"),
        "strides": 1,
        "padding": "SAME",
    },
)
table.value(
    "nn.conv2d",
    "no_images",
    {"input": Held(spread([0, 5, 6, 2])), "filters": Held(KERNEL), "strides": 1, "padding": "SAME"},
    differs="a result without entries has the shape of one, not that of the input",
    ours=np.zeros((0, 5, 6, 3), np.float32),
)

BASE: dict[str, Any] = {
    "input": Held(IMAGE),
    "filters": Held(KERNEL),
    "strides": 1,
    "padding": "SAME",
}
REFUSED: Variants = {
    "channels": {"input": Held(spread([1, 5, 6, 3]))},
    "groups": {"input": Held(spread([1, 5, 6, 4]))},
    "filter_rank": {"filters": Held(spread([3, 2, 4]))},
    "filter_of_nothing": {"filters": Held(spread([0, 2, 2, 3]))},
    "no_outputs": {"filters": Held(spread([3, 2, 2, 0]))},
    "too_large": {"filters": Held(spread([7, 2, 2, 3])), "padding": "VALID"},
    "stride_0": {"strides": 0},
    "stride_negative": {"strides": -1},
    "strides_3": {"strides": [2, 1, 1]},
    "strides_of_batch": {"strides": [2, 1, 1, 1]},
    "dilation_0": {"data_format": "NHWC", "dilations": 0},
    "dilations_of_batch": {"data_format": "NHWC", "dilations": [2, 1, 1, 1]},
    "padding": {"padding": "FULL"},
    "padding_lower": {"padding": "same"},
    "padding_explicit": {"padding": "EXPLICIT"},
    "paddings_2": {"padding": [[1, 2], [3, 0]]},
    "format": {"data_format": "NWHC"},
    "int64": {"input": Held(IMAGE, "int64"), "filters": Held(KERNEL, "int64")},
    "dtypes": {"filters": Held(KERNEL, "float64")},
}
for variant, arguments in REFUSED.items():
    table.value("nn.conv2d", f"refuses_{variant}", {**BASE, **arguments})

convolved(
    "nn.conv1d",
    {
        "same": {"stride": 2, "padding": "SAME"},
        "valid": {"stride": 1, "padding": "VALID"},
        "stride_list": {"stride": [2], "padding": "VALID"},
        "strides_3": {"stride": [1, 3, 1], "padding": "SAME"},
    },
    spread([2, 7, 3]),
    spread([3, 3, 2]),
    **SUMS,
)
convolved(
    "nn.conv1d",
    {
        "dilated": {"stride": 1, "padding": "SAME", "data_format": "NWC", "dilations": 2},
        "batches": {"stride": 1, "padding": "SAME"},
    },
    spread([2, 1, 7, 3]),
    spread([3, 3, 2]),
    dtypes=["float32"],
    **SUMS,
)
table.value(
    "nn.conv1d",
    "channels_first",
    {
        "input": Held(spread([2, 3, 7])),
        "filters": Held(spread([3, 3, 2])),
        "stride": 2,
        "padding": "SAME",
        "data_format": "NCW",
    },
    rtol=1e-5,
)
SEQUENCE: dict[str, Any] = {"input": Held(spread([2, 7, 3])), "filters": Held(spread([3, 3, 2]))}
for variant, arguments in {
    "channels": {"input": Held(spread([2, 7, 2])), "stride": 1, "padding": "SAME"},
    "padding": {"stride": 1, "padding": "FULL"},
    "format": {"stride": 1, "padding": "SAME", "data_format": "XX"},
}.items():
    table.value("nn.conv1d", f"refuses_{variant}", {**SEQUENCE, **arguments})

ONES = [1, 1, 1, 1, 1]
convolved(
    "nn.conv3d",
    {
        "same": {"strides": ONES, "padding": "SAME"},
        "strided": {"strides": [1, 1, 2, 1, 1], "padding": "VALID"},
    },
    spread([1, 3, 4, 3, 2]),
    spread([2, 3, 2, 2, 2]),
    **SUMS,
)
convolved(
    "nn.conv3d",
    {
        "dilated": {
            "strides": ONES,
            "padding": "SAME",
            "data_format": "NDHWC",
            "dilations": [1, 2, 1, 2, 1],
        }
    },
    spread([1, 3, 4, 3, 2]),
    spread([2, 3, 2, 2, 2]),
    dtypes=["float32"],
    second=False,
    **SUMS,
)
table.value(
    "nn.conv3d",
    "channels_first",
    {
        "input": Held(spread([1, 2, 3, 4, 3])),
        "filters": Held(spread([2, 3, 2, 2, 2])),
        "strides": ONES,
        "padding": "SAME",
        "data_format": "NCDHW",
    },
    rtol=1e-5,
)

convolved(
    "nn.convolution",
    {
        "strided": {"strides": [2, 1], "padding": "SAME", "data_format": "NHWC"},
        "plain": {"strides": None, "padding": "VALID", "data_format": "NHWC"},
    },
    IMAGE,
    KERNEL,
    **SUMS,
)
convolved(
    "nn.convolution",
    {"sequences": {"strides": 2}},
    spread([2, 7, 3]),
    spread([3, 3, 2]),
    **SUMS,
)
convolved(
    "nn.convolution",
    {"dilated": {"strides": None, "padding": "SAME", "data_format": None, "dilations": [2, 2]}},
    IMAGE,
    KERNEL,
    dtypes=["float32"],
    **SUMS,
)
table.value(
    "nn.convolution",
    "refuses_four_axes",
    {"input": Held(spread([1, 2, 2, 2, 2, 1])), "filters": Held(spread([1, 1, 1, 1, 1, 1]))},
)
for rate in (1, 2):
    for padding in ("SAME", "VALID"):
        table(
            "nn.atrous_conv2d",
            f"{padding.lower()}_{rate}",
            {
                "value": Leaf(IMAGE),
                "filters": Leaf(spread([2, 2, 2, 2])),
                "rate": rate,
                "padding": padding,
            },
            dtypes=["float32"],
            **SUMS,
        )
table.value(
    "nn.atrous_conv2d",
    "refuses_rate",
    {"value": Held(IMAGE), "filters": Held(KERNEL), "rate": 0, "padding": "SAME"},
)

SMALL, BACK = spread([1, 3, 4, 3]), spread([3, 2, 2, 3])
TRANSPOSED: Variants = {
    "even": {"output_shape": [1, 6, 8, 2], "strides": 2},
    "odd": {"output_shape": [1, 5, 8, 2], "strides": 2},
    "valid": {"output_shape": [1, 7, 8, 2], "strides": 2, "padding": "VALID"},
    "valid_rest": {"output_shape": [1, 8, 9, 2], "strides": 2, "padding": "VALID"},
    "sizes": {"output_shape": [6, 8], "strides": 2},
    "tensor": {"output_shape": Held([1, 6, 4, 2], "int32"), "strides": [1, 2, 1, 1]},
}
for variant, arguments in TRANSPOSED.items():
    inputs = {"input": Leaf(SMALL), "filters": Leaf(BACK), **arguments}
    table("nn.conv2d_transpose", variant, inputs, **SUMS)
more: Variants = {
    "same_1": {"output_shape": [1, 3, 4, 2], "strides": 1, "padding": "SAME"},
    "explicit": {
        "output_shape": [1, 5, 8, 2],
        "strides": 2,
        "padding": [[0, 0], [1, 1], [0, 0], [0, 0]],
    },
    "dilated": {
        "output_shape": [1, 3, 4, 2],
        "strides": 1,
        "padding": "SAME",
        "data_format": "NHWC",
        "dilations": 2,
    },
}
for variant, arguments in more.items():
    inputs = {"input": Leaf(SMALL), "filters": Leaf(BACK), **arguments}
    table("nn.conv2d_transpose", variant, inputs, dtypes=["float32"], **SUMS)
table.value(
    "nn.conv2d_transpose",
    "channels_first",
    {
        "input": Held(spread([1, 3, 3, 4])),
        "filters": Held(BACK),
        "output_shape": [1, 2, 5, 8],
        "strides": 2,
        "data_format": "NCHW",
    },
    rtol=1e-5,
)
for variant, arguments in {
    "channels": {"output_shape": [1, 6, 8, 3], "strides": 2},
    "paddings_2": {"output_shape": [1, 5, 8, 2], "strides": 2, "padding": [[1, 1], [0, 0]]},
    "padding": {"output_shape": [1, 6, 8, 2], "strides": 2, "padding": "FULL"},
    "format": {"output_shape": [1, 6, 8, 2], "strides": 2, "data_format": "X"},
    "rank": {"input": Held(spread([3, 4, 3])), "output_shape": [6, 8, 2], "strides": 2},
}.items():
    inputs = {"input": Held(SMALL), "filters": Held(BACK), **arguments}
    table.value("nn.conv2d_transpose", f"refuses_{variant}", inputs)
for variant, arguments in {
    "sizes": {"output_shape": [1, 7, 8, 2], "strides": 2},
    "inputs": {"input": Held(spread([1, 3, 4, 2])), "output_shape": [1, 6, 8, 2], "strides": 2},
    "batch": {"output_shape": [2, 6, 8, 2], "strides": 2},
}.items():
    table.value(
        "nn.conv2d_transpose",
        f"refuses_{variant}",
        {"input": Held(SMALL), "filters": Held(BACK), **arguments},
        differs="TensorFlow's kernel says AbortedError",
        ours=Raises("InvalidArgumentError", "Expect.*Actual"),
    )

table(
    "nn.conv1d_transpose",
    "strided",
    {
        "input": Leaf(spread([2, 4, 3])),
        "filters": Leaf(spread([3, 2, 3])),
        "output_shape": [2, 8, 2],
        "strides": 2,
    },
    **SUMS,
)
table.value(
    "nn.conv1d_transpose",
    "channels_first",
    {
        "input": Held(spread([2, 3, 4])),
        "filters": Held(spread([3, 2, 3])),
        "output_shape": [2, 2, 8],
        "strides": [2],
        "data_format": "NCW",
    },
    rtol=1e-5,
)
VOLUME = {"input": Leaf(spread([1, 2, 3, 2, 2])), "filters": Leaf(spread([2, 3, 2, 1, 2]))}
table(
    "nn.conv3d_transpose",
    "strided",
    {**VOLUME, "output_shape": [1, 4, 6, 4, 1], "strides": 2},
    second=False,
    **SUMS,
)
for label, image, kernel, shape in (
    ("1d", [2, 4, 3], [3, 2, 3], [2, 8, 2]),
    ("2d", [1, 3, 4, 3], [3, 2, 2, 3], [1, 6, 8, 2]),
    ("3d", [1, 2, 3, 2, 2], [2, 3, 2, 1, 2], [1, 4, 6, 4, 1]),
):
    table(
        "nn.conv_transpose",
        label,
        {
            "input": Leaf(spread(image)),
            "filters": Leaf(spread(kernel)),
            "output_shape": shape,
            "strides": 2,
        },
        dtypes=["float32"],
        **SUMS,
    )
for variant, shape in {"refuses_sizes": [6, 8], "refuses_number": 8}.items():
    table.value(
        "nn.conv_transpose",
        variant,
        {"input": Held(SMALL), "filters": Held(BACK), "output_shape": shape, "strides": 2},
    )
table.value(
    "nn.atrous_conv2d_transpose",
    "same",
    {
        "value": Held(SMALL),
        "filters": Held(BACK),
        "output_shape": [1, 3, 4, 2],
        "rate": 2,
        "padding": "SAME",
    },
    rtol=1e-5,
)

OWN = spread([3, 2, 2, 2], start=7)
DEPTHWISE: Variants = {
    "same": {"strides": [1, 1, 1, 1], "padding": "SAME"},
    "valid": {"strides": [1, 1, 1, 1], "padding": "VALID"},
    "strided": {"strides": [1, 2, 2, 1], "padding": "SAME"},
}
for variant, arguments in DEPTHWISE.items():
    inputs = {"input": Leaf(IMAGE), "filter": Leaf(OWN), **arguments}
    table("nn.depthwise_conv2d", variant, inputs, **SUMS)
DILATED = {
    "strides": [1, 1, 1, 1],
    "padding": "SAME",
    "data_format": None,
    "dilations": [2, 2],
}
table(
    "nn.depthwise_conv2d",
    "dilated",
    {"input": Leaf(IMAGE), "filter": Leaf(OWN), **DILATED},
    dtypes=["float32"],
    **SUMS,
)
table.value(
    "nn.depthwise_conv2d",
    "explicit",
    {
        "input": Held(IMAGE),
        "filter": Held(OWN),
        "strides": [1, 1, 1, 1],
        "padding": [[0, 0], [1, 1], [2, 0], [0, 0]],
    },
    rtol=1e-5,
)
table.value(
    "nn.depthwise_conv2d",
    "channels_first",
    {
        "input": Held(spread([1, 2, 5, 6])),
        "filter": Held(OWN),
        "strides": [1, 1, 1, 1],
        "padding": "SAME",
        "data_format": "NCHW",
    },
    rtol=1e-5,
)
for variant, arguments in {
    "channels": {
        "input": Held(spread([1, 5, 6, 3])),
        "strides": [1, 1, 1, 1],
        "padding": "SAME",
    },
    "padding": {"strides": [1, 1, 1, 1], "padding": "FULL"},
}.items():
    table.value(
        "nn.depthwise_conv2d",
        f"refuses_{variant}",
        {"input": Held(IMAGE), "filter": Held(OWN), **arguments},
    )
POINTS = spread([1, 1, 4, 3], start=3)
for variant, arguments in {**DEPTHWISE, "dilated": DILATED}.items():
    table(
        "nn.separable_conv2d",
        variant,
        {
            "input": Leaf(IMAGE),
            "depthwise_filter": Leaf(OWN),
            "pointwise_filter": Leaf(POINTS),
            **arguments,
        },
        dtypes=["float32"] if variant == "dilated" else ["float64", "float32"],
        **SUMS,
    )
for variant, points in {
    "mixture": spread([1, 1, 5, 3]),
    "window": spread([2, 1, 4, 3]),
}.items():
    table.value(
        "nn.separable_conv2d",
        f"refuses_{variant}",
        {
            "input": Held(IMAGE),
            "depthwise_filter": Held(OWN),
            "pointwise_filter": Held(points),
            "strides": [1, 1, 1, 1],
            "padding": "SAME",
        },
    )
