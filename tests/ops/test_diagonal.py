"""Diagonals of matrices, against values that TensorFlow 2.21 gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.ops.diagonal import (
    band_part,
    diag,
    diag_part,
    set_diag,
    tensor_diag,
    tensor_diag_part,
    trace,
)

WIDE = [[1, 2, 3], [4, 5, 6]]
ROWS = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("diagonal", "options", "expected"),
    [
        ([1, 2], {"k": 1}, [[0, 1, 0], [0, 0, 2], [0, 0, 0]]),
        ([1, 2], {"k": -1}, [[0, 0, 0], [1, 0, 0], [0, 2, 0]]),
        ([1, 2], {"k": 1, "num_rows": 2}, [[0, 1, 0], [0, 0, 2]]),
        (WIDE, {"k": (0, 1)}, [[4, 2, 0], [0, 5, 3], [0, 0, 6]]),
        (ROWS, {"k": (-1, 1)}, [[4, 2, 0], [7, 5, 3], [0, 8, 6]]),
        (ROWS, {"k": (-1, 1), "align": "LEFT_RIGHT"}, [[4, 1, 0], [8, 5, 2], [0, 9, 6]]),
        (ROWS, {"k": (-1, 1), "align": "LEFT_LEFT"}, [[4, 1, 0], [7, 5, 2], [0, 8, 6]]),
        ([1, 2], {"padding_value": 9}, [[1, 9], [9, 2]]),
    ],
)
def test_diag(diagonal: Any, options: dict[str, Any], expected: Any) -> None:
    assert diag(diagonal, **options).numpy().tolist() == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [1, 5]),
        ({"k": 1}, [2, 6]),
        ({"k": -1}, [4]),
        ({"k": 2}, [3]),
        ({"k": (-1, 1)}, [[2, 6], [1, 5], [4, 0]]),
        ({"k": (-1, 1), "align": "LEFT_RIGHT", "padding_value": 9}, [[2, 6], [1, 5], [9, 4]]),
        (
            {"k": (-1, 2), "align": "LEFT_LEFT", "padding_value": 9},
            [[3, 9], [2, 6], [1, 5], [4, 9]],
        ),
        (
            {"k": (-1, 2), "align": "RIGHT_RIGHT", "padding_value": 9},
            [[9, 3], [2, 6], [1, 5], [9, 4]],
        ),
    ],
)
def test_diag_part(options: dict[str, Any], expected: Any) -> None:
    assert diag_part(WIDE, **options).numpy().tolist() == expected


@pytest.mark.parametrize(
    ("diagonal", "options", "expected"),
    [
        ([7, 8], {}, [[7, 2, 3], [4, 8, 6]]),
        ([7, 8], {"k": 1}, [[1, 7, 3], [4, 5, 8]]),
        ([[7, 8], [9, 0]], {"k": (0, 1)}, [[9, 7, 3], [4, 0, 8]]),
    ],
)
def test_set_diag(diagonal: Any, options: dict[str, Any], expected: Any) -> None:
    assert set_diag(WIDE, diagonal, **options).numpy().tolist() == expected


def test_the_others() -> None:
    assert band_part(WIDE, 0, -1).numpy().tolist() == [[1, 2, 3], [0, 5, 6]]
    assert band_part(WIDE, 0, 1).numpy().tolist() == [[1, 2, 0], [0, 5, 6]]
    assert trace(WIDE).numpy() == 6
    assert tensor_diag([[1, 2]]).numpy().tolist() == [[[[1, 0]], [[0, 2]]]]
    assert tensor_diag_part([[[[1, 3]], [[4, 2]]]]).numpy().tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("function", "shape"),
    [
        (lambda x: diag(x, k=(-1, 1)), (2, 3, 3)),
        (lambda x: diag(x, k=2, padding_value=1.5), (2, 3)),
        (lambda x: diag_part(x, k=(-2, 1)), (2, 3, 4)),
        (lambda x: set_diag(x, tf.constant([[5.0, 6.0]] * 2, tf.float64), k=-1), (2, 3, 4)),
        (lambda x: band_part(x, 1, 0), (2, 3, 4)),
        (trace, (2, 3, 4)),
        (tensor_diag, (2, 3)),
        (tensor_diag_part, (2, 3, 2, 3)),
    ],
    ids=[
        "diag",
        "diag_padded",
        "diag_part",
        "set_diag",
        "band_part",
        "trace",
        "tensor_diag",
        "tensor_diag_part",
    ],
)
def test_the_jacobian_is_that_of_a_linear_map(function: Any, shape: tuple[int, ...]) -> None:
    x = tf.constant(np.random.default_rng(0).standard_normal(shape))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    jacobian = tape.jacobian(y, x).numpy().reshape(y.numpy().size, x.numpy().size)
    origin = function(tf.constant(np.zeros(shape))).numpy().reshape(-1)
    columns = [
        function(tf.constant(unit.reshape(shape))).numpy().reshape(-1) - origin
        for unit in np.eye(x.numpy().size)
    ]
    np.testing.assert_array_equal(jacobian, np.stack(columns, axis=1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: diag(3.0),
        lambda: diag([1, 2], num_rows=1),
        lambda: diag([1, 2], num_rows=3, num_cols=4),
        lambda: diag([[1, 2, 3]], k=(2, 1)),
        lambda: diag([1, 2], align="LEFT"),
        lambda: diag_part([1, 2]),
        lambda: diag_part(WIDE, k=3),
        lambda: set_diag(WIDE, [7, 8, 9]),
        lambda: band_part(WIDE, 3, 1),
        lambda: band_part([1, 2], 0, 0),
        lambda: tensor_diag(3.0),
        lambda: tensor_diag_part([[1, 2]]),
        lambda: tensor_diag_part([1, 2]),
    ],
)
def test_what_does_not_fit_is_refused(call: Any) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError):
        call()
