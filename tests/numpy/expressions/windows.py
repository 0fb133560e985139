"""Windows of signals."""

from __future__ import annotations

SMOOTH = """
np.kaiser(5, s); np.kaiser(4, 3 * s); np.kaiser(2, s); np.kaiser(1, s) * s; np.kaiser(8, x[0])
"""

VALUES = """
np.hanning(4); np.hanning(1); np.hanning(0); np.hamming(5); np.bartlett(4); np.blackman(6)
np.kaiser(4, 2.0); np.kaiser(5, 0); np.kaiser(0, 1.0); np.kaiser(1, 14); np.kaiser(3, f[0])
"""

ERRORS = """
np.kaiser("x", 2.0); np.kaiser(3, x)
"""
