"""One record for many sizes: two records of a function that differ in nothing else.

A record holds sizes in three places: in parameters (``to=(32, 10)``), in constants (the 320 that a
mean divides by), and in what Python did with a size. The first two are compared with the sizes of
the arguments in both runs, and computed from then on. Where several explanations fit, they must
agree for each new size. The third is watched (`SeenShape`, guards on integers): Python that has
seen a size which was not the same in both runs would have to run again.

For new sizes the operations themselves are run once, on the arguments, which gives the shapes of
all values; kernels do not depend on sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.formulas import Formula, by_diagonals, equal, explanations, is_uniform
from tapegrad.compiler.graph import Guard, HostCall, Operation, Place, Read, Recording, Value
from tapegrad.compiler.outline import Outline, with_values
from tapegrad.core.context import restore_float_errors, silence_float_errors

#: Integers in larger numbers are data.
_MOST_NUMBERS = 64

#: A number as a function of the sizes, and of the data computed so far.
Rule = Callable[["_Run"], Any]


class NotGeneralError(Exception):
    """Why two records are not one record with different sizes."""


class _Run:
    """New sizes, and the data computed with them so far."""

    def __init__(self, sizes: list[int], count: int) -> None:
        self.sizes = sizes
        self.data: list[Any] = [None] * count


class Template:
    """What two records of a function have in common.

    Parameters
    ----------
    first, second
        Records for different sizes.

    Raises
    ------
    NotGeneralError
        If they differ in more than sizes.
    """

    def __init__(self, first: Outline, second: Outline) -> None:
        self._outline = second
        self.shapes = [first.shapes, second.shapes]
        self._pairs: list[tuple[int, int]] = []
        self._members: list[list[tuple[int, int]]] = []  # the axes that have the size of a pair
        self._read: list[tuple[tuple[int, int], int, int]] = []  # numbers that operations have read
        self._fixed: list[tuple[int, int]] = []
        self._find_sizes(first)
        self._rules: dict[int, Rule] = {}  # of constants, by index of the value
        self._params: list[Any] = []
        self._expected: list[bool] = []  # of guards: whether they hold for all sizes
        self._compare(first)

    def _find_sizes(self, first: Outline) -> None:
        for place, (a, b) in enumerate(zip(*self.shapes, strict=True)):
            if len(a) != len(b):
                raise NotGeneralError("tensors differ in rank")
            for axis, pair in enumerate(zip(a, b, strict=True)):
                if pair[0] == pair[1]:
                    self._fixed.append((place, axis))
                    continue
                if min(pair) < 2:
                    raise NotGeneralError("sizes of 0 and 1 are special")
                if pair not in self._pairs:
                    self._pairs.append(pair)
                    self._members.append([])
                self._members[self._pairs.index(pair)].append((place, axis))

    # Comparing

    def _compare(self, first: Outline) -> None:
        second = self._outline
        same = (
            [len(o.steps) for o in (first, second)],
            [len(o.values) for o in (first, second)],
            [(o.inputs, o.outputs) for o in (first, second)],
        )
        if any(a != b for a, b in same):
            raise NotGeneralError("Python did something else for another size")
        computed: set[int] = set()  # what is computed from constants alone
        for (a, *ways), (b, *others) in zip(first.steps, second.steps, strict=True):
            if a.__class__ is not b.__class__ or ways != others:
                raise NotGeneralError("Python did something else for another size")
            inputs, outputs = others
            for i in inputs:
                self._constant(i, first.values[i], second.values[i])
            constant = all(i in computed or second.values[i].kind == "constant" for i in inputs)
            params: Any = None
            if isinstance(a, Operation) and isinstance(b, Operation):
                if a.primitive is not b.primitive:
                    raise NotGeneralError("Python did something else for another size")
                params = self._structure(a.params, b.params, b.place)
                computed.update(outputs if constant else ())
            elif isinstance(a, Guard) and isinstance(b, Guard):
                self._guard(a, b, inputs[0], constant)
            elif isinstance(a, HostCall) and isinstance(b, HostCall):
                if not _alike(a.fixed, b.fixed):
                    raise NotGeneralError(f"{b.name} is given sizes{_at(b.place)}")
                params = [
                    self._structure(first.values[i].shape, second.values[i].shape, b.place)
                    for i in outputs
                ]
            elif getattr(a, "variable", None) is not getattr(b, "variable", None):
                raise NotGeneralError("Python uses other Variables for another size")
            self._params.append(params)
        for i in second.outputs:
            self._constant(i, first.values[i], second.values[i])
        for (i, axis, _), (j, other, place) in zip(first.seen, second.seen, strict=False):
            if (i, axis) != (j, other) or first.values[i].shape[axis] != second.values[j].shape[
                axis
            ]:
                raise NotGeneralError(f"Python looks at a size{_at(place)}: use tf.shape")
        if len(first.seen) != len(second.seen):
            raise NotGeneralError("Python did something else for another size")

    def _guard(self, a: Guard, b: Guard, index: int, constant: bool) -> None:
        if np.array_equal(a.expected, b.expected):
            self._expected.append(True)
            return
        if not constant:
            raise NotGeneralError("Python decided otherwise by the data")
        if not b.inside or b.use == "bool" or np.shape(a.expected) != np.shape(b.expected):
            raise NotGeneralError(f"Python looks at a size{_at(b.place)}")
        self._expected.append(False)
        for k, pair in enumerate(zip(np.ravel(a.expected), np.ravel(b.expected), strict=True)):
            self._read.append(((int(pair[0]), int(pair[1])), index, k))

    def _constant(self, index: int, a: Value, b: Value) -> None:
        if b.kind != "constant" or index in self._rules:
            return
        self._rules[index] = self._array(np.asarray(a.array), np.asarray(b.array))

    def _array(self, a: Any, b: Any) -> Rule:
        """A constant as a function of the sizes."""
        if a.dtype != b.dtype or a.ndim != b.ndim:
            raise NotGeneralError("a constant has another dtype or rank for another size")
        if a.dtype.kind not in "fiub" or a.shape == b.shape:
            if a.shape == b.shape and equal(a, b):
                return lambda run: b
            if a.dtype.kind not in "fiu" or a.size > _MOST_NUMBERS or a.shape != b.shape:
                raise NotGeneralError("a constant has other values for another size")
            numbers = [self._number(x, y) for x, y in zip(a.flat, b.flat, strict=True)]
            return lambda run: np.array([n(run) for n in numbers], b.dtype).reshape(b.shape)
        sizes = [self._number(x, y) for x, y in zip(a.shape, b.shape, strict=True)]
        if a.size and b.size and is_uniform(a) and is_uniform(b):
            first, second = a.flat[0], b.flat[0]
            number = _always(second) if equal(first, second) else self._number(first, second)
            return lambda run: np.broadcast_to(
                np.asarray(number(run), b.dtype), tuple([n(run) for n in sizes])
            )
        if a.ndim == 1 and min(a.size, b.size) > 1:
            start, step = b[0], b[1] - b[0]
            if all(equal(x, (start + step * np.arange(x.size)).astype(x.dtype)) for x in (a, b)):
                (size,) = sizes
                return lambda run: (start + step * np.arange(size(run))).astype(b.dtype)
        if a.ndim == 2:
            matrix = by_diagonals(a, b)
            if matrix is not None:
                return lambda run: matrix((sizes[0](run), sizes[1](run)))
        raise NotGeneralError("a constant has other values for another size")

    def _structure(self, a: Any, b: Any, place: Place) -> Rule:
        """Parameters as a function of the sizes."""
        kind = b.__class__
        if a.__class__ is not kind:
            raise NotGeneralError(f"Python did something else for another size{_at(place)}")
        if kind is int:
            return self._number(a, b)
        if kind is slice:
            parts = [
                self._structure(getattr(a, name), getattr(b, name), place)
                for name in ("start", "stop", "step")
            ]
            return lambda run: slice(*[part(run) for part in parts])
        if isinstance(b, (tuple, list)) and len(a) == len(b):
            items = [self._structure(x, y, place) for x, y in zip(a, b, strict=True)]
            if hasattr(kind, "_fields"):
                return lambda run: kind(*[item(run) for item in items])
            return lambda run: kind([item(run) for item in items])
        if kind is dict and list(a) == list(b):
            named = {k: self._structure(a[k], b[k], place) for k in b}
            return lambda run: {k: rule(run) for k, rule in named.items()}
        if kind is float and a != b:
            return self._number(a, b)
        if a is b or (not isinstance(b, (tuple, list, dict)) and repr(a) == repr(b)):
            return _always(b)
        raise NotGeneralError(f"a parameter depends on the size{_at(place)}")

    def _number(self, a: Any, b: Any) -> Rule:
        """A number as a function of the sizes; where several fit, they must go on agreeing."""
        fitting = [self._read_number(i, k) for pair, i, k in self._read if pair == (a, b)]
        if a == b:
            if not fitting:
                return _always(b)
            fitting.append(_always(b))
        else:
            fitting += [_of_sizes(formula) for formula in explanations(a, b, self._pairs)]
        if not fitting:
            raise NotGeneralError(
                f"{a} for one size and {b} for another is no product and no sum of sizes"
            )

        def rule(run: _Run) -> Any:
            found = [f(run) for f in fitting]
            if any(x != found[0] for x in found[1:]):
                raise NotGeneralError("what a number depends on is not clear")
            return found[0]

        return rule

    def _read_number(self, index: int, k: int) -> Rule:
        return lambda run: int(np.ravel(run.data[index])[k])

    # Running for new sizes

    def recording(self, arrays: Sequence[Any]) -> Recording | None:
        """The recording for new arguments, or None if it must be recorded."""
        outline = self._outline
        shapes, known = [a.shape for a in arrays], outline.shapes
        if any(shapes[place][axis] != known[place][axis] for place, axis in self._fixed):
            return None
        sizes = []
        for members in self._members:
            (size, *others) = {shapes[place][axis] for place, axis in members}
            if others or size < 2:
                return None
            sizes.append(size)
        run = _Run(sizes, len(outline.values))
        token = silence_float_errors()
        try:
            if not self._run(run, arrays):
                return None
        except Exception:  # noqa: BLE001 - whatever it is, Python will meet it again and tell
            return None
        finally:
            restore_float_errors(token)
        if any(
            run.data[i].shape[axis] != outline.values[i].shape[axis] for i, axis, _ in outline.seen
        ):
            return None
        return self._rebuilt(run)

    def _run(self, run: _Run, arrays: Sequence[Any]) -> bool:
        """Compute all values; False if Python would do something else."""
        outline, data = self._outline, run.data
        for i, a in zip(outline.inputs, arrays, strict=True):
            data[i] = a
        expected = iter(self._expected)
        for (step, inputs, outputs), params in zip(outline.steps, self._params, strict=True):
            for i in inputs:
                if data[i] is None:
                    data[i] = self._rules[i](run)
            if isinstance(step, Operation):
                made = step.primitive.forward(*[data[i] for i in inputs], **params(run))
                for i, x in zip(outputs, made if made.__class__ is tuple else (made,), strict=True):
                    wanted = outline.values[i].dtype
                    if x.dtype != wanted and step.primitive.kind != "elementwise":
                        return False
                    data[i] = x.astype(wanted) if x.dtype != wanted else x
            elif isinstance(step, Read):
                data[outputs[0]] = data[inputs[0]] if inputs else step.variable._value
            elif isinstance(step, Guard):
                if next(expected) and not np.array_equal(data[inputs[0]], step.expected):
                    return False
            elif isinstance(step, HostCall):
                for i, shape in zip(outputs, params, strict=True):
                    data[i] = np.ones(shape(run), outline.values[i].dtype)[()]
        for i in outline.outputs:
            if data[i] is None:
                data[i] = self._rules[i](run)
        return True

    def _rebuilt(self, run: _Run) -> Recording:
        values = [
            None if array is None else Value(v.kind, array if v.shape else array[()])
            for v, array in zip(self._outline.values, run.data, strict=True)
        ]

        def at(indices: Sequence[int]) -> list[Value]:
            return [v for v in [values[i] for i in indices] if v is not None]

        outline = self._outline
        steps = [
            with_values(step, at(i), at(o), params(run) if isinstance(step, Operation) else None)
            for (step, i, o), params in zip(outline.steps, self._params, strict=True)
        ]
        return Recording(at(outline.inputs), steps, at(outline.outputs))


def _always(value: Any) -> Rule:
    return lambda run: value


def _of_sizes(formula: Formula) -> Rule:
    return lambda run: formula(run.sizes)


def _alike(a: Any, b: Any) -> bool:
    """Whether two host calls do the same with what they hold."""
    if a is b:
        return True
    if a.__class__ is not b.__class__:
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_alike, a, b))
    code = getattr(a, "__code__", None)
    if code is not None:
        inside = [[c.cell_contents for c in f.__closure__ or ()] for f in (a, b)]
        return code is b.__code__ and all(map(_alike, *inside))
    return isinstance(a, (int, float, str, bytes, np.dtype)) and repr(a) == repr(b)


def _at(place: Place) -> str:
    return f" ({place[0]}, line {place[1]})"
