"""Quantiles, percentiles and medians, also of what remains without NaN."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.host import computed
from tapegrad.core.primitive import apply
from tapegrad.core.table import TABLE, recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import order_statistics, quantile_ranks  # noqa: F401 - primitives
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.operands import require_kinds, require_same_dtype
from tapegrad.ops.quantile_ranks import METHODS

__all__ = ("median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile")


def _lines(x: Any, axes: tuple[int, ...]) -> Any:
    """The axes in question merged to one, the last."""
    shape = x._value.shape
    if axes == (-1,):
        return x
    kept = tuple([i for i in range(-len(shape), 0) if i not in axes])
    if axes and kept + tuple(sorted(axes)) != tuple(range(-len(shape), 0)):
        x = recording.transpose(x, axes=(*kept, *sorted(axes)))
    to = (*[shape[i] for i in kept], prod([shape[i] for i in axes]))
    return recording.reshape(x, to=to)


def _not_empty(lines: Any) -> Any:
    """Lines with a NaN in those that are empty, so that there is an entry of any rank."""
    *lead, size = lines._value.shape
    if size:
        return lines
    unknown = wrap_constant(np.full((*lead, 1), np.nan, lines._value.dtype))
    return recording.concat(lines, unknown, axis=-1)


def _probabilities(op: str, q: Any, x: Any, whole: float) -> tuple[Any, Any]:
    """The numbers between 0 and 1 in double precision, and `q` if it may be followed."""
    given = operand(q, x._value.dtype) if isinstance(q, ArrayLike) else None
    if given is not None:
        require_same_dtype(op, x, given)

    def fractions(numbers: Any) -> Any:
        numbers = np.asarray(numbers).astype(np.float64)
        if not ((numbers >= 0) & (numbers <= whole)).all():
            raise InvalidArgumentError(
                f"{op}: q must be in the range [0, {whole:g}], but it is {numbers.tolist()}."
            )
        return numbers / whole

    of = operand(q, np.dtype(np.float64)) if given is None else given
    return computed(fractions, of), given


def _quantile(
    op: str,
    a: Any,
    q: Any,
    axis: Any,
    method: str,
    keepdims: bool,
    *,
    whole: float = 1.0,
    ignore_nan: bool = False,
) -> Tensor:
    x = operand(a)
    require_kinds(op, x, "fV", "float32")
    if method not in METHODS:
        raise ValueError(f"{op}: method must be one of {', '.join(METHODS)}, not {method!r}.")
    shape = x._value.shape
    axes = axes_argument(axis, len(shape), op)
    numbers, given = _probabilities(op, q, x, whole)
    m = numbers._value.size
    lines = _not_empty(_lines(x, axes))
    ranks, weight, slope, offset = apply(
        TABLE["quantile_ranks"],
        (lines, recording.reshape(numbers, to=(m,))),
        {"method": method, "ignore_nan": ignore_nan},
    )
    if given is not None:
        # Zero, but it carries the derivative of the weight.
        moved = given - recording.stop_gradient(given)
        weight = weight + slope * recording.reshape(moved, to=(m,)) / whole
    found = recording.order_statistics(lines, ranks)
    low = recording.getitem(found, index=(Ellipsis, slice(None, m)))
    high = recording.getitem(found, index=(Ellipsis, slice(m, None)))
    y = recording.lerp(low, high, weight)
    if ignore_nan:
        y = recording.masked(y, recording.equal(offset, 0.0))
    y = y + offset
    kept = y._value.shape[:-1]
    if m != 1:
        back = tuple(range(-1 - len(kept), -1))
        y = recording.transpose(y, axes=(-1, *back))
    if keepdims:
        kept = tuple([1 if i - len(shape) in axes else n for i, n in enumerate(shape)])
    return recording.reshape(y, to=(*numbers._value.shape, *kept))  # type: ignore[no-any-return]


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    name: str | None = None,
) -> Tensor:
    r"""Quantiles over axes: the numbers that a fraction `q` of the entries do not exceed.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    q : Tensor
        Fractions between 0 and 1, of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    method : str
        What a quantile between two entries is: ``"inverted_cdf"``, ``"averaged_inverted_cdf"``,
        ``"closest_observation"``, ``"interpolated_inverted_cdf"``, ``"hazen"``, ``"weibull"``,
        ``"linear"``, ``"median_unbiased"`` or ``"normal_unbiased"`` (definitions 1 to 9 of Hyndman
        and Fan, 1996), ``"lower"``, ``"higher"``, ``"midpoint"`` or ``"nearest"``.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, in the shape of `q` followed by what remains of that of `a`. NaN where
        an entry is NaN or there is none.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, a fraction is not between 0 and 1, or an axis does not
        exist or is named twice.
    ValueError
        If there is no such method.

    Notes
    -----
    With weight w, a quantile is :math:`(1 - w) x_{(k)} + w x_{(k + 1)}` of two neighbours in order,
    and these are also its derivatives; among equal entries, the gradient goes to the one that a
    stable sort puts at that place. If `q` is a tensor, the derivative with respect to it is that
    of the weight times :math:`x_{(k + 1)} - x_{(k)}`, on the right hand side of a kink; methods
    that jump have derivative zero.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.quantile([3.0, 1.0, 2.0, 5.0], [0.0, 0.5, 0.75]).numpy()
    array([1. , 2.5, 3.5], dtype=float32)
    """
    return _quantile("quantile", a, q, axis, method, keepdims)


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    name: str | None = None,
) -> Tensor:
    """Percentiles over axes: quantiles, with fractions as percentages.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    q : Tensor
        Percentages between 0 and 100, of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    method : str
        See `quantile`, as for the derivatives.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, in the shape of `q` followed by what remains of that of `a`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, a percentage is not between 0 and 100, or an axis does
        not exist or is named twice.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.percentile([3.0, 1.0, 2.0, 5.0], 75.0).numpy()
    np.float32(3.5)
    """
    return _quantile("percentile", a, q, axis, method, keepdims, whole=100.0)


def median(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Median over axes: the entry in the middle, or the mean of the two there.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; NaN where an entry is NaN or there is none.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or an axis does not exist or is named twice.

    Notes
    -----
    The gradient goes to the entry in the middle (half to each of two); among equal entries, to the
    one that a stable sort puts there.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.median([[3.0, 1.0, 2.0], [4.0, 6.0, 9.0]], axis=1).numpy()
    array([2., 6.], dtype=float32)
    """
    return _quantile("median", a, 0.5, axis, "linear", keepdims)


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    name: str | None = None,
) -> Tensor:
    """Quantiles over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    q : Tensor
        Fractions between 0 and 1, of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    method : str
        See `quantile`, as for the derivatives.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, in the shape of `q` followed by what remains of that of `a`; NaN where
        all entries are. The gradient to a NaN entry beside others is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, a fraction is not between 0 and 1, or an axis does not
        exist or is named twice.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanquantile([3.0, float("nan"), 2.0, 5.0], 0.5).numpy()
    np.float32(3.0)
    """
    return _quantile("nanquantile", a, q, axis, method, keepdims, ignore_nan=True)


def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    name: str | None = None,
) -> Tensor:
    """Percentiles over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    q : Tensor
        Percentages between 0 and 100, of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    method : str
        See `quantile`, as for the derivatives.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`, in the shape of `q` followed by what remains of that of `a`; NaN where
        all entries are. The gradient to a NaN entry beside others is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, a percentage is not between 0 and 100, or an axis does
        not exist or is named twice.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanpercentile([3.0, float("nan"), 2.0, 5.0], 100.0).numpy()
    np.float32(5.0)
    """
    return _quantile("nanpercentile", a, q, axis, method, keepdims, whole=100.0, ignore_nan=True)


def nanmedian(a: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """Median over axes of the entries that are not NaN.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the dtype of `a`; NaN where all entries are. The gradient to a NaN entry beside others
        is zero.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.nanmedian([3.0, float("nan"), 2.0]).numpy()
    np.float32(2.5)
    """
    return _quantile("nanmedian", a, 0.5, axis, "linear", keepdims, ignore_nan=True)
