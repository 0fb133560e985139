"""HIPS autograd."""

from __future__ import annotations

import importlib
import importlib.metadata
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import EPSILON, Inputs, Objective, Step, python_loop


class HipsAutograd:
    """NumPy arrays and `value_and_grad` of a list of them."""

    module = "autograd"
    label = "HIPS autograd"

    def __init__(self, threads: int) -> None:
        # NumPy does the work: its threads are set by the environment.
        del threads
        self.autograd = importlib.import_module("autograd")
        self.version = importlib.metadata.version("autograd")
        anp = importlib.import_module("autograd.numpy")
        special = importlib.import_module("autograd.scipy.special")

        def cross_entropy(labels: Any, logits: Any) -> Any:
            normaliser = special.logsumexp(logits, axis=1)
            return anp.mean(normaliser - logits[np.arange(len(labels)), labels])

        def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
            centred = x - anp.mean(x, axis=-1, keepdims=True)
            variance = anp.mean(centred * centred, axis=-1, keepdims=True)
            return centred / anp.sqrt(variance + EPSILON) * scale + shift

        def softmax(x: Any) -> Any:
            powers = anp.exp(x - anp.max(x, axis=-1, keepdims=True))
            return powers / anp.sum(powers, axis=-1, keepdims=True)

        self.operations = SimpleNamespace(
            sin=anp.sin,
            tanh=anp.tanh,
            exp=anp.exp,
            sqrt=anp.sqrt,
            sigmoid=special.expit,
            relu=lambda x: anp.maximum(x, 0.0),
            reduce_sum=anp.sum,
            reduce_mean=anp.mean,
            math=SimpleNamespace(log=anp.log, erf=special.erf),
            dense=lambda x, weights, bias: anp.dot(x, weights) + bias,
            cross_entropy=cross_entropy,
            layer_norm=layer_norm,
            loop=python_loop,
            float64=np.float64,
            constant=np.asarray,
            zeros=anp.zeros,
            square=anp.square,
            reshape=anp.reshape,
            transpose=anp.transpose,
            concat=anp.concatenate,
            gather=lambda x, index, axis: x[(slice(None),) * axis + (index,)],
            einsum=anp.einsum,
            softmax=softmax,
            reduce_logsumexp=lambda x, axis=None: special.logsumexp(x, axis=axis),
        )

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """One function of the list of parameters."""
        operations, constants = self.operations, inputs.constants
        value_and_grad = self.autograd.value_and_grad(
            lambda parameters: objective(operations, parameters, constants)
        )
        parameters = [array.copy() for array in inputs.parameters]

        def step() -> tuple[Any, list[Any]]:
            value, gradients = value_and_grad(parameters)
            return value, gradients

        return step

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """The same, and an in-place update of the arrays."""
        operations, constants = self.operations, inputs.constants
        value_and_grad = self.autograd.value_and_grad(
            lambda parameters: objective(operations, parameters, constants)
        )
        parameters = [array.copy() for array in inputs.parameters]

        def step() -> tuple[Any, list[Any]]:
            value, gradients = value_and_grad(parameters)
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= rate * gradient
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """An array is one already."""
        return np.asarray(value)
