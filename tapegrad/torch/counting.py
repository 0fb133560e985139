"""Statistics of samples: quantiles, covariance, histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.ops import covariance as core_covariance
from tapegrad.ops import quantiles as core_quantiles
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.promotion import as_floating
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, discrete, install, wrapped

__all__ = [
    "bincount",
    "corrcoef",
    "cov",
    "histc",
    "nanquantile",
    "quantile",
    "tril_indices",
    "triu_indices",
    "vander",
]


def _quantile(name: str, function: Any, words: str) -> Any:
    def call(
        input: Any,
        q: Any,
        dim: int | None = None,
        keepdim: bool = False,
        *,
        interpolation: str = "linear",
    ) -> Any:
        if input._value.dtype.kind != "f":
            raise RuntimeError(f"{name}() input tensor must be either float or double dtype")
        values = as_array(q._value if hasattr(q, "_value") else q)
        if np.any((values < 0) | (values > 1)):
            raise RuntimeError(f"{name}() q values must be in the range [0, 1]")
        if not input._value.size:
            raise RuntimeError(f"{name}() input tensor must be non-empty")
        fractions = in_dtype(q, input._value.dtype)
        if not input._value.ndim:
            input = TABLE["reshape"](input, to=(1,))
            keepdim = False
        axis = None if dim is None else dimension(dim, input._value.ndim)
        return function(input, fractions, axis, interpolation, keepdim)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The values below which given fractions of the elements are{words}."
    return documented(
        f"torch.{name}(torch.tensor([1.0, 2.0, 4.0]), 0.5)",
        "",
        q="Fractions from 0 to 1: a number or a vector.",
        interpolation="linear, lower, higher, midpoint or nearest.",
    )(operation("QuantileBackward0")(call))


quantile = _quantile("quantile", core_quantiles.quantile, "")
nanquantile = _quantile("nanquantile", core_quantiles.nanquantile, ", without NaN")


@documented(
    "torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))",
    "",
    correction="What to take off the number of samples.",
    fweights="How often each sample was observed.",
    aweights="How much each sample counts.",
)
@operation()
def cov(input: Any, *, correction: int = 1, fweights: Any = None, aweights: Any = None) -> Any:
    """The covariances of the rows, whose columns are samples."""
    if input._value.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with "
            f"{input._value.ndim} dimensions"
        )
    x = as_floating(input)
    if not x._value.ndim:
        x = TABLE["reshape"](x, to=(1,))
    weights = None if aweights is None else in_dtype(aweights, x._value.dtype)
    found = core_covariance.cov(x, ddof=correction, fweights=fweights, aweights=weights)
    return found


@documented("torch.corrcoef(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))", "")
@operation("DivBackward0")
def corrcoef(input: Any) -> Any:
    """The correlations of the rows, whose columns are samples."""
    return core_covariance.corrcoef(as_floating(input))


@documented(
    "torch.bincount(torch.tensor([0, 1, 1]))",
    "",
    weights="How much each element counts.",
    minlength="How many bins at least.",
)
def bincount(input: Tensor, weights: Tensor | None = None, minlength: int = 0) -> Tensor:
    """How often each number occurs among non-negative integers."""
    array = as_array(input._value)
    if array.dtype.kind not in "iub":
        raise NotImplementedError(
            f"\"bincount_cpu\" not implemented for '{input.dtype.abbreviation}'"
        )
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    counted = np.bincount(array, None if weights is None else weights._value, minlength)
    if weights is not None and weights._value.dtype == np.float32:
        counted = counted.astype(np.float32)
    return discrete("bincount", counted, input, weights)


@documented(
    "torch.histc(torch.tensor([1.0, 2.0, 1.0]), 4, 0, 3)",
    "",
    bins="How many bins.",
    min="Where the first begins.",
    max="Where the last ends; the data's own extremes if both are 0.",
)
@takes_out
def histc(
    input: Tensor, bins: int = 100, min: float = 0, max: float = 0, *, out: Any = None
) -> Tensor:
    """How many elements are in each of equally wide bins."""
    array = as_array(input._value)
    low, high = (min, max) if min != max else (array.min(), array.max())
    if low == high:
        low, high = low - 1, high + 1
    counts, _ = np.histogram(array, bins, (low, high))
    return discrete("histc", counts.astype(array.dtype), input)


def _indices(name: str, function: Any, words: str) -> Any:
    def call(row: int, col: int, offset: int = 0, *, dtype: Any = None, **options: Any) -> Tensor:
        return wrapped(np.array(function(row, offset, col), np.int64))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Rows and columns of the {words} triangle of a matrix."
    return documented(
        f"torch.{name}(2, 2)",
        "",
        row="How many rows.",
        col="How many columns.",
        offset="How far above the main diagonal it goes.",
        options="As for `zeros`.",
    )(call)


tril_indices = _indices("tril_indices", np.tril_indices, "lower")
triu_indices = _indices("triu_indices", np.triu_indices, "upper")


@documented(
    "torch.vander(torch.tensor([1, 2, 3]))",
    "",
    x="A vector.",
    N="How many columns.",
    increasing="Whether powers increase from left to right.",
)
def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The matrix of powers of a vector's elements."""
    if x.ndim > 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    return powers_of(x, x.numel() if N is None else N, increasing)


def powers_of(x: Tensor, count: int, increasing: bool) -> Tensor:
    """The first powers of each element, in a new last dimension."""
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return x.unsqueeze(-1).pow(wrapped(powers.astype(x._value.dtype)))


install(bincount=bincount, histc=histc)
