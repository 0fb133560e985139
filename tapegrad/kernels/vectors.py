"""Blocks of work in vectors of a chosen width, for loops that LLVM would not vectorise so.

Where an inner loop is short (the channels of an image) or several sums have to stay in registers
(a block of a product), the width is chosen here. LLVM splits vectors that the processor lacks.
"""

# mypy: disallow_untyped_calls=False

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.cgutils import alloca_once_value, for_range
from numba.extending import intrinsic


class _Memory:
    """The contiguous arrays among the arguments of an intrinsic."""

    def __init__(self, context: Any, builder: Any, signature: Any, args: Any) -> None:
        self._builder = builder
        self._arrays = {
            i: (context.make_array(kind)(context, builder, args[i]).data, kind.dtype)
            for i, kind in enumerate(signature.args)
            if isinstance(kind, types.Array)
        }

    def _pointer(self, i: int, index: Any, kind: Any) -> tuple[Any, int]:
        data, dtype = self._arrays[i]
        place = self._builder.bitcast(self._builder.gep(data, [index]), kind.as_pointer())
        return place, dtype.bitwidth // 8

    def load(self, i: int, index: Any, kind: Any) -> Any:
        """A vector or an element of argument `i`."""
        place, align = self._pointer(i, index, kind)
        return self._builder.load(place, align=align)

    def store(self, i: int, index: Any, value: Any) -> None:
        """Write a vector."""
        place, align = self._pointer(i, index, value.type)
        self._builder.store(value, place, align=align)


def _in_each_lane(builder: Any, number: Any, kind: Any) -> Any:
    one = builder.insert_element(ir.Constant(kind, ir.Undefined), number, ir.IntType(32)(0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), kind.count), None)
    return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), zeros)


def _window_block(write: Callable[..., None]) -> Any:
    """The intrinsics that treat some channels of a window, one for each number of lanes."""

    @cache
    def of_lanes(lanes: int) -> Any:
        @intrinsic
        def block(
            typingctx: Any,
            x: Any,
            y: Any,
            g: Any,
            out: Any,
            channel: Any,
            target: Any,
            entries: Any,
            begin: Any,
            count: Any,
        ) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                memory = _Memory(context, builder, signature, args)
                integer = context.get_value_type(types.intp)
                kind = ir.VectorType(context.get_value_type(out.dtype), lanes)

                def loop(of_entry: Callable[[Any], None]) -> None:
                    with for_range(builder, args[8]) as entry:
                        number = builder.add(args[7], entry.index)
                        of_entry(builder.add(args[4], memory.load(6, number, integer)))

                write(builder, memory, kind, args[5], loop)
                return context.get_dummy_value()

            whole = types.intp
            return types.none(x, y, g, out, whole, whole, entries, whole, whole), codegen

        return block

    return of_lanes


# Of the four arrays x, y, g and out, maxima and sums read x and write out at the window.


def _largest(builder: Any, memory: Any, kind: Any, target: Any, loop: Any) -> None:
    lowest = ir.Constant(kind, [ir.Constant(kind.element, float("-inf"))] * kind.count)
    best = alloca_once_value(builder, lowest)
    builder.store(lowest, best)

    def of_entry(place: Any) -> None:
        old, new = builder.load(best), memory.load(0, place, kind)
        nan = builder.fcmp_unordered("uno", old, old)
        keep = builder.or_(builder.fcmp_ordered(">=", old, new), nan)
        builder.store(builder.select(keep, old, new), best)

    loop(of_entry)
    memory.store(3, target, builder.load(best))


def _total(builder: Any, memory: Any, kind: Any, target: Any, loop: Any) -> None:
    zero = ir.Constant(kind, None)
    total = alloca_once_value(builder, zero)
    builder.store(zero, total)

    def of_entry(place: Any) -> None:
        new = memory.load(0, place, kind)
        builder.store(builder.fadd(builder.load(total), new), total)

    loop(of_entry)
    memory.store(3, target, builder.load(total))


