"""What the harness needs of a library."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Functions of one library under TensorFlow's names, plus `dense(x, weights, bias)`,
#: `cross_entropy(labels, logits)` and `conv2d(x, filters)` (channels last, steps of one, as many
#: outputs as pixels), for which each library has its own best form.
Operations: TypeAlias = SimpleNamespace
#: ``objective(operations, parameters, constants)``, a scalar.
Objective: TypeAlias = Callable[[Any, list[Any], list[Any]], Any]
#: One timed unit: the value of the objective and the gradients, in the library's own types.
Step: TypeAlias = Callable[[], tuple[Any, list[Any]]]


class Inputs(NamedTuple):
    """The arrays of a problem."""

    parameters: list[NDArray[Any]]  # differentiated
    constants: list[NDArray[Any]]


class Library(Protocol):
    """A library that differentiates objectives."""

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
    )
