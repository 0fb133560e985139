"""Forward mode after the fact: tangents pushed through the records of a tape.

A record keeps what the derivative rules read, and the jvp of a primitive reads nothing that its
vjp does not. So the tape that serves the reverse sweep also runs forward, many tangents at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tapegrad.core.backward import rewrapped
from tapegrad.core.batching import BatchedNamespace
from tapegrad.core.guarded import GuardedNamespace, guard, guarding, has_nan, unguarded
from tapegrad.core.table import recording
from tapegrad.core.tape import Record, is_differentiable


class Plan(NamedTuple):
    """What is on the way from some sources to a target.

    Attributes
    ----------
    steps
        The records on the way, in order, each with the values that nothing later reads.
    needed
        Identities of the values on the way.
    reached
        Bit i is set if the target depends on source i.
    """

    steps: list[tuple[Record, tuple[int, ...]]]
    needed: set[int]
    reached: int


def plan(records: Sequence[Record], sources: Sequence[int], target: int) -> Plan | None:
    """The way from `sources` to `target`; None if a user's own rule stands on it.

    A custom gradient says what the vjp is. Transposing it would ask that it be differentiable, so
    that only the reverse sweep is right in every case.
    """
    depends = {x: 1 << i for i, x in enumerate(sources)}
    candidates = []
    for record in records:
        _, ids, mask, _, out, _, _ = record
        bits = 0
        for x in _followed(ids, mask):
            bits |= depends.get(x, 0)
        if not bits:
            continue
        candidates.append(record)
        for o in (out,) if out.__class__ is int else out:
            depends[o] = depends.get(o, 0) | bits
    needed = {target}
    steps = []
    for record in reversed(candidates):
        primitive, ids, mask, _, out, _, _ = record
        if needed.isdisjoint((out,) if out.__class__ is int else out):
            continue
        if primitive.kind == "custom" or primitive.kind == "function":
            return None
        ending = {x for x in _followed(ids, mask) if x in depends and x not in needed}
        needed |= ending
        steps.append((record, tuple(ending)))
    steps.reverse()
    return Plan(steps, needed, depends.get(target, 0))


def _followed(ids: Any, mask: int) -> Sequence[int]:
    if ids.__class__ is int:
        return (ids,)
    return [x for i, x in enumerate(ids) if mask >> i & 1]


def push_through(way: Plan, tangents: dict[int, Any], target: int, F: Any) -> Any:
    """Push tangents through records.

    Parameters
    ----------
    way
        From `plan`.
    tangents
        Tangents of sources by identity; used up. A source may stand between others and the target.
    target
        Identity of the target.
    F
        The namespace that the rules run in.

    Returns
    -------
    Any
        The tangent of the target, None if none of the tangents reaches it.
    """
    wrapped = F is recording or (F.__class__ is BatchedNamespace and F.base is recording)
    if wrapped:  # its derivatives meet other infinities
        return push_steps(way, tangents, target, F, wrapped, guarding(F))
    seeds = dict(tangents)
    t = push_steps(way, tangents, target, F, wrapped, None)
    if has_nan(t):
        t = push_steps(way, seeds, target, F, wrapped, guarding(F))
    return t


def push_steps(
    way: Plan,
    tangents: dict[int, Any],
    target: int,
    F: Any,
    wrapped: bool,
    guarded: GuardedNamespace | None,
) -> Any:
    """Push tangents through the steps of a plan, once.

    Parameters
    ----------
    way, tangents, target, F
        As for `push_through`; the tangents that are needed stay in `tangents`.
    wrapped
        Whether `F` is for tensors.
    guarded
        The namespace in which a tangent of zero passes nothing, or None.
    """
    get = tangents.get
    for (primitive, ids, mask, args, out, y, params), ending in way.steps:
        ts: list[Any]
        if ids.__class__ is int:
            ts = [get(ids)]
        else:
            ts = [get(x) if mask >> i & 1 else None for i, x in enumerate(ids)]
        for x in ending:
            tangents.pop(x, None)
        if all(t is None for t in ts):
            continue
        if wrapped:
            args, y = rewrapped(ids, args, out, y)
        if guarded is None or primitive.kind == "linear":
            pushed = primitive.push(F, ts, args, y, params)
        else:
            pushed = unguarded(primitive.push(guarded, guard(ts, guarded), args, y, params))
        if pushed is None:
            continue
        if out.__class__ is int:
            previous = get(out)
            tangents[out] = pushed if previous is None else previous + pushed
            continue
        for o, t, value in zip(out, pushed, y, strict=True):
            if t is not None and o in way.needed and is_differentiable(_spec(value)):
                previous = get(o)
                tangents[o] = t if previous is None else previous + t
    return get(target)


def _spec(value: Any) -> Any:
    return getattr(value, "_value", value)
