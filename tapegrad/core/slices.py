"""Slices: the cotangent of rows picked from a table, as (row numbers, rows)."""

from __future__ import annotations

from typing import Any


class Slices:
    """A cotangent of shape `shape` that is zero outside some rows; repeated rows add up.

    Attributes
    ----------
    values
        Array or Tensor of shape ``(n, *shape[1:])``.
    indices
        Integer array or Tensor of shape ``(n,)``.
    shape
        Shape of the dense equivalent.
    """

    __slots__ = ("indices", "shape", "values")

    def __init__(self, values: Any, indices: Any, shape: tuple[int, ...]) -> None:
        self.values = values
        self.indices = indices
        self.shape = shape

    def dense(self, F: Any) -> Any:
        """The dense equivalent."""
        return F.scatter_rows(self.values, self.indices, to=self.shape, axis=-len(self.shape))

    @staticmethod
    def add(F: Any, a: Any, b: Any) -> Any:
        """The sum: rows are collected, but next to a dense cotangent everything becomes dense."""
        if a.__class__ is Slices and b.__class__ is Slices:
            return Slices(
                F.concat(a.values, b.values, axis=-len(a.shape)),
                F.concat(a.indices, b.indices, axis=-1),
                a.shape,
            )
        return (a.dense(F) if a.__class__ is Slices else a) + (
            b.dense(F) if b.__class__ is Slices else b
        )
