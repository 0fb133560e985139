"""Expressions that NumPy and this dialect must agree on: values, types, shapes, derivatives.

`np` is either library; the other names are the arrays of `samples`. NumPy is the judge.
"""

from __future__ import annotations

from typing import Any

import numpy


def samples() -> dict[str, Any]:
    """The arrays by name: lower case vectors, upper case matrices, z complex, n and m integers."""
    rng = numpy.random.default_rng(20260)
    return {
        "x": numpy.array([0.7, -1.3, 2.1, 0.4]),
        "y": numpy.array([1.9, 0.6, -0.8, 1.4]),
        "u": numpy.array([0.31, 0.52, 0.83, 0.14]),  # between 0 and 1
        "s": numpy.array(0.6),
        "A": rng.normal(size=(3, 4)),
        "B": rng.normal(size=(4, 3)),
        "S": rng.normal(size=(3, 3)) + 3 * numpy.eye(3),
        "T": rng.normal(size=(2, 3, 4)),
        "z": numpy.array([1.0 + 2.0j, -0.5 + 0.3j]),
        "f": numpy.array([0.5, 1.5, -2.5], numpy.float32),
        "n": numpy.array([3, -1, 4, 2]),
        "m": numpy.array([[1, 0], [2, 5]], numpy.int8),
        "b": numpy.array([True, False, True, True]),
        "w": numpy.array([1.0, numpy.nan, -2.0, 4.0]),
    }


