"""A recorder that follows which entries of each value depend on which entries of the sources."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from tapegrad.core.primitive import Array, Primitive
from tapegrad.core.sparsity import structure
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tensor import Tensor, rewrap


class DependenceTape(Tape):
    """Pushes sets of indices through the operations of a block, as forward mode pushes tangents.

    Parameters
    ----------
    sources
        Tensors and Variables; their entries are numbered one after the other.

    Attributes
    ----------
    patterns
        By identity a scipy.sparse array of bools, a row for each entry of the value and a column
        for each entry of the sources.
    """

    __slots__ = ("patterns",)

    def __init__(self, sources: Sequence[Any]) -> None:
        from scipy import sparse

        super().__init__(watch_accessed=False)
        ends = list(accumulate(x._value.size for x in sources))
        whole = sparse.eye_array(ends[-1], dtype=bool, format="csr")
        self.patterns: dict[int, Any] = {}
        for x, end in zip(sources, ends, strict=True):
            self.follow(x)
            self.patterns[x._id] = whole[end - x._value.size : end]

    def record_unary(
        self, primitive: Primitive, x: Tensor, keep_x: bool, keep_y: bool, out: Tensor
    ) -> None:
        """See a call of an elementwise primitive of one input."""
        self.record(primitive, (x,), 1, out, None)

    def record_binary(
        self,
        primitive: Primitive,
        ids: tuple[int, int],
        a: Array,
        b: Array,
        mask: int,
        out: Tensor,
    ) -> None:
        """See a call of an elementwise primitive of two inputs."""
        self.record(primitive, (rewrap(a, ids[0]), rewrap(b, ids[1])), mask, out, None)

    def record(
        self,
        primitive: Primitive,
        inputs: Sequence[Any],
        mask: int,
        outputs: Any,
        params: Any,
    ) -> None:
        """See a call of any primitive."""
        tensors = outputs if outputs.__class__ is tuple else (outputs,)
        arrays = [x._value for x in inputs]
        values = [t._value for t in tensors]
        if params.__class__ is not dict:
            params = {}
        total = None
        for i, x in enumerate(inputs):
            if not mask >> i & 1:
                continue
            pattern = self.patterns[x._id]
            for factor in reversed(structure(primitive, i, arrays, values, params)):
                pattern = factor @ pattern
            total = pattern if total is None else _union(total, pattern)
        start = 0
        for t in tensors:
            end = start + t._value.size
            if is_differentiable(t._value) and total is not None:
                self.followed.add(t._id)
                self.patterns[t._id] = total if len(tensors) == 1 else total[start:end]
            start = end

    def pattern_of(self, y: Any) -> Any:
        """The pattern of a value, in CSR form with sorted indices."""
        from scipy import sparse

        columns = next(iter(self.patterns.values())).shape[1]
        pattern = self.patterns.get(y._id)
        if pattern is None:
            return sparse.csr_array((y._value.size, columns), dtype=bool)
        pattern = pattern.tocsr(copy=True)
        pattern.sum_duplicates()
        return pattern


def _union(a: Any, b: Any) -> Any:
    """Both; one of them itself if it holds the other, so that long programs share their sets."""
    if a is b:
        return a
    both = a + b
    return a if both.nnz == a.nnz else b if both.nnz == b.nnz else both
