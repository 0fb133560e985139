"""Activations by name, with Keras's parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.tensor import Tensor
from tapegrad.ops import activations, logistic, transcendental
from tapegrad.ops import softmax as softmaxes
from tapegrad.ops.logits import remember_logits
from tapegrad.ops.where import where


def linear(x: Any) -> Any:
    """`x` itself: no activation.

    Parameters
    ----------
    x
        A tensor.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.linear(3.0)
    3.0
    """
    return x


def relu(x: Any, negative_slope: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Tensor:
    """The rectifier: `x` where it exceeds `threshold`, else 0.

    Parameters
    ----------
    x
        A real tensor.
    negative_slope
        Below the threshold the value is ``negative_slope * (x - threshold)``.
    max_value
        The largest value, or None.
    threshold
        See above.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.relu([-3.0, 5.0, 20.0], max_value=10.0).numpy().tolist()
    [0.0, 5.0, 10.0]
    """
    x = operand(x)
    if threshold == 0.0:
        y = activations.leaky_relu(x, negative_slope) if negative_slope else activations.relu(x)
    else:
        below = (x - threshold) * negative_slope
        y = where(x > threshold, x, below)
    if max_value is None:
        return y
    top = operand(max_value, x._value.dtype)
    return where(x >= top, top, y)


def leaky_relu(x: Any, negative_slope: Any = 0.2) -> Tensor:
    """The rectifier with a slope for negative values.

    Parameters
    ----------
    x
        A real tensor.
    negative_slope
        The slope.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.leaky_relu([-2.0, 5.0], negative_slope=0.5).numpy().tolist()
    [-1.0, 5.0]
    """
    return activations.leaky_relu(x, negative_slope)


def elu(x: Any, alpha: Any = 1.0) -> Tensor:
    """The exponential linear unit: `x` if positive, else ``alpha * (exp(x) - 1)``.

    Parameters
    ----------
    x
        A real tensor.
    alpha
        Minus the limit at minus infinity.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.elu([-100.0, 5.0], alpha=0.5).numpy().tolist()
    [-0.5, 5.0]
    """
    y = activations.elu(x)
    return y if alpha == 1 else where(y > 0.0, y, y * alpha)


def gelu(x: Any, approximate: bool = False) -> Tensor:
    """The Gaussian error linear unit, ``x * P(X <= x)`` for a normal X.

    Parameters
    ----------
    x
        A floating point tensor.
    approximate
        Whether to use the approximation through tanh.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.gelu(0.0).numpy()
    np.float32(0.0)
    """
    return activations.gelu(x, approximate)


def softmax(x: Any, axis: Any = -1) -> Tensor:
    """Exponentials over their sum along an axis.

    Parameters
    ----------
    x
        A floating point tensor.
    axis
        The axis.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.softmax([0.0, 0.0]).numpy().tolist()
    [0.5, 0.5]
    """
    logits = operand(x)
    return remember_logits(softmaxes.softmax(logits, axis), logits)


def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """The logarithm of `softmax`.

    Parameters
    ----------
    x
        A floating point tensor.
    axis
        The axis.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.log_softmax([[5.0]]).numpy().tolist()
    [[0.0]]
    """
    return softmaxes.log_softmax(x, axis)


def hard_sigmoid(x: Any) -> Tensor:
    """A sigmoid of three straight pieces: ``relu6(x + 3) / 6``.

    Parameters
    ----------
    x
        A floating point tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.hard_sigmoid([-3.0, 0.0, 5.0]).numpy().tolist()
    [0.0, 0.5, 1.0]
    """
    return activations.relu6(operand(x) + 3.0) / 6.0


def exponential(x: Any) -> Tensor:
    """The exponential function.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.exponential(0.0).numpy().round(7))
    1.0
    """
    y: Tensor = transcendental.exp(x)
    return y


def relu6(x: Any) -> Tensor:
    """The rectifier, at most 6.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.relu6(9.0).numpy().round(7))
    6.0
    """
    y: Tensor = activations.relu6(x)
    return y


def selu(x: Any) -> Tensor:
    """The scaled exponential linear unit.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.selu(0.0).numpy().round(7))
    0.0
    """
    y: Tensor = activations.selu(x)
    return y


def sigmoid(x: Any) -> Tensor:
    """The logistic function.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.sigmoid(0.0).numpy().round(7))
    0.5
    """
    logits = operand(x)
    return remember_logits(logistic.sigmoid(logits), logits)


def softplus(x: Any) -> Tensor:
    """A smooth rectifier, ``log(exp(x) + 1)``.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.softplus(0.0).numpy().round(7))
    0.6931471824645996
    """
    y: Tensor = logistic.softplus(x)
    return y


def softsign(x: Any) -> Tensor:
    """``x / (abs(x) + 1)``.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.softsign(1.0).numpy().round(7))
    0.5
    """
    y: Tensor = logistic.softsign(x)
    return y


def silu(x: Any) -> Tensor:
    """``x * sigmoid(x)``.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.silu(0.0).numpy().round(7))
    0.0
    """
    y: Tensor = activations.silu(x)
    return y


def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent.

    Parameters
    ----------
    x
        A tensor.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> float(tf.keras.activations.tanh(0.0).numpy().round(7))
    0.0
    """
    y: Tensor = transcendental.tanh(x)
    return y


_FUNCTIONS = (
    elu,
    exponential,
    gelu,
    hard_sigmoid,
    leaky_relu,
    linear,
    log_softmax,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softplus,
    softsign,
    tanh,
)
_BY_NAME: dict[str, Callable[..., Any]] = {f.__name__: f for f in _FUNCTIONS} | {"swish": silu}


def get(identifier: Any) -> Callable[..., Any]:
    """An activation from its name, what `serialize` made of it, or itself.

    Parameters
    ----------
    identifier
        A name such as ``"relu"``, a function, or None for `linear`.

    Raises
    ------
    ValueError
        For an unknown name, or what is no function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.get("relu")([-1.0, 2.0]).numpy().tolist()
    [0.0, 2.0]
    """
    if identifier is None:
        return linear
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    found = _BY_NAME.get(identifier) if isinstance(identifier, str) else identifier
    if not callable(found):
        raise ValueError(
            f"Could not interpret activation function identifier: {identifier}. Known are "
            f"{', '.join(_BY_NAME)}; or give a function."
        )
    return found


def serialize(activation: Callable[..., Any]) -> Any:
    """The name of an activation; a description in Keras's form, if it is your own function.

    Parameters
    ----------
    activation
        A function.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.serialize(tf.keras.activations.relu)
    'relu'
    """
    name = getattr(activation, "__name__", type(activation).__name__)
    if _BY_NAME.get(name) is activation:
        return name
    return {
        "module": "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": name,
    }


def deserialize(
    config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None
) -> Callable[..., Any]:
    """The activation that `serialize` described.

    Parameters
    ----------
    config
        What `serialize` returned.
    custom_objects
        Your own functions, by name.

    Raises
    ------
    ValueError
        If there is no activation of that name.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.activations.deserialize("tanh")(0.0).numpy()
    np.float32(0.0)
    """
    name = config["config"] if isinstance(config, Mapping) else config
    return get((custom_objects or {}).get(name, name))
