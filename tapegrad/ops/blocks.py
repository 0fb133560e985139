"""Moving blocks: between the batch, the image and the depth, and the reversal of sequences."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import NONDIFF
from tapegrad.core.rows import gather_points
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument, ints_argument
from tapegrad.ops.operands import indices_operand

__all__ = [
    "batch_to_space",
    "depth_to_space",
    "reverse_sequence",
    "space_to_batch",
    "space_to_depth",
]


def _rearrange(x: Any, apart: Sequence[int], order: Sequence[int], to: Sequence[int]) -> Tensor:
    """Reshape to `apart`, permute the axes, reshape again."""
    axes = tuple([i - len(order) for i in order])
    y = recording.transpose(recording.reshape(x, to=tuple(apart)), axes=axes)
    return recording.reshape(y, to=tuple(to))  # type: ignore[no-any-return]


def _margins(value: Any, count: int, op: str, name: str) -> list[list[int]]:
    table = operand(value)._read()
    if table.shape != (count, 2) or table.dtype.kind not in "iu" or (table < 0).any():
        raise InvalidArgumentError(
            f"{op}: {name} must be non-negative integers of shape ({count}, 2), one pair for each "
            f"entry of block_shape, but they are {table.tolist()}."
        )
    return table.tolist()  # type: ignore[no-any-return]


def space_to_batch(input: Any, block_shape: Any, paddings: Any, name: str | None = None) -> Tensor:
    """Deal the places of each block out to new examples of the batch.

    Parameters
    ----------
    input
        Tensor of shape ``(batch, n_1, ..., n_m, ...)``.
    block_shape
        The m sizes of a block.
    paddings
        Integers of shape ``(m, 2)``: zeros to add before and after, so that blocks fit.

    Returns
    -------
    Tensor
        Of shape ``(batch * prod(block_shape), p_1 / b_1, ..., p_m / b_m, ...)``, with the padded
        sizes p.

    Raises
    ------
    InvalidArgumentError
        If a padded size is not a multiple of the block's.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.space_to_batch([[1, 2, 3, 4]], [2], [[0, 0]]).numpy().tolist()
    [[1, 3], [2, 4]]
    """
    x = operand(input)
    block = ints_argument(block_shape, "space_to_batch", "block_shape")
    m = len(block)
    margins = _margins(paddings, m, "space_to_batch", "paddings")
    rest = x._value.ndim - 1 - m
    _require(rest >= 0 and min(block, default=1) > 0, "space_to_batch", x, block)
    pairs = [(0, 0), *[(before, after) for before, after in margins], *[(0, 0)] * rest]
    x = recording.pad(x, paddings=tuple(pairs))
    batch, *sizes = x._value.shape
    for n, b in zip(sizes, block, strict=False):
        if n % b:
            raise InvalidArgumentError(
                f"space_to_batch: the padded size {n} is not divisible by {b}, the block's (padded "
                f"shape {x._value.shape}, block_shape {list(block)}). Change the paddings."
            )
    small = [n // b for n, b in zip(sizes, block, strict=False)]
    apart = [batch, *[n for pair in zip(small, block, strict=True) for n in pair], *sizes[m:]]
    order = [*range(2, 2 * m + 1, 2), 0, *range(1, 2 * m, 2), *range(2 * m + 1, len(apart))]
    return _rearrange(x, apart, order, [batch * prod(block), *small, *sizes[m:]])


def batch_to_space(input: Any, block_shape: Any, crops: Any, name: str | None = None) -> Tensor:
    """Put examples of the batch together as the places of blocks: undoes `space_to_batch`.

    Parameters
    ----------
    input
        Tensor of shape ``(batch, n_1, ..., n_m, ...)``.
    block_shape
        The m sizes of a block; one integer stands for two axes.
    crops
        Integers of shape ``(m, 2)``: how much to cut off before and after.

    Returns
    -------
    Tensor
        Of shape ``(batch / prod(block_shape), n_1 b_1 - crops, ...)``.

    Raises
    ------
    InvalidArgumentError
        If the batch is not a multiple of the block, or the crops are too large.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.batch_to_space([[1, 3], [2, 4]], [2], [[0, 0]]).numpy().tolist()
    [[1, 2, 3, 4]]
    """
    x = operand(input)
    block = ints_argument(block_shape, "batch_to_space", "block_shape")
    if isinstance(block_shape, int):
        block *= 2
    m = len(block)
    margins = _margins(crops, m, "batch_to_space", "crops")
    _require(x._value.ndim > m and min(block, default=1) > 0, "batch_to_space", x, block)
    batch, *sizes = x._value.shape
    count = prod(block)
    if batch % count:
        raise InvalidArgumentError(
            f"batch_to_space: Input batch dimension ({batch}) is not divisible by product of block "
            f"sizes ({count})."
        )
    order = [
        m,
        *[i for k in range(m) for i in (m + 1 + k, k)],
        *range(2 * m + 1, m + 1 + len(sizes)),
    ]
    large = [n * b for n, b in zip(sizes, block, strict=False)]
    whole = _rearrange(
        x,
        [*block, batch // count, *sizes],
        order,
        [batch // count, *large, *sizes[m:]],
    )
    for n, (before, after) in zip(large, margins, strict=True):
        if before + after > n:
            raise InvalidArgumentError(f"batch_to_space: cannot crop {before} + {after} from {n}.")
    parts = [slice(before, n - after) for n, (before, after) in zip(large, margins, strict=True)]
    return whole[(slice(None), *parts)]


def _require(fits: bool, op: str, x: Any, block: tuple[int, ...]) -> None:
    if not fits:
        raise InvalidArgumentError(
            f"{op}: block_shape {list(block)} must be positive and shorter than the rank of the "
            f"input, whose shape is {x._value.shape}."
        )


def _image(x: Any, block_size: Any, data_format: str, op: str) -> tuple[int, bool]:
    b = int_argument(block_size, op, "block_size")
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError(f"{op}: data_format must be 'NHWC' or 'NCHW', not {data_format!r}.")
    if x._value.ndim != 4 or b < 2:
        raise InvalidArgumentError(
            f"{op}: the input must be of rank 4 and block_size at least 2, but the shape is "
            f"{x._value.shape} and block_size {b}."
        )
    return b, data_format == "NHWC"


def depth_to_space(
    input: Any, block_size: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Spread the depth of each place over a block of places.

    Parameters
    ----------
    input
        Images, of shape ``(batch, height, width, depth)``, or ``(batch, depth, height, width)``
        for ``"NCHW"``.
    block_size
        The size b of a block.
    data_format
        ``"NHWC"`` or ``"NCHW"``.

    Returns
    -------
    Tensor
        Height and width are b times as large, the depth is ``b ** 2`` times smaller.

    Raises
    ------
    InvalidArgumentError
        If the depth is not a multiple of ``b ** 2``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.depth_to_space([[[[1, 2, 3, 4]]]], 2).numpy()[0, :, :, 0].tolist()
    [[1, 2], [3, 4]]
    """
    x = operand(input)
    b, last = _image(x, block_size, data_format, "depth_to_space")
    n, h, w, c = x._value.shape if last else [x._value.shape[i] for i in (0, 2, 3, 1)]
    d = c // (b * b)
    if c % (b * b):
        raise InvalidArgumentError(
            f"depth_to_space: Input depth dimension {c} should be divisible by: {b * b}."
        )
    if last:
        return _rearrange(x, (n, h, w, b, b, d), (0, 1, 3, 2, 4, 5), (n, h * b, w * b, d))
    return _rearrange(x, (n, b, b, d, h, w), (0, 3, 4, 1, 5, 2), (n, d, h * b, w * b))


