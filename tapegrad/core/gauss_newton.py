"""Gauss-Newton matrices, whole or as products with a vector."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from tapegrad.core import nest
from tapegrad.core.primals import (
    Function,
    Primals,
    dense,
    joined,
    or_zeros,
    outputs_of,
    watching,
)
from tapegrad.core.second_order import product_with_hessian
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.core.unconnected import UnconnectedGradients, wants_zeros, zeros_for


def gauss_newton_product(
    f: Function,
    primals: Any,
    tangents: Any,
    loss: Callable[[Any], Any] | None = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> Any:
    r"""The product of the Gauss-Newton matrix with a vector, without the matrix.

    For residuals ``f(x)`` and the loss :math:`\tfrac12 |f(x)|^2` that is :math:`J^T J v`. For any
    other loss of ``f(x)`` it is :math:`J^T H_L J v`, with the Hessian :math:`H_L` of the loss:
    positive semidefinite if the loss is convex, unlike the Hessian of the whole (Schraudolph, Fast
    curvature matrix-vector products, 2002).

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    tangents
        The vector :math:`v`, in the structure of `primals`; None for zeros.
    loss
        A function of what `f` returns, with a scalar result; half the sum of squares by default.
    unconnected_gradients
        ``'none'`` or ``'zero'``: the answer for primals that `f` does not depend on.

    Returns
    -------
    Tensor or structure
        In the structure of `primals`, of their shapes and dtypes.

    Raises
    ------
    InvalidArgumentError
        If `loss` does not return a scalar, or a tangent's shape or dtype is not that of its primal.
    ValueError
        If the structures differ, or `f` depends on none of the primals.
    TypeError
        If a primal or a result is not real.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> x, v = tf.zeros([2]), tf.constant([1.0, 2.0])
    >>> tf.autodiff.gauss_newton_product(lambda x: tf.linalg.matvec(a, x), x, v).numpy().tolist()
    [4.0, 11.0]
    """
    arguments = Primals("gauss_newton_product", f, primals)
    zeros = wants_zeros(unconnected_gradients)
    sources = arguments.sources
    arguments.require_real(sources, "a primal is")
    with arguments.pushing(tangents) as accumulator:
        tape = watching(sources)
        with tape:
            returned = arguments.call()
            outputs = outputs_of("gauss_newton_product", returned)
    arguments.require_real(outputs, "f returned")
    pushed = [or_zeros(accumulator.jvp(y), y) for y in outputs]
    if loss is not None:
        whole = nest.pack_sequence_as(returned, outputs)
        along = nest.pack_sequence_as(returned, pushed)
        curved = product_with_hessian(
            "gauss_newton_product, of the loss", lambda y: loss(y[0]), [whole], [along], True
        )
        pushed = nest.flatten(curved)
    found = [dense(g) for g in tape.gradient(outputs, sources, output_gradients=pushed)]
    arguments.require_connected(found)
    return arguments.pack(
        [zeros_for(x) if g is None and zeros else g for x, g in zip(sources, found, strict=True)]
    )


def gauss_newton_matrix(
    f: Function,
    primals: Any,
    loss: Callable[[Any], Any] | None = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
    parallel_iterations: int | None = None,
) -> Any:
    r"""The Gauss-Newton matrix :math:`J^T J`, or :math:`J^T H_L J` for a loss of ``f(x)``.

    See `gauss_newton_product`, which has no need of the matrix.

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors of one dtype.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    loss
        A function of what `f` returns, with a scalar result; half the sum of squares by default.
    unconnected_gradients
        ``'none'`` or ``'zero'``: what stands in the rows and columns of primals that `f` does not
        depend on.
    parallel_iterations
        How many rows or columns are computed at once; by default as many as fit in moderate
        memory.

    Returns
    -------
    Tensor, or structures of them
        As from `hessian`: for one tensor of shape ``x.shape + x.shape``, otherwise a structure
        like `primals` of structures like `primals`.

    Raises
    ------
    InvalidArgumentError
        If `loss` does not return a scalar.
    ValueError
        If `f` depends on none of the primals.
    TypeError
        If a primal or a result is not real.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> m = tf.autodiff.gauss_newton_matrix(lambda x: tf.linalg.matvec(a, x), tf.zeros([2]))
    >>> m.numpy().tolist()
    [[2.0, 1.0], [1.0, 5.0]]
    """
    arguments = Primals("gauss_newton_matrix", f, primals)
    zeros = wants_zeros(unconnected_gradients)
    sources = arguments.sources
    arguments.require_real(sources, "a primal is")
    outer = watching(sources, persistent=True)
    with outer:
        returned = arguments.call()
        # Copies, because a tensor may be returned twice and each place has its own slope.
        outputs = [recording.identity(y) for y in outputs_of("gauss_newton_matrix", returned)]
        arguments.require_real(outputs, "f returned")
        residuals = joined("gauss_newton_matrix", outputs)
        weighted = residuals
        if loss is not None:
            inner = watching(outputs)
            with inner:
                value = loss(nest.pack_sequence_as(returned, outputs))
                value = arguments.scalar(value, "loss")
            slopes = inner.gradient(value, outputs, unconnected_gradients="zero")
            weighted = joined("gauss_newton_matrix", [dense(g) for g in slopes])
    left = outer.jacobian(residuals, sources, parallel_iterations=parallel_iterations)
    arguments.require_connected(left)
    right = left
    if loss is not None:
        right = outer.jacobian(weighted, sources, parallel_iterations=parallel_iterations)
    size = residuals._value.size
    blocks = []
    for a, ja in zip(sources, left, strict=True):
        row = []
        for b, jb, connected in zip(sources, right, left, strict=True):
            known = zeros or (ja is not None and connected is not None)
            block = None if ja is None or jb is None else _product(ja, jb, size, a, b)
            row.append(zeros_for(b, a._value.shape) if block is None and known else block)
        blocks.append(arguments.pack(row))
    return arguments.pack(blocks)


def _product(ja: Tensor, jb: Tensor, size: int, a: Any, b: Any) -> Tensor:
    shapes = a._value.shape, b._value.shape
    left = recording.reshape(ja, to=(size, prod(shapes[0])))
    right = recording.reshape(jb, to=(size, prod(shapes[1])))
    product: Tensor = recording.reshape(
        recording.matmul(left, right, transpose_a=True), to=(*shapes[0], *shapes[1])
    )
    return product
