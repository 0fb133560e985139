"""From Python and NumPy values to tensors, with TensorFlow's dtype rules.

Python floats become float32, integers int32, NumPy data keeps its dtype; next to a tensor, all of
them take the tensor's dtype. Tensors are never converted to another dtype behind the user's back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any

import numpy as np

from tapegrad.core.containers import array_in, held_by
from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.dtypes import DType, as_dtype, from_numpy, numpy_dtype
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError

_INT32 = np.iinfo(np.int32)
_FLOAT32 = np.dtype(np.float32)

#: What is nobody's container: asked of every constant.
_PLAIN = {float, int, bool, complex, str, list, tuple, np.ndarray, np.float64, np.float32}

#: Other types that tensors can be made from: type -> function(value) -> Tensor.
conversions: dict[type, Any] = {}


def operand(value: Any, dtype: np.dtype[Any] | None = None) -> Any:
    """What an operation works on: a Tensor, or a Variable that this read makes known to tapes.

    Parameters
    ----------
    value
        Tensor, Variable, array, Python number, or nested lists of these.
    dtype
        The dtype that a value without one takes: that of the tensor beside it.
    """
    if isinstance(value, ArrayLike):
        return value._operand()
    convert = conversions.get(type(value))
    if convert is not None:
        return convert(value)
    if value.__class__ not in _PLAIN and (held := held_by(value)) is not None:
        return held._operand()
    return (
        wrap_constant(as_array(value, dtype)) if not _holds_tensors(value) else _stack(value, dtype)
    )


def as_tensor(value: Any, dtype: np.dtype[Any] | None = None) -> Tensor:
    """Like `operand`, but a Variable's value is a new Tensor."""
    x = operand(value, dtype)
    return x if isinstance(x, Tensor) else recording.identity(x)


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Tensor:
    """Convert a value to a Tensor; a Tensor is returned as it is.

    Parameters
    ----------
    value
        Tensor, Variable, NumPy array, Python number, or nested lists of these (which are stacked,
        differentiably).
    dtype
        Type of the result. A tensor of another dtype is an error, not a conversion.
    dtype_hint
        Used when `dtype` is None and the value converts to it.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If `value` is a tensor of another dtype than `dtype`.
    TypeError
        If `value` cannot be represented in `dtype`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.convert_to_tensor([1.0, 2.0])
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """
    wanted = None if dtype is None else numpy_dtype(dtype)
    if wanted is None and dtype_hint is not None and not isinstance(value, ArrayLike):
        try:
            return as_tensor(value, numpy_dtype(dtype_hint))
        except (TypeError, ValueError):
            return as_tensor(value)
    x = as_tensor(value, wanted)
    if wanted is not None and x._value.dtype != wanted:
        raise ValueError(
            f"Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype "
            f"{x.dtype.name}: {x!r}. Use tf.cast(x, tf.{as_dtype(dtype).name}) to convert."
        )
    return x


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """A tensor of known values.

    Parameters
    ----------
    value
        Python numbers, strings, nested lists, or a NumPy array (copied); a Tensor is returned as
        it is, but a list of tensors is refused: use `stack` or `convert_to_tensor`.
    dtype
        Type of the result; Python floats are float32, integers int32 (int64 if they do not fit).
    shape
        Shape of the result: a single value fills it, otherwise the number of elements must fit.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.constant([[1, 2], [3, 4]])
    <tf.Tensor: shape=(2, 2), dtype=int32, numpy=
    array([[1, 2],
           [3, 4]], dtype=int32)>
    >>> tf.constant(0.5, shape=[2]).numpy().tolist()
    [0.5, 0.5]
    """
    if isinstance(value, Tensor):
        if dtype is not None and value.dtype != as_dtype(dtype):
            raise TypeError(
                f"Expected tensor {value!r} with dtype {as_dtype(dtype)!r}, but got dtype "
                f"{value.dtype!r}. Use tf.cast(x, tf.{as_dtype(dtype).name})."
            )
        if shape is None:
            return value
        to: Any = tuple(TensorShape(shape))
        if value._value.size != TensorShape(to).num_elements():
            raise _unsupported_shape(value, value._value.size, to)
        return recording.reshape(value, to=to)  # type: ignore[no-any-return]
    if _holds_tensors(value):
        raise ValueError(
            "tf.constant takes Python and NumPy values, but got a list of tensors or variables. "
            "Use tf.stack(values), or tf.convert_to_tensor(values)."
        )
    array = as_array(
        value, None if dtype is None else numpy_dtype(dtype), truncate=isinstance(value, np.ndarray)
    )
    if shape is None:
        return wrap_constant(array)
    wanted: Any = tuple(TensorShape(shape))
    if array.size == 1:
        return wrap_constant(np.full(wanted, array.reshape(())[()], array.dtype)[()])
    if array.size != TensorShape(wanted).num_elements():
        raise _unsupported_shape(value, array.size, wanted)
    return wrap_constant(array.reshape(wanted)[()])


