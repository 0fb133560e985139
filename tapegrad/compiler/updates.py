"""Optimizer steps of large variables as one loop, made from the optimizer's NumPy code.

The formula is run once on values that write down which ufuncs they meet, `out=` and in-place
operators included. Each becomes a line of the loop, in the same order and precision: the results
are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from tapegrad.compiler.cache import compile_for, compiled
from tapegrad.compiler.candidates import Candidate
from tapegrad.compiler.loop import NotALoopError, fixed
from tapegrad.compiler.text import DECORATOR, short

_HEAD = """\
from numba import njit
from numpy import float32 as f4, float64 as f8, sqrt
from tapegrad.kernels.intrinsics import load, maximum, minimum, select, store

"""

_CODE = {
    "absolute": "abs({0})",
    "add": "{0} + {1}",
    "divide": "{0} / {1}",
    "maximum": "maximum({0}, {1})",
    "minimum": "minimum({0}, {1})",
    "multiply": "{0} * {1}",
    "negative": "-{0}",
    "sign": "select({0} > {z}, {o}, select({0} < {z}, -{o}, {0}))",
    "sqrt": "sqrt({0})",
    "square": "{0} * {0}",
    "subtract": "{0} - {1}",
}


class _Noted(np.lib.mixins.NDArrayOperatorsMixin):
    """An array whose operations are noted as lines of code; `text` is its name in the loop."""

    def __init__(self, text: str, lines: list[str], kind: str) -> None:
        self.text = text
        self._lines = lines
        self._kind = kind

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        code = _CODE.get(ufunc.__name__)
        (out,) = options.pop("out", (None,))
        if method != "__call__" or code is None or options:
            raise NotALoopError(f"{ufunc.__name__} is not noted")
        text = code.format(*map(self._term, inputs), z=f"{self._kind}(0)", o=f"{self._kind}(1)")
        name = f"v{len(self._lines)}"
        self._lines.append(f"{name} = {text}")
        if out is None:
            return _Noted(name, self._lines, self._kind)
        out.text = name
        return out

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if function is not np.copyto or options:
            raise NotALoopError(f"{function.__name__} is not noted")
        target, source = args
        target.text = self._term(source)

    def _term(self, x: Any) -> str:
        if isinstance(x, _Noted):
            return x.text
        if isinstance(x, (int, float)):
            return f"{self._kind}({float(x)!r})"
        raise NotALoopError("the formula uses another array")

    def __bool__(self) -> bool:
        raise NotALoopError("the formula decides by a value")


def written(move: Callable[..., Any], numbers: int, slots: int, dtype: Any) -> str:
    """The source of the loop of a formula; raises `NotALoopError` if it has none."""
    kind = short(dtype)
    lines: list[str] = []

    def noted(text: str) -> _Noted:
        return _Noted(text, lines, kind)

    own = [noted(f"x{i}") for i in range(slots)]
    new = move(noted("value"), noted("g"), [noted(f"c{i}") for i in range(numbers)], *own)
    names = [f"s{i}" for i in range(slots)]
    body = ["value = load(a, i)", "g = load(b, i)"]
    body += [f"x{i} = load({name}, i)" for i, name in enumerate(names)]
    body += lines
    body += [f"store({name}, i, {x.text})" for name, x in zip(names, own, strict=True)]
    body.append(f"store(r, i, {new.text})")
    text = "".join(f"    c{i} = load(c, {i})\n" for i in range(numbers))
    text += "    for i in range(n):\n" + "".join(f"        {line}\n" for line in body)
    arguments = ", ".join(["a", "b", "r", *names, "c", "n"])
    return f"{_HEAD}\n{DECORATOR}\ndef kernel({arguments}):\n{text}"


class _Update(Candidate):
    """The formula of an optimizer with certain switches, for one dtype."""

    def __init__(self, move: Callable[..., Any], numbers: int, slots: int, dtype: Any) -> None:
        super().__init__()
        self._dtype = dtype
        self._slots = slots
        self._source: str | None = None
        with suppress(NotALoopError):
            self._source = written(move, numbers, slots, dtype)

    def make(self) -> _UpdateLoop:
        """The loop of the formula."""
        if self._source is None:
            raise NotALoopError
        return _UpdateLoop(compiled(self._source), self._dtype, self._slots)


class _UpdateLoop:
    """The loop of a formula."""

    def __init__(self, function: Any, dtype: Any, slots: int) -> None:
        self._function = function
        self._dtype = dtype
        self._slots = slots

    def compile(self) -> None:
        """Make the machine code, or load it from disk."""
        made = np.empty(1, self._dtype)
        given = fixed(made)
        compile_for(self._function, given, given, made, *[made] * self._slots, given, 1)

    def __call__(self, value: Any, g: Any, numbers: Sequence[Any], slots: Sequence[Any]) -> Any:
        new = np.empty(value.shape, self._dtype)
        flat = [fixed(a).reshape(-1) for a in (value, g)]
        own = [s.reshape(-1) for s in slots]
        coefficients = fixed(np.array(numbers, self._dtype))
        self._function(*flat, new.reshape(-1), *own, coefficients, value.size)
        return new


_updates: dict[Any, _Update] = {}


def update(
    move: Callable[..., Any],
    variant: Any,
    value: Any,
    g: Any,
    numbers: Sequence[Any],
    slots: Sequence[Any],
) -> Any:
    """``move(value, g, numbers, *slots)``, maybe in a loop.

    Parameters
    ----------
    move
        The formula, which updates the slots in place and returns the variable's new value.
    variant
        Equal for formulas that do the same.
    """

    def plainly() -> Any:
        return move(value, g, numbers, *slots)

    dtype = value.dtype
    if dtype.char not in "fd" or g.dtype != dtype or not all(s.flags.c_contiguous for s in slots):
        return plainly()
    key = variant, dtype, len(slots)
    found = _updates.get(key)
    if found is None:
        found = _updates[key] = _Update(move, len(numbers), len(slots), dtype)
    return found.do(plainly, lambda loop: loop(value, g, numbers, slots), value.size)
