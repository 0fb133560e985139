"""Activations: the rectifier family, gelu, silu; sigmoid and tanh belong to elementwise math."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import Choice, elementwise, general
from tapegrad.core.guarded import has_nan
from tapegrad.core.primitive import ZERO
from tapegrad.core.table import raw, recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops import division, logistic, special, transcendental  # noqa: F401 - in rules
from tapegrad.ops.arguments import axis_argument
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.softmax import FLOATS

__all__ = ["crelu", "elu", "gelu", "leaky_relu", "relu", "relu6", "selu", "silu", "swish"]

_SELU_SCALE = 1.0507009873554805
_SELU_LIMIT = 1.7580993408473766  # selu tends to minus this number
_ROOT_HALF = 0.7071067811865476
_NORMAL_PEAK = 0.3989422804014327  # 1 / sqrt(2 pi)
_GELU_SLOPE = 0.7978845608028654  # sqrt(2 / pi)
_GELU_CUBE = 0.044715


def _ordered(x: Any) -> Any:
    if x.dtype.kind == "c":
        raise TypeError("complex numbers have no order")
    return x


def _exponential(x: Any, scale: float, limit: float) -> Any:
    """``scale * x`` for positive x, ``limit * (exp(x) - 1)`` for others."""
    negative = np.expm1(np.minimum(_ordered(x), 0))
    return np.maximum(x, 0) * scale + negative * limit


# 1 where x is positive, else 0 (also for NaN): the slope of relu.
step = elementwise("step", lambda x: (_ordered(x) > 0).astype(x.dtype), ZERO)
negative_part = elementwise(
    "negative_part", lambda x: np.minimum(_ordered(x), 0), lambda F, y: F.step(-y)
)

_relu = elementwise("relu", lambda x: np.maximum(_ordered(x), 0), Choice(lambda F, y: F.step(y)))
_relu6 = elementwise(
    "relu6",
    lambda x: np.minimum(np.maximum(_ordered(x), 0), 6),
    Choice(lambda F, y: F.step(y * (6.0 - y))),
)
_elu = elementwise(
    "elu", lambda x: _exponential(x, 1.0, 1.0), lambda F, y: F.negative_part(y) + 1.0
)
_selu = elementwise(
    "selu",
    lambda x: _exponential(x, _SELU_SCALE, _SELU_LIMIT),
    lambda F, y: F.negative_part(y) + _SELU_SCALE + F.step(-y) * (_SELU_LIMIT - _SELU_SCALE),
)


def _leaky(x: Any, *, alpha: float) -> Any:
    return np.where(x > 0, x, x * x.dtype.type(alpha))[()]


def _leaky_slope(x: Any, *, alpha: float) -> Any:
    one = x.dtype.type(1)
    return np.where(x > 0, one, x.dtype.type(alpha))[()]


leaky_step = general("leaky_step", _leaky_slope, ZERO, jvps=[ZERO])
_leaky_relu = general(
    "leaky_relu",
    _leaky,
    lambda F, g, x, alpha: g * F.leaky_step(x, alpha=alpha),
    jvps=[lambda F, t, x, alpha: t * F.leaky_step(x, alpha=alpha)],
)


def _weighted(x: Any, weight: Any) -> Any:
    """``x * weight``, in place; 0 at minus infinity, where the weight is 0."""
    weight *= x
    if has_nan(weight):
        weight = np.where(x == -np.inf, weight.dtype.type(0), weight)[()]
    return weight


def _gelu_forward(x: Any) -> Any:
    y = raw.erf(x * _ROOT_HALF)
    y += 1
    y *= 0.5
    return _weighted(x, y)


def _gelu_slope(F: Any, x: Any) -> Any:
    density = F.exp(x * x * -0.5) * _NORMAL_PEAK
    return F.erf(x * _ROOT_HALF) * 0.5 + 0.5 + F.multiply_no_nan(x, density)


def _tanh_gelu_forward(x: Any) -> Any:
    y = np.tanh((x * x * _GELU_CUBE + 1.0) * x * _GELU_SLOPE)
    y += 1
    y *= 0.5
    return _weighted(x, y)


def _tanh_gelu_slope(F: Any, x: Any) -> Any:
    square = x * x
    t = F.tanh((square * _GELU_CUBE + 1.0) * x * _GELU_SLOPE)
    inner = (square * (3.0 * _GELU_CUBE) + 1.0) * _GELU_SLOPE
    return (t + 1.0) * 0.5 + F.multiply_no_nan(x * inner * 0.5, 1.0 - t * t)


_gelu = elementwise("gelu", _gelu_forward, _gelu_slope)
_gelu_tanh = elementwise("gelu_tanh", _tanh_gelu_forward, _tanh_gelu_slope)


def _silu_slope(F: Any, a: Any, b: Any) -> Any:
    s = F.sigmoid(a * b)
    return s + F.multiply_no_nan(a * b, s * (1.0 - s))


def _silu_slope_of_beta(F: Any, a: Any, b: Any) -> Any:
    s = F.sigmoid(a * b)
    return F.multiply_no_nan(a * a, s * (1.0 - s))


_silu = elementwise(
    "silu",
    lambda a, b: raw.multiply_no_nan(a, raw.sigmoid(a * b)),
    _silu_slope,
    _silu_slope_of_beta,
)


def relu(features: Any, name: str | None = None) -> Tensor:
    """Rectifier, ``max(x, 0)``; its slope at 0 is 0.

    Parameters
    ----------
    features
        A tensor of any real dtype.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.relu([-2.0, 0.0, 3.0]).numpy().tolist()
    [0.0, 0.0, 3.0]
    """
    return _relu(features)  # type: ignore[no-any-return]


def relu6(features: Any, name: str | None = None) -> Tensor:
    """Rectifier with a ceiling, ``min(max(x, 0), 6)``; its slope at 0 and 6 is 0.

    Parameters
    ----------
    features
        A tensor of any real dtype.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.relu6([-2.0, 3.0, 8.0]).numpy().tolist()
    [0.0, 3.0, 6.0]
    """
    return _relu6(features)  # type: ignore[no-any-return]


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """Rectifier with a slope of `alpha` for negative values, and at 0.

    Parameters
    ----------
    features
        A real tensor; integers become float32.
    alpha
        The slope, a Python number.

    Returns
    -------
    Tensor
        Same shape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.leaky_relu([-2.0, 3.0], alpha=0.5).numpy().tolist()
    [-1.0, 3.0]
    """
    x = operand(features)
    dtype = x._value.dtype
    if dtype.kind in "iu":
        x = recording.cast_discrete(x, dtype=np.dtype(np.float32), source=dtype)
    require_kinds("leaky_relu", x, FLOATS, "float32")
    y: Tensor = _leaky_relu(x, alpha=float(alpha))
    return y


def elu(features: Any, name: str | None = None) -> Tensor:
    """Exponential linear unit: ``x`` for positive values, ``exp(x) - 1`` for others.

    Parameters
    ----------
    features
        A real floating point tensor.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.elu([-1e9, 3.0]).numpy().tolist()
    [-1.0, 3.0]
    """
    return _elu(features)  # type: ignore[no-any-return]


def selu(features: Any, name: str | None = None) -> Tensor:
    r"""Scaled exponential linear unit, which keeps mean 0 and variance 1 through layers.

    :math:`\lambda x` for positive values, :math:`\lambda \alpha (e^x - 1)` for others, with
    :math:`\lambda = 1.0507` and :math:`\alpha = 1.6733`.

    Parameters
    ----------
    features
        A real floating point tensor.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.selu([1.0]).numpy().round(4).tolist()
    [1.0506999492645264]
    """
    return _selu(features)  # type: ignore[no-any-return]


def gelu(features: Any, approximate: bool = False, name: str | None = None) -> Tensor:
    r"""Gaussian error linear unit, :math:`x \Phi(x)` with the normal distribution function.

    Parameters
    ----------
    features
        A real floating point tensor.
    approximate
        Compute :math:`\tfrac{x}{2}(1 + \tanh(\sqrt{2/\pi}(x + 0.044715 x^3)))` instead.

    Returns
    -------
    Tensor
        Same shape and dtype.

    Raises
    ------
    ValueError
        If `features` is not floating point.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.gelu([-1.0, 0.0, 1.0]).numpy().round(3).tolist()
    [-0.1589999943971634, 0.0, 0.8410000205039978]
    """
    x = operand(features)
    if not x.dtype.is_floating:
        raise ValueError(
            f"gelu: `features.dtype` must be a floating point tensor. Received: "
            f"features.dtype={x.dtype}. Convert first, for example tf.cast(x, tf.float32)."
        )
    y: Tensor = _gelu_tanh(x) if approximate else _gelu(x)
    return y


def silu(features: Any, beta: Any = 1.0, name: str | None = None) -> Tensor:
    r"""Sigmoid linear unit, also called swish: :math:`x \sigma(\beta x)`.

    Parameters
    ----------
    features
        A floating point tensor.
    beta
        A number or a tensor of the same dtype that broadcasts; it gets a gradient too.

    Returns
    -------
    Tensor
        The broadcast shape, same dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.silu([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]
    """
    x = operand(features)
    require_kinds("silu", x, "fcV", "float32")
    return _silu(x, beta)  # type: ignore[no-any-return]


swish = silu


def crelu(features: Any, axis: Any = -1, name: str | None = None) -> Tensor:
    """Concatenate the rectified values and the rectified negated values.

    Parameters
    ----------
    features
        A real tensor.
    axis
        Along which axis; its size doubles.

    Returns
    -------
    Tensor
        Same dtype.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.crelu([-1.0, 2.0]).numpy().tolist()
    [0.0, 2.0, 1.0, 0.0]
    """
    x = operand(features)
    axis = axis_argument(axis, x._value.ndim, "crelu")
    return relu(recording.concat(x, -x, axis=axis))
