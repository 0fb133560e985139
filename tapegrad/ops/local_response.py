"""Local response normalisation: every channel is scaled by those beside it."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.convolution_arguments import whole_argument
from tapegrad.ops.operands import require_kinds
from tapegrad.ops.window_geometry import Windows
from tapegrad.ops.window_reductions import window_sum

__all__ = ["local_response_normalization", "lrn"]


def local_response_normalization(
    input: Any,
    depth_radius: int = 5,
    bias: float = 1,
    alpha: float = 1,
    beta: float = 0.5,
    name: str | None = None,
) -> Tensor:
    r"""Divide every channel by a power of the sum of squares of the channels beside it.

    .. math:: y_c = x_c \Big/ \Big(b + \alpha \sum_{|k - c| \le r} x_k^2\Big)^\beta

    (Krizhevsky, Sutskever and Hinton, 2012, section 3.3.)

    Parameters
    ----------
    input
        Images of shape ``(batch, height, width, channels)``, floating point.
    depth_radius
        The number r of channels on each side.
    bias
        The number b, which keeps the quotient finite.
    alpha
        The factor of the sum.
    beta
        The exponent.

    Returns
    -------
    Tensor
        Shape and dtype of `input`.

    Raises
    ------
    InvalidArgumentError
        If `input` has not four axes or is not floating point, or the radius is negative.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([[[[3.0, 4.0, 0.0]]]])
    >>> tf.nn.local_response_normalization(x, depth_radius=1, bias=0.0).numpy().round(3).tolist()
    [[[[0.6000000238418579, 0.800000011920929, 0.0]]]]
    """
    op = "local_response_normalization"
    x = operand(input)
    require_kinds(op, x, "fV", "float32")
    shape = x._value.shape
    if len(shape) != 4:
        raise InvalidArgumentError(
            f"{op}: in must be 4-dimensional. Expect: (batch, height, width, channels). Actual: "
            f"shape {list(shape)}."
        )
    channels = shape[-1]
    # A larger radius sees no more.
    radius = min(whole_argument(depth_radius, op, "depth_radius", 0), max(channels - 1, 0))
    windows = Windows((channels,), (2 * radius + 1,), (1,), (1,), (radius,), (channels,))
    squares = window_sum(recording.square(x), windows=windows, axes=(-1,))
    base = bias + alpha * squares
    if beta == 0.5:
        return x * recording.rsqrt(base)  # type: ignore[no-any-return]
    return x * recording.pow(base, operand(-beta, x._value.dtype))  # type: ignore[no-any-return]


lrn = local_response_normalization
