"""Grids, index tables and the joining of ranges: meshgrid, mgrid, r_, tril_indices and the like."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.numpy.array import leave, of_type, plain, tensor_of
from tapegrad.numpy.function import faced, function, not_differentiable
from tapegrad.numpy.movers import rearranged

__all__ = [
    "broadcast_arrays",
    "c_",
    "diag_indices",
    "diag_indices_from",
    "ix_",
    "mask_indices",
    "meshgrid",
    "mgrid",
    "ogrid",
    "r_",
    "ravel_multi_index",
    "tril_indices",
    "tril_indices_from",
    "triu_indices",
    "triu_indices_from",
    "unravel_index",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np


@function("[a.shape for a in np.broadcast_arrays([1.0, 2.0], [[3.0]])]", args="Arrays.")
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    """The arrays repeated along axes so that all have one shape."""
    tensors = [tensor_of(a) for a in args]
    to = np.broadcast_shapes(*[x._value.shape for x in tensors])
    return tuple([R.broadcast_to(x, to=to) for x in tensors])


@function(
    "np.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])[1]",
    xi="The coordinates along each axis.",
    sparse="Whether axes stay at size 1 along which nothing changes.",
    indexing='"xy": the first coordinate along the second axis, or "ij": along the first.',
)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """The coordinates of the points of a grid."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    tensors = [tensor_of(x) for x in xi]
    count = len(tensors)
    order = list(range(count))
    if indexing == "xy" and count > 1:
        order[:2] = [1, 0]
    shapes = [
        tuple([x._value.size if i == order[k] else 1 for i in range(count)])
        for k, x in enumerate(tensors)
    ]
    to = np.broadcast_shapes(*shapes)
    columns = [R.reshape(x, to=shape) for x, shape in zip(tensors, shapes, strict=True)]
    return tuple(columns if sparse else [R.broadcast_to(x, to=to) for x in columns])


@function("np.ix_([0, 2], [1, 3])", args="Positions, or booleans, along each axis.")
def ix_(*args: Any) -> Any:
    """Vectors that index the product of their positions."""
    given = [tensor_of(a) for a in args]
    found = np.ix_(*plain(args))
    return tuple(
        [
            faced(i)
            if x._value.dtype.kind == "b" or not x._value.size
            else R.reshape(x, to=i.shape)
            for x, i in zip(given, found, strict=True)
        ]
    )


class _Joining:
    """What `r_` and `c_` are: brackets that join arrays, numbers and ranges."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.__doc__ = model.__doc__

    def __getitem__(self, key: Any) -> Any:
        items = list(key) if isinstance(key, tuple) else [key]
        texts = [k for k in items if isinstance(k, str)]
        if {"r", "c"} & set(texts):
            raise NotImplementedError(
                f"{type(self).__name__}: there are no matrices of the class numpy.matrix. Use "
                f"np.atleast_2d(np.r_[...])."
            )
        parts, kinds = [], []
        for item in items:
            if isinstance(item, str):
                continue
            range_ = isinstance(item, slice)
            parts.append(tensor_of(self._model[_range(item)].reshape(-1) if range_ else item))
            weak = item.__class__ in (bool, int, float, complex)
            kinds.append(item if weak else parts[-1]._value.dtype)
        dtype = np.result_type(*kinds) if len(kinds) > 1 else parts[0]._value.dtype

        def join(arrays: list[Any]) -> Any:
            queue = iter(arrays)
            placed = [k if isinstance(k, str) else next(queue)[()] for k in items]
            return self._model[tuple(placed)]

        return leave(rearranged([of_type(x, dtype) for x in parts], join))

    def __len__(self) -> int:
        return 0


def _range(part: Any) -> Any:
    """A slice of numbers as NumPy takes it."""
    return slice(plain(part.start), plain(part.stop), plain(part.step))


class _Grid:
    """What `mgrid` and `ogrid` are: brackets that make coordinates of ranges."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.__doc__ = model.__doc__

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, tuple):
            return faced(self._model[tuple([_range(k) for k in key])])
        return faced(self._model[_range(key)])


r_, c_ = _Joining(np.r_), _Joining(np.c_)
mgrid, ogrid = _Grid(np.mgrid), _Grid(np.ogrid)

_INDICES: dict[str, Any] = {
    "dims": "The sizes along each axis.",
    "multi_index": "The indices along each axis.",
    "n": "The number of rows.",
    "m": "The number of columns; by default `n`.",
    "ndim": "The number of axes.",
    "mask_func": "A function such as `numpy.triu`, of an array and `k`.",
    "k": "Which diagonal.",
}
diag_indices = not_differentiable(
    "diag_indices", "The indices of the main diagonal.", "np.diag_indices(2)", **_INDICES
)
diag_indices_from = not_differentiable(
    "diag_indices_from",
    "The indices of an array's main diagonal.",
    "np.diag_indices_from(np.ones((2, 2)))",
)
mask_indices = not_differentiable(
    "mask_indices",
    "The indices that a function such as `numpy.triu` leaves.",
    "np.mask_indices(2, np.triu)",
    **_INDICES,
)
tril_indices = not_differentiable(
    "tril_indices", "The indices on and below a diagonal.", "np.tril_indices(2)", **_INDICES
)
triu_indices = not_differentiable(
    "triu_indices", "The indices on and above a diagonal.", "np.triu_indices(2)", **_INDICES
)
tril_indices_from = not_differentiable(
    "tril_indices_from",
    "The indices on and below a diagonal of an array.",
    "np.tril_indices_from(np.ones((2, 2)))",
)
triu_indices_from = not_differentiable(
    "triu_indices_from",
    "The indices on and above a diagonal of an array.",
    "np.triu_indices_from(np.ones((2, 2)))",
)
ravel_multi_index = not_differentiable(
    "ravel_multi_index",
    "The numbers of elements with some indices.",
    "np.ravel_multi_index(([0, 1], [1, 1]), (2, 3))",
    **_INDICES,
)
unravel_index = not_differentiable(
    "unravel_index",
    "The indices of elements with some numbers.",
    "np.unravel_index([1, 4], (2, 3))",
    indices="Numbers of elements, counted row by row.",
)
