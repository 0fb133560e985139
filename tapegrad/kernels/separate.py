"""Loads and stores of memory that nobody else writes: what a loop over short rows needs.

Before a loop, LLVM compares the addresses of all arrays that it reads and writes; for a loop over a
few numbers that takes longer than the loop, and for many arrays it gives up. Here each access says
to which memory it belongs, by a number, and that the memories of other numbers are elsewhere.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

#: The memory that a kernel only reads has the number 0; others have larger ones.
MOST_MEMORIES = 100


def marks(module: Any, number: int) -> tuple[Any, Any]:
    """What says of an access that it is of this memory, and of no other one."""
    domain = module.add_metadata([ir.MetaDataString(module, "tapegrad")])

    def scope(i: int) -> Any:
        return module.add_metadata([ir.MetaDataString(module, f"memory {i}"), domain])

    others = [scope(i) for i in range(MOST_MEMORIES) if i != number]
    return module.add_metadata([scope(number)]), module.add_metadata(others)


def _marked(builder: Any, instruction: Any, number: int) -> None:
    here, elsewhere = marks(builder.module, number)
    instruction.set_metadata("alias.scope", here)
    instruction.set_metadata("noalias", elsewhere)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [index])


@intrinsic(prefer_literal=True)
def load_from(typingctx: Any, number: Any, array: Any, index: Any) -> Any:
    """The element at a place of a contiguous array, whose memory has a number."""
    if not isinstance(number, types.IntegerLiteral) or not isinstance(array, types.Array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[1]
        pointer = _pointer(context, builder, kind, args[1], args[2])
        found = builder.load(pointer)
        _marked(builder, found, number.literal_value)
        return context.data_model_manager[kind.dtype].from_data(builder, found)

    return array.dtype(number, array, types.intp), codegen


@intrinsic(prefer_literal=True)
def store_to(typingctx: Any, number: Any, array: Any, index: Any, value: Any) -> Any:
    """Write an element at a place of a contiguous array, whose memory has a number."""
    if not isinstance(number, types.IntegerLiteral) or not isinstance(array, types.Array):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[1]
        pointer = _pointer(context, builder, kind, args[1], args[2])
        data = context.data_model_manager[kind.dtype].as_data(builder, args[3])
        _marked(builder, builder.store(data, pointer), number.literal_value)
        return context.get_dummy_value()

    return types.none(number, array, types.intp, array.dtype), codegen


def _array(builder: Any, values: list[Any]) -> Any:
    found = ir.Constant(ir.ArrayType(values[0].type, len(values)), ir.Undefined)
    for i, value in enumerate(values):
        found = builder.insert_value(found, value, i)
    return found


@intrinsic
def window(typingctx: Any, array: Any, offset: Any, shape: Any) -> Any:
    """A contiguous array of a shape, in the memory of another from an element on."""
    if not isinstance(array, types.Array) or not isinstance(shape, types.BaseTuple):
        return None
    result = types.Array(array.dtype, len(shape), "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[0]
        made = context.make_array(result)(context, builder)
        width = context.get_abi_sizeof(context.get_data_type(kind.dtype))
        itemsize = context.get_constant(types.intp, width)
        strides = []
        stride = itemsize
        for i in reversed(range(len(shape))):
            strides.append(stride)
            stride = builder.mul(stride, builder.extract_value(args[2], i))
        data = _pointer(context, builder, kind, args[0], args[1])
        count = builder.sdiv(stride, itemsize)
        made.data, made.nitems, made.itemsize = data, count, itemsize
        made.shape, made.strides = args[2], _array(builder, strides[::-1])
        for name in ("meminfo", "parent"):  # the other array keeps the memory alive
            setattr(made, name, ir.Constant(getattr(made, name).type, None))
        return made._getvalue()

    return result(array, types.intp, shape), codegen
