"""Images turned around, standardised and compared."""

from __future__ import annotations

from typing import Any

from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 image")

IMAGE, IMAGES = spread([4, 5, 3]), spread([2, 4, 5, 2])

TURNS: dict[str, list[dict[str, Any]]] = {
    "flip_left_right": [{}],
    "flip_up_down": [{}],
    "transpose": [{}],
    "rot90": [{"k": k} for k in (0, 1, 2, 3, 5, -1)],
}
for op, choices in TURNS.items():
    for options in choices:
        for label, values in {"one": IMAGE, "batch": IMAGES}.items():
            variant = "_".join([label, *map(str, options.values())]).replace("-", "minus_")
            inputs = {"image": Leaf(values), **options}
            table(f"image.{op}", variant, inputs, dtypes=["float32"])
    for rank in ([4, 5], [1, 2, 4, 5, 1]):
        table.value(f"image.{op}", f"refuses_rank_{len(rank)}", {"image": Held(spread(rank))})

for label, values in {"one": IMAGE, "batch": IMAGES}.items():
    table("image.total_variation", label, {"images": Leaf(values)})
    inputs = {"image": Leaf(values)}
    table("image.per_image_standardization", label, inputs, dtypes=["float32"], rtol=1e-4)
table("image.image_gradients", "batch", {"image": Leaf(IMAGES)})
for dtype in ("float64", "float16", "uint8", "int32"):
    inputs = {"image": Held(abs(IMAGES) * 64, dtype)}
    table.value("image.per_image_standardization", dtype, inputs, rtol=1e-4)
uniform = {"image": Leaf(IMAGES * 0 + 3)}
table("image.per_image_standardization", "uniform", uniform, dtypes=["float32"], tangents=False)
REFUSED: Variants = {
    "total_variation": {"images": Held(spread([4, 5]))},
    "image_gradients": {"image": Held(spread([4, 5, 3]))},
    "per_image_standardization": {"image": Held(spread([4, 5]))},
}
for op, inputs in REFUSED.items():
    table.value(f"image.{op}", "refuses_rank", inputs)

OTHER = spread([2, 4, 5, 2], start=31)
PAIRS: Variants = {
    "batch": {"a": Leaf(IMAGES), "b": Leaf(OTHER), "max_val": 4.0},
    "one": {"a": Leaf(IMAGES[0]), "b": Leaf(OTHER[0]), "max_val": 1.0},
    "broadcast": {"a": Leaf(IMAGES), "b": Leaf(OTHER[:1]), "max_val": 1.0},
}
for variant, inputs in PAIRS.items():
    table("image.psnr", variant, inputs, dtypes=["float32"], rtol=1e-4)
table.value("image.psnr", "equal", {"a": Held(IMAGES), "b": Held(IMAGES), "max_val": 1.0})
table.value(
    "image.psnr",
    "uint8",
    {
        "a": Held(abs(IMAGES) * 64, "uint8"),
        "b": Held(abs(OTHER) * 64, "uint8"),
        "max_val": 255,
    },
    rtol=1e-4,
)
table.value(
    "image.psnr", "refuses_shapes", {"a": Held(IMAGES), "b": Held(OTHER[:, :3]), "max_val": 1.0}
)
small = {"img1": Leaf(IMAGES), "img2": Leaf(OTHER), "max_val": 4.0, "filter_size": 3}
table("image.ssim", "small", small, dtypes=["float32"], rtol=1e-3)
large = {"img1": Leaf(spread([12, 13, 2])), "img2": Leaf(spread([12, 13, 2], start=7))}
table("image.ssim", "one", {**large, "max_val": 4.0}, dtypes=["float32"], rtol=1e-3)
options = {"filter_sigma": 1.0, "k1": 0.1, "k2": 0.3, "return_index_map": True}
table("image.ssim", "map", {**small, **options}, dtypes=["float32"], rtol=1e-3)
table.value(
    "image.ssim", "refuses_sizes", {"img1": Held(IMAGES), "img2": Held(OTHER), "max_val": 1.0}
)
