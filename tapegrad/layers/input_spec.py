"""InputSpec: what a layer asks of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tapegrad.core import nest


class InputSpec:
    """The rank, shape and dtype that an input must have.

    Parameters
    ----------
    dtype
        A dtype, or None for any.
    shape
        A shape, with None for any size.
    ndim, max_ndim, min_ndim
        The number of axes, the largest and the smallest one.
    axes
        Sizes by axis.
    allow_last_axis_squeeze
        Whether a last axis of size 1 may be there or not.
    name
        A name for messages.
    optional
        Whether the input may be None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.layers.InputSpec(min_ndim=2, axes={-1: 3})
    InputSpec(min_ndim=2, axes={-1: 3})
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Mapping[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = dtype
        self.shape = None if shape is None else tuple(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def problem_with(self, x: Any) -> str | None:
        """Why a tensor does not fit, or None."""
        shape = tuple(x.shape)
        ndim = len(shape)
        squeezed = self.allow_last_axis_squeeze
        if self.ndim is not None and not squeezed and ndim != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={ndim}. Full shape received: {shape}"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={ndim}"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return (
                f"expected min_ndim={self.min_ndim}, found ndim={ndim}. Full shape received: "
                f"{shape}"
            )
        if self.dtype is not None and x.dtype != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={x.dtype.name}"
        for axis, size in self.axes.items():
            if size is not None and not (-ndim <= axis < ndim and shape[axis] == size):
                return (
                    f"expected axis {axis} of input shape to have value {size}, but received "
                    f"input with shape {shape}"
                )
        if self.shape is not None:
            wanted = self.shape
            if squeezed:
                shape = shape[:-1] if shape[-1:] == (1,) else shape
                wanted = wanted[:-1] if wanted[-1:] == (1,) else wanted
            if len(shape) != len(wanted) or any(
                w is not None and w != n for w, n in zip(wanted, shape, strict=True)
            ):
                return f"expected shape={self.shape}, found shape={shape}"
        return None

    def __repr__(self) -> str:
        fields = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        given = [f"{key}={getattr(self, key)}" for key in fields if getattr(self, key)]
        return f"InputSpec({', '.join(given)})"


def require_compatible(spec: Any, inputs: Any, layer: str) -> None:
    """ValueError unless the inputs of a layer fit its spec (or specs)."""
    if not spec:
        return
    specs, tensors = nest.flatten(spec), nest.flatten(inputs)
    if len(specs) != len(tensors):
        raise ValueError(
            f"Layer {layer!r} expects {len(specs)} input(s), but it received {len(tensors)} input "
            f"tensors."
        )
    for i, (one, x) in enumerate(zip(specs, tensors, strict=True)):
        if one is None or (x is None and one.optional):
            continue
        problem = one.problem_with(x)
        if problem is not None:
            raise ValueError(
                f"Input {i} with name '{one.name}' of layer '{layer}' is incompatible with the "
                f"layer: {problem}"
            )
