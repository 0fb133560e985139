"""Expressions of the array API standard: `xp` is array-api-strict, or this dialect.

array-api-strict has nothing but what the standard demands, and is the judge of values and types.
"""

from __future__ import annotations

from typing import Any

import numpy


def samples() -> dict[str, Any]:
    """The arrays by name: x, y, u, A, B, S, P, T of float64; others by their type."""
    rng = numpy.random.default_rng(11)
    square = rng.normal(size=(3, 3))
    found = {
        "x": numpy.array([0.7, -1.3, 2.1, 0.4]),
        "y": numpy.array([1.9, 0.6, -0.8, 1.4]),
        "u": numpy.array([0.31, 0.52, 0.83, 0.14]),  # between 0 and 1
        "v": numpy.array([1.5, -0.25, 0.75]),
        "A": rng.normal(size=(3, 4)),
        "B": rng.normal(size=(4, 3)),
        "S": square + 3 * numpy.eye(3),
        "P": square @ square.T + numpy.eye(3),
        "T": rng.normal(size=(2, 3, 4)),
        "s": numpy.array(0.6),
        "f": numpy.array([0.5, 1.5, -2.5, 3.25], numpy.float32),
        "z": numpy.array([1.0 + 2.0j, -0.5 + 0.3j, 2.0 - 1.0j, -0.7j]),
        "c": numpy.array([1.0 - 1.0j, 0.25 + 2.0j, 1.0j, 3.0], numpy.complex64),
        "b": numpy.array([True, False, True, True]),
        "d": numpy.array([False, False, True, True]),
        "w": numpy.array([1.0, numpy.nan, -numpy.inf, -0.0]),
        "k": numpy.array([2, 0, 1, 2], numpy.int64),
        "h": numpy.array([3, 1, 2, 7]),
        "e0": numpy.zeros((0, 3)),
    }
    values = numpy.array([[3, 1, 4, 0], [2, 7, 5, 6]])
    for bits in (8, 16, 32, 64):
        found[f"i{bits}"] = (values[0] - 2).astype(f"int{bits}")
        found[f"u{bits}"] = values[1].astype(f"uint{bits}")
    return found


