"""Python code that compiled functions have to run at every call.

Random numbers, printing, checks of data and results that no primitive computes: the operations of
such a function are not recorded, but the call is, and a program that was made of the recording
calls the function again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from tapegrad.core import nest
from tapegrad.core.context import active_tracer
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap

_F = TypeVar("_F", bound=Callable[..., Any])


def at_every_call(function: _F) -> _F:
    """Decorate a function of tensors that is to run at every call of a compiled function.

    No gradient passes through it then.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tracer = active_tracer()
        if tracer is None:
            return function(*args, **kwargs)
        return host_call(tracer, function, args, kwargs)

    return call  # type: ignore[return-value]


def drawn(function: _F) -> _F:
    """Decorate a function that draws random numbers: new ones at every call.

    Where it is given tensors that may need a gradient, such as a mean, it stays as it is.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tracer = active_tracer()
        if tracer is None or any(
            isinstance(x, ArrayLike) and is_differentiable(x._value)
            for x in nest.flatten((args, kwargs))
        ):
            return function(*args, **kwargs)
        return host_call(tracer, function, args, kwargs, effect=True)

    return call  # type: ignore[return-value]


def tensor_at_every_call(function: Callable[[], Any]) -> Tensor:
    """The array that a function makes of no tensors, made again at every call."""
    tracer = active_tracer()
    if tracer is None:
        return wrap(function())
    (made,) = tracer.host("a random mask", lambda: (function(),), (), effect=True)
    return made  # type: ignore[no-any-return]


def host_call(
    tracer: Any,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    effect: bool = False,
) -> Any:
    """Run a function now, and again whenever what the tracer records is run."""
    leaves = nest.flatten((args, kwargs))
    places = [i for i, x in enumerate(leaves) if isinstance(x, ArrayLike)]
    structure: list[Any] = []

    def run(*arrays: Any) -> tuple[Any, ...]:
        filled = list(leaves)
        for i, a in zip(places, arrays, strict=True):
            filled[i] = wrap(a)
        args_now, kwargs_now = nest.pack_sequence_as((args, kwargs), filled)
        result = function(*args_now, **kwargs_now)
        if not structure:
            structure.append(result)
        return tuple([x._value for x in nest.flatten(result) if isinstance(x, Tensor)])

    inputs = [leaves[i] for i in places]
    for x in inputs:
        x._touch()
    made = iter(tracer.host(function.__name__, run, inputs, effect=effect))
    return nest.map_structure(lambda x: next(made) if isinstance(x, Tensor) else x, structure[0])
