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
from numpy.lib.stride_tricks import as_strided

from tapegrad.core.context import active_recorders
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, install, leave, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS
from tapegrad.numpy.in_place import view_of
from tapegrad.numpy.shaping import reshape, transpose
from tapegrad.ops.positions import numbers_of, pick


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


def rearranged(tensors: list[Tensor], call: Callable[[list[Any]], Any]) -> Any:
    """What a function makes of arrays whose elements it only moves, as a tensor or several.

    Parameters
    ----------
    tensors
        Of one type.
    call
        A function of arrays, given the data where nobody records, or else the numbers of the
        elements; what it fills in is 0.
    """
    if not active_recorders():
        arrays = [np.asarray(x._value) for x in tensors]
        return _placed(call(arrays), lambda found: wrap_constant(found[()]))
    source, numbers = numbered(tensors)
    return _placed(call(numbers), lambda positions: pick(source, positions))


def _placed(value: Any, take: Callable[[Any], Any]) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)([_placed(v, take) for v in value])
    return take(np.asarray(value))


def _with_first(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """All arguments by position of which the first may have been given by name."""
    if args:
        return args
    return (kwargs.pop(next(iter(inspect.signature(model).parameters))),)


def _base_of(given: Any) -> ndarray:
    return given if given.__class__ is ndarray else holding(tensor_of(given))


def mover(
    name: str,
    summary: str,
    example: str,
    *,
    fills: bool = False,
    method: bool = False,
    model: Any = None,
    fixed: bool = False,
    **parameters: str,
) -> Callable[..., Any]:
    """A function that moves the elements of its first argument.

    Parameters
    ----------
    fills
        Whether elements may come in that are zero.
    method
        Whether it is a method of arrays, too.
    model
        NumPy's function, if it is not the one of that name in the main namespace.
    fixed
        Whether writing to the result is an error.
    """
    model = getattr(np, name) if model is None else model
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        given, *rest = _with_first(model, args, kwargs)
        base = _base_of(given)
        rest, options = [plain(v) for v in rest], {k: plain(v) for k, v in kwargs.items()}
        if fills:
            return leave(rearranged([base._tensor], lambda a: model(a[0], *rest, **options)))
        if active_recorders():
            return _views(base, lambda a: model(a, *rest, **options), fixed)
        return _unrecorded(base, lambda a: model(a, *rest, **options), fixed)

    return _dressed(call, name, model, summary, example, method, parameters, module)


def _views(base: ndarray, move: Callable[[Any], Any], fixed: bool) -> Any:
    """What a function makes of an array, recorded; views where NumPy shows the same memory."""
    x = base._tensor
    numbers = numbers_of(x)

    def take(positions: Any) -> Any:
        found = pick(x, positions)
        if positions.size and np.may_share_memory(positions, numbers):
            return view_of(base, found, lambda t: pick(t, positions), fixed=fixed)
        return holding(found)

    return _placed(move(numbers), take)


def _unrecorded(base: ndarray, move: Callable[[Any], Any], fixed: bool) -> Any:
    """The same where nobody records: positions are found when a view or its base changes."""
    data = np.asarray(base._value)
    count = iter(range(10**9))

    def take(found: Any) -> Any:
        k = next(count)
        if not (found.size and np.may_share_memory(found, data)):
            return holding(wrap_constant(found[()]))
        shown = wrap_constant(found[()])
        return view_of(base, shown, lambda t: pick(t, part_of(t, k)), fixed=fixed)

    def part_of(t: Any, k: int) -> Any:
        parts: list[Any] = []
        _placed(move(numbers_of(t)), parts.append)
        return parts[k]

    return _placed(move(data), take)


def axes_mover(
    name: str, summary: str, example: str, method: bool = False, **parameters: str
) -> Callable[..., Any]:
    """A function that puts the axes of its first argument into another order."""
    model = getattr(np, name)
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        given, *rest = _with_first(model, args, kwargs)
        base = _base_of(given)
        # Strides tell axes of size 1 apart.
        marked = as_strided(np.zeros(1, np.int8), (1,) * base.ndim, range(base.ndim))
        moved = model(marked, *map(plain, rest), **{k: plain(v) for k, v in kwargs.items()})
        return transpose(base, moved.strides)

    return _dressed(call, name, model, summary, example, method, parameters, module)


def reshaper(
    name: str, summary: str, example: str, method: bool = False, **parameters: str
) -> Callable[..., Any]:
    """A function that only changes the shape of its first argument."""
    model = getattr(np, name)
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        given, *rest = _with_first(model, args, kwargs)
        base = _base_of(given)
        options = {k: plain(v) for k, v in kwargs.items()}
        found = model(np.broadcast_to(np.False_, base.shape), *map(plain, rest), **options)
        return reshape(base, found.shape)

    return _dressed(call, name, model, summary, example, method, parameters, module)


def joiner(name: str, summary: str, example: str, **parameters: str) -> Any:
    """A function that puts the elements of a sequence of arrays together."""
    model = getattr(np, name)
    module = sys._getframe(1).f_globals["__name__"]

    def call(*args: Any, **kwargs: Any) -> Any:
        given, *rest = _with_first(model, args, kwargs)
        tensors: list[Tensor] = []
        _collect(given, tensors)
        dtype = np.result_type(*[x._value.dtype for x in tensors])
        tensors = [of_type(x, np.dtype(dtype)) for x in tensors]
        return leave(rearranged(tensors, lambda a: model(_restored(given, iter(a)), *rest)))

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
