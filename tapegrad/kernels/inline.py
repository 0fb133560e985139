"""How functions of one element are compiled: pasted into the loops that use them."""

# Functions for Numba: arguments are numbers of the dtype in the name.
# mypy: disallow_untyped_defs=False, disallow_incomplete_defs=False, check_untyped_defs=False
# mypy: disallow_untyped_calls=False, disallow_untyped_decorators=False

from __future__ import annotations

from typing import Any

from numba import float32, float64, njit

#: For arithmetic in which a product and a sum may become one instruction.
fast = njit(error_model="numpy", fastmath={"contract"}, forceinline=True)

#: For arithmetic in which rounding errors are computed: nothing may be rearranged.
exact = njit(error_model="numpy", forceinline=True)


def in_double(function: Any) -> Any:
    """The single precision of a function: computed in double, hence right to 0.51 ulp or so."""

    def of_single(x):
        return float32(function(float64(x)))

    return fast(of_single)
