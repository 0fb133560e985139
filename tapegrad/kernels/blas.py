"""The matrix product of the BLAS that NumPy itself uses, for machine code.

SciPy brings a BLAS of its own, which Numba calls. NumPy's is loaded anyway, may be the faster one,
and a process with one BLAS has one pool of threads. It has no public address, so its function is
looked up under the names that builds of NumPy give it; where none is known, SciPy's serves.
"""

from __future__ import annotations

import ctypes
from importlib import import_module

from llvmlite import binding
from numba.extending import get_cython_function_address

#: Under these names machine code finds the functions, in memory as on disk.
SYMBOLS = {"s": "tapegrad_sgemm", "d": "tapegrad_dgemm"}

#: OpenBLAS of NumPy's wheels, OpenBLAS with integers of 64 bits, and any other BLAS.
_NAMES = ("scipy_{}gemm_64_", "{}gemm_64_", "{}gemm_")


def _of_numpy(kind: str) -> int | None:
    """The address of Fortran's `sgemm` or `dgemm` in what NumPy is linked with."""
    library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    for name in _NAMES:
        function = getattr(library, name.format(kind), None)
        if function is not None:
            return ctypes.cast(function, ctypes.c_void_p).value
    return None


def _of_scipy(kind: str) -> int:
    address: int = get_cython_function_address("scipy.linalg.cython_blas", f"{kind}gemm")
    return address


for _kind, _symbol in SYMBOLS.items():
    binding.add_symbol(_symbol, _of_numpy(_kind) or _of_scipy(_kind))
