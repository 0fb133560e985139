"""Sums, means, spreads, products, counts: reductions over all or some dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import compare, elementwise
from tapegrad.ops import nan_moments as core_nan_moments
from tapegrad.ops import nan_reductions as core_nan
from tapegrad.ops import reduce as core
from tapegrad.ops import statistics as core_statistics
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.complex import abs as core_abs
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import category, to_numpy
from tapegrad.torch.dtypes import int64 as _int64
from tapegrad.torch.node import node_type
from tapegrad.torch.numpy_names import numpy_words
from tapegrad.torch.operation import into
from tapegrad.torch.promotion import as_floating, flat
from tapegrad.torch.running import run
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "all",
    "amax",
    "amin",
    "any",
    "count_nonzero",
    "logsumexp",
    "mean",
    "nanmean",
    "nansum",
    "prod",
    "std",
    "std_mean",
    "sum",
    "var",
    "var_mean",
]


def axes_of(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions that ``dim=`` names, as numbers from the front; all for None and ().

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If one is named twice.
    """
    if dim is None:
        return tuple(range(ndim))
    dims = [dim] if hasattr(dim, "__index__") else list(dim)
    if not dims:
        return tuple(range(ndim))
    found = [dimension(d, ndim) for d in dims]
    for d in found:
        if found.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return tuple(found) if ndim else ()


def reduced(
    name: str,
    kind: str,
    function: Callable[[Any, list[int], bool], Any],
    input: Tensor,
    dim: Any,
    keepdim: bool,
    out: Any = None,
    dtype: Any = None,
) -> Any:
    """Run a reduction of core tensors, ``function(x, axes, keepdims)``.

    The type that the user has asked for is the function's to care about.
    """
    if not isinstance(input, Tensor):
        raise TypeError(
            f"{name}(): argument 'input' (position 1) must be Tensor, not {type(input).__name__}"
        )
    axes = list(axes_of(dim, input._value.ndim))

    def reduce(x: Any, asked: Any = None) -> Any:
        return function(x, axes, keepdim)

    options = {} if dtype is None else {"asked": to_numpy(dtype)}
    result = run(reduce, node_type(kind), (input,), options)
    return result if out is None else into(out, name, result, (input,))


def _summable(x: Any, dtype: Any) -> Any:
    if dtype is not None:
        return in_dtype(x, to_numpy(dtype))
    return in_dtype(x, _int64.numpy_dtype) if category(x._value.dtype) < 2 else x


