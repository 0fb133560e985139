"""Elements of arrays in random order, or chosen: the gradient goes where they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.numpy import taking
from tapegrad.numpy.array import holding, ndarray, plain
from tapegrad.numpy.function import arrays_in, require_unfollowed
from tapegrad.ops.positions import numbers_of, pick

__all__: list[str] = []


def _shuffle(model: Any, x: ndarray, options: dict[str, Any]) -> None:
    numbers = np.array(numbers_of(x._tensor))
    model(numbers, *[options[k] for k in ("axis",) if k in options])
    x[...] = holding(pick(x._tensor, numbers))


def _permutation(model: Any, x: ndarray, options: dict[str, Any]) -> Any:
    numbers = numbers_of(x._tensor)
    return holding(
        pick(x._tensor, model(numbers, *[options[k] for k in ("axis",) if k in options]))
    )


def _permuted(model: Any, x: ndarray, options: dict[str, Any]) -> Any:
    found = holding(pick(x._tensor, model(numbers_of(x._tensor), axis=options["axis"])))
    out = options["out"]
    if out is None:
        return found
    out[...] = found
    return out


def _choice(model: Any, x: ndarray, options: dict[str, Any]) -> Any:
    others = {k: plain(v) for k, v in options.items() if k not in ("a", "axis")}
    require_unfollowed("What random.choice draws", *arrays_in(options["p"]))
    axis = options.get("axis", 0)
    if "axis" not in options and x.ndim != 1:
        raise ValueError("a must be 1-dimensional")
    return taking.take(x, model(x.shape[axis], **others), axis)


#: By the method's name.
ARRANGING: dict[str, Callable[..., Any]] = {
    "shuffle": _shuffle,
    "permutation": _permutation,
    "permuted": _permuted,
    "choice": _choice,
}
