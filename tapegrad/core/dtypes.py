"""Data types: TensorFlow's names over NumPy's dtypes."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

_NAMED: dict[str, DType] = {}
_FROM_NUMPY: dict[np.dtype[Any], DType] = {}


class DType:
    """The type of a tensor's elements, such as ``tf.float32``.

    It compares equal to what names the same type: another `DType`, a NumPy dtype or scalar type,
    or a string. Programs use the instances, or `as_dtype`; new types are not made.

    Parameters
    ----------
    name
        Its name.
    numpy_dtype
        The NumPy dtype that stores it.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.float32 == "float32", tf.float32.is_floating, tf.constant([1, 2]).dtype
    (True, True, tf.int32)
    """

    __slots__ = ("_numpy", "kind", "name")

    def __init__(self, name: str, numpy_dtype: np.dtype[Any] | None) -> None:
        self.name = name
        self._numpy = numpy_dtype
        #: NumPy's letter for the kind of number: ``"f"``, ``"c"``, ``"i"``, ``"u"``, ``"b"``...
        self.kind = "f" if numpy_dtype is None else numpy_dtype.kind
        _NAMED[name] = self
        if numpy_dtype is not None:
            _FROM_NUMPY[numpy_dtype] = self

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The NumPy dtype; for bfloat16 it needs the optional package ml_dtypes."""
        if self._numpy is None:
            self._numpy = _load_bfloat16()
            _FROM_NUMPY[self._numpy] = self
        return self._numpy

    @property
    def as_numpy_dtype(self) -> type:
        """The NumPy scalar type, such as ``numpy.float32``."""
        return builtins.object if self.name == "string" else self.numpy_dtype.type

    @property
    def is_floating(self) -> builtins.bool:
        """True for real floating point types."""
        return self.name in ("float16", "bfloat16", "float32", "float64")

    @property
    def is_integer(self) -> builtins.bool:
        """True for signed and unsigned integers (not for bool)."""
        return self._numpy is not None and self._numpy.kind in "iu"

    @property
    def is_unsigned(self) -> builtins.bool:
        """True for unsigned integers."""
        return self._numpy is not None and self._numpy.kind == "u"

    @property
    def is_complex(self) -> builtins.bool:
        """True for complex types."""
        return self._numpy is not None and self._numpy.kind == "c"

    @property
    def is_bool(self) -> builtins.bool:
        """True for bool."""
        return self.name == "bool"

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """Always true: every dtype here is a NumPy dtype."""
        return True

    @property
    def is_differentiable(self) -> builtins.bool:
        """True for the types that carry gradients: floating point and complex."""
        return self.is_floating or self.is_complex

    @property
    def real_dtype(self) -> DType:
        """The type of the real part."""
        return {"complex64": float32, "complex128": float64}.get(self.name, self)

    @property
    def base_dtype(self) -> DType:
        """The type itself; for compatibility with TensorFlow's reference types."""
        return self

    @property
    def size(self) -> int:
        """Bytes per element."""
        return 1 if self.name == "string" else self.numpy_dtype.itemsize

    @property
    def min(self) -> Any:
        """The smallest finite value."""
        return self._limits("min")

    @property
    def max(self) -> Any:
        """The largest finite value."""
        return self._limits("max")

    @property
    def limits(self) -> tuple[Any, Any]:
        """``(min, max)`` for integers, ``(-1, 1)`` for floats, as image code uses them."""
        return (-1, 1) if self.is_floating else (self.min, self.max)

    def _limits(self, end: str) -> Any:
        dtype = self.numpy_dtype
        if self.is_bool:
            return end == "max"
        if self.is_integer:
            return getattr(np.iinfo(dtype), end)
        if self.is_floating:
            return dtype.type(getattr(np.finfo(dtype), end))
        raise TypeError(f"{self.name} has no {end}imum: it is not an ordered numeric type.")

    @property
    def as_datatype_enum(self) -> int:
        """TensorFlow's number for the type."""
        return _ENUM[self.name]

    def is_compatible_with(self, other: object) -> builtins.bool:
        """True if `other` names the same type."""
        return self == other

    def __eq__(self, other: object) -> builtins.bool:
        if other is self:
            return True
        if other is None or isinstance(other, DType):
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: '{self.name}'>"

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self.name,)


