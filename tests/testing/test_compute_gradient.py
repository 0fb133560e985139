"""tf.test.compute_gradient: Jacobians by the tape and by differences."""

from __future__ import annotations

import numpy as np
import pytest

import tapegrad as tf


def test_both_jacobians_of_a_product() -> None:
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    b = np.array([[5.0], [6.0]])
    symbolic, numeric = tf.test.compute_gradient(tf.matmul, [a, b])
    expected = [np.kron(np.eye(2), b.T), a]
    for found in (symbolic, numeric):
        assert isinstance(found, tuple)
        for jacobian, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(jacobian, wanted, atol=1e-9)


def test_complex_arguments_have_two_columns_each() -> None:
    z = tf.constant([1.0 + 2.0j])
    symbolic, numeric = tf.test.compute_gradient(lambda z: z * z, [z])
    # d(x + iy)^2 = 2(x + iy)(dx + i dy): rows and columns for real and imaginary parts
    expected = [[2.0, -4.0], [4.0, 2.0]]
    np.testing.assert_allclose(symbolic[0], expected)
    np.testing.assert_allclose(numeric[0], expected, atol=1e-9)


def test_a_wrong_gradient_shows() -> None:
    @tf.custom_gradient
    def wrong(x: tf.Tensor) -> tuple[tf.Tensor, object]:
        return x * x, lambda dy: 3.0 * dy * x

    symbolic, numeric = tf.test.compute_gradient(wrong, [tf.constant([2.0], tf.float64)])
    assert symbolic[0].tolist() == [[6.0]]
    np.testing.assert_allclose(numeric[0], [[4.0]])


def test_the_step_is_used() -> None:
    x = tf.constant(1.0, tf.float64)
    _, coarse = tf.test.compute_gradient(lambda x: x**3, [x], delta=0.5)
    np.testing.assert_allclose(coarse[0], [[3.0 + 0.5**2]])


def test_unconnected_and_empty_arguments() -> None:
    x, y = tf.constant([1.0, 2.0]), tf.zeros([0])
    symbolic, numeric = tf.test.compute_gradient(lambda x, y: x * 2.0, [x, y])
    assert symbolic[1].shape == numeric[1].shape == (2, 0)
    symbolic, _ = tf.test.compute_gradient(lambda x: tf.zeros([3]), [x])
    assert symbolic[0].tolist() == [[0.0, 0.0]] * 3


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match=r"must be a list or tuple.*compute_gradient\(f, \[x\]\)"):
        tf.test.compute_gradient(tf.sin, tf.constant(1.0))
    with pytest.raises(AssertionError, match=r"unsupported type int32 of argument 0.*tf\.cast"):
        tf.test.compute_gradient(tf.square, [1])
    with pytest.raises(AssertionError, match=r"unsupported type int32 of y.*tf\.cast"):
        tf.test.compute_gradient(lambda x: tf.cast(x, tf.int32), [1.0])
    with pytest.raises(TypeError, match=r"one tensor, but it returned a tuple"):
        tf.test.compute_gradient(lambda x: (x, x), [1.0])
