"""Making tensors of values: of Python's and NumPy's, and in the memory of other arrays."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tapegrad.core.containers import array_in, is_container
from tapegrad.core.graph_calls import cut
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import (
    category,
    from_numpy_dtype,
    get_default_dtype,
    number_dtype,
    promote,
    to_numpy,
)
from tapegrad.torch.examples import as_array
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["as_tensor", "from_dlpack", "from_numpy", "tensor"]

_INT64 = np.dtype(np.int64)


def made(array: Any, requires_grad: bool = False, out: Tensor | None = None) -> Tensor:
    """A new leaf over a fresh array."""
    if out is not None:
        out._value = array.astype(out._value.dtype)
        return out
    if requires_grad and category(array.dtype) < 2:
        raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
    t = wrapped(array[()] if array.ndim == 0 else array)
    return t.requires_grad_() if requires_grad else t


def array_of(data: Any, dtype: Any = None) -> Any:
    """A fresh array of Python or NumPy data, tensors, or nested lists of these.

    Raises
    ------
    ValueError, TypeError
        As PyTorch words it.
    """
    wanted = None if dtype is None else to_numpy(dtype)
    if isinstance(data, Tensor):
        return np.array(as_array(data._value), dtype=wanted)
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.array(array_in(data), dtype=wanted)
        from_numpy_dtype(array.dtype)
        return array
    if isinstance(data, (bool, int, float, complex)):
        try:
            return np.array(data, dtype=wanted or number_dtype(data))
        except OverflowError:
            raise RuntimeError(
                f"value cannot be converted to type {from_numpy_dtype(wanted or _INT64)} without "
                f"overflow"
            ) from None
    if is_container(data):
        return np.array(array_in(data), dtype=wanted)
    if isinstance(data, (list, tuple)) or hasattr(data, "__len__"):
        return _from_sequence(data, wanted)
    if hasattr(data, "__array__"):
        return np.array(data, dtype=wanted)
    raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")


def _from_sequence(data: Any, wanted: np.dtype[Any] | None) -> Any:
    kinds: list[np.dtype[Any]] = []
    shape = _measure(data, kinds, 0, [])
    if wanted is None:
        wanted = get_default_dtype().numpy_dtype if not kinds else kinds[0]
        for d in kinds[1:]:
            wanted = promote(wanted, d)
    plain = _plain(data)
    array = np.array(plain, dtype=object) if wanted.kind == "O" else None
    if array is None:
        if not math.prod(shape):
            return np.zeros(shape, wanted)
        try:
            array = np.array(plain, dtype=wanted)
        except (OverflowError, TypeError):
            array = np.array(plain).astype(wanted)
    return array


def _measure(data: Any, kinds: list[np.dtype[Any]], depth: int, at: list[int]) -> tuple[int, ...]:
    """The shape of nested lists, collecting the types of what is in them."""
    if isinstance(data, Tensor):
        kinds.append(data._value.dtype)
        return tuple(data._value.shape)
    if isinstance(data, (np.ndarray, np.generic)):
        kinds.append(data.dtype)
        return data.shape
    if isinstance(data, (list, tuple, range)):
        shape: tuple[int, ...] | None = None
        for item in data:
            inner = _measure(item, kinds, depth + 1, at)
            if shape is not None and inner != shape:
                if not inner or not shape:
                    kind = "int" if not inner else "list"
                    raise TypeError(
                        "not a sequence" if not inner else f"must be real number, not {kind}"
                    )
                raise ValueError(
                    f"expected sequence of length {shape[0]} at dim {depth + 1} (got {inner[0]})"
                )
            shape = inner
        return (len(data), *(shape or ()))
    if data is None or isinstance(data, (str, bytes)):
        if isinstance(data, str):
            raise ValueError("too many dimensions 'str'")
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    try:
        kinds.append(number_dtype(data))
    except TypeError:
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}") from None
    return ()


def _plain(data: Any) -> Any:
    if isinstance(data, Tensor):
        return data._value
    if isinstance(data, (list, tuple)):
        return [_plain(d) for d in data]
    return data


def tensor(
    data: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    pin_memory: bool = False,
) -> Tensor:
    """A new tensor with a copy of `data`, without a graph.

    Parameters
    ----------
    data
        A number, nested lists of numbers, a NumPy array.
    dtype
        The type; by default that of the data, where Python floats are of the default type and
        integers int64.
    device
        The processor.
    requires_grad
        Whether operations on it are recorded.
    pin_memory
        Without effect.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If lists of one depth differ in length.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """
    if isinstance(data, Tensor):
        warnings.warn(
            "To copy construct from a tensor, it is recommended to use "
            "sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), "
            "rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
    _device(device or "cpu")
    result = made(array_of(data, dtype), requires_grad)
    if isinstance(data, Tensor) and data._node is not None:
        cut("torch.tensor", data._id, result._id)
    return result


@documented("torch.as_tensor([1.0, 2.0])", "", data="Numbers, an array or a tensor.")
def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor of `data`, which shares its memory and graph where possible."""
    if isinstance(data, Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or to_numpy(dtype) == data.dtype):
        return from_numpy(data)
    return made(array_of(data, dtype))


@documented('torch.from_numpy(__import__("numpy").ones(2))', "", ndarray="The array.")
def from_numpy(ndarray: Any) -> Tensor:
    """A tensor in the memory of a NumPy array: changes to one show in the other.

    Raises
    ------
    TypeError
        If it is no NumPy array, or not of numbers.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    ndarray = array_in(ndarray)
    from_numpy_dtype(ndarray.dtype)
    if any(s < 0 for s in ndarray.strides):
        raise ValueError(
            "At least one stride in the given numpy array is negative, and tensors with negative "
            "strides are not currently supported. (You can probably work around this by making a "
            "copy of your array  with array.copy().) "
        )
    return wrapped(ndarray)


@documented("torch.from_dlpack(torch.ones(2))", "", ext_tensor="The other array.")
def from_dlpack(ext_tensor: Any) -> Tensor:
    """A tensor in the memory of another library's array."""
    if not hasattr(ext_tensor, "__dlpack__"):
        if type(ext_tensor).__name__ != "PyCapsule":
            raise AttributeError(
                f"'{type(ext_tensor).__name__}' object has no attribute '__dlpack__'"
            )
        ext_tensor = _Capsule(ext_tensor)
    if isinstance(ext_tensor, np.ndarray):
        return wrapped(ext_tensor.view())
    array = np.from_dlpack(ext_tensor)
    if not array.flags.writeable:  # NumPy's word for memory that older exporters lend
        lent = array.__array_interface__ | {"data": (array.__array_interface__["data"][0], False)}
        array = np.asarray(_Lent(lent, array))
    return wrapped(array)


class _Capsule:
    """What somebody has exported, once."""

    def __init__(self, capsule: Any) -> None:
        self._capsule = capsule

    def __dlpack__(self, **options: Any) -> Any:
        return self._capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return 1, 0


class _Lent:
    """Memory that an array keeps alive, and that may be written to."""

    def __init__(self, interface: dict[str, Any], keeper: Any) -> None:
        self.__array_interface__ = interface
        self._keeper = keeper
