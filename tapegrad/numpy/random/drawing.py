"""How numbers are drawn: NumPy's numbers, differentiable where parameters are followed."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from tapegrad.core.context import active_tracer
from tapegrad.core.host import drawn_without_gradient
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.numpy.array import holding, leave, ndarray, plain, tensor_of
from tapegrad.numpy.function import arrays_in, is_followed, require_unfollowed
from tapegrad.numpy.random.arranging import ARRANGING
from tapegrad.numpy.random.pathwise import PATHWISE

__all__: list[str] = []

#: It checks parameters by drawing, without taking numbers from anybody's stream.
_CHECKER: Any = np.random.RandomState(0)


def raw(owner: Any, name: str) -> Any:
    """The method of NumPy's own generator."""
    kind = np.random.Generator if isinstance(owner, np.random.Generator) else np.random.RandomState
    return getattr(kind, name).__get__(owner)


@drawn_without_gradient
def _draw(model: Any, args: Any, kwargs: Any) -> Tensor:
    return tensor_of(model(*plain(args), **{k: plain(v) for k, v in kwargs.items()}))


def drawn(model: Any, args: Any, kwargs: Any) -> Any:
    """What a method of a generator draws.

    Parameters
    ----------
    model
        The method of NumPy's generator.
    args, kwargs
        Its arguments.

    Raises
    ------
    TypeError
        If a tape follows a parameter by which there is no derivative.
    """
    if model.__name__ in ARRANGING:
        bound = inspect.signature(model).bind(*args, **kwargs)
        bound.apply_defaults()
        given = next(iter(bound.arguments.values()))
        if given.__class__ is ndarray and given.ndim:
            return ARRANGING[model.__name__](model, given, bound.arguments)
    arrays = arrays_in((args, kwargs))
    tracer = active_tracer()
    if arrays:
        by_parameters = is_followed(*arrays) or (
            tracer is not None and any(is_differentiable(x._value) for x in arrays)
        )
        if by_parameters and model.__name__ in PATHWISE:
            return _pathwise(model, args, kwargs)
        if by_parameters and model.__name__ == "multivariate_normal":
            return _around_mean(model, args, kwargs)
        require_unfollowed(f"What random.{model.__name__} draws", *arrays)
    out = kwargs.get("out")
    if out.__class__ is ndarray:
        bound = inspect.signature(model).bind(*args, **{**kwargs, "out": None})
        if "size" in inspect.signature(model).parameters:
            bound.arguments.setdefault("size", out.shape)
        out[...] = drawn(model, bound.args, bound.kwargs)
        return out
    if tracer is not None and _is_numeric(model):
        return leave(_draw(model, args, kwargs))
    return in_dialect(model(*plain(args), **{k: plain(v) for k, v in kwargs.items()}))


def _is_numeric(model: Any) -> bool:
    return model.__name__ not in ("bytes", "seed", "get_state", "set_state", "spawn", "shuffle")


def in_dialect(found: Any) -> Any:
    """NumPy's arrays of numbers as those of this dialect; single numbers stay Python's."""
    if isinstance(found, np.ndarray) and found.dtype.kind in "biufc":
        return holding(tensor_of(found))
    return found


def _pathwise(model: Any, args: Any, kwargs: Any) -> ndarray:
    name = model.__name__
    names, formula = PATHWISE[name]
    bound = inspect.signature(model).bind(*args, **kwargs)
    bound.apply_defaults()
    parameters = [holding(tensor_of(bound.arguments[n])) for n in names]
    getattr(_CHECKER, name)(*[x._value for x in parameters])
    lead = np.broadcast_shapes(*[x.shape for x in parameters])
    size = plain(bound.arguments["size"])
    if size is None:
        size = lead
    else:
        size = (size,) if np.ndim(size) == 0 else tuple(size)
        if np.broadcast_shapes(lead, size) != size:
            raise ValueError(
                f"Output size {size} is not compatible with broadcast dimensions of inputs {lead}."
            )

    def draw(standard: str, *fixed: Any) -> ndarray:
        return holding(_draw(raw(model.__self__, standard), fixed, {"size": size}))

    try:
        found: ndarray = formula(draw, *parameters)
    except InvalidArgumentError as problem:
        raise ValueError(str(problem)) from None
    return found


def _around_mean(model: Any, args: Any, kwargs: Any) -> Any:
    """Normal vectors as a mean, which is differentiable, and what is added to it."""
    bound = inspect.signature(model).bind(*args, **kwargs)
    mean = holding(tensor_of(bound.arguments["mean"]))
    require_unfollowed(
        "random.multivariate_normal by its covariance (write mean + z @ np.linalg.cholesky(cov).T "
        "with standard normal z)",
        *arrays_in(bound.arguments["cov"]),
    )
    bound.arguments["mean"] = np.zeros(mean.shape)
    added = holding(_draw(model, bound.args, bound.kwargs))
    return mean + added
