"""Kernels of eager code: chains of rules over large arrays are pulled back in one loop.

A gradient of NumPy calls reads and writes each array many times. What a stretch of records does is
written down once (see `sketch`), from the rules themselves, and compiled to a loop that does it in
one pass; see `candidates` for when. Until then, and for everything else, the rules run in NumPy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from tapegrad.compiler.candidates import PATIENCE, Candidate
from tapegrad.compiler.candidates import patience as present_patience
from tapegrad.compiler.kernels import can_fuse
from tapegrad.compiler.library import forget, whole
from tapegrad.compiler.loop import Loop
from tapegrad.compiler.row_sums import sum_rows
from tapegrad.compiler.sketch import CannotSketchError, Sketchpad
from tapegrad.compiler.updates import update
from tapegrad.core.backward import pull_through
from tapegrad.core.large import SLOW, Loops, plug
from tapegrad.core.table import TABLE
from tapegrad.errors import MissingGradientError

__all__ = ["eager_kernels", "set_eager_kernels"]

#: Arrays of so many elements are large: where gradients of nine chains take as long in a loop as in
#: NumPy, in the geometric mean (`benchmarks/eager_kernels.py`). Most other loops gain earlier.
LARGE = 1 << 14

#: So many records are at most one loop, and so many stretches are known.
_LONGEST, _MOST = 64, 2048
#: The longest stretch of records that keep little, and that no loop would pull back faster.
_LONGEST_OF_LITTLE = 512

#: Primitives besides elementwise ones whose rules are loops.
_LOOPS = {
    "broadcast_to",
    "conj",
    "identity",
    "leaky_relu",
    "log_softmax",
    "masked",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_sum",
    "reshape",
    "softmax",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
    "sum_to",
    "transpose",
    "variance",
    "where",
}

_is_loop: dict[str, bool] = dict.fromkeys(_LOOPS, True)
_known: dict[Any, _Stretch] = {}


def _loops(primitive: Any) -> bool:
    """Whether the rules of a primitive are loops."""
    name = primitive.name
    found = _is_loop.get(name)
    if found is None:
        found = _is_loop[name] = TABLE.get(name) is primitive and _rules_loop(primitive)
    return found


def _rules_loop(primitive: Any) -> bool:
    if primitive.kind != "elementwise":
        return False
    pad = Sketchpad()
    g, y, *args = [pad.given((2,), np.dtype(np.float64)) for _ in range(2 + len(primitive.inputs))]
    try:
        for i in range(len(primitive.inputs)):
            if primitive.differentiable >> i & 1:
                pulls = primitive.pulls or [primitive.pull]
                pulls[i](pad, g, 1 << i, args if primitive.pulls else args[0], y, None)
    except (CannotSketchError, MissingGradientError):
        return False
    return all(map(can_fuse, pad.operations))


def stretch(records: Sequence[Any]) -> tuple[int, bool]:
    """How many of the last records to pull back together, and whether a loop may do it."""
    first: bool | None = None
    count = kept = 0
    for record in records[: -_LONGEST_OF_LITTLE - 1 : -1]:
        if count >= _LONGEST and (first is not False or kept >= _size[0]):
            break
        size = _largest_in(record)
        kind = (None if not size else size >= _size[0]) if _loops(record[0]) else False
        if kind is not None and first is not None and kind != first:
            break
        first = kind if first is None else first
        kept += size
        count += 1
    return count, first is not False


def _largest_in(record: Any) -> int:
    """The size of the largest array that a record tells of; 0 if it tells of none."""
    _, _, _, args, _, y, params = record
    size = 0
    for a in args if args.__class__ is tuple else (args,):
        if a is not None and a.size > size:
            size = a.size
    if y is not None and y.__class__ is not tuple:
        size = max(size, prod(y.shape))
    if params.__class__ is tuple:  # the shapes of what is broadcast
        size = max(size, *map(prod, params))
    return size


class _Description:
    """A stretch of records without its data: what another one must equal to use the same loop.

    Attributes
    ----------
    key
        Equal for stretches that do the same with arrays of the same shapes and dtypes.
    names
        Identity -> number, in order of appearance.
    arrays
        The cotangents and saved arrays that it reads.
    """

    def __init__(
        self,
        records: Sequence[Any],
        cotangents: dict[int, Any],
        sources: set[int],
        needed: set[int] | None,
    ) -> None:
        self.names: dict[int, int] = {}
        self.arrays: list[Any] = []
        self.primitives: list[Any] = []
        self._saved: dict[int, int] = {}
        self.key: Any = None
        live = set(cotangents)
        items = []
        for primitive, ids, mask, args, out, y, params in reversed(records):
            if out.__class__ is not int:
                return
            if out not in live or (needed is not None and out not in needed):
                continue
            single = ids.__class__ is int
            many = (ids,) if single else ids
            if needed is not None:
                mask &= sum([1 << i for i, x in enumerate(many) if x in needed])
            live.update([x for i, x in enumerate(many) if mask >> i & 1])
            saved: Any = (args,) if single else args
            # What a power means, and how it is computed, depends on the exponent.
            known = saved[1].item() if _is_constant_power(primitive, saved) else None
            items.append(
                (
                    primitive.name,
                    single,
                    mask,
                    tuple([self._name(x) for x in many]),
                    tuple([self._save(x, a) for x, a in zip(many, saved, strict=True)]),
                    self._name(out),
                    self._save(out, y) if isinstance(y, (np.ndarray, np.generic)) else -1,
                    params.__class__ is dict,
                    tuple(sorted(params.items())) if params.__class__ is dict else params,
                    out in sources,
                    known,
                )
            )
            self.primitives.append(primitive)
        begin = len(self.arrays)
        self.incoming = [x for x in self.names if x in cotangents]
        for x in self.incoming:
            g = cotangents[x]
            if not isinstance(g, (np.ndarray, np.generic)):
                return
            self.arrays.append(g)
        kinds = tuple([(a.dtype, a.shape) for a in self.arrays])
        key = (tuple(items), kinds, begin, tuple([self.names[x] for x in self.incoming]))
        try:
            hash(key)
        except TypeError:  # parameters that are arrays or lists
            return
        self.key = key

    def _name(self, x: int) -> int:
        return self.names.setdefault(x, len(self.names))

    def _save(self, x: int, array: Any) -> int:
        if array is None:
            return -1
        at = self._saved.get(x) if x else None
        if at is not None and self.arrays[at] is array:
            return at
        if x:
            self._saved[x] = len(self.arrays)
        self.arrays.append(array)
        return len(self.arrays) - 1


def _is_constant_power(primitive: Any, saved: Sequence[Any]) -> bool:
    return primitive.name == "pow" and saved[1] is not None and saved[1].__class__ is not np.ndarray


class _Stretch(Candidate):
    """A kind of stretch of records."""

    def __init__(self, description: _Description) -> None:
        super().__init__()
        self._key = description.key
        self._primitives = description.primitives

    def make(self) -> Loop:
        """The loop that its rules are."""
        items, kinds, begin, incoming = self._key
        pad = Sketchpad()
        given = [pad.given(shape, dtype) for dtype, shape in kinds]
        records = []
        sources = set()
        for primitive, item in zip(self._primitives, items, strict=True):
            _, single, mask, inputs, saved, out, y, by_name, params, is_source, known = item
            args: Any = [None if at < 0 else given[at] for at in saved]
            if known is not None:
                args[1] = pad.number(given[saved[1]].dtype.type(known))
            if is_source:
                sources.add(out)
            records.append(
                (
                    primitive,
                    inputs[0] if single else inputs,
                    mask,
                    args[0] if single else tuple(args),
                    out,
                    None if y < 0 else given[y],
                    dict(params) if by_name else params,
                )
            )
        before = dict(zip(incoming, given[begin:], strict=True))
        cotangents: dict[int, Any] = dict(before)
        found = pull_through(records[::-1], cotangents, sources, None, pad)
        self.found = list(found)
        self.left = [x for x, g in cotangents.items() if before.get(x) is not g]
        self.taken = [x for x in before if x not in cotangents]
        outputs = [*found.values(), *[cotangents[x] for x in self.left]]
        return Loop([s.value for s in given], pad.operations, [s.value for s in outputs], _size[0])

    def run(
        self, loop: Loop, description: _Description, cotangents: dict[int, Any]
    ) -> dict[int, Any]:
        """Pull back in the loop; what `pull_through` does."""
        results = loop(description.arrays)
        identities = list(description.names)
        for x in self.taken:
            del cotangents[identities[x]]
        count = len(self.found)
        for x, g in zip(self.left, results[count:], strict=True):
            cotangents[identities[x]] = g
        return {identities[x]: g for x, g in zip(self.found, results[:count], strict=True)}


def pull_back(
    records: Sequence[Any],
    cotangents: dict[int, Any],
    sources: set[int],
    needed: set[int] | None,
    plainly: Callable[[], dict[int, Any]],
) -> dict[int, Any]:
    """Pull records back, in a loop if there is one; otherwise `plainly`, and take the time."""
    description = _Description(records, cotangents, sources, needed)
    if description.key is None:
        return plainly()
    found = _known.get(description.key)
    if found is None:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[description.key] = _Stretch(description)
    return found.do(plainly, lambda loop: found.run(loop, description, cotangents))  # type: ignore[no-any-return]


class _Forward(Candidate):
    """A slow elementwise function of one dtype."""

    def __init__(self, primitive: Any, dtype: Any) -> None:
        super().__init__()
        self._primitive = primitive
        self._dtype = dtype

    def make(self) -> Loop:
        """The loop of the function alone."""
        pad = Sketchpad()
        x = pad.given((2,), self._dtype)
        y = getattr(pad, self._primitive.name)(x)
        return Loop([x.value], pad.operations, [y.value], 0)


_forwards: dict[Any, _Forward] = {}


def forward(primitive: Any, x: Any) -> Any:
    """The value of a slow elementwise primitive of a large array."""
    dtype = x.dtype
    if dtype.char not in SLOW[primitive.name] or x.__class__ is not np.ndarray or not x.ndim:
        return primitive.forward(x)
    found = _forwards.get((primitive.name, dtype))
    if found is None:
        found = _forwards[primitive.name, dtype] = _Forward(primitive, dtype)
    return found.do(lambda: primitive.forward(x), lambda loop: loop.map(x), x.size)


# Switches


def set_eager_kernels(
    enabled: bool = True, patience: float = PATIENCE, smallest: int = LARGE
) -> None:
    """Say when eager code runs in compiled loops, without any `tf.function`.

    Gradients of chains of operations on large arrays are pulled back in one loop; functions that
    are slow in NumPy, and optimizer steps, run in one too. They are compiled in the background;
    until they are ready, NumPy does the work. Gradients and functions then differ from NumPy's in
    the last places: switch it off where equal runs have to be equal to the last bit. The
    environment variable ``TAPEGRAD_EAGER_KERNELS=0`` does that for a whole process, and so does
    ``NUMBA_DISABLE_JIT=1``.

    Parameters
    ----------
    enabled
        False: never.
    patience
        Seconds that such work takes in NumPy, all in all, before a loop is compiled for it. With 0
        that happens at once, and the program waits for it.
    smallest
        How many elements make a large array.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.set_eager_kernels(False)
    >>> tf.config.eager_kernels()
    False
    >>> tf.config.set_eager_kernels()
    """
    if smallest != _size[0]:
        _known.clear()
        _forwards.clear()
        forget()
    present_patience[0], _size[0] = patience, smallest
    plug(Loops(smallest, stretch, forward, whole, sum_rows, update, pull_back) if enabled else None)
    _enabled[0] = bool(enabled)


def eager_kernels() -> bool:
    """Whether eager code may run in compiled loops; see `set_eager_kernels`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.set_eager_kernels(True)
    >>> tf.config.eager_kernels()
    True
    """
    return _enabled[0]


_size, _enabled = [LARGE], [True]
set_eager_kernels(
    os.environ.get("TAPEGRAD_EAGER_KERNELS", "1") not in ("", "0")
    and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
)
