"""How elementwise operations are called: the hot path of the library.

Every operator on a tensor goes through one of these functions, so they are written for speed:
early exits in order of likelihood, nothing done twice, no recording machinery touched unless a
tape is active. Everything unusual is left to `convert` and to the functions below them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import (
    MarkedRecorders,
    active_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.convert import operand, scalar_like
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.large import SLOW, forward_of
from tapegrad.core.primitive import Primitive, tell_of_error, trace
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, next_id, wrap_constant
from tapegrad.errors import InvalidArgumentError

_BOOL = np.dtype(np.bool_)
_F32, _F64 = np.float32, np.float64
_F32_MAX = 3.4e38
_new = object.__new__
_array = np.ndarray
#: Those of NumPy's own whose rules know nothing of numbers.
_OPERATORS = (operator.add, operator.sub, operator.mul, operator.truediv)


#: The latest numbers beside tensors, as arrays of float64 and of float32.
_numbers64: dict[Any, Any] = {}
_numbers32: dict[Any, Any] = {}


def _number(y: float, dtype: np.dtype[Any]) -> Any:
    """A number as an array, which is kept for the next time; zeros have a sign, and are not."""
    array = np.asarray(y, dtype)
    array.flags.writeable = False
    if y:
        known = _numbers64 if dtype.type is _F64 else _numbers32
        if len(known) >= 256:
            known.clear()
        known[y] = array
    return array


def unary_call(primitive: Primitive, discrete: bool, doc: str | None) -> Callable[..., Tensor]:
    """The function for an elementwise primitive of one input."""
    forward, recorded = primitive.forward, primitive.differentiable != 0
    if primitive.name in SLOW:
        forward = forward_of(primitive)
    (keep_x,), keep_y = primitive.keeps[1]

    def call(x: Any, name: str | None = None) -> Tensor:
        if x.__class__ is not Tensor:
            x = operand(x)
        a = x._value
        token = silence_float_errors()
        try:
            value = forward(a)
        except TypeError:
            raise _unsupported(primitive, a.dtype) from None
        finally:
            restore_float_errors(token)
        if value.dtype is not a.dtype and not discrete:
            value = _in_dtype(primitive, value, a.dtype)
        out = _new(Tensor)
        out._value = value
        out._id = next_id()
        recorders = active_recorders()
        if recorders:
            for recorder in recorders:
                if recorded and x._id in recorder.followed:
                    recorder.record_unary(primitive, x, keep_x, keep_y, out)
                else:
                    recorder.pass_by(primitive, x._id, out._id)
            if recorders.__class__ is MarkedRecorders:
                trace(recorders, primitive, (x._id,), (a,), out, None)
        return out

    return _dressed(call, primitive, doc)


def binary_call(
    primitive: Primitive,
    discrete: bool,
    doc: str | None,
    otherwise: Callable[..., Any] | None = None,
) -> Callable[..., Tensor]:
    """The function for an elementwise primitive of two inputs of one dtype."""
    call: Any = _binary(primitive, discrete, operand, otherwise)
    call.as_operator = _binary(primitive, discrete, operand_or_refuse, otherwise)
    return _dressed(call, primitive, doc)


def _binary(
    primitive: Primitive, discrete: bool, convert: Any, otherwise: Callable[..., Any] | None
) -> Callable[..., Tensor]:
    forward, differentiable = primitive.forward, primitive.differentiable
    is_operator = forward in _OPERATORS

    def call(x: Any, y: Any, name: str | None = None) -> Any:
        if x.__class__ is not Tensor:
            if isinstance(x, ArrayLike):
                x = x._operand()
            else:
                x, y = _operands(x, y, convert)
        a = x._value
        i = x._id
        dtype = a.dtype
        if y.__class__ is Tensor:
            b = y._value
            j = y._id
        elif y.__class__ is float or y.__class__ is int:
            kind = dtype.type
            if kind is _F64 or (kind is _F32 and -_F32_MAX < y < _F32_MAX):
                # NumPy takes half the time for a number that is an array.
                if is_operator and a.__class__ is _array:
                    b = (_numbers64 if kind is _F64 else _numbers32).get(y)
                    if b is None:
                        b = _number(y, dtype)
                else:
                    b = kind(y)
            else:
                b = scalar_like(y, dtype)
            j = 0
        else:
            if isinstance(y, ArrayLike) and not y._takes_over:
                y = y._operand()
            else:
                y = convert(y, dtype)
                if y is NotImplemented:
                    return y
            b = y._value
            j = y._id
        if b.dtype is not dtype and b.dtype != dtype:
            raise _different_dtypes(primitive, a, b)
        token = silence_float_errors()
        try:
            value = forward(a, b)
        except (ValueError, TypeError, AttributeError) as error:
            tell_of_error(primitive)
            raise _cannot_combine(primitive, a, b, error) from None
        finally:
            restore_float_errors(token)
        try:
            found = value.dtype
        except AttributeError:  # NumPy takes a single string out of its array
            value = np.array(value, dtype)
            found = value.dtype
        if (found is not dtype or dtype is _BOOL) and not discrete:
            if otherwise is not None and dtype.kind in "iu":
                value = otherwise(value, a, b)
            else:
                value = _in_dtype(primitive, value, dtype)
        out = _new(Tensor)
        out._value = value
        out._id = next_id()
        recorders = active_recorders()
        if recorders:
            for recorder in recorders:
                followed = recorder.followed
                if i in followed:
                    mask = differentiable & 3 if j in followed else differentiable & 1
                else:
                    mask = differentiable & 2 if j in followed else 0
                if mask:
                    recorder.record_binary(primitive, (i, j), a, b, mask, out)
                else:
                    recorder.pass_by(primitive, (i, j), out._id)
            if recorders.__class__ is MarkedRecorders:
                trace(recorders, primitive, (i, j), (a, b if j else b[()]), out, None)
        return out

    return call


def _operands(x: Any, y: Any, convert: Any) -> tuple[Any, Any]:
    """Both as tensors or Variables; a bare value takes the dtype of the tensor beside it."""
    if not isinstance(x, ArrayLike) and isinstance(y, ArrayLike):
        y = operand(y)
        keeps_dtype = hasattr(x, "dtype")
        return operand(x) if keeps_dtype else operand(x, y._value.dtype), y
    x = operand(x)
    return x, convert(y, x._value.dtype)


def _dressed(call: Any, primitive: Primitive, doc: str | None) -> Callable[..., Tensor]:
    call.__name__ = call.__qualname__ = primitive.name
    call.__doc__ = doc
    call.primitive = primitive
    setattr(recording, primitive.name, call)
    return call  # type: ignore[no-any-return]


def install_operator(
    name: str,
    function: Any,
    *,
    commutes: bool = False,
    reflected: bool = True,
    converts: bool = False,
) -> None:
    """Make a binary operation the operator ``name`` (such as ``mul``) of Tensors and Variables.

    Parameters
    ----------
    name
        The operator's name without underscores.
    function
        ``function(x, y)``. One made by `elementwise` has a form for operators already.
    commutes
        The reflected operator is the operator itself.
    reflected
        Whether there is a reflected operator: comparisons have none.
    converts
        `function` converts what stands on the right itself, or returns NotImplemented.
    """

    def converting(self: Any, other: Any) -> Any:
        other = operand_or_refuse(other, self._value.dtype)
        return other if other is NotImplemented else function(self, other)

    def backwards(self: Any, other: Any) -> Any:
        other = operand_or_refuse(other, self._value.dtype)
        return other if other is NotImplemented else function(other, self)

    forwards = function if converts else getattr(function, "as_operator", converting)
    setattr(ArrayLike, f"__{name}__", forwards)
    if reflected:
        setattr(ArrayLike, f"__r{name}__", forwards if commutes else backwards)


def operand_or_refuse(other: Any, dtype: np.dtype[Any]) -> Any:
    """What stands beside a tensor, converted; an unknown object is left to its own operators."""
    if other.__class__ is float or other.__class__ is int:
        return wrap_constant(scalar_like(other, dtype))
    if isinstance(other, ArrayLike) and other._takes_over:
        return NotImplemented
    if isinstance(other, (ArrayLike, np.ndarray, np.generic, list, tuple)):
        return operand(other, dtype)
    try:
        return operand(other, dtype)
    except (TypeError, ValueError):
        if _has_operators(other):
            return NotImplemented
        raise


def _has_operators(other: Any) -> bool:
    """True for an object that may know what to do with a tensor: it defines reflected operators."""
    kind = type(other)
    return not isinstance(other, (str, bytes, type(None))) and any(
        hasattr(kind, f"__r{name}__") for name in ("add", "mul", "sub", "truediv", "matmul", "pow")
    )


def _in_dtype(primitive: Primitive, value: Any, dtype: np.dtype[Any]) -> Any:
    """Undo a widening inside one kind (float16); anything else means a dtype that does not fit."""
    if dtype.kind == value.dtype.kind and dtype is not _BOOL:
        return value.astype(dtype)
    if dtype.name == "bfloat16":
        return value.astype(dtype)
    raise _unsupported(primitive, dtype)


def _unsupported(primitive: Primitive, dtype: np.dtype[Any]) -> InvalidArgumentError:
    name = from_numpy(dtype).name
    return InvalidArgumentError(
        f"{primitive.name}: tensors of dtype {name} are not supported. Nothing is promoted: "
        f"convert first, for example tf.cast(x, tf.float32)."
    )


def _different_dtypes(primitive: Primitive, a: Any, b: Any) -> InvalidArgumentError:
    first, second = from_numpy(a.dtype).name, from_numpy(b.dtype).name
    return InvalidArgumentError(
        f"cannot compute {primitive.name} as input #1(zero-based) was expected to be a {first} "
        f"tensor but is a {second} tensor (shapes {a.shape} and {b.shape}). Tensors are never "
        f"promoted: use tf.cast(y, tf.{first}) or tf.cast(x, tf.{second})."
    )


def _cannot_combine(primitive: Primitive, a: Any, b: Any, error: Exception) -> Exception:
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        return InvalidArgumentError(
            f"{primitive.name}: Incompatible shapes: {list(a.shape)} vs. {list(b.shape)}. Shapes "
            f"broadcast from the right, where sizes must be equal or 1: use tf.reshape, "
            f"tf.expand_dims or tf.transpose."
        )
    if isinstance(error, (TypeError, AttributeError)):  # NumPy looks for methods of strings
        return _unsupported(primitive, a.dtype)
    return InvalidArgumentError(f"{primitive.name}: {error}")
