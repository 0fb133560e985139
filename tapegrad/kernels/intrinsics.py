"""What generated kernels need and Numba does not have: plain loads, stores, selects, sums.

Numba's own indexing wraps negative indices around and its conditional expressions branch; both
keep LLVM from vectorising. These are single instructions.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


def pointer_to(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """The address of an element, as LLVM's value."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic
def load(typingctx: Any, array: Any, index: Any) -> Any:
    """The element at a place of a contiguous array's memory, without any check."""
    if not isinstance(array, types.Array) or not isinstance(index, types.Integer):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature.args[0], args[0], args[1])
        return context.unpack_value(builder, signature.args[0].dtype, pointer)

    return array.dtype(array, types.intp), codegen


@intrinsic
def store(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write an element at a place of a contiguous array's memory, without any check."""
    if not isinstance(array, types.Array) or not isinstance(index, types.Integer):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = pointer_to(context, builder, signature.args[0], args[0], args[1])
        context.pack_value(builder, signature.args[0].dtype, args[2], pointer)
        return context.get_dummy_value()

    return types.none(array, types.intp, array.dtype), codegen


def _fetching(name: str, to_write: bool) -> Any:
    def typed(typingctx: Any, array: Any, index: Any) -> Any:
        if not isinstance(array, types.Array) or not isinstance(index, types.Integer):
            return None

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            byte, number = ir.IntType(8), ir.IntType(32)
            start = builder.bitcast(
                pointer_to(context, builder, signature.args[0], *args), byte.as_pointer()
            )
            function = builder.module.declare_intrinsic(
                "llvm.prefetch",
                [start.type],
                ir.FunctionType(ir.VoidType(), [start.type, number, number, number]),
            )
            how = [ir.Constant(number, n) for n in (int(to_write), 2, 1)]  # into the larger caches
            for place in range(0, 1024, 64):
                line = builder.gep(start, [ir.Constant(number, place)])
                builder.call(function, [line, *how])
            return context.get_dummy_value()

        return types.none(array, types.intp), codegen

    typed.__name__ = name
    typed.__doc__ = """Bring the kilobyte of memory from a place on into the cache, if it exists."""
    return intrinsic(typed)


fetch_to_read = _fetching("fetch_to_read", to_write=False)
fetch_to_write = _fetching("fetch_to_write", to_write=True)


@intrinsic
def select(typingctx: Any, condition: Any, yes: Any, no: Any) -> Any:
    """``yes if condition else no`` as one instruction; both are computed anyway."""
    result = typingctx.unify_types(yes, no)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.select(*args)

    return result(types.boolean, result, result), codegen


@intrinsic
def sum_any_order(typingctx: Any, a: Any, b: Any) -> Any:
    """``a + b`` where the compiler may reorder: sums over a loop become sums of vectors."""
    if not isinstance(a, types.Float) or a != b:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(*args, flags=("reassoc", "contract"))

    return a(a, a), codegen


@intrinsic
def bits_of(typingctx: Any, x: Any) -> Any:
    """The bits of a float64 as an int64."""
    if x != types.float64:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def from_bits(typingctx: Any, bits: Any) -> Any:
    """The float64 that has the bits of an int64."""
    if bits != types.int64:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@intrinsic
def bits_of_single(typingctx: Any, x: Any) -> Any:
    """The bits of a float32 as an int32."""
    if x != types.float32:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(32))

    return types.int32(types.float32), codegen


@intrinsic
def single_from_bits(typingctx: Any, bits: Any) -> Any:
    """The float32 that has the bits of an int32."""
    if bits != types.int32:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.FloatType())

    return types.float32(types.int32), codegen


@intrinsic
def fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """``a * b + c``, rounded once, which makes the rounding error of a product a number.

    One instruction on processors of the last ten years; a slow call on older ones.
    """
    if not isinstance(a, types.Float) or not a == b == c:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, a, a), codegen


@intrinsic
def times_sum(typingctx: Any, x: Any, high: Any, low: Any) -> Any:
    """``x * (high + low)``, rounded nearly once, for a sum that cannot be one number."""
    if not isinstance(x, types.Float) or not x == high == low:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value, large, small = args
        return builder.fma(value, large, builder.fmul(value, small))

    return x(x, x, x), codegen


def _extreme(name: str) -> Any:
    def typed(typingctx: Any, a: Any, b: Any) -> Any:
        if not isinstance(a, types.Float) or a != b:
            return None

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind = args[0].type
            signature = ir.FunctionType(kind, [kind, kind])
            function = builder.module.declare_intrinsic(f"llvm.{name}", [kind], signature)
            return builder.call(function, args)

        return a(a, a), codegen

    typed.__name__ = name
    typed.__doc__ = f"""The {name} of two numbers; NaN if one of them is. Loops of it vectorise."""
    return intrinsic(typed)


def _rounding(name: str) -> Any:
    def typed(typingctx: Any, x: Any) -> Any:
        if not isinstance(x, types.Float):
            return None

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            function = builder.module.declare_intrinsic(f"llvm.{name}", [args[0].type])
            return builder.call(function, args)

        return x(x), codegen

    typed.__name__ = name
    typed.__doc__ = f"""The {name} of a number, as a floating point number."""
    return intrinsic(typed)


round_down = _rounding("floor")
maximum = _extreme("maximum")
minimum = _extreme("minimum")
