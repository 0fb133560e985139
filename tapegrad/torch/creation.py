"""Making tensors: from values, filled, counting, and from NumPy's memory."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import (
    category,
    from_numpy_dtype,
    get_default_dtype,
    number_dtype,
    promote,
    to_numpy,
)
from tapegrad.torch.operation import operation
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "arange",
    "as_tensor",
    "clone",
    "empty",
    "empty_like",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "tensor",
    "zeros",
    "zeros_like",
]


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


def shape_of(size: tuple[Any, ...], name: str) -> tuple[int, ...]:
    """The shape that ``zeros(2, 3)`` or ``zeros((2, 3))`` asks for.

    Raises
    ------
    TypeError
        For what is no whole number.
    RuntimeError
        For negative sizes.
    """
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        size = tuple(size[0])
    try:
        shape = tuple([n.__index__() for n in size])
    except AttributeError:
        wrong = next(n for n in size if not hasattr(n, "__index__"))
        raise TypeError(
            f"{name}(): argument 'size' must be tuple of ints, but found element of type "
            f"{type(wrong).__name__}"
        ) from None
    if any(n < 0 for n in shape):
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def _dtype(dtype: Any) -> np.dtype[Any]:
    return get_default_dtype().numpy_dtype if dtype is None else to_numpy(dtype)


def array_of(data: Any, dtype: Any = None) -> Any:
    """A fresh array of Python or NumPy data, tensors, or nested lists of these.

    Raises
    ------
    ValueError, TypeError
        As PyTorch words it.
    """
    wanted = None if dtype is None else to_numpy(dtype)
    if isinstance(data, Tensor):
        return np.array(data._value, dtype=wanted)
    if isinstance(data, (np.ndarray, np.generic)):
        array = np.array(data, dtype=wanted)
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
    return made(array_of(data, dtype), requires_grad)


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


def zeros(
    *size: Any,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros.

    Parameters
    ----------
    size
        The shape, as numbers or as one sequence.
    out
        A tensor to write to instead.
    dtype
        The type; the default floating point type if it is not given.
    layout, device
        There is one of each.
    requires_grad
        Whether operations on it are recorded.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.zeros(2, 3)
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    """
    _device(device or "cpu")
    return made(np.zeros(shape_of(size, "zeros"), _dtype(dtype)), requires_grad, out)


@documented("torch.ones(2)", "")
def ones(
    *size: Any,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones; parameters as for `zeros`."""
    _device(device or "cpu")
    return made(np.ones(shape_of(size, "ones"), _dtype(dtype)), requires_grad, out)


@documented("torch.empty(2).shape", "")
def empty(
    *size: Any,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """A tensor of no particular values, here zeros; parameters as for `zeros`."""
    _device(device or "cpu")
    return made(np.zeros(shape_of(size, "empty"), _dtype(dtype)), requires_grad, out)


@documented("torch.full((2,), 3.0)", "", fill_value="The value.")
def full(
    size: Any,
    fill_value: Any,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one value, of whose type it is; parameters as for `zeros`."""
    value = fill_value.item() if isinstance(fill_value, Tensor) else fill_value
    d = number_dtype(value) if dtype is None else to_numpy(dtype)
    return made(np.full(shape_of((size,), "full"), value, d), requires_grad, out)


@documented("torch.eye(2)", "", n="How many rows.", m="How many columns; as many by default.")
def eye(
    n: int,
    m: int | None = None,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The identity matrix of `n` rows and `m` columns."""
    if n < 0:
        raise RuntimeError(f"n must be greater or equal to 0, got {n}")
    if m is not None and m < 0:
        raise RuntimeError(f"m must be greater or equal to 0, got {m}")
    return made(np.eye(n, m, dtype=_dtype(dtype)), requires_grad, out)


@documented(
    "torch.arange(1, 2, 0.5)",
    "",
    bounds="The numbers' bounds: end, or start and end, or start, end and step.",
    start="The first number.",
    end="Where to stop.",
    step="From one number to the next.",
)
def arange(
    *bounds: Any,
    start: Any = None,
    end: Any = None,
    step: Any = 1,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from `start` (0) up to, without, `end`, `step` apart.

    RuntimeError if the step is zero or leads away from the end.
    """
    values = [b.item() if isinstance(b, Tensor) else b for b in bounds]
    if len(values) == 1 and end is None:
        values = [0 if start is None else start, values[0], step]
    else:
        given = [v for v in (start, end) if v is not None]
        values = [*values, *given, step][:3] if len(values) + len(given) < 3 else values[:3]
        if len(values) == 2:
            values = [0, *values]
    first, last, by = values
    if by == 0:
        raise RuntimeError("step must be nonzero")
    if (last - first) * by < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        floats = any(isinstance(v, (float, np.floating)) for v in values)
        d = get_default_dtype().numpy_dtype if floats else _INT64
    else:
        d = to_numpy(dtype)
    count = math.ceil((last - first) / by)
    return made((first + by * np.arange(count)).astype(d), requires_grad, out)


@documented(
    "torch.linspace(0, 1, 3)",
    "",
    start="The first number.",
    end="The last number.",
    steps="How many.",
)
def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` numbers from `start` to `end`, both included."""
    first, last = (e.item() if isinstance(e, Tensor) else e for e in (start, end))
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return made(np.linspace(first, last, steps).astype(_dtype(dtype)), requires_grad, out)


@documented(
    "torch.logspace(0, 2, 3)",
    "",
    start="The first exponent.",
    end="The last exponent.",
    steps="How many.",
    base="What is raised to the exponents.",
)
def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    out: Any = None,
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """`steps` powers of `base`, whose exponents go from `start` to `end`."""
    first, last = (e.item() if isinstance(e, Tensor) else e for e in (start, end))
    powers = np.power(float(base), np.linspace(first, last, steps))
    return made(powers.astype(_dtype(dtype)), requires_grad, out)


def _like(name: str, value: Any) -> Any:
    def like(
        input: Tensor,
        *,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        d = input._value.dtype if dtype is None else to_numpy(dtype)
        return made(np.full(input._value.shape, value, d), requires_grad)

    like.__name__ = name
    like.__doc__ = (
        f"A tensor of the shape and type of `input`, like `{name.split('_', maxsplit=1)[0]}`."
    )
    return documented(f"torch.{name}(torch.tensor([1.0])).shape", "")(like)


zeros_like = _like("zeros_like", 0)
ones_like = _like("ones_like", 1)
empty_like = _like("empty_like", 0)


@documented(
    "torch.full_like(torch.zeros(2), 3.0)", "", fill_value="The value.", options="As for `full`."
)
def full_like(input: Tensor, fill_value: Any, *, dtype: Any = None, **options: Any) -> Tensor:
    """A tensor of one value, of the shape and type of `input`."""
    d = input.dtype if dtype is None else dtype
    return full(input.shape, fill_value, dtype=d, **options)


def _new_method(function: Any) -> Any:
    def method(self: Tensor, *args: Any, dtype: Any = None, **options: Any) -> Tensor:
        result = function(*args, dtype=self.dtype if dtype is None else dtype, **options)
        return result

    method.__name__ = f"new_{function.__name__}"
    method.__doc__ = f"`torch.{function.__name__}`, of this tensor's type."
    return method


for _function in (zeros, ones, empty, full, tensor):
    setattr(Tensor, f"new_{_function.__name__}", _new_method(_function))


@documented("torch.clone(torch.ones(2))", "")
@operation()
def clone(input: Any, *, memory_format: Any = None) -> Any:
    """A copy in memory of its own, through which gradients flow."""
    return identity(input)
