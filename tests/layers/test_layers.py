"""Layers beside plain modules, tapes, optimizers, copies and threads."""

from __future__ import annotations

import copy
import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

layers = tf.keras.layers


def built(size: int = 3, **options: Any) -> Any:
    layer = layers.Dense(2, **options)
    layer.build((None, size))
    return layer


def test_a_module_finds_the_weights_of_its_layers() -> None:
    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stack = [built(), built()]
            self.norm = layers.BatchNormalization()

    net = Net()
    net.norm(tf.ones([2, 2]))
    assert len(net.trainable_variables) == 6
    assert len(net.variables) == 8
    assert len(net.submodules) == 3


def test_weights_are_variables_for_tapes_and_optimizers() -> None:
    layer = built(kernel_initializer="ones", bias_initializer="zeros")
    x = tf.constant([[1.0, 2.0, 3.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x))
    assert {v.path for v in tape.watched_variables()} == {v.path for v in layer.variables}
    gradients = tape.gradient(loss, layer.trainable_variables)
    tf.optimizers.SGD(0.5).apply_gradients(zip(gradients, layer.trainable_variables, strict=True))
    # The derivative of the sum by kernel[i, j] is x[i], by the bias 1.
    np.testing.assert_allclose(layer.kernel.numpy(), np.outer([0.5, 0.0, -0.5], [1.0, 1.0]))
    np.testing.assert_allclose(layer.bias.numpy(), [-0.5, -0.5])


def test_batch_normalization_agrees_with_its_formula() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 3)).astype(np.float64) * 3 + 1
    layer = layers.BatchNormalization(dtype="float64", momentum=0.8, epsilon=1e-2)
    y = layer(tf.constant(x), training=True)
    mean, variance = x.mean(0), x.var(0)
    np.testing.assert_allclose(y.numpy(), (x - mean) / np.sqrt(variance + 1e-2), rtol=1e-12)
    np.testing.assert_allclose(layer.moving_mean.numpy(), 0.2 * mean, rtol=1e-12)
    np.testing.assert_allclose(layer.moving_variance.numpy(), 0.8 + 0.2 * variance, rtol=1e-12)


def test_gradient_of_batch_normalization_by_finite_differences() -> None:
    layer = layers.BatchNormalization(dtype="float64")
    x = tf.constant(np.random.default_rng(1).normal(size=(5, 2)))
    weights = tf.constant(np.random.default_rng(2).normal(size=(5, 2)))

    def loss(z: Any) -> Any:
        return tf.reduce_sum(weights * layer(z, training=True) ** 2)

    theory, numeric = tf.test.compute_gradient(loss, [x])
    np.testing.assert_allclose(theory[0], numeric[0], rtol=1e-5, atol=1e-5)


