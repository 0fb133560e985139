"""PyTorch's data types and its rules for mixing them."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any

import numpy as np

from tapegrad.core.dtypes import as_dtype

__all__ = [
    "bfloat16",
    "bool",
    "can_cast",
    "cdouble",
    "cfloat",
    "complex64",
    "complex128",
    "double",
    "dtype",
    "float",
    "float16",
    "float32",
    "float64",
    "get_default_dtype",
    "half",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "long",
    "promote_types",
    "result_type",
    "set_default_dtype",
    "short",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
]


_FROM_NUMPY: dict[np.dtype[Any], dtype] = {}


_C_NAMES = {
    "float32": "float",
    "float64": "double",
    "float16": "c10::Half",
    "bfloat16": "c10::BFloat16",
    "complex64": "c10::complex<float>",
    "complex128": "c10::complex<double>",
    "int64": "long int",
    "int32": "int",
    "int16": "short int",
    "int8": "signed char",
    "uint8": "unsigned char",
}


class dtype:
    """The type of a tensor's elements, such as ``torch.float32``.

    Parameters
    ----------
    name
        PyTorch's name.
    abbreviation
        What its tensors' types are called, ``torch.<abbreviation>Tensor``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.ones(2).dtype, torch.float64.is_floating_point, torch.int64.itemsize
    (torch.float32, True, 8)
    """

    __slots__ = ("_name", "_numpy", "abbreviation", "is_complex", "is_floating_point", "is_signed")

    def __init__(self, name: str, abbreviation: str) -> None:
        self._name = name
        self._numpy: np.dtype[Any] | None = None
        self.abbreviation = abbreviation
        self.is_complex = name.startswith("complex")
        self.is_floating_point = name.startswith(("float", "bfloat"))
        self.is_signed = not name.startswith(("uint", "bool"))
        if name != "bfloat16":
            _ = self.numpy_dtype

    @property
    def numpy_dtype(self) -> np.dtype[Any]:
        """The NumPy dtype; bfloat16 needs the optional package ml_dtypes."""
        if self._numpy is None:
            self._numpy = as_dtype(self._name).numpy_dtype
            _FROM_NUMPY[self._numpy] = self
        return self._numpy

    @property
    def itemsize(self) -> builtins.int:
        """Bytes per element."""
        return self.numpy_dtype.itemsize

    def to_complex(self) -> dtype:
        """The complex type of this precision."""
        return complex128 if self in (float64, complex128) else complex64

    def to_real(self) -> dtype:
        """The type of the real part."""
        return {complex64: float32, complex128: float64}.get(self, self)

    @property
    def c_name(self) -> str:
        """What C++ calls the type, and with it some of PyTorch's messages."""
        return _C_NAMES.get(self._name, self._name)

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> Any:
        return named, (self._name,)


bool = dtype("bool", "Bool")
uint8 = dtype("uint8", "Byte")
uint16 = dtype("uint16", "UInt16")
uint32 = dtype("uint32", "UInt32")
uint64 = dtype("uint64", "UInt64")
int8 = dtype("int8", "Char")
int16 = short = dtype("int16", "Short")
int32 = int = dtype("int32", "Int")
int64 = long = dtype("int64", "Long")
float16 = half = dtype("float16", "Half")
bfloat16 = dtype("bfloat16", "BFloat16")
float32 = float = dtype("float32", "Float")
float64 = double = dtype("float64", "Double")
complex64 = cfloat = dtype("complex64", "ComplexFloat")
complex128 = cdouble = dtype("complex128", "ComplexDouble")

ALL = (
    *(bool, uint8, uint16, uint32, uint64, int8, int16, int32, int64),
    *(float16, bfloat16, float32, float64, complex64, complex128),
)

_chosen = [float32]  # by `set_default_dtype`


def named(name: str) -> dtype:
    """The type of this name."""
    return next(d for d in ALL if d._name == name)


def get_default_dtype() -> dtype:
    """The type that Python floats become: float32 unless `set_default_dtype` changed it.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.get_default_dtype()
    torch.float32
    """
    return _chosen[0]


def set_default_dtype(d: dtype, /) -> None:
    """Choose the type that Python floats become.

    Parameters
    ----------
    d
        A floating point type.

    Raises
    ------
    TypeError
        If it is not a floating point type.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.set_default_dtype(torch.float64)
    >>> torch.tensor(0.5).dtype
    torch.float64
    >>> torch.set_default_dtype(torch.float32)
    """
    if not isinstance(d, dtype) or not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    _chosen[0] = d


def from_numpy_dtype(d: np.dtype[Any]) -> dtype:
    """PyTorch's name of a NumPy dtype.

    Raises
    ------
    TypeError
        For strings and objects, of which there are no tensors.
    """
    found = _FROM_NUMPY.get(d)
    if found is None and d.name == "bfloat16":
        bfloat16.numpy_dtype  # noqa: B018  # loads it
        found = bfloat16
    if found is None:
        raise TypeError(
            f"can't convert np.ndarray of type {d.type}. The only supported types are: float64, "
            f"float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, "
            f"uint16, uint8, and bool."
        )
    return found


