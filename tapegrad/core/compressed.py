"""A sparse matrix of derivatives, read off as few products as a colouring allows."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from tapegrad.core.assembly import Assembly
from tapegrad.core.backward import sweep
from tapegrad.core.batching import Batched, batched_raw
from tapegrad.core.context import (
    only_recorders,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.dependence import DependenceTape
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.jacobians import rows_at_once
from tapegrad.core.outline import outline, same
from tapegrad.core.primals import Function, Primals
from tapegrad.core.replay import Plan, plan, push_through
from tapegrad.core.slices import Slices
from tapegrad.core.terms import terms_of
from tapegrad.errors import NonDifferentiableWarning


class Compressed(ABC):
    """A sparse matrix of derivatives that is read off products with few vectors.

    Attributes
    ----------
    pattern
        What may be different from zero: a ``scipy.sparse.csr_array`` of bools.
    colors
        The number of each column or row, those of one number sharing a product.
    """

    _op: str

    def __init__(self, f: Function, primals: Any) -> None:
        # A compiled function is one record, which says nothing of its entries.
        self._f = getattr(f, "python_function", f)
        self._primals = primals
        self._learn(Primals(self._op, self._f, primals))

    @property
    def products(self) -> int:
        """How many products an evaluation takes: the number of colours."""
        return int(self.colors.max(initial=-1)) + 1

    @abstractmethod
    def _run(self, arguments: Primals) -> tuple[GradientTape, Any]:
        """The vector whose derivative the matrix is, and the tape that saw it being made."""

    @abstractmethod
    def _color(self, pattern: Any) -> None:
        """Set `pattern`, `colors`, and what `_evaluate` reads: `_forward` and `_places`."""

    def __call__(self, primals: Any = None) -> Any:
        """The matrix at `primals`; by default where the pattern was found.

        Parameters
        ----------
        primals
            As for the constructor, of the same shapes.

        Returns
        -------
        scipy.sparse.csr_array
            Entries of the derivative, in the dtype of the result.
        """
        primals = self._primals if primals is None else primals
        arguments = Primals(self._op, self._f, primals)
        _warn_if_followed(self._op, arguments.sources)
        with only_recorders(()):
            tape, y = self._run(arguments)
            found = outline(tape.records, arguments.sources, y)
            if not same(found, self._outline):
                self._learn(arguments)
            return self._evaluate(tape, arguments.sources, y)

    def _learn(self, arguments: Primals) -> None:
        """Find the pattern at a point, and colour it."""
        sources = arguments.sources
        arguments.require_real(sources, "a primal is")
        dependence = DependenceTape(sources)
        with only_recorders((dependence,)):
            _, y = self._run(arguments)
        pattern = dependence.pattern_of(y)
        with only_recorders(()):
            tape, y = self._run(arguments)
        self._outline = outline(tape.records, sources, y)
        self._kept_seeds = None
        way = plan(tape.records, [x._id for x in sources], y._id)
        self._has_custom = way is None
        self._color(pattern)
        if max(self.pattern.nnz, *pattern.shape) < 2**31:
            self.pattern.indices = self.pattern.indices.astype(np.int32)
            self.pattern.indptr = self.pattern.indptr.astype(np.int32)
        _keep_freed_memory()
        self._assembly = self._assembled(tape, way, sources, y)

    def _assembled(
        self, tape: GradientTape, way: Plan | None, sources: Sequence[Any], y: Any
    ) -> Assembly | None:
        """The cheaper way, where each entry of the result depends on few others: see `terms`."""
        if way is None or not self.pattern.nnz:
            return None
        token = silence_float_errors()
        try:
            terms = terms_of(tape.records, way, sources, y)
        finally:
            restore_float_errors(token)
        return None if terms is None else Assembly(terms, self.pattern, y._value.dtype)

    def _evaluate(self, tape: GradientTape, sources: Sequence[Any], y: Any) -> Any:
        from scipy import sparse

        token = silence_float_errors()
        try:
            data = None if self._assembly is None else self._assembly.data(tape.records)
            if data is None:
                data = self._products(tape, sources, y).reshape(-1).take(self._places)
        finally:
            restore_float_errors(token)
        pattern = self.pattern
        return sparse.csr_array(
            (data, pattern.indices.copy(), pattern.indptr.copy()), shape=pattern.shape
        )

    def _products(self, tape: GradientTape, sources: Sequence[Any], y: Any) -> Any:
        """Of shape (colours, entries): columns added up by colour, or rows."""
        way = plan(tape.records, [x._id for x in sources], y._id) if self._forward else None
        if way is None and self._forward and not self._symmetric:
            raise ValueError(
                f"{self._op}: forward mode cannot pass the custom gradient on the way to the "
                f"result. Use mode='reverse'."
            )
        count = self.products
        sizes = [x._value.size for x in sources]
        total = y._value.size if way is not None else sum(sizes)
        at_once = max(1, min(count, rows_at_once(tape.records, (y, *sources))))
        chunks = []
        for start in range(0, count, at_once):
            seeds = self._seeds(start, min(start + at_once, count), y._value.dtype)
            if way is not None:
                parts = np.split(seeds, list(accumulate(sizes))[:-1], axis=1)
                tangents = {
                    x._id: _batched(part.astype(x._value.dtype, copy=False), x)
                    for x, part in zip(sources, parts, strict=True)
                }
                pushed = push_through(way, tangents, y._id, batched_raw)
                chunks.append(_rows(pushed, len(seeds), y))
                continue
            wanted = {x._id for x in sources}
            cotangents = {y._id: _batched(seeds, y)}
            pulled = sweep(tape.records, cotangents, wanted, batched_raw, roots=tape.roots)
            found = [_rows(pulled.get(x._id), len(seeds), x) for x in sources]
            chunks.append(found[0] if len(found) == 1 else np.concatenate(found, axis=1))
        if not chunks:
            return np.zeros((0, total), y._value.dtype)
        return chunks[0] if len(chunks) == 1 else np.concatenate(chunks)

    def _seeds(self, start: int, stop: int, dtype: Any) -> Any:
        """The sums of the unit vectors of each colour, kept if they are few."""
        if self._kept_seeds is not None and self._kept_seeds.dtype == dtype:
            return self._kept_seeds[start:stop]
        seeds = (self.colors == np.arange(start, stop)[:, None]).astype(dtype)
        if stop - start == self.products:
            self._kept_seeds = seeds
        return seeds

    pattern: Any
    colors: Any
    _forward: bool
    _symmetric = False
    _places: Any
    _outline: Any
    _has_custom: bool
    _assembly: Assembly | None = None
    _kept_seeds: Any = None


def _keep_freed_memory() -> None:
    """Let glibc keep what products free for the next ones, of up to some ten megabytes.

    It gives large blocks back to the system at once, and touching new ones costs more than all
    arithmetic; unless a block as large as this was freed before (`mallopt`, M_MMAP_THRESHOLD).
    """
    np.empty(31 << 20, np.uint8)


def _batched(rows: Any, x: Any) -> Batched:
    return Batched(rows.reshape(-1, *x._value.shape), batched_raw)


def _rows(value: Any, count: int, x: Any) -> Any:
    """What came through for `x`, each row flat; zeros if nothing did."""
    size = x._value.size
    if value is None:
        return np.zeros((count, size), x._value.dtype)
    if value.__class__ is Slices:
        value = value.dense(batched_raw)
    if isinstance(value, Batched):
        return value.value.reshape(count, size)
    return np.broadcast_to(np.reshape(value, size), (count, size))


def _warn_if_followed(op: str, sources: Sequence[Any]) -> None:
    for x in sources:
        x._read()  # a function that is being compiled cannot go on without its values
    recorders = visible_recorders()
    if any(x._id in r.followed for r in recorders for x in sources):
        warnings.warn(
            f"{op}: the matrix is one of SciPy's, which a tape cannot follow, but its argument "
            f"is followed. Take tf.stop_gradient(x) if that is meant, or a dense matrix from "
            f"tf.autodiff.{op.replace('sparse_', '')}.",
            NonDifferentiableWarning,
            stacklevel=4,
        )
