"""Sums, products, quotients, powers and comparisons, and the operators that stand for them.

Two tensors of one type, or a tensor and a number, take a short way: the engine's forward function
and one record, without promotion and without a tape of their own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.containers import array_in, is_container
from tapegrad.core.context import active_recorders, restore_float_errors, silence_float_errors
from tapegrad.core.graph_calls import remember
from tapegrad.core.places import Lines
from tapegrad.core.table import TABLE
from tapegrad.core.tape import NOTHING
from tapegrad.core.tensor import next_id
from tapegrad.ops import compare as core_compare
from tapegrad.ops import division as core_division
from tapegrad.ops import elementwise as core
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.rounding import floor as core_floor
from tapegrad.torch.anomaly import check_gradient
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import category
from tapegrad.torch.modes import builds_graph, in_inference_mode, inference_before, why_bare
from tapegrad.torch.node import Node, node_type
from tapegrad.torch.operation import changing, operation
from tapegrad.torch.promotion import check_operand, flat, promoted, promoted_floating
from tapegrad.torch.tensor import Tensor, alias, install, wrapped

__all__ = [
    "add",
    "div",
    "divide",
    "eq",
    "floor_divide",
    "ge",
    "greater",
    "greater_equal",
    "gt",
    "le",
    "less",
    "less_equal",
    "lt",
    "mul",
    "multiply",
    "ne",
    "neg",
    "negative",
    "not_equal",
    "pow",
    "reciprocal",
    "remainder",
    "rsub",
    "sub",
    "subtract",
]


_new = object.__new__
_FAST_KINDS = (np.float32, np.float64)


def _fast(primitive_name: str, kind: type[Node], slow: Callable[..., Any]) -> Callable[..., Any]:
    """`slow` for two operands, with a short way for the common cases."""
    primitive = TABLE[primitive_name]
    forward, keeps = primitive.forward, primitive.keeps_of_two

    def call(self: Any, other: Any) -> Any:
        a = self._value
        b: Any
        dtype = a.dtype
        if other.__class__ is float or other.__class__ is int:
            if dtype.type not in _FAST_KINDS or active_recorders():
                return slow(self, other)
            b = np.asarray(other, dtype) if a.__class__ is np.ndarray else dtype.type(other)
            second, j = None, 0
        elif isinstance(other, Tensor):
            b = other._value
            if b.dtype is not dtype or active_recorders():
                return slow(self, other)
            second, j = other._node, other._id
        else:
            return slow(self, other)
        token = silence_float_errors()
        try:
            value = forward(a, b)
        except (TypeError, ValueError):
            return slow(self, other)
        finally:
            restore_float_errors(token)
        if value.dtype is not dtype:
            return slow(self, other)
        out = _new(Tensor)
        out._value = value
        out._id = identity = next_id()
        first = self._node
        if Lines.left:
            remember(primitive_name, (self._id, j), (identity,), why_bare(first, second))
        if (first is None and second is None) or not builds_graph():
            out._node = None
            if in_inference_mode():
                out._inference = True
            return out
        if check_gradient.enabled or (
            inference_before[0] and (self._inference or getattr(other, "_inference", False))
        ):
            return slow(self, other)
        mask = 1 if second is None else 2 if first is None else 3
        keep_a, keep_b, keep_y = keeps[mask]
        keeps_any = keep_a or keep_b
        out._node = node = _new(kind)
        node.number = identity
        node.edges = (first, second)
        node.ids = ids = (self._id, j)
        node.records = (
            (
                primitive,
                ids,
                mask,
                (a if keep_a else None, b if keep_b else None) if keeps_any else NOTHING,
                identity,
                value if keep_y else None,
                None if a.shape == b.shape else (a.shape, b.shape),
            ),
        )
        return out

    return functools.wraps(slow)(call)


def fast_unary(
    primitive_name: str, kind: type[Node], slow: Callable[..., Any]
) -> Callable[..., Any]:
    """`slow` for one operand, with a short way for floating point tensors."""
    primitive = TABLE[primitive_name]
    forward = primitive.forward
    (keep_x,), keep_y = primitive.keeps[1]
    only_scalars = not isinstance(forward, np.ufunc)  # no arrays of shape ()

    def call(self: Any) -> Any:
        if self.__class__ is not Tensor or active_recorders() or check_gradient.enabled:
            return slow(self)
        a = self._value
        dtype = a.dtype
        if dtype.type not in _FAST_KINDS:
            return slow(self)
        if only_scalars and not a.shape:
            a = a[()]
        token = silence_float_errors()
        try:
            value = forward(a)
        finally:
            restore_float_errors(token)
        out = _new(Tensor)
        out._value = value
        out._id = identity = next_id()
        first = self._node
        if Lines.left:
            remember(primitive_name, (self._id,), (identity,), why_bare(first))
        if first is None or not builds_graph():
            out._node = None
            if in_inference_mode():
                out._inference = True
            return out
        out._node = node = _new(kind)
        node.number = identity
        node.edges = (first,)
        node.ids = (i,) = (self._id,)
        node.records = (
            (
                primitive,
                i,
                1,
                a if keep_x else None,
                identity,
                value if keep_y else None,
                None,
            ),
        )
        return out

    return functools.wraps(slow)(call)


_NO_MASKS = (
    "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
    "invert a mask, use the `~` or `logical_not()` operator instead."
)


def _is_bool(x: Any) -> bool:
    value = getattr(x, "_value", None)
    return isinstance(x, bool) if value is None else bool(value.dtype.kind == "b")


def _check_alpha(dtype: Any, alpha: Any) -> None:
    """Raise for a factor that would change the type of what it multiplies."""
    if isinstance(alpha, bool) and dtype.kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and dtype.kind in "biu":
        raise RuntimeError(
            "For integral input tensors, argument alpha must not be a floating point number."
        )
    if isinstance(alpha, complex) and dtype.kind != "c":
        raise RuntimeError(
            "For non-complex input tensors, argument alpha must not be a complex number."
        )


def _scaled(other: Any, alpha: Any) -> Any:
    _check_alpha(other._value.dtype, alpha)
    if alpha == 1 and alpha.__class__ is not bool:
        return other
    a, b = promoted(other, alpha)
    return core.multiply(a, b)


@documented("torch.add(torch.ones(2), 2.0)", "", alpha="A number that `other` is multiplied by.")
@operation(in_place=True)
def add(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input + alpha * other``, with broadcasting and promotion."""
    check_operand("add", "other", other)
    a, b = promoted(input, other)
    if a._value.dtype.kind == "b":
        _check_alpha(a._value.dtype, alpha)
        return core_compare.logical_or(a, b)
    return core.add(a, _scaled(b, alpha))


