"""Shapes and dtypes of the values on a tape, as far as its records tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tape import Spec
from tapegrad.inspect.lineage import tuple_of, watched


def shapes_on(tape: Any) -> dict[int, Spec]:
    """Shape and dtype by identity.

    Arrays that were kept know them; elementwise operations pass them on.
    """
    known: dict[int, Spec] = {}
    for identity, event in watched(tape).items():
        x = event.detail()
        if x is not None:
            known[identity] = Spec(x._value.shape, x._value.dtype)
    for _, ids, _, args, out, y, params in tape.records:
        kept = (args,) if ids.__class__ is int else args
        values = [*zip(tuple_of(ids), kept, strict=True)]
        values += zip(tuple_of(out), y if y.__class__ is tuple else (y,), strict=False)
        for identity, value in values:
            if isinstance(value, (Spec, np.ndarray, np.generic)):
                known[identity] = Spec(tuple(value.shape), value.dtype)
        shapes = params.get("shapes") if isinstance(params, dict) else None
        for identity, shape in zip(tuple_of(ids), shapes or (), strict=False):
            known.setdefault(identity, Spec(tuple(shape), None))
    for primitive, ids, _, args, out, _, params in [*tape.records, *reversed(tape.records)]:
        if primitive.kind == "elementwise" and out.__class__ is int:
            _pass_on(known, tuple_of(ids), out, params)
        elif primitive.name == "cast" and ids in known:
            known.setdefault(out, Spec(known[ids].shape, params["dtype"]))
        elif isinstance(params, dict) and "to" in params and out.__class__ is int:
            known.setdefault(out, Spec(tuple(params["to"]), None))
        elif primitive.name.startswith("reduce_") and ids.__class__ is int and ids in known:
            shape = list(known[ids].shape)
            for axis in sorted(params.get("axes", ())):
                shape[axis] = 1 if params.get("keepdims") else -1
            known.setdefault(out, Spec(tuple(n for n in shape if n >= 0), known[ids].dtype))
        del args
    return known


def _pass_on(known: dict[int, Spec], ids: tuple[int, ...], out: int, params: Any) -> None:
    if params.__class__ is tuple:
        for identity, shape in zip(ids, params, strict=True):
            known.setdefault(identity, Spec(tuple(shape), None))
        known.setdefault(out, Spec(np.broadcast_shapes(*params), None))
        return
    spec = next((known[i] for i in (*ids, out) if i in known), None)
    if spec is not None:
        for identity in (*ids, out):
            known.setdefault(identity, spec)
