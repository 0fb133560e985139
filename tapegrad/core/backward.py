"""The reverse sweep: from the last record to the first, one list of cotangents."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, BatchedNamespace, batched_raw
from tapegrad.core.guarded import GuardedNamespace, guard, guarding, has_nan, unguarded
from tapegrad.core.large import loops_for
from tapegrad.core.remains import remains_of
from tapegrad.core.repeated import pull_repeated
from tapegrad.core.slices import Slices
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import Record, Spec, is_differentiable
from tapegrad.core.tensor import rewrap, wrap_constant
from tapegrad.errors import InvalidArgumentError

#: So many records are pulled back between two looks for NaN, and are kept for that time: at first
#: the fewer, and twice as many each time while all cotangents together, or what these records keep,
#: stay below some bytes.
_STRETCHES = 32, 512
_FEW_BYTES = 1 << 16
_array, _add = np.ndarray, np.add


def sweep(
    records: list[Record],
    cotangents: dict[int, Any],
    sources: set[int],
    F: Any,
    *,
    consume: bool = False,
    roots: set[int] | None = None,
    taken: list[list[Record]] | None = None,
) -> dict[int, Any]:
    """Pull cotangents back through records.

    Parameters
    ----------
    records
        The records of a tape.
    cotangents
        Cotangents of the targets by identity; used up.
    sources
        Identities whose cotangents are wanted.
    F
        The namespace that the rules run in.
    consume
        Take the records off the list while going, so that memory falls during the sweep.
    roots
        Everything that the tape watched: if all of it is among `sources`, every record leads to
        a source, and looking for dead ends is saved.
    taken
        Gets the records that were taken off the list, last ones first: as they are while data are
        small, else what remains of them.

    Returns
    -------
    dict
        The cotangents of the sources that were reached.
    """
    wrapped = F is recording or (F.__class__ is BatchedNamespace and F.base is recording)
    needed = None if roots is not None and roots <= sources else _depending_on(records, sources)
    found: dict[int, Any] = {}
    # A persistent tape may grow while its gradient runs: this walks what is there now.
    pending = records if consume else list(records)
    # What is recorded is guarded from the start: its derivatives meet other infinities.
    guarded = guarding(F) if wrapped else None
    length, longest = _STRETCHES
    loops = loops_for(pending) if F is raw else None
    # Where every record leads to a source, and only there, straight-line code is made.
    latest = max(sources, default=0) if F is raw and needed is None and loops is None else None
    while pending:
        loop = None
        if loops is not None and guarded is None:
            length, is_loop = loops.stretch(pending)
            loop = loops.pull_back if is_loop else None
        before = dict(cotangents) if guarded is None else {}
        done = 0
        if latest is not None and guarded is None:
            done = pull_repeated(pending, length, cotangents, latest, set(), _sum)
        count = done or length
        stretch = pending[-count:]
        del pending[-count:]
        if guarded is None:
            if done:
                passed = {}
            elif loop is None:
                passed = pull_through(stretch, cotangents, sources, needed, F, wrapped)
            else:
                plainly = partial(pull_through, stretch, cotangents, sources, needed, F)
                passed = loop(stretch, cotangents, sources, needed, plainly)
            changed = [g for x, g in cotangents.items() if before.get(x) is not g]
            if has_nan([*changed, *passed.values()]):
                guarded = guarding(F)
                cotangents.clear()
                cotangents.update(before)
            if pending and loops is None:
                size = sum([getattr(g, "nbytes", _FEW_BYTES) for g in changed])
                few = size < _FEW_BYTES or _kept_by(stretch) < _FEW_BYTES
                length = min(2 * length, longest) if few else _STRETCHES[0]
                length = max(length, 2 * len(cotangents))
                if size >= _FEW_BYTES:
                    latest = None  # there is nothing to win
        if guarded is not None:
            passed = pull_through(stretch, cotangents, sources, needed, F, wrapped, guarded)
        found.update(passed)
        if taken is not None:
            taken.append(stretch if loops is None and F is raw else remains_of(stretch))
    for x in sources:
        if x in cotangents:
            found[x] = cotangents[x]
    for x, g in found.items():
        if g.__class__ is Slices and g.is_block:
            found[x] = g.dense(F)
    return found


def _kept_by(stretch: list[Record]) -> int:
    """Bytes of the arrays that records keep."""
    total = 0
    for _, ids, _, args, _, y, _ in stretch:
        for a in (args,) if ids.__class__ is int else args:
            total += 0 if a is None else getattr(a, "nbytes", _FEW_BYTES)
        for v in y if y.__class__ is tuple else (y,):
            total += getattr(v, "nbytes", 0)
    return total


def pull_through(
    stretch: list[Record],
    cotangents: dict[int, Any],
    sources: set[int],
    needed: set[int] | None,
    F: Any,
    wrapped: bool = False,
    guarded: GuardedNamespace | None = None,
) -> dict[int, Any]:
    """Pull cotangents back through some records; returns those of sources that it went past."""
    found: dict[int, Any] = {}
    owned: set[int] = set()
    take, known = cotangents.pop, cotangents.get
    for primitive, ids, mask, args, out, y, params in reversed(stretch):
        if out.__class__ is int:
            g = take(out, None)
            if g is None:
                continue
            if out in sources:
                found[out] = g
            if needed is not None and out not in needed:
                continue
            if g.__class__ is Slices and primitive.name != "identity":
                g = g.dense(F)
        else:
            g = [take(o, None) for o in out]
            if all(p is None for p in g):
                continue
            found.update(
                (o, p) for o, p in zip(out, g, strict=True) if p is not None and o in sources
            )
            if needed is not None and needed.isdisjoint(out):
                continue
            if primitive.kind != "function":  # that knows what its outputs depend on
                g = [_filled(F, p, s, wrapped) for p, s in zip(g, y, strict=True)]
        if wrapped:
            args, y = rewrapped(ids, args, out, y)
        if ids.__class__ is int:
            if guarded is None:
                pulled = primitive.pull(F, g, 1, args, y, params)
            else:
                pulled = _pull_guarded(primitive, 0, guarded, g, 1, args, y, params)
            if pulled is not None:
                previous = known(ids)
                cotangents[ids] = (
                    pulled if previous is None else _sum(F, previous, pulled, ids, owned)
                )
            continue
        if needed is not None:
            mask = sum(1 << i for i, x in enumerate(ids) if x in needed) & mask
        pulls = primitive.pulls
        if primitive.pull_in_place is not None and mask & 1 and guarded is None:
            pulled = _pull_in_place(
                primitive, F, g, mask, params, out in owned and out not in sources
            )
            if pulled is not None:
                for x, part in zip(ids, pulled, strict=True):
                    previous = known(x)
                    if part is not None and previous is not None:
                        cotangents[x] = _sum(F, previous, part, x, owned)
                    elif part is not None:
                        cotangents[x] = part
                        if x == ids[0]:
                            owned.add(x)
                continue
        if pulls is not None and guarded is None:  # nearly always
            for i in _positions[mask]:
                pulled = pulls[i](F, g, mask, args, y, params)
                if pulled is not None:
                    x = ids[i]
                    previous = known(x)
                    if previous is not None:
                        pulled = _sum(F, previous, pulled, x, owned)
                    cotangents[x] = pulled
            continue
        if pulls is None or guarded is None:
            gs = primitive.pull(F, g, mask, args, y, params)
        else:
            gs = {
                i: _pull_guarded(primitive, i, guarded, g, mask, args, y, params)
                for i in _positions[mask]
            }
        for i in _positions[mask]:
            pulled = gs[i]
            if pulled is not None:
                x = ids[i]
                previous = known(x)
                cotangents[x] = pulled if previous is None else _sum(F, previous, pulled, x, owned)
    return found


def _pull_in_place(primitive: Any, F: Any, g: Any, mask: int, params: Any, is_owned: bool) -> Any:
    """The cotangents of both inputs, by changing that of the output; None if it is of a kind that
    cannot be changed.
    """
    if F is raw:
        g = g if is_owned else np.array(g)
    elif F is batched_raw and g.__class__ is Batched:
        g = g if is_owned else Batched(np.array(g.value), F)
    else:
        return None
    return primitive.pull_in_place(g, mask, params["index"])


def _pull_guarded(
    primitive: Any,
    i: int,
    guarded: GuardedNamespace,
    g: Any,
    mask: int,
    args: Any,
    y: Any,
    params: Any,
) -> Any:
    """The cotangent of one input, where a cotangent of zero passes nothing."""
    if primitive.strong is not None:
        return primitive.strong[i](guarded.base, g, mask, args, y, params)
    pull = primitive.pull if primitive.pulls is None else primitive.pulls[i]
    if primitive.kind == "linear":
        return pull(guarded.base, g, mask, args, y, params)
    return unguarded(pull(guarded, guard(g, guarded), mask, args, y, params))


class _Positions(dict[int, tuple[int, ...]]):
    """Bit mask -> positions of its bits."""

    def __missing__(self, mask: int) -> tuple[int, ...]:
        self[mask] = found = tuple(i for i in range(mask.bit_length()) if mask >> i & 1)
        return found


_positions = _Positions()


def _depending_on(records: Sequence[Record], sources: set[int]) -> set[int]:
    """Identities of the values that depend on the sources, the sources included."""
    depending = set(sources)
    for _, ids, mask, _, out, _, _ in records:
        if ids.__class__ is int:
            if ids not in depending:
                continue
        elif depending.isdisjoint(
            ids if mask == (1 << len(ids)) - 1 else [x for i, x in enumerate(ids) if mask >> i & 1]
        ):
            continue
        if out.__class__ is int:
            depending.add(out)
        else:
            depending.update(out)
    return depending


def _sum(F: Any, previous: Any, new: Any, identity: int, owned: set[int]) -> Any:
    """Add cotangents; in place from the third on, when the sum belongs to nobody else."""
    if previous.__class__ is _array and new.__class__ is _array:
        if previous.shape != new.shape:
            raise _two_shapes(previous.shape, new.shape)
        if identity in owned:
            return _add(previous, new, previous)
        owned.add(identity)
        return previous + new
    if previous.__class__ is Slices or new.__class__ is Slices:
        return _sum_with_slices(F, previous, new, identity, owned)
    if tuple(previous.shape) != tuple(new.shape):
        raise _two_shapes(tuple(previous.shape), tuple(new.shape))
    if F is batched_raw and previous.__class__ is Batched and new.__class__ is Batched:
        if identity in owned:
            np.add(previous.value, new.value, previous.value)
            return previous
        owned.add(identity)
    return previous + new


def _two_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"The gradient adds up shapes {a} and {b}: a variable of unknown shape was read with both. "
        f"Take a gradient for each."
    )


def _sum_with_slices(F: Any, previous: Any, new: Any, identity: int, owned: set[int]) -> Any:
    """Of many blocks of one tensor, such as its rows one by one, each costs only its own size."""
    in_place = (F is raw or F is batched_raw) and new.__class__ is Slices and new.is_block
    if not in_place or not new.shape:
        return Slices.add(F, previous, new)
    total = previous
    if total.__class__ is Slices:
        total = total.dense(F)
    elif isinstance(total, Batched):
        if identity not in owned or total.__class__ is not Batched:
            total = Batched(np.array(total.value), total.F)
    elif isinstance(new.values, Batched):  # the first that has rows
        return Slices.add(F, previous, new)
    elif identity not in owned:
        total = np.array(total)
    owned.add(identity)
    new.add_to(total)
    return total


def _filled(F: Any, g: Any, output: Any, wrapped: bool) -> Any:
    """The cotangent of one of several outputs: zeros if only others were used."""
    if g is None:
        if not is_differentiable(output):
            return None
        zeros = np.zeros(output.shape, output.dtype)
        return wrap_constant(zeros) if wrapped else zeros
    return g.dense(F) if g.__class__ is Slices else g


def rewrapped(ids: Any, args: Any, out: Any, y: Any) -> tuple[Any, Any]:
    """Saved arrays as Tensors with the identities they had, so that outer tapes recognise them."""
    if ids.__class__ is int:
        args = None if args is None else rewrap(args, ids)
    else:
        args = tuple([None if a is None else rewrap(a, x) for a, x in zip(args, ids, strict=True)])
    if out.__class__ is int:
        y = y if y is None or y.__class__ is Spec else rewrap(y, out)
    else:
        y = tuple([v if v.__class__ is Spec else rewrap(v, o) for v, o in zip(y, out, strict=True)])
    return args, y
