"""Forward mode from reverse rules alone, by transposing twice.

A vjp is linear in its cotangent, ``g -> J* g``. Recorded for any ``g``, it is itself a piece of
tape, and pulling a tangent ``t`` back through that gives ``J t``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.backward import sweep
from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.core.guarded import GuardedNamespace, unguarded
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, wrap, wrap_constant


def push_by_transposing(pull: Callable[..., Any]) -> Callable[..., Any]:
    """The `push` of a primitive that has only vjp rules, `pull`."""

    def push(F: Any, tangents: Any, args: Any, y: Any, params: Any) -> Any:
        if F.__class__ is GuardedNamespace:  # the sweep below guards by itself
            F, tangents = F.base, unguarded(tangents)
        single = not isinstance(args, tuple) and len(tangents) == 1
        tape = Tape()
        outer = visible_recorders() if getattr(F, "base", F) is recording else ()
        multiple = isinstance(y, tuple) and not hasattr(y, "dtype")
        outputs = [_zeros_like(o) for o in (y if multiple else (y,))]
        for g in outputs:
            tape.follow(g)
        mask = sum(1 << i for i, t in enumerate(tangents) if t is not None)
        with only_recorders((*outer, tape)):
            pulled = pull(
                recording,
                [g if is_differentiable(g._value) else None for g in outputs]
                if multiple
                else outputs[0],
                mask,
                _tensor(args) if single else tuple(_tensor(a) for a in args),
                tuple(_tensor(o) for o in y) if multiple else _tensor(y),
                params,
            )
            gs = [pulled] if single else pulled
            gs = [p.dense(recording) if p.__class__ is Slices else p for p in gs]
        cotangents: dict[int, Any] = {}
        for p, t in zip(gs, tangents, strict=True):
            if t is not None and p is not None and p._id in tape.followed:
                previous = cotangents.get(p._id)
                cotangents[p._id] = t if previous is None else previous + t
        with only_recorders(outer):
            found = sweep(tape.records, cotangents, {g._id for g in outputs}, F)
        result = [found.get(g._id) for g in outputs]
        return tuple(result) if multiple else result[0]

    return push


def _zeros_like(output: Any) -> Tensor:
    dtype = output._value.dtype if isinstance(output, Tensor) else output.dtype
    return wrap_constant(np.zeros(tuple(output.shape), dtype)[()])


def _tensor(x: Any) -> Any:
    return wrap(x) if isinstance(x, (np.ndarray, np.generic)) else x
