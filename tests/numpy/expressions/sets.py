"""Sets, histograms and counts."""

from __future__ import annotations

SMOOTH = """
np.unique(x); np.unique(np.concat([x, x])); np.unique(A, axis=0); np.unique(A, axis=1)
np.unique(np.append(x, x[0]), return_index=True, return_inverse=True, return_counts=True)[0]
np.unique(x, sorted=True, equal_nan=False); np.unique_all(x).values; np.unique_counts(x)[0]
np.unique_inverse(x).values; np.sort(np.unique_values(np.append(x, x))); np.union1d(x, y)
np.union1d(A, x[:2]); np.intersect1d(x, np.append(y, x[1:3])); np.setdiff1d(x, [s, 9.0])
np.intersect1d(x, x * 1.0, return_indices=True)[0]; np.setdiff1d(A, x, assume_unique=True)
np.setxor1d(x, np.append(y, x[:2])); np.setxor1d(x, y, assume_unique=True)
np.bincount([0, 2, 2, 1], weights=x); np.bincount([0, 1], x[:2], 5)
np.histogram(y, 3, weights=x)[0]; np.histogram(y, [-2.0, 0.0, 3.0], weights=x)[0]
np.histogram(y, 3, weights=x + 3, density=True)[0]
np.histogram(y, np.array([-3.0, 0.1, 3.0]) + s, weights=u, density=True)
np.histogram(y, u[0] * np.array([-9.0, 0.5, 9.0]), density=True)[0]
np.histogram(A, 4, (-1, 1), weights=A**2)[0]; np.histogram2d(x * 1.0, y * 1.0, 3, weights=u)[0]
np.histogram2d([0.1, 0.2, 0.9, 0.9], [0.0, 1.0, 0.5, 0.6], [2, 3], weights=u, density=True)[0]
np.histogramdd(np.array([[0.0, 1.0], [1.0, 0.5], [0.3, 0.2], [0.4, 0.9]]), 2, weights=x)[0]
np.histogramdd([[0.0, 1.0], [0.5, 0.2]], [2, 2], [(0, 1), (0, 1)], weights=x[:2])[0]
"""

VALUES = """
np.unique(w); np.unique([np.nan, np.nan]); np.unique(b)
np.unique([np.nan, np.nan, 1.0], equal_nan=False); np.unique(f, return_counts=True); np.unique(z)
np.unique(np.zeros(0)); np.unique(m, axis=0, return_inverse=True)
np.unique(s, return_inverse=True); np.unique(np.zeros((2, 3)), True, True, True); np.unique_all(m)
np.unique_counts(w); np.unique_values(m); np.unique_inverse(A > 0)
np.unique_values(np.array([3.0, 1.0, 3.0])).size; np.union1d(n, x); np.union1d(n, m)
np.union1d([1], [2.5]); np.intersect1d(n, m); np.intersect1d(n, [2.0, 3.0])
np.intersect1d(n, [2, 3], True, True); np.setdiff1d(n, [2]); np.setdiff1d(f, n); np.setxor1d(n, m)
np.setxor1d(w, x); np.isin(x, x[:2], invert=True); np.isin(A, []); np.bincount([], minlength=3)
np.bincount([1, 2], [1, 2]); np.bincount([1], f[:1]); np.digitize(x, [1.0, 0.0], right=True)
np.digitize(n, n[:1]); np.histogram(n); np.histogram(x, [0, 1, 2]); np.histogram(x, "auto")
np.histogram(f, 2); np.histogram(x, 2, (0, 1), density=True); np.histogram([], 3)
np.histogram(x, 2, weights=n); np.histogram(f, 2, weights=f); np.histogram(x, 2, weights=b)
np.histogram([1.0, 1.0]); np.histogram(w, [0.0, 2.0])
np.histogram(x, 3, weights=np.array([1j, 2, 3, 4])); np.histogram_bin_edges(x, 3)
np.histogram_bin_edges(A, "fd"); np.histogram_bin_edges(n, [1, 2]); np.histogram2d(x, y)
np.histogram2d(x, y, [2, 3]); np.histogram2d(x, y, 3, [(0, 1), (-1, 1)])
np.histogram2d(x, y, [-2.0, 0.0, 1.0, 4.0]); np.histogram2d(n, n, 2, density=True)
np.histogram2d(x, y, [u[:2] * 2, 3]); np.histogramdd(A, 2); np.histogramdd((x, y, u), 2)
np.histogramdd(x, 3); np.histogramdd(A[:, :2], [[-3, 0, 3], 2], density=True)
np.searchsorted(np.sort(x), s, "right"); np.searchsorted(x, y, sorter=np.argsort(x))
"""

ERRORS = """
np.unique(x, axis=1); np.bincount(x); np.bincount([-1]); np.bincount([[1]]); np.bincount([1], x)
np.histogram(x, 0); np.histogram(x, [2.0, 1.0]); np.histogram(x, 2, (1, 0))
np.histogram(x, weights=u[:2]); np.histogram([np.nan]); np.histogram(x, "nonsense")
np.histogram(x, 2.5); np.histogram2d(x, y[:2]); np.histogramdd(A, [2, 2])
np.digitize(x, [1.0, 3.0, 2.0]); np.digitize(x, A); np.searchsorted(A, x)
np.histogramdd(A, 2, [(0, 1)]); np.histogram_bin_edges(x, -1); np.isin(x)
"""
