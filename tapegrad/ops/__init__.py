"""The operations, by family. Add an operation here: one line in the file of its family."""

from __future__ import annotations

# Imported with any family: the operators of Tensors, and the primitives that rules of most
# families call. What only one family's rules call, that family imports.
from tapegrad.ops import gather, operators, reduce, scan, select, shape, transcendental, where

__all__ = (
    "gather",
    "operators",
    "reduce",
    "scan",
    "select",
    "shape",
    "transcendental",
    "where",
)
