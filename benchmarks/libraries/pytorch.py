"""PyTorch, eager, and tapegrad's dialect of it: the same text runs both."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import (
    EPSILON,
    Inputs,
    Objective,
    Step,
    converted,
    python_loop,
)


class PyTorch:
    """Leaf tensors that require grad."""

    label = "PyTorch eager"

    def __init__(self, threads: int, module: str = "torch", label: str | None = None) -> None:
        torch = self.torch = importlib.import_module(module)
        self.module = module
        self.label = label or self.label
        self.version: str = getattr(torch, "__version__", "")
        torch.set_num_threads(threads)

        def conv2d(x: Any, filters: Any) -> Any:
            # Seen with the channels first, which PyTorch knows as its channels_last layout.
            images, weights = x.permute(0, 3, 1, 2), filters.permute(3, 2, 0, 1)
            y = torch.nn.functional.conv2d(images, weights, padding="same")
            return y.permute(0, 2, 3, 1)

        def max_pool(x: Any) -> Any:
            return torch.nn.functional.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)

        def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
            return torch.nn.functional.layer_norm(x, scale.shape, scale, shift, EPSILON)

        def reduce_logsumexp(x: Any, axis: int | None = None) -> Any:
            return torch.logsumexp(x, dim=tuple(range(x.ndim)) if axis is None else axis)

        self.operations = SimpleNamespace(
            sin=torch.sin,
            tanh=torch.tanh,
            exp=torch.exp,
            sqrt=torch.sqrt,
            sigmoid=torch.sigmoid,
            relu=torch.relu,
            reduce_sum=torch.sum,
            reduce_mean=torch.mean,
            math=SimpleNamespace(log=torch.log, erf=torch.erf),
            dense=lambda x, weights, bias: torch.addmm(bias, x, weights),
            cross_entropy=lambda labels, logits: torch.nn.functional.cross_entropy(logits, labels),
            conv2d=conv2d,
            max_pool=max_pool,
            layer_norm=layer_norm,
            loop=python_loop,
            float64=torch.float64,
            constant=torch.as_tensor,
            zeros=torch.zeros,
            square=torch.square,
            reshape=torch.reshape,
            transpose=torch.permute,
            concat=lambda values, axis: torch.cat(values, dim=axis),
            gather=lambda x, index, axis: x[(slice(None),) * axis + (torch.as_tensor(index),)],
            einsum=torch.einsum,
            softmax=lambda x: torch.softmax(x, dim=-1),
            reduce_logsumexp=reduce_logsumexp,
        )

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """Through `torch.autograd.grad`, which need not accumulate into `.grad`."""
        torch, operations = self.torch, self.operations
        parameters = self._leaves(inputs)
        constants = converted(inputs.constants, torch.tensor)

        def step() -> tuple[Any, list[Any]]:
            value = objective(operations, parameters, constants)
            return value, torch.autograd.grad(value, parameters)

        return step

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """Through `backward`, and a bare update: `torch.optim.SGD` takes longer."""
        torch, operations = self.torch, self.operations
        parameters = self._leaves(inputs)
        constants = converted(inputs.constants, torch.tensor)

        def step() -> tuple[Any, list[Any]]:
            value = objective(operations, parameters, constants)
            value.backward()
            gradients = [parameter.grad for parameter in parameters]
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.sub_(gradient, alpha=rate)
                    parameter.grad = None
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """A tensor as an array."""
        return np.asarray(value.detach().numpy())

    def _leaves(self, inputs: Inputs) -> list[Any]:
        return [self.torch.tensor(array, requires_grad=True) for array in inputs.parameters]
