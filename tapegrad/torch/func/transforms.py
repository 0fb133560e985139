"""Gradients, vjps and jvps of functions, as functions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.torch import backward, modes
from tapegrad.torch.batched import as_example, bottom, expanded, levels_of
from tapegrad.torch.creation import zeros_like
from tapegrad.torch.dtypes import category
from tapegrad.torch.func.levels import (
    Own,
    chosen,
    mapped,
    packed,
    same_structure,
    tensors_of,
    with_aux,
    with_parts,
)
from tapegrad.torch.jacobians import alias
from tapegrad.torch.recorded import Level
from tapegrad.torch.tensor import Tensor

__all__ = ["grad", "grad_and_value", "jvp", "linearize", "vjp"]

_JVP = "jvp(f, primals, tangents)"


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar function.

    Parameters
    ----------
    func
        Returns a tensor of one element and shape ().
    argnums
        With respect to which arguments, which may be structures of tensors; for a tuple a tuple.
    has_aux
        Whether `func` returns a pair of which the second part is handed on.

    Returns
    -------
    callable
        Its results require gradients if they depend on something outside that does.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.grad(torch.func.grad(torch.sin))(torch.tensor(0.5))
    tensor(-0.4794)
    """

    @functools.wraps(func)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        gradient, value = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return differentiated


