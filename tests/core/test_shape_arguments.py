"""Shapes from arrays and tensors of sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

SIZES = [np.array([2, 3]), tf.constant([2, 3]), (np.int64(2), 3), np.array([2, 3], np.uint8)]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_sizes_may_be_an_array_or_a_tensor(sizes: Any) -> None:
    assert tf.TensorShape(sizes).as_list() == [2, 3]
    assert tf.TensorSpec(sizes).shape == (2, 3)
    assert tf.constant(np.arange(6.0), shape=sizes).shape == (2, 3)
    assert tf.ensure_shape(np.ones((2, 3)), sizes).shape == (2, 3)


@pytest.mark.parametrize("size", [4, np.int32(4), np.array(4), tf.constant(4)], ids=str)
def test_one_number_is_a_shape_of_one_axis(size: Any) -> None:
    assert tf.TensorShape(size).as_list() == [4]


def test_a_matrix_is_no_shape() -> None:
    with pytest.raises(TypeError):
        tf.TensorShape(np.array([[2, 3]]))
