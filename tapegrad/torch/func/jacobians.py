"""Jacobians and Hessians of functions, as functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.torch import modes
from tapegrad.torch.creation import zeros
from tapegrad.torch.func.levels import (
    Own,
    chosen,
    mapped,
    packed,
    refuse_complex,
    tensors_of,
    with_aux,
    with_parts,
)
from tapegrad.torch.jacobians import columns_of, jacobians_of, unit_level

__all__ = ["hessian", "jacfwd", "jacrev"]


def jacrev(
    func: Callable[..., Any],
    argnums: Any = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The function that computes the Jacobian of a function in reverse mode, all rows at once.

    Parameters
    ----------
    func
        A function of real tensors or structures of them.
    argnums
        With respect to which arguments; for a tuple, each Jacobian is a tuple.
    has_aux
        Whether `func` returns a pair of which the second part is handed on.
    chunk_size
        How many rows go together.
    _preallocate_and_copy
        Without effect.

    Returns
    -------
    callable
        Jacobians of shape ``(*output.shape, *input.shape)``, in the structure of the output and,
        inside, of the arguments.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.jacrev(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def differentiated(*args: Any) -> Any:
        refuse_complex("jacrev", args, "inputs")
        positions = chosen(args, argnums)
        own = Own()
        with modes.inference_mode(False), modes.enable_grad():
            parts = tuple([mapped(own.enter, args[i]) for i in positions])
            output = func(*with_parts(args, positions, parts))
            output, aux = with_aux("vjp(f, *primals)", output, has_aux)
            flat = tensors_of("vjp(f, *primals)", output)
            refuse_complex("jacrev", output, "outputs")
            inputs = nest.flatten(parts)
            found = jacobians_of(flat, inputs, own.reaches_out(flat), chunk_size)
            of_outputs = []
            for y, row in zip(flat, found, strict=True):
                filled = [
                    zeros((*y.shape, *x.shape), dtype=x.dtype) if j is None else j
                    for j, x in zip(row, inputs, strict=True)
                ]
                whole = packed(parts, filled)
                of_outputs.append(whole if isinstance(argnums, tuple) else whole[0])
        result = own.leave_all(packed(output, of_outputs))
        return (result, own.leave_all(aux)) if has_aux else result

    return differentiated


def jacfwd(
    func: Callable[..., Any],
    argnums: Any = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
) -> Callable[..., Any]:
    """The function that computes the Jacobian of a function in forward mode, all columns at once.

    Parameters
    ----------
    func, argnums, has_aux
        As for `jacrev`.
    randomness
        Without effect: the function runs once.

    Returns
    -------
    callable
        As `jacrev`.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.jacfwd(lambda x: x**2)(torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """

    @functools.wraps(func)
    def differentiated(*args: Any) -> Any:
        refuse_complex("jacfwd", args, "inputs")
        positions = chosen(args, argnums)
        parts = tuple([args[i] for i in positions])
        inputs = nest.flatten(parts)
        level, duals = unit_level(inputs)
        with level:
            output = func(*with_parts(args, positions, packed(parts, duals)))
            output, aux = with_aux("jvp(f, primals, tangents)", output, has_aux)
            flat = tensors_of("jvp(f, primals, tangents)", output)
        refuse_complex("jacfwd", output, "outputs")
        of_outputs = []
        for y in flat:
            whole = packed(parts, columns_of(level, y, inputs))
            of_outputs.append(whole if isinstance(argnums, tuple) else whole[0])
        result = packed(output, of_outputs)
        return (result, aux) if has_aux else result

    return differentiated


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """The function that computes the Hessian of a function, forward over reverse.

    Parameters
    ----------
    func, argnums
        As for `jacrev`.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.hessian(lambda x: (x**3).sum())(torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)
