"""Kernels of eager code: chains of rules over large arrays are pulled back in one loop.

A gradient of NumPy calls reads and writes each array many times. What a stretch of records does is
written down once (see `sketch`), from the rules themselves, and compiled to a loop that does it in
one pass. That takes about a second, so it happens in the background, and only for what has taken
longer than `PATIENCE` so far; until it is done, and for everything else, the rules run in NumPy.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from tapegrad.compiler.kernels import can_fuse
from tapegrad.compiler.loop import Loop, NotALoopError
from tapegrad.compiler.sketch import CannotSketchError, Sketchpad
from tapegrad.core.backward import pull_through
from tapegrad.core.large import SLOW, Loops, plug
from tapegrad.core.table import TABLE

__all__ = ["eager_kernels", "set_eager_kernels"]

#: Arrays of so many elements are large: `benchmarks/eager_kernels.py` measures from where on.
LARGE = 1 << 14

#: Seconds that a stretch of records takes in NumPy, all in all, before it is compiled.
PATIENCE = 0.1

#: So many records are at most one loop, and so many stretches are known.
_LONGEST, _MOST = 64, 2048

#: So often a loop is timed, before it stays or goes.
_TRIALS = 3

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
    except CannotSketchError:
        return False
    return all(map(can_fuse, pad.operations))


def stretch(records: Sequence[Any]) -> tuple[int, bool]:
    """How many of the last records to pull back together, and whether a loop may do it."""
    first = _loops(records[-1][0])
    count = 1
    for record in records[-2 : -_LONGEST - 1 : -1]:
        if _loops(record[0]) != first:
            break
        count += 1
    return count, first


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


class _Stretch:
    """What is known about a kind of stretch: its times, and its loop once there is one."""

    def __init__(self, description: _Description) -> None:
        self._key = description.key
        self._primitives = description.primitives
        self.seconds = 0.0
        self.least = float("inf")
        self.asked = False
        self.loop: Loop | None = None
        self._trials = 0
        self._least_of_loop = float("inf")

    def build(self) -> None:
        """Make the loop, if this is one."""
        self.asked = True
        try:
            loop = self._sketched()
            loop.compile()
        except (CannotSketchError, NotALoopError):
            return
        self.loop = loop

    def _sketched(self) -> Loop:
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

    def time_plainly(self, seconds: float) -> None:
        """NumPy took so long."""
        self.seconds += seconds
        self.least = min(self.least, seconds)

    def run(self, description: _Description, cotangents: dict[int, Any]) -> dict[int, Any]:
        """Pull back in the loop; what `pull_through` does."""
        assert self.loop is not None
        start = perf_counter()
        results = self.loop(description.arrays)
        if self._trials < _TRIALS and _patience[0] > 0:
            self._least_of_loop = min(self._least_of_loop, perf_counter() - start)
            self._trials += 1
            if self._trials == _TRIALS and self._least_of_loop > self.least:
                self.loop = None  # NumPy is faster here
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
        if not _patience[0]:
            found.build()
    if found.loop is not None:
        return found.run(description, cotangents)
    if found.asked:
        return plainly()
    start = perf_counter()
    passed = plainly()
    found.time_plainly(perf_counter() - start)
    if found.seconds >= _patience[0]:
        found.asked = True
        _later(found.build)
    return passed


class _Forward:
    """A slow elementwise function of one dtype: its times, and its loop once there is one."""

    def __init__(self, primitive: Any, dtype: Any) -> None:
        self._primitive = primitive
        self._dtype = dtype
        self.seconds = 0.0
        self.least = float("inf")  # per element
        self.asked = False
        self.loop: Loop | None = None
        self._trials = 0
        self._least_of_loop = float("inf")

    def build(self) -> None:
        """Make the loop."""
        self.asked = True
        pad = Sketchpad()
        x = pad.given((2,), self._dtype)
        y = getattr(pad, self._primitive.name)(x)
        try:
            loop = Loop([x.value], pad.operations, [y.value], 0)
            loop.compile()
        except NotALoopError:
            return
        self.loop = loop

    def run(self, x: Any) -> Any:
        """The function of any large array."""
        assert self.loop is not None
        start = perf_counter()
        y = self.loop.map(x)
        if self._trials < _TRIALS and _patience[0] > 0:
            self._least_of_loop = min(self._least_of_loop, (perf_counter() - start) / x.size)
            self._trials += 1
            if self._trials == _TRIALS and self._least_of_loop > self.least:
                self.loop = None
        return y


_forwards: dict[Any, _Forward] = {}


def forward(primitive: Any, x: Any) -> Any:
    """The value of a slow elementwise primitive of a large array."""
    dtype = x.dtype
    if dtype.char not in SLOW[primitive.name] or x.__class__ is not np.ndarray or not x.ndim:
        return primitive.forward(x)
    found = _forwards.get((primitive.name, dtype))
    if found is None:
        found = _forwards[primitive.name, dtype] = _Forward(primitive, dtype)
        if not _patience[0]:
            found.build()
    if found.loop is not None:
        return found.run(x)
    if found.asked:
        return primitive.forward(x)
    start = perf_counter()
    y = primitive.forward(x)
    took = perf_counter() - start
    found.seconds += took
    found.least = min(found.least, took / max(x.size, 1))
    if found.seconds >= _patience[0]:
        found.asked = True
        _later(found.build)
    return y


# Compiling in the background

_jobs: deque[Callable[[], None]] = deque()
_lock = threading.Lock()
_working = [False]


def _later(job: Callable[[], None]) -> None:
    with _lock:
        _jobs.append(job)
        if not _working[0]:
            _working[0] = True
            threading.Thread(target=_work, name="tapegrad loops").start()


def _work() -> None:
    """Do all jobs, and end; the program waits for the one that is being done when it ends."""
    while True:
        with _lock:
            if not _jobs or not threading.main_thread().is_alive():
                _working[0] = False
                return
            job = _jobs.popleft()
        job()


# Switches


def set_eager_kernels(
    enabled: bool = True, patience: float = PATIENCE, smallest: int = LARGE
) -> None:
    """Say when eager code runs in compiled loops, without any `tf.function`.

    Gradients of chains of operations on large arrays are pulled back in one loop, and functions
    that are slow in NumPy run in a loop. These are compiled in the background; until they are
    ready, NumPy does the work. Both round differently in the last places: switch it off where equal
    runs have to be equal to the last bit. The environment variable ``TAPEGRAD_EAGER_KERNELS=0``
    does that for a whole process, and so does ``NUMBA_DISABLE_JIT=1``.

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
    _patience[0], _size[0] = patience, smallest
    plug(Loops(smallest, stretch, forward, pull_back) if enabled else None)
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


_patience, _size, _enabled = [PATIENCE], [LARGE], [True]
set_eager_kernels(
    os.environ.get("TAPEGRAD_EAGER_KERNELS", "1") not in ("", "0")
    and os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
)
