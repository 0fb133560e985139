"""Matrix products inside kernels: BLAS on parts of larger arrays, without views or copies."""

# Numba's own functions have no types.
# mypy: disallow_untyped_calls=False

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.linalg import check_blas_return, ensure_blas, get_blas_kind, make_constant_slot

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
    ensure_blas()

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        sizes, places = args[:3], [args[i : i + 4] for i in (3, 7)]
        letters = [
            builder.select(
                builder.icmp_signed("!=", turned, turned.type(0)),
                _LETTER(ord("t")),
                _LETTER(ord("n")),
            )
            for *_, turned in places
        ]
        memory = [
            builder.bitcast(pointer_to(context, builder, kinds[i], args[i], args[i + 1]), _BYTES)
            for i in (3, 7, 11)
        ]
        zero, one = [
            builder.bitcast(make_constant_slot(context, builder, c.dtype, x), _BYTES)
            for x in (0.0, 1.0)
        ]
        kept = builder.select(builder.icmp_signed("!=", args[14], args[14].type(0)), one, zero)
        parameters = [*[_LETTER] * 3, *[_SIZE] * 3, _BYTES, _BYTES, _SIZE, _BYTES, _SIZE]
        parameters += [_BYTES, _BYTES, _SIZE]
        gemm = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(ir.IntType(32), parameters), "numba_xxgemm"
        )
        # BLAS counts by columns: to it, these are the transposes.
        failed = builder.call(
            gemm,
            [
                _LETTER(ord(get_blas_kind(c.dtype))),
                letters[1],
                letters[0],
                sizes[1],
                sizes[0],
                sizes[2],
                one,
                memory[1],
                args[9],
                memory[0],
                args[5],
                kept,
                memory[2],
                args[13],
            ],
        )
        check_blas_return(context, builder, failed)
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
