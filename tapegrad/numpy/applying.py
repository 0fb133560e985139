"""Functions of the user's, applied along axes or to each element."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.numpy.array import holding, ndarray, plain, tensor_of
from tapegrad.numpy.creation import empty
from tapegrad.numpy.function import function
from tapegrad.numpy.joining import stack
from tapegrad.numpy.moving import expand_dims, moveaxis
from tapegrad.numpy.reducing import NO_VALUE
from tapegrad.numpy.shaping import broadcast_to

__all__ = ["apply_along_axis", "apply_over_axes", "vectorize"]


@function(
    "np.apply_along_axis(lambda v: v[0] * v, 1, np.array([[1.0, 2.0], [3.0, 4.0]]))",
    func1d="A function of vectors.",
    args="Further arguments of the function.",
    kwargs="The same by name.",
)
def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """What a function gives for the vectors along an axis."""
    x = holding(tensor_of(arr))
    (axis,) = np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    rows = moveaxis(x, axis, -1)
    lead = rows.shape[:-1]
    if 0 in lead:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    found = [holding(tensor_of(func1d(rows[i], *args, **kwargs))) for i in np.ndindex(lead)]
    inner = found[0].shape
    joined = stack(found).reshape((*lead, *inner))
    back = range(len(lead), len(lead) + len(inner))
    return moveaxis(joined, tuple(back), tuple([axis + i for i in range(len(inner))]))._tensor


@function(
    "np.apply_over_axes(np.sum, np.ones((2, 3, 4)), [0, 2])",
    func="A function of an array and an axis.",
)
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """What a function such as `sum` gives along one axis after the other, which all stay."""
    value = holding(tensor_of(a))
    ndim = value.ndim
    for axis in np.atleast_1d(plain(axes)).tolist():
        axis = axis + ndim if axis < 0 else axis
        found = holding(tensor_of(func(value, axis)))
        if found.ndim != value.ndim:
            found = expand_dims(found, axis)
        if found.ndim != value.ndim:
            raise ValueError("function is not returning an array of the correct shape")
        value = found
    return value._tensor


_CORE = re.compile(r"\(([^()]*)\)")
_GIVEN: Any = NO_VALUE


class vectorize:
    """A function of numbers made one of arrays, which broadcast.

    It calls the function once for each element; operations on whole arrays are much faster.

    Parameters
    ----------
    pyfunc
        The function. Without it, this is a decorator.
    otypes
        The types of the results, as letters or a list; by default those of the first results.
    doc
        The docstring of the new function; by default the function's own.
    excluded
        The positions and names of arguments that are handed on as they are.
    cache
        Without effect: the function is called once for each element anyway.
    signature
        Axes that belong to the function, such as ``"(m,n),(n)->(m)"``.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> relu = np.vectorize(lambda x: x if x > 0 else 0.0 * x)
    >>> relu(np.array([-1.0, 2.0])) + 0.0
    array([0., 2.])
    """

    def __init__(
        self,
        pyfunc: Any = _GIVEN,
        otypes: Any = None,
        doc: str | None = None,
        excluded: Any = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        if pyfunc is not _GIVEN and not callable(pyfunc):
            part = "a decorator" if pyfunc is None else "argument"
            raise TypeError(f"When used as {part}, only accepts callable: got {pyfunc!r}.")
        self.otypes = None if otypes is None else [np.dtype(t) for t in otypes]
        self.excluded = set() if excluded is None else set(excluded)
        self.cache, self.signature, self._doc = cache, signature, doc
        self._cores = None if signature is None else _cores(signature)
        self.pyfunc: Callable[..., Any] = pyfunc
        if pyfunc is not _GIVEN:
            self._take_over()

    def _take_over(self) -> None:
        functools.update_wrapper(self, self.pyfunc)
        if self._doc is not None:
            self.__doc__ = self._doc

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function for each element of the arguments."""
        if self.pyfunc is _GIVEN:
            self.pyfunc = args[0]
            self._take_over()
            return self
        if not args and not kwargs:
            return self.pyfunc()
        names = [k for k in kwargs if k not in self.excluded]
        places = [i for i in range(len(args)) if i not in self.excluded]
        arrays = [
            holding(tensor_of(v)) for v in (*[args[i] for i in places], *map(kwargs.get, names))
        ]

        def call(values: list[Any]) -> Any:
            given, named = list(args), dict(kwargs)
            for i, v in zip(places, values, strict=False):
                given[i] = v
            named.update(zip(names, values[len(places) :], strict=True))
            return self.pyfunc(*given, **named)

        return self._mapped(call, arrays)

    def _mapped(self, call: Callable[[list[Any]], Any], arrays: list[ndarray]) -> Any:
        inputs = [()] * len(arrays) if self._cores is None else self._cores[0]
        if len(inputs) != len(arrays):
            raise TypeError(
                f"wrong number of positional arguments: expected {len(inputs)}, got {len(arrays)}"
            )
        sizes: dict[str, int] = {}
        leads = []
        for core, a in zip(inputs, arrays, strict=True):
            if a.ndim < len(core):
                raise ValueError(
                    f"{a.ndim}-dimensional argument does not have enough dimensions for all core "
                    f"dimensions {core!r}"
                )
            split = a.ndim - len(core)
            leads.append(a.shape[:split])
            for name, size in zip(core, a.shape[split:], strict=True):
                if sizes.setdefault(name, size) != size:
                    raise ValueError(
                        f"inconsistent size for core dimension {name!r}: {size} vs {sizes[name]}"
                    )
        lead = np.broadcast_shapes(*leads)
        spread = [
            broadcast_to(a, (*lead, *a.shape[a.ndim - len(core) :]))
            for core, a in zip(inputs, arrays, strict=True)
        ]
        results = [call([a[i] for a in spread]) for i in np.ndindex(lead)]
        if not results:
            return self._nothing(lead, sizes)
        several = isinstance(results[0], tuple)
        columns = list(zip(*results, strict=True)) if several else [tuple(results)]
        if self.otypes is not None and len(self.otypes) != len(columns):
            raise ValueError(
                f"wrong number of outputs: {len(columns)} instead of {len(self.otypes)}"
            )
        made = [self._joined(k, column, lead) for k, column in enumerate(columns)]
        return tuple(made) if several else made[0]

    def _joined(self, k: int, column: tuple[Any, ...], lead: tuple[int, ...]) -> ndarray:
        parts = [tensor_of(v) for v in column]
        if self._cores is None and parts[0]._value.ndim:
            raise ValueError(
                "setting an array element with a sequence: the function gives arrays, so vectorize "
                "needs a signature such as '()->(n)'."
            )
        dtype = parts[0]._value.dtype if self.otypes is None else self.otypes[k]
        joined: ndarray = stack([holding(tensor_of(p, dtype)) for p in parts])
        return joined.reshape((*lead, *parts[0]._value.shape))

    def _nothing(self, lead: tuple[int, ...], sizes: dict[str, int]) -> Any:
        if self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        cores = [()] * len(self.otypes) if self._cores is None else self._cores[1]
        missing = {n for core in cores for n in core} - set(sizes)
        if missing:
            raise ValueError(
                "cannot call `vectorize` with a signature including new output dimensions on size "
                "0 inputs"
            )
        made = [
            empty((*lead, *[sizes[n] for n in core]), dtype)
            for core, dtype in zip(cores, self.otypes, strict=True)
        ]
        return tuple(made) if len(made) > 1 else made[0]


def _cores(signature: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The names of the axes of arguments and of results."""
    sides = re.sub(r"\s+", "", signature).split("->")
    form = re.compile(r"\((\w+(,\w+)*)?\)(,\((\w+(,\w+)*)?\))*")
    if len(sides) != 2 or not all(form.fullmatch(side) for side in sides):
        raise ValueError(f"not a valid gufunc signature: {signature}")
    found = [
        [tuple(inner.split(",")) if inner else () for inner in _CORE.findall(side)]
        for side in sides
    ]
    return found[0], found[1]
