"""What Keras's programs use beside layers: one-hot classes, seeds."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.ops.indicators import one_hot
from tapegrad.ops.seeds import set_seed
from tapegrad.ops.shape import reshape


def to_categorical(x: Any, num_classes: int | None = None) -> Any:
    """Class numbers as one-hot rows.

    Parameters
    ----------
    x
        Integers in an array, a list or a tensor; a last axis of size 1 is left out.
    num_classes
        The number of classes; by default one more than the largest number.

    Returns
    -------
    numpy.ndarray or Tensor
        Zeros and ones, with a last axis of the classes: float64 in an array, float32 in a tensor
        if `x` is one.

    Raises
    ------
    IndexError
        If a number in an array is too large.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.utils.to_categorical([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    if isinstance(x, ArrayLike):
        shape = x._value.shape
        numbers = reshape(x, shape[:-1]) if len(shape) > 1 and shape[-1] == 1 else x
        largest = np.asarray(x._read()).max() + 1 if num_classes is None else num_classes
        return one_hot(numbers, int(largest))
    array = np.asarray(x, np.int64)
    if array.ndim > 1 and array.shape[-1] == 1:
        array = array[..., 0]
    count = int(num_classes or array.max() + 1)
    return np.eye(count)[array]


def set_random_seed(seed: int) -> None:
    """Set the seeds of Python's, NumPy's and this library's random numbers.

    Parameters
    ----------
    seed
        An integer.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.keras.utils.set_random_seed(7)
    >>> first = tf.random.normal([2])
    >>> tf.keras.utils.set_random_seed(7)
    >>> bool(tf.reduce_all(tf.random.normal([2]) == first))
    True
    """
    if not isinstance(seed, int):
        raise ValueError(
            f"Expected `seed` argument to be an integer. Received: seed={seed} (of type "
            f"{type(seed)})"
        )
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - programs of Keras draw from it
    set_seed(seed)