@documented(
    "torch.sub(torch.tensor([1.0, 4.0]), 1.0)", "", alpha="A number that `other` is multiplied by."
)
@operation(in_place=True)
def sub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``input - alpha * other``."""
    check_operand("sub", "other", other)
    a, b = promoted(input, other)
    if a._value.dtype.kind == "b":
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator instead."
        )
    if any(_is_bool(x) for x in (input, other)):
        raise RuntimeError(_NO_MASKS)
    return core.subtract(a, _scaled(b, alpha))


@documented(
    "torch.rsub(torch.tensor([1.0, 4.0]), 1.0)", "", alpha="A number that `input` is multiplied by."
)
@operation("RsubBackward1", method="__rsub__", overload=("other", "RsubBackward0"))
def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Any:
    """``other - alpha * input``."""
    if isinstance(other, bool) or input._value.dtype.kind == "b":
        raise RuntimeError(_NO_MASKS)
    a, b = promoted(input, other)
    return core.subtract(b, _scaled(a, alpha))


@documented("torch.mul(torch.tensor([1.0, 4.0]), 2.0)", "")
@operation(in_place=True)
def mul(input: Any, other: Any) -> Any:
    """``input * other``."""
    check_operand("mul", "other", other)
    a, b = promoted(input, other)
    if a._value.dtype.kind == "b":
        return core_compare.logical_and(a, b)
    return core.multiply(a, b)


@documented(
    "torch.div(torch.tensor([1.0, 4.0]), 2.0)", "", rounding_mode="None, 'floor' or 'trunc'."
)
@operation(in_place=True, overload=("rounding_mode", "DivBackward2"))
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Any:
    """``input / other``; rounded down (``"floor"``) or towards zero (``"trunc"``) on request."""
    check_operand("div", "other", other)
    if rounding_mode is None:
        a, b = promoted_floating(input, other)
        return core.divide(a, b)
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    a, b = promoted(input, other)
    quotient = core_division.floordiv(a, b) if rounding_mode == "floor" else _truncated(a, b)
    return flat(quotient, a, b)


def _truncated(a: Any, b: Any) -> Any:
    if category(a._value.dtype) < 2:
        return core_division.truncatediv(a, b)
    q = core.divide(a, b)
    negative = core_compare.less(q, in_dtype(0, q._value.dtype))
    return TABLE["where"](negative, core.negative(core_floor(core.negative(q))), core_floor(q))


@documented("torch.floor_divide(torch.tensor([1.0, 4.0]), 3.0)", "")
@operation(in_place=True)
def floor_divide(input: Any, other: Any) -> Any:
    """``input // other``, rounded down."""
    a, b = promoted(input, other)
    if category(a._value.dtype) < 2 and not np.all(b._value):
        raise RuntimeError("ZeroDivisionError")
    return core_division.floordiv(a, b)