def to_numpy(d: Any) -> np.dtype[Any]:
    """The NumPy dtype that a ``dtype=`` argument asks for; Python's types are allowed.

    Raises
    ------
    TypeError
        For anything that is not a `dtype`.
    """
    if d.__class__ is dtype:
        return d.numpy_dtype
    if d is builtins.float:
        return float64.numpy_dtype
    if d is builtins.int:
        return int64.numpy_dtype
    if d is builtins.bool:
        return bool.numpy_dtype
    if d is builtins.complex:
        return complex128.numpy_dtype
    raise TypeError(f"dtype must be a torch.dtype, not {type(d).__name__}")


# Promotion

_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}


def category(d: np.dtype[Any]) -> builtins.int:
    """0 for bool, 1 for integers, 2 for floating point, 3 for complex types."""
    return _RANK.get(d.kind, 2)


def promote(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """The smallest type for both: PyTorch's ``promote_types`` on NumPy's dtypes."""
    if a == b:
        return a
    ranks = category(a), category(b)
    if ranks[0] != ranks[1] and max(ranks) >= 2:
        higher, lower = (a, b) if ranks[0] > ranks[1] else (b, a)
        if category(higher) == 3 and lower == np.float64:
            return complex128.numpy_dtype
        return higher
    names = {a.name, b.name}
    if "bfloat16" in names:
        return float32.numpy_dtype if "float16" in names else a if b.name == "bfloat16" else b
    return np.promote_types(a, b)


def _combined(higher: np.dtype[Any] | None, lower: np.dtype[Any] | None) -> np.dtype[Any] | None:
    """What stands higher decides, unless the lower is of another, wider category."""
    if higher is None or lower is None:
        return higher if lower is None else lower
    if category(higher) == 3:
        return higher
    if category(higher) == 2:
        return from_numpy_dtype(higher).to_complex().numpy_dtype if lower.kind == "c" else higher
    if higher.kind == "b" or category(lower) > 1:
        return promote(higher, lower)
    return higher


def result_dtype(operands: Iterable[Any]) -> np.dtype[Any]:
    """The type of an operation's result: tensors with dimensions before those without.

    Parameters
    ----------
    operands
        Arrays, or objects with an array in ``_value``, and Python numbers, which have the least
        say.
    """
    with_dimensions: np.dtype[Any] | None = None
    without: np.dtype[Any] | None = None
    numbers: np.dtype[Any] | None = None
    for x in operands:
        array = getattr(x, "_value", x)
        if isinstance(array, (np.ndarray, np.generic)):
            if array.ndim:
                d = array.dtype
                with_dimensions = d if with_dimensions is None else promote(with_dimensions, d)
            else:
                without = array.dtype if without is None else promote(without, array.dtype)
        else:
            d = number_dtype(array)
            numbers = d if numbers is None else promote(numbers, d)
    found = _combined(with_dimensions, _combined(without, numbers))
    if found is None:
        raise RuntimeError("at least one operand is needed to find a result's type")
    return found


def number_dtype(number: Any) -> np.dtype[Any]:
    """The type that a Python number has on its own."""
    if number.__class__ is builtins.float:
        return _chosen[0].numpy_dtype
    if isinstance(number, builtins.bool):
        return bool.numpy_dtype
    if isinstance(number, builtins.int):
        return int64.numpy_dtype
    if isinstance(number, builtins.complex):
        return _chosen[0].to_complex().numpy_dtype
    if isinstance(number, builtins.float):
        return _chosen[0].numpy_dtype
    raise TypeError(f"expected a tensor or a number, not {type(number).__name__}")


def floating(d: np.dtype[Any]) -> np.dtype[Any]:
    """The type of a function that has no integer values, such as sin, for an argument's type."""
    return d if category(d) >= 2 else _chosen[0].numpy_dtype


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """The smallest type that both can be converted to without going down in category.

    Parameters
    ----------
    type1, type2
        Two types.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.promote_types(torch.int64, torch.float16)
    torch.float16
    """
    for position, given in enumerate((type1, type2), 1):
        if not isinstance(given, dtype):
            raise TypeError(
                f"promote_types(): argument 'type{position}' (position {position}) must be "
                f"torch.dtype, not {type(given).__name__}"
            )
    return from_numpy_dtype(promote(type1.numpy_dtype, type2.numpy_dtype))


def result_type(tensor1: Any, tensor2: Any) -> dtype:
    """The type of an arithmetic operation's result on tensors or numbers.

    Parameters
    ----------
    tensor1, tensor2
        Tensors or numbers.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.result_type(torch.tensor([1, 2], dtype=torch.int32), 1.0)
    torch.float32
    """
    return from_numpy_dtype(result_dtype([tensor1, tensor2]))


def can_cast(from_: dtype, to: dtype) -> builtins.bool:
    """Whether the conversion keeps the category, as in-place operations demand.

    Parameters
    ----------
    from_, to
        Two types.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.can_cast(torch.float32, torch.int32)
    False
    """
    source, target = from_.numpy_dtype, to.numpy_dtype
    if target.kind == "b":
        return source.kind == "b"
    return category(source) <= category(target)
