"""Derivatives of functions: vjp, jvp and Jacobians over structures of arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.core.jacobians import jacobian as jacobian_of_tape
from tapegrad.core.primals import Function, Primals, dense, in_structure, outputs_of, watching
from tapegrad.core.tape_arguments import chunk_size
from tapegrad.core.unconnected import UnconnectedGradients, wants_zeros, zeros_for


def vjp(f: Function, primals: Any) -> tuple[Any, Callable[..., Any]]:
    r"""Run a function, and return what pulls cotangents of its results back.

    .. math:: \bar x = \left(\frac{\partial f}{\partial x}\right)^{\!*} \bar y

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors.
    primals
        Its arguments: a tuple stands for several, anything else (a tensor, a Variable, a list or
        dict of them) for one.

    Returns
    -------
    outputs
        What `f` returned.
    pullback : callable
        ``pullback(cotangents, unconnected_gradients="none")`` takes tensors in the structure of
        `outputs` (None for zeros) and returns tensors in the structure of `primals`: None for
        integer primals, and for those that no cotangent reaches. It can be called many times, and
        is differentiable by tapes that were active around `vjp`.

    Raises
    ------
    TypeError
        If `f` is not a function or returns what is not a tensor, or no primal has a derivative.
    InvalidArgumentError
        From ``pullback``, if a cotangent's shape or dtype is not that of its output.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, pullback = tf.autodiff.vjp(lambda x, a: x * a, (tf.constant([1.0, 2.0]), 3.0))
    >>> gx, ga = pullback(tf.constant([1.0, 10.0]))
    >>> gx.numpy().tolist(), float(ga)
    ([3.0, 30.0], 21.0)
    """
    arguments = Primals("vjp", f, primals)
    tape = watching(arguments.sources, persistent=True)
    with tape:
        returned = arguments.call()
        outputs = outputs_of("vjp", returned)

    def pullback(cotangents: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """Cotangents of the primals, given those of the outputs."""
        zeros = wants_zeros(unconnected_gradients)
        gs = in_structure("vjp", "cotangents", returned, cotangents, outputs)
        pairs = [(y, g) for y, g in zip(outputs, gs, strict=True) if g is not None]
        found = tape.gradient(
            [y for y, _ in pairs], arguments.sources, output_gradients=[g for _, g in pairs]
        )
        return arguments.pack(
            [
                zeros_for(x) if g is None and zeros else dense(g)
                for x, g in zip(arguments.sources, found, strict=True)
            ]
        )

    return nest.pack_sequence_as(returned, outputs), pullback


def jvp(
    f: Function,
    primals: Any,
    tangents: Any,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> tuple[Any, Any]:
    r"""Run a function together with its derivative along a direction.

    .. math:: \dot y = \frac{\partial f}{\partial x} \dot x

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    tangents
        The direction, in the structure of `primals`; None for primals that stay where they are.
    unconnected_gradients
        ``'none'`` or ``'zero'``: the tangent of outputs that do not depend on the primals.

    Returns
    -------
    outputs
        What `f` returned.
    tangents
        In the same structure.

    Raises
    ------
    ValueError
        If the structures of primals and tangents differ.
    InvalidArgumentError
        If a tangent's shape or dtype is not that of its primal.
    TypeError
        If `f` is not a function or returns what is not a tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y, dy = tf.autodiff.jvp(lambda x: tf.reduce_sum(x * x), tf.constant([1.0, 2.0]),
    ...                         tf.constant([1.0, 0.5]))
    >>> float(y), float(dy)
    (5.0, 4.0)
    """
    arguments = Primals("jvp", f, primals)
    zeros = wants_zeros(unconnected_gradients)
    with arguments.pushing(tangents) as accumulator:
        returned = arguments.call()
        outputs = outputs_of("jvp", returned)
    pushed = [zeros_for(y) if (t := accumulator.jvp(y)) is None and zeros else t for y in outputs]
    return nest.pack_sequence_as(returned, outputs), nest.pack_sequence_as(returned, pushed)


def jacobian(
    f: Function,
    primals: Any,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
    parallel_iterations: int | None = None,
    mode: str | None = None,
) -> Any:
    r"""The Jacobian :math:`\partial f_i / \partial x_j` of a function.

    The function runs once. Its record is then walked backwards with the rows of an identity
    matrix, or forwards with its columns, all at once or in chunks.

    Parameters
    ----------
    f
        A function of tensors that returns a tensor or a structure of tensors.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    unconnected_gradients
        ``'none'`` or ``'zero'``: the answer where an output does not depend on a primal.
    parallel_iterations
        How many rows or columns travel at once; by default as many as fit in moderate memory.
    mode
        ``'forward'``, ``'reverse'``, or None for forward mode where it is right and there are
        fewer numbers in than out.

    Returns
    -------
    Tensor, None, or a structure of them
        For each output a structure like `primals`, of shapes ``output.shape + primal.shape`` and
        of the primal's dtype.

    Raises
    ------
    ValueError
        If `mode` is none of these, or forward mode is not possible: through custom gradients,
        and for complex numbers at either end.
    TypeError
        If `f` is not a function or returns what is not a tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> polar = {"r": tf.constant(2.0), "phi": tf.constant(0.0)}
    >>> def f(p):
    ...     return tf.stack([p["r"] * tf.cos(p["phi"]), p["r"] * tf.sin(p["phi"])])
    >>> j = tf.autodiff.jacobian(f, polar)
    >>> j["r"].numpy().tolist(), j["phi"].numpy().tolist()
    ([1.0, 0.0], [0.0, 2.0])
    """
    arguments = Primals("jacobian", f, primals)
    zeros = wants_zeros(unconnected_gradients)
    chunk = chunk_size(parallel_iterations, True)
    if mode not in (None, "forward", "reverse"):
        raise ValueError(f"jacobian: mode is 'forward', 'reverse' or None, not {mode!r}.")
    tape = watching(arguments.sources, persistent=True)
    with tape:
        returned = arguments.call()
        outputs = outputs_of("jacobian", returned)
    blocks = []
    for y in outputs:
        found = jacobian_of_tape(tape, y, arguments.sources, chunk, mode)
        blocks.append(
            arguments.pack(
                [
                    zeros_for(x, y._value.shape) if j is None and zeros else j
                    for x, j in zip(arguments.sources, found, strict=True)
                ]
            )
        )
    return nest.pack_sequence_as(returned, blocks)
