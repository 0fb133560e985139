"""Choosing, sorting, searching and comparing elements."""

from __future__ import annotations

SMOOTH = """
np.take(x, [0, 2]); np.take(A, [1, 0], axis=1); x.take(2); np.take(x, [5, -7], mode="wrap")
np.take_along_axis(A, np.array([[1], [0], [2]]), 1); np.compress([True, False, True], A, axis=0)
np.extract(x > 0, x); A.compress([False, True], axis=1); np.where(x > 0, x, y); np.where(b, x, 0.0)
np.where(x > 0, np.sqrt(np.abs(x)), x * 2); np.clip(x, -1, 1); np.clip(x, None, u)
x.clip(0.1, 1.0); np.sort(x); np.sort(A, axis=0); np.sort(A, axis=None); np.partition(x, 2)[2]
np.round(x, 1) * y; np.around(x) + x; np.real(x); np.imag(x) + x; np.nan_to_num(x); np.sinc(x)
"""

VALUES = """
np.where(b, n, 2.5); np.where(b[:3], f, 2.5); np.where(n > 2); np.clip(n, 0, 3); np.argsort(x)
np.argsort(A, 0); np.searchsorted([0.0, 1.0], x); np.nonzero(n); np.argwhere(n > 1)
np.isclose(x, x + 1e-9); np.allclose(x, x); np.array_equal(x, y); np.isin(n, [3]); np.unique(m)
np.unique(n, return_index=True); np.bincount(np.abs(n)); np.digitize(x, [0.0, 1.0])
np.histogram(x, 3); np.real(z); np.imag(z); np.angle(z); np.angle(z, deg=True); z.real; z.imag
np.round(n); np.round(x, 2); np.nan_to_num(w); np.sort(n)
"""

ERRORS = """
np.take(x, [9]); np.where(x, x); np.where(b, x, A[:, :3]); np.sort(x, axis=2)
"""