@documented("torch.remainder(torch.tensor([1.0, 4.0]), 3.0)", "")
@operation("RemainderBackward0", in_place=True, overload=("other", "RemainderBackward1"))
def remainder(input: Any, other: Any) -> Any:
    """The remainder of ``input // other``, with the sign of `other`."""
    a, b = promoted(input, other)
    if category(a._value.dtype) < 2 and not np.all(b._value):
        raise RuntimeError("ZeroDivisionError")
    return core_division.floormod(a, b)


@operation("PowBackward0", method=False)
def _power_of_number(input: Any, exponent: Any) -> Any:
    a, b = promoted(input, exponent)
    if a._value.dtype.kind == "b":
        return core_compare.logical_or(a, core_compare.logical_not(b))
    return core.pow(a, b)


@operation("PowBackward1", method=False)
def _power_of_tensor(input: Any, exponent: Any) -> Any:
    a, b = promoted(input, exponent)
    return core.pow(a, b)


@operation("PowBackward2", method=False)
def _number_to_power(input: Any, exponent: Any) -> Any:
    a, b = promoted(input, exponent)
    return core.pow(a, b)


@operation("PowBackward0", method=False)
def _square(input: Any) -> Any:
    return core.square(input)


_squared = fast_unary("square", node_type("PowBackward0"), _square)


@documented("torch.pow(torch.tensor([1.0, 4.0]), 2)", "", exponent="A number or a tensor.")
def pow(input: Any, exponent: Any, *, out: Any = None) -> Any:
    """``input ** exponent``, elementwise; one of them may be a number."""
    if not isinstance(input, Tensor):
        function = _number_to_power
    elif isinstance(exponent, Tensor):
        function = _power_of_tensor
    else:
        if exponent.__class__ is int and exponent == 2 and out is None:
            return _squared(input)
        integers = input._value.dtype.kind in "iu" and isinstance(exponent, int)
        if integers and exponent < 0:
            raise RuntimeError("Integers to negative integer powers are not allowed.")
        function = _power_of_number
    return function(input, exponent) if out is None else function(input, exponent, out=out)


install(pow=pow, pow_=changing("pow_", pow))


