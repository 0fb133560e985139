"""Max and average pooling, where maxima are, local response normalisation."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 nn")

IMAGE = spread([2, 5, 6, 2])
SEQUENCE = spread([2, 7, 3])
VOLUME = spread([1, 3, 4, 3, 2])
TIES = (spread([1, 5, 5, 2]) > 0.5).astype(float)

PLANES: Variants = {
    "halves": {"ksize": 2, "strides": 2, "padding": "VALID"},
    "lists_2": {"ksize": [2, 3], "strides": [1, 2], "padding": "SAME"},
    "lists_4": {"ksize": [1, 3, 2, 1], "strides": [1, 1, 2, 1], "padding": "VALID"},
    "apart": {"ksize": 1, "strides": 2, "padding": "SAME"},
    "larger_than_image": {"ksize": 7, "strides": 3, "padding": "SAME"},
}
LINES: Variants = {
    "halves": {"ksize": 2, "strides": 2, "padding": "VALID"},
    "overlapping": {"ksize": [3], "strides": [2], "padding": "SAME"},
    "lists_3": {"ksize": [1, 2, 1], "strides": [1, 2, 1], "padding": "SAME"},
}
SPACES: Variants = {
    "halves": {"ksize": 2, "strides": 2, "padding": "VALID"},
    "lists_3": {"ksize": [2, 1, 2], "strides": [2, 1, 1], "padding": "SAME"},
    "lists_5": {"ksize": [1, 2, 2, 2, 1], "strides": [1, 1, 2, 1, 1], "padding": "SAME"},
}
REFUSED: Variants = {
    "too_large": {"ksize": 7, "strides": 1, "padding": "VALID"},
    "window_0": {"ksize": 0, "strides": 1, "padding": "SAME"},
    "window_negative": {"ksize": -2, "strides": 1, "padding": "SAME"},
    "stride_0": {"ksize": 2, "strides": 0, "padding": "SAME"},
    "windows_3": {"ksize": [2, 3, 2], "strides": 1, "padding": "SAME"},
    "batch": {"ksize": [2, 1, 1, 1], "strides": 1, "padding": "SAME"},
    "padding": {"ksize": 2, "strides": 1, "padding": "FULL"},
    "format": {"ksize": 2, "strides": 1, "padding": "SAME", "data_format": "X"},
    "rank": {"input": Held(spread([5, 6, 2])), "ksize": 2, "strides": 1, "padding": "SAME"},
    "complex": {"input": Held(IMAGE, "complex"), "ksize": 2, "strides": 1, "padding": "SAME"},
}
for kind in ("max", "avg"):
    for suffix, data_format, variants, values in (
        ("1d", "NWC", LINES, SEQUENCE),
        ("2d", "NHWC", PLANES, IMAGE),
        ("3d", "NDHWC", SPACES, VOLUME),
    ):
        for variant, arguments in variants.items():
            inputs = {"input": Leaf(values), **arguments}
            # In float64 TensorFlow has no pooling of volumes, and other gradients of means over
            # windows that are larger than the image.
            single = suffix == "3d" or variant == "larger_than_image"
            dtypes = ["float32"] if single else ["float64", "float32"]
            table(f"nn.{kind}_pool{suffix}", variant, inputs, dtypes=dtypes, rtol=1e-5)
            inputs["data_format"] = data_format
            table(f"nn.{kind}_pool", f"{variant}_{suffix}", inputs, dtypes=["float32"], rtol=1e-5)
    for variant, arguments in REFUSED.items():
        if variant == "complex" and kind == "avg":  # which has a mean
            continue
        table.value(
            f"nn.{kind}_pool2d",
            f"refuses_{variant}",
            {"input": Held(IMAGE), **arguments},
        )
    table.value(
        f"nn.{kind}_pool2d",
        "channels_first",
        {
            "input": Held(spread([1, 2, 5, 6])),
            "ksize": [1, 1, 2, 3],
            "strides": [1, 1, 2, 1],
            "padding": "SAME",
            "data_format": "NCHW",
        },
        rtol=1e-6,
    )
    table.value(
        f"nn.{kind}_pool2d",
        "no_images",
        {"input": Held(spread([0, 5, 6, 2])), "ksize": 2, "strides": 1, "padding": "SAME"},
    )
    table(
        f"nn.{kind}_pool2d",
        "half",
        {"input": Leaf(spread([1, 4, 4, 1])), "ksize": 2, "strides": 2, "padding": "VALID"},
        dtypes=["float16"],
    )
    table.value(
        f"nn.{kind}_pool2d",
        "list",
        {"input": spread([1, 3, 3, 1]).tolist(), "ksize": 2, "strides": 1, "padding": "SAME"},
        rtol=1e-6,
    )
    table.value(
        f"nn.{kind}_pool",
        "refuses_matrix",
        {"input": Held(spread([3, 3])), "ksize": 2, "strides": 2, "padding": "SAME"},
    )
    for pool, variant, arguments in (
        ("MAX" if kind == "max" else "AVG", "plain", {}),
        ("MAX" if kind == "max" else "AVG", "strided", {"strides": [2, 2]}),
        ("MAX" if kind == "max" else "AVG", "dilated", {"strides": None, "dilations": [2, 3]}),
    ):
        inputs = {"input": Held(IMAGE), "window_shape": [2, 2], "pooling_type": pool, **arguments}
        table.value("nn.pool", f"{kind}_{variant}", inputs, rtol=1e-6)

for ksize, strides, padding in ((2, 1, "SAME"), (3, 2, "SAME"), (3, 1, "VALID"), (2, 2, "VALID")):
    variant = f"ties_{ksize}_{strides}_{padding.lower()}"
    arguments = {"input": Leaf(TIES), "ksize": ksize, "strides": strides, "padding": padding}
    table("nn.max_pool2d", variant, arguments)
    table.value("nn.max_pool_with_argmax", variant, {**arguments, "input": Held(TIES)})
for variant, padding in {
    "explicit": [[0, 0], [1, 1], [1, 0], [0, 0]],
    "explicit_behind": [[0, 0], [0, 1], [0, 1], [0, 0]],
}.items():
    arguments = {"input": Leaf(IMAGE), "ksize": 2, "strides": 1, "padding": padding}
    table("nn.max_pool2d", variant, arguments, dtypes=["float32"])
table.value(
    "nn.max_pool2d",
    "refuses_padding_alone",
    {"input": Held(IMAGE), "ksize": 2, "strides": 1, "padding": [[0, 0], [2, 1], [1, 0], [0, 0]]},
)
table.value(
    "nn.max_pool2d",
    "channels",
    {
        "input": Held(spread([1, 3, 3, 4])),
        "ksize": [1, 1, 1, 2],
        "strides": [1, 1, 1, 2],
        "padding": "SAME",
    },
)
for dtype in ("int32", "int8", "uint8", "int64"):
    table.value(
        "nn.max_pool2d",
        dtype,
        {
            "input": Held([[[[1], [7], [3]], [[4], [5], [0]]]], dtype),
            "ksize": 2,
            "strides": 1,
            "padding": "SAME",
        },
    )

table(
    "nn.max_pool_with_argmax",
    "valid",
    {
        "input": Leaf(IMAGE),
        "ksize": 2,
        "strides": 2,
        "padding": "VALID",
    },
    second=False,
    tangents=False,
)
table.value(
    "nn.max_pool_with_argmax",
    "int32_with_batch",
    {
        "input": Held(IMAGE),
        "ksize": 2,
        "strides": 2,
        "padding": "SAME",
        "data_format": "NHWC",
        "output_dtype": "int32",
        "include_batch_in_index": True,
    },
)
for variant, arguments in {
    "format": {"data_format": "NCHW"},
    "dtype": {"data_format": "NHWC", "output_dtype": "float32"},
}.items():
    table.value(
        "nn.max_pool_with_argmax",
        f"refuses_{variant}",
        {"input": Held(IMAGE), "ksize": 2, "strides": 2, "padding": "SAME", **arguments},
    )

for variant, arguments in {
    "type": {"pooling_type": "SUM"},
    "lower": {"pooling_type": "max"},
    "rank": {"window_shape": [2, 2, 2], "pooling_type": "MAX"},
}.items():
    table.value(
        "nn.pool",
        f"refuses_{variant}",
        {"input": Held(IMAGE), "window_shape": [2, 2], **arguments},
    )

DEEP = spread([1, 2, 2, 7])
for op in ("nn.local_response_normalization", "nn.lrn"):
    for variant, arguments in {
        "default": {},
        "narrow": {"depth_radius": 1, "bias": 2.0, "alpha": 0.5, "beta": 0.75},
        "itself": {"depth_radius": 0},
        "all": {"depth_radius": 50},
    }.items():
        table(op, variant, {"input": Leaf(DEEP), **arguments}, dtypes=["float32"], tangents=False)
table.value("nn.lrn", "refuses_rank", {"input": Held(spread([2, 3, 4]))})
table.value("nn.lrn", "refuses_radius", {"input": Held(DEEP), "depth_radius": -1})
table.value("nn.lrn", "refuses_int32", {"input": Held(DEEP, "int32")})
