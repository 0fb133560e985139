r"""Discrete sine transforms of the types 1 to 4.

The types 1 and 4 are symmetric; those of the types 2 and 3 are transposes of one another when the
last entry of type 3 counts half.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument
from tapegrad.ops.fft import fitted

__all__ = ("dst", "idst")

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _dst(x: Any, *, type: Any, ortho: bool) -> Any:
    from scipy import fft

    if not x.size:
        return x
    return fft.dst(x, type, axis=-1, norm="ortho" if ortho else "backward")


def _last_times(F: Any, x: Any, factor: float, n: int) -> Any:
    """`x` with the last entry multiplied: all but the first of the entries turned around."""
    x = F.reverse(x * factor, axes=(-1,))
    return F.reverse(F.scale_pairs(x, axis=-1, length=2 * n - 1, factor=1.0 / factor), axes=(-1,))


def _transpose(F: Any, g: Any, type: int, ortho: bool, shape: tuple[int, ...]) -> Any:
    if ortho or type in (1, 4):
        return F.dst(g, type=_INVERSE[type], ortho=ortho)
    n = shape[-1]
    if type == 2:
        return F.dst(_last_times(F, g, 2.0, n), type=3, ortho=False)
    return _last_times(F, F.dst(g, type=2, ortho=False), 0.5, n)


linear("dst", _dst, _transpose)


def _transform(op: str, x: Any, type: Any, n: Any, axis: Any, norm: str | None) -> Tensor:
    if type not in _INVERSE:
        raise ValueError(f"{op}: Types I, II, III and IV are supported, not {type!r}.")
    if norm not in (None, "ortho"):
        raise ValueError(f"{op}: Unknown normalization. Expected None or 'ortho', got: {norm!r}.")
    x = operand(x)
    if x.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"{op}: the input must be float32 or float64, not {x.dtype.name}. Use tf.cast."
        )
    ndim = x._value.ndim
    if not ndim:
        raise InvalidArgumentError(f"{op}: the input must have rank at least 1, not shape [].")
    at = axis_argument(axis, ndim, op)
    order = (*range(-ndim, at), *range(at + 1, 0), at)
    if at != -1:
        x = recording.transpose(x, axes=order)
    if n is not None:
        size = int_argument(n, op, "n")
        if size < 1:
            raise ValueError(f"{op}: n should be a positive integer or None, not {size}.")
        x = fitted(recording, x, (-1,), (size,))
    kind = _INVERSE[type] if op == "idst" else type
    y = recording.dst(x, type=kind, ortho=norm == "ortho")
    if at != -1:
        back = tuple(order.index(axis) - ndim for axis in range(-ndim, 0))
        y = recording.transpose(y, axes=back)
    return y  # type: ignore[no-any-return]


def dst(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: Any = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    r"""Discrete sine transform, the sister of `dct`.

    Type 2 is :math:`y_k = 2 \sum_j x_j \sin(\pi (k + 1) (2j + 1) / 2n)`; the formulas of the others
    stand in [1]_.

    Parameters
    ----------
    x : Tensor
        Of rank at least 1 and dtype float32 or float64.
    type : {1, 2, 3, 4}
        The type of the transform.
    n : int, optional
        The size of the signal: the input is cut at the end or filled up with zeros to it.
    axis : int
        The axis to transform.
    norm : {None, "ortho"}
        With ``"ortho"`` the matrix of the transform is orthogonal.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype; the axis has size `n`.

    Raises
    ------
    ValueError
        If `type`, `norm` or `n` are others.
    TypeError
        If the dtype is another.
    InvalidArgumentError
        If there is no such axis.

    References
    ----------
    .. [1] S. A. Martucci, Symmetric convolution and the discrete sine and cosine transforms, 1994.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.dst([1.0, -1.0]).numpy()
    array([0., 4.], dtype=float32)
    """
    return _transform("dst", x, type, n, axis, norm)


def idst(
    x: Any,
    type: int = 2,
    n: Any = None,
    axis: Any = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Inverse of `dst`: up to the factor ``2 * n`` (type 1: ``2 * (n + 1)``) unless orthogonal.

    The factor is left in, as in `idct`. The inverse of type 2 is type 3; the types 1 and 4 are
    their own inverses.

    Parameters
    ----------
    x : Tensor
        Of rank at least 1 and dtype float32 or float64.
    type : {1, 2, 3, 4}
        The type of the transform to invert.
    n : int, optional
        The size of the input, which is cut at the end or filled up with zeros to it.
    axis : int
        The axis to transform.
    norm : {None, "ortho"}
        With ``"ortho"`` the matrix of the transform is orthogonal.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype; the axis has size `n`.

    Raises
    ------
    ValueError
        If `type`, `norm` or `n` are others.
    TypeError
        If the dtype is another.
    InvalidArgumentError
        If there is no such axis.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.idst(tf.signal.dst([1.0, -1.0])).numpy().round(4)
    array([ 4., -4.], dtype=float32)
    """
    return _transform("idst", x, type, n, axis, norm)
