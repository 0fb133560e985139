"""tapegrad and TensorFlow compiled by `tf.function`, PyTorch by `torch.compile`, and JAX's jit.

Each compiles the value and the gradients as one function, the way its manual does. Of a problem
with a loop over rows, PyTorch compiles the step; JAX has `lax.scan`, the other two `tf.foldl`.
"""

from __future__ import annotations

import importlib
import itertools
import shutil
from collections.abc import Callable
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
    max_of_windows,
)
from benchmarks.libraries.pytorch import PyTorch
from benchmarks.libraries.tensorflow_dialect import TensorFlowDialect


def has_loop(inputs: Inputs) -> bool:
    """Whether one of the constants is a list of rows."""
    return any(isinstance(constant, list) for constant in inputs.constants)


def compiled_loop(compiled: Callable[[Any], Any]) -> Any:
    """A Python loop over a step of tensors, one by one, that is compiled once."""
    known: dict[Any, Any] = {}

    def loop(step: Any, ops: Any, parameters: Any, carry: Any, rows: Any) -> Any:
        count = len(parameters)

        def flat(*tensors: Any) -> Any:
            return step(ops, tensors[:count], tensors[count:-2], *tensors[-2:])

        if step not in known:
            known[step] = compiled(flat)
        run = known[step]
        for row, following in itertools.pairwise(rows):
            carry = run(*parameters, *carry, row, following)
        return carry

    return loop


class CompiledDialect(TensorFlowDialect):
    """A library with TensorFlow's API; the tape and its gradient inside of one `tf.function`."""

    def __init__(self, module: str, label: str, threads: int) -> None:
        super().__init__(module, label, threads)
        tf = self.tf
        self.function = tf.function(jit_compile=True)

        def loop(step: Any, ops: Any, parameters: Any, carry: Any, rows: Any) -> Any:
            def turn(carry: Any, pair: Any) -> Any:
                return tuple(step(ops, parameters, carry, *pair))

            return tf.foldl(turn, (rows[:-1], rows[1:]), initializer=tuple(carry))

        self.operations.loop = loop

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """Tensors in, value and gradients out; the rows of a loop are one tensor."""
        tf, operations = self.tf, self.operations
        arrays = [np.asarray(a) for a in (*inputs.parameters, *inputs.constants)]
        tensors = [tf.constant(array) for array in arrays]
        count = len(inputs.parameters)

        @self.function
        def value_and_gradients(*tensors: Any) -> Any:
            parameters, constants = list(tensors[:count]), list(tensors[count:])
            with tf.GradientTape() as tape:
                tape.watch(parameters)
                value = objective(operations, parameters, constants)
            return value, tape.gradient(value, parameters)

        self.compiled = value_and_gradients
        return lambda: value_and_gradients(*tensors)


class TorchCompile(PyTorch):
    """The objective through `torch.compile`, which compiles its backward pass with it."""

    label = "torch.compile"

    def __init__(self, threads: int) -> None:
        if not any(map(shutil.which, ("c++", "g++", "clang++"))):
            raise ImportError("torch.compile needs a C++ compiler, and there is none")
        super().__init__(threads)
        self.dynamo = importlib.import_module("torch._dynamo")

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """`torch.autograd.grad` of the compiled objective; of a loop, the compiled step."""
        torch, operations = self.torch, SimpleNamespace(**vars(self.operations))
        self.dynamo.reset()

        def compiled(function: Any) -> Any:
            return torch.compile(function, dynamic=False)

        def forward(parameters: Any, constants: Any) -> Any:
            return objective(operations, parameters, constants)

        if has_loop(inputs):
            operations.loop = compiled_loop(compiled)
        else:
            forward = compiled(forward)
        parameters = self._leaves(inputs)
        constants = converted(inputs.constants, torch.tensor)

        def step() -> tuple[Any, list[Any]]:
            value = forward(parameters, constants)
            return value, torch.autograd.grad(value, parameters)

        return step


class Jax:
    """`jax.jit` of `jax.value_and_grad`."""

    module = "jax"
    label = "JAX jit"

    def __init__(self, threads: int) -> None:
        # The threads of XLA are set by the environment.
        del threads
        jax = self.jax = importlib.import_module("jax")
        self.version: str = jax.__version__
        jax.config.update("jax_enable_x64", True)
        jnp, nn, lax = jax.numpy, jax.nn, jax.lax

        def cross_entropy(labels: Any, logits: Any) -> Any:
            picked = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
            return jnp.mean(nn.logsumexp(logits, axis=1) - picked)

        def conv2d(x: Any, filters: Any) -> Any:
            layout = ("NHWC", "HWIO", "NHWC")
            return lax.conv_general_dilated(x, filters, (1, 1), "SAME", dimension_numbers=layout)

        def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
            return nn.standardize(x, axis=-1, epsilon=EPSILON) * scale + shift

        def loop(step: Any, ops: Any, parameters: Any, carry: Any, rows: Any) -> Any:
            def body(carry: Any, pair: Any) -> Any:
                return tuple(step(ops, parameters, carry, *pair)), None

            return lax.scan(body, tuple(carry), (rows[:-1], rows[1:]))[0]

        self.operations = SimpleNamespace(
            sin=jnp.sin,
            tanh=jnp.tanh,
            exp=jnp.exp,
            sqrt=jnp.sqrt,
            sigmoid=nn.sigmoid,
            relu=nn.relu,
            reduce_sum=jnp.sum,
            reduce_mean=jnp.mean,
            math=SimpleNamespace(log=jnp.log, erf=jax.scipy.special.erf),
            dense=lambda x, weights, bias: x @ weights + bias,
            cross_entropy=cross_entropy,
            conv2d=conv2d,
            max_pool=lambda x: max_of_windows(x, jnp.max),
            layer_norm=layer_norm,
            loop=loop,
            float64=jnp.float64,
            constant=jnp.asarray,
            zeros=jnp.zeros,
            square=jnp.square,
            reshape=jnp.reshape,
            transpose=jnp.transpose,
            concat=jnp.concatenate,
            gather=jnp.take,
            einsum=jnp.einsum,
            softmax=nn.softmax,
            reduce_logsumexp=nn.logsumexp,
        )

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """One compiled function of all arrays. Its results are ready together."""
        jnp, operations = self.jax.numpy, self.operations
        compiled = self.jax.jit(
            self.jax.value_and_grad(
                lambda parameters, constants: objective(operations, parameters, constants)
            )
        )
        parameters = [jnp.asarray(array) for array in inputs.parameters]
        constants = [jnp.asarray(np.asarray(constant)) for constant in inputs.constants]

        def step() -> tuple[Any, list[Any]]:
            value, gradients = compiled(parameters, constants)
            value.block_until_ready()
            return value, gradients

        return step

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """The same, and the update of the parameters in the compiled function."""
        jnp, operations = self.jax.numpy, self.operations
        value_and_grad = self.jax.value_and_grad(
            lambda parameters, constants: objective(operations, parameters, constants)
        )

        @self.jax.jit
        def compiled(parameters: Any, constants: Any) -> Any:
            value, gradients = value_and_grad(parameters, constants)
            moved = [p - rate * g for p, g in zip(parameters, gradients, strict=True)]
            return value, gradients, moved

        parameters = [jnp.asarray(array) for array in inputs.parameters]
        constants = [jnp.asarray(np.asarray(constant)) for constant in inputs.constants]

        def step() -> tuple[Any, list[Any]]:
            nonlocal parameters
            value, gradients, parameters = compiled(parameters, constants)
            value.block_until_ready()
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """An array of JAX as one of NumPy."""
        return np.asarray(value)