@numpy_words
@documented("torch.sum(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 0)", "")
def sum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of all elements, or along dimensions; integers and bools are summed as int64."""

    def total(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core.reduce_sum(_summable(x, dtype), axes, keepdims)

    kind = "SumBackward0" if dim is None else "SumBackward1"
    return reduced("sum", kind, total, input, dim, keepdim, out, dtype)


@numpy_words
@documented("torch.mean(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 0)", "")
def mean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """The mean of all elements, or along dimensions.

    RuntimeError for integers, whose mean has another type: convert them first.
    """
    if dtype is None and category(input._value.dtype) < 2:
        raise RuntimeError(
            f"mean(): could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {input.dtype.abbreviation}"
        )

    def average(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core.reduce_mean(_summable(x, dtype), axes, keepdims)

    kind = "MeanBackward0" if dim is None else "MeanBackward1"
    return reduced("mean", kind, average, input, dim, keepdim, out, dtype)


@numpy_words
@documented("torch.prod(torch.tensor([2.0, 3.0]))", "")
def prod(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """The product of all elements, or along one dimension."""

    def product(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core.reduce_prod(_summable(x, dtype), axes, keepdims)

    kind = "ProdBackward0" if dim is None else "ProdBackward1"
    return reduced("prod", kind, product, input, dim, keepdim, out, dtype)


def _extreme(name: str, function: Callable[..., Any], word: str) -> Any:
    def call(input: Tensor, dim: Any = (), keepdim: bool = False, *, out: Any = None) -> Any:
        def extreme(x: Any, axes: list[int], keepdims: bool) -> Any:
            for axis in axes:
                if not x._value.shape[axis]:
                    raise IndexError(
                        f"{name}(): Expected reduction dim {axis} to have non-zero size."
                    )
            if x._value.dtype.kind == "b":
                bits = in_dtype(x, np.dtype(np.uint8))
                return in_dtype(function(bits, axes, keepdims), np.dtype(np.bool_))
            return function(x, axes, keepdims)

        return reduced(name, f"{name.capitalize()}Backward0", extreme, input, dim, keepdim, out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The {word} element along dimensions; equal ones share the gradient."
    call = numpy_words(call)
    install(**{name: call})
    return documented(f"torch.{name}(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), 1)", "")(call)


amax = _extreme("amax", core.reduce_max, "largest")
amin = _extreme("amin", core.reduce_min, "smallest")


def _truth(name: str, function: Callable[..., Any], words: str) -> Any:
    def call(input: Tensor, dim: Any = None, keepdim: bool = False, *, out: Any = None) -> Any:
        def test(x: Any, axes: list[int], keepdims: bool) -> Any:
            found = function(in_dtype(x, np.dtype(np.bool_)), axes, keepdims)
            return in_dtype(found, x._value.dtype) if x._value.dtype == np.uint8 else found

        return reduced(name, f"{name.capitalize()}Backward0", test, input, dim, keepdim, out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Whether {words} is not zero, along dimensions."
    call = numpy_words(call)
    install(**{name: call})
    return documented(f"torch.{name}(torch.tensor([[True, False], [True, True]]), 1)", "")(call)


all = _truth("all", core.reduce_all, "every element")
any = _truth("any", core.reduce_any, "an element")


@numpy_words
@documented("torch.count_nonzero(torch.tensor([0.0, 2.0, 3.0]))", "")
def count_nonzero(input: Tensor, dim: Any = None) -> Any:
    """How many elements are not zero."""

    def count(x: Any, axes: list[int], keepdims: bool) -> Any:
        return wrap(np.count_nonzero(x._value, tuple(axes)) + np.zeros((), np.int64))

    return reduced("count_nonzero", "", count, input, dim, False)


@numpy_words
@documented("torch.logsumexp(torch.tensor([0.0, 0.0]), 0)", "")
def logsumexp(input: Tensor, dim: Any, keepdim: bool = False, *, out: Any = None) -> Any:
    r""":math:`\ln \sum e^x` along dimensions, without overflow."""

    def total(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core_statistics.reduce_logsumexp(as_floating(x), axes, keepdims)

    return reduced("logsumexp", "LogsumexpBackward0", total, input, dim, keepdim, out)


@numpy_words
@documented("torch.nansum(torch.tensor([1.0, float('nan')]))", "")
def nansum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """The sum, in which NaN counts as zero."""

    def total(x: Any, axes: list[int], keepdims: bool) -> Any:
        x = _summable(x, dtype)
        if category(x._value.dtype) < 2:
            return core.reduce_sum(x, axes, keepdims)
        return core_nan.nansum(x, tuple(axes), keepdims)

    return reduced("nansum", "NansumBackward0", total, input, dim, keepdim, out, dtype)


@numpy_words
@documented("torch.nanmean(torch.tensor([1.0, 3.0, float('nan')]))", "")
def nanmean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Any:
    """The mean of the elements that are not NaN."""

    def average(x: Any, axes: list[int], keepdims: bool) -> Any:
        return core_nan_moments.nanmean(_summable(x, dtype), tuple(axes), keepdims)

    return reduced("nanmean", "MeanBackward1", average, input, dim, keepdim, out, dtype)


# Spread

_UNSET = object()


def _moments(
    x: Any, axes: list[int], keepdims: bool, correction: float, root: bool
) -> tuple[Any, Any]:
    """Variance, or its root, and mean."""
    if category(x._value.dtype) < 2:
        raise RuntimeError("std and var only support floating point and complex dtypes")
    count = int(np.prod([x._value.shape[a] for a in axes])) if axes else 1
    average = core.reduce_mean(x, axes, True)
    away = elementwise.subtract(x, average)
    magnitude = core_abs(away) if x._value.dtype.kind == "c" else away
    squares = core.reduce_sum(elementwise.square(magnitude), axes, keepdims)
    divisor = max_of(count - correction, 0.0)
    scale = in_dtype(np.float64(1.0) / divisor if divisor else np.inf, squares._value.dtype)
    variance = elementwise.multiply(squares, scale)
    if not keepdims:
        average = TABLE["reshape"](average, to=variance._value.shape)
    return (elementwise.sqrt(variance) if root else variance), average


def max_of(a: float, b: float) -> float:
    """The larger of two numbers: `max` has PyTorch's meaning here."""
    return a if a > b else b


