"""Values that leave without a gradient on purpose, and code that brings its own gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import custom, nest
from tapegrad.core.leaks import set_gradient_leaks
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy.array import holding, tensor_of
from tapegrad.numpy.function import function

__all__ = ["custom_gradient", "set_gradient_leaks", "stop_gradient"]


@function("np.stop_gradient(np.array([1.0, 2.0]))", result="array([1., 2.])")
def stop_gradient(x: Any, /) -> Any:
    """The same values, as a constant to every tape.

    What is computed from it has no gradient through it, and it may leave for NumPy, Python or other
    libraries without a word: ``numpy.asarray(np.stop_gradient(x))``.
    """
    return recording.stop_gradient(tensor_of(x))


def custom_gradient(fun: Callable[..., Any]) -> Callable[..., Any]:
    r"""Decorate a function that brings its own gradient, such as a call of a compiled kernel.

    Parameters
    ----------
    fun
        ``fun(*args)`` returning ``(y, pullback)``: the result, an array or a nest of arrays (also
        NumPy's), and a function from a cotangent for each array of the result to one gradient
        (or None) for each array among the arguments.

    Returns
    -------
    callable
        A function returning ``y``. Arrays inside of `fun` may leave for other libraries: what the
        tape records is the pullback alone.

    Raises
    ------
    TypeError
        If `fun` does not return a pair.
    ValueError
        When a gradient is asked for, if the pullback returns the wrong number of gradients.

    Notes
    -----
    A pullback that is written with functions of this dialect can be differentiated again.

    Examples
    --------
    >>> import numpy
    >>> import tapegrad.numpy as np
    >>> @np.custom_gradient
    ... def cumulative(x):
    ...     return numpy.cumsum(numpy.asarray(x)), lambda dy: np.cumsum(dy[::-1])[::-1]
    >>> np.grad(lambda x: np.sum(cumulative(x)))(np.array([1.0, 2.0, 3.0]))
    array([3., 2., 1.])
    """

    @functools.wraps(fun)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = custom.by_position(fun, args, kwargs)[0]
        leaves = nest.flatten(given)
        places = [i for i, x in enumerate(leaves) if isinstance(x, (ArrayLike, np.ndarray))]

        def run(*tensors: Any) -> Any:
            filled = list(leaves)
            for i, x in zip(places, tensors, strict=True):
                filled[i] = holding(x)
            return _checked(fun, fun(*nest.pack_sequence_as(given, filled)))

        run.__name__ = getattr(fun, "__name__", run.__name__)
        y = custom.custom_gradient(run)(*[tensor_of(leaves[i]) for i in places])
        return nest.map_structure(holding, y)

    return call


def _checked(fun: Any, returned: Any) -> Any:
    try:
        y, pullback = returned
    except (TypeError, ValueError):
        raise TypeError(
            f"The function decorated with np.custom_gradient must return (y, pullback), but "
            f"{getattr(fun, '__name__', fun)} returned {type(returned).__name__}."
        ) from None

    def pull(*cotangents: Any) -> Any:
        found = pullback(*[holding(g) for g in cotangents])
        return [None if g is None else tensor_of(g) for g in nest.flatten(found)]

    return nest.map_structure(tensor_of, y), pull
