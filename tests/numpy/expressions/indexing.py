"""Brackets."""

from __future__ import annotations

SMOOTH = """
x[0]; x[1:]; x[::-1]; x[-1]; A[1]; A[:, 1]; A[1, 2]; A[..., 0]; x[None]; A[:, None, :2]
x[[0, 0, 2]]; A[[0, 1], [1, 2]]; x[b]; x[x > 0]; A[A > 0]; A[1:, [0, 2]]; T[:, [0, 1], :2]
T[0, ..., [1, 2]]; x[n - 2]; A[np.array([0, 2])]; A[::2, ::-1]
"""

VALUES = """
n[1:]; n[b]; m[0]; m[:, 1]; x[4:]
"""

ERRORS = """
x[7]; x[0, 0]; x[1.5]; A[:, 9]; x[[9]]
"""
