"""``torch.masked``: reductions and normalizations of the elements that a mask lets through."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.absent import refusing
from tapegrad.torch.creation import ones
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import bool as _bool
from tapegrad.torch.dtypes import float32, int64
from tapegrad.torch.linalg.norms import vector_norm
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor

__all__ = [
    "amax",
    "amin",
    "argmax",
    "argmin",
    "cumprod",
    "cumsum",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "mean",
    "median",
    "norm",
    "normalize",
    "prod",
    "softmax",
    "softmin",
    "std",
    "sum",
    "var",
]

_MEANINGS = {
    "mask": "Where it is true, elements count; it is broadcast to the input.",
    "ord": "The exponent.",
    "eps": "The smallest number to divide by.",
    "unbiased": "Whether to divide by one less than the number of elements.",
    "correction": "How much less than the number of elements to divide by.",
    "input_mask": "Which elements of the input count.",
    "other_mask": "Which elements of the other count.",
    "options": "``correction``, ``keepdim``, ``dtype`` and ``mask``, as for `var`.",
}


def _documented(call: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return documented(f"torch.masked.{call}", "", **_MEANINGS)


_X = "torch.tensor([1.0, 2.0, 4.0])"
_MASK = "mask=torch.tensor([True, False, True])"


def _mask_of(input: Tensor, mask: Tensor) -> Tensor:
    """The mask in the shape of the input.

    Raises
    ------
    IndexError
        If it has more dimensions.
    """
    if mask._value.ndim > input._value.ndim:
        raise IndexError(
            "_input_mask expected broadcastable mask (got mask dimensionality higher than of the "
            "input)"
        )
    return mask.to(_bool).broadcast_to(tuple(input.shape))


def _filled(input: Tensor, mask: Tensor | None, value: float) -> Tensor:
    """The input, with a value that changes nothing where the mask is false."""
    if mask is None:
        return input
    d = input._value.dtype
    if math.isinf(value) and d.kind in "iu":
        info = np.iinfo(d)
        value = int(info.max if value > 0 else info.min)
    return input.where(_mask_of(input, mask), input.new_tensor(value))


def _dims(dim: Any, ndim: int) -> tuple[int, ...]:
    if dim is None or dim == ():
        return tuple(range(ndim))
    found = [dimension(d, ndim) for d in ((dim,) if hasattr(dim, "__index__") else dim)]
    for d in found:
        if found.count(d) > 1:
            raise RuntimeError(f"dim={d} appears multiple times in the list of dims")
    return tuple(sorted(found))


def _total_dtype(input: Tensor, dtype: Any) -> Any:
    if dtype is not None:
        return dtype
    short = input._value.dtype.kind in "iub" and input._value.dtype.itemsize < 8
    return int64 if short else input.dtype


@_documented(f"sum({_X}, 0, {_MASK})")
def sum(
    input: Tensor,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The sum of the elements that count."""
    found = _filled(input, mask, 0)
    return found.sum(_dims(dim, input._value.ndim), keepdim, dtype=_total_dtype(input, dtype))


