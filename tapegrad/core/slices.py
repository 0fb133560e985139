"""Slices: the cotangent of parts picked from a tensor, as the parts and where they belong."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.short_rows import add_into


class Slices:
    """A cotangent of shape `shape` that is zero outside some rows, or outside one block.

    Attributes
    ----------
    values
        Array or Tensor: of rows, of shape ``(n, *shape[1:])``, or the block.
    indices
        Integer array or Tensor of shape ``(n,)``, where repeated rows add up; or a basic index,
        a tuple, which says where the block stands.
    shape
        Shape of the dense equivalent.
    """

    __slots__ = ("indices", "shape", "values")

    def __init__(self, values: Any, indices: Any, shape: tuple[int, ...]) -> None:
        self.values = values
        self.indices = indices
        self.shape = shape

    @property
    def is_block(self) -> bool:
        """Whether it is one block; the public gradient is dense then."""
        return self.indices.__class__ is tuple

    def dense(self, F: Any) -> Any:
        """The dense equivalent."""
        if self.is_block:
            return F.put_slice(self.values, index=self.indices, to=self.shape)
        return F.scatter_rows(self.values, self.indices, to=self.shape, axis=-len(self.shape))

    def add_to(self, total: Any) -> None:
        """Add a block of raw data, maybe with a batch axis, to a whole of the same kind."""
        whole = total if total.__class__ is np.ndarray else total.value
        add_into(whole[self.indices], getattr(self.values, "value", self.values))

    @staticmethod
    def add(F: Any, a: Any, b: Any) -> Any:
        """The sum: rows are collected, but next to anything else everything becomes dense."""
        if a.__class__ is Slices and b.__class__ is Slices and not (a.is_block or b.is_block):
            return Slices(
                F.concat(a.values, b.values, axis=-len(a.shape)),
                F.concat(a.indices, b.indices, axis=-1),
                a.shape,
            )
        return (a.dense(F) if a.__class__ is Slices else a) + (
            b.dense(F) if b.__class__ is Slices else b
        )
