"""Making tensors: filled with one value, counting, like others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.torch.batched import like_example
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import (
    get_default_dtype,
    number_dtype,
    to_numpy,
)
from tapegrad.torch.from_data import made, tensor
from tapegrad.torch.operation import operation
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor

__all__ = [
    "arange",
    "clone",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]


_INT64 = np.dtype(np.int64)


def shape_of(size: tuple[Any, ...], name: str) -> tuple[int, ...]:
    """The shape that ``zeros(2, 3)`` or ``zeros((2, 3))`` asks for.

    Raises
    ------
    TypeError
        For what is no whole number.
    RuntimeError
        For negative sizes.
    """
    if len(size) == 1 and isinstance(size[0], (str, float)):
        raise TypeError(
            f"{name}(): argument 'size' (position 1) must be tuple of ints, not "
            f"{type(size[0]).__name__}"
        )
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
        if name == "zeros":
            raise RuntimeError("zeros: Dimension size must be non-negative.")
        raise RuntimeError(
            f"Trying to create tensor with negative dimension {min(shape)}: {list(shape)}"
        )
    return shape


def _dtype(dtype: Any) -> np.dtype[Any]:
    return get_default_dtype().numpy_dtype if dtype is None else to_numpy(dtype)


def _named(size: Any, name: str) -> tuple[Any]:
    if hasattr(size, "__index__"):
        raise TypeError(f"{name}(): argument 'size' must be tuple of ints, not int")
    return (size,)


def _filled(name: str, value: int, values: str) -> Any:
    def filled(
        *args: Any,
        size: Any = None,
        out: Any = None,
        dtype: Any = None,
        layout: Any = None,
        device: Any = None,
        requires_grad: bool = False,
        pin_memory: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        _device(device or "cpu")
        shape = shape_of(args if size is None else _named(size, name), name)
        return made(np.full(shape, value, _dtype(dtype)), requires_grad, out)

    filled.__name__ = filled.__qualname__ = name
    filled.__doc__ = f"A tensor of {values}, by default of the default floating point type."
    example = f"torch.{name}(2, 3){'.shape' if name == 'empty' else ''}"
    return documented(example, "", args="The shape, as numbers or as one sequence.")(filled)


zeros = _filled("zeros", 0, "zeros")
ones = _filled("ones", 1, "ones")
empty = _filled("empty", 0, "no particular values, here zeros")


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
        array = np.full_like(input._value, value, d, order="K")
        return like_example(made(array, requires_grad), input)

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
    return like_example(full(input.shape, fill_value, dtype=d, **options), input)


def _new_method(function: Any) -> Any:
    def method(self: Tensor, *args: Any, dtype: Any = None, **options: Any) -> Tensor:
        result = function(*args, dtype=self.dtype if dtype is None else dtype, **options)
        return like_example(result, self)

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
