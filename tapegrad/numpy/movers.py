"""How functions that move elements are made: NumPy's own, applied to the numbers of the elements.

Where the numbers come to stand, the elements are picked from; where NumPy shows the same memory
again, the result is a view. Elements that NumPy fills in are number 0, a zero.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, install, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS
from tapegrad.numpy.in_place import view_of
from tapegrad.ops.positions import pick


def numbered(tensors: list[Tensor]) -> tuple[Tensor, list[Any]]:
    """All elements in a row, behind a zero, and for each tensor the numbers of its elements."""
    flat = [R.reshape(x, to=(x._value.size,)) for x in tensors]
    zero = wrap_constant(np.zeros(1, tensors[0]._value.dtype))
    start, numbers = 1, []
    for x in tensors:
        shape, size = x._value.shape, x._value.size
        numbers.append(np.arange(start, start + size).reshape(shape))
        start += size
    return R.concat(zero, *flat, axis=-1), numbers


def _placed(value: Any, take: Callable[[Any], Any]) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)([_placed(v, take) for v in value])
    return take(np.asarray(value))


def mover(
    name: str,
    summary: str,
    example: str,
    *,
    fills: bool = False,
    method: bool = False,
    model: Any = None,
    **parameters: str,
) -> Callable[..., Any]:
    """A function that moves the elements of its first argument.

    Parameters
    ----------
    fills
        Whether elements may come in that are zero.
    method
        Whether it is a method of arrays, too.
    """
    model = getattr(np, name) if model is None else model
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        if not args:
            first = next(iter(inspect.signature(model).parameters))
            args = (kwargs.pop(first),)
        given, *rest = args
        base = given if given.__class__ is ndarray else holding(tensor_of(given))
        x = base._tensor
        shape, size = x._value.shape, x._value.size
        if fills:
            source, (numbers,) = numbered([x])
        else:
            source, numbers = x, np.arange(size).reshape(shape)
        moved = model(numbers, *map(plain, rest), **{k: plain(v) for k, v in kwargs.items()})

        def take(positions: Any) -> Any:
            found = pick(source, positions)
            if not fills and positions.size and np.may_share_memory(positions, numbers):
                return view_of(base, found, lambda t: pick(t, positions))
            return holding(found)

        return _placed(moved, take)

    return _dressed(call, name, model, summary, example, method, parameters, module)


def joiner(name: str, summary: str, example: str, count: int = 0, **parameters: str) -> Any:
    """A function that puts the elements of several arrays together.

    Parameters
    ----------
    count
        How many of the first arguments are arrays; 0 if the first is a sequence of them.
    """
    model = getattr(np, name)
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        if not args:
            first = next(iter(inspect.signature(model).parameters))
            args = (kwargs.pop(first),)
        given = list(args[:count]) if count else args[0]
        tensors: list[Tensor] = []
        _collect(given, tensors)
        dtype = kwargs.pop("dtype", None) or np.result_type(*[x._value.dtype for x in tensors])
        kwargs.pop("casting", None)
        tensors = [of_type(x, np.dtype(dtype)) for x in tensors]
        source, numbers = numbered(tensors)
        arranged = _restored(given, iter(numbers))
        rest = map(plain, args[count or 1 :])
        options = {k: plain(v) for k, v in kwargs.items()}
        moved = model(*arranged, *rest, **options) if count else model(arranged, *rest, **options)
        return _placed(moved, lambda positions: holding(pick(source, positions)))

    return _dressed(call, name, model, summary, example, False, parameters, module)


def _collect(value: Any, found: list[Tensor]) -> None:
    if isinstance(value, (list, tuple)):
        for v in value:
            _collect(v, found)
    else:
        found.append(tensor_of(value))


def _restored(value: Any, numbers: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)([_restored(v, numbers) for v in value])
    return next(numbers)


def _dressed(
    call: Any,
    name: str,
    model: Any,
    summary: str,
    example: str,
    method: bool,
    own: dict[str, str],
    module: str,
) -> Any:
    call.__name__ = call.__qualname__ = name
    call.__module__ = module
    call.__doc__ = summary
    call.__signature__ = inspect.signature(model)
    HANDLERS[model] = call
    if method:
        install(**{name: call})
    return documented(example, **own)(call)