@documented("torch.neg(torch.tensor([1.0, 4.0]))", "")
@operation("NegBackward0", in_place=True)
def neg(input: Any) -> Any:
    """``-input``."""
    if input._value.dtype.kind == "b":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return core.negative(input)


@documented("torch.reciprocal(torch.tensor([1.0, 4.0]))", "")
@operation(in_place=True)
def reciprocal(input: Any) -> Any:
    """``1 / input``."""
    (a,) = promoted_floating(input)
    return core.reciprocal(a)


def _comparison(name: str, function: Callable[..., Any]) -> Any:
    def compare(input: Any, other: Any) -> Any:
        if not isinstance(other, (int, float, complex, np.generic)) and not hasattr(
            other, "_value"
        ):
            check_operand(name, "other", other)
        a, b = promoted(input, other)
        return function(a, b)

    compare.__name__ = name
    compare.__doc__ = f"Elementwise ``input {_SIGNS[name]} other``, as bool tensor."
    return documented(f"torch.{name}(torch.tensor([1, 2]), 1)", "")(
        operation(in_place=True)(compare)
    )


_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
eq = _comparison("eq", core_compare.equal)
ne = _comparison("ne", core_compare.not_equal)
lt = _comparison("lt", core_compare.less)
le = _comparison("le", core_compare.less_equal)
gt = _comparison("gt", core_compare.greater)
ge = _comparison("ge", core_compare.greater_equal)


# Operators

_MINE = (Tensor, int, float, complex, np.generic)


def _operator(function: Callable[..., Any], swap: bool = False) -> Callable[..., Any]:
    def operate(self: Any, other: Any) -> Any:
        if isinstance(other, np.ndarray) or is_container(other):
            other = wrapped(np.array(array_in(other)))
        if not isinstance(other, _MINE):
            return NotImplemented
        return function(other, self) if swap else function(self, other)

    return operate


_add = _fast("add", node_type("AddBackward0"), _operator(add))
_sub = _fast("subtract", node_type("SubBackward0"), _operator(sub))
_mul = _fast("multiply", node_type("MulBackward0"), _operator(mul))
_div = _fast("divide", node_type("DivBackward0"), _operator(div))


def _rtruediv(self: Tensor, other: Any) -> Tensor:
    return _mul(reciprocal(self), other)


def _matmul(self: Tensor, other: Any) -> Any:
    return self.matmul(other)


for _name, _forward, _backward in (
    ("add", _add, _add),
    ("sub", _sub, _operator(rsub)),
    ("mul", _mul, _mul),
    ("truediv", _div, _operator(_rtruediv)),
    ("floordiv", _operator(floor_divide), _operator(floor_divide, swap=True)),
    ("mod", _operator(remainder), _operator(remainder, swap=True)),
    ("pow", _operator(pow), _operator(pow, swap=True)),
    ("matmul", _operator(_matmul), _operator(_matmul, swap=True)),
):
    setattr(Tensor, f"__{_name}__", _forward)
    setattr(Tensor, f"__r{_name}__", _backward)
for _name, _method in (
    ("add", "add_"),
    ("sub", "sub_"),
    ("mul", "mul_"),
    ("pow", "pow_"),
    ("truediv", "div_"),
    ("floordiv", "floor_divide_"),
    ("mod", "remainder_"),
):
    setattr(Tensor, f"__i{_name}__", getattr(Tensor, _method))
for _name in _SIGNS:
    setattr(Tensor, f"__{_name}__", _operator(globals()[_name]))
install(__neg__=neg, __pos__=lambda self: self, __rdiv__=Tensor.__rtruediv__)

alias(
    subtract="sub",
    multiply="mul",
    divide="div",
    true_divide="div",
    negative="neg",
    not_equal="ne",
    less="lt",
    less_equal="le",
    greater="gt",
    greater_equal="ge",
)
subtract, multiply, divide, negative = sub, mul, div, neg
not_equal, less, less_equal, greater, greater_equal = ne, lt, le, gt, ge