def grad_and_value(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The function that computes the gradient of a scalar function, and its value.

    Parameters
    ----------
    func, argnums, has_aux
        As for `grad`.

    Returns
    -------
    callable
        Gives ``(gradient, value)``, or ``(gradient, (value, aux))``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.grad_and_value(lambda x: x**2)(torch.tensor(3.0))
    (tensor(6.), tensor(9.))
    """
    api = "grad_and_value(f)(*args)"

    @functools.wraps(func)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        positions = chosen(args, argnums)
        own = Own()
        with modes.inference_mode(False), modes.enable_grad():
            parts = [mapped(own.enter, args[i]) for i in positions]
            output = func(*with_parts(args, positions, parts), **kwargs)
            output, aux = with_aux(api, output, has_aux)
            if not isinstance(output, Tensor):
                raise RuntimeError(
                    f"{api}: Expected f(*args) to return a Tensor, got {type(output)}"
                )
            if output._value.ndim:
                raise RuntimeError(
                    f"{api}: Expected f(*args) to return a scalar Tensor, got tensor with "
                    f"{output.dim()} dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
                )
            of = parts if isinstance(argnums, tuple) else parts[0]
            found = _pulled([output], nest.flatten(of), [None], own, False)
            result = packed(tuple(of) if isinstance(of, list) else of, found)
        output, aux = own.leave(output), own.leave_all(aux)
        return own.leave_all(result), (output, aux) if has_aux else output

    return differentiated


def _pulled(
    outputs: list[Tensor], inputs: list[Tensor], seeds: list[Any], own: Own, retain: bool
) -> list[Any]:
    """Cotangents of the inputs, zeros where there are none."""
    live = [(y, g) for y, g in zip(outputs, seeds, strict=True) if y._node is not None]
    if not live:
        return [zeros_like(x) for x in inputs]
    create = own.reaches_out([*outputs, *seeds])
    return list(
        backward.grad(
            [y for y, _ in live],
            inputs,
            [g for _, g in live],
            retain_graph=retain or create,
            create_graph=create,
            materialize_grads=True,
        )
    )


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The value of a function, and the function that pulls cotangents back.

    Parameters
    ----------
    func
        A function of tensors or structures of them.
    primals
        Its arguments.
    has_aux
        Whether `func` returns a pair of which the second part is handed on.

    Returns
    -------
    tuple
        ``(output, pullback)``, and the second part; ``pullback(cotangents)`` gives one result per
        argument.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> y, pullback = torch.func.vjp(torch.sin, torch.tensor([0.0, 1.0]))
    >>> pullback(torch.ones(2))
    (tensor([1.0000, 0.5403]),)
    """
    own = Own()
    with modes.inference_mode(False), modes.enable_grad():
        parts = mapped(own.enter, primals)
        output, aux = with_aux("vjp(f, *primals)", func(*parts), has_aux)
        flat = tensors_of("vjp(f, *primals)", output)
    for y in flat:
        if category(y._value.dtype) < 2:
            raise RuntimeError(
                f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got "
                f"Tensor with dtype {y.dtype}"
            )
    inputs = nest.flatten(parts)

    def pullback(
        cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None
    ) -> Any:
        if not same_structure(output, cotangents):
            raise RuntimeError(
                f"Expected pytree structure of cotangents to be the same as pytree structure of "
                f"outputs to the function. cotangents: {_structure(cotangents)}, primal output: "
                f"{_structure(output)}"
            )
        found = _pulled(flat, inputs, nest.flatten(cotangents), own, retain_graph)
        return own.leave_all(packed(parts, found))

    results = own.leave_all(output)
    return (results, pullback, own.leave_all(aux)) if has_aux else (results, pullback)


def _structure(value: Any) -> str:
    if nest.is_nested(value):
        return repr(mapped(lambda _: Ellipsis, value)).replace("Ellipsis", "*")
    return "*"


def jvp(
    func: Callable[..., Any],
    primals: Any,
    tangents: Any,
    *,
    strict: bool = False,
    has_aux: bool = False,
) -> Any:
    """The value of a function, and its derivative along tangents.

    Parameters
    ----------
    func
        A function of tensors or structures of them.
    primals, tangents
        Tuples of its arguments, and of their tangents.
    strict
        Whether it is an error if an output does not depend on the arguments.
    has_aux
        Whether `func` returns a pair of which the second part is handed on.

    Returns
    -------
    tuple
        ``(output, tangents of the output)``, and the second part.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.func.jvp(torch.sin, (torch.tensor(0.0),), (torch.tensor(2.0),))
    (tensor(0.), tensor(2.))
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(
            f"{_JVP}: Expected primals to be a tuple. E.g. it should be valid to call f(*primals)."
        )
    if not same_structure(primals, tangents):
        raise RuntimeError(
            f"{_JVP}: Expected primals and tangents to have the same python structure. For "
            f"example, if primals is a tuple of 3 tensors, tangents also must be. Got primals with "
            f"structure {_structure(primals)} and tangents with structure {_structure(tangents)}"
        )
    for name, flat in (("primals", nest.flatten(primals)), ("tangents", nest.flatten(tangents))):
        if not flat:
            raise RuntimeError(f"{_JVP}: Expected {name} to contain at least one Tensor.")
        for x in flat:
            if not isinstance(x, Tensor):
                raise RuntimeError(
                    f"{_JVP}: Expected {name} to only contain Tensors, got {type(x)}"
                )
    level = Level()
    duals = mapped(lambda x: alias(expanded(x)), primals)
    for dual, x, t in zip(
        nest.flatten(duals), nest.flatten(primals), nest.flatten(tangents), strict=True
    ):
        if x._value.shape != t._value.shape:
            raise RuntimeError(
                f"Trying to set a forward gradient that has a different size than that of the "
                f"original Tensor, this is not supported. Tensor is of size {list(x.shape)} while "
                f"the given forward gradient is of size {list(t.shape)}."
            )
        level.enter(bottom(dual), bottom(expanded(t)))
    with level:
        output, aux = with_aux(_JVP, func(*duals), has_aux)
        flat = tensors_of(_JVP, output)
    found = []
    for y in flat:
        tangent = level.tangent(y._id)
        if tangent is None and strict:
            raise RuntimeError(
                "jvp(f, primals, tangents, strict=True): The output of f is independent of the "
                "inputs. This is not allowed with strict=True."
            )
        found.append(
            zeros_like(y.detach()) if tangent is None else as_example(tangent, levels_of(y))
        )
    pushed = packed(output, found)
    return (output, pushed, aux) if has_aux else (output, pushed)


def linearize(func: Callable[..., Any], *primals: Any) -> Any:
    """The value of a function, and its derivative there as a linear function of tangents.

    Parameters
    ----------
    func
        A function of tensors or structures of them.
    primals
        Its arguments.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> y, push = torch.func.linearize(torch.sin, torch.tensor([0.0, 1.0]))
    >>> push(torch.ones(2))
    tensor([1.0000, 0.5403])
    """
    output = func(*primals)

    def push(*tangents: Any) -> Any:
        return jvp(func, primals, tangents)[1]

    return output, push