#: Everything that has derivatives: values, gradients, tangents and second derivatives are compared.
SMOOTH = """
x + y; x - 2; 3 * x; x / y; -x; +x; x**3; 2.0**x; u**y; abs(x); x % 2.0; x // 0.32; 1 / x; 2 - x
x + A; x * S[:, :1]; A @ B; x @ y; A @ x; x @ B; T @ B; np.add(x, y); np.subtract(1, x)
np.multiply(x, s); np.divide(x, 2); np.negative(x); np.positive(x); np.power(u, 2.5)
np.float_power(u, 2); np.remainder(x, 0.9); np.fmod(x, 0.9); np.absolute(x); np.fabs(x)
np.sign(x) * x; np.conjugate(x); np.floor(x) + x; np.ceil(x) * x; np.rint(x) - x; np.trunc(x) * y
np.exp(x); np.exp2(x); np.expm1(x); np.log(u); np.log2(u); np.log10(u); np.log1p(u); np.sqrt(u)
np.cbrt(x); np.square(x); np.reciprocal(x); np.sin(x); np.cos(x); np.tan(x); np.arcsin(u)
np.arccos(u); np.arctan(x); np.arctan2(x, y); np.hypot(x, y); np.sinh(x); np.cosh(x); np.tanh(x)
np.arcsinh(x); np.arccosh(1 + u); np.arctanh(u); np.degrees(x); np.rad2deg(x); np.radians(x)
np.deg2rad(x); np.logaddexp(x, y); np.logaddexp2(x, y); np.maximum(x, y); np.minimum(x, 0.5)
np.fmax(x, y); np.fmin(x, y); np.copysign(x, y); np.heaviside(x, s); np.ldexp(x, 3); np.frexp(x)[0]
np.modf(x)[0]; np.divmod(x, 0.75)[1]; np.floor_divide(x, 0.75) * x; np.matmul(A, B)
np.matmul(x, B); np.vecdot(x, y); np.matvec(A, x); np.vecmat(x, B); np.vecdot(A, x)
np.matmul(T, B); np.sin(A).T; x.T; A.T @ A; T.mT; T.transpose(1, 0, 2); np.sin(np.cos(x) * y)
np.sum(x); np.sum(A, axis=0); A.sum(axis=1, keepdims=True); A.sum((0, 1)); np.sum(x, where=b)
np.sum(x, initial=2.0); np.prod(x); A.prod(axis=-1); np.prod(x, where=b); np.mean(A); np.mean(A, 1)
A.mean(axis=(0, 1), keepdims=True); np.mean(x, where=b); np.mean([x, x + 2]); np.var(A)
np.var(A, 0, ddof=1); np.var(x, where=b); np.std(A, axis=1); x.std(); np.std(x, correction=1)
np.max(x); np.max(A, axis=0); np.min(A, 1); x.min(); np.amax(A); np.amin(x); np.max(x, initial=9.0)
np.max(x, where=b, initial=-9.0); np.ptp(A, 1); np.average(x); np.average(x, weights=u)
np.average(A, axis=1, weights=u); np.average(A, axis=0, weights=u[:3]); np.median(x)
np.median(A, 1); np.quantile(x, 0.3); np.quantile(A, [0.2, 0.7], axis=1); np.percentile(x, 40)
np.quantile(x, u); np.quantile(x, 0.3, method="hazen"); np.nanmean(x); np.nansum(A, 0)
np.nanmax(A, 1); np.nanmin(A); np.nanprod(x); np.nanvar(A, 1); np.nanstd(x); np.nanmedian(x)
np.nanquantile(x, 0.4); np.nanpercentile(A, 40, axis=0); np.nancumsum(x); np.nancumprod(x)
np.cumsum(x); np.cumsum(A, 1); A.cumsum(); np.cumprod(x); np.cumprod(A, 0); np.cumulative_sum(x)
np.cumulative_sum(A, axis=1, include_initial=True); np.cumulative_prod(x); np.reshape(A, (2, 6))
A.reshape(-1); A.reshape(4, 3); np.reshape(A, (4, 3), order="F"); A.ravel(); np.ravel(A, "F")
A.flatten(); np.transpose(A); np.transpose(T, (2, 0, 1)); np.permute_dims(A, (1, 0))
np.swapaxes(T, 0, 2); T.swapaxes(0, 1); np.moveaxis(T, 0, -1); np.rollaxis(T, 2)
np.expand_dims(x, 0); np.expand_dims(A, (0, 3)); np.squeeze(A[:, :1]); A[:1].squeeze(0)
np.matrix_transpose(T); np.broadcast_to(x, (3, 4)); np.flip(A); np.flip(A, 1); np.fliplr(A)
np.flipud(A); np.rot90(A); np.rot90(A, 2); np.roll(x, 1); np.roll(A, (1, 2), axis=(0, 1))
np.repeat(x, 2); np.repeat(A, [1, 0, 2], axis=0); A.repeat(2, axis=1); np.tile(x, 2)
np.tile(A, (2, 1)); np.resize(x, (2, 3)); np.delete(x, 1); np.delete(A, [0, 2], axis=1)
np.diagonal(A); A.diagonal(1); np.diagonal(T, 0, 1, 2); np.diag(x); np.diag(S); np.diag(S, 1)
np.diagflat(x, 1); np.tril(S); np.triu(T, 1); np.split(x, 2); np.split(x, [1, 3])
np.array_split(x, 3); np.hsplit(A, 2); np.vsplit(B, 2); np.dsplit(T, 2); np.unstack(A)
np.concatenate([x, y]); np.concatenate([A, A * 2], axis=1); np.concatenate([A, B], axis=None)
np.concat([x, u]); np.stack([x, y]); np.stack([x, y], axis=1); np.stack([x, y], -1)
np.hstack([x, y]); np.hstack([A, S]); np.vstack([x, y]); np.vstack([A, x]); np.dstack([x, y])
np.column_stack([x, y]); np.block([[S, A], [A, S]]); np.append(x, y); np.append(A, A, axis=0)
np.array([x, y]); np.array([s, 2.0]); np.array([[s, 1.0], [2.0, s]]); np.asarray([x, y])
np.array(x, ndmin=2); np.take(x, [0, 2]); np.take(A, [1, 0], axis=1); x.take(2)
np.take(x, [5, -7], mode="wrap"); np.take_along_axis(A, np.array([[1], [0], [2]]), 1)
np.compress([True, False, True], A, axis=0); np.extract(x > 0, x)
A.compress([False, True], axis=1); x[0]; x[1:]; x[::-1]; x[-1]; A[1]; A[:, 1]; A[1, 2]; A[..., 0]
x[None]; A[:, None, :2]; x[[0, 0, 2]]; A[[0, 1], [1, 2]]; x[b]; x[x > 0]; A[A > 0]; A[1:, [0, 2]]
T[:, [0, 1], :2]; T[0, ..., [1, 2]]; x[n - 2]; A[np.array([0, 2])]; A[::2, ::-1]; np.full(3, s)
np.full_like(x, s); np.linspace(s, 2.0, 5); np.linspace(x, y, 3); np.copy(x)
np.linspace(s, 2.0, 5, endpoint=False); np.linspace(x, 1.0, 3, axis=1); np.logspace(s, 1.0, 3)
np.geomspace(u, 2.0, 3); np.astype(x, np.float32); x.astype(np.float64); x.copy()
np.identity(4) @ x; np.add.reduce(A); np.multiply.reduce(A, axis=1); np.maximum.reduce(x)
np.add.accumulate(A, 1); np.multiply.accumulate(x); np.maximum.accumulate(x); np.add.outer(x, y)
np.multiply.outer(x, A); np.logaddexp.reduce(x); np.logaddexp.accumulate(x); np.hypot.reduce(x)
np.subtract.outer(x, x); np.add.reduceat(x, [0, 2]); np.add.reduceat(x, [0, 2, 1])
np.minimum.reduceat(A, [0, 2], axis=1); np.add.reduce(A, axis=None); np.where(x > 0, x, y)
np.where(b, x, 0.0); np.where(x > 0, np.sqrt(np.abs(x)), x * 2); np.clip(x, -1, 1)
np.clip(x, None, u); x.clip(0.1, 1.0); np.sort(x); np.sort(A, axis=0); np.sort(A, axis=None)
np.partition(x, 2)[2]; np.round(x, 1) * y; np.around(x) + x; np.real(x); np.imag(x) + x
np.nan_to_num(x); np.sinc(x); np.atleast_1d(s); np.atleast_2d(x); np.atleast_3d(A); np.dot(x, y)
np.dot(A, x); np.dot(A, B); np.dot(T, B); A.dot(x); np.dot(x, 2.0); np.vdot(A, A); np.inner(x, y)
np.inner(T, A); np.outer(x, y); np.outer(A, s); np.tensordot(A, B, 1); np.tensordot(A, A)
np.tensordot(T, A, axes=([1, 2], [0, 1])); np.einsum("ij,jk->ik", A, B); np.einsum("ij->j", A)
np.einsum("ii", S); np.einsum("i,i,i", x, y, u); np.einsum("...j,j", T, x); np.kron(A, x)
np.kron(S, S); np.kron(T, A); np.trace(S); A.trace(1); np.add.reduce(x, where=b)
np.add(x, y, where=b, out=y.copy()); np.exp(x, out=np.zeros(4))
np.divide(x, y, where=b, out=np.zeros(4)); np.add(x, y, dtype=np.float32)
"""

