"""How the functions of this dialect are made: written in tensors of the engine, called with arrays.

Each is known by the function of NumPy that it stands for, so that ``numpy.mean(x)`` of an array of
ours finds it.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders, active_tracer
from tapegrad.core.host import computed, pass_by_host
from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import InvalidArgumentError
from tapegrad.numpy.array import install, leave, ndarray, plain, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.in_place import write

#: What stands for a function of NumPy: ``HANDLERS[numpy.mean]``.
HANDLERS: dict[Any, Callable[..., Any]] = {}


def function(
    example: str = "",
    *,
    of: Any = None,
    module: Any = np,
    method: bool | str = False,
    error: Callable[[str], Exception] = ValueError,
    result: str = "",
    makes: bool = False,
    **parameters: str,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function that computes with tensors one of this dialect.

    Parameters
    ----------
    example
        An expression for the docstring; NumPy says what it gives.
    of
        The function of NumPy that it stands for; by default the one of its name in `module`.
    module
        `numpy` or one of its modules.
    method
        Whether it is a method of arrays too, or the method's name.
    error
        What the engine's refusals become: an exception of a message.
    result
        The example's result, where NumPy has no such function.
    makes
        Whether it makes arrays, also of the shape ``()``, where others of NumPy compute scalars.
    parameters
        What parameters mean that other functions do not have.
    """

    def decorate(inner: Callable[..., Any]) -> Callable[..., Any]:
        name = inner.__name__
        model = of if of is not None else getattr(module, name, None)
        takes_out, place = _place_of_out(inner)

        @functools.wraps(inner)
        def compute(*args: Any, **kwargs: Any) -> Any:
            out = kwargs.get("out") if takes_out else None
            if len(args) > place:
                out = args[place]
            try:
                found = inner(*args, **kwargs)
            except InvalidArgumentError as problem:
                raise error(str(problem)) from None
            return leave(found) if out is None else write(out, found, name=name)

        call: Callable[..., Any] = _making(compute) if makes else compute
        if model is not None:
            HANDLERS[model] = call
        if method:
            install(**{method if isinstance(method, str) else name: call})
        return documented(example, result, **parameters)(call) if example else call

    return decorate


def _making(call: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose results of the shape ``()`` are no numbers, but arrays that change."""

    @functools.wraps(call)
    def make(*args: Any, **kwargs: Any) -> Any:
        found = call(*args, **kwargs)
        if (
            found.__class__ is ndarray
            and not found._value.shape
            and (not args or args[0] is not found)
        ):
            found.__dict__["_is_array"] = True
        return found

    return make


def _first(args: tuple[Any, ...]) -> Any:
    return args[0] if args else None


def _place_of_out(inner: Callable[..., Any]) -> tuple[bool, int]:
    """Whether a function has the parameter ``out``, and its position, where it has one."""
    parameters = inspect.signature(inner).parameters
    if "out" not in parameters:
        return False, sys.maxsize
    by_position = parameters["out"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    return True, list(parameters).index("out") if by_position else sys.maxsize


def not_differentiable(
    name: str,
    summary: str,
    example: str,
    *,
    module: Any = np,
    method: bool = False,
    result: str = "",
    **parameters: str,
) -> Callable[..., Any]:
    """A function of NumPy without a derivative: it computes with the data.

    Parameters
    ----------
    name
        NumPy's name of it.
    summary
        What it computes.
    example
        An expression for the docstring; NumPy says what it gives.
    module
        `numpy` or one of its modules.
    method
        Whether it is a method of arrays too.
    result
        The example's result, where NumPy shows something else.
    parameters
        What parameters mean that other functions do not have.
    """
    model = getattr(module, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        return of_data(model, args, kwargs)

    call.__name__ = call.__qualname__ = name
    call.__module__ = sys._getframe(1).f_globals["__name__"]
    call.__doc__ = summary
    with contextlib.suppress(ValueError):  # of functions written in C
        call.__signature__ = inspect.signature(model)  # type: ignore[attr-defined]
    HANDLERS[model] = call
    if method:
        install(**{name: call})
    return documented(example, result, **parameters)(call)


def of_data(model: Any, args: Any, kwargs: dict[str, Any] | None = None) -> Any:
    """What a function of NumPy gives for the data, without a derivative; compiled code repeats it.

    Parameters
    ----------
    model
        NumPy's function.
    args, kwargs
        Its arguments, which may be arrays of any dialect or hold some.
    """
    kwargs = {} if kwargs is None else kwargs
    found = model(*plain(args), **{k: plain(v) for k, v in kwargs.items()})
    if active_tracer() is None or not _is_data(found):
        results = faced(found)
        if active_recorders():
            name = getattr(model, "__name__", "a function of NumPy")
            pass_by_host(name, arrays_in((args, kwargs)), tuple(arrays_in(results)))
        return results

    def compute(*values: Any) -> Any:
        args_now, kwargs_now = _filled((args, kwargs), iter(values))
        again = model(*args_now, **kwargs_now)
        return tuple(map(_bare, again)) if isinstance(again, tuple) else _bare(again)

    arrays = [tensor_of(a) for a in arrays_in((args, kwargs))]
    made = leave(computed(compute, *arrays)) if arrays else faced(found)
    return type(found)(*made) if hasattr(found, "_fields") else made


def _bare(value: Any) -> Any:
    return np.asarray(value)[()]


def _is_data(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_data, value))
    return isinstance(value, (np.ndarray, np.generic))


def faced(value: Any) -> Any:
    """What NumPy gave, with arrays of this dialect; records and Python objects stay NumPy's."""
    if isinstance(value, (np.ndarray, np.generic)):
        if value.dtype.kind in "VO":
            return value
        return leave(tensor_of(value))
    if isinstance(value, tuple) and _is_data(value):
        parts = [faced(v) for v in value]
        kind: Any = type(value)
        return kind(*parts) if hasattr(value, "_fields") else kind(parts)
    return value


def arrays_in(value: Any) -> list[Any]:
    """The arrays, tensors and Variables among arguments."""
    if isinstance(value, ArrayLike):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [a for v in value for a in arrays_in(v)]
    return []


def _filled(value: Any, queue: Any) -> Any:
    if isinstance(value, ArrayLike):
        return next(queue)
    if isinstance(value, dict):
        return {k: _filled(v, queue) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_filled(v, queue) for v in value])
    return value


def is_followed(*arrays: Any) -> bool:
    """Whether a tape or an accumulator follows one of the arrays."""
    ids = {x._id for x in arrays}
    return any(ids & set(recorder.followed) for recorder in active_recorders())


def require_unfollowed(what: str, *arrays: Any) -> None:
    """Refuse what a tape follows, where there is no derivative.

    Raises
    ------
    TypeError
        If an array is followed.
    """
    if is_followed(*arrays):
        raise TypeError(
            f"{what} has no derivative here, and an argument is followed by a tape: the gradient "
            f"would be lost. Use np.asarray(x) of NumPy if no gradient is needed."
        )
