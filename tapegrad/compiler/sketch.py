"""Sketches: what rules would do with arrays of given shapes, found out without any array.

Rules run in a namespace whose values have a shape and a dtype, but no data. What they call is
written down as operations, which can become a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from tapegrad.compiler.graph import Operation, Place, Value
from tapegrad.core.batching import Carrier
from tapegrad.core.table import TABLE, raw

_PLACE: Place = ("<rule>", 0)
Shape = tuple[int, ...]


class CannotSketchError(Exception):
    """A rule wants to know more than shapes and dtypes, or calls what no loop does."""


class Sketch(Carrier):
    """A value without data."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.value.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.value.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.value.size  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        raise CannotSketchError("a rule decides by a value")

    def __getattr__(self, name: str) -> Any:
        raise CannotSketchError(f"a rule reads {name!r} of an array")


class Sketchpad:
    """The operations on sketches; `operations` is what was called so far."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def given(self, shape: Shape, dtype: Any) -> Sketch:
        """A sketch of data that comes from outside."""
        value = Value.between(shape, dtype)
        value.kind = "input"
        return Sketch(value, self)

    def number(self, number: Any) -> Sketch:
        """A sketch of a known number."""
        return Sketch(Value("constant", number), self)

    def __getattr__(self, name: str) -> Any:
        primitive = TABLE.get(name)
        if primitive is None:
            return getattr(raw, name)  # raises, naming the primitives
        shape_of = _SHAPES.get(name)
        if shape_of is None and primitive.kind != "elementwise":
            raise CannotSketchError(f"no loop does {name}")

        def sketched(*args: Any, **params: Any) -> Sketch:
            inputs = [self._value(a, args) for a in args]
            if shape_of is None:
                shape = np.broadcast_shapes(*[v.shape for v in inputs])
                dtype = _dtype_of(name, tuple([v.dtype for v in inputs]))
            else:
                shape = shape_of(inputs, params)
                dtype = params.get("dtype", inputs[-1 if name in _OF_LAST else 0].dtype)
            out = Value.between(shape, dtype)
            self.operations.append(Operation(primitive, inputs, [out], params, _PLACE))
            return Sketch(out, self)

        setattr(self, name, sketched)
        return sketched

    def _value(self, x: Any, beside: Sequence[Any]) -> Value:
        if x.__class__ is Sketch:
            return x.value  # type: ignore[no-any-return]
        if isinstance(x, (np.ndarray, np.generic)):
            return Value("constant", x)
        if not isinstance(x, (int, float)):
            raise CannotSketchError(f"a rule computes with {type(x).__name__}")
        dtype = next(a.dtype for a in beside if a.__class__ is Sketch)
        return Value("constant", dtype.type(x))


@cache
def _dtype_of(name: str, dtypes: tuple[Any, ...]) -> Any:
    samples = [d.type(1) for d in dtypes]
    try:
        with np.errstate(all="ignore"):
            return TABLE[name].forward(*samples).dtype
    except TypeError as error:
        raise CannotSketchError(f"{name} refuses such types: {error}") from None


def _of_first(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    return inputs[0].shape


def _of_last(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    return inputs[-1].shape


def _broadcast(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    return np.broadcast_shapes(*[v.shape for v in inputs])


def _to(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    return tuple(params["to"])


def _reduced(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    shape, axes = inputs[0].shape, params["axes"]
    sizes = [(n, i - len(shape) in axes) for i, n in enumerate(shape)]
    if params["keepdims"]:
        return tuple([1 if gone else n for n, gone in sizes])
    return tuple([n for n, gone in sizes if not gone])


def _transposed(inputs: Sequence[Value], params: dict[str, Any]) -> Shape:
    return tuple([inputs[0].shape[axis] for axis in params["axes"]])


_OF_LAST = frozenset({"softmax_minus_one_hot"})

_SHAPES: dict[str, Callable[[Sequence[Value], dict[str, Any]], Shape]] = {
    "broadcast_to": _to,
    "cast": _of_first,
    "conj": _of_first,
    "identity": _of_first,
    "leaky_step": _of_first,
    "log_softmax": _of_first,
    "masked": _broadcast,
    "reduce_logsumexp": _reduced,
    "reduce_max": _reduced,
    "reduce_mean": _reduced,
    "reduce_min": _reduced,
    "reduce_sum": _reduced,
    "reshape": _to,
    "softmax": _of_first,
    "stop_gradient": _of_first,
    "softmax_minus_one_hot": _of_last,
    "sum_to": _to,
    "transpose": _transposed,
    "variance": _reduced,
    "zeros_like": _to,
}
