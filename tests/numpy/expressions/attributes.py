"""Attributes and conversions to Python's types."""

from __future__ import annotations

VALUES = """
n.tolist(); x.size; A.ndim; T.shape; x.itemsize; A.nbytes; m.dtype; x.item(1); s.item(); len(A)
list(n.shape); bool(s); float(s); int(s * 5); complex(s); 3 in n
"""

ERRORS = """
len(s); iter(s); float(x); bool(x)
"""
