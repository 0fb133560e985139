"""The first step of a gradient: in which namespace a tape's records are pulled back, from what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tapegrad.core.backward import sweep
from tapegrad.core.context import (
    active_recorders,
    only_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.observer import Observer, observed
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tape_arguments import ones_like_target


def pull_back(
    tape: Any,
    targets: Sequence[Any],
    seeds: Sequence[Any],
    sources: Sequence[Any],
    taken: list[list[Any]] | None,
) -> dict[int, Any]:
    """Cotangents of sources by identity.

    Parameters
    ----------
    tape
        The `GradientTape`.
    targets, seeds
        Values on it, and a cotangent for each: a Tensor, or None for ones.
    sources
        Values on it.
    taken
        Gets the records that are used up; see `sweep`.
    """
    wanted = {x._id for x in sources if x._value.dtype.kind == "f" or is_differentiable(x._value)}
    recorders = active_recorders()
    observer = observed(recorders) if recorders else None
    if observer is not None:
        recorders = tuple([r for r in recorders if not isinstance(r, Observer)])
    wrapped = bool(recorders)
    F = recording if wrapped else raw
    cotangents: dict[int, Any] = {}
    for x, seed in zip(targets, seeds, strict=True):
        if not is_differentiable(x._value):
            continue
        if x._id not in tape.followed and x._id not in wanted:
            continue
        g = ones_like_target(x, wrapped) if seed is None else seed if wrapped else seed._value
        previous = cotangents.get(x._id)
        cotangents[x._id] = g if previous is None else previous + g
    if not cotangents:
        return {}
    if observer is not None and not wrapped:
        with only_recorders(()):
            return observer.sweep(tape.records, tape._memory.place_of, cotangents, wanted)
    token = silence_float_errors()
    try:
        return sweep(
            tape.records,
            cotangents,
            wanted,
            F,
            consume=not tape._persistent,
            roots=tape.roots,
            taken=taken,
        )
    finally:
        restore_float_errors(token)