@_documented(f"prod({_X}, 0, {_MASK})")
def prod(
    input: Tensor,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The product of the elements that count."""
    found = _filled(input, mask, 1).to(_total_dtype(input, dtype))
    for d in reversed(_dims(dim, input._value.ndim)):
        found = found.prod(d, keepdim)
    return found


def _scan(name: str, neutral: float, what: str) -> Any:
    def scan(input: Tensor, dim: int, *, dtype: Any = None, mask: Tensor | None = None) -> Tensor:
        found = getattr(_filled(input, mask, neutral), name)
        result: Tensor = found(dim, dtype=input.dtype if dtype is None else dtype)
        return result

    scan.__name__ = scan.__qualname__ = name
    scan.__doc__ = f"The {what} of the elements so far that count."
    return _documented(f"{name}({_X}, 0, {_MASK})")(scan)


cumsum = _scan("cumsum", 0, "sums")
cumprod = _scan("cumprod", 1, "products")


def _reduction(name: str, neutral: float, what: str) -> Any:
    def reduction(
        input: Tensor,
        dim: Any = None,
        *,
        keepdim: bool = False,
        dtype: Any = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        found = getattr(_filled(input, mask, neutral), name)
        result: Tensor = found(_dims(dim, input._value.ndim), keepdim)
        return result if dtype is None else result.to(dtype)

    reduction.__name__ = reduction.__qualname__ = name
    reduction.__doc__ = what
    return _documented(f"{name}({_X}, 0, {_MASK})")(reduction)


amax = _reduction("amax", -math.inf, "The largest element that counts.")
amin = _reduction("amin", math.inf, "The smallest element that counts.")
logsumexp = _reduction(
    "logsumexp",
    -math.inf,
    "The logarithm of the sum of the exponentials of the elements that count.",
)


def _position(name: str, neutral: float, which: str) -> Any:
    def position(
        input: Tensor,
        dim: int | None = None,
        *,
        keepdim: bool = False,
        dtype: Any = None,
        mask: Tensor | None = None,
    ) -> Tensor:
        found: Tensor = getattr(_filled(input, mask, neutral), name)(dim, keepdim)
        return found.to(input.dtype if dtype is None else dtype)

    position.__name__ = position.__qualname__ = name
    position.__doc__ = f"Where the {which} element that counts is, in the type of the input."
    return _documented(f"{name}({_X}, 0, {_MASK})")(position)


argmax = _position("argmax", -math.inf, "largest")
argmin = _position("argmin", math.inf, "smallest")


def _count(input: Tensor, dims: tuple[int, ...], keepdim: bool, mask: Tensor | None) -> Tensor:
    which = ones(tuple(input.shape), dtype=_bool) if mask is None else _mask_of(input, mask)
    return which.sum(dims, keepdim)


@_documented(f"mean({_X}, 0, {_MASK})")
def mean(
    input: Tensor,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The mean of the elements that count; NaN where none does."""
    wanted = input.dtype if dtype is None else dtype
    if not (wanted.is_floating_point or wanted.is_complex):
        source = "Input" if dtype is None else "Optional"
        raise ValueError(
            f"mean(): Could not infer output dtype. {source} dtype must be either a floating "
            f"point or complex dtype. Got: {wanted}"
        )
    dims = _dims(dim, input._value.ndim)
    total = sum(input, dims, keepdim=keepdim, dtype=wanted, mask=mask)
    return total / _count(input, dims, keepdim, mask)


@_documented(f"median({_X}, 0, {_MASK})")
def median(
    input: Tensor,
    dim: int = -1,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The median of the elements that count; NaN where none does."""
    real = input.is_floating_point()
    found = _filled(input if real else input.to(float32), mask, math.nan)
    values: Tensor = found.nanmedian(dim, keepdim).values
    if real:
        return values
    if bool(values.isnan().any()):
        raise ValueError(
            "masked median expects no fully masked out rows if dtype is not floating point"
        )
    return values.to(input.dtype if dtype is None else dtype)


@_documented(f"logaddexp({_X}, {_X}, input_{_MASK})")
def logaddexp(
    input: Tensor,
    other: Tensor,
    *,
    dtype: Any = None,
    input_mask: Tensor | None = None,
    other_mask: Tensor | None = None,
) -> Tensor:
    """The logarithm of the sum of the exponentials of two tensors' elements that count."""
    found = _filled(input, input_mask, -math.inf).logaddexp(_filled(other, other_mask, -math.inf))
    return found.to(input.dtype if dtype is None else dtype)


@_documented(f"norm({_X}, 2.0, 0, {_MASK})")
def norm(
    input: Tensor,
    ord: float | None = 2.0,
    dim: Any = None,
    *,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The norm of the vectors of elements that count."""
    order = 2.0 if ord is None else ord
    neutral = math.inf if order < 0 else 0.0
    found = _filled(input, mask, neutral)
    return vector_norm(found, order, _dims(dim, input._value.ndim), keepdim, dtype=dtype)


@_documented(f"var({_X}, 0, {_MASK})")
def var(
    input: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    *,
    correction: float | None = None,
    keepdim: bool = False,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The variance of the elements that count."""
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    less = float(unbiased is not False) if correction is None else float(correction)
    wanted = input.dtype if dtype is None else dtype
    if not (wanted.is_floating_point or wanted.is_complex):
        wanted = float32
    dims = _dims(dim, input._value.ndim)
    centre = sum(input, dims, keepdim=True, dtype=wanted, mask=mask) / _count(
        input, dims, True, mask
    )
    off = input - centre
    total = sum(off * off.conj(), dims, keepdim=keepdim, dtype=wanted, mask=mask)
    count = _count(input, dims, keepdim, mask)
    if less:
        count = (count.to(wanted.to_real()) - less).clamp(min=0)
    return (total / count).to(wanted)


@_documented(f"std({_X}, 0, {_MASK})")
def std(input: Tensor, dim: Any = None, unbiased: bool | None = None, **options: Any) -> Tensor:
    """The standard deviation of the elements that count: the root of `var`."""
    return var(input, dim, unbiased, **options).sqrt()


@_documented(f"softmax({_X}, 0, {_MASK})")
def softmax(input: Tensor, dim: int, *, dtype: Any = None, mask: Tensor | None = None) -> Tensor:
    """Exponentials that add up to 1, of the elements that count."""
    return _filled(input, mask, -math.inf).softmax(dim, dtype=dtype or input.dtype)


@_documented(f"log_softmax({_X}, 0, {_MASK})")
def log_softmax(
    input: Tensor, dim: int, *, dtype: Any = None, mask: Tensor | None = None
) -> Tensor:
    """The logarithm of `softmax`."""
    return _filled(input, mask, -math.inf).log_softmax(dim, dtype=dtype or input.dtype)


@_documented(f"softmin({_X}, 0, {_MASK})")
def softmin(input: Tensor, dim: int, *, dtype: Any = None, mask: Tensor | None = None) -> Tensor:
    """`softmax` of the negative elements."""
    return (-_filled(input, mask, math.inf)).softmax(dim, dtype=dtype or input.dtype)


@_documented(f"normalize({_X}, 2.0, 0, {_MASK})")
def normalize(
    input: Tensor,
    ord: float,
    dim: int,
    *,
    eps: float = 1e-12,
    dtype: Any = None,
    mask: Tensor | None = None,
) -> Tensor:
    """The elements that count, divided by their norm."""
    length = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return _filled(input, mask, 0) / length.maximum(length.new_full((), eps))


__getattr__ = refusing("torch.masked", globals())
