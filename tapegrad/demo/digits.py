"""A network of two layers, trained on handwritten digits through an explicit tape."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import tapegrad as tf
from tapegrad.demo.dataset import CLASSES, PIXELS, Digits
from tapegrad.demo.progress import Progress

ACTIVATIONS: dict[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
}


class Network(tf.Module):
    """``softmax(activation(x W1 + b1) W2 + b2)``, up to the softmax.

    Parameters
    ----------
    hidden : int
        The number of units between the two layers.
    activation : str
        A key of ``ACTIVATIONS``.
    rng : numpy.random.Generator
        Draws the first weights: normal, with the standard deviation ``sqrt(2 / inputs)``.
    """

    def __init__(self, hidden: int, activation: str, rng: np.random.Generator) -> None:
        super().__init__(name="network")
        self._activation = ACTIVATIONS[activation]
        self.w1 = _weights(rng, PIXELS, hidden, "w1")
        self.b1 = tf.Variable(tf.zeros([hidden]), name="b1")
        self.w2 = _weights(rng, hidden, CLASSES, "w2")
        self.b2 = tf.Variable(tf.zeros([CLASSES]), name="b2")

    def __call__(self, images: tf.Tensor) -> tf.Tensor:
        """Give the logits, shape (n, 10), of images of shape (n, 64)."""
        hidden = self._activation(images @ self.w1 + self.b1)
        return hidden @ self.w2 + self.b2


def _weights(rng: np.random.Generator, inputs: int, outputs: int, name: str) -> tf.Variable:
    values = rng.normal(0.0, math.sqrt(2.0 / inputs), (inputs, outputs))
    return tf.Variable(values.astype(np.float32), name=name)


class History(NamedTuple):
    """What was measured during the training.

    Attributes
    ----------
    step_losses : list of float
        The loss of each mini-batch.
    step_seconds : list of float
        The time of each step: forward, gradient and update.
    test_losses : list of float
        The loss on the test images after each epoch.
    test_accuracies : list of float
        The share of the test images that are recognised after each epoch.
    """

    step_losses: list[float]
    step_seconds: list[float]
    test_losses: list[float]
    test_accuracies: list[float]


class DivergedError(ArithmeticError):
    """The loss is no longer a finite number: smaller steps are needed."""


def mean_loss(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Give the mean of the softmax cross-entropies, a scalar."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    mean: tf.Tensor = tf.reduce_mean(losses)
    return mean


def predict(network: Network, images: NDArray[np.float32]) -> NDArray[np.int64]:
    """Give the most likely digit for each of ``images``, shape (n,)."""
    logits = network(tf.constant(images))
    predicted: NDArray[np.int64] = tf.argmax(logits, axis=1).numpy()
    return predicted


def train(
    network: Network,
    digits: Digits,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    rng: np.random.Generator,
    progress: Progress,
) -> History:
    """Train the network with Adam on mini-batches in random order.

    Parameters
    ----------
    network : Network
        The network; its variables are updated.
    digits : Digits
        The images; those for the test are looked at, not learnt from.
    epochs : int
        How often every training image is shown.
    batch_size : int
        Images per step; the last step of an epoch takes what remains.
    learning_rate : float
        Adam's step size.
    rng : numpy.random.Generator
        Shuffles the images.
    progress : Progress
        Counts the steps.

    Returns
    -------
    History
        Losses, accuracies and times.

    Raises
    ------
    DivergedError
        If the loss of a mini-batch is not finite.
    """
    optimizer = tf.optimizers.Adam(learning_rate=learning_rate)
    variables = network.trainable_variables
    history = History([], [], [], [])
    test_images, test_labels = tf.constant(digits.test_images), tf.constant(digits.test_labels)
    count = len(digits.train_labels)
    for epoch in range(1, epochs + 1):
        order = rng.permutation(count)
        for start in range(0, count, batch_size):
            batch = order[start : start + batch_size]
            images = tf.constant(digits.train_images[batch])
            labels = tf.constant(digits.train_labels[batch])

            begin = time.perf_counter()
            with tf.GradientTape() as tape:
                loss = mean_loss(network(images), labels)
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            history.step_seconds.append(time.perf_counter() - begin)

            history.step_losses.append(float(loss))
            if not math.isfinite(history.step_losses[-1]):
                raise DivergedError(
                    f"the loss became {history.step_losses[-1]} in step "
                    f"{len(history.step_losses)} (epoch {epoch})"
                )
            progress.update(1)
        logits = network(test_images)
        history.test_losses.append(float(mean_loss(logits, test_labels)))
        right = tf.argmax(logits, axis=1).numpy() == digits.test_labels
        history.test_accuracies.append(float(right.mean()))
        progress.set_postfix_str(
            f"epoch {epoch}: loss {history.test_losses[-1]:.3f}, "
            f"accuracy {history.test_accuracies[-1]:.1%} (test)"
        )
    return history