def _load_bfloat16() -> np.dtype[Any]:
    try:
        import ml_dtypes
    except ImportError as error:
        raise ImportError(
            "tf.bfloat16 needs the package ml_dtypes, because NumPy has no bfloat16. "
            "Install it with `pip install ml_dtypes`, or use tf.float32."
        ) from error
    dtype: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
    return dtype


float16 = half = DType("float16", np.dtype(np.float16))
float32 = DType("float32", np.dtype(np.float32))
float64 = double = DType("float64", np.dtype(np.float64))
bfloat16 = DType("bfloat16", None)
int8 = DType("int8", np.dtype(np.int8))
int16 = DType("int16", np.dtype(np.int16))
int32 = DType("int32", np.dtype(np.int32))
int64 = DType("int64", np.dtype(np.int64))
uint8 = DType("uint8", np.dtype(np.uint8))
uint16 = DType("uint16", np.dtype(np.uint16))
uint32 = DType("uint32", np.dtype(np.uint32))
uint64 = DType("uint64", np.dtype(np.uint64))
complex64 = DType("complex64", np.dtype(np.complex64))
complex128 = DType("complex128", np.dtype(np.complex128))
bool = DType("bool", np.dtype(np.bool_))
string = DType("string", np.dtype(object))

_ENUM = {
    name: number
    for number, name in enumerate(
        "float32 float64 int32 uint8 int16 int8 string complex64 int64 bool qint8 quint8 qint32 "
        "bfloat16 qint16 quint16 uint16 complex128 float16 resource variant uint32 uint64".split(),
        start=1,
    )
}

_PYTHON_TYPES: dict[object, DType] = {
    builtins.float: float32,
    builtins.bool: bool,
    builtins.complex: complex128,
    builtins.str: string,
    builtins.bytes: string,
}
_ALIASES = {"half": float16, "float": float32, "double": float64, "str": string}


def as_dtype(type_value: object) -> DType:
    """Convert a dtype, NumPy dtype, Python type or name to a `DType`.

    Parameters
    ----------
    type_value
        ``tf.float32``, ``'float32'``, ``numpy.float32``, ``numpy.dtype('f4')``, ``float``, ...
        ``int`` is rejected, as its width would be a guess.

    Raises
    ------
    TypeError
        If `type_value` names no supported type.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.as_dtype("float64")
    tf.float64
    """
    if isinstance(type_value, DType):
        return type_value
    found: DType | None = None
    if isinstance(type_value, np.dtype):
        found = _FROM_NUMPY.get(type_value)
    elif isinstance(type_value, str):
        found = _NAMED.get(type_value) or _ALIASES.get(type_value)
    elif isinstance(type_value, type) and type_value is not int:
        found = _PYTHON_TYPES.get(type_value)
        if found is None and issubclass(type_value, np.generic):
            found = _FROM_NUMPY.get(np.dtype(type_value))
            if found is None and issubclass(type_value, (np.str_, np.bytes_, np.object_)):
                found = string
    if found is None:
        if getattr(type_value, "name", None) == "bfloat16" or (
            getattr(type_value, "__name__", None) == "bfloat16"
        ):
            return bfloat16
        raise TypeError(
            f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType. "
            f"Use one of {', '.join('tf.' + name for name in _NAMED)}."
        )
    return found


def numpy_dtype(type_value: object) -> np.dtype[Any]:
    """The NumPy dtype that `type_value` names."""
    return as_dtype(type_value).numpy_dtype


def from_numpy(dtype: np.dtype[Any]) -> DType:
    """The `DType` of a NumPy dtype."""
    found = _FROM_NUMPY.get(dtype)
    return as_dtype(dtype) if found is None else found
