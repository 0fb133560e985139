"""Walking through the elements of arrays: `flat`, ndenumerate and broadcast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tapegrad.numpy.array import holding, install, ndarray, plain, tensor_of
from tapegrad.numpy.in_place import set_items, view_of
from tapegrad.ops.positions import numbers_of, pick

__all__ = ["broadcast", "flatiter", "ndenumerate"]


class flatiter:
    """The elements of an array one after the other, row by row: its attribute ``flat``.

    Parameters
    ----------
    array
        The array. What is assigned to elements changes it.

    Attributes
    ----------
    base
        The array.
    index
        The number of the element that comes next.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> a.flat[1:3] = 0.0
    >>> a
    array([[1., 0.],
           [0., 4.]])
    """

    def __init__(self, array: ndarray) -> None:
        self.base, self.index = array, 0

    @property
    def coords(self) -> tuple[int, ...]:
        """The indices of the element that comes next."""
        return tuple([int(i) for i in np.unravel_index(self.index, self.base.shape)])

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.index >= self.base.size:
            raise StopIteration
        self.index += 1
        return self[self.index - 1]

    def __len__(self) -> int:
        return self.base.size

    def _row(self) -> ndarray:
        def take(t: Any) -> Any:
            return pick(t, numbers_of(t).reshape(-1))

        return view_of(self.base, take(self.base._tensor), take)

    def __getitem__(self, key: Any) -> Any:
        x = self.base._tensor
        return holding(pick(x, numbers_of(x).reshape(-1)[plain(key)]))

    def __setitem__(self, key: Any, value: Any) -> None:
        target = np.arange(self.base.size)[plain(key)]
        given = tensor_of(value)
        if given._value.size != target.size:  # NumPy repeats values here, or leaves some out
            count = np.resize(np.arange(given._value.size), target.shape)
            given = pick(given, count)
        set_items(self._row(), plain(key), given)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.asarray(self.copy()).astype(dtype or self.base.dtype)

    def copy(self) -> ndarray:
        """The elements in one row, as an array of its own."""
        return holding(self._row()._tensor)


class ndenumerate:
    """The indices and the elements of an array.

    Parameters
    ----------
    arr
        An array.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> for index, element in np.ndenumerate(np.array([[1.0, 2.0]])):
    ...     print(index, element)
    (0, 0) 1.0
    (0, 1) 2.0
    """

    def __init__(self, arr: Any) -> None:
        array = arr if arr.__class__ is ndarray else holding(tensor_of(arr))
        self._array, self._indices = array, np.ndindex(array.shape)

    def __iter__(self) -> ndenumerate:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        index = next(self._indices)
        return index, self._array[index]


class broadcast:
    """The elements of arrays side by side, as broadcasting repeats them.

    Parameters
    ----------
    args
        Arrays.

    Attributes
    ----------
    shape, size, ndim, nd, numiter
        The common shape, and the number of elements, of axes (twice) and of arrays.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> pairs = np.broadcast(np.array([1.0, 2.0]), np.array([[3.0]]))
    >>> pairs.shape, [float(a + b) for a, b in pairs]
    ((1, 2), [4.0, 5.0])
    """

    def __init__(self, *args: Any) -> None:
        self._arrays = [a if a.__class__ is ndarray else holding(tensor_of(a)) for a in args]
        self._model = np.broadcast(*[numbers_of(a._tensor) for a in self._arrays])
        self.shape, self.size = self._model.shape, self._model.size
        self.ndim, self.nd, self.numiter = self._model.ndim, self._model.nd, self._model.numiter

    @property
    def index(self) -> int:
        """The number of the elements that come next."""
        return self._model.index

    def reset(self) -> None:
        """Begin again with the first elements."""
        self._model.reset()

    def __iter__(self) -> broadcast:
        return self

    def __next__(self) -> tuple[Any, ...]:
        numbers = next(self._model)
        return tuple([a.flat[n] for a, n in zip(self._arrays, numbers, strict=True)])


def _get_flat(self: ndarray) -> flatiter:
    return flatiter(self)


def _set_flat(self: ndarray, value: Any) -> None:
    flatiter(self)[:] = value


install(flat=property(_get_flat, _set_flat, doc="The elements one after the other."))
