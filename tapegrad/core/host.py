"""Python code that compiled functions have to run at every call.

Random numbers, printing, checks of data and results that no primitive computes: the operations of
such a function are not recorded, but the call is, and a program that was made of the recording
calls the function again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import active_recorders, active_tracer
from tapegrad.core.places import function_here
from tapegrad.core.remains import Name
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap, wrap_constant

_F = TypeVar("_F", bound=Callable[..., Any])


def at_every_call(*, repeatable: bool) -> Callable[[_F], _F]:
    """Decorate a function of tensors that is to run at every call of a compiled function.

    No gradient passes through it then.

    Parameters
    ----------
    repeatable
        Whether it depends on its arguments alone and changes nothing: an error that it may raise
        is all that it does besides its result.
    """

    def decorated(function: _F) -> _F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            tracer = active_tracer()
            if tracer is None:
                return function(*args, **kwargs)
            return host_call(tracer, function, args, kwargs, repeatable=repeatable)

        return call  # type: ignore[return-value]

    return decorated


def computed(function: Callable[..., Any], *inputs: Any) -> Any:
    """What a function of arrays makes of the data of tensors, without a gradient.

    For results that no primitive gives, such as those whose shape depends on data.

    Parameters
    ----------
    function
        Takes the arrays of `inputs`; returns an array or a tuple of arrays.
    inputs
        Operands (see `convert.operand`).
    """
    tracer = active_tracer()
    if tracer is None:
        result = function(*[x._value for x in inputs])
        made_of: Any = (
            tuple([wrap(a) for a in result]) if result.__class__ is tuple else wrap(result)
        )
        pass_by_host(_name(function), inputs, made_of)
        return made_of
    single: list[bool] = []

    def run(*arrays: Any) -> tuple[Any, ...]:
        result = function(*arrays)
        if not single:
            single.append(result.__class__ is not tuple)
        return (result,) if single[0] else result

    made = tracer.host(_name(function), run, inputs, repeatable=True, fixed=function)
    return made[0] if single[0] else made


def pass_by_host(name: str, inputs: Sequence[Any], results: Any) -> None:
    """Show recorders a call that no primitive stands for, and that has no derivative."""
    recorders = active_recorders()
    if recorders:
        if name == "compute" or not name.isidentifier():
            name = function_here(2)
        called = Name(name, "host", (), 0, True, frozenset())
        ids = tuple([x._id for x in inputs])
        outs = tuple([y._id for y in (results if results.__class__ is tuple else (results,))])
        for recorder in recorders:
            recorder.pass_by(called, ids, outs)


def checked(check: Callable[..., None], *inputs: Any) -> None:
    """Let a function look at the data of tensors, and raise an error if it is not right.

    Parameters
    ----------
    check
        Takes the arrays of `inputs`.
    inputs
        Operands (see `convert.operand`).
    """
    tracer = active_tracer()
    if tracer is None:
        check(*[x._value for x in inputs])
        return

    def run(*arrays: Any) -> tuple[Any, ...]:
        check(*arrays)
        return ()

    tracer.host(_name(check), run, inputs, repeatable=True, fixed=check)


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", function)).strip("_")


def drawn(function: _F) -> _F:
    """Decorate a function that draws random numbers: new ones at every call.

    Where it is given tensors that may need a gradient, such as a mean, it stays as it is.
    """
    return _drawn(function, gradients=True)


def drawn_without_gradient(function: _F) -> _F:
    """The same for numbers without a gradient, such as counts, whatever the function is given."""
    return _drawn(function, gradients=False)


def _drawn(function: _F, *, gradients: bool) -> _F:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        tracer = active_tracer()
        if tracer is None or (
            gradients
            and any(
                isinstance(x, ArrayLike) and is_differentiable(x._value)
                for x in nest.flatten((args, kwargs))
            )
        ):
            return function(*args, **kwargs)
        return host_call(tracer, function, args, kwargs, effect=True)

    return call  # type: ignore[return-value]


def tensor_at_every_call(
    function: Callable[[tuple[int, ...]], Any], sizes: Sequence[int]
) -> Tensor:
    """The array that a function makes of some sizes, made again at every call."""
    tracer = active_tracer()
    if tracer is None:
        return wrap(function(tuple(sizes)))

    def run(numbers: Any) -> tuple[Any, ...]:
        return (function(tuple(numbers.tolist())),)

    # As a tensor, because a recording may be used again for other sizes.
    given = wrap_constant(np.array(sizes, np.int64))
    (made,) = tracer.host("a random mask", run, (given,), effect=True, fixed=function)
    return made  # type: ignore[no-any-return]


def host_call(
    tracer: Any,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    effect: bool = False,
    repeatable: bool = False,
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
    fixed = [function, *[x for x in leaves if not isinstance(x, ArrayLike)]]
    made = iter(
        tracer.host(
            function.__name__, run, inputs, effect=effect, repeatable=repeatable, fixed=fixed
        )
    )
    return nest.map_structure(lambda x: next(made) if isinstance(x, Tensor) else x, structure[0])
