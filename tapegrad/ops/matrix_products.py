"""Matrices made of others by products: kron, vander, multi_dot, householder_product."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.contract import matmul
from tapegrad.ops.matrices import adjoint, matrices
from tapegrad.ops.operands import (
    operand_pair,
    operands_of_one_dtype,
    require_kinds,
    require_same_dtype,
)

__all__ = ["householder_product", "kron", "multi_dot", "vander"]


def kron(a: Any, b: Any, name: str | None = None) -> Tensor:
    r"""Kronecker products of matrices: blocks :math:`a_{ij} B`.

    Parameters
    ----------
    a, b
        Numeric tensors of shapes ``(..., m, n)`` and ``(..., p, q)`` and of one dtype, whose
        leading axes broadcast; or two vectors.

    Returns
    -------
    Tensor
        Of shape ``(..., m * p, n * q)``, or a vector.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.kron([[1, 2]], [[1, 0], [0, 1]]).numpy().tolist()
    [[1, 0, 2, 0], [0, 1, 0, 2]]
    """
    x, y = operand_pair(a, b)
    require_same_dtype("kron", x, y)
    require_kinds("kron", x, "iufcV", "float32")
    first, second = x._value.shape, y._value.shape
    if len(first) == len(second) == 1:
        products = recording.reshape(x, to=(*first, 1)) * y
        return recording.reshape(products, to=(first[0] * second[0],))  # type: ignore[no-any-return]
    if len(first) < 2 or len(second) < 2:
        raise InvalidArgumentError(
            f"kron: it takes matrices, or two vectors. Expected shapes: [..., m, n] and [..., p, "
            f"q]. Actual shapes: {list(first)} and {list(second)}."
        )
    lead = _common_axes("kron", first[:-2], second[:-2])
    (m, n), (p, q) = first[-2:], second[-2:]
    x = recording.reshape(x, to=(*first[:-2], m, 1, n, 1))
    y = recording.reshape(y, to=(*second[:-2], 1, p, 1, q))
    return recording.reshape(x * y, to=(*lead, m * p, n * q))  # type: ignore[no-any-return]


def _common_axes(op: str, a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: leading axes must broadcast, but they are {list(a)} and {list(b)}."
        ) from None


def vander(x: Any, N: Any = None, increasing: bool = False, name: str | None = None) -> Tensor:
    r"""Vandermonde matrices: the powers of numbers, one number a row.

    Parameters
    ----------
    x
        Numeric tensor of shape ``(..., n)``.
    N
        How many powers, by default n.
    increasing
        Whether the powers increase from left to right, from 0 to N - 1, or decrease.

    Returns
    -------
    Tensor
        Of shape ``(..., n, N)`` and the same dtype. Derivatives of every order are right at 0 too,
        because powers are products.

    Raises
    ------
    InvalidArgumentError
        If `x` is a scalar, or `N` is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.vander([1, 2, 3]).numpy().tolist()
    [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    """
    x = operand(x)
    require_kinds("vander", x, "iufcV", "float32")
    shape = x._value.shape
    if not shape:
        raise InvalidArgumentError(
            "vander: it takes vectors. Expected shape: [..., n]. Actual shape: []."
        )
    count = shape[-1] if N is None else int_argument(N, "vander", "N")
    if count < 0:
        raise InvalidArgumentError(f"vander: N must not be negative, but it is {count}.")
    column = recording.reshape(x, to=(*shape, 1))
    powers = operand(np.ones((*shape, 1), x._value.dtype))
    # 0 to k - 1 times x ** k is k to 2k - 1.
    factor, known = column, 1
    while known < count:
        powers = recording.concat(powers, powers * factor, axis=-1)
        factor, known = factor * factor, 2 * known
    part = slice(0, count)
    order = part if increasing else slice(count - 1, None, -1) if count else part
    return recording.getitem(powers, index=(Ellipsis, order))  # type: ignore[no-any-return]


def multi_dot(arrays: Any, name: str | None = None) -> Tensor:
    """Products of several matrices, in the order that takes the fewest multiplications.

    Parameters
    ----------
    arrays
        A list of at least two numeric tensors of one dtype: matrices of shapes
        ``(..., m, n), (..., n, p), ...``, whose leading axes broadcast. The first and the last may
        be vectors.

    Returns
    -------
    Tensor
        The product; where the first or the last is a vector, without the axis of its side.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.
    ValueError
        If there are fewer than two.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.multi_dot([[1.0, 2.0], [[1.0, 0.0], [0.0, 3.0]], [1.0, 1.0]]).numpy()
    np.float32(7.0)
    """
    if not isinstance(arrays, (list, tuple)) or len(arrays) < 2:
        raise ValueError("multi_dot: arrays must be a list of at least two matrices.")
    parts = operands_of_one_dtype("multi_dot", arrays)
    shapes = [p._value.shape for p in parts]
    first, last = len(shapes[0]) == 1, len(shapes[-1]) == 1
    if first:
        parts[0] = recording.reshape(parts[0], to=(1, *shapes[0]))
    if last:
        parts[-1] = recording.reshape(parts[-1], to=(*shapes[-1], 1))
    sizes = [p._value.shape for p in parts]
    for i, (left, right) in enumerate(zip(sizes, [*sizes[1:], (0, 0)], strict=True)):
        if len(left) < 2 or (i + 1 < len(sizes) and left[-1:] != right[-2:-1]):
            raise InvalidArgumentError(
                f"multi_dot: each matrix must have as many columns as the next one has rows. "
                f"Expected shapes: [..., m, n], [..., n, p] and so on. Actual shapes: "
                f"{[list(s) for s in shapes]}."
            )
    product = _in_order(parts, _best_splits([s[-2] for s in sizes] + [sizes[-1][-1]]), 0, -1)
    kept: tuple[int, ...] = product._value.shape
    to = (*kept[:-2], *(() if first else kept[-2:-1]), *(() if last else kept[-1:]))
    return recording.reshape(product, to=to) if first or last else product  # type: ignore[no-any-return]


def _best_splits(sizes: list[int]) -> list[list[int]]:
    """Where to split the product of matrices i to j (Cormen et al., "Algorithms", 15.2)."""
    count = len(sizes) - 1
    cost = [[0.0] * count for _ in range(count)]
    split = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i][j] = inf
            for k in range(i, j):
                found = cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                if found < cost[i][j]:
                    cost[i][j], split[i][j] = found, k
    return split


def _in_order(parts: list[Any], split: list[list[int]], i: int, j: int) -> Any:
    j = j + len(parts) if j < 0 else j
    if i == j:
        return parts[i]
    k = split[i][j]
    return matmul(_in_order(parts, split, i, k), _in_order(parts, split, k + 1, j))


def householder_product(input: Any, tau: Any, name: str | None = None) -> Tensor:
    r"""The first columns of products of Householder's reflections :math:`1 - \tau_i v_i v_i^H`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., m, n)``, ``m >= n``, in single or double precision, real or
        complex. Column i holds the vector :math:`v_i` below the diagonal; on it stands a 1 that is
        not written, and above it zeros.
    tau
        Tensor of shape ``(..., k)``, ``k <= n``, and of the same dtype and leading axes.

    Returns
    -------
    Tensor
        Of shape ``(..., m, n)``, with orthonormal columns if the factors :math:`\tau` belong to the
        vectors, as LAPACK's ``geqrf`` makes them.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.householder_product([[9.0], [0.0]], [2.0]).numpy().tolist()
    [[-1.0], [0.0]]
    """
    op = "householder_product"
    a = matrices(op, input)
    factors = operand(tau, a._value.dtype)
    require_same_dtype(op, a, factors)
    shape, counts = a._value.shape, factors._value.shape
    m, n = shape[-2:]
    if m < n or not counts or counts[:-1] != shape[:-2] or counts[-1] > n:
        raise InvalidArgumentError(
            f"{op}: Expected shapes: [..., m, n] with m >= n and [..., k] with k <= n. Actual "
            f"shapes: {list(shape)} and {list(counts)}."
        )
    dtype = a._value.dtype
    below = np.tri(m, n, -1, np.bool_)
    vectors = recording.masked(a, below) + operand(np.eye(m, n, dtype=dtype))
    product = operand(np.broadcast_to(np.eye(m, n, dtype=dtype), shape).copy())
    for i in range(counts[-1] - 1, -1, -1):
        v = recording.getitem(vectors, index=(Ellipsis, slice(i, i + 1)))
        scale = recording.getitem(factors, index=(Ellipsis, slice(i, i + 1)))
        scale = recording.reshape(scale, to=(*counts[:-1], 1, 1))
        product = product - (v * scale) @ (adjoint(recording, v) @ product)
    return product  # type: ignore[no-any-return]
