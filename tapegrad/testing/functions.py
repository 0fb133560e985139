"""A function taken apart: from a vector to a vector, with its derivatives by the tape."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap
from tapegrad.core.variable import Variable
from tapegrad.testing.spaces import Space, Vector, is_complex

#: From tensors and Variables to the leaves of the result.
Run = Callable[[list[Any]], list[Any]]


#: What counts as data in a result.
_DATA = (ArrayLike, IndexedSlices, np.ndarray, np.generic, float, complex)


class Function:
    """A function from some arrays to others, as vectors.

    Attributes
    ----------
    values
        Its arguments that have derivatives: tensors and Variables.
    x, y
        The spaces of its arguments and of its results that have derivatives.
    point
        The arguments as a vector.
    result
        The result there.
    parent
        The function of which this is a derivative, or None.
    lost
        Names of results that are floating point data, but no tensors: the tape cannot see them.
    """

    def __init__(
        self,
        run: Run,
        values: list[Any],
        names: Sequence[str],
        labels: Callable[[], Sequence[str]],
        parent: Function | None = None,
    ) -> None:
        self._run = run
        self.parent = parent
        self.values = values
        arrays = [np.array(_value(v)) for v in values]
        self.x = Space(arrays, names)
        self.point = self.x.flatten(arrays)
        outputs = run(values)
        self._count = len(outputs)
        self._live = [i for i, y in enumerate(outputs) if is_differentiable(_value(y))]
        found = [outputs[i] for i in self._live]
        names = [labels()[i] for i in self._live]
        self.y = Space([np.asarray(_value(y)) for y in found], names)
        self.lost = [n for n, y in zip(names, found, strict=True) if not isinstance(y, ArrayLike)]
        self.result = self.y.flatten([_value(y) for y in found])

    @property
    def epsilon(self) -> float:
        """The relative spacing of the numbers that it computes with, as far as dtypes say."""
        inner = 0.0 if self.parent is None else self.parent.epsilon
        return max(self.x.epsilon, self.y.epsilon, inner)

    def outputs(self, values: list[Any]) -> list[Any]:
        """The results that have derivatives."""
        found = self._run(values)
        if len(found) != self._count:
            raise ValueError(
                f"The function returned {self._count} results first and {len(found)} later: "
                f"return the same structure each time."
            )
        return [found[i] for i in self._live]

    def arrays(self, arrays: list[Any]) -> list[Any]:
        """The results for other arguments.

        Variables are assigned to, and have their old values afterwards; where the dtype is not
        theirs, a tensor stands for them.
        """
        held = [(v, v._value) for v in self.values if isinstance(v, Variable)]
        values: list[Any] = []
        try:
            for v, a in zip(self.values, arrays, strict=True):
                if isinstance(v, Variable) and a.dtype == v._value.dtype:
                    v.assign(a)
                    values.append(v)
                else:
                    values.append(wrap(a[()]))
            return [np.asarray(_value(y)) for y in self.outputs(values)]
        finally:
            for v, a in held:
                v.assign(a)

    def at(self, point: Vector, *, wide: bool = False) -> Vector:
        """The result elsewhere, in the arguments' own precision or in double precision."""
        return self.y.flatten(self.arrays(self.x.split(point, wide=wide)))

    def pull(self, cotangent: Vector) -> tuple[Vector, list[bool]]:
        """Reverse mode: the cotangent of the arguments, and which of them are connected."""
        with GradientTape() as tape:
            tape.watch(self.values)
            outputs = self.outputs(self.values)
        found = _gradients(tape, outputs, self.values, self._seeds(outputs, cotangent), "none")
        arrays = [
            np.zeros(shape) if g is None else np.asarray(as_tensor(g)._value)
            for g, shape in zip(found, self.x.shapes, strict=True)
        ]
        return self.x.flatten(arrays), [g is not None for g in found]

    def push(self, tangent: Vector) -> Vector:
        """Forward mode: the tangent of the result."""
        with ForwardAccumulator(self.values, self._tangents(self.values, tangent)) as accumulator:
            outputs = self.outputs(self.values)
        found = [_tangent(accumulator, y) for y in outputs]
        return self.y.flatten([np.asarray(t._value) for t in found])

    def gradient(self, cotangent: Vector) -> Function:
        """The function from the arguments to the conjugate of their cotangents.

        Conjugate, so that it is analytic where this one is, for a real cotangent.
        """

        def run(values: list[Any]) -> list[Any]:
            with GradientTape() as tape:
                tape.watch(values)
                outputs = self.outputs(values)
            found = _gradients(tape, outputs, values, self._seeds(outputs, cotangent), "zero")
            return [recording.conj(as_tensor(g)) for g in found]

        labels = [f"the gradient with respect to {name}" for name in self.x.names]
        return Function(run, self.values, self.x.names, lambda: labels, self)

    def tangent(self, tangent: Vector) -> Function:
        """The function from the arguments to the tangent of the result."""

        def run(values: list[Any]) -> list[Any]:
            with ForwardAccumulator(values, self._tangents(values, tangent)) as accumulator:
                outputs = self.outputs(values)
            return [_tangent(accumulator, y) for y in outputs]

        labels = [f"the tangent of {name}" for name in self.y.names]
        return Function(run, self.values, self.x.names, lambda: labels, self)

    def _seeds(self, outputs: list[Any], cotangent: Vector) -> list[Tensor]:
        # Of the dtype that the outputs have: a wider one while differences are taken.
        arrays = self.y.split(cotangent, wide=True)
        return [_like(a, y) for a, y in zip(arrays, outputs, strict=True)]

    def _tangents(self, values: list[Any], tangent: Vector) -> list[Tensor]:
        arrays = self.x.split(tangent, wide=True)
        return [_like(a, v) for a, v in zip(arrays, values, strict=True)]


