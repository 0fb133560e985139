"""Methods of universal functions, `out=` and `where=`."""

from __future__ import annotations

SMOOTH = """
np.add.reduce(A); np.multiply.reduce(A, axis=1); np.maximum.reduce(x); np.add.accumulate(A, 1)
np.multiply.accumulate(x); np.maximum.accumulate(x); np.add.outer(x, y); np.multiply.outer(x, A)
np.logaddexp.reduce(x); np.logaddexp.accumulate(x); np.hypot.reduce(x); np.subtract.outer(x, x)
np.add.reduceat(x, [0, 2]); np.add.reduceat(x, [0, 2, 1]); np.minimum.reduceat(A, [0, 2], axis=1)
np.add.reduce(A, axis=None); np.add.reduce(x, where=b)
"""

VALUES = """
np.add.reduce(n); np.multiply.reduce(m); np.bitwise_or.reduce(n); np.logical_and.reduce(b)
np.add.outer(n, n); np.add.accumulate(m); np.maximum.accumulate(n); np.gcd.reduce(n)
np.less.outer(x, y); np.subtract.reduce(n)
"""

ERRORS = """
np.sin.reduce(x)
"""