#: Values alone are compared: results without a derivative, integers, special values, float32.
VALUES = """
n + 1; n * n; n / 2; n // 2; n % 3; n**2; -n; abs(n); n & 3; n | 1; n ^ 2; ~n; n << 1; n >> 1
m + 1; m * 1.5; m + n[:2]; b + b; b & b; ~b; b * 2; m / m.dtype.type(2); 7 // n; 2 ** np.abs(n)
x > 0; x >= y; x == x; x != y; x < n; x <= 0.7; n == n; 1 < x; (x == None) is None; f + 1; f * 2.5
f + 1j; f + np.float64(1); f + x[:3]; f * np.ones(3, np.float32); f / 3; f**2; f @ f
np.float32(2) * f; np.float64(2) * f; np.ones(3) * f; 1.0 + f; np.sin(f); np.mean(f); f.sum()
f.std(); np.sin(n); np.sqrt(m); np.exp(b); np.hypot(n, 2); np.mean(n); np.var(n); np.sum(n)
np.sum(b); np.prod(m); np.sum(m); np.cumsum(m); np.max(n); np.max(m, 0); np.ptp(n); np.median(n)
np.average(n); np.mean(m, 1); np.sin(z); z * 2; z + x[:2]; np.abs(z); np.sign(z); np.conj(z)
np.exp(z); np.log(z); z**2; np.sum(z); np.mean(z); np.var(z); np.std(z); np.prod(z); np.max(z)
z @ z; np.vecdot(z, z); np.sqrt(z); 1 / z; np.isfinite(w); np.isnan(w); np.isinf(w); np.signbit(x)
np.logical_and(x, b); np.logical_not(n); np.logical_or(b, x > 1); np.logical_xor(b, b)
np.bitwise_count(n); np.gcd(n, 6); np.lcm(n, 6); np.invert(m); np.left_shift(n, 2); np.spacing(x)
np.nextafter(x, y); np.frexp(x); np.modf(w); np.divmod(n, 3); divmod(x, 0.7); np.nansum(w)
np.nanmean(w); np.nanmax(w); np.nanvar(w); np.nanmedian(w); np.fmax(w, x); np.maximum(w, x)
np.nancumsum(w); np.nanprod(w); np.nanmin(w); np.nanstd(w); np.nanquantile(w, 0.3); np.max(w)
np.min(w); np.argmax(x); np.argmin(A, 1); np.argmax(A, axis=0, keepdims=True); x.argmax()
np.nanargmax(w); np.nanargmin(w); np.all(b); np.any(b); np.all(A > -9, axis=1); A.any(0); b.all()
np.count_nonzero(n); np.count_nonzero(A > 0, axis=1, keepdims=True); np.zeros(3)
np.zeros((2, 3), int); np.ones(2); np.ones((2, 2), bool); np.empty(0); np.full(3, 7)
np.full((2, 2), 1.5); np.zeros_like(n); np.zeros_like(x, dtype=int); np.ones_like(m)
np.full_like(n, 2.7); np.eye(3); np.eye(2, 3, 1); np.identity(2); np.tri(3); np.arange(5)
np.arange(2, 8, 3); np.arange(1.0, 2.0, 0.25); np.arange(3, dtype=np.float32); np.linspace(0, 1, 5)
np.linspace(0, 1, 3, retstep=True); np.logspace(0, 2, 3); np.geomspace(1, 8, 4); np.array(1)
np.array(1.5); np.array([1, 2]); np.array([[1, 2.5]]); np.array([True]); np.array([1j])
np.asarray([1, 2], np.float32); np.array(x, dtype=int); np.array([]); np.indices((2, 2))
np.hanning(4); np.kaiser(4, 2.0); np.fromfunction(lambda i, j: i - j, (2, 3))
np.fromiter(range(3), float); np.concatenate([n, x]); np.concatenate([m, m], axis=1)
np.stack([n, x]); np.hstack([n, b]); np.append(n, 2.5); n[1:]; n[b]; m[0]; m[:, 1]; m.T
n.reshape(2, 2); np.roll(n, 1); np.diag(n); np.tril(m); np.repeat(n, 2); n.tolist(); x.size; A.ndim
T.shape; x.itemsize; A.nbytes; m.dtype; x.item(1); s.item(); len(A); list(n.shape); n.astype(float)
x.astype(int); m.astype(np.float32); np.sum(x, dtype=np.float32); np.mean(n, dtype=np.float32)
np.power(n, 2); np.float_power(n, 2); np.sum(np.zeros(0)); np.prod(np.zeros(0))
np.sum(np.zeros((0, 3)), 0); np.cumsum(np.zeros(0)); np.mean(np.zeros((3, 0)), 0)
np.max(np.zeros((3, 0)), 0); x[4:]; np.array(2.0)[()]; np.add.reduce(n); np.multiply.reduce(m)
np.bitwise_or.reduce(n); np.logical_and.reduce(b); np.add.outer(n, n); np.add.accumulate(m)
np.maximum.accumulate(n); np.gcd.reduce(n); np.less.outer(x, y); np.subtract.reduce(n)
np.copysign(f, -1); np.heaviside(f, 0.5); np.floor(n); np.trunc(f)
np.quantile(x, 0.5, keepdims=True); np.percentile(n, [25, 75]); bool(s); float(s); int(s * 5)
complex(s); np.array(x).shape; np.array([[1, 2], [3, 4]]).strides; 3 in n; np.hstack([f, x])
np.array([f, f]).dtype; np.where(b, n, 2.5); np.where(b[:3], f, 2.5); np.where(n > 2)
np.clip(n, 0, 3); np.argsort(x); np.argsort(A, 0); np.searchsorted([0.0, 1.0], x); np.nonzero(n)
np.argwhere(n > 1); np.isclose(x, x + 1e-9); np.allclose(x, x); np.array_equal(x, y)
np.isin(n, [3]); np.unique(m); np.unique(n, return_index=True); np.bincount(np.abs(n))
np.digitize(x, [0.0, 1.0]); np.histogram(x, 3); np.real(z); np.imag(z); np.angle(z)
np.angle(z, deg=True); z.real; z.imag; z.conj(); np.round(n); np.round(x, 2); np.dot(n, n)
np.einsum("i,i", n, n); np.kron(n, n); np.outer(n, n); np.nan_to_num(w); np.inner(m, m)
np.tensordot(m, m); np.vdot(z, z); np.sort(n); np.trace(m); np.matmul(n, n); m @ m
np.matmul(m, np.ones((2, 2), np.float32)); np.vecdot(n, n); n.cumsum(); n.mean()
"""

