"""Matrix products inside kernels: BLAS on parts of larger arrays, without views or copies."""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tapegrad.kernels.blas import SYMBOLS
from tapegrad.kernels.intrinsics import pointer_to

_BYTES = ir.IntType(8).as_pointer()
_LETTER = ir.IntType(8)
_SIZE = ir.IntType(64)


@intrinsic
def multiply_matrices(
    typingctx: Any,
    m: Any,
    n: Any,
    k: Any,
    a: Any,
    start_a: Any,
    ahead_a: Any,
    turned_a: Any,
    b: Any,
    start_b: Any,
    ahead_b: Any,
    turned_b: Any,
    c: Any,
    start_c: Any,
    ahead_c: Any,
    added: Any,
) -> Any:
    """``c = a @ b`` of shapes (m, k), (k, n), (m, n): matrices in the memory of three arrays.

    A matrix begins at the element `start`; its next row is `ahead` elements further on. Of a
    `turned` one the transpose lies in memory in this way. Unless `added` is 0, the product is added
    to `c`.
    """
    if not all(isinstance(x, types.Array) and x.dtype == c.dtype for x in (a, b, c)):
        return None
    symbol = SYMBOLS["s" if c.dtype == types.float32 else "d"]

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def slot(value: Any) -> Any:
            return builder.bitcast(cgutils.alloca_once_value(builder, value), _BYTES)

        number = context.get_value_type(c.dtype)
        # On little-endian machines a size of 64 bits can be read as one of 32 as well.
        m, n, k = [slot(size) for size in args[:3]]
        (a, ahead_a, turned_a), (b, ahead_b, turned_b), (c_, ahead_c, added) = [
            (
                builder.bitcast(
                    pointer_to(context, builder, signature.args[i], args[i], args[i + 1]), _BYTES
                ),
                slot(args[i + 2]),
                builder.icmp_signed("!=", args[i + 3], args[i + 3].type(0)),
            )
            for i in (3, 7, 11)
        ]
        letter_a, letter_b = [
            slot(builder.select(turned, _LETTER(ord("T")), _LETTER(ord("N"))))
            for turned in (turned_a, turned_b)
        ]
        one = slot(number(1.0))
        kept = slot(builder.select(added, number(1.0), number(0.0)))
        # BLAS counts by columns: to it, these are the transposes.
        given = [letter_b, letter_a, n, m, k, one, b, ahead_b, a, ahead_a, kept, c_, ahead_c]
        # The lengths of the two texts, as Fortran passes them.
        given += [_SIZE(1), _SIZE(1)]
        gemm = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.VoidType(), [x.type for x in given]), symbol
        )
        builder.call(gemm, given)
        return context.get_dummy_value()

    place = (types.intp, types.intp)
    given = (types.intp,) * 3 + (
        a,
        *place,
        types.intp,
        b,
        *place,
        types.intp,
        c,
        *place,
        types.intp,
    )
    return types.none(*given), codegen
