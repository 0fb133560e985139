"""Norms over axes, and scaling by norms: l2_normalize, clip_by_norm, clip_by_global_norm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axes_argument
from tapegrad.ops.cast import cast
from tapegrad.ops.complex import abs, with_zero_imaginary
from tapegrad.ops.create import zeros
from tapegrad.ops.elementwise import rsqrt, square
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.reduce import reduce_max, reduce_sum, spread
from tapegrad.ops.select import maximum, minimum
from tapegrad.ops.softmax import FLOATS, in_single_precision
from tapegrad.ops.svd import svd

__all__ = (
    "clip_by_global_norm",
    "clip_by_norm",
    "global_norm",
    "l2_normalize",
    "norm",
    "normalize",
    "reduce_euclidean_norm",
)

_add_reduce: Any = np.add.reduce


@in_single_precision
def _euclidean(x: Any, *, axes: tuple[int, ...], keepdims: bool) -> Any:
    dtype = x.dtype
    if dtype.kind in "iu":
        x = x.astype(np.float64)
    y = np.sqrt(_add_reduce(x * x, axes, None, None, keepdims))
    return y.astype(dtype, copy=False)


def _euclidean_vjp(F: Any, g: Any, x: Any, y: Any, axes: Any, keepdims: bool, shape: Any) -> Any:
    return x * spread(F, F.divide_no_nan(g, y), axes, keepdims, shape)


def _euclidean_jvp(F: Any, t: Any, x: Any, y: Any, axes: Any, keepdims: bool) -> Any:
    return F.divide_no_nan(F.reduce_sum(x * t, axes=axes, keepdims=keepdims), y)


@in_single_precision
def _p_norm(x: Any, *, p: float, axes: tuple[int, ...], keepdims: bool) -> Any:
    return _add_reduce(np.abs(x) ** p, axes, x.dtype, None, keepdims) ** (1.0 / p)


def _p_slope(F: Any, x: Any, p: float) -> Any:
    return F.sign(x) * F.pow(F.abs(x), p - 1.0)


def _p_norm_vjp(
    F: Any, g: Any, x: Any, y: Any, p: float, axes: Any, keepdims: bool, shape: Any
) -> Any:
    scaled = F.divide_no_nan(g, F.pow(y, p - 1.0))
    return _p_slope(F, x, p) * spread(F, scaled, axes, keepdims, shape)


def _p_norm_jvp(F: Any, t: Any, x: Any, y: Any, p: float, axes: Any, keepdims: bool) -> Any:
    along = F.reduce_sum(_p_slope(F, x, p) * t, axes=axes, keepdims=keepdims)
    return F.divide_no_nan(along, F.pow(y, p - 1.0))


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
        For vectors ``'euclidean'``, 1, 2, ``inf`` or any number :math:`p > 0` for
        :math:`(\sum_i |x_i|^p)^{1/p}`. For matrices ``'euclidean'`` or ``'fro'``, 1 (the largest
        column sum), 2 (the largest singular value) or ``inf`` (the largest row sum).
    axis : int or pair of int, optional
        The axis of the vectors, or the two axes of the matrices. Without it the tensor is one
        vector.
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
    The gradient where a norm is 0 is 0. For ``inf`` the largest entries share it equally.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.norm([[3.0, 4.0], [6.0, 8.0]], axis=1).numpy()
    array([ 5., 10.], dtype=float32)
    >>> tf.norm([3.0, -4.0], ord=1).numpy()
    np.float32(7.0)
    """
    keepdims = bool(keepdims)
    of_matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    _check_order(ord, axis, of_matrices)
    x = operand(tensor)
    require_kinds("norm", x, "fcV", "float32")
    axes = axes_argument(axis, x._value.ndim, "norm")
    if ord in ("fro", "euclidean") or (ord == 2 and not of_matrices):
        return reduce_euclidean_norm(x, axes, keepdims)
    if ord == 2:
        return _spectral_norm(x, axes, keepdims)
    magnitudes = abs(x)
    if not of_matrices:
        if ord == 1:
            return reduce_sum(magnitudes, axes, keepdims)  # type: ignore[no-any-return]
        if ord == math.inf:
            return reduce_max(magnitudes, axes, keepdims)  # type: ignore[no-any-return]
        params = {"p": float(ord), "axes": axes, "keepdims": keepdims}
        return apply(_reduce_p_norm, (magnitudes,), params)  # type: ignore[no-any-return]
    first, second = axes if ord == 1 else axes[::-1]
    sums = reduce_sum(magnitudes, first, keepdims=True)
    largest = reduce_max(sums, second, keepdims=True)
    if keepdims:
        return largest  # type: ignore[no-any-return]
    return reduce_sum(largest, axes)  # type: ignore[no-any-return]


