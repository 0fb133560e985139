"""Parameters in any structure, and the flat vectors of float64 that SciPy's solvers move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.containers import count_masked
from tapegrad.core.convert import conversions, operand
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap, wrap_constant
from tapegrad.core.variable import Variable
from tapegrad.errors import InvalidArgumentError

FLOAT64 = np.dtype(np.float64)

#: What functions get as it is.
_OWN = (Tensor, Variable)


class Parameters:
    """A structure of parameters: where each of its numbers stands in a flat vector.

    Python numbers, and lists and tuples of nothing but numbers, are arrays of float64, as in
    SciPy; so are integers. Arrays and tensors of floats keep their dtype.

    Attributes
    ----------
    leaves
        Tensors and Variables.
    """

    def __init__(self, op: str, x0: Any) -> None:
        self.op = op
        if hasattr(x0, "data_vars"):
            raise TypeError(
                f"{op}: x0 is a data set of xarray, whose variables share dimensions that a solver "
                f"knows nothing of. Use a dict of arrays, {{name: x0[name].values for name in x0}}."
            )
        self.structure = _arrays_for_numbers(x0)
        given = nest.flatten(self.structure)
        self.leaves = [self._leaf(x) for x in given]
        # Arrays of another dialect are handed back, and handed to functions, as such.
        self._faces = [
            x._in_dialect if isinstance(x, ArrayLike) and not isinstance(x, _OWN) else None
            for x in given
        ]
        if not self.leaves or not any(x._value.size for x in self.leaves):
            raise ValueError(f"{op}: there are no parameters in x0, which is {x0!r}.")
        self.sizes = [int(x._value.size) for x in self.leaves]
        self.size = sum(self.sizes)
        self.ends = np.cumsum(self.sizes).tolist()

    def _leaf(self, given: Any) -> Any:
        x = given if isinstance(given, _OWN) else as_data(self.op, "x0", given)
        if x._value.dtype.kind in "iu":
            if isinstance(x, Variable):
                raise TypeError(
                    f"{self.op}: the Variable {x.name!r} has dtype {x.dtype.name} and cannot hold "
                    f"the solution: make it one of floats, tf.Variable(0.0)."
                )
            x = wrap_constant(x._value.astype(FLOAT64))
        if not is_differentiable(x._value) or x._value.dtype.kind == "c":
            raise TypeError(
                f"{self.op}: parameters are real floating point numbers, not {x.dtype.name}. Take "
                f"complex ones apart, tf.complex(re, im), or use tf.cast."
            )
        return x

    def vector(self, values: Sequence[Any] | None = None) -> Any:
        """Values of the leaves as one contiguous vector of float64; by default those of now."""
        values = self.leaves if values is None else values
        flat = [np.ravel(x._read()).astype(FLOAT64) for x in values]
        return np.ascontiguousarray(np.concatenate(flat))

    def tensors(self, vector: Any) -> list[Any]:
        """The leaves for a vector; Variables are the same objects, with new values."""
        found = []
        for x, array in zip(self.leaves, self.arrays(vector), strict=True):
            if isinstance(x, Tensor):
                found.append(wrap(array))
            else:
                x.assign(array)
                found.append(x)
        return found

    def arrays(self, vector: Any) -> list[Any]:
        """Arrays of the leaves' shapes and dtypes, copied from a vector."""
        parts = np.split(np.asarray(vector, FLOAT64), self.ends[:-1])
        return [
            part.astype(x._value.dtype).reshape(x._value.shape)[()]
            for x, part in zip(self.leaves, parts, strict=True)
        ]

    @contextmanager
    def standing_in(self, leaves: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """What a function may read for `leaves`: the Variables with the values of these tensors.

        For the time of the block they have their identities, too, so that a function depends on
        the tensors whether it reads a Variable that was passed or one that it closes over.
        """
        places = [
            i
            for i, (own, x) in enumerate(zip(self.leaves, leaves, strict=True))
            if own is not x and not isinstance(own, Tensor)
        ]
        if not places:
            yield leaves
            return
        before = [(self.leaves[i]._id, self.leaves[i]._value) for i in places]
        found = list(leaves)
        try:
            for i in places:
                variable = found[i] = self.leaves[i]
                variable._id, variable._value = leaves[i]._id, leaves[i]._value
            yield found
        finally:
            for i, (identity, value) in zip(places, before, strict=True):
                self.leaves[i]._id, self.leaves[i]._value = identity, value

    def settle(self, solution: Sequence[Tensor]) -> Any:
        """The solution in the structure of the parameters; Variables hold it from now on."""
        for own, x in zip(self.leaves, solution, strict=True):
            if not isinstance(own, Tensor):
                own.assign(x._value)
        return self.pack(solution)

    def pack(self, values: Sequence[Any]) -> Any:
        """Values of the leaves in the structure of the parameters."""
        dressed = [
            x if face is None else face(x) for x, face in zip(values, self._faces, strict=True)
        ]
        return nest.packed(self.structure, iter(dressed))

    def dressed(self, value: Tensor) -> Any:
        """A result that is no parameter, as an array of their dialect if all have one."""
        face = self._faces[0]
        return value if face is None or None in self._faces else face(value)

    def packed_arrays(self, vector: Any) -> Any:
        """A vector in the structure of the parameters, as tensors that are no parameters."""
        return self.pack([wrap_constant(a) for a in self.arrays(vector)])


def _arrays_for_numbers(structure: Any) -> Any:
    if structure.__class__ in (list, tuple) and _is_numbers(structure):
        return np.array(structure, FLOAT64)
    if not nest.is_nested(structure):
        return structure
    return nest.rebuilt(structure, [_arrays_for_numbers(x) for x in nest.children_of(structure)])


def _is_numbers(structure: Any) -> bool:
    if structure.__class__ in (list, tuple):
        return bool(structure) and all(map(_is_numbers, structure))
    return isinstance(structure, (int, float, np.integer, np.floating))


def as_data(op: str, name: str, given: Any) -> Any:
    """Numbers from Python, NumPy, pandas, xarray as a tensor; Tensors and Variables are kept.

    Raises
    ------
    ValueError
        For masked arrays with something masked, and tables with values that are missing.
    TypeError
        For what holds no numbers.
    """
    if isinstance(given, ArrayLike):
        x = operand(given)
        if not isinstance(x, _OWN):
            raise TypeError(
                f"{op}: {name} has a tensor of tapegrad.torch, whose graph a solver cannot follow. "
                f"Pass its data, x.detach().numpy(), and write functions with operations of "
                f"tapegrad or tapegrad.numpy."
            )
        return x
    if type(given) in conversions:
        return conversions[type(given)](given)
    masked = count_masked(given)
    if masked:
        raise ValueError(
            f"{op}: {name} is a masked array with {masked} masked entries, "
            f"which a solver would take for numbers. Drop them, x.compressed(), together with "
            f"what belongs to them, or give them values, x.filled(0.0)."
        )
    array = np.asarray(given)
    if given is None:
        raise TypeError(f"{op}: {name} should be numbers, but there is None among them.")
    if array.dtype.kind == "O":
        try:
            array = array.astype(FLOAT64)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{op}: {name} should be numbers, not {type(given).__name__} of objects. For "
                f"pandas use x.dropna().to_numpy(float), for xarray x.values, for anything else "
                f"numpy.asarray(x, float)."
            ) from error
    if array.dtype.kind not in "fiubc":
        raise TypeError(
            f"{op}: {name} should be numbers, not {array.dtype} of {type(given).__name__}. "
            f"Convert them first, numpy.asarray(x, float)."
        )
    if array.dtype.kind == "b":
        array = array.astype(FLOAT64)
    return wrap_constant(np.array(array)[()])


def flat64(values: Sequence[Any]) -> Tensor:
    """All entries in one vector of float64, recorded."""
    parts = []
    for x in values:
        part = recording.reshape(x, to=(x._value.size,))
        if part._value.dtype != FLOAT64:
            part = recording.cast(part, dtype=FLOAT64, source=part._value.dtype)
        parts.append(part)
    whole: Tensor = parts[0] if len(parts) == 1 else recording.concat(*parts, axis=-1)
    return whole


def require_shape(op: str, what: str, expected: tuple[int, ...], x: Any) -> None:
    """InvalidArgumentError if `x` has another shape."""
    if x._value.shape != expected:
        raise InvalidArgumentError(
            f"{op}: {what}. Expect: shape {expected}, Actual: shape {x._value.shape}."
        )