#: Values, types, gradients with respect to the arrays of float64.
SMOOTH = """
x + y; x - 2; 3 * x; x / y; -x; +x; u**y; x**3; abs(x); x % 2.0; A @ B; x @ y; x + A; s * T
xp.abs(x); xp.acos(u); xp.acosh(1 + u); xp.add(x, y); xp.asin(u); xp.asinh(x); xp.atan(x)
xp.atan2(x, y); xp.atanh(u); xp.cos(x); xp.cosh(x); xp.divide(x, y); xp.exp(x); xp.expm1(x)
xp.hypot(x, y); xp.log(u); xp.log10(u); xp.log1p(u); xp.log2(u); xp.logaddexp(x, y)
xp.maximum(x, y); xp.minimum(x, y); xp.multiply(x, y); xp.negative(x); xp.positive(x); xp.pow(u, y)
xp.reciprocal(y); xp.remainder(x, y); xp.sin(x); xp.sinh(x); xp.sqrt(u); xp.square(x)
xp.subtract(x, y); xp.tan(x); xp.tanh(x); xp.copysign(x, y); xp.clip(x, -1.0, 1.5)
xp.clip(x, min=y); xp.clip(A, max=0.5); xp.maximum(x, 0.5); xp.minimum(0.5, x); xp.hypot(x, 1)
xp.cumulative_sum(x); xp.cumulative_sum(A, axis=1, include_initial=True); xp.cumulative_prod(x)
xp.max(A, axis=0); xp.mean(A); xp.mean(T, axis=(0, 2), keepdims=True); xp.min(A, axis=-1)
xp.prod(A, axis=1); xp.std(A, axis=0, correction=1); xp.sum(T, axis=(0, 1))
xp.var(A, correction=1.0); xp.sum(x, dtype=xp.float64); xp.prod(x, keepdims=True)
xp.diff(A, axis=0); xp.diff(x, n=2); xp.diff(x, prepend=y[:1], append=y[2:]); xp.sort(A, axis=0)
xp.sort(x, descending=True); xp.take(A, k, axis=1); xp.take(x, k)
xp.take_along_axis(A, k[None, :3], axis=1); xp.where(b, x, y); xp.where(x > 0, x, 0.0)
xp.concat([A, B.T], axis=0); xp.concat((x, y), axis=None); xp.stack([x, y], axis=1)
xp.reshape(A, (4, 3)); xp.reshape(A, (-1,), copy=True); xp.flip(A, axis=1); xp.roll(A, 2, axis=1)
xp.roll(T, (1, 2), axis=(0, -1)); xp.squeeze(A[:1, ...], 0); xp.expand_dims(A, axis=1)
xp.expand_dims(A, axis=(0, -1)); xp.permute_dims(T, (2, 0, 1)); xp.permute_dims(T, (-1, 0, 1))
xp.moveaxis(T, 0, -1); xp.moveaxis(T, (0, 1), (2, 0)); xp.broadcast_to(x, (2, 4))
xp.broadcast_arrays(x, A)[0]; xp.repeat(A, 2, axis=1); xp.repeat(x, h); xp.tile(x, (2, 2))
xp.unstack(A)[1]; xp.unstack(A, axis=1)[2]; xp.tril(A, k=1); xp.triu(A, k=-1); xp.meshgrid(x, v)[0]
xp.meshgrid(x, v, indexing="ij")[1]; A.T; T.mT; xp.matrix_transpose(T); xp.matmul(A, B)
xp.tensordot(A, B, axes=1); xp.vecdot(x, y); xp.tensordot(A, T, axes=((0, 1), (1, 2)))
xp.vecdot(A, B.T, axis=-2); xp.real(x); xp.conj(x); xp.astype(x, xp.float32); xp.asarray(x)
xp.asarray(x, copy=True); xp.stack([x[0], x[1]]); xp.from_dlpack(x); x[1]; x[::-1]; A[..., 1]
A[1, None, ::2]; T[-1, :, 1:3]; x[b]; A[A > 0]; x[k]; A[k, h % 4]; A[k, k]; T[k[1:3], 2, k[1:3]]
x.to_device(x.device); xp.unstack(A.T)[0]; xp.linalg.cholesky(S @ S.T)
xp.linalg.cholesky(S @ S.T, upper=True); xp.linalg.cross(v, S[0, ...])
xp.linalg.cross(S, P, axis=-2); xp.linalg.det(S); xp.linalg.diagonal(A, offset=1); xp.linalg.inv(S)
xp.linalg.eigvalsh(P); xp.linalg.matmul(A, B); xp.linalg.matrix_norm(A)
xp.linalg.matrix_norm(A, ord=2); xp.linalg.matrix_norm(A, ord="nuc"); xp.linalg.matrix_power(S, 3)
xp.linalg.matrix_power(S, -2); xp.linalg.matrix_transpose(T); xp.linalg.outer(x, v)
xp.linalg.pinv(A); xp.linalg.slogdet(S)[1]; xp.linalg.slogdet(S).logabsdet; xp.linalg.solve(S, v)
xp.linalg.solve(S, B[:3, ...]); xp.linalg.svdvals(A); xp.linalg.tensordot(A, B, axes=1)
xp.linalg.trace(S, offset=-1); xp.linalg.vecdot(x, y); xp.linalg.vector_norm(x)
xp.linalg.vector_norm(A, axis=1, ord=1); xp.linalg.vector_norm(A, ord=3, keepdims=True)
xp.linalg.vector_norm(T, axis=(0, 1)); xp.linalg.eigh(P).eigenvalues; xp.linalg.svd(A).S
xp.linalg.svd(A, full_matrices=False)[1]; xp.real(xp.fft.fft(x * z))
xp.imag(xp.fft.fft(A * z, n=5, axis=0)); xp.real(xp.fft.rfft(x, norm="ortho"))
xp.imag(xp.fft.rfftn(A)); xp.real(xp.fft.fftn(T * z, axes=(0, 2)))
xp.fft.irfft(xp.fft.rfft(x) * z[:3]); xp.fft.irfftn(xp.fft.rfftn(A) * 2, s=(3, 4), axes=(0, 1))
xp.real(xp.fft.ifft(x * z)); xp.real(xp.fft.ifftn(A * z)); xp.fft.hfft(x * z)
xp.imag(xp.fft.ihfft(x)); xp.fft.fftshift(x); xp.fft.ifftshift(A, axes=1)
"""

