"""Hessians, whole or as products with a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.primals import Function, Primals, dense, or_zeros, outputs_of, watching
from tapegrad.core.tape_arguments import sources_in, tensors_in
from tapegrad.core.unconnected import UnconnectedGradients, wants_zeros, zeros_for


def hessian(
    f: Function,
    primals: Any,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
    parallel_iterations: int | None = None,
) -> Any:
    r"""The Hessian :math:`\partial^2 f / \partial x_i \partial x_j` of a scalar function.

    Parameters
    ----------
    f
        A function of tensors that returns one real scalar.
    primals
        Its arguments: a tuple stands for several, anything else (a tensor, a Variable, a list or
        dict of them) for one.
    unconnected_gradients
        ``'none'`` or ``'zero'``: what stands in the rows and columns of primals that `f` does not
        depend on. Where it depends on them linearly, there are zeros in any case.
    parallel_iterations
        How many rows are computed at once; by default as many as fit in moderate memory.

    Returns
    -------
    Tensor, or structures of them
        For one tensor ``x`` the shape is ``x.shape + x.shape``. Otherwise a structure like
        `primals` of structures like `primals`: the entry ``[a][b]`` has shape
        ``a.shape + b.shape``. Integer primals have None.

    Raises
    ------
    InvalidArgumentError
        If `f` does not return a scalar.
    TypeError
        If `f` or a primal is complex, or `f` returns what is not a tensor.
    ValueError
        If `f` depends on none of the primals.

    See Also
    --------
    hessians : Only the blocks of each tensor with itself; also of values on a tape.
    hvp : Products with a vector, without the matrix.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> tf.autodiff.hessian(lambda x: x[0] ** 2 * x[1], x).numpy().tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """
    arguments = Primals("hessian", f, primals)
    zeros = wants_zeros(unconnected_gradients)
    sources = arguments.sources
    arguments.require_real(sources, "a primal is")
    outer, gradients = _gradients(arguments)
    arguments.require_connected(gradients)
    blocks = []
    for a, g in zip(sources, gradients, strict=True):
        rows: list[Any] = [None] * len(sources)
        if g is not None:
            rows = outer.jacobian(g, sources, parallel_iterations=parallel_iterations)
        row = [
            _block(a, b, h, known=zeros or (g is not None and gb is not None))
            for b, gb, h in zip(sources, gradients, rows, strict=True)
        ]
        blocks.append(arguments.pack(row))
    return arguments.pack(blocks)


def _gradients(arguments: Primals) -> tuple[GradientTape, list[Any]]:
    """The gradients of a scalar function, and the tape that has seen how they came about."""
    outer = watching(arguments.sources, persistent=True)
    with outer:
        inner = watching(arguments.sources)
        with inner:
            y = arguments.scalar(arguments.call())
        gradients = [dense(g) for g in inner.gradient(y, arguments.sources)]
    return outer, gradients


def _block(a: Any, b: Any, h: Any, *, known: bool) -> Any:
    return zeros_for(b, a._value.shape) if h is None and known else h


def hessians(
    ys: Any,
    xs: Any,
    tape: GradientTape | None = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
    parallel_iterations: int | None = None,
) -> Any:
    r"""The Hessian of the sum of `ys` with respect to each tensor of `xs`, as in TensorFlow.

    This is what ``tf.hessians`` computes in a graph: the blocks
    :math:`\partial^2 \sum y / \partial x^2` of each tensor with itself, not those between two.

    Parameters
    ----------
    ys
        A function of `xs`, which returns a tensor or a structure of them; or, with `tape`, the
        tensors themselves.
    xs
        A tensor, a Variable or a structure of them. A function gets a tuple as several arguments,
        anything else as one.
    tape
        A tape that recorded `ys`, used like ``tape.gradient(ys, xs)``: persistent or not, inside
        its block or after it. No second tape is needed.
    unconnected_gradients
        ``'none'`` or ``'zero'``: the answer for tensors that `ys` does not depend on. Where it
        depends on them linearly, the answer is zeros in any case.
    parallel_iterations
        How many rows are computed at once; by default as many as fit in moderate memory.

    Returns
    -------
    list or structure
        Tensors of shapes ``x.shape + x.shape`` in the structure of `xs`; a list of one if `xs` is
        a tensor.

    Raises
    ------
    TypeError
        If `ys` is neither a function nor on a tape, or something is complex or no tensor.
    TapeUsedError
        If the tape was used up.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a, b = tf.constant([1.0, 2.0]), tf.constant(3.0)
    >>> ha, hb = tf.autodiff.hessians(lambda a, b: a ** 3 * b ** 2, (a, b))
    >>> ha.numpy().tolist(), float(hb)
    ([[54.0, 0.0], [0.0, 108.0]], 18.0)

    With a tape:

    >>> with tf.GradientTape() as tape:
    ...     tape.watch(b)
    ...     y = b ** 3
    >>> float(tf.autodiff.hessians(y, b, tape=tape)[0])
    18.0
    """
    zeros = wants_zeros(unconnected_gradients)
    if tape is not None:
        outer, sources, gradients = _gradients_on(tape, ys, xs)
        found = _own_blocks(outer, sources, gradients, zeros, parallel_iterations)
        return nest.pack_sequence_as(xs, found) if nest.is_nested(xs) else found
    if not callable(ys):
        raise TypeError(
            "hessians: values know nothing of where they came from. Give the tape that recorded "
            "them, tf.autodiff.hessians(ys, xs, tape=tape), or a function of xs."
        )
    arguments = Primals("hessians", ys, xs)
    arguments.require_real(arguments.sources, "a tensor of xs is")
    outer = watching(arguments.sources, persistent=True)
    with outer:
        inner = watching(arguments.sources)
        with inner:
            outputs = outputs_of("hessians", arguments.call())
        arguments.require_real(outputs, "the function returned")
        gradients = [dense(g) for g in inner.gradient(outputs, arguments.sources)]
    arguments.require_connected(gradients)
    found = _own_blocks(outer, arguments.sources, gradients, zeros, parallel_iterations)
    packed = arguments.pack(found)
    return packed if nest.is_nested(xs) else [packed]


def _gradients_on(tape: Any, ys: Any, xs: Any) -> tuple[GradientTape, list[Any], list[Any]]:
    """Gradients of values on a tape, and a tape that holds its records and theirs.

    The gradient reads the values of the tape's records under the identities that they had, so a
    tape that starts with these records and sees the gradient knows both.
    """
    if not isinstance(tape, GradientTape):
        raise TypeError(f"hessians: `tape` should be a tf.GradientTape, not {type(tape).__name__}.")
    targets = tensors_in(ys, "ys")
    sources = sources_in(xs)
    for x in (*targets, *sources):
        if x._value.dtype.kind == "c":
            raise TypeError(
                f"hessians: {x.dtype.name} has no Hessian, only real floating point numbers have. "
                f"Take complex ones apart, tf.complex(re, im)."
            )
    outer = GradientTape(persistent=True, watch_accessed_variables=False)
    with outer:
        outer.records = list(tape.records)
        outer.followed = set(tape.followed)
        outer.roots = set(tape.roots)
        if tape.is_recording and tape._persistent:
            with tape.stop_recording():
                gradients = tape.gradient(targets, sources)
        else:
            gradients = tape.gradient(targets, sources)
        gradients = [dense(g) for g in gradients]
    return outer, sources, gradients


def _own_blocks(
    outer: GradientTape,
    sources: Sequence[Any],
    gradients: Sequence[Any],
    zeros: bool,
    parallel_iterations: int | None,
) -> list[Any]:
    return [
        _block(
            x,
            x,
            None if g is None else outer.jacobian(g, x, parallel_iterations=parallel_iterations),
            known=zeros or g is not None,
        )
        for x, g in zip(sources, gradients, strict=True)
    ]


def hvp(
    f: Function,
    primals: Any,
    tangents: Any,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> Any:
    r"""The product of the Hessian of a scalar function with a vector, without the Hessian.

    The gradient is computed once, in reverse mode, and its derivative along the vector with it, in
    forward mode (Pearlmutter, Fast exact multiplication by the Hessian, 1994):

    .. math:: H v = \frac{d}{dt} \nabla f(x + t v) \Big|_{t=0}

    Parameters
    ----------
    f
        A function of tensors that returns one real scalar.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    tangents
        The vector, in the structure of `primals`; None for zeros.
    unconnected_gradients
        ``'none'`` or ``'zero'``: the answer for primals that `f` does not depend on. Where it
        depends on them linearly, the answer is zeros in any case.

    Returns
    -------
    Tensor or structure
        In the structure of `primals`, of their shapes and dtypes.

    Raises
    ------
    InvalidArgumentError
        If `f` does not return a scalar, or a tangent's shape or dtype is not that of its primal.
    ValueError
        If the structures differ, or `f` depends on none of the primals.
    TypeError
        If `f` returns what is not a real tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x, v = tf.constant([1.0, 2.0]), tf.constant([1.0, 10.0])
    >>> tf.autodiff.hvp(lambda x: x[0] ** 2 * x[1], x, v).numpy().tolist()
    [24.0, 2.0]
    """
    return product_with_hessian("hvp", f, primals, tangents, wants_zeros(unconnected_gradients))


def product_with_hessian(op: str, f: Function, primals: Any, tangents: Any, zeros: bool) -> Any:
    """`hvp` for the function `op`, which errors name."""
    arguments = Primals(op, f, primals)
    with arguments.pushing(tangents) as accumulator:
        tape = watching(arguments.sources)
        with tape:
            y = arguments.scalar(arguments.call())
        gradients = [dense(g) for g in tape.gradient(y, arguments.sources)]
    arguments.require_connected(gradients)
    products = [
        (zeros_for(x) if zeros else None) if g is None else or_zeros(accumulator.jvp(g), x)
        for x, g in zip(arguments.sources, gradients, strict=True)
    ]
    return arguments.pack(products)
