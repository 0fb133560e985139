"""Parts of layers: bias, dropout, embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.host import tensor_at_every_call
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import shape_argument
from tapegrad.ops.clipping import clip_by_norm
from tapegrad.ops.division import multiply_no_nan
from tapegrad.ops.gather import gather
from tapegrad.ops.operands import operand_pair
from tapegrad.ops.samplers import unit_floats
from tapegrad.ops.seeds import stream
from tapegrad.ops.stateless_seeds import seeded

__all__ = ["bias_add", "dropout", "embedding_lookup", "stateless_dropout"]


def bias_add(
    value: Any, bias: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """Add a vector to every position of a batch.

    Parameters
    ----------
    value
        A tensor of at least two axes.
    bias
        A vector with one entry per channel, same dtype.
    data_format
        ``"N...C"`` (such as ``"NHWC"``, default): the channels are the last axis. ``"NC..."``:
        they are the second.

    Returns
    -------
    Tensor
        Shape of `value`.

    Raises
    ------
    InvalidArgumentError
        If `bias` is no vector of the number of channels, or the dtypes differ.
    ValueError
        If `data_format` is neither form.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nn.bias_add([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0]).numpy().tolist()
    [[11.0, 22.0], [13.0, 24.0]]
    """
    second = False
    if data_format is not None:
        data_format = str(data_format)
        second = data_format.startswith("NC")
        if not second and not (data_format.startswith("N") and data_format.endswith("C")):
            raise ValueError(
                f"bias_add: `data_format` must be of the form `N...C` or `NC...`. Received: "
                f"data_format={data_format}"
            )
    x, b = operand_pair(value, bias)
    shape, size = x._value.shape, b._value.shape
    if len(shape) < 2:
        raise InvalidArgumentError(f"bias_add: Input tensor must be at least 2D: {list(shape)}")
    if len(size) != 1:
        raise InvalidArgumentError(f"bias_add: Biases must be 1D: {list(size)}")
    if size[0] != shape[1 if second else -1]:
        raise InvalidArgumentError(
            f"bias_add: Must provide as many biases as the {'second' if second else 'last'} "
            f"dimension of the input tensor: {list(size)} vs. {list(shape)}"
        )
    if second:
        b = recording.reshape(b, to=(size[0], *(1,) * (len(shape) - 2)))
    return recording.add(x, b)  # type: ignore[no-any-return]


def dropout(
    x: Any, rate: Any, noise_shape: Any = None, seed: Any = None, name: str | None = None
) -> Tensor:
    """Set random entries to zero and scale the others up, so that the expected sum stays.

    Parameters
    ----------
    x
        A floating point tensor.
    rate
        The probability that an entry is dropped, in [0, 1): a number or a scalar tensor. The
        others are divided by ``1 - rate``.
    noise_shape
        Shape of the choice, which broadcasts to `x`: where it has a 1 (or None for the size of
        `x`), whole slices are kept or dropped.
    seed
        An integer that gives this operation a stream of its own, see `tapegrad.random.set_seed`.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Raises
    ------
    ValueError
        If `rate` is out of range, or `x` is not floating point.
    InvalidArgumentError
        If `noise_shape` does not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> y = tf.nn.dropout(tf.ones([1000]), rate=0.5)
    >>> sorted(set(y.numpy().tolist()))
    [0.0, 2.0]
    """
    return _dropped("dropout", x, rate, noise_shape, lambda: stream("dropout", seed))


def stateless_dropout(
    x: Any,
    rate: Any,
    seed: Any,
    rng_alg: Any = None,
    noise_shape: Any = None,
    name: str | None = None,
) -> Tensor:
    """`dropout` whose choice is a function of the seed.

    Parameters
    ----------
    x
        A floating point tensor.
    rate
        The probability that an entry is dropped.
    seed
        Two integers.
    rng_alg
        The generator; all names mean Philox, and so does None.
    noise_shape
        Shape of the choice, see `dropout`.

    Returns
    -------
    Tensor
        Shape and dtype of `x`.

    Raises
    ------
    ValueError
        If `rate` is out of range, or `x` is not floating point.
    InvalidArgumentError
        If `seed` is not two integers, or `noise_shape` does not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.ones([50])
    >>> a = tf.nn.experimental.stateless_dropout(x, 0.5, seed=[1, 2])
    >>> b = tf.nn.experimental.stateless_dropout(x, 0.5, seed=[1, 2])
    >>> bool(tf.reduce_all(a == b))
    True
    """
    op = "stateless_dropout"
    seeded(op, seed, rng_alg or "auto_select")  # reads the seed in sight of a tracer
    return _dropped(op, x, rate, noise_shape, lambda: seeded(op, seed, rng_alg or "auto_select"))


def _dropped(op: str, x: Any, rate: Any, noise_shape: Any, generator: Any) -> Tensor:
    features = as_tensor(x)
    if not features.dtype.is_floating:
        raise ValueError(
            f"{op}: `x.dtype` must be a floating point tensor as `x` will be scaled. Received: "
            f"x_dtype={features.dtype}"
        )
    chance = rate._read() if isinstance(rate, ArrayLike) else rate
    if np.ndim(chance) != 0 or not 0 <= chance < 1:
        raise ValueError(
            f"{op}: `rate` must be a scalar tensor or a float in the range [0, 1). Received: "
            f"rate={rate}"
        )
    if not isinstance(rate, ArrayLike) and chance == 0:
        return features
    value = features._value
    shape = _noise_shape(op, noise_shape, value.shape)
    scale = 1.0
    if isinstance(rate, ArrayLike):
        features = features / (1.0 - operand(rate))
    else:
        scale = 1.0 / (1.0 - chance)

    dtype = value.dtype

    def mask(sizes: tuple[int, ...]) -> Any:
        keep = np.asarray(unit_floats(generator(), sizes, np.dtype(np.float32)) >= chance)
        factors = keep.astype(dtype)
        factors *= dtype.type(scale)
        return factors[()]

    # An infinite entry that is dropped is zero, not NaN.
    kept: Tensor = multiply_no_nan(features, tensor_at_every_call(mask, shape))
    return kept


def _noise_shape(op: str, noise_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    if noise_shape is None:
        return shape
    if isinstance(noise_shape, (list, tuple)) and len(noise_shape) == len(shape):
        noise_shape = [n if s is None else s for s, n in zip(noise_shape, shape, strict=True)]
    wanted = shape_argument(noise_shape, op)
    if len(wanted) > len(shape) or any(
        s not in (1, n) for s, n in zip(wanted[::-1], shape[::-1], strict=False)
    ):
        raise InvalidArgumentError(
            f"{op}: Incompatible shapes: noise_shape {list(wanted)} does not broadcast to the "
            f"shape of x, {list(shape)}."
        )
    return wanted


def embedding_lookup(
    params: Any, ids: Any, max_norm: Any = None, name: str | None = None
) -> Tensor:
    """Look up rows of a table by their numbers.

    Parameters
    ----------
    params
        The table, shape ``(rows, ...)``; or a list of tensors, which are one table in pieces.
    ids
        Integer tensor of row numbers.
    max_norm
        If given, rows of a larger Euclidean norm are scaled down to it.

    Returns
    -------
    Tensor
        Shape ``ids.shape + params.shape[1:]``. The gradient by a table in one piece is an
        `IndexedSlices`: as large as the rows that were used.

    Raises
    ------
    ValueError
        If there is no table.
    InvalidArgumentError
        If a number is out of range.

    Examples
    --------
    >>> import tapegrad as tf
    >>> table = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.nn.embedding_lookup(table, [1, 1]).numpy().tolist()
    [[3.0, 4.0], [3.0, 4.0]]
    """
    if params is None:
        raise ValueError("embedding_lookup: params must be specified.")
    if isinstance(params, (list, tuple)):
        if not params:
            raise ValueError(
                "embedding_lookup: Length of params is currently 0. Need at least one param."
            )
        pieces = [operand(p) for p in params]
        axis = -pieces[0]._value.ndim
        params = pieces[0] if len(pieces) == 1 else recording.concat(*pieces, axis=axis)
    ids = operand(ids)
    rows = gather(params, ids)
    if max_norm is None:
        return rows
    axes = list(range(ids._value.ndim, rows._value.ndim))
    clipped: Tensor = clip_by_norm(rows, max_norm, axes=axes)
    return clipped
