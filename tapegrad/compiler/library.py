"""Operations of eager code on large arrays for which the kernel library has a function.

A convolution, a pooling or a cumulative sum takes the steps that it would take in a program:
padding and views in NumPy, the work in machine code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.compiler.candidates import Candidate
from tapegrad.compiler.expand import written_out
from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.kernels import Kernel, library_kernel
from tapegrad.compiler.loop import NotALoopError
from tapegrad.core.table import TABLE

#: So many kinds of calls are known.
_MOST = 2048

_known: dict[Any, _Single] = {}


class _Steps:
    """The steps of one operation."""

    def __init__(self, operation: Operation) -> None:
        steps = written_out(operation)
        self._inputs = operation.inputs
        self._steps: list[tuple[Operation, Kernel | None]] = [(s, library_kernel(s)) for s in steps]
        if not any(kernel for _, kernel in self._steps):
            raise NotALoopError("the library has nothing for it")

    def compile(self) -> None:
        """Make the machine code, or load it from disk."""
        import numba

        typeof: Any = numba.typeof
        for step, kernel in self._steps:
            if kernel is None or not hasattr(kernel.function, "compile"):
                continue
            types = []
            for v in step.inputs:
                given = np.empty((1,) * len(v.shape), v.dtype)
                given.flags.writeable = False  # changing arrays may be used as if they were fixed
                types.append(typeof(given))
            made = [np.empty((1,) * len(v.shape), v.dtype) for v in step.outputs]
            more = [*kernel.constants, *made, kernel.sizes, kernel.numbers]
            kernel.function.compile((*types, *map(typeof, more)))

    def __call__(self, arrays: Sequence[Any]) -> Any:
        held = dict(zip(self._inputs, arrays, strict=True))
        out = None
        for step, kernel in self._steps:
            given = [held[v] for v in step.inputs]
            (output,) = step.outputs
            if kernel is None:
                out = step.primitive.forward(*given, **step.params)
            else:
                out = np.empty(output.shape, output.dtype)
                given = [np.ascontiguousarray(a) for a in given]
                kernel.function(*given, *kernel.constants, out, kernel.sizes, kernel.numbers)
            held[output] = out
        return out


class _Single(Candidate):
    """Calls of one operation with arrays of certain shapes and dtypes."""

    def __init__(
        self,
        name: str,
        plainly: Callable[..., Any],
        arrays: Sequence[Any],
        params: dict[str, Any],
    ) -> None:
        super().__init__()
        self._name = name
        self._plainly = plainly
        self._inputs = [Value.between(a.shape, a.dtype) for a in arrays]
        self._params = params
        self._output: Value | None = None

    def run(self, arrays: Sequence[Any]) -> Any:
        """Do it in NumPy, and see what comes out."""
        out = self._plainly(*arrays, **self._params)
        if self._output is None:
            self._output = Value.between(out.shape, out.dtype)
        return out

    def make(self) -> _Steps:
        """The steps of the operation."""
        if self._output is None:
            self.run([np.zeros(v.shape, v.dtype) for v in self._inputs])
        assert self._output is not None
        operation = Operation(
            TABLE[self._name], self._inputs, [self._output], self._params, ("", 0)
        )
        return _Steps(operation)


def whole(
    name: str, plainly: Callable[..., Any], arrays: Sequence[Any], params: dict[str, Any]
) -> Any:
    """``plainly(*arrays, **params)``, maybe by the kernel library."""
    key = name, *params.items(), *[(a.shape, a.dtype) for a in arrays]
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST or not all(a.dtype.char in "fdil" for a in arrays):
            return plainly(*arrays, **params)
        known = _known[key] = _Single(name, plainly, arrays, params)
    return known.do(lambda: known.run(arrays), lambda steps: steps(arrays))


def forget() -> None:
    """Begin again."""
    _known.clear()
