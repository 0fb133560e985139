"""What universal functions do besides calls: reduce, accumulate, reduceat, outer and at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy.array import holding, leave, ndarray, of_type, plain, tensor_of
from tapegrad.numpy.in_place import assign, check_kinds, put, write
from tapegrad.ops.positions import add_at, numbers_of, pick

_NO_VALUE: Any = np._NoValue

#: The reductions that a universal function's `reduce` is: set by the modules that define them.
REDUCERS: dict[str, Callable[..., Any]] = {}

#: Functions for which it does not matter which neighbours are combined first.
_ASSOCIATIVE = frozenset({"fmax", "fmin", "hypot", "logaddexp", "logaddexp2", "maximum", "minimum"})

#: Those without an identity that take several axes nevertheless.
_REORDERABLE = frozenset({"fmax", "fmin", "maximum", "minimum"})


class Methods:
    """The methods of universal functions of two arguments."""

    __name__: str
    model: Any
    compute: Callable[..., Any] | None
    nin: int
    nout: int
    identity: Any
    signature: Any

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute for each element."""
        raise NotImplementedError

    def _compute(self, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        raise NotImplementedError

    def _check_binary(self, method: str) -> None:
        if self.signature is not None:
            raise RuntimeError(f"Reduction not defined on ufunc with signature: {self.__name__}")
        if self.nin != 2:
            raise ValueError(f"{method} only supported for binary functions")
        if self.nout != 1:
            raise ValueError(f"{method} only supported for functions returning a single value")

    def _has_derivative(self, x: Tensor) -> bool:
        return self.compute is not None and x._value.dtype.kind in "fc"

    def reduce(
        self,
        array: Any,
        axis: Any = 0,
        dtype: Any = None,
        out: Any = None,
        keepdims: bool = False,
        initial: Any = _NO_VALUE,
        where: Any = True,
    ) -> Any:
        """Combine all elements along axes."""
        self._check_binary("reduce")
        name, x = self.__name__, tensor_of(array)
        if not x._value.ndim and axis in (0, -1):
            axis = None
        given: dict[str, Any] = {} if initial is _NO_VALUE else {"initial": initial}
        if where is not True:
            given["where"] = where
        if name in REDUCERS:
            if name in ("add", "multiply"):
                given["dtype"] = dtype
            elif dtype is not None and np.dtype(dtype) != bool:
                x = of_type(x, np.dtype(dtype))
            return REDUCERS[name](holding(x), axis=axis, out=out, keepdims=keepdims, **given)
        if not self._has_derivative(x):
            options = {k: plain(v) for k, v in given.items()}

            def compute(a: Any) -> Any:
                return self.model.reduce(a, plain(axis), dtype, keepdims=keepdims, **options)

            result = computed(compute, x)
        else:
            result = self._reduced(x, axis, dtype, keepdims, initial, where)
        return leave(result) if out is None else write(out, result, name=name)

    def _reduced(
        self, x: Tensor, axis: Any, dtype: Any, keepdims: bool, initial: Any, where: Any
    ) -> Tensor:
        name, ndim = self.__name__, x._value.ndim
        axis = tuple(range(ndim)) if axis is None else plain(axis)
        axes = np.lib.array_utils.normalize_axis_tuple(axis, ndim)
        if len(axes) > 1 and self.identity is None and name not in _REORDERABLE:
            raise ValueError(
                f"reduction operation '{name}' is not reorderable, so at most one axis may be "
                f"specified"
            )
        if dtype is not None:
            x = of_type(x, np.dtype(dtype))
        rows, rest = _rows(x, axes)
        mask = None
        if where is not True:
            shown = R.broadcast_to(tensor_of(where, bool), to=x._value.shape)
            mask = _rows(shown, axes)[0]
        start = None if initial is _NO_VALUE or initial is None else initial
        found = self._folded(rows, mask, start)._tensor
        shape = tuple([1 if i in axes else n for i, n in enumerate(x._value.shape)])
        return R.reshape(found, to=shape if keepdims else rest)

    def _folded(self, rows: Any, mask: Any, start: Any) -> Any:
        """The rows combined into one, after `start`, without those that a mask leaves out."""
        name, neutral = self.__name__, self.identity
        if neutral is None and start is None:
            if mask is not None:
                raise ValueError(
                    f"reduction operation '{name}' does not have an identity, so to use a where "
                    f"mask one has to specify 'initial'"
                )
            if not len(rows):
                raise ValueError(
                    f"zero-size array to reduction operation {name} which has no identity"
                )
        if start is None and (mask is not None or not len(rows)):
            start = neutral
        if name in _ASSOCIATIVE and (mask is None or neutral is not None) and len(rows):
            if mask is not None:
                rows = _chosen(mask, rows, neutral)
            while len(rows) > 1:
                even = len(rows) // 2 * 2
                pairs = self(rows[0:even:2], rows[1:even:2])
                rows = pairs if even == len(rows) else _joined(pairs, rows[even:])
            return rows[0] if start is None else self(start, rows[0])
        first = 1 if start is None else 0
        value = rows[0] if start is None else _like_a_row(start, rows)
        for i in range(first, len(rows)):
            found = self(value, rows[i])
            value = found if mask is None else _chosen(mask[i], found, value)
        return value

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        """Combine the elements up to each along an axis."""
        self._check_binary("accumulate")
        x = tensor_of(array)
        if not x._value.ndim:
            raise TypeError("cannot accumulate on a scalar")
        axis = plain(axis)
        if not self._has_derivative(x):
            result = computed(lambda a: self.model.accumulate(a, axis, dtype), x)
            return leave(result) if out is None else write(out, result, name=self.__name__)
        if dtype is not None:
            x = of_type(x, np.dtype(dtype))
        (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, x._value.ndim)
        negative = axis - x._value.ndim
        running = {"add": "cumsum", "multiply": "cumprod"}.get(self.__name__)
        if running is not None:
            result = getattr(R, running)(x, axis=negative, exclusive=False, reverse=False)
        else:
            rows, rest = _rows(x, (axis,))
            result = R.reshape(self._scanned(rows)._tensor, to=(len(rows), *rest))
            result = _front_to(result, axis)
        return leave(result) if out is None else write(out, result, name=self.__name__)

    def _scanned(self, rows: Any) -> Any:
        """Each row combined with those before it; where possible over doubled distances."""
        if self.__name__ in _ASSOCIATIVE:
            distance = 1
            while distance < len(rows):
                combined = self(rows[:-distance], rows[distance:])
                rows = _joined(rows[:distance], combined)
                distance *= 2
            return rows
        parts = [rows[i] for i in range(len(rows))]
        for i in range(1, len(parts)):
            parts[i] = self(parts[i - 1], parts[i])
        return holding(R.stack(*[p._tensor for p in parts], axis=-rows.ndim)) if parts else rows

    def reduceat(
        self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
    ) -> Any:
        """Combine the elements of slices that start at some indices."""
        self._check_binary("reduceat")
        x, axis = tensor_of(array), plain(axis)
        starts = np.asarray(plain(indices), np.intp)
        if not self._has_derivative(x):
            result = computed(lambda a: self.model.reduceat(a, starts, axis, dtype), x)
            return leave(result) if out is None else write(out, result, name=self.__name__)
        if dtype is not None:
            x = of_type(x, np.dtype(dtype))
        (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, x._value.ndim)
        rows, rest = _rows(x, (axis,))
        for i in starts.tolist():
            if not 0 <= i < len(rows):
                raise IndexError(
                    f"index {i} out-of-bounds in {self.__name__}.reduceat [0, {len(rows)})"
                )
        stops = np.maximum(np.append(starts[1:], len(rows)), starts + 1)
        parts = [
            R.reshape(self.reduce(rows[i:j])._tensor, to=rest)
            for i, j in zip(starts.tolist(), stops.tolist(), strict=True)
        ]
        if parts:
            result = _front_to(R.stack(*parts, axis=-1 - len(rest)), axis)
        else:
            shape = list(x._value.shape)
            shape[axis] = 0
            result = wrap_constant(np.zeros(shape, x._value.dtype))
        return leave(result) if out is None else write(out, result, name=self.__name__)

    def outer(self, A: Any, B: Any, /, **options: Any) -> Any:
        """Combine each element of one array with each of another."""
        if self.signature is not None:
            raise TypeError(
                "method outer is not allowed in ufunc with non-trivial signature: "
                f"{self.__name__}{self.signature}"
            )
        if self.nin != 2:
            raise ValueError("outer product only supported for binary functions")
        a, b = tensor_of(A), tensor_of(B)
        a = R.reshape(a, to=a._value.shape + (1,) * b._value.ndim)
        return self(holding(a), holding(b), **options)

    def at(self, a: Any, indices: Any, b: Any = None, /) -> None:
        """Change elements in place, as often as their index occurs: ``a[indices] += b``."""
        name = self.__name__
        if a.__class__ is not ndarray:
            raise TypeError(
                f"{name}.at changes an array of tapegrad.numpy, not a {type(a).__name__}: make "
                f"one with np.array(a) of this dialect."
            )
        if (b is None) != (self.nin == 1):
            raise ValueError(f"{name}.at takes {self.nin} operands: the array comes first.")
        x = a._tensor
        positions = np.asarray(numbers_of(x)[plain(indices)])
        given = None if b is None else tensor_of(b)
        dtype = x._value.dtype
        if given is not None:
            check_kinds(given._value.dtype, dtype)
            _fits(given, positions)
        if name in ("add", "subtract") and dtype.kind in "fc" and given is not None:
            added = of_type(given, dtype)
            if name == "subtract":
                added = R.negative(added)
            assign(a, add_at(x, positions, added))
            return
        flat = positions.reshape(-1)
        rounds = _occurrences(flat)
        v = None if given is None else R.broadcast_to(given, to=positions.shape)
        v = None if v is None else R.reshape(v, to=flat.shape)
        for turn in range(rounds.max(initial=-1) + 1):
            (chosen,) = np.nonzero(rounds == turn)
            operands = [pick(x, flat[chosen]), *([] if v is None else [pick(v, chosen)])]
            changed = self._compute(tuple(map(holding, operands)), {})
            x = put(x, flat[chosen], of_type(changed, dtype))
        assign(a, x)


def _rows(x: Tensor, axes: tuple[int, ...]) -> tuple[ndarray, tuple[int, ...]]:
    """An array whose first axis goes through the given ones, and the shape of the others."""
    shape, ndim = x._value.shape, x._value.ndim
    rest = [i for i in range(ndim) if i not in axes]
    order = (*axes, *rest)
    if order != tuple(range(ndim)):
        x = R.transpose(x, axes=tuple([i - ndim for i in order]))
    sizes = tuple([shape[i] for i in rest])
    count = int(np.prod([shape[i] for i in axes], dtype=np.intp))
    return holding(R.reshape(x, to=(count, *sizes))), sizes


def _front_to(x: Tensor, axis: int) -> Tensor:
    """The first axis moved to another place."""
    ndim = x._value.ndim
    if axis == 0:
        return x
    order = list(range(1, ndim))
    order.insert(axis, 0)
    moved: Tensor = R.transpose(x, axes=tuple([i - ndim for i in order]))
    return moved


def _joined(a: ndarray, b: ndarray) -> ndarray:
    return holding(R.concat(a._tensor, b._tensor, axis=-a.ndim))


def _chosen(mask: ndarray, x: ndarray, otherwise: Any) -> ndarray:
    other = tensor_of(otherwise, x.dtype)
    return holding(R.where(mask._tensor, x._tensor, other))


def _like_a_row(value: Any, rows: ndarray) -> ndarray:
    return holding(R.broadcast_to(tensor_of(value, rows.dtype), to=rows.shape[1:]))


def _fits(v: Tensor, positions: Any) -> None:
    try:
        fits = np.broadcast_shapes(v._value.shape, positions.shape) == positions.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("array is not broadcastable to correct shape")


def _occurrences(flat: Any) -> Any:
    """How often each number has occurred before."""
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: flat.size])
    first = np.repeat(starts, np.diff(np.append(starts, flat.size)))
    found = np.empty(flat.shape, np.intp)
    found[order] = np.arange(flat.size) - first
    return found
