"""A loop: operations on large arrays as one compiled function, called from eager code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.cache import compile_for
from tapegrad.compiler.expand import expanded
from tapegrad.compiler.graph import Operation, Recording, Value
from tapegrad.compiler.kernels import can_fuse, kernel
from tapegrad.compiler.simplify import simplify

#: Operations that only say where entries are.
_VIEWS = {"broadcast_to", "identity", "reshape", "transpose"}


def fixed(a: Any) -> Any:
    """Data in the one form that loops are compiled for: contiguous and read-only, or a number."""
    if not a.ndim:
        return a[()]
    a = a.view() if a.flags.c_contiguous else np.ascontiguousarray(a)
    a.flags.writeable = False
    return a


class NotALoopError(Exception):
    """These operations are not one loop, or nothing is gained if they are."""


class Loop:
    """Operations, compiled.

    Parameters
    ----------
    inputs
        What it gets.
    operations
        In order.
    outputs
        What it gives; inputs among them are passed through.
    size
        What counts as a large array: fewer than two operations on such are left to NumPy.

    Raises
    ------
    NotALoopError
        If these operations are not one loop.
    """

    def __init__(
        self,
        inputs: Sequence[Value],
        operations: Sequence[Operation],
        outputs: Sequence[Value],
        size: int,
    ) -> None:
        whole = Recording(list(inputs), list(operations), list(outputs))
        recording = simplify(expanded(whole))
        steps = [s for s in recording.steps if isinstance(s, Operation)]
        if any(v.kind == "constant" for v in recording.outputs):
            raise NotALoopError("a result is constant")
        if not all(map(can_fuse, steps)):
            raise NotALoopError("not all operations can be part of a loop")
        work = [
            s
            for s in steps
            if s.primitive.name not in _VIEWS
            and max(v.size for v in (*s.inputs, *s.outputs)) >= size
        ]
        if len(work) < (2 if size else 1):
            raise NotALoopError("NumPy does as well")
        read = {v for s in steps for v in s.inputs}
        places = {v: i for i, v in enumerate(recording.inputs)}
        given = [v for v in recording.inputs if v in read]
        wanted = list(dict.fromkeys(v for v in recording.outputs if v not in places))
        self._given = [places[v] for v in given]
        self._wanted = [(v.shape, v.dtype) for v in wanted]
        made = {v: i for i, v in enumerate(wanted)}
        self._results = [
            (True, places[v]) if v in places else (False, made[v]) for v in recording.outputs
        ]
        self.kernel = kernel(steps, given, wanted)
        self._types = [(len(v.shape), v.dtype) for v in given]

    def compile(self) -> None:
        """Make the machine code, or load it from disk."""
        made = [np.empty((1,) * len(s), d) for s, d in (*self._wanted, *self.kernel.work)]
        given = [
            fixed(np.empty((1,) * ndim, dtype)) if ndim else dtype.type(0)
            for ndim, dtype in self._types
        ]
        numbers = (self.kernel.sizes, self.kernel.numbers)
        compile_for(self.kernel.function, *given, *self.kernel.constants, *made, *numbers)

    def map(self, x: Any) -> Any:
        """The output for one input of any shape: of a loop over single elements, made for two."""
        y = np.empty(x.shape, self._wanted[0][1])
        sizes = np.array([x.size, 0], np.int64)
        kernel = self.kernel
        kernel.function(
            fixed(x).reshape(-1),
            *kernel.constants,
            y.reshape(-1),
            sizes,
            kernel.numbers,
        )
        return y

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs, for arrays of the shapes and dtypes of the inputs."""
        given = [fixed(arrays[i]) for i in self._given]
        made = [np.empty(shape, dtype) for shape, dtype in self._wanted]
        kernel = self.kernel
        work = [np.empty(shape, dtype) for shape, dtype in kernel.work]
        kernel.function(*given, *kernel.constants, *made, *work, kernel.sizes, kernel.numbers)
        return [arrays[i] if passed else made[i][()] for passed, i in self._results]
