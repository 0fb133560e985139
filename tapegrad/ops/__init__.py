"""The operations, by family. Add an operation here: one line in the file of its family."""

from __future__ import annotations

from tapegrad.ops import operators as operators  # they make Tensors compute
