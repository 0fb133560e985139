"""tapegrad and TensorFlow: the same text runs both."""

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


class TensorFlowDialect:
    """A library with TensorFlow's API, run eagerly through an explicit tape."""

    def __init__(self, module: str, label: str, threads: int) -> None:
        tf = self.tf = importlib.import_module(module)
        self.module = module
        self.label = label
        self.version: str = tf.__version__
        if module == "tensorflow":
            tf.config.threading.set_intra_op_parallelism_threads(threads)
            tf.config.threading.set_inter_op_parallelism_threads(threads)

        def cross_entropy(labels: Any, logits: Any) -> Any:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            return tf.reduce_mean(losses)

        def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
            mean, variance = tf.nn.moments(x, axes=[-1], keepdims=True)
            return tf.nn.batch_normalization(x, mean, variance, shift, scale, EPSILON)

        self.operations = SimpleNamespace(
            sin=tf.sin,
            tanh=tf.tanh,
            exp=tf.exp,
            sqrt=tf.sqrt,
            sigmoid=tf.sigmoid,
            relu=tf.nn.relu,
            reduce_sum=tf.reduce_sum,
            reduce_mean=tf.reduce_mean,
            math=SimpleNamespace(log=tf.math.log, erf=tf.math.erf),
            dense=lambda x, weights, bias: tf.matmul(x, weights) + bias,
            cross_entropy=cross_entropy,
            conv2d=lambda x, filters: tf.nn.conv2d(x, filters, strides=1, padding="SAME"),
            max_pool=lambda x: tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID"),
            layer_norm=layer_norm,
            loop=python_loop,
            float64=tf.float64,
            constant=tf.convert_to_tensor,
            zeros=tf.zeros,
            square=tf.square,
            reshape=tf.reshape,
            transpose=tf.transpose,
            concat=tf.concat,
            gather=tf.gather,
            einsum=tf.einsum,
            softmax=tf.nn.softmax,
            reduce_logsumexp=tf.reduce_logsumexp,
        )

    def gradient_step(self, objective: Objective, inputs: Inputs) -> Step:
        """Constants, watched."""
        tf, operations = self.tf, self.operations
        parameters = [tf.constant(array) for array in inputs.parameters]
        constants = converted(inputs.constants, tf.constant)

        def step() -> tuple[Any, list[Any]]:
            with tf.GradientTape() as tape:
                tape.watch(parameters)
                value = objective(operations, parameters, constants)
            return value, tape.gradient(value, parameters)

        return step

    def training_step(self, objective: Objective, inputs: Inputs, rate: float) -> Step:
        """Variables, which the tape watches by itself."""
        tf, operations = self.tf, self.operations
        variables = [tf.Variable(array) for array in inputs.parameters]
        constants = converted(inputs.constants, tf.constant)

        def step() -> tuple[Any, list[Any]]:
            with tf.GradientTape() as tape:
                value = objective(operations, variables, constants)
            gradients = tape.gradient(value, variables)
            for variable, gradient in zip(variables, gradients, strict=True):
                variable.assign_sub(rate * gradient)
            return value, gradients

        return step

    def to_numpy(self, value: Any) -> NDArray[Any]:
        """A tensor as an array."""
        return np.asarray(value.numpy())
