"""Arrays that stand for one example of many: their numbers must not decide anything.

While an operation is looked at on one example (see `vectorizing`), its data are of a class of
arrays that hands itself on to whatever NumPy computes from them. Where such an array becomes a
constant or a Python number in this room, the operation depends on the data in a way that its record
does not show, and cannot be done for all examples at once. What the engine itself does to arrays is
trusted, as it is when functions are compiled: it tells tracers what they do not see.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

_ROOM = __file__.rpartition("examples")[0]
_PACKAGE = _ROOM.rstrip("/\\").rpartition("torch")[0]


class UnbatchableError(Exception):
    """Why an operation, or the whole function, has to be called for each example."""


class CapturedError(UnbatchableError):
    """Data of an example came into an operation in another way than as an argument."""


class Example(np.ndarray[Any, Any]):
    """The data of one example, or what was computed from them."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.get("out")
        if out is not None:
            if not all(isinstance(o, Example) for o in out):
                _refuse_here(f"{ufunc.__name__} writes examples into an array")
            options["out"] = tuple([_plain(o) for o in out])
        if method == "at":
            _refuse_here(f"{ufunc.__name__}.at")
        result = getattr(ufunc, method)(*[_plain(x) for x in inputs], **_plain(options))
        if out is not None and len(out) == 1:
            return out[0]
        return marked(result, Captured if is_captured(inputs) else Example)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in _WRITERS and not isinstance(args[0], Example):
            _refuse_here(f"{func.__name__} writes examples into an array")
        if func in _DECIDING:
            _refuse_here(f"{func.__name__} of examples decides")
        kind = Captured if is_captured(args) or is_captured(kwargs) else Example
        return marked(func(*_plain(args), **_plain(kwargs)), kind)

    def __getitem__(self, key: Any) -> Any:
        kind = Captured if is_captured(key) else type(self)
        return marked(self.view(np.ndarray)[_plain(key)], kind)

    def __iter__(self) -> Any:
        return iter([self[i] for i in range(len(self))])


class Captured(Example):
    """Data of one example that were looked at outside of an operation."""


def is_room(frame: Any) -> bool:
    """Whether code of this room runs there."""
    return bool(frame.f_code.co_filename.startswith(_ROOM))


def _refuse_here(what: str) -> None:
    """Raise if it is this room that does it, and not the engine."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_PACKAGE):
            if is_room(frame):
                raise UnbatchableError(what)
            return
        frame = frame.f_back  # type: ignore[assignment]


def _guarded(name: str) -> Callable[..., Any]:
    """A method of arrays that this room must not call."""
    plain = getattr(np.ndarray, name)

    @functools.wraps(plain)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_here(f"{name} of an example")
        return plain(self.view(np.ndarray), *args, **kwargs)

    return method


for _name in ("item", "tolist", "tobytes", "nonzero", "searchsorted", "argsort", "choose"):
    setattr(Example, _name, _guarded(_name))
for _name in ("bool", "int", "float", "complex", "index"):
    setattr(Example, f"__{_name}__", _guarded(f"__{_name}__"))


def as_array(value: Any) -> Any:
    """The array of a tensor, to be computed with outside of an operation.

    Raises
    ------
    UnbatchableError
        If it is only that of an example.
    """
    if isinstance(value, Example):
        raise UnbatchableError("an operation without a record")
    return np.asarray(value)


def for_checks(value: Any) -> Any:
    """The array of a tensor, of an example too, for nothing but errors about what is in it."""
    return np.asarray(value)


_WRITERS = {np.copyto, np.put_along_axis, np.putmask, np.place, np.put, np.fill_diagonal}
_DECIDING = {np.array_equal, np.allclose, np.nonzero, np.flatnonzero, np.unique, np.argwhere}


def marked(value: Any, kind: type[Example] = Example) -> Any:
    """Arrays and NumPy's scalars, also in tuples and lists, as examples."""
    if isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value).view(kind)
    if value.__class__ is tuple or value.__class__ is list:
        return value.__class__([marked(v, kind) for v in value])
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Example):
        return value.view(np.ndarray)
    if value.__class__ is tuple or value.__class__ is list:
        return value.__class__([_plain(v) for v in value])
    if value.__class__ is dict:
        return {k: _plain(v) for k, v in value.items()}
    return value


def depends_on_examples(value: Any, kind: type[Example] = Example) -> bool:
    """Whether an argument holds data of an example."""
    if isinstance(value, kind):
        return True
    if value.__class__ is tuple or value.__class__ is list:
        return any(depends_on_examples(v, kind) for v in value)
    if value.__class__ is dict:
        return any(depends_on_examples(v, kind) for v in value.values())
    return False


def is_captured(value: Any) -> bool:
    """Whether an argument holds data that were looked at outside of an operation."""
    return depends_on_examples(value, Captured)