# Their adjoints add to out at the entries; what the first of the largest has taken is gone.


def _to_first_largest(builder: Any, memory: Any, kind: Any, target: Any, loop: Any) -> None:
    zero = ir.Constant(kind, None)
    largest, rest = memory.load(1, target, kind), alloca_once_value(builder, zero)
    builder.store(memory.load(2, target, kind), rest)

    def of_entry(place: Any) -> None:
        entry, left = memory.load(0, place, kind), builder.load(rest)
        equal = builder.fcmp_ordered("==", entry, largest)
        hit = builder.or_(equal, builder.fcmp_unordered("uno", entry, entry))
        taken = builder.select(hit, left, zero)
        builder.store(builder.select(hit, zero, left), rest)
        memory.store(3, place, builder.fadd(memory.load(3, place, kind), taken))

    loop(of_entry)


def _to_all(builder: Any, memory: Any, kind: Any, target: Any, loop: Any) -> None:
    part = memory.load(2, target, kind)

    def of_entry(place: Any) -> None:
        memory.store(3, place, builder.fadd(memory.load(3, place, kind), part))

    loop(of_entry)


largest_block = _window_block(_largest)
total_block = _window_block(_total)
to_first_largest_block = _window_block(_to_first_largest)
to_all_block = _window_block(_to_all)


@cache
def tiles(lanes: int, vectors: int, rows: int) -> Any:
    """A block of a product of two matrices, of which the first is picked from memory.

    ``tile(a, first, r, second, count, b, at, step, out, to, stride)`` adds to `rows` rows of `out`,
    each of ``vectors * lanes`` elements::

        out[to + i * stride + j] += sum over t of a[first[r + i] + second[t]] * b[at + t * step + j]

    The sums stay in registers. With the starts of windows as `first` and the places in a window as
    `second` this is a convolution; the other way around it is the gradient for its filters.
    """

    @intrinsic
    def tile(
        typingctx: Any,
        a: Any,
        first: Any,
        r: Any,
        second: Any,
        count: Any,
        b: Any,
        at: Any,
        step: Any,
        out: Any,
        to: Any,
        stride: Any,
    ) -> Any:
        whole = types.intp

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            memory = _Memory(context, builder, signature, args)
            integer = context.get_value_type(whole)
            kind = ir.VectorType(context.get_value_type(a.dtype), lanes)
            offsets = [
                memory.load(1, builder.add(args[2], integer(i)), integer) for i in range(rows)
            ]
            zero = ir.Constant(kind, None)
            sums = [[alloca_once_value(builder, zero) for _ in range(vectors)] for _ in range(rows)]
            for place in chain.from_iterable(sums):
                builder.store(zero, place)
            with for_range(builder, args[4]) as loop:
                shift = memory.load(3, loop.index, integer)
                line = builder.add(args[6], builder.mul(loop.index, args[7]))
                factors = [
                    memory.load(5, builder.add(line, integer(lanes * v)), kind)
                    for v in range(vectors)
                ]
                for offset, row in zip(offsets, sums, strict=True):
                    number = memory.load(0, builder.add(offset, shift), kind.element)
                    spread = _in_each_lane(builder, number, kind)
                    for place, factor in zip(row, factors, strict=True):
                        product = builder.fmul(spread, factor, flags=("contract",))
                        total = builder.fadd(builder.load(place), product, flags=("contract",))
                        builder.store(total, place)
            for i, row in enumerate(sums):
                start = builder.add(args[9], builder.mul(integer(i), args[10]))
                for v, place in enumerate(row):
                    target = builder.add(start, integer(lanes * v))
                    old = memory.load(8, target, kind)
                    memory.store(8, target, builder.fadd(old, builder.load(place)))
            return context.get_dummy_value()

        kinds = (a, first, whole, second, whole, b, whole, whole, out, whole, whole)
        return types.none(*kinds), codegen

    return tile
