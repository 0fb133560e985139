"""MyGrad."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import Inputs, Objective, Step


class MyGrad:
    """Tensors and `backward`, without the memory guard, as MyGrad's manual advises for speed."""

    module = "mygrad"
    label = "MyGrad"

    def __init__(self, threads: int) -> None:
        # NumPy does the work: its threads are set by the environment.
        del threads
        mg = self.mg = importlib.import_module("mygrad")
        activations = importlib.import_module("mygrad.nnet.activations")
        losses = importlib.import_module("mygrad.nnet.losses")
        layers = importlib.import_module("mygrad.nnet.layers")
        mg.turn_memory_guarding_off()
        self.version: str = mg.__version__

        def conv2d(x: Any, filters: Any) -> Any:
            images, weights = mg.transpose(x, 0, 3, 1, 2), mg.transpose(filters, 3, 2, 0, 1)
            padding = tuple((n - 1) // 2 for n in filters.shape[:2])
            return mg.transpose(
                layers.conv_nd(images, weights, stride=1, padding=padding), 0, 2, 3, 1
            )

        self.operations = SimpleNamespace(
            sin=mg.sin,
            tanh=mg.tanh,
            exp=mg.exp,
            sqrt=mg.sqrt,
            sigmoid=activations.sigmoid,
            relu=activations.relu,
            reduce_sum=mg.sum,
            reduce_mean=mg.mean,
            math=SimpleNamespace(log=mg.log),
            dense=lambda x, weights, bias: mg.matmul(x, weights) + bias,
            cross_entropy=lambda labels, logits: losses.softmax_crossentropy(logits, labels),
            conv2d=conv2d,
        )

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """`backward` fills `.grad`."""
        return self.training_step(objective, inputs, rate=0.0)

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """`backward`, and an in-place update of the tensors' arrays unless `rate` is 0."""
        operations, constants = self.operations, inputs.constants
        parameters = [self.mg.tensor(array) for array in inputs.parameters]

        def step() -> tuple[Any, list[Any]]:
            value = objective(operations, parameters, constants)
            value.backward()
            gradients = [parameter.grad for parameter in parameters]
            if rate:
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.data -= rate * gradient
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """A tensor, or the array of a gradient, as an array."""
        return np.asarray(value)
