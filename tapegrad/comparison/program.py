"""Programs: how they are called, and the names of what they are given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Inputs(NamedTuple):
    """Names and plain values of what a program is given."""

    names: list[str]
    values: list[Any]
    by_name: bool


def inputs_of(program: Callable[..., Any], inputs: Any) -> Inputs:
    """Names for the inputs: the keys of a mapping, otherwise the program's own words.

    Examples
    --------
    >>> inputs_of(lambda lib, x, w: x * w, [1.0, 2.0]).names
    ['x', 'w']
    """
    if isinstance(inputs, Mapping):
        names = [str(name) for name in inputs]
        return Inputs(names, [as_array(value) for value in inputs.values()], by_name=True)
    single = isinstance(inputs, np.ndarray) or not isinstance(inputs, Sequence)
    values = [as_array(value) for value in ([inputs] if single else inputs)]
    words = [name for name, p in _parameters(program).items() if p.kind in _POSITIONAL]
    words = words[takes_library(program, values, {}) :][: len(values)]
    names = words if len(words) == len(values) else [f"input {i}" for i in range(len(values))]
    return Inputs(names, values, by_name=False)


def as_array(value: Any) -> Any:
    """Python's numbers stay what they are: each dialect has its own dtype for them."""
    if hasattr(value, "detach"):
        return value.detach().numpy()
    return value.numpy() if hasattr(value, "numpy") else value


def caller_of(program: Callable[..., Any], inputs: Inputs) -> Callable[..., Any]:
    """Call the program with a library before its inputs, if it has a place for one.

    Raises
    ------
    TypeError
        If the program cannot be called with these inputs.
    """
    positional = [] if inputs.by_name else inputs.values
    named = dict(zip(inputs.names, inputs.values, strict=True)) if inputs.by_name else {}
    with_library = takes_library(program, positional, named)
    if not with_library and not _fits(program, *positional, **named):
        given = ", ".join(inputs.names) or "none"
        raise TypeError(
            f"{getattr(program, '__name__', 'the program')}{inspect.signature(program)} cannot be "
            f"called with {len(inputs.values)} inputs ({given}), neither with the library before "
            "them nor without. Write `def program(lib, x, ...)` with one parameter per input."
        )

    def call(library: Any, tensors: list[Any]) -> Any:
        first = [library] if with_library else []
        if inputs.by_name:
            return program(*first, **dict(zip(inputs.names, tensors, strict=True)))
        return program(*first, *tensors)

    return call


def takes_library(program: Callable[..., Any], positional: list[Any], named: Any) -> bool:
    """Whether the program has a place for a library before these inputs."""
    if not _fits(program, "lib", *positional, **named):
        return False
    if not _fits(program, *positional, **named):
        return True
    # Both, as in `def program(x, power=2)` and `def program(*args)`: its word decides.
    return next(iter(_parameters(program))) in ("lib", "library", "tf", "torch")


def _fits(program: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    try:
        inspect.signature(program).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _parameters(program: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(program).parameters


def flat(structure: Any) -> list[Any]:
    """The leaves of lists, tuples and mappings."""
    if isinstance(structure, Mapping):
        structure = list(structure.values())
    if isinstance(structure, list | tuple):
        return [leaf for entry in structure for leaf in flat(entry)]
    return [structure]
