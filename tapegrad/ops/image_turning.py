"""Images turned around: mirrored, rotated, transposed."""

from __future__ import annotations

from typing import Any

from tapegrad.core.convert import operand
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.ops.arguments import int_argument

__all__ = ["flip_left_right", "flip_up_down", "rot90", "transpose"]


def _image(image: Any, op: str) -> Any:
    x = operand(image)
    shape = x._value.shape
    if len(shape) not in (3, 4):
        wanted = "be at least three-dimensional" if len(shape) < 3 else "have 3 or 4 dimensions"
        raise ValueError(
            f"{op}: 'image' (shape {shape}) must {wanted}. Expect: (height, width, channels) or "
            f"(batch, height, width, channels)."
        )
    return x


def _exchanged(x: Any) -> Tensor:
    ndim = x._value.ndim
    return recording.transpose(x, axes=(*range(-ndim, -3), -2, -3, -1))  # type: ignore[no-any-return]


def flip_left_right(image: Any) -> Tensor:
    """Mirror images: left becomes right.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.flip_left_right([[[1], [2]], [[3], [4]]]).numpy()[:, :, 0].tolist()
    [[2, 1], [4, 3]]
    """
    return recording.reverse(_image(image, "flip_left_right"), axes=(-2,))  # type: ignore[no-any-return]


def flip_up_down(image: Any) -> Tensor:
    """Mirror images: up becomes down.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.

    Returns
    -------
    Tensor
        Of the same shape.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.flip_up_down([[[1], [2]], [[3], [4]]]).numpy()[:, :, 0].tolist()
    [[3, 4], [1, 2]]
    """
    return recording.reverse(_image(image, "flip_up_down"), axes=(-3,))  # type: ignore[no-any-return]


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Rotate images counter-clockwise by quarter turns.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.
    k
        The number of quarter turns; negative ones go clockwise.

    Returns
    -------
    Tensor
        With height and width exchanged for odd `k`.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.rot90([[[1], [2]], [[3], [4]]]).numpy()[:, :, 0].tolist()
    [[2, 4], [1, 3]]
    """
    x = _image(image, "rot90")
    turns = int_argument(k, "rot90", "k") % 4
    if turns == 0:
        return recording.identity(x)  # type: ignore[no-any-return]
    if turns == 1:
        return recording.reverse(_exchanged(x), axes=(-3,))  # type: ignore[no-any-return]
    if turns == 2:
        return recording.reverse(x, axes=(-3, -2))  # type: ignore[no-any-return]
    return recording.reverse(_exchanged(x), axes=(-2,))  # type: ignore[no-any-return]


def transpose(image: Any, name: str | None = None) -> Tensor:
    """Exchange the height and the width of images.

    Parameters
    ----------
    image
        Of shape ``(height, width, channels)`` or ``(batch, height, width, channels)``.

    Returns
    -------
    Tensor
        Of shape ``(width, height, channels)``, or with the batch in front.

    Raises
    ------
    ValueError
        If `image` has another rank.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.image.transpose([[[1], [2]], [[3], [4]]]).numpy()[:, :, 0].tolist()
    [[1, 3], [2, 4]]
    """
    return _exchanged(_image(image, "transpose"))
