"""What the harness needs of a library."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Functions of one library under TensorFlow's names, plus those for which each library has its own
#: best form: `dense(x, weights, bias)`, `cross_entropy(labels, logits)`, `conv2d(x, filters)`
#: (channels last, steps of one, as many outputs as pixels), `max_pool(x)` (2x2, channels last),
#: `layer_norm(x, scale, shift)` over the last axis and `loop(step, operations, parameters,
#: carry, rows)`, see `python_loop`.
Operations: TypeAlias = SimpleNamespace
#: What `layer_norm` adds to variances.
EPSILON = 1e-5
#: ``objective(operations, parameters, constants)``, a scalar.
Objective: TypeAlias = Callable[[Any, list[Any], list[Any]], Any]
#: One timed unit: the value of the objective and the gradients, in the library's own types.
Step: TypeAlias = Callable[[], tuple[Any, list[Any]]]


class Inputs(NamedTuple):
    """The arrays of a problem."""

    parameters: list[NDArray[Any]]  # differentiated
    constants: list[Any]  # arrays; or lists of arrays, the rows of a `loop`


def converted(constants: list[Any], convert: Callable[[NDArray[Any]], Any]) -> list[Any]:
    """Constants as tensors; a list of rows becomes a list of tensors."""
    return [[convert(r) for r in c] if isinstance(c, list) else convert(c) for c in constants]


def python_loop(
    step: Any, ops: Any, parameters: list[Any], carry: list[Any], rows: list[Any]
) -> list[Any]:
    """``carry = step(ops, parameters, carry, row, next_row)`` for each row but the last."""
    for row, following in itertools.pairwise(rows):
        carry = step(ops, parameters, carry, row, following)
    return carry


class Library(Protocol):
    """A library that differentiates objectives."""

    module: str  # what its users import
    label: str
    version: str
    operations: Operations

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """A function that computes the value and the gradients of all parameters."""

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """The same, which then moves the parameters by ``-rate * gradient``, in place."""

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """A value of the library as a NumPy array."""


def numpy_operations() -> Operations:
    """The operations on plain NumPy arrays: the reference value of every objective."""
    import scipy.special

    def cross_entropy(labels: Any, logits: Any) -> Any:
        normaliser = scipy.special.logsumexp(logits, axis=1)
        return np.mean(normaliser - logits[np.arange(len(labels)), labels])

    def conv2d(x: Any, filters: Any) -> Any:
        height, width = filters.shape[:2]
        margins = [((n - 1) // 2, n // 2) for n in (height, width)]
        padded = np.pad(x, [(0, 0), *margins, (0, 0)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), (1, 2))
        return np.einsum("npqcij,ijco->npqo", windows, filters, optimize=True)

    def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
        centred = x - np.mean(x, axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        return centred / np.sqrt(variance + EPSILON) * scale + shift

    return SimpleNamespace(
        sin=np.sin,
        tanh=np.tanh,
        exp=np.exp,
        sqrt=np.sqrt,
        sigmoid=scipy.special.expit,
        relu=lambda x: np.maximum(x, 0.0),
        reduce_sum=np.sum,
        reduce_mean=np.mean,
        math=SimpleNamespace(log=np.log, erf=scipy.special.erf),
        dense=lambda x, weights, bias: x @ weights + bias,
        cross_entropy=cross_entropy,
        conv2d=conv2d,
        max_pool=lambda x: max_of_windows(x, np.max),
        layer_norm=layer_norm,
        loop=python_loop,
        float64=np.float64,
        constant=np.asarray,
        zeros=np.zeros,
        square=np.square,
        reshape=np.reshape,
        transpose=np.transpose,
        concat=np.concatenate,
        gather=np.take,
        einsum=np.einsum,
        softmax=lambda x: scipy.special.softmax(x, axis=-1),
        reduce_logsumexp=lambda x, axis=None: scipy.special.logsumexp(x, axis=axis),
    )


def max_of_windows(x: Any, maximum: Any) -> Any:
    """Maxima over windows of 2x2 of images with the channels last."""
    n, height, width, channels = x.shape
    return maximum(x.reshape(n, height // 2, 2, width // 2, 2, channels), axis=(2, 4))
