"""Colours of images, their adjustment, and parts of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case, raised
from tests.differential.op_cases import Held, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 image")

COLOURS = spread([4, 5, 3], 0.03, 0.97)
IMAGES = spread([2, 4, 5, 3], 0.03, 0.97)

for op in ("rgb_to_yiq", "yiq_to_rgb", "rgb_to_yuv", "yuv_to_rgb", "rgb_to_grayscale"):
    for label, values in {"one": COLOURS, "batch": IMAGES}.items():
        table(f"image.{op}", label, {"images": Leaf(values)}, dtypes=["float32"])
for label, values in {"one": COLOURS, "batch": IMAGES}.items():
    table("image.grayscale_to_rgb", label, {"images": Leaf(values[..., :1])}, dtypes=["float32"])
    table(
        "image.adjust_brightness", label, {"image": Leaf(values), "delta": 0.3}, dtypes=["float32"]
    )
    options = {"image": Leaf(values), "gamma": 1.7, "gain": 0.8}
    table("image.adjust_gamma", label, options, dtypes=["float32"], rtol=1e-4)
# TensorFlow has no tangents of conversions of hue, and no gradients of what follows.
table("image.rgb_to_hsv", "one", {"images": Leaf(COLOURS)}, dtypes=["float32"], tangents=False)
VALUES: dict[str, dict[str, Any]] = {
    "hsv_to_rgb": {"images": Held(COLOURS)},
    "adjust_contrast": {"images": Held(IMAGES), "contrast_factor": 1.7},
    "adjust_hue": {"image": Held(IMAGES), "delta": 0.3},
    "adjust_saturation": {"image": Held(IMAGES), "saturation_factor": 1.6},
}
for op, inputs in VALUES.items():
    table.value(f"image.{op}", "batch", inputs, rtol=1e-4)

BOX = {"offset_height": 1, "offset_width": 2, "target_height": 2, "target_width": 3}
LARGE = {"offset_height": 1, "offset_width": 2, "target_height": 7, "target_width": 8}
PARTS: dict[str, list[dict[str, Any]]] = {
    "central_crop": [{"central_fraction": f} for f in (0.5, 0.3, 1.0)],
    "crop_to_bounding_box": [BOX],
    "pad_to_bounding_box": [LARGE],
    "resize_with_crop_or_pad": [
        {"target_height": h, "target_width": w} for h, w in ((2, 9), (3, 2), (7, 8), (5, 4))
    ],
    "resize_with_pad": [
        {"target_height": 6, "target_width": 7},
        {"target_height": 3, "target_width": 9, "method": "nearest"},
    ],
}
for op, choices in PARTS.items():
    for i, options in enumerate(choices):
        for label, values in {"one": COLOURS, "batch": IMAGES}.items():
            variant = f"{label}_{i}"
            inputs = {"image": Leaf(values), **options}
            table(f"image.{op}", variant, inputs, dtypes=["float32"])
table("image.sobel_edges", "batch", {"image": Leaf(IMAGES)}, dtypes=["float32"], rtol=1e-4)

BOXES = np.array([[0.1, 0.2, 0.8, 0.9], [0.9, 0.1, 0.2, 0.7], [-0.2, 0.3, 0.5, 1.3]])
for method in ("bilinear", "nearest"):
    inputs = {
        "image": Leaf(IMAGES),
        "boxes": Leaf(BOXES) if method == "bilinear" else Held(BOXES),
        "box_indices": Held([0, 1, 1], "int32"),
        "crop_size": [3, 4],
        "method": method,
        "extrapolation_value": 0.25,
    }
    tangents = {"tangents": False, "rtol": 1e-3}
    table("image.crop_and_resize", method, inputs, dtypes=["float32"], **tangents)
one = {
    "image": Held(IMAGES),
    "boxes": Held(BOXES),
    "box_indices": Held([0, 1, 1], "int32"),
    "crop_size": [1, 2],
}
table.value("image.crop_and_resize", "one_row", one, rtol=1e-4)


@case("2.2 image", rtol=1e-4)
def images_of_integers(tf: Any) -> Any:
    x = tf.constant((IMAGES * 255).astype(np.uint8))
    image = tf.image
    return [
        image.rgb_to_grayscale(x),
        image.grayscale_to_rgb(x[..., :1]),
        image.adjust_brightness(x, 0.2),
        image.adjust_contrast(x, 2.0),
        image.adjust_gamma(x, 0.5),
        image.central_crop(x, 0.5),
        image.adjust_hue(x, -0.2),
        image.adjust_saturation(x, 0.3),
    ]


@case("2.2 image", rtol=1e-5)
def conversions_of_dtypes(tf: Any) -> Any:
    convert = tf.image.convert_image_dtype
    small, large = tf.constant([0, 100, 255], tf.uint8), tf.constant([0, 4660, 65535], tf.uint16)
    parts = tf.constant([-0.5, 0.0, 0.3, 1.0, 1.7])
    return [
        convert(small, tf.float32),
        convert(small, tf.uint16),
        convert(large, tf.uint8),
        convert(parts, tf.uint8, saturate=True),
        convert(parts, tf.float16),
        convert(parts[1:4], tf.int16),
        convert(tf.constant([-3, 70000], tf.int32), tf.uint8, saturate=True),
    ]


@case("2.2 image", rtol=1e-4)
def grey_and_ties_of_colours(tf: Any) -> Any:
    x = tf.constant([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [0.7, 0.7, 0.1], [0.2, 0.9, 0.9]])
    return tf.image.rgb_to_hsv(x), tf.image.adjust_hue(x[None], 0.25)


@case("2.2 image")
def refused_images(tf: Any) -> Any:
    image, x = tf.image, tf.constant(COLOURS, tf.float32)
    return [
        raised(lambda: image.central_crop(x, 0.0)),
        raised(lambda: image.central_crop(x[0], 0.5)),
        raised(lambda: image.crop_to_bounding_box(x, 0, 0, 9, 2)),
        raised(lambda: image.crop_to_bounding_box(x, -1, 0, 2, 2)),
        raised(lambda: image.pad_to_bounding_box(x, 0, 0, 2, 2)),
        raised(lambda: image.resize_with_crop_or_pad(x, 0, 2)),
        raised(lambda: image.adjust_hue(x, 2.0)),
        raised(lambda: image.adjust_gamma(x, -1.0)),
    ]
