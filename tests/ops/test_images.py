"""Images: interpolation against NumPy, similarity of equal images, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.ops.resampling import KERNELS, resampling


def line(values: np.ndarray, new: int, method: str, antialias: bool = False) -> np.ndarray:
    image = tf.constant(values.reshape(1, -1, 1))
    return tf.image.resize(image, [1, new], method, antialias=antialias).numpy().ravel()


VALUES = np.random.default_rng(0).standard_normal(7).astype(np.float32)


@pytest.mark.parametrize("new", [1, 2, 3, 5, 7, 8, 14, 30])
def test_bilinear_is_interpolation_between_centres(new: int) -> None:
    centres = (np.arange(new) + 0.5) * 7 / new
    expected = np.interp(centres, np.arange(7) + 0.5, VALUES)
    np.testing.assert_allclose(line(VALUES, new, "bilinear"), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("factor", [2, 7])
def test_area_is_the_mean_of_whole_blocks(factor: int) -> None:
    values = np.arange(14, dtype=np.float32) ** 2
    expected = values.reshape(-1, factor).mean(1)
    np.testing.assert_allclose(line(values, 14 // factor, "area"), expected, rtol=1e-6)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("method", [*KERNELS, "area", "nearest"])
def test_uniform_images_stay(method: str, antialias: bool) -> None:
    for new in (1, 3, 7, 20):
        np.testing.assert_allclose(line(np.full(7, 2.5, "f"), new, method, antialias), 2.5, 1e-6)


@pytest.mark.parametrize("method", [*KERNELS, "area", "nearest"])
@pytest.mark.parametrize(("size", "new"), [(5, 9), (9, 5), (1, 4), (40, 3)])
def test_transposed_weights_are_the_transposed_matrix(method: str, size: int, new: int) -> None:
    along = resampling(size, new, method, True)
    np.testing.assert_allclose(along.transposed.matrix, along.matrix.T, rtol=1e-12, atol=1e-15)
    assert along.transposed.transposed is along


def test_quarter_turns_are_numpys() -> None:
    image = np.arange(24).reshape(2, 3, 4)
    for k in range(-5, 6):
        np.testing.assert_array_equal(tf.image.rot90(image, k).numpy(), np.rot90(image, k))


def test_similarity_falls_with_noise_and_its_gradient_points_back() -> None:
    rng = np.random.default_rng(1)
    image = tf.constant(rng.random((16, 16, 1)), tf.float32)
    noisy = tf.Variable(image + tf.constant(0.3 * rng.standard_normal((16, 16, 1)), tf.float32))
    for measure in (tf.image.ssim, tf.image.psnr):
        with tf.GradientTape() as tape:
            likeness = measure(image, noisy, max_val=1.0)
        g = tape.gradient(likeness, noisy)
        better = measure(image, noisy + 0.01 * g / tf.norm(g), max_val=1.0)
        assert likeness.numpy() < better.numpy() < measure(image, image, max_val=1.0).numpy()


@pytest.mark.parametrize("value", ["best", None, ["bilinear"]])
def test_unknown_methods_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"not implemented.*'bicubic'"):
        tf.image.resize(tf.ones([2, 2, 1]), [3, 3], value)


def test_images_that_would_vanish_are_refused() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"must be positive. Actual: \[0, 2\]"):
        tf.image.resize(tf.ones([1, 100, 1]), [50, 2], preserve_aspect_ratio=True)


@pytest.mark.parametrize("measure", ["psnr", "ssim"])
def test_images_of_complex_numbers_are_not_compared(measure: str) -> None:
    image = tf.ones([12, 12, 1], tf.complex64)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"complex64.*real"):
        getattr(tf.image, measure)(image, image, 1.0)
