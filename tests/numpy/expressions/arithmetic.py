"""Operators and universal functions."""

from __future__ import annotations

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
np.matmul(T, B); np.sin(A).T; A.T @ A; np.sin(np.cos(x) * y); np.add(x, y, where=b, out=y.copy())
np.exp(x, out=np.zeros(4)); np.divide(x, y, where=b, out=np.zeros(4))
np.add(x, y, dtype=np.float32)
"""

VALUES = """
np.sinc(z); np.sinc(np.array([0j, 1.0])); n + 1; n * n; n / 2; n // 2; n % 3; n**2; -n; abs(n)
n & 3; n | 1; n ^ 2; ~n; n << 1; n >> 1; m + 1; m * 1.5; m + n[:2]; b + b; b & b; ~b; b * 2
m / m.dtype.type(2); 7 // n; 2 ** np.abs(n); x > 0; x >= y; x == x; x != y; x < n; x <= 0.7; n == n
1 < x; (x == None) is None; f + 1; f * 2.5; f + 1j; f + np.float64(1); f + x[:3]
f * np.ones(3, np.float32); f / 3; f**2; f @ f; np.float32(2) * f; np.float64(2) * f; 1.0 + f
np.sin(f); np.sin(n); np.sqrt(m); np.exp(b); np.hypot(n, 2); np.sin(z); z * 2; z + x[:2]; np.abs(z)
np.sign(z); np.conj(z); np.exp(z); np.log(z); z**2; z @ z; np.vecdot(z, z); np.sqrt(z); 1 / z
np.isfinite(w); np.isnan(w); np.isinf(w); np.signbit(x); np.logical_and(x, b); np.logical_not(n)
np.logical_or(b, x > 1); np.logical_xor(b, b); np.bitwise_count(n); np.gcd(n, 6); np.lcm(n, 6)
np.invert(m); np.left_shift(n, 2); np.spacing(x); np.nextafter(x, y); np.frexp(x); np.modf(w)
np.divmod(n, 3); divmod(x, 0.7); np.fmax(w, x); np.maximum(w, x); np.power(n, 2)
np.float_power(n, 2); np.copysign(f, -1); np.heaviside(f, 0.5); np.floor(n); np.trunc(f); z.conj()
np.matmul(n, n); m @ m; np.matmul(m, np.ones((2, 2), np.float32)); np.vecdot(n, n)
"""

ERRORS = """
x + A[:, :3]; A @ A; x @ s; np.add(x); np.sin(x, x, x, x); np.add(x, y, out=np.zeros(3)); x & y
np.add(x, y, out=np.zeros(4, int)); ~x; x << 1; np.bitwise_and(x, 1); n ** -1; np.add("a", x)
x + object(); np.matmul(x, 2); m + 300
"""
