"""Polynomials by their coefficients, the highest power first, and `poly1d`."""

from __future__ import annotations

SMOOTH = """
np.polyval(x, y); np.polyval(x, A); np.polyval(A, x); np.polyval([1.0, 2.0], x); np.polyval(x, 2)
np.polyder(x); np.polyder(x, 2); np.polyder(x, 0); np.polyint(x); np.polyint(x, 2, y[:2])
np.polyint(x, m=2, k=s); np.polyadd(x, y[:2]); np.polysub(x[1:], y); np.polymul(x, y)
np.polymul(x, x[:1]); np.polydiv(x, y[:2]); np.polydiv(x, y[:1]); np.polydiv(x[:2], y)[1]
np.poly(x); np.poly(S @ S.T); np.poly(np.concatenate([x + 1j * y, x - 1j * y]))
np.roots(x[[0, 2, 1]]); np.abs(np.roots(x)); np.roots(x).real; np.vander(x); np.vander(x, 3)
np.vander(x, increasing=True); np.vander(x, 6, True); np.polyfit(x, y, 2); np.polyfit(x, A.T, 1)
np.polyfit(x, y, 1, w=u); np.polyfit(x, y, 1, full=True)[0]; np.polyfit(x, y, 1, full=True)[1]
np.polyfit(x, y, 1, cov=True); np.polyfit(x, A.T, 1, cov=True, w=u)
np.polyfit(x, y, 1, cov="unscaled")[1]; np.poly1d(x)(y); np.poly1d(x).deriv()(y)
np.poly1d(x).integ(2)(s); (np.poly1d(x) * np.poly1d(y))(s); (np.poly1d(x) ** 2)(y)
(np.poly1d(x) + 1.0)(s); (2.0 - np.poly1d(x))(s); np.poly1d(x[:3]).r.real
np.poly1d(x, True).coeffs; (np.poly1d(x) / np.poly1d(y[:2]))[0](s); np.poly1d(x).coef
np.polyval(np.poly1d(x), y); np.polyval(x, np.poly1d(y))(s); np.polymul(np.poly1d(x), y)(s)
"""

VALUES = """
np.polyval(n, n); np.polyval(f, f); np.polyval(n, 0.5); np.polyval(z, z); np.polyval([], x)
np.polyder(n); np.polyder(n, 5); np.polyint(n); np.polyadd(n, n[:2]); np.polymul(n, n)
np.polyder(f); np.polydiv(n, n[:2]); np.poly(n); np.poly([]); np.poly(m); np.roots(n)
np.roots([0, 1, 0, 0]); np.roots([]); np.roots([0, 0]); np.roots([3.0]); np.roots(z); np.vander(n)
np.vander(n, 0); np.vander(f, 2); np.polyfit(n, n, 1); np.polyfit(x, y, 0); np.poly1d(n).order
np.poly1d(x)[2]; str(np.poly1d([1.0, -2.0])); np.poly1d(n) == np.poly1d(n); len(np.poly1d(n))
np.poly1d(x).variable; np.polyval(np.zeros((3, 0)), 2.0); np.roots(f)
"""

ERRORS = """
np.polyder(x, -1); np.polyint(x, -1); np.polyint(x, 3, [1, 2]); np.roots(A); np.vander(A)
np.vander(s); np.polyfit(x, y[:3], 1); np.polyfit(A, y, 1); np.polyfit(x, y, -1)
np.polyfit(x, T, 1); np.polyfit(x[:0], y[:0], 1); np.polyfit(x, y, 1, w=A); np.poly(T); np.poly(A)
np.poly1d(A); np.polyfit(x, y, 3, cov=True); np.polyval(x, y[:3], 3)
"""
