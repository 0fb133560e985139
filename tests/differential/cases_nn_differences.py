"""Neural network and random operations where tapegrad's answer is another than TensorFlow's."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case


@case(
    260,
    differs="TensorFlow takes the labels' sum for 1; the derivative is softmax * sum(labels) - "
    "labels",
    ours=[0.0, 0.0],
)
def softmax_entropy_of_labels_that_sum_to_two(tf: Any) -> Any:
    x = tf.constant([0.0, 0.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.softmax_cross_entropy_with_logits([1.0, 1.0], x)
    return tape.gradient(y, x)


@case(
    270,
    differs="TensorFlow takes the labels for constants in the gradient by the logits",
    ours=[-0.5, 0.5],
)
def softmax_entropy_by_logits_and_labels(tf: Any) -> Any:
    labels, x = tf.constant([0.5, 0.5]), tf.constant([0.0, 0.0])
    with tf.GradientTape() as outer:
        outer.watch(labels)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.softmax_cross_entropy_with_logits(labels, x)
        first = tape.gradient(y, x)[0]
    return outer.gradient(first, labels)


@case(
    "2.2 random",
    differs="TensorFlow's shuffle has no gradient; it is the way back of the rows",
    ours=[2.0, 2.0, 2.0],
)
def gradient_of_shuffle(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.random.shuffle(x) * 2.0
    return tape.gradient(y, x)


@case(
    "2.2 nn",
    differs="TensorFlow rounds alpha to float32, also for float64 tensors",
    ours=[-0.2, 3.0],
)
def leaky_relu_of_doubles(tf: Any) -> Any:
    return tf.nn.leaky_relu(tf.constant([-1.0, 3.0], tf.float64))


@case(
    "2.2 random",
    differs="TensorFlow counts from the seed on, so that the numbers of generators with seeds "
    "near one another overlap; here the seed is the key",
    ours=[0, 0, 7],
)
def state_of_a_seeded_generator(tf: Any) -> Any:
    return tf.random.Generator.from_seed(7).state