def _spread(name: str, root: bool, with_mean: bool, words: str) -> Any:
    def call(
        input: Tensor,
        dim: Any = None,
        unbiased: Any = _UNSET,
        keepdim: bool = False,
        *,
        correction: Any = _UNSET,
        out: Any = None,
    ) -> Any:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        if correction is _UNSET or correction is None:
            correction = 1 if unbiased is _UNSET or unbiased else 0
        amount = float(correction)

        def moments(x: Any, axes: list[int], keepdims: bool) -> Any:
            found = _moments(x, axes, keepdims, amount, root)
            return found if with_mean else found[0]

        kind = "".join(p.capitalize() for p in name.split("_")) + "Backward0"
        return reduced(name, kind, moments, input, dim, keepdim, out)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{words} of the elements, along dimensions."
    call = numpy_words(call)
    install(**{name: call})
    return documented(
        f"torch.{name}(torch.tensor([1.0, 2.0, 4.0]))",
        "",
        unbiased="Whether to divide by the number less one; the same as ``correction=1``.",
        correction="What to take off the number of elements before dividing.",
    )(call)


var = _spread("var", False, False, "The variance")
std = _spread("std", True, False, "The standard deviation")
var_mean = _spread("var_mean", False, True, "The variance and the mean")
std_mean = _spread("std_mean", True, True, "The standard deviation and the mean")


def vector_norm(x: Any, p: Any, axes: list[int], keepdims: bool) -> Any:
    """The p-norm of core tensors along axes: of magnitudes, to any real order."""
    x = as_floating(x)
    if p == 2:
        return TABLE["reduce_euclidean_norm"](
            x, axes=tuple(a - x._value.ndim for a in axes), keepdims=keepdims
        )
    a = core_abs(x)
    if p == float("inf"):
        return core.reduce_max(a, axes, keepdims)
    if p == float("-inf"):
        return core.reduce_min(a, axes, keepdims)
    if p == 0:
        zero = in_dtype(0, a._value.dtype)
        counted = in_dtype(compare.not_equal(a, zero), a._value.dtype)
        return core.reduce_sum(flat(counted, a), axes, keepdims)
    if p == 1:
        return core.reduce_sum(a, axes, keepdims)
    if p > 1:
        return TABLE["reduce_p_norm"](
            a, axes=tuple(d - x._value.ndim for d in axes), keepdims=keepdims, p=float(p)
        )
    powers = elementwise.pow(a, in_dtype(p, a._value.dtype))
    total = core.reduce_sum(powers, axes, keepdims)
    return elementwise.pow(total, in_dtype(1.0 / p, a._value.dtype))


install(
    sum=sum,
    mean=mean,
    prod=prod,
    count_nonzero=count_nonzero,
    logsumexp=logsumexp,
    nansum=nansum,
    nanmean=nanmean,
)
