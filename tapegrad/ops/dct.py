r"""Discrete cosine transforms of the types 1 to 4.

None of their matrices is symmetric but that of type 4; the others become so when the first row or
column (for type 1 also the last) counts half, which is how the adjoints are written here.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.fft import fitted

__all__ = ("dct", "idct")

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _dct(x: Any, *, type: Any, ortho: bool) -> Any:
    from scipy import fft

    if not x.size:
        return x
    return fft.dct(x, type, axis=-1, norm="ortho" if ortho else "backward")


def _transpose(F: Any, g: Any, type: int, ortho: bool, shape: tuple[int, ...]) -> Any:
    if ortho or type == 4:
        return F.dct(g, type=_INVERSE[type], ortho=ortho)
    n = shape[-1]
    if type == 1:
        g = F.scale_pairs(g, axis=-1, length=2 * n - 2, factor=0.5)
        g = F.dct(g, type=1, ortho=False)
        return F.scale_pairs(g, axis=-1, length=2 * n - 2, factor=2.0)
    if type == 2:
        g = F.scale_pairs(g, axis=-1, length=2 * n - 1, factor=0.5)
        return F.dct(g, type=3, ortho=False) * 2.0
    g = F.dct(g, type=2, ortho=False) * 0.5
    return F.scale_pairs(g, axis=-1, length=2 * n - 1, factor=2.0)


linear("dct", _dct, _transpose)


def _transform(op: str, x: Any, type: int, n: Any, axis: int, norm: str | None) -> Tensor:
    if type not in _INVERSE:
        raise ValueError(f"{op}: Types I, II, III and IV (I)DCT are supported, not {type!r}.")
    if norm not in (None, "ortho"):
        raise ValueError(f"{op}: Unknown normalization. Expected None or 'ortho', got: {norm!r}.")
    if type == 1 and norm == "ortho":
        raise ValueError(f"{op}: Normalization is not supported for the Type-I DCT.")
    if axis != -1:
        raise NotImplementedError(f"{op}: axis must be -1, got {axis}. Use tf.transpose.")
    x = operand(x)
    if x.dtype.name not in ("float32", "float64"):
        raise TypeError(
            f"{op}: the input must be float32 or float64, not {x.dtype.name}. Use tf.cast."
        )
    shape = x._value.shape
    if not shape:
        raise ValueError(f"{op}: the input must have rank at least 1, not shape [].")
    if n is not None:
        size = int_argument(n, op, "n")
        if size < 1:
            raise ValueError(f"{op}: n should be a positive integer or None, not {size}.")
        x = fitted(recording, x, (-1,), (size,))
    if type == 1 and x._value.shape[-1] < 2:
        raise ValueError(f"{op}: Type-I DCT requires the dimension to be greater than one.")
    kind = _INVERSE[type] if op == "idct" else type
    return recording.dct(x, type=kind, ortho=norm == "ortho")  # type: ignore[no-any-return]


def dct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    r"""Discrete cosine transform over the last axis.

    Type 2 is :math:`y_k = 2 \sum_j x_j \cos(\pi k (2j + 1) / 2n)`.

    Parameters
    ----------
    input : Tensor
        Of shape ``(..., n)`` and dtype float32 or float64.
    type : {1, 2, 3, 4}
        The type of the transform. Type 1 needs at least two entries.
    n : int, optional
        The size of the signal: the input is cut at the end or filled up with zeros to it.
    axis : int
        Only -1.
    norm : {None, "ortho"}
        With ``"ortho"`` the matrix of the transform is orthogonal; not for type 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype, and of shape ``(..., n)``.

    Raises
    ------
    ValueError
        If `type`, `norm` or `n` are others.
    TypeError
        If the dtype is another.
    NotImplementedError
        If `axis` is not -1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.dct([1.0, 1.0]).numpy()
    array([4., 0.], dtype=float32)
    """
    return _transform("dct", input, type, n, axis, norm)


def idct(
    input: Any,
    type: int = 2,
    n: Any = None,
    axis: int = -1,
    norm: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Inverse of `dct`: up to the factor ``2 * n`` (type 1: ``2 * (n - 1)``) unless orthogonal.

    The inverse of type 2 is type 3; the types 1 and 4 are their own inverses.

    Parameters
    ----------
    input : Tensor
        Of shape ``(..., n)`` and dtype float32 or float64.
    type : {1, 2, 3, 4}
        The type of the transform to invert. Type 1 needs at least two entries.
    n : int, optional
        The size of the input, which is cut at the end or filled up with zeros to it.
    axis : int
        Only -1.
    norm : {None, "ortho"}
        With ``"ortho"`` the matrix of the transform is orthogonal; not for type 1.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same dtype, and of shape ``(..., n)``.

    Raises
    ------
    ValueError
        If `type`, `norm` or `n` are others.
    TypeError
        If the dtype is another.
    NotImplementedError
        If `axis` is not -1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.signal.idct([4.0, 0.0]).numpy()
    array([4., 4.], dtype=float32)
    """
    return _transform("idct", input, type, n, axis, norm)
