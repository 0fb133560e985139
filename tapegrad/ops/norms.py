"""Norms of vectors and matrices over axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.complex import abs, with_zero_imaginary
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import reduce_max, reduce_min, reduce_sum, spread, with_axes
from tapegrad.ops.softmax import in_single_precision
from tapegrad.ops.svd import svd

__all__ = ("norm", "normalize", "reduce_euclidean_norm")

_add_reduce: Any = np.add.reduce


@in_single_precision
def _euclidean(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    dtype = x.dtype
    if dtype.kind in "iu":
        x = x.astype(np.float64)
    squares = _add_reduce(x * x, axes, None, None, keepdims)
    y = np.sqrt(squares) if _in_range(squares) else _scaled_euclidean(x, axes, keepdims)
    return y.astype(dtype, copy=False)


def _in_range(squares: Any) -> bool:
    """Whether sums of squares are neither infinite nor so small that digits are lost."""
    limits = np.finfo(squares.dtype)
    low, high = limits.tiny / limits.eps, limits.max
    if squares.__class__ is not np.ndarray:
        return bool(low <= squares <= high)
    return bool((squares >= low).all() and (squares <= high).all())


def _scaled_euclidean(x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    size = np.max(np.abs(x), axes, keepdims=True, initial=0)
    size = np.where((size > 0) & (size < np.inf), size, x.dtype.type(1))
    x = x / size
    y = np.sqrt(_add_reduce(x * x, axes, None, None, keepdims))
    return y * size.reshape(y.shape)[()]


def _euclidean_vjp(F: Any, g: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    if not keepdims:
        g, y = with_axes(F, g, axes, shape), with_axes(F, y, axes, shape)
    return F.divide_no_nan(x, y) * g


def _euclidean_jvp(F: Any, t: Any, x: Any, y: Any, axes: Any, keepdims: bool) -> Any:
    return F.divide_no_nan(F.reduce_sum(x * t, axes=axes, keepdims=keepdims), y)


@in_single_precision
def _p_norm(x: Any, *, p: float, axes: tuple[int, ...], keepdims: bool) -> Any:
    x = np.abs(x)
    y = _add_reduce(x**p, axes, x.dtype, None, keepdims) ** (1.0 / p)
    if np.isfinite(y).all() and y.all():
        return y
    # Powers of large or small numbers that overflow, though the norm does not.
    size = (x.max if p > 0 else x.min)(axes, keepdims=True, initial=0 if p > 0 else np.inf)
    size = np.where((size > 0) & (size < np.inf), size, x.dtype.type(1))
    y = _add_reduce((x / size) ** p, axes, x.dtype, None, keepdims) ** (1.0 / p)
    return y * size.reshape(y.shape)


def _p_slope(F: Any, x: Any, y: Any, p: float, axes: Any, keepdims: bool, shape: Any) -> Any:
    """The partial derivatives, 0 where x is 0: powers of a ratio, which cannot overflow."""
    if not keepdims:
        y = with_axes(F, y, axes, shape)
    size = F.abs(x)
    if p > 1:
        return F.sign(x) * F.pow(F.divide_no_nan(size, y), p - 1.0)
    return F.sign(x) * F.pow(F.divide_no_nan(y, size), 1.0 - p)


def _p_norm_vjp(
    F: Any, g: Any, x: Any, y: Any, p: float, axes: Any, keepdims: bool, shape: Any
) -> Any:
    return spread(F, g, axes, keepdims, shape) * _p_slope(F, x, y, p, axes, keepdims, shape)


def _p_norm_jvp(
    F: Any, t: Any, x: Any, y: Any, p: float, axes: Any, keepdims: bool, shape: Any
) -> Any:
    slope = _p_slope(F, x, y, p, axes, keepdims, shape)
    return F.reduce_sum(slope * t, axes=axes, keepdims=keepdims)


_reduce_euclidean_norm = general(
    "reduce_euclidean_norm", _euclidean, _euclidean_vjp, jvps=(_euclidean_jvp,)
)
_reduce_p_norm = general("reduce_p_norm", _p_norm, _p_norm_vjp, jvps=(_p_norm_jvp,))


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    r"""Euclidean norm over axes, :math:`\sqrt{\sum_i |x_i|^2}`.

    Parameters
    ----------
    input_tensor : Tensor
        A numeric tensor of any shape.
    axis : int, list of int or Tensor, optional
        The axes to reduce; None means all, ``[]`` none.
    keepdims : bool
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype, also for complex tensors (imaginary part 0) and integers (rounded
        towards zero).

    Raises
    ------
    InvalidArgumentError
        If the tensor is not numeric, or an axis does not exist or is named twice.

    Notes
    -----
    The gradient where the norm is 0 is 0.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.reduce_euclidean_norm([[3.0, 4.0], [0.0, 5.0]], axis=1).numpy()
    array([5., 5.], dtype=float32)
    """
    x = operand(input_tensor)
    if x._value.dtype.kind == "c":
        return with_zero_imaginary(  # type: ignore[no-any-return]
            recording, reduce_euclidean_norm(abs(x), axis, keepdims)
        )
    require_kinds("reduce_euclidean_norm", x, "iufV", "float32")
    axes = axes_argument(axis, x._value.ndim, "reduce_euclidean_norm")
    params = {"axes": axes, "keepdims": bool(keepdims)}
    return apply(_reduce_euclidean_norm, (x,), params)  # type: ignore[no-any-return]


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
) -> Tensor:
    r"""Norm of vectors or matrices.

    Parameters
    ----------
    tensor : Tensor
        A floating point or complex tensor.
    ord : str or number
        For vectors ``'euclidean'`` or any number :math:`p` for
        :math:`(\sum_i |x_i|^p)^{1/p}`, where ``inf`` and ``-inf`` stand for the largest and the
        smallest magnitude and 0 for the number of entries that are not 0.
        For matrices ``'euclidean'`` or ``'fro'``, ``'nuc'`` (the sum of the singular values), 2
        and -2 (the largest and the smallest singular value), 1 and -1 (column sums of magnitudes),
        ``inf`` and ``-inf`` (row sums). Orders that are not positive, and ``'nuc'``, are beyond
        TensorFlow's.
    axis : int or pair of int, optional
        The axis of the vectors, or the two axes of the matrices. Without it the tensor is one
        vector (for ``'nuc'`` it must be one matrix).
    keepdims : bool, optional
        Whether the reduced axes stay, with size 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Without these axes (or with size 1 there). The Euclidean norm of complex tensors is
        complex, as in TensorFlow; other norms are real.

    Raises
    ------
    ValueError
        If `ord` is not among those above, or `axis` is neither one integer nor two.
    InvalidArgumentError
        If there is no such axis, or the tensor holds integers.

    Notes
    -----
    The gradient where a norm is 0 is 0, and for ``p <= 1`` that of entries that are 0 is 0 too.
    For ``inf``, and the largest of equal sums or singular values, the largest share it equally.
    Singular values that are 0 have the gradient 0 in ``'nuc'``: of the subgradients
    :math:`U V^H + W` the smallest.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.norm([[3.0, 4.0], [6.0, 8.0]], axis=1).numpy()
    array([ 5., 10.], dtype=float32)
    >>> tf.norm([3.0, -4.0], ord=1).numpy()
    np.float32(7.0)
    """
    keepdims = bool(keepdims)
    x = operand(tensor)
    if axis is None and ord == "nuc" and len(x._value.shape) == 2:
        axis = (-2, -1)
    of_matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    _check_order(ord, axis, of_matrices)
    require_kinds("norm", x, "fcV", "float32")
    axes = axes_argument(axis, x._value.ndim, "norm")
    if ord in ("fro", "euclidean") or (ord == 2 and not of_matrices):
        return reduce_euclidean_norm(x, axes, keepdims)
    if of_matrices:
        return _matrix_norm(x, ord, axes, keepdims)
    magnitudes = abs(x)
    if ord == 0:
        magnitudes, ord = recording.sign(magnitudes), 1
    if ord in _REDUCTIONS:
        return _REDUCTIONS[ord](magnitudes, axes, keepdims)  # type: ignore[no-any-return]
    params = {"p": float(ord), "axes": axes, "keepdims": keepdims}
    return apply(_reduce_p_norm, (magnitudes,), params)  # type: ignore[no-any-return]


#: Order -> how magnitudes are reduced; of matrices, sums of magnitudes or singular values.
_REDUCTIONS: dict[Any, Any] = {1: reduce_sum, math.inf: reduce_max, -math.inf: reduce_min}
_OF_COLUMNS: dict[Any, Any] = {1: reduce_max, -1: reduce_min}
_OF_ROWS: dict[Any, Any] = {math.inf: reduce_max, -math.inf: reduce_min}
_OF_SINGULAR_VALUES: dict[Any, Any] = {2: reduce_max, -2: reduce_min, "nuc": reduce_sum}


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """A norm of matrices that stand in two axes."""
    shape = x._value.shape
    if ord in _OF_SINGULAR_VALUES:
        others = tuple([axis for axis in range(-len(shape), 0) if axis not in axes])
        values = svd(recording.transpose(x, axes=(*others, *axes)), compute_uv=False)
        found = _OF_SINGULAR_VALUES[ord](values, -1)
        kept = tuple([1 if i - len(shape) in axes else n for i, n in enumerate(shape)])
    else:
        of_columns = ord in _OF_COLUMNS
        summed, reduced = axes if of_columns else axes[::-1]
        sums = reduce_sum(abs(x), summed, keepdims=True)
        found = (_OF_COLUMNS if of_columns else _OF_ROWS)[ord](sums, reduced, keepdims=True)
        kept = tuple(found._value.shape)
        if not keepdims:
            return reduce_sum(found, axes)  # type: ignore[no-any-return]
    return recording.reshape(found, to=kept) if keepdims else found  # type: ignore[no-any-return]


def _check_order(ord: Any, axis: Any, of_matrices: bool) -> None:
    if of_matrices:
        supported = ("euclidean", "fro", *_OF_SINGULAR_VALUES, *_OF_COLUMNS, *_OF_ROWS)
        if ord not in supported:
            raise ValueError(
                f"norm: 'ord' must be a supported matrix norm in {list(supported)}, got {ord!r}."
            )
        return
    if isinstance(axis, (tuple, list)):
        raise ValueError(
            f"norm: 'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}."
        )
    number = isinstance(ord, (int, float, np.integer, np.floating)) and not math.isnan(ord)
    if ord not in ("euclidean", "fro" if axis is None else "euclidean") and not number:
        raise ValueError(
            f"norm: 'ord' must be a supported vector norm ('euclidean' or a number), got {ord!r}."
        )


def normalize(
    tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Divide by a norm.

    Parameters
    ----------
    tensor : Tensor
        A floating point or complex tensor.
    ord, axis
        Which norm, over which axes: see `norm`.
    name : str, optional
        Ignored.

    Returns
    -------
    normalized : Tensor
        Of the shape and dtype of `tensor`; NaN where the norm is 0.
    norm : Tensor
        The norm, with size 1 on the reduced axes.

    Raises
    ------
    ValueError
        If `ord` is not supported, or `axis` is neither one integer nor two.

    Examples
    --------
    >>> import tapegrad as tf
    >>> unit, length = tf.linalg.normalize([3.0, 4.0])
    >>> unit.numpy(), length.numpy()
    (array([0.6, 0.8], dtype=float32), array([5.], dtype=float32))
    """
    x = operand(tensor)
    length = norm(x, ord, axis, keepdims=True)
    return x / cast(length, x.dtype), length