def space_to_depth(
    input: Any, block_size: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """Put the places of each block on top of each other: undoes `depth_to_space`.

    Parameters
    ----------
    input
        Images, of shape ``(batch, height, width, depth)``, or ``(batch, depth, height, width)``
        for ``"NCHW"``.
    block_size
        The size b of a block.
    data_format
        ``"NHWC"`` or ``"NCHW"``.

    Returns
    -------
    Tensor
        Height and width are b times smaller, the depth is ``b ** 2`` times as large.

    Raises
    ------
    InvalidArgumentError
        If height or width is not a multiple of b.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.space_to_depth([[[[1], [2]], [[3], [4]]]], 2).numpy().tolist()
    [[[[1, 2, 3, 4]]]]
    """
    x = operand(input)
    b, last = _image(x, block_size, data_format, "space_to_depth")
    n, h, w, c = x._value.shape if last else [x._value.shape[i] for i in (0, 2, 3, 1)]
    if h % b or w % b:
        raise InvalidArgumentError(
            f"space_to_depth: Image width {w} and height {h} should be divisible by block_size {b}."
        )
    h, w = h // b, w // b
    if last:
        return _rearrange(x, (n, h, b, w, b, c), (0, 1, 3, 2, 4, 5), (n, h, w, b * b * c))
    return _rearrange(x, (n, c, h, b, w, b), (0, 3, 5, 1, 2, 4), (n, b * b * c, h, w))


def _reversal(lengths: Any, *, size: int) -> Any:
    """Where each place of sequences comes from: the first places in reverse order."""
    if ((lengths < 0) | (lengths > size)).any():
        raise InvalidArgumentError(
            f"reverse_sequence: seq_lengths must be in [0, {size}], the size of the axis, but they "
            f"are {lengths.tolist()}."
        )
    place = np.arange(size)
    length = lengths[:, None]
    return np.where(place < length, length - 1 - place, place)


general("reversal", _reversal, NONDIFF, inputs="lengths")


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: Any = None,
    batch_axis: Any = None,
    name: str | None = None,
) -> Tensor:
    """Turn the beginnings of sequences around, each as far as it is long.

    Parameters
    ----------
    input
        Tensor of rank at least 2.
    seq_lengths
        Integers of shape ``(input.shape[batch_axis],)``.
    seq_axis
        The axis along which entries are reversed.
    batch_axis
        The axis that numbers the sequences, 0 by default.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    InvalidArgumentError
        If axes are out of range or equal, or lengths do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).numpy().tolist()
    [[2, 1, 3], [6, 5, 4]]
    """
    x, lengths = operand(input), indices_operand(seq_lengths, "reverse_sequence")
    shape, ndim = x._value.shape, x._value.ndim
    if seq_axis is None:
        raise TypeError("reverse_sequence: seq_axis is missing: the axis to reverse.")
    along = axis_argument(seq_axis, ndim, "reverse_sequence")
    batch = axis_argument(0 if batch_axis is None else batch_axis, ndim, "reverse_sequence")
    if along == batch or lengths._value.shape != (shape[batch],):
        raise InvalidArgumentError(
            f"reverse_sequence: seq_axis and batch_axis must differ and seq_lengths must have "
            f"shape ({shape[batch]},), but the axes are {seq_axis} and {batch_axis}, and the shape "
            f"is {lengths._value.shape}."
        )
    order = (batch, along, *[a for a in range(-ndim, 0) if a not in (batch, along)])
    places = recording.reversal(lengths, size=shape[along])
    points = recording.reshape(places, to=(shape[batch], shape[along], 1))
    turned = gather_points(recording.transpose(x, axes=order), points, 1, "reverse_sequence")
    back = tuple([order.index(a) - ndim for a in range(-ndim, 0)])
    return recording.transpose(turned, axes=back)  # type: ignore[no-any-return]
