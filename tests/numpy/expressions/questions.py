"""Questions about arrays, their types, and texts of them; complex answers of `emath`."""

from __future__ import annotations

SMOOTH = """
np.emath.sqrt(u); np.emath.log(u); np.emath.log2(u); np.emath.log10(u); np.emath.logn(2, u)
np.emath.power(u, x); np.emath.arccos(u); np.emath.arcsin(u); np.emath.arctanh(u)
np.abs(np.emath.sqrt(x)); np.real(np.emath.log(x)); np.imag(np.emath.power(x, 0.3))
np.abs(np.emath.logn(u, x)); np.real(np.emath.log2(x)) + np.imag(np.emath.log10(x))
np.abs(np.emath.arctanh(x * 2)); np.abs(np.emath.arcsin(y)); np.abs(np.emath.arccos(y))
np.real(np.emath.power(x, 3)); np.real_if_close(x + 0j); np.real_if_close(x)
np.asarray_chkfinite(x); np.require(x, np.float64, "C"); np.i0(x); np.fix(x) * y
np.real(np.sort_complex(x)); np.ascontiguousarray(s); np.nan_to_num(x * 2)
"""

VALUES = """
np.shape(A); np.shape([[1, 2]]); np.shape(3); np.ndim(A); np.ndim(2.0); np.size(A); np.size(A, 1)
np.size(A, (0, 1)); np.size([1, 2]); np.result_type(f, 1.0); np.result_type(f, x)
np.result_type(m, 3); np.min_scalar_type(10); np.min_scalar_type(x); np.min_scalar_type(-1)
np.min_scalar_type(s.item()); np.common_type(f, m.astype(np.float16)); np.common_type(x, z)
np.common_type(n); np.iscomplexobj(z); np.iscomplexobj(x); np.isrealobj(x); np.isrealobj([1j])
np.iscomplex(z); np.iscomplex(x); np.isreal(z.real + 0j); np.isreal(n); np.isscalar(x)
np.isscalar(3); np.iterable(x); np.iterable(s); np.isposinf([1.0, np.inf])
np.isneginf([-np.inf, np.inf, np.nan]); np.isneginf(n); np.isfortran(A)
np.array_equal(w, w, equal_nan=True); np.array_equiv(x, [x, x]); np.array_equiv(x, A)
np.real_if_close(z); np.real_if_close(z * 1e-20 + 1); np.require(n, float); np.sort_complex(n)
np.sort_complex(z); np.sort_complex(m[0]); np.sort_complex(f); np.fix(f); np.fix(w); np.fix(n)
np.i0(n); np.i0(f); np.i0(s); np.array2string(x); np.array2string(A, precision=2, separator=", ")
np.array_repr(f); np.array_str(n); np.array_repr(m, precision=1); np.format_float_positional(x[0])
np.format_float_positional(s, 3); np.format_float_scientific(y[2], precision=2)
np.base_repr(n[0], 2); np.binary_repr(5); np.typename("d"); np.mintypecode("df")
np.packbits([1, 0, 1]); np.unpackbits(np.array([7], np.uint8)); np.packbits(b)
np.unpackbits(np.packbits(b), count=3); np.datetime_as_string(np.array("2024-01-01", "M8[D]"))
np.is_busday("2024-01-01"); np.busday_count("2024-01-01", ["2024-02-01"])
np.busday_offset("2024-01-05", [1, 2]); np.isnat(np.array(["NaT"], "M8[D]"))
np.emath.sqrt([-1, 4]); np.emath.sqrt(f); np.emath.sqrt(m - 3); np.emath.log(-n)
np.emath.power([2, 3], -1); np.emath.power(n, 2); np.emath.sqrt(z); np.emath.arccos(2)
np.emath.log2(-f); np.emath.sqrt(-1); np.emath.power(f, 2); np.emath.arctanh(0.5)
np.emath.log10(0.0); np.may_share_memory(x, y); np.shares_memory(x, x[1:])
np.shares_memory(A[0], A[1]); np.shares_memory(x, x.copy()); np.shares_memory(A.T, A[1:])
np.may_share_memory(x[::2], x[1::2]); np.shares_memory(x[::2], x[1::2])
np.may_share_memory(x[:2], x[2:]); np.shares_memory(x, np.reshape(x, (2, 2)))
np.loadtxt(["1 2", "3 4"]); np.genfromtxt(["1,2", "3,"], delimiter=",")
np.fromstring("1 2", sep=" "); np.frombuffer(b"ab", np.uint8); bool(np.False_)
np.typecodes["Float"]; np.half; float(np.double(3)); np.longdouble; np.uint is np.ulong
np.ScalarType; np.little_endian; np.exceptions.AxisError
np.get_printoptions()["precision"]; np.geterr()["over"]; np.iinfo(n.dtype).max
np.row_stack([n, n])
"""

ERRORS = """
np.size(A, 5); np.common_type(np.array(["a"])); np.asarray_chkfinite(w)
np.require(x, requirements="Q"); np.i0(z); np.packbits(x); np.busday_count("x", "y")
np.shape([[1], [1, 2]]); np.nonsense; np.array_equal(x); np.isposinf(z); np.binary_repr(x)
np.emath.nonsense; np.datetime_as_string(x)
"""
