"""NumPy's functions that are written in NumPy, run in this dialect.

Much of NumPy is Python code over other functions of NumPy: polynomials, for example. The same code
records, if the names in it stand for the functions of this dialect. So nothing of it is written
again here, and arguments, results and errors are NumPy's own.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from tapegrad.numpy.array import ndarray, plain
from tapegrad.numpy.function import HANDLERS, arrays_in, faced, require_unfollowed
from tapegrad.numpy.ufunc import UFUNCS

#: What NumPy's classes of series have in common.
_SERIES = Polynomial.__mro__[1]
_DONE: dict[Any, Any] = {}
#: Functions that are made, but whose names are not looked up: there may be their own among them.
_PENDING: list[tuple[CodeType, dict[str, Any], dict[str, Any]]] = []


def rewired(function: Any) -> Any:
    """A function or class of NumPy with the names in its code standing for this dialect.

    Parameters
    ----------
    function
        A function or a class that is written in Python.

    Raises
    ------
    TypeError
        If it is not written in Python.
    """
    inner = getattr(function, "__wrapped__", function)
    if inner not in _DONE:
        if isinstance(inner, type):
            _DONE[inner] = _class(inner)
        elif isinstance(inner, FunctionType):
            _function(inner)
        else:
            raise TypeError(f"{function} is not written in Python.")
    while _PENDING:
        code, known, names = _PENDING.pop()
        names.update({n: counterpart(known[n]) for n in _names_in(code) if n in known})
    return _DONE[inner]


def _function(inner: FunctionType) -> FunctionType:
    known = inner.__globals__
    names = {
        "__builtins__": {**vars(builtins), "__import__": _import},
        "__name__": known["__name__"],
        "__package__": known["__package__"],
    }
    made = FunctionType(
        inner.__code__, names, inner.__name__, inner.__defaults__, inner.__closure__
    )
    made.__kwdefaults__ = inner.__kwdefaults__
    made.__doc__, made.__qualname__ = inner.__doc__, inner.__qualname__
    _DONE[inner] = made
    _PENDING.append((inner.__code__, known, names))
    return made


def _import(*args: Any, **kwargs: Any) -> Any:
    """What stands for a module that a function imports when it is called."""
    return counterpart(__import__(*args, **kwargs))


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)


def _class(model: type) -> type:
    """A class with methods that are rewired, and so are its bases."""
    parts = {
        name: _method(part)
        for name, part in vars(model).items()
        if name not in ("__dict__", "__weakref__")
    }
    bases = tuple([rewired(b) if _is_numpys(b) else b for b in model.__bases__])
    return type(model)(model.__name__, bases, parts)


def _method(part: Any) -> Any:
    if isinstance(part, (staticmethod, classmethod)):
        return type(part)(_method(part.__func__))
    if isinstance(part, property):
        return property(*[f and _method(f) for f in (part.fget, part.fset, part.fdel)])
    if not isinstance(part, FunctionType):
        return counterpart(part)
    made = _function(part)
    if getattr(part, "__isabstractmethod__", False):
        made.__dict__["__isabstractmethod__"] = True
    return made


def _is_numpys(value: Any) -> bool:
    return (getattr(value, "__module__", None) or "").startswith("numpy")


class _Module:
    """A module of NumPy, with the functions of this dialect."""

    def __init__(self, model: ModuleType) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        found = counterpart(getattr(self._model, name))
        setattr(self, name, found)
        return found


def counterpart(value: Any) -> Any:
    """What stands in this dialect for something of NumPy, which may be the thing itself."""
    if value is np.ndarray:
        return ndarray
    if isinstance(value, ModuleType):
        is_numpy = value.__name__.partition(".")[0] == "numpy"
        return _DONE.setdefault(value, _Module(value)) if is_numpy else value
    if isinstance(value, np.ufunc):
        return UFUNCS.get(value, value)
    if value is np.asanyarray:
        return _as_array
    if value is np.polynomial.polyutils.getdomain:
        return _domain
    found: Callable[..., Any] | None = HANDLERS.get(value) if callable(value) else None
    if found is not None:
        return found
    if isinstance(value, type):
        return rewired(value) if _is_rebuilt(value) else value
    inner = getattr(value, "__wrapped__", value)
    if isinstance(inner, FunctionType) and _is_numpys(inner):
        return rewired(inner)
    return (
        _computing(value) if isinstance(inner, BuiltinFunctionType) and _is_numpys(inner) else value
    )


def _computing(function: Any) -> Any:
    """A function that is written in C: it computes with the data, if no tape follows it."""

    def call(*args: Any, **kwargs: Any) -> Any:
        require_unfollowed(f"{function.__module__}.{function.__name__}", *arrays_in((args, kwargs)))
        return faced(function(*plain(args), **{k: plain(v) for k, v in kwargs.items()}))

    return call


def _is_rebuilt(kind: type) -> bool:
    """Whether objects of a class hold arrays, so that this dialect has a class of its own."""
    return kind is np.poly1d or issubclass(kind, _SERIES)


def _as_array(a: Any, *args: Any, **kwargs: Any) -> Any:
    """An array, but a polynomial stays one, where NumPy has arrays of objects."""
    if isinstance(a, rewired(_SERIES)):
        return a
    return HANDLERS[np.asanyarray](a, *args, **kwargs)


def _domain(x: Any) -> Any:
    """The interval, or the corners of the rectangle, around points: NumPy makes Python numbers."""
    x = _as_array(x)
    if x.dtype.kind != "c":
        return rewired(np.polynomial.polyutils.getdomain)(x)
    ends = [x.real.min() + 1j * x.imag.min(), x.real.max() + 1j * x.imag.max()]
    return HANDLERS[np.stack](ends)
