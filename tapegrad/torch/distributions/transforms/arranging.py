"""Transforms of parts of an axis, and of shapes."""

from __future__ import annotations

from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions import constraints
from tapegrad.torch.distributions.documentation import documented
from tapegrad.torch.distributions.transforms.base import Transform
from tapegrad.torch.distributions.transforms.vectors import require_dimensions
from tapegrad.torch.distributions.utils import _sum_rightmost
from tapegrad.torch.size import Size

__all__ = ["CatTransform", "ReshapeTransform", "StackTransform"]


@documented(
    "torch.distributions.transforms.ReshapeTransform((4,), (2, 2))(torch.zeros(3, 4)).shape",
    in_shape="The shape of an event before.",
    out_shape="The shape of an event after.",
)
class ReshapeTransform(Transform):
    """Events in another shape."""

    bijective = True

    def __init__(self, in_shape: Any, out_shape: Any, cache_size: int = 0) -> None:
        self.in_shape, self.out_shape = Size(in_shape), Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Real arrays."""
        return constraints.independent(constraints.real, len(self.in_shape))

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Real arrays."""
        return constraints.independent(constraints.real, len(self.out_shape))

    def _call(self, x: Any) -> Any:
        return x.reshape(x.shape[: x.dim() - len(self.in_shape)] + self.out_shape)

    def _inverse(self, y: Any) -> Any:
        return y.reshape(y.shape[: y.dim() - len(self.out_shape)] + self.in_shape)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """0."""
        return x.new_zeros(x.shape[: x.dim() - len(self.in_shape)])

    def forward_shape(self, shape: Any) -> Any:
        """The shape of the image of values of a shape."""
        return _reshaped(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of values whose image has a shape."""
        return _reshaped(shape, self.out_shape, self.in_shape)


def _reshaped(shape: Any, old: Any, new: Any) -> Any:
    require_dimensions(shape, len(old))
    cut = len(shape) - len(old)
    if shape[cut:] != old:
        raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {old}")
    return shape[:cut] + new


class _OfParts(Transform):
    """Transforms of parts of an axis."""

    def __init__(self, tseq: Any, dim: int, cache_size: int) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise AssertionError("All elements of tseq must be Transform instances")
        super().__init__(cache_size)
        self.transforms = [t.with_cache(1) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    def with_cache(self, cache_size: int = 1) -> Any:
        """The same transform with another `cache_size`, for its parts, too."""
        new = super().with_cache(cache_size)
        if new is not self and cache_size:
            new.transforms = [t.with_cache(cache_size) for t in self.transforms]
        return new

    @property
    def bijective(self) -> Any:
        """Whether all parts are."""
        return all(t.bijective for t in self.transforms)

    def _parts(self, value: Any, name: str) -> Any:
        if not -value.dim() <= self.dim < value.dim():
            what = "tensor" if name == "tensor" else name
            raise AssertionError(
                f"dim {self.dim} out of range for {what} with {value.dim()} dimensions"
            )
        return self._separated(value, "x" if name == "tensor" else name)

    def _separated(self, value: Any, name: str) -> Any:
        raise NotImplementedError

    def _joined(self, parts: Any) -> Any:
        raise NotImplementedError

    def _call(self, x: Any) -> Any:
        parts = zip(self.transforms, self._parts(x, "tensor"), strict=True)
        return self._joined([t(part) for t, part in parts])

    def _inverse(self, y: Any) -> Any:
        parts = zip(self.transforms, self._parts(y, "tensor"), strict=True)
        return self._joined([t.inv(part) for t, part in parts])

    def _logarithms(self, x: Any, y: Any) -> list[Any]:
        triples = zip(self.transforms, self._parts(x, "x"), self._parts(y, "y"), strict=True)
        return [t.log_abs_det_jacobian(a, b) for t, a, b in triples]


@documented(
    "t = torch.distributions.transforms\n"
    "t.CatTransform([t.ExpTransform(), t.identity_transform], 0, [1, 1])(torch.zeros(2))",
    tseq="The transforms.",
    dim="The axis.",
    lengths="How long the parts are; by default 1.",
)
class CatTransform(_OfParts):
    """Transforms of consecutive parts of an axis."""

    def __init__(self, tseq: Any, dim: int = 0, lengths: Any = None, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(
                f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})"
            )

    @property
    def event_dim(self) -> Any:
        """The largest of the parts'."""
        return max(t.event_dim for t in self.transforms)

    @property
    def length(self) -> int:
        """The sum of the lengths."""
        return sum(self.lengths)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Those of the parts, one after the other."""
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Those of the parts, one after the other."""
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)

    def _separated(self, value: Any, name: str) -> Any:
        if value.size(self.dim) != self.length:
            raise AssertionError(
                f"{name}.size({self.dim}) = {value.size(self.dim)} must equal length {self.length}"
            )
        return value.split(self.lengths, self.dim)

    def _joined(self, parts: Any) -> Any:
        return torch.cat(parts, dim=self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts, one after the other, or added up if the axis is in the event."""
        found = [
            _sum_rightmost(value, self.event_dim - t.event_dim)
            for t, value in zip(self.transforms, self._logarithms(x, y), strict=True)
        ]
        dim = (self.dim if self.dim < 0 else self.dim - x.dim()) + self.event_dim
        return torch.cat(found, dim=dim) if dim < 0 else sum(found)


@documented(
    "t = torch.distributions.transforms\n"
    "t.StackTransform([t.ExpTransform(), t.identity_transform])(torch.zeros(2))",
    tseq="The transforms.",
    dim="The axis.",
)
class StackTransform(_OfParts):
    """One transform for each entry of an axis."""

    def __init__(self, tseq: Any, dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Those of the entries."""
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Those of the entries."""
        return constraints.stack([t.codomain for t in self.transforms], self.dim)

    def _separated(self, value: Any, name: str) -> Any:
        count = len(self.transforms)
        if value.size(self.dim) != count:
            raise AssertionError(
                f"{name}.size({self.dim}) = {value.size(self.dim)} must equal "
                f"len(transforms) {count}"
            )
        return value.unbind(self.dim)

    def _joined(self, parts: Any) -> Any:
        return torch.stack(parts, dim=self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the entries."""
        return torch.stack(self._logarithms(x, y), dim=self.dim)
