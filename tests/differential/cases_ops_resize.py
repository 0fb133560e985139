"""Images of another size."""

from __future__ import annotations

from typing import Any

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 image")

IMAGES = spread([2, 4, 5, 2])
SIZES = {"larger": [8, 10], "smaller": [2, 3], "mixed": [7, 4], "same": [4, 5], "one": [1, 1]}
for label, size in SIZES.items():
    for method in ("bilinear", "nearest"):
        table(
            "image.resize",
            f"{method}_{label}",
            {"images": Leaf(IMAGES), "size": size, "method": method},
            dtypes=["float32"],
            rtol=1e-5,
        )
    for method in ("area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"):
        inputs = {"images": Held(IMAGES), "size": size, "method": method}
        table.value("image.resize", f"{method}_{label}", inputs, rtol=1e-4)
    for method in ("bilinear", "bicubic", "lanczos3", "gaussian"):
        inputs = {
            "images": Held(IMAGES),
            "size": size,
            "method": method,
            "preserve_aspect_ratio": False,
            "antialias": True,
        }
        table.value("image.resize", f"{method}_{label}_antialias", inputs, rtol=1e-4)
# TensorFlow rounds positions to a 1024th, which these are multiples of.
for label, size in {"twice": [8, 10], "halves": [2, 20]}.items():
    inputs = {"images": Leaf(IMAGES), "size": size, "method": "bicubic"}
    table("image.resize", f"bicubic_{label}", inputs, dtypes=["float32"], rtol=1e-4, second=False)
KINDS: Variants = {
    "one_image": {"images": Held(IMAGES[0]), "size": [3, 7]},
    "tensor": {"images": Held(IMAGES), "size": Held([3, 7], "int32")},
    "of_float64": {"images": Held(IMAGES, "float64"), "size": [3, 7]},
    "of_float16": {"images": Held(IMAGES, "float16"), "size": [3, 7]},
    "of_int32": {"images": Held(IMAGES * 64, "int32"), "size": [3, 7]},
    "nearest_of_int32": {"images": Held(IMAGES * 64, "int32"), "size": [3, 7], "method": "nearest"},
    "nearest_of_float64": {
        "images": Held(IMAGES, "float64"),
        "size": [9, 3],
        "method": "nearest",
    },
    "same_of_float64": {"images": Held(IMAGES, "float64"), "size": [4, 5]},
    "in_proportion": {
        "images": Held(IMAGES),
        "size": [6, 12],
        "method": "bilinear",
        "preserve_aspect_ratio": True,
    },
    "no_images": {"images": Held(IMAGES[:0]), "size": [6, 12]},
}
for label, inputs in KINDS.items():
    table.value("image.resize", label, inputs, rtol=1e-5)
for n in range(1, 12):
    line: dict[str, Any] = {"images": Held(spread([1, 7, 1])), "size": [1, n]}
    table.value("image.resize", f"nearest_{n}", {**line, "method": "nearest"})
    table.value("image.resize", f"bilinear_{n}", line, rtol=1e-5)
REFUSED: Variants = {
    "matrix": {"images": Held(spread([4, 5])), "size": [3, 7]},
    "one_size": {"size": [6]},
    "number": {"size": 6},
    "floats": {"size": [6.0, 7.0]},
    "zero": {"size": [0, 7]},
    "negative": {"size": [-1, 7]},
    "method": {"size": [6, 7], "method": "best"},
    "no_pixels": {"images": Held(IMAGES[:, :0]), "size": [6, 7]},
    "complex": {"images": Held(IMAGES, "complex"), "size": [6, 7]},
}
for label, inputs in REFUSED.items():
    table.value("image.resize", f"refuses_{label}", {"images": Held(IMAGES), **inputs})