def _value(leaf: Any) -> Any:
    return leaf._value if isinstance(leaf, ArrayLike) else np.asarray(leaf)


def _like(array: Any, value: Any) -> Tensor:
    dtype = _value(value).dtype
    return wrap((array if is_complex(dtype) else array.real).astype(dtype)[()])


def _tangent(accumulator: ForwardAccumulator, y: Any) -> Tensor:
    if isinstance(y, ArrayLike):
        found: Tensor = accumulator.jvp(y, unconnected_gradients="zero")
        return found
    return wrap(np.zeros_like(y)[()])


def _gradients(
    tape: GradientTape, outputs: list[Any], values: list[Any], seeds: list[Tensor], missing: str
) -> list[Any]:
    live = [i for i, y in enumerate(outputs) if isinstance(y, ArrayLike)]
    found: list[Any] = tape.gradient(
        [outputs[i] for i in live],
        values,
        output_gradients=[seeds[i] for i in live],
        unconnected_gradients=missing,
    )
    return found


def is_active(leaf: Any) -> bool:
    """True for an argument that has a derivative: floating or complex data, also Python's."""
    if isinstance(leaf, (bool, int, str, bytes, type(None))):
        return False
    if isinstance(leaf, (float, complex)) and not isinstance(leaf, np.generic):
        return True
    return isinstance(leaf, (ArrayLike, np.ndarray, np.generic)) and is_differentiable(_value(leaf))


def _is_python(leaf: Any) -> bool:
    return isinstance(leaf, (float, complex)) and not isinstance(leaf, np.generic)


class Call:
    """A user's function with its arguments: which of them move, and what they are called."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.f = f
        self.name = getattr(f, "__name__", type(f).__name__)
        self.args = args
        self.leaves = nest.flatten(args)
        names = _parameters(f, args)
        self.names = [
            path for name, arg in zip(names, args, strict=True) for path in nest.paths(arg, name)
        ]
        seen: set[int] = set()
        self.active: list[int] = []
        for i, leaf in enumerate(self.leaves):
            if is_active(leaf) and id(leaf) not in seen:
                self.active.append(i)
            if isinstance(leaf, Variable):  # given twice it is still one
                seen.add(id(leaf))
        typed = [self.leaves[i] for i in self.active if not _is_python(self.leaves[i])]
        #: The dtype of Python floats; None if nothing beside them says it.
        self.dtype = _common([_value(leaf).dtype for leaf in typed]) if typed else None
        self.has_python_floats = any(_is_python(self.leaves[i]) for i in self.active)

    def function(self, python_dtype: Any) -> Function:
        """Take the function apart; Python floats become tensors of `python_dtype`."""
        values = [_moving(self.leaves[i], python_dtype) for i in self.active]
        names = [self.names[i] for i in self.active]
        return Function(self.run, values, names, lambda: self.results)

    def run(self, values: list[Any]) -> list[Any]:
        """Call `f` with some leaves replaced; the leaves of what it returns."""
        filled = list(self.leaves)
        for i, v in zip(self.active, values, strict=True):
            filled[i] = v
        args = nest.pack_sequence_as(self.args, filled)
        result = self.f(*args)
        self.after = nest.flatten(args)
        self.given = filled
        named = zip(nest.paths(result, "output"), nest.flatten(result), strict=True)
        found = [(name, y) for name, y in named if isinstance(y, _DATA)]
        self.results = [name for name, _ in found]
        return [as_tensor(y) if isinstance(y, IndexedSlices) else y for _, y in found]


def _moving(leaf: Any, python_dtype: Any) -> Any:
    if isinstance(leaf, Variable):
        return leaf
    value = np.array(_value(leaf))
    if _is_python(leaf):
        kind = np.dtype(python_dtype)
        wanted = np.result_type(kind, np.complex64) if isinstance(leaf, complex) else kind
        value = value.astype(wanted)
    return wrap(value[()])


def _common(dtypes: list[Any]) -> Any:
    """The real dtype that goes with the widest of some dtypes."""
    widest = max(dtypes, key=lambda dtype: dtype.itemsize / (2 if dtype.kind == "c" else 1))
    return np.empty(0, widest).real.dtype


def _parameters(f: Callable[..., Any], args: tuple[Any, ...]) -> list[str]:
    """The names of the parameters that positional arguments go to."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # some built-in functions have no signature
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    variadic = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "args")
    more = range(max(0, len(args) - len(names)))
    return [*names[: len(args)], *(f"{variadic}[{i}]" for i in more)]