def _spectral_norm(x: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The largest singular value of matrices that stand in two axes."""
    shape = x._value.shape
    others = tuple([axis for axis in range(-len(shape), 0) if axis not in axes])
    values = svd(recording.transpose(x, axes=(*others, *axes)), compute_uv=False)
    largest: Tensor = reduce_max(values, -1)
    if not keepdims:
        return largest
    kept = tuple([1 if i - len(shape) in axes else n for i, n in enumerate(shape)])
    return recording.reshape(largest, to=kept)  # type: ignore[no-any-return]


def _check_order(ord: Any, axis: Any, of_matrices: bool) -> None:
    if of_matrices:
        if ord not in ("euclidean", "fro", 1, 2, math.inf):
            raise ValueError(
                f"norm: 'ord' must be a supported matrix norm in ['euclidean', 'fro', 1, 2, inf], "
                f"got {ord!r}."
            )
        return
    if isinstance(axis, (tuple, list)):
        raise ValueError(
            f"norm: 'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}."
        )
    positive = isinstance(ord, (int, float, np.integer, np.floating)) and ord > 0
    if ord != "euclidean" and not positive:
        raise ValueError(
            f"norm: 'ord' must be a supported vector norm ('euclidean', inf or a positive number), "
            f"got {ord!r}."
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


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    r"""Scale to Euclidean norm 1: :math:`x / \sqrt{\max(\sum_i |x_i|^2, \epsilon)}`.

    Parameters
    ----------
    x : Tensor
        A floating point or complex tensor.
    axis : int or list of int, optional
        The axes of one vector; None means all.
    epsilon : float
        The smallest sum of squares to divide by.
    name : str, optional
        Ignored.
    dim : int or list of int, optional
        An old name of `axis`.

    Returns
    -------
    Tensor
        Of the shape and dtype of `x`.

    Raises
    ------
    InvalidArgumentError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.l2_normalize([3.0, 4.0]).numpy().round(4)
    array([0.6, 0.8], dtype=float32)
    """
    x = operand(x)
    axis = dim if axis is None else axis
    if x._value.dtype.kind == "c":
        squares = recording.real(x * recording.conj(x))
        scale = rsqrt(maximum(reduce_sum(squares, axis, keepdims=True), epsilon))
        return x * with_zero_imaginary(recording, scale)  # type: ignore[no-any-return]
    squares = square(x)
    scale = rsqrt(maximum(reduce_sum(squares, axis, keepdims=True), epsilon))
    return x * scale  # type: ignore[no-any-return]


def _raw_values(t: Any) -> Any:
    """The tensor, or the rows of IndexedSlices as they are."""
    return t.values if isinstance(t, IndexedSlices) else operand(t)


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """Scale down to a maximal Euclidean norm.

    Parameters
    ----------
    t : Tensor or IndexedSlices
        A floating point tensor. Of IndexedSlices the norm is that of the rows as they are.
    clip_norm : Tensor
        The largest norm, a scalar; negative numbers count as 0.
    axes : int or list of int, optional
        The axes of one vector; None means all.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or IndexedSlices
        ``t * clip_norm / max(norm, clip_norm)``, of the kind, shape and dtype of `t`.

    Raises
    ------
    InvalidArgumentError
        If the dtype is not floating point, or an axis does not exist or is named twice.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.clip_by_norm([6.0, 8.0], 5.0).numpy()
    array([3., 4.], dtype=float32)
    """
    values = _raw_values(t)
    require_kinds("clip_by_norm", values, "fV", "float32")
    limit = maximum(operand(clip_norm, values._value.dtype), 0)
    length = reduce_euclidean_norm(values, axes, keepdims=True)
    clipped = values * limit / maximum(length, limit)
    if clipped._value.shape != values._value.shape:
        raise InvalidArgumentError(
            f"clip_by_norm: clip_norm of shape {list(limit.shape)} is not a scalar."
        )
    return t._map_values(lambda _: clipped) if isinstance(t, IndexedSlices) else clipped


def _tensors(op: str, t_list: Any) -> list[Any]:
    if not isinstance(t_list, Sequence) or isinstance(t_list, str):
        raise TypeError(
            f"{op}: `t_list` should be a sequence of tensors. Received {type(t_list)}: put it in a "
            f"list."
        )
    return list(t_list)


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    r"""Euclidean norm of several tensors together, :math:`\sqrt{\sum_t \|t\|^2}`.

    Parameters
    ----------
    t_list : list of Tensor, IndexedSlices or None
        Floating point tensors; None is skipped. Of IndexedSlices the rows count as they are.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        A scalar; 0 if there is no tensor.

    Raises
    ------
    TypeError
        If `t_list` is not a sequence.
    InvalidArgumentError
        If one of the tensors is not real floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.global_norm([tf.constant([3.0]), tf.constant([[4.0]])]).numpy()
    np.float32(5.0)
    """
    tensors = [_raw_values(t) for t in _tensors("global_norm", t_list) if t is not None]
    if not tensors:
        return zeros(())
    for t in tensors:
        require_kinds("global_norm", t, FLOATS, "float32")
    norms = [reduce_euclidean_norm(t) for t in tensors]
    return reduce_euclidean_norm(recording.stack(*norms, axis=-1))


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """Scale several tensors down by one factor, to a maximal norm of all together.

    Parameters
    ----------
    t_list : list of Tensor, IndexedSlices or None
        Floating point tensors.
    clip_norm : Tensor
        The largest norm, a scalar.
    use_norm : Tensor, optional
        The norm to compare with, instead of that of `t_list`.
    name : str, optional
        Ignored.

    Returns
    -------
    list_clipped : list
        ``t * clip_norm / max(use_norm, clip_norm)`` for each of them; None stays None. NaN if the
        norm is not finite.
    global_norm : Tensor
        The norm.

    Raises
    ------
    TypeError
        If `t_list` is not a sequence.

    Examples
    --------
    >>> import tapegrad as tf
    >>> clipped, length = tf.clip_by_global_norm([tf.constant([3.0]), tf.constant([4.0])], 1.0)
    >>> [t.numpy().item() for t in clipped], length.numpy()
    ([0.6000000238418579, 0.800000011920929], np.float32(5.0))
    """
    tensors = _tensors("clip_by_global_norm", t_list)
    length = global_norm(tensors) if use_norm is None else operand(use_norm)
    clip_norm = operand(clip_norm, length._value.dtype)
    # The difference is 0, but NaN if the norm is infinite.
    scale = clip_norm * minimum(1.0 / length, 1.0 / clip_norm) + (length - length)

    def scaled(values: Any) -> Any:
        values = operand(values)
        return values * cast(scale, values.dtype)

    clipped = [
        None if t is None else t._map_values(scaled) if isinstance(t, IndexedSlices) else scaled(t)
        for t in tensors
    ]
    return clipped, length
