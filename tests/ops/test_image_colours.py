"""Colours and parts of images: round trips, derivatives by finite differences, equal channels."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

COLOURS = np.random.default_rng(3).uniform(0.05, 0.95, (2, 3, 4, 3))


def test_hue_saturation_and_value_are_pythons() -> None:
    expected = [colorsys.rgb_to_hsv(*c) for c in COLOURS.reshape(-1, 3)]
    found = tf.image.rgb_to_hsv(COLOURS).numpy().reshape(-1, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(tf.image.hsv_to_rgb(found).numpy(), COLOURS.reshape(-1, 3), 1e-12)


@pytest.mark.parametrize("space", ["yiq", "yuv", "hsv"])
def test_there_and_back(space: str) -> None:
    there = getattr(tf.image, f"rgb_to_{space}")(COLOURS)
    back = getattr(tf.image, f"{space}_to_rgb")(there)
    np.testing.assert_allclose(back.numpy(), COLOURS, rtol=1e-4, atol=1e-4)


FUNCTIONS: dict[str, Any] = {
    "rgb_to_hsv": tf.image.rgb_to_hsv,
    "hsv_to_rgb": tf.image.hsv_to_rgb,
    "adjust_hue": lambda x: tf.image.adjust_hue(tf.cast(x, tf.float32), 0.3),
    "adjust_saturation": lambda x: tf.image.adjust_saturation(tf.cast(x, tf.float32), 0.5),
    "adjust_contrast": lambda x: tf.image.adjust_contrast(tf.cast(x, tf.float32), 1.5),
    "sobel_edges": tf.image.sobel_edges,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_by_finite_differences(name: str) -> None:
    # Away from ties of channels, where the hue has kinks.
    x = tf.constant(COLOURS[:1, :2, :2] + np.array([0.0, 0.013, 0.029]))
    theory, numeric = tf.test.compute_gradient(FUNCTIONS[name], [x], delta=1e-3)
    np.testing.assert_allclose(theory[0], numeric[0], rtol=2e-2, atol=2e-3)


def test_grey_has_no_slope_of_hue() -> None:
    x = tf.Variable([[0.4, 0.4, 0.4], [0.0, 0.0, 0.0]])
    with tf.GradientTape() as tape:
        hue = tf.reduce_sum(tf.image.rgb_to_hsv(x)[..., 0])
    np.testing.assert_array_equal(tape.gradient(hue, x).numpy(), np.zeros((2, 3)))


def test_boxes_move_towards_what_is_asked_for() -> None:
    ramp = tf.broadcast_to(tf.reshape(tf.linspace(0.0, 1.0, 11), [1, 1, 11, 1]), [1, 5, 11, 1])
    box = tf.Variable([[0.0, 0.1, 1.0, 0.3]])
    with tf.GradientTape() as tape:
        part = tf.image.crop_and_resize(ramp, box, [0], [2, 3])
        mean = tf.reduce_mean(part)
    # The mean of a ramp over [a, b] is (a + b) / 2; rows do not matter.
    np.testing.assert_allclose(float(mean), 0.2, rtol=1e-5)
    slopes = tape.gradient(mean, box).numpy()
    np.testing.assert_allclose(slopes, [[0.0, 0.5, 0.0, 0.5]], atol=1e-5)


def test_empty_batches_and_no_boxes() -> None:
    none = tf.zeros([0, 4, 4, 3])
    assert tf.image.rgb_to_hsv(none).shape == (0, 4, 4, 3)
    assert tf.image.central_crop(none, 0.5).shape == (0, 2, 2, 3)
    parts = tf.image.crop_and_resize(tf.ones([1, 4, 4, 3]), tf.zeros([0, 4]), [], [2, 2])
    assert parts.shape == (0, 2, 2, 3)