#: Values and types.
VALUES = """
i8 + u8; i8 * i16; u8 + i16; i32 - i64; u16 + u32; f + x; f * c; c + z; f * 2; i8 + 1; f + 1.5
c * 1j; i64 // 3; i32 % 2; -i16; abs(i8); i16 & i32; u8 | u16; i32 ^ 5; u16 << 1; i64 >> 1; ~i8; ~b
b & d; b | d; b ^ d; x == y; x != y; x < y; x <= y; i8 > u8; f >= x; b == d; i8 == i16; x // y
i64**2; 1 - f; 2 / x; 2**u8; 7 // u8[1:]; 7 % i64[1:3]; 3.0**f; True & b; 5 | i8; 6 ^ u8; 1 << u8
9 >> u16; xp.abs(z); xp.abs(i8); xp.add(i8, u8); xp.bitwise_and(i8, i16); xp.bitwise_or(b, d)
xp.bitwise_xor(u8, 3); xp.bitwise_invert(u16); xp.bitwise_left_shift(i32, 2)
xp.bitwise_right_shift(i32, u8 * 0 + 1); xp.ceil(x); xp.ceil(i8); xp.floor(f); xp.trunc(x)
xp.round(x * 10); xp.round(z); xp.round(i16); xp.sign(x); xp.sign(z); xp.sign(i8); xp.signbit(w)
xp.isfinite(w); xp.isinf(w); xp.isnan(w); xp.isnan(z); xp.isfinite(i8); xp.equal(x, y)
xp.not_equal(i8, 1); xp.less(x, y); xp.less_equal(i8, u8); xp.greater(x, 0); xp.greater_equal(f, x)
xp.logical_and(b, d); xp.logical_or(b, d); xp.logical_not(b); xp.logical_xor(b, d)
xp.floor_divide(x, y); xp.floor_divide(i64, 2); xp.remainder(i32, 3); xp.nextafter(x, y)
xp.real(z); xp.imag(z); xp.conj(c); xp.exp(z); xp.log(c); xp.sqrt(z); xp.sin(c); xp.tanh(z)
xp.square(i8); xp.pow(i32, u8 * 0 + 2); xp.maximum(i8, u8); xp.minimum(f, x); xp.clip(i8, 0, 1)
xp.clip(f, min=0.0); xp.negative(c); xp.positive(u8); xp.reciprocal(f); xp.logaddexp(f, f)
xp.all(b); xp.all(A > -9, axis=1); xp.any(d); xp.any(A > 1, axis=0, keepdims=True); xp.all(i8)
xp.argmax(A); xp.argmax(A, axis=1); xp.argmin(A, axis=0, keepdims=True); xp.argsort(x)
xp.argsort(A, axis=0, descending=True); xp.argsort(k, stable=True); xp.count_nonzero(i8)
xp.count_nonzero(A > 0, axis=1); xp.nonzero(i8); xp.nonzero(A > 0); xp.searchsorted(h * 0 + k, k)
xp.searchsorted(xp.sort(x), y, side="right"); xp.searchsorted(x, y, sorter=xp.argsort(x))
xp.searchsorted(xp.sort(x), 0.5); xp.where(b, i8, i16); xp.where(b, 1.0, f); xp.sort(i16)
xp.unique_all(k); xp.unique_counts(k); xp.unique_inverse(k); xp.sort(xp.unique_values(k))
xp.sort(xp.unique_values(f)); xp.isin(i8, k); xp.isin(i64, 1); xp.isin(k, h); xp.sum(i8)
xp.sum(u16); xp.sum(f); xp.sum(i8, dtype=xp.int32); xp.prod(u8); xp.prod(c); xp.mean(f); xp.mean(z)
xp.max(i8); xp.min(f); xp.var(f); xp.std(f, correction=1); xp.cumulative_sum(i8)
xp.cumulative_prod(u16); xp.cumulative_sum(f, dtype=xp.float64); xp.sum(e0, axis=0); xp.sum(e0)
xp.prod(e0, axis=1); xp.concat([i8, u8]); xp.concat([f, x]); xp.stack([i8, i16]); xp.diff(i8)
xp.matmul(f, f); xp.vecdot(z, z); xp.vecdot(i8, i16); xp.tensordot(c, f, axes=1)
xp.linalg.outer(i8, u8); xp.linalg.vector_norm(z); xp.linalg.matrix_rank(A); xp.linalg.trace(A)
xp.linalg.det(xp.astype(S, xp.float32)); xp.linalg.slogdet(S).sign; xp.linalg.eigvalsh(P)
xp.linalg.vector_norm(f, ord=xp.inf); xp.linalg.vector_norm(x, ord=-xp.inf); xp.linalg.pinv(P)
xp.linalg.vector_norm(x, ord=0); xp.linalg.matrix_norm(A, ord=-1); xp.linalg.qr(A)[0].shape
xp.linalg.qr(A, mode="complete").R.shape; xp.linalg.svd(A).Vh.shape; xp.linalg.eigh(P)[1].shape
xp.linalg.matrix_norm(T, keepdims=True, ord=xp.inf)
xp.linalg.trace(xp.ones((3, 3), dtype=xp.int8)); xp.fft.fft(z); xp.fft.fft(c)
xp.fft.ifft(z, norm="forward"); xp.fft.fftn(z[None, :]); xp.fft.ifftn(z); xp.fft.rfft(f)
xp.fft.irfft(c); xp.fft.rfftn(A, axes=(0,)); xp.fft.hfft(z, n=5); xp.fft.ihfft(f)
xp.fft.fftfreq(5, d=0.1); xp.fft.rfftfreq(6, dtype=xp.float32); xp.fft.fftshift(xp.fft.fftfreq(4))
xp.fft.ifftshift(z); xp.arange(5); xp.arange(1, 7, 2); xp.arange(1.0, 2.0, 0.25)
xp.arange(3, dtype=xp.uint8); xp.arange(4, device=x.device); xp.asarray([1, 2]); xp.asarray(1.5)
xp.asarray([True]); xp.asarray(2j); xp.asarray(i8, dtype=xp.float32)
xp.asarray([[1, 2], [3, 4]], dtype=xp.int16); xp.empty((2, 3)).shape; xp.empty_like(i8).dtype
xp.eye(3); xp.eye(2, 3, k=1, dtype=xp.int8); xp.full((2,), 3); xp.full((), 1.5)
xp.full((2, 2), True); xp.full(3, 2, dtype=xp.float32); xp.full_like(f, 2)
xp.full_like(i8, 1.0, dtype=xp.float64); xp.linspace(0, 1, 5)
xp.linspace(0.0, 2.0, 4, endpoint=False); xp.linspace(0, 1, 3, dtype=xp.float32)
xp.linspace(1j, 2.0, 3); xp.ones((2,)); xp.ones(3, dtype=xp.bool); xp.ones_like(c)
xp.zeros((2, 0)); xp.zeros(()); xp.zeros_like(x, dtype=xp.int32); xp.astype(x, xp.int32)
xp.astype(i8, xp.bool); xp.astype(f, xp.complex64); xp.astype(b, xp.float32)
xp.can_cast(xp.int8, xp.int16); xp.can_cast(x, xp.float32); xp.result_type(xp.int8, xp.uint8)
xp.result_type(f, 1.0); xp.result_type(f, x); xp.isdtype(xp.float32, "real floating")
xp.isdtype(xp.int8, ("bool", "integral")); xp.isdtype(xp.uint8, xp.uint8)
xp.isdtype(c.dtype, "numeric"); xp.finfo(f).eps; xp.finfo(xp.float64).max
xp.finfo(xp.complex64).bits; xp.finfo(f).smallest_normal; xp.iinfo(i8).min; xp.iinfo(xp.uint64).max
xp.finfo(x).dtype; xp.iinfo(xp.int16).dtype; xp.broadcast_shapes((2, 1), (3,))
xp.broadcast_shapes(); xp.e; xp.pi; xp.inf; xp.nan; xp.newaxis; x.shape; T.ndim; T.size; x.dtype
float(s); int(i8[0]); bool(b[0]); complex(z[0]); [7, 8, 9][i8[1:2][0] + 2]
"""


def expressions(text: str) -> list[str]:
    """The expressions of a table, which stand between semicolons and in lines of their own."""
    return [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]
