"""Making arrays."""

from __future__ import annotations

SMOOTH = """
np.array([x, y]); np.array([s, 2.0]); np.array([[s, 1.0], [2.0, s]]); np.asarray([x, y])
np.array(x, ndmin=2); np.full(3, s); np.full_like(x, s); np.linspace(s, 2.0, 5)
np.linspace(x, y, 3); np.copy(x); np.linspace(s, 2.0, 5, endpoint=False)
np.linspace(x, 1.0, 3, axis=1); np.logspace(s, 1.0, 3); np.geomspace(u, 2.0, 3); x.copy()
np.identity(4) @ x
"""

VALUES = """
np.ones(3) * f; np.zeros(3); np.zeros((2, 3), int); np.ones(2); np.ones((2, 2), bool); np.empty(0)
np.full(3, 7); np.full((2, 2), 1.5); np.zeros_like(n); np.zeros_like(x, dtype=int); np.ones_like(m)
np.full_like(n, 2.7); np.eye(3); np.eye(2, 3, 1); np.identity(2); np.tri(3); np.arange(5)
np.arange(2, 8, 3); np.arange(1.0, 2.0, 0.25); np.arange(3, dtype=np.float32); np.linspace(0, 1, 5)
np.linspace(0, 1, 3, retstep=True); np.logspace(0, 2, 3); np.geomspace(1, 8, 4); np.array(1)
np.array(1.5); np.array([1, 2]); np.array([[1, 2.5]]); np.array([True]); np.array([1j])
np.asarray([1, 2], np.float32); np.array(x, dtype=int); np.array([]); np.indices((2, 2))
np.fromfunction(lambda i, j: i - j, (2, 3))
np.fromiter(range(3), float); np.array(2.0)[()]; np.array(x).shape
np.array([[1, 2], [3, 4]]).strides; np.array([f, f]).dtype
"""

ERRORS = """
np.arange(); np.ones(-1); np.linspace(0, 1, -1); np.array([x, A]); np.full(2, x)
"""