#: Both raise, and the same kind of error.
ERRORS = """
x + A[:, :3]; A @ A; x @ s; np.sum(x, axis=1); np.mean(A, axis=(0, 0)); x[7]; x[0, 0]; x[1.5]
A[:, 9]; np.reshape(x, (3, 3)); np.concatenate([x, A]); np.concatenate([A, B]); np.stack([x, f])
np.max(np.zeros(0)); np.transpose(A, (0, 0)); np.squeeze(A, 0); np.swapaxes(A, 0, 5)
np.split(x, 3); x[[9]]; len(s); iter(s); float(x); bool(x); np.add(x); np.sin(x, x, x, x)
np.add(x, y, out=np.zeros(3)); np.arange(); x & y; np.add(x, y, out=np.zeros(4, int)); ~x; x << 1
np.bitwise_and(x, 1); np.max(x, where=b); n ** -1; np.take(x, [9]); np.var(x, ddof=1, correction=1)
np.ones(-1); np.sin.reduce(x); x.astype("nonsense"); np.broadcast_to(x, (2, 3))
np.linspace(0, 1, -1); np.quantile(x, 1.5); np.cumsum(A, axis=3); np.add("a", x); np.array([x, A])
np.moveaxis(A, 0, 4); np.diag(T); x + object(); np.matmul(x, 2); np.unstack(s)
np.average(A, weights=x); np.full(2, x); np.repeat(x, [1, 2]); m + 300; np.expand_dims(x, 5)
np.where(x, x); np.where(b, x, A[:, :3]); np.dot(A, A); np.inner(x, A[0, :3])
np.einsum("ij,jk", A, A); np.tensordot(A, A, 1); np.sort(x, axis=2)
"""


def expressions(text: str) -> list[str]:
    """The single expressions of a table."""
    return [part.strip() for line in text.strip().splitlines() for part in line.split(";")]
