"""Differences, slopes, integrals, interpolation, convolution and covariance."""

from __future__ import annotations

SMOOTH = """
np.diff(x); np.diff(A, axis=0); np.diff(A, 2); np.diff(x, prepend=0.5, append=s); np.diff(x, 5)
np.diff(A, prepend=A[:, :2] * 2, axis=1); np.diff(x, 0); np.ediff1d(x); np.ediff1d(A, 1.0, y)
np.ediff1d(x, to_begin=x[:2]); np.gradient(x); np.gradient(x, 0.5); np.gradient(x, s)
np.gradient(A); np.gradient(A, axis=1); np.gradient(A, 2.0, 0.5, edge_order=2)
np.gradient(x, np.cumsum(u)); np.gradient(x, np.cumsum(u), edge_order=2)
np.gradient(T, 2.0, np.cumsum(u), axis=(0, 2)); np.gradient(A, np.cumsum(u), axis=-1)
np.trapezoid(x); np.trapezoid(A, axis=0); np.trapezoid(x, dx=s); np.trapezoid(x, y)
np.trapezoid(T, np.cumsum(u)); np.trapezoid(A, B.T, axis=0); np.trapezoid(A, u[:3], axis=0)
np.interp(y, np.sort(x), u); np.interp(s, np.cumsum(u), x); np.interp(A, [-1.0, 0.1, 1.0], x[:3])
np.interp(3 * x, np.cumsum(u), y, s, 2.0); np.interp(x * 9, u * 5, y, period=2.5); np.unwrap(x * 4)
np.unwrap(A * 9, axis=0); np.unwrap(x * 3, 3.5); np.unwrap(x * 5, period=2.3); np.convolve(x, y)
np.convolve(x, u[:2], "same"); np.convolve(x[:2], A[0], "valid"); np.convolve(s, x)
np.correlate(x, y); np.correlate(x, u[:3], "full"); np.correlate(u[:2], x, "same"); np.cov(A)
np.cov(x); np.cov(A, rowvar=False); np.cov(x, y); np.cov(A, x[None], bias=True); np.cov(A, ddof=0)
np.cov(A, aweights=u); np.cov(A, fweights=[1, 2, 3, 1], aweights=u)
np.cov(A, fweights=[1, 2, 3, 1]); np.cov(B, B[:, :2] ** 2, rowvar=False); np.corrcoef(A)
np.corrcoef(x, y); np.corrcoef(A, rowvar=False); np.cross(A[:, :3], S); np.cross(x[:3], S)
np.cross(B, S[0], axis=-1); np.cross(S, S.T, axisa=0, axisb=1, axisc=0); np.cross(x[:3], y[:2])
np.cross(A[0, :2], S)
"""

VALUES = """
np.diff(n); np.diff(b); np.diff(m, axis=0); np.diff(m, 1, 0); np.diff(f); np.diff(z); np.diff(n, 7)
np.diff(n, prepend=0.5); np.diff(np.zeros((0, 3)), axis=0); np.diff(w); np.diff(f, append=1.0)
np.ediff1d(n); np.ediff1d(n, 9, [7, 8]); np.ediff1d(m); np.ediff1d(f, 2.0); np.ediff1d(np.zeros(0))
np.gradient(n); np.gradient(m); np.gradient(f); np.gradient(z); np.gradient(f, 2)
np.gradient(n, [0, 1, 3, 4]); np.gradient(A, axis=(1, 0)); np.gradient(A, axis=0, edge_order=2)
np.gradient(f, np.array([0.0, 1.0, 4.0])); np.gradient(A, axis=()); np.gradient(s); np.trapezoid(n)
np.trapezoid(f); np.trapezoid(z); np.trapezoid(m, axis=0); np.trapezoid(x[:1])
np.trapezoid(f, dx=0.5); np.trapezoid(f, x[:3]); np.trapezoid(n, n); np.trapezoid(x, dx=f[0])
np.interp(f, [0.0, 1.0], [2.0, 3.0]); np.interp(2, n[:1], [5]); np.interp([0.5, 9.0], [1, 2], z)
np.interp(w, [0.0, 1.0, 2.0], x[:3]); np.interp(1.0, [0, 1, 1, 2], [0, 1, 2, 3])
np.interp(3, [1, 2], [3, 4], left=-1, right=z[0].real); np.interp(1.5, [1, 2], [1, 2])
np.interp([-5.0, 370.0], [0.0, 90.0, 180.0], [1.0, 2.0, 3.0], period=360)
np.interp(np.inf, x[:1], y[:1]); np.unwrap(n * 3); np.unwrap(n, period=4); np.unwrap(f * 4)
np.unwrap(n * 7, period=10); np.convolve(n, n); np.convolve(n, x); np.convolve(m[0], f)
np.convolve(z, z); np.convolve(f, f); np.convolve(b, b); np.convolve(2, n)
np.correlate(z, z, "full"); np.correlate(n, n[:2], "same"); np.correlate(z, f, "full")
np.correlate(n[:2], n, "full"); np.cov(n); np.cov(m); np.cov(f); np.cov(z)
np.cov(np.stack([z, z * 2j])); np.cov(f, dtype=np.float32); np.cov(x[:1]); np.cov(w)
np.cov(np.zeros((0, 3))); np.cov(n, n, ddof=2); np.corrcoef(n, n); np.corrcoef(z, z[::-1])
np.corrcoef(f, f * 2, dtype=np.float32); np.corrcoef(x); np.corrcoef([1.0, 1.0], [1.0, 2.0])
np.cross(n[:3], n[1:]); np.cross(m, [[1, 2]]); np.cross(f, f[::-1]); np.cross(z, [1.0, 2.0])
np.cross([1j, 2, 3], f)
"""

ERRORS = """
np.unwrap(z); np.interp(z, x, y); np.gradient(b); np.correlate(s, x); np.diff(s); np.diff(x, -1)
np.diff(A, axis=2); np.diff(x, prepend=A); np.ediff1d(n, 1.5); np.gradient(x[:1])
np.gradient(x, 1.0, 2.0); np.gradient(A, edge_order=3); np.gradient(x, y[:3])
np.gradient(A, axis=5); np.gradient(A[:2], edge_order=2); np.gradient(A, x); np.trapezoid(s)
np.trapezoid(A, axis=3); np.trapezoid(x, y[:3]); np.interp(x, [], []); np.interp(x, x, y[:2])
np.interp(x, A, A); np.interp(x, u, y, period=0); np.unwrap(s); np.unwrap(x, axis=1)
np.convolve(x, []); np.convolve(A, x); np.convolve(x, y, "nonsense"); np.correlate([], x)
np.correlate(A, A); np.cov(T); np.cov(x, T); np.cov(x, ddof=0.5); np.cov(x, fweights=[1, 2])
np.cov(x, fweights=[1.5, 1, 1, 1]); np.cov(x, aweights=-u); np.cov(x, aweights=A); np.cov(x, y[:3])
np.cov(x, fweights=[-1, 1, 1, 1]); np.corrcoef(T); np.cross(x, y); np.cross(S, S, axis=4)
np.cross(S, B[:2])
"""