def _unsupported_shape(value: Any, size: int, wanted: Any) -> TypeError:
    return TypeError(
        f"Eager execution of tf.constant with unsupported shape. Tensor {value!r} (converted from "
        f"list of {size} elements) has {size} elements, but got `shape` {wanted} with "
        f"{TensorShape(wanted).num_elements()} elements."
    )


def scalar_like(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as NumPy scalar of `dtype`; TypeError where that would change its kind."""
    kind = dtype.kind
    if kind == "f" or kind == "c":
        if value.__class__ is complex and kind == "f":
            raise _cannot_convert(value, dtype)
        if -6e4 < abs(value) < 6e4:
            return dtype.type(value)
        try:
            return _cast(np.array(value), dtype)[
                ()
            ]  # may overflow to infinity, which is no warning
        except OverflowError:
            raise _out_of_range() from None
    if kind in "iu":
        if isinstance(value, (float, complex)):
            raise _cannot_convert(value, dtype)
        # Out-of-range literals wrap around, as in TensorFlow.
        number = int(value)
        if not -(2**63) <= number < 2**64:
            raise _beyond_int64(number)
        return np.array(number).astype(dtype)[()]
    if kind == "b" and isinstance(value, (bool, np.bool_)):
        return np.bool_(value)
    if kind == "V" or dtype.name == "bfloat16":
        return dtype.type(value)
    raise _cannot_convert(value, dtype)


def _cast(array: Any, dtype: np.dtype[Any]) -> Any:
    """A contiguous copy in another dtype; what does not fit overflows to infinity in silence."""
    token = silence_float_errors()
    try:
        return array.astype(dtype, order="C", copy=True)
    finally:
        restore_float_errors(token)


def as_array(value: Any, dtype: np.dtype[Any] | None = None, *, truncate: bool = False) -> Any:
    """A fresh array (a NumPy scalar for shape ``()``) from Python or NumPy data.

    With `truncate`, a float array may become integers, as ``tf.constant(array, tf.int32)`` allows.
    """
    kind = value.__class__
    if kind is float or kind is int or kind is bool or kind is complex:
        return scalar_like(value, _python_dtype(value) if dtype is None else dtype)
    if value is None:
        raise ValueError(
            "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to "
            "a Tensor."
        )
    if isinstance(value, DType):
        raise _unsupported(value)
    if isinstance(value, (str, bytes)):
        return _strings(value, dtype)
    if isinstance(value, ArrayLike):
        return value._read()
    if kind is np.ndarray or isinstance(value, np.generic):
        return _from_numpy(np.asarray(value), dtype, truncate)
    if hasattr(value, "__array__"):
        return _from_numpy(np.asarray(array_in(value, texts=True)), dtype, truncate)
    if isinstance(value, TensorShape):
        value = value.as_list()
    if isinstance(value, (list, tuple, range)):
        return _from_sequence(value, dtype)
    if isinstance(value, Sized) and hasattr(value, "__getitem__") and not _is_keyed(value):
        return _from_sequence([value[i] for i in range(len(value))], dtype)
    if hasattr(value, "__index__"):
        return scalar_like(value.__index__(), np.dtype(np.int32) if dtype is None else dtype)
    raise _unsupported(value)


def _from_numpy(array: Any, dtype: np.dtype[Any] | None, truncate: bool) -> Any:
    if array.dtype.kind in "SU":
        return _strings(array, dtype)
    if array.dtype.kind == "O":
        return _from_sequence(array.tolist(), dtype)
    if dtype is not None and dtype.kind == "O":
        raise ValueError(f"Failed to convert a NumPy array of dtype {array.dtype} to strings.")
    if dtype is None:
        # The one object of each dtype, so that comparing identities is enough nearly always.
        dtype = from_numpy(array.dtype.newbyteorder("=")).numpy_dtype
    elif not truncate and _loses_kind(array.dtype.kind, dtype.kind):
        raise TypeError(
            f"Cannot convert a NumPy array of dtype {array.dtype} to a tensor of dtype "
            f"{dtype.name}: that would drop part of the values. Use tf.cast."
        )
    return _cast(array, dtype)[()]


_KIND_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "V": 2, "c": 3}


def _is_keyed(value: Any) -> bool:
    """Whether what stands in brackets is no position."""
    return isinstance(value, Mapping) or hasattr(value, "keys")


def _out_of_range() -> ValueError:
    return ValueError("Can't convert Python sequence with out-of-range integer to Tensor.")


def _loses_kind(source: str, target: str) -> bool:
    return _KIND_RANK.get(source, 9) > _KIND_RANK.get(target, 9)


def _from_sequence(value: Any, dtype: np.dtype[Any] | None) -> Any:
    if dtype is not None and dtype.kind == "O":
        return _strings(value, dtype)
    try:
        array = np.array(value)
    except ValueError as error:
        raise ValueError(
            f"Can't convert non-rectangular Python sequence to Tensor: {value!r}."
        ) from error
    if array.dtype.kind in "SUO":
        leaves = list(_leaves(value))
        if array.dtype.kind != "O" and not all(isinstance(v, (str, bytes)) for v in leaves):
            raise ValueError(
                f"Can't convert Python sequence with mixed types to Tensor: {value!r}."
            )
        if array.dtype.kind == "O" and not all(isinstance(v, (str, bytes)) for v in leaves):
            if all(isinstance(v, int) for v in leaves):
                try:
                    return array.astype(dtype or np.int64)
                except OverflowError:
                    raise _out_of_range() from None
            raise _unsupported(next(v for v in leaves if not isinstance(v, (str, bytes))))
        return _strings(value, dtype)
    if dtype is None:
        dtype = _sequence_dtype(value, array)
    elif _loses_kind(array.dtype.kind, dtype.kind) and array.size:
        raise _cannot_convert(next(iter(_leaves(value))) if array.size else value, dtype)
    return _cast(array, dtype)[()]


#: The first number of a list decides its kind; only integers make way, for floats.
_PYTHON_RANK = {bool: 0, int: 1, float: 2, complex: 3}


def _sequence_dtype(value: Any, array: np.ndarray[Any, Any]) -> np.dtype[Any]:
    """float64 and int64 that NumPy made of Python numbers become float32 and int32."""
    kind = array.dtype.kind
    ranks = [_PYTHON_RANK.get(type(v), -1) for v in _leaves(value)]
    if ranks and max(ranks) > ranks[0] >= 0 and (ranks[0], max(ranks)) != (1, 2):
        raise ValueError(
            f"Can't convert Python sequence with mixed types to Tensor: {value!r}. The first "
            f"number decides the kind: write it as {'bool int float complex'.split()[max(ranks)]}."
        )
    if array.size == 0:
        return _FLOAT32 if array.dtype == np.float64 else array.dtype
    if kind == "f" and array.dtype == np.float64:
        numpy_leaf = any(isinstance(v, np.float64) or _is_f64(v) for v in _leaves(value))
        return array.dtype if numpy_leaf else _FLOAT32
    if kind == "i" and not any(hasattr(v, "dtype") for v in _leaves(value)):
        low, high = array.min(), array.max()
        return np.dtype(np.int32 if low >= _INT32.min and high <= _INT32.max else np.int64)
    if array.dtype == np.bool_ or kind in "iufc":
        dtype: np.dtype[Any] = array.dtype
        return dtype
    raise _unsupported(value)


def _is_f64(value: Any) -> bool:
    return getattr(value, "dtype", None) == np.float64


def _leaves(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        for v in value:
            yield from _leaves(v)
    else:
        yield value


def _holds_tensors(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and any(
        isinstance(v, ArrayLike) or type(v) in conversions or _holds_tensors(v) for v in value
    )


def _stack(values: Any, dtype: np.dtype[Any] | None) -> Tensor:
    """Stack nested lists that hold tensors: one dtype for all, that of the first tensor."""
    if dtype is None:
        first = next(
            v for v in _leaves(values) if isinstance(v, ArrayLike) or type(v) in conversions
        )
        dtype = operand(first)._value.dtype
    tensors = [as_tensor(v, dtype) for v in values]
    for i, x in enumerate(tensors):
        if x._value.dtype != dtype:
            raise InvalidArgumentError(
                f"Cannot make a tensor of a list of tensors of different dtypes: element {i} was "
                f"expected to be a {from_numpy(dtype).name} tensor but is a {x.dtype.name} tensor. "
                f"Use tf.cast."
            )
        if x._value.shape != tensors[0]._value.shape:
            raise InvalidArgumentError(
                f"Cannot make a tensor of a list of tensors of different shapes: element {i} has "
                f"shape {x._value.shape}, element 0 {tensors[0]._value.shape}."
            )
    stacked: Tensor = recording.stack(*tensors, axis=-1 - tensors[0]._value.ndim)
    return stacked


def _python_dtype(value: Any) -> np.dtype[Any]:
    if value.__class__ is float:
        return _FLOAT32
    if value.__class__ is int:
        fits = _INT32.min <= value <= _INT32.max
        if not fits and not -(2**63) <= value < 2**63:
            raise _beyond_int64(value)
        return np.dtype(np.int32 if fits else np.int64)
    return np.dtype(np.bool_ if value.__class__ is bool else np.complex128)


def _strings(value: Any, dtype: np.dtype[Any] | None) -> np.ndarray[Any, Any]:
    if dtype is not None and dtype.kind != "O":
        raise _cannot_convert(value, dtype)
    array = np.array(value, dtype=object)
    encode = np.frompyfunc(lambda s: s.encode() if isinstance(s, str) else s, 1, 1)
    encoded = np.empty(array.shape, dtype=object)
    encoded[...] = encode(array)
    if not all(isinstance(s, bytes) for s in encoded.flat):
        raise _cannot_convert(value, encoded.dtype)
    return encoded


def _beyond_int64(value: int) -> ValueError:
    return ValueError(f"Can't convert Python integer {value} to a Tensor: beyond int64.")


def _cannot_convert(value: Any, dtype: np.dtype[Any]) -> TypeError:
    return TypeError(
        f"Cannot convert {value!r} to EagerTensor of dtype {from_numpy(dtype).name}. "
        f"Convert on purpose with tf.cast."
    )


def _unsupported(value: Any) -> ValueError:
    return ValueError(
        f"Attempt to convert a value ({value!r}) with an unsupported type ({type(value)}) to a "
        f"Tensor. Tensors are made of numbers, strings, NumPy arrays and lists of these."
    )
