"""From the source of a kernel to machine code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tapegrad.compiler import scans, windows
from tapegrad.compiler.cache import compiled
from tapegrad.compiler.expand import written_out
from tapegrad.compiler.fusion import Plan, cost
from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.loops import Loop
from tapegrad.compiler.lowering import lowered
from tapegrad.compiler.rolled import LoopSource
from tapegrad.compiler.source import KernelSource
from tapegrad.compiler.threads import LEAST, Divided

_HEAD = """\
from numpy import (
    bool_ as b1, ceil, empty, float32 as f4, float64 as f8, floor, inf, int8 as i1,
    int16 as i2, int32 as i4, int64 as i8, rint, sqrt, uint8 as u1, uint16 as u2, uint32 as u4,
    uint64 as u8,
)
from tapegrad.kernels.direct import direct
from tapegrad.kernels.intrinsics import (
    fetch_to_read, fetch_to_write, load, maximum, minimum, select, store, sum_any_order, times_sum,
)
from tapegrad.kernels.products import multiply_matrices
from tapegrad.kernels.vector_math import *

"""


_LIBRARY = """\
from numba import njit
from tapegrad.kernels import {module}

function = {module}.{function}


@njit(nogil=True, error_model="numpy")
def kernel({given}, k0, r0, sizes, numbers):
    function({inputs}, k0, r0)
"""


_JOIN = {"sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum}


class Kernel(NamedTuple):
    """A compiled kernel, and what it is called with behind the values it gets.

    Attributes
    ----------
    function
        ``function(*given, *constants, *results, *work, sizes, numbers)``.
    work
        The shapes and dtypes of arrays to work in.
    flag
        Which of these, a boolean, becomes True if a product in which zeros count has to be looked
        at; None if there is no such product.
    """

    function: Callable[..., None]
    constants: tuple[Any, ...]
    work: list[tuple[tuple[int, ...], Any]]
    sizes: Any
    numbers: Any
    source: str
    flag: int | None = None


_LOOP_HEAD = "from tapegrad.kernels.separate import load_from, store_to, window\n"


#: An operation of or with more values is not part of a kernel, whose text would grow with them.
_MOST_VALUES = 64


def can_fuse(operation: Operation) -> bool:
    """Whether an operation, or what it is written out as, can be part of a kernel."""
    if max(len(operation.inputs), len(operation.outputs)) > _MOST_VALUES:
        return False
    return all(lowered(o) is not None for o in written_out(operation))


def has_kernel(operation: Operation) -> bool:
    """Whether machine code does an operation: a part of a kernel, or the kernel library."""
    pieces = written_out(operation)
    return all(lowered(o) or windows.call(o) or scans.call(o) for o in pieces)


def kernel(
    operations: Sequence[Operation], given: Sequence[Value], wanted: Sequence[Value]
) -> Kernel:
    """One function for all of these operations."""
    nodes = [node for o in operations for node in lowered(o) or ()]
    written = KernelSource(Plan(nodes, given, wanted), given, wanted)
    text = _HEAD + written.text
    constants = tuple([np.ascontiguousarray(v.array) for v in written.arrays])
    function = compiled(text)
    size, work = written.divisible, cost(nodes)
    if size * work >= 2 * LEAST:
        first = len(given) + len(constants)
        totals = {first + i: _JOIN[kind] for i, kind in written.totals(wanted).items()}
        function = Divided(function, size, work, totals)
    sizes, numbers = written.sizes, written.numbers
    return Kernel(function, constants, written.work, sizes, numbers, text, written.flag)


def loop_kernel(loop: Loop) -> tuple[Kernel, LoopSource]:
    """The kernel of a loop, and what it is called with."""
    written = LoopSource(loop)
    text = _LOOP_HEAD + _HEAD + written.text
    constants = tuple([np.ascontiguousarray(v.array) for v in written.constants])
    sizes, numbers = written.sizes, written.numbers
    made = Kernel(compiled(text), constants, written.work, sizes, numbers, text, written.flag)
    return made, written


def library_kernel(step: Operation) -> Kernel | None:
    """A function of the kernel library that does the work of one operation."""
    call = windows.call(step) or scans.call(step)
    if call is None:
        return None
    given = ", ".join([f"a{i}" for i in range(len(step.inputs))])
    inputs = ", ".join([f"a{i}" for i in call.inputs])
    text = _LIBRARY.format(module=call.module, function=call.function, given=given, inputs=inputs)
    constants = (np.array(call.numbers, np.int64),)
    sizes, numbers = np.zeros(1, np.int64), np.zeros(1)
    return Kernel(compiled(text), constants, [], sizes, numbers, text)
