"""How the operations of this dialect are made of the engine's.

A function decorated with `operation` is written in the engine's terms: its tensors arrive as core
tensors, and what it does to them is recorded, if one of them requires a gradient, by a tape of its
own, whose records become the `Node` of the result. So one mechanism serves single primitives and
whole layers, and there is no derivative rule in this room.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.documentation import parameter_names
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.modes import builds_graph
from tapegrad.torch.node import node_type
from tapegrad.torch.node_names import camel
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

#: What stands for a tensor on either side of an operator.
_VALUES = (Tensor, int, float, complex, np.generic)


def operation(
    node: str | None = None,
    *,
    method: bool | str = True,
    in_place: bool = False,
    view: Any = False,
    short: Callable[..., Any] | None = None,
    overload: tuple[str, str] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of core tensors an operation on this dialect's tensors.

    Parameters
    ----------
    node
        What its node is called; by default ``sin`` makes a ``SinBackward0``.
    method
        Whether it is a method of tensors too, or the method's name.
    in_place
        Whether there is a method that writes the result into the tensor, with an underscore.
    view
        Whether the result shows a part of its first argument's memory; a function of arrays that
        makes the view where the engine would make a copy.
    short
        A short way for common arguments that are given without names: the result, or None where
        it does not lead.
    overload
        Names of arguments, and what the node is called if one of them is a tensor, a word or true:
        PyTorch has another function, and another node, for them.

    Returns
    -------
    decorator
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__.rstrip("_")
        kind = node_type(node or f"{camel(name)}Backward0")
        takes_tensor = parameter_names(function)[:1] == ("input",)
        takes_out = "out" in parameter_names(function)
        decisive, other = _decisive(function, overload)

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if short is not None and not kwargs:
                result = short(*args)
                if result is not None:
                    return result
            if takes_tensor and args and not isinstance(args[0], _VALUES):
                raise TypeError(
                    f"{name}(): argument 'input' (position 1) must be Tensor, not "
                    f"{type(args[0]).__name__}"
                )
            if kwargs and not takes_out:
                out = kwargs.pop("out", None)
                if out is not None:
                    return into(out, name, call(*args, **kwargs), args)
            if decisive and _is_other(decisive, args, kwargs):
                return run(function, other, args, kwargs, view)
            return run(function, kind, args, kwargs, view)

        if method:
            called = method if isinstance(method, str) else name
            setattr(Tensor, called, call)
            if in_place:
                setattr(Tensor, called + "_", changing(called + "_", call))
        return call

    return decorate


def _decisive(function: Any, overload: tuple[str, str] | None) -> tuple[Any, Any]:
    """The arguments that tell overloads apart, by position and name, and the other node."""
    if overload is None:
        return (), None
    known = parameter_names(function)
    return tuple([(known.index(n), n) for n in overload[0].split()]), node_type(overload[1])


def _is_other(decisive: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    for position, name in decisive:
        given = args[position] if position < len(args) else kwargs.get(name)
        if isinstance(given, (Tensor, str)) or given is True:
            return True
    return False


def into(out: Any, name: str, result: Any, args: tuple[Any, ...]) -> Any:
    """Write a result into the tensors that ``out=`` names."""
    if isinstance(result, (tuple, list)):
        parts = [into(o, name, r, args) for o, r in zip(out, result, strict=True)]
        kind: Any = type(result)
        return kind(*parts) if hasattr(result, "_fields") else kind(parts)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type(out).__name__}")
    if builds_graph() and (result._node is not None or out._node is not None):
        raise RuntimeError(
            f"{name}(): functions with out=... arguments don't support automatic differentiation, "
            f"but one of the arguments requires grad."
        )
    if out._value.shape != result._value.shape:
        out._value = np.empty(result._value.shape, out._value.dtype)
    return assign(out, result, name)


def takes_out(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let ``out=`` take the result of a function that does not look at it."""

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        return result if out is None else into(out, function.__name__, result, args)

    return call


def changing(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The method that computes like `call` and writes the result into its tensor."""

    @functools.wraps(call)
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_changeable(self)
        return assign(self, call(self, *args, **kwargs), name)

    method.__name__ = name
    return method
