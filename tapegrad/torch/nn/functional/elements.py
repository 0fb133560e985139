"""What functions of layers have in common: constants, choices, results in place and in order."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.dtypes import category, from_numpy_dtype
from tapegrad.torch.in_place import assign, check_changeable
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.operation import operation
from tapegrad.torch.tensor import Tensor


def choose(condition: Any, a: Any, b: Any) -> Any:
    """``a`` where the condition holds, else ``b``; one of the two may be a number."""
    dtype = a._value.dtype if hasattr(a, "_value") else b._value.dtype
    return recording.where(condition, in_dtype(a, dtype), in_dtype(b, dtype))


def type_word(x: Any) -> str:
    """What PyTorch's messages call the type of a tensor's elements."""
    name = from_numpy_dtype(x._value.dtype).abbreviation
    return name


def require_tensor(name: str, x: Any, argument: str = "input", position: int = 1) -> None:
    """Raise unless an argument is a tensor.

    Raises
    ------
    TypeError
        As PyTorch words it.
    """
    if not isinstance(x, Tensor):
        raise TypeError(
            f"{name}(): argument '{argument}' (position {position}) must be Tensor, not "
            f"{type(x).__name__}"
        )


def require_floating(name: str, x: Any) -> None:
    """Raise unless a tensor has a floating point or complex type.

    Raises
    ------
    NotImplementedError
        As PyTorch words it.
    """
    if category(x._value.dtype) < 2:
        raise NotImplementedError(f"\"{name}\" not implemented for '{type_word(x)}'")


def activation(
    node: str, *, kernel: str | None = None, integers: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function of a core tensor an activation, whose ``inplace=`` writes into the input.

    Parameters
    ----------
    node
        What its node is called.
    kernel
        What PyTorch's message for integers calls it.
    integers
        Whether integers are fine.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        run = operation(node, method=False)(function)
        name = function.__name__
        names = list(inspect.signature(function).parameters)
        place = names.index("inplace") - 1 if "inplace" in names else len(names)

        @functools.wraps(function)
        def call(input: Any, *args: Any, **kwargs: Any) -> Any:
            require_tensor(name, input)
            if not integers and input._value.dtype.kind in "biu":
                require_floating(kernel or f"{name}_cpu", input)
            inplace = kwargs.pop("inplace", False)
            if len(args) > place:
                inplace, args = args[place], args[:place]
            if not inplace:
                return run(input, *args, **kwargs)
            check_changeable(input)
            return assign(input, run(input, *args, **kwargs), f"{name}_")

        return call

    return decorate


def in_place_form(function: Callable[..., Any], args: str, result: str) -> Callable[..., Any]:
    """The function that writes its result into its input, named with an underscore.

    Parameters
    ----------
    function
        An activation.
    args, result
        An example for its docstring.
    """
    name = function.__name__

    def call(input: Any, *args: Any, **kwargs: Any) -> Any:
        return function(input, *args, inplace=True, **kwargs)

    call.__name__ = call.__qualname__ = f"{name}_"
    call.__module__ = function.__module__
    call.__doc__ = f"`{name}`, written into `input`."
    return documented(f"torch.nn.functional.{name}_({args})", result)(call)


def in_order(result: Any) -> Any:
    """A result whose elements lie in memory in order, as its views expect."""
    if isinstance(result, Tensor):
        array = result._value
        if array.__class__ is np.ndarray and not array.flags.c_contiguous:
            result._value = np.ascontiguousarray(array)
        return result
    return type(result)([in_order(r) for r in result])


def per_axis(value: Any, n: int, name: str) -> tuple[int, ...]:
    """A number, or one per axis, as one per axis.

    Raises
    ------
    RuntimeError
        If there are more or fewer.
    """
    if value is None:
        return ()
    if hasattr(value, "__index__"):
        return (value.__index__(),) * n
    values = tuple([v.__index__() for v in value])
    if not values:
        return ()
    if len(values) == 1:
        return values * n
    if len(values) != n:
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {n} values to match the "
            f"convolution dimensions, but got {name}={list(values)}"
        )
    return values
