"""Sums, means, extremes: reductions over all or some dimensions."""

from __future__ import annotations

from typing import Any

from tapegrad.ops import reduce as core
from tapegrad.torch.dtypes import category, to_numpy
from tapegrad.torch.dtypes import int64 as _int64
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import into
from tapegrad.torch.promotion import in_dtype
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, dimension, install

__all__ = ["mean", "sum"]


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


def _reduction(
    name: str, function: Any, self: Tensor, dim: Any, keepdim: bool, dtype: Any, out: Any
) -> Any:
    whole = dim is None
    axes = axes_of(dim, self._value.ndim)
    target = None if dtype is None else to_numpy(dtype)

    def reduce(x: Any) -> Any:
        if target is not None:
            x = in_dtype(x, target)
        elif name == "sum" and category(x._value.dtype) < 2:
            x = in_dtype(x, _int64.numpy_dtype)
        return function(x, list(axes), keepdim)

    kind = node_type(f"{name.capitalize()}Backward{0 if whole else 1}")
    result = run(reduce, kind, (self,), {})
    return result if out is None else into(out, name, result, (self,))


def sum(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Tensor:
    """The sum of all elements, or along dimensions.

    Parameters
    ----------
    input
        Integers and bools are summed as int64.
    dim
        A dimension or several; None for all.
    keepdim
        Whether these dimensions stay, with size 1.
    dtype
        The type to convert to first.
    out
        A tensor to write to.

    Raises
    ------
    IndexError
        If there is no such dimension.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.ones(2, 3).sum(0)
    tensor([2., 2., 2.])
    """
    return _reduction("sum", core.reduce_sum, input, dim, keepdim, dtype, out)  # type: ignore[no-any-return]


def mean(
    input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None
) -> Tensor:
    """The mean of all elements, or along dimensions; parameters as for `sum`.

    Raises
    ------
    RuntimeError
        For integers, whose mean has another type.
    """
    if dtype is None and category(input._value.dtype) < 2:
        kind = {"int64": "Long", "bool": "Bool"}.get(input.dtype._name, input.dtype.abbreviation)
        raise RuntimeError(
            f"mean(): could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {kind}"
        )
    return _reduction("mean", core.reduce_mean, input, dim, keepdim, dtype, out)  # type: ignore[no-any-return]


install(sum=sum, mean=mean)