def test_second_derivative_through_batch_normalization() -> None:
    layer = layers.BatchNormalization(dtype="float64")
    x = tf.constant(np.random.default_rng(3).normal(size=(4, 2)))

    def slope(z: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(z)
            y = tf.reduce_sum(layer(z, training=True) ** 3)
        return tape.gradient(y, z)

    theory, numeric = tf.test.compute_gradient(slope, [x])
    np.testing.assert_allclose(theory[0], numeric[0], rtol=1e-4, atol=1e-4)


def test_moving_moments_take_no_part_in_a_tape() -> None:
    layer = layers.BatchNormalization()
    x = tf.constant([[1.0], [2.0], [4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        layer(x, training=True)
        y = tf.reduce_sum(layer(x))
    assert tape.gradient(y, layer.moving_mean) is None
    scale = 1.0 / np.sqrt(layer.moving_variance.numpy() + 1e-3)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), np.full((3, 1), scale), rtol=1e-6)


def test_forward_mode_through_layers() -> None:
    layer = built(activation="tanh")
    x, t = tf.constant([[0.1, 0.2, 0.3]]), tf.constant([[1.0, -1.0, 0.5]])
    with tf.autodiff.ForwardAccumulator(x, t) as accumulator:
        y = layer(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        again = layer(x)
    rows = tape.jacobian(again, x).numpy().reshape(2, 3)
    np.testing.assert_allclose(accumulator.jvp(y).numpy()[0], rows @ t.numpy()[0], rtol=1e-5)


def test_copies_have_weights_of_their_own() -> None:
    layer = built()
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert [v.name for v in twin.variables] == ["kernel", "bias"]
        np.testing.assert_array_equal(twin.kernel.numpy(), layer.kernel.numpy())
        twin.kernel.assign(tf.zeros([3, 2]))
        assert layer.kernel.numpy().any()


def test_dtype_of_a_layer_is_that_of_its_weights_and_results() -> None:
    layer = layers.Dense(2, dtype=tf.float64)
    assert layer(np.ones((1, 3), np.float32)).dtype == tf.float64
    assert {v.dtype for v in layer.variables} == {tf.float64}
    with pytest.raises(NotImplementedError, match="mixed_float16"):
        layers.Dense(2, dtype="mixed_float16")


def test_no_batch() -> None:
    layer = built()
    assert layer(tf.zeros([0, 3])).shape == (0, 2)


def test_empty_input_axis() -> None:
    layer = layers.Dense(2, bias_initializer="ones")
    assert layer(tf.zeros([3, 0])).numpy().tolist() == [[1.0, 1.0]] * 3


def test_layers_in_threads_keep_their_own_training_flag() -> None:
    seen: list[tuple[bool, Any]] = []

    class Look(layers.Layer):  # type: ignore[name-defined]
        def call(self, x: Any, training: Any = None) -> Any:
            seen.append((bool(x.numpy()), training))
            return x

    class Outer(layers.Layer):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.look = Look()

        def call(self, x: Any) -> Any:
            return self.look(x)

    outer = Outer()
    outer(tf.constant(0.0))
    seen.clear()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: outer(tf.constant(float(i % 2)), training=bool(i % 2)), range(40)))
    assert len(seen) == 40
    assert all(flag == training for flag, training in seen)


def test_an_error_in_a_call_leaves_no_flag_behind() -> None:
    class Fails(layers.Layer):  # type: ignore[name-defined]
        def call(self, x: Any, training: Any = None) -> Any:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fails()(tf.ones([1]), training=True)
    assert layers.Dropout(0.5)(tf.ones([4])).numpy().tolist() == [1.0] * 4


def test_symbolic_tensors_refuse_what_needs_values() -> None:
    x = tf.keras.Input((3,))
    with pytest.raises(TypeError, match="no value"):
        bool(x)
    with pytest.raises(ValueError, match="Lambda"):
        np.asarray(x)
    with pytest.raises(ValueError, match="not connected"):
        tf.keras.Model(tf.keras.Input((3,)), layers.Dense(1)(x))
    with pytest.raises(ValueError, match="KerasTensors"):
        tf.keras.Model(inputs=tf.ones([1]), outputs=x)


def test_describing_a_model_leaves_moving_moments_and_tapes_alone() -> None:
    norm = layers.BatchNormalization()
    x = tf.keras.Input((3,))
    with tf.GradientTape() as tape:
        model = tf.keras.Model(x, norm(x, training=True))
    assert norm.moving_variance.numpy().tolist() == [1.0, 1.0, 1.0]
    assert not tape.watched_variables()
    assert model(tf.ones([2, 3])).shape == (2, 3)


def test_what_is_not_supported_says_so() -> None:
    with pytest.raises(NotImplementedError, match="lora_rank"):
        layers.Dense(2, lora_rank=4)
    with pytest.raises(NotImplementedError, match="renorm"):
        layers.BatchNormalization(renorm=True)
    with pytest.raises(ValueError, match="regularizer identifier: l3"):
        layers.Dense(2, kernel_regularizer="l3")


def test_seeded_initializers_repeat() -> None:
    tf.random.set_seed(3)
    first = built().kernel.numpy()
    tf.random.set_seed(3)
    np.testing.assert_array_equal(first, built().kernel.numpy())
    assert (first != built().kernel.numpy()).any()


def test_one_hot_classes_of_arrays_and_tensors() -> None:
    expected = np.eye(4)[[3, 0, 1]]
    np.testing.assert_array_equal(tf.keras.utils.to_categorical([[3], [0], [1]]), expected)
    np.testing.assert_array_equal(tf.keras.utils.to_categorical(np.array([3, 0, 1]), 4), expected)
    found = tf.keras.utils.to_categorical(tf.constant([[3], [0], [1]]), 4)
    assert found.dtype == tf.float32
    np.testing.assert_array_equal(found.numpy(), expected)
    with pytest.raises(IndexError):
        tf.keras.utils.to_categorical([3], 2)


def test_one_seed_for_all_random_numbers() -> None:
    drawn = []
    for _ in range(2):
        tf.keras.utils.set_random_seed(5)
        of_numpy = np.random.rand()  # noqa: NPY002 - it is this generator that is seeded
        drawn.append((random.random(), of_numpy, float(tf.random.uniform([]))))
    assert drawn[0] == drawn[1]
    with pytest.raises(ValueError, match="integer"):
        tf.keras.utils.set_random_seed("5")
