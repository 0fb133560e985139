"""Complex numbers: parts, absolute value, angle; and sign and absolute value of any number.

Cotangents are the conjugates of derivatives. So the cotangent of the real part of ``z`` is a real
number as it is, that of the imaginary part is turned by 90 degrees.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.define import general, linear
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import elementwise
from tapegrad.ops.operands import is_complex, operand_pair, require_kinds

__all__ = ("abs", "angle", "complex", "conj", "imag", "real", "sign")

_PARTNER: dict[str, Any] = {
    np.dtype(real).name: np.dtype(both)
    for real, both in (
        (np.float32, np.complex64),
        (np.float64, np.complex128),
        (np.longdouble, np.clongdouble),
    )
}


def with_zero_imaginary(F: Any, g: Any) -> Any:
    """Real data as complex data, in rules."""
    name = g.dtype.name
    return F.cast(g, dtype=_PARTNER[name], source=np.dtype(name))


def _combine(a: Any, b: Any) -> Any:
    z = np.empty(np.broadcast_shapes(a.shape, b.shape), _PARTNER[a.dtype.name])
    z.real, z.imag = a, b
    return z[()]


linear("real", lambda x: x.real, with_zero_imaginary)
linear("imag", lambda x: x.imag, lambda F, g: with_zero_imaginary(F, g) * 1j)
_complex = linear(
    "complex",
    _combine,
    lambda F, g, shapes: [F.sum_to(F.real(g), to=shapes[0]), F.sum_to(F.imag(g), to=shapes[1])],
    inputs="a b",
)
_modulus = general(
    "modulus",
    np.abs,
    lambda F, g, x, y: with_zero_imaginary(F, g) * F.divide_no_nan(x, with_zero_imaginary(F, y)),
    jvps=(lambda F, t, x, y: F.divide_no_nan(F.real(F.conj(x) * t), y),),
)


def _over_square(F: Any, x: Any) -> Any:
    """``x / |x|^2``, the inverse of the conjugate: both parts are NaN at 0."""
    size = with_zero_imaginary(F, F.modulus(x))
    return x / size / size


_angle = general(
    "angle",
    np.angle,
    lambda F, g, x: with_zero_imaginary(F, g) * 1j * _over_square(F, x),
    jvps=(lambda F, t, x: F.imag(t * F.conj(_over_square(F, x))),),
)


def real(input: Any, name: str | None = None) -> Tensor:
    """Real part, elementwise.

    Parameters
    ----------
    input : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape; float32 for complex64, float64 for complex128. A real tensor is
        returned as it is.

    Raises
    ------
    TypeError
        For bools and strings.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.real([1 + 2j, 3 - 1j]).numpy()
    array([1., 3.])
    """
    x = as_tensor(input)
    if x._value.dtype.kind == "c":
        return recording.real(x)  # type: ignore[no-any-return]
    if x._value.dtype.kind in "bO":
        raise TypeError(
            f"real: input must be a numeric tensor, but its dtype is {x.dtype.name}. Use tf.cast."
        )
    return x


def imag(input: Any, name: str | None = None) -> Tensor:
    """Imaginary part, elementwise.

    Parameters
    ----------
    input : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape; float32 for complex64, float64 for complex128; zeros for real tensors.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.imag([1 + 2j, 3 - 1j]).numpy()
    array([ 2., -1.])
    """
    x = operand(input)
    if x._value.dtype.kind == "c":
        return recording.imag(x)  # type: ignore[no-any-return]
    require_kinds("imag", x, "biufV", "complex64")
    return wrap_constant(np.zeros(x._value.shape, x._value.dtype)[()])


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:
    """Complex numbers from real and imaginary parts, elementwise.

    Parameters
    ----------
    real, imag : Tensor
        Tensors of dtype float32 or float64, the same for both; their shapes broadcast.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the common shape; complex64 for float32, complex128 for float64.

    Raises
    ------
    TypeError
        If the dtypes are others.
    InvalidArgumentError
        If the dtypes differ, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.complex([1.0, 2.0], 3.0).numpy()
    array([1.+3.j, 2.+3.j], dtype=complex64)
    """
    a, b = operand_pair(real, imag)
    if a._value.dtype != b._value.dtype or a._value.dtype.name not in _PARTNER:
        raise TypeError(
            f"complex: The `real` and `imag` components have incorrect types: {a.dtype.name} "
            f"{b.dtype.name}. They must be consistent, and one of [tf.float32, tf.float64]: use "
            f"tf.cast."
        )
    try:
        np.broadcast_shapes(a._value.shape, b._value.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"complex: Incompatible shapes: {list(a.shape)} vs. {list(b.shape)}. Use tf.reshape or "
            f"tf.expand_dims."
        ) from None
    return _complex(a, b)  # type: ignore[no-any-return]


def conj(x: Any, name: str | None = None) -> Tensor:
    """Complex conjugate, elementwise.

    Parameters
    ----------
    x : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype. A real tensor is returned as it is.

    Raises
    ------
    TypeError
        If the tensor is not numeric.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.conj([1 + 2j]).numpy()
    array([1.-2.j])
    """
    t = as_tensor(x)
    if t._value.dtype.kind == "c":
        return recording.conj(t)  # type: ignore[no-any-return]
    if t._value.dtype.kind in "bO":
        raise TypeError(f"conj: Expected numeric tensor, got dtype {t.dtype!r}.")
    return t


def angle(input: Any, name: str | None = None) -> Tensor:
    r"""Angle :math:`\arg z` in :math:`(-\pi, \pi]`, elementwise.

    Parameters
    ----------
    input : Tensor
        A floating point or complex tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape; float32 for complex64, float64 for complex128. For real tensors 0, and
        :math:`\pi` for negative numbers, without gradient.

    Raises
    ------
    InvalidArgumentError
        If the dtype is neither floating point nor complex.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.angle([1 + 0j, 2j]).numpy().round(4)
    array([0.    , 1.5708])
    """
    x = operand(input)
    require_kinds("angle", x, "fcV", "float32")
    kind = x._value.dtype
    if kind.kind == "c":
        return _angle(x)  # type: ignore[no-any-return]
    zero, half_turn = wrap_constant(kind.type(0)), wrap_constant(kind.type(np.pi))
    return recording.where(recording.less(x, zero), half_turn, zero)  # type: ignore[no-any-return]


def abs(x: Any, name: str | None = None) -> Tensor:
    r"""Absolute value, elementwise; for complex numbers :math:`|z| = \sqrt{a^2 + b^2}`.

    Parameters
    ----------
    x : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype; float32 for complex64, float64 for complex128.

    Raises
    ------
    InvalidArgumentError
        If the tensor is not numeric.

    Notes
    -----
    The derivative at 0 is 0.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.abs([-1.5, 2.0]).numpy()
    array([1.5, 2. ], dtype=float32)
    >>> tf.abs(3 + 4j).numpy()
    np.float64(5.0)
    """
    if is_complex(x):
        return _modulus(x)  # type: ignore[no-any-return]
    return elementwise._abs(x)  # type: ignore[no-any-return]


def sign(x: Any, name: str | None = None) -> Tensor:
    r"""Sign, elementwise: -1, 0 or 1; for complex numbers :math:`z / |z|`, and 0 at 0.

    Parameters
    ----------
    x : Tensor
        A numeric tensor of any shape.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the tensor is not numeric.

    Notes
    -----
    The derivative for real numbers is 0 everywhere.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.sign([-1.5, 0.0, 2.0]).numpy()
    array([-1.,  0.,  1.], dtype=float32)
    """
    if is_complex(x):
        x = operand(x)
        return recording.divide_no_nan(  # type: ignore[no-any-return]
            x, with_zero_imaginary(recording, _modulus(x))
        )
    return elementwise._sign(x)  # type: ignore[no-any-return]
