"""Functions of parameters as SciPy calls them: flat vectors in, values and derivatives out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.context import only_recorders
from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.primals import dense, or_zeros, outputs_of, watching
from tapegrad.core.sparse_derivatives import SparseJacobian
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap
from tapegrad.core.unconnected import zeros_for
from tapegrad.optimize.parameters import FLOAT64, Parameters, flat64, require_shape


class Scalar:
    """A function with one real number as result, such as an objective."""

    def __init__(self, f: Callable[..., Any], parameters: Parameters, args: Sequence[Any]) -> None:
        self._f, self._parameters, self._args = f, parameters, tuple(args)

    def at(self, leaves: Sequence[Any]) -> Any:
        """The value as a tensor of shape ()."""
        op = self._parameters.op
        with self._parameters.standing_in(leaves) as own:
            found = outputs_of(op, self._f(self._parameters.pack(own), *self._args))
        if len(found) != 1:
            raise TypeError(
                f"{op}: fun should return one scalar, but returned {len(found)} values."
            )
        require_shape(op, "fun should return a scalar, such as tf.reduce_sum(y)", (), found[0])
        return found[0]

    def value(self, vector: Any) -> float:
        """The value."""
        with only_recorders(()):
            return float(self.at(self._parameters.tensors(vector))._value)

    def value_and_gradient(self, vector: Any) -> tuple[float, Any]:
        """The value and the gradient, a contiguous vector of float64."""
        leaves = self._parameters.tensors(vector)
        with only_recorders(()):
            tape = watching(leaves)
            with tape:
                y = self.at(leaves)
            gradients = _gradients(self._parameters.op, tape, y, leaves)
        return float(y._value), self._parameters.vector(gradients)

    def gradient_at(self, leaves: Sequence[Any]) -> Tensor:
        """The gradient as one recorded vector of float64."""
        tape = watching(leaves)
        with tape:
            y = self.at(leaves)
        return flat_gradient(self._parameters.op, tape, y, leaves)

    def hessian_product(self, vector: Any, direction: Any) -> Any:
        """The product of the Hessian with a vector, forward over reverse."""
        leaves = self._parameters.tensors(vector)
        tangents = [wrap(a) for a in self._parameters.arrays(direction)]
        with only_recorders(()), ForwardAccumulator(leaves, tangents) as accumulator:
            gradient = self.gradient_at(leaves)
        t = accumulator.jvp(gradient)
        return np.zeros(self._parameters.size) if t is None else np.array(t._value)

    def hessian(self, vector: Any) -> Any:
        """The Hessian, a matrix of float64."""
        leaves = self._parameters.tensors(vector)
        with only_recorders(()):
            tape = watching(leaves, persistent=True)
            with tape:
                gradient = self.gradient_at(leaves)
            return np.array(flat_jacobian(tape, gradient, leaves)._value)


class Vector:
    """A function with any number of results: residuals, equations, constraints."""

    def __init__(self, f: Callable[..., Any], parameters: Parameters, args: Sequence[Any]) -> None:
        self._f, self._parameters, self._args = f, parameters, tuple(args)
        self._sparse: SparseJacobian | None = None

    def at(self, leaves: Sequence[Any]) -> Tensor:
        """The results as one vector of float64, recorded."""
        with self._parameters.standing_in(leaves) as own:
            y = self._f(self._parameters.pack(own), *self._args)
            return flat64(outputs_of(self._parameters.op, y))

    def value(self, vector: Any) -> Any:
        """The results."""
        with only_recorders(()):
            return np.array(self.at(self._parameters.tensors(vector))._value)

    def jacobian(self, vector: Any) -> Any:
        """The Jacobian, a matrix of float64."""
        leaves = self._parameters.tensors(vector)
        with only_recorders(()):
            tape = watching(leaves, persistent=True)
            with tape:
                y = self.at(leaves)
            return np.array(flat_jacobian(tape, y, leaves)._value)

    def sparse_jacobian(self, vector: Any) -> Any:
        """The Jacobian as a sparse matrix, whose pattern is found at the first call."""
        leaves = self._parameters.tensors(vector)
        with only_recorders(()):
            if self._sparse is None:
                self._sparse = SparseJacobian(self.at, leaves)
            return self._sparse(leaves)

    def weighted(self, weights: Any) -> Scalar:
        """The sum of the results times constant weights."""
        constant = wrap(np.array(weights, FLOAT64))

        def total(packed: Any, *args: Any) -> Any:
            y = flat64(outputs_of(self._parameters.op, self._f(packed, *args)))
            return recording.reduce_sum(y * constant, axes=(-1,), keepdims=False)

        return Scalar(total, self._parameters, self._args)


def _gradients(op: str, tape: GradientTape, y: Any, leaves: Sequence[Any]) -> list[Any]:
    found = [dense(g) for g in tape.gradient(y, list(leaves))]
    if all(g is None for g in found):
        raise ValueError(
            f"{op}: the result of fun does not depend on its parameters. Values that were turned "
            f"into NumPy arrays or Python numbers on the way have left the tape: compute with tf "
            f"functions, on the argument of fun."
        )
    return [or_zeros(g, x) for g, x in zip(found, leaves, strict=True)]


def flat_gradient(op: str, tape: GradientTape, y: Any, leaves: Sequence[Any]) -> Tensor:
    """The derivatives of a scalar by all entries of the leaves, in one vector of float64."""
    return flat64(_gradients(op, tape, y, leaves))


def flat_jacobian(tape: GradientTape, y: Tensor, leaves: Sequence[Any]) -> Tensor:
    """The matrix of derivatives of a vector by all entries of the leaves, of float64."""
    size = y._value.size
    blocks = []
    for x, j in zip(leaves, tape.jacobian(y, list(leaves)), strict=True):
        j = zeros_for(x, (size,)) if j is None else j
        block = recording.reshape(j, to=(size, x._value.size))
        if block._value.dtype != FLOAT64:
            block = recording.cast(block, dtype=FLOAT64, source=block._value.dtype)
        blocks.append(block)
    whole: Tensor = blocks[0] if len(blocks) == 1 else recording.concat(*blocks, axis=-1)
    return whole
