"""A loop done by NumPy, for data in which zeros meet infinity or NaN."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.graph import Recording, Value
from tapegrad.compiler.loops import Carried, Given, Loop, Summed


class PlainLoop:
    """What the kernel of a loop does, operation by operation, in products whose zeros count.

    Parameters
    ----------
    loop
        The loop.
    outputs
        Its results, in the order in which they are returned.
    program
        Makes a function of arrays of a recording.
    """

    def __init__(
        self,
        loop: Loop,
        outputs: Sequence[Value],
        program: Callable[[Recording], Callable[..., tuple[Any, ...]]],
    ) -> None:
        self.inputs = list(loop.inputs)
        self._loop = loop
        self._outputs = outputs
        self._program = program

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """The results, as the kernel would leave them."""
        loop = self._loop
        outside = dict(zip(self.inputs, arrays, strict=True))
        results = list(
            dict.fromkeys(
                [
                    *[c.following for c in loop.carried],
                    *[k.value for k in loop.kept],
                    *[s.value for s in loop.summed],
                ]
            )
        )
        inputs = [g.value for g in loop.given] + [c.value for c in loop.carried]
        turn = self._program(Recording(inputs, list(loop.body), results))
        turns: list[dict[Value, Any]] = []
        made = {s.output: np.array(_array(s.first, outside), order="C") for s in loop.summed}
        for k in range(loop.count):
            values = [_given(g, k, outside) for g in loop.given]
            values += [_carried(c, k, outside, turns) for c in loop.carried]
            turns.append(dict(zip(results, turn(*values), strict=True)))
            for s in loop.summed:
                _add(s, k, turns[k][s.value], made[s.output])
        for kept in loop.kept:
            values = [t[kept.value] for t in turns]
            made[kept.output] = np.array(np.stack(values) if kept.stacked else values[-1])
        return tuple([np.ascontiguousarray(made[v]).reshape(v.shape) for v in self._outputs])


def _array(value: Value, outside: dict[Value, Any]) -> Any:
    return value.array if value.kind == "constant" else outside[value]


def _given(given: Given, turn: int, outside: dict[Value, Any]) -> Any:
    """A value from outside, as it is in a turn."""
    base = _array(given.base, outside)
    if given.base.shape == ():
        return base
    flat = np.ascontiguousarray(base).reshape(-1)
    return flat[_places(given.value.shape, given.layout, given.offsets[turn])][()]


def _carried(
    carried: Carried, turn: int, outside: dict[Value, Any], turns: Sequence[dict[Value, Any]]
) -> Any:
    back = len(carried.first)
    if turn < back:
        return _array(carried.first[turn], outside)
    return turns[turn - back][carried.following]


def _add(summed: Summed, turn: int, value: Any, total: Any) -> None:
    places = _places(summed.value.shape, summed.layout, summed.offsets[turn])
    np.add.at(total.reshape(-1), places, value)


def _places(shape: tuple[int, ...], layout: Any, offset: Any) -> Any:
    """The places in memory of the elements of a value."""
    if layout is None:
        count = int(np.prod(shape, dtype=np.int64))
        return int(offset) + np.arange(count).reshape(shape)
    places = np.full(layout.shape, int(offset))
    for axis, (n, stride) in enumerate(zip(layout.shape, layout.strides, strict=True)):
        behind = (1,) * (len(layout.shape) - axis - 1)
        places += stride * np.arange(n).reshape(n, *behind)
    return places
