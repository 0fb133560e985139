"""Models of symbolic tensors: graphs of layers, their outputs, gradients, parts and names."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case, raised


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


def weigh(model: Any) -> Any:
    """The model with given weights."""
    model.set_weights([abs(wave(*w.shape, step=0.9)) for w in model.get_weights()])
    return model


def loss_and_gradients(tf: Any, model: Any, *inputs: Any) -> Any:
    values = [tf.constant(x) for x in inputs]
    with tf.GradientTape() as tape:
        y = model(values if len(values) > 1 else values[0])
        loss = tf.add_n([tf.reduce_sum(part**2) for part in tf.nest.flatten(y)])
    return y, tape.gradient(loss, model.trainable_variables)


def residual(tf: Any) -> Any:
    layers = tf.keras.layers
    x = tf.keras.Input((6, 6, 2))
    h = layers.Conv2D(3, 3, padding="same", activation="relu", name="first")(x)
    h = layers.BatchNormalization(name="norm")(h)
    h = layers.Add(name="sum")([layers.Conv2D(3, 1, name="short")(x), h])
    h = layers.GlobalAveragePooling2D(name="mean")(h)
    return tf.keras.Model(inputs=x, outputs=layers.Dense(2, name="out")(h))


@case("keras.Model", rtol=1e-4)
def a_chain_of_layers(tf: Any) -> Any:
    x = tf.keras.Input(shape=(4,), name="numbers")
    h = tf.keras.layers.Dense(3, activation="tanh")(x)
    model = weigh(tf.keras.Model(x, tf.keras.layers.Dense(2)(h)))
    shapes = [w.shape for w in model.get_weights()], model.output_shape, model.input_shape
    return loss_and_gradients(tf, model, wave(5, 4)), shapes, len(model.layers)


@case("keras.Model", rtol=1e-4)
def branches_that_meet_again(tf: Any) -> Any:
    model = weigh(residual(tf))
    names = [layer.name for layer in model.layers[1:]]
    found = loss_and_gradients(tf, model, wave(2, 6, 6, 2))
    return found, names, [tuple(w.shape) for w in model.weights], model.count_params()


@case("keras.Model", rtol=1e-4)
def parts_of_a_model(tf: Any) -> Any:
    model = weigh(residual(tf))
    part = tf.keras.Model(model.inputs, model.get_layer("norm").output)
    both = tf.keras.Model(model.input, [model.get_layer("first").output, model.output])
    x = tf.constant(wave(1, 6, 6, 2))
    return part(x), both(x), len(both.outputs)


@case("keras.Model", rtol=1e-4)
def several_inputs_and_outputs(tf: Any) -> Any:
    layers = tf.keras.layers
    a, b = tf.keras.Input((3,), name="a"), tf.keras.Input((2,), name="b")
    shared = layers.Dense(2, name="shared")
    h = layers.concatenate([shared(layers.Dense(3, name="one")(a)), b])
    y = layers.Dense(1, name="y")(h)
    z = layers.Multiply(name="z")([shared(a), b])
    model = weigh(tf.keras.Model(inputs=[a, b], outputs={"y": y, "z": z}))
    found = loss_and_gradients(tf, model, wave(4, 3), wave(4, 2))
    return found, model({"a": tf.constant(wave(4, 3)), "b": tf.constant(wave(4, 2))})["y"]


@case("keras.Model", rtol=1e-4)
def operators_of_symbolic_tensors(tf: Any) -> Any:
    x = tf.keras.Input((3,))
    h = tf.keras.layers.Dense(3, name="h")(x)
    y = (h * 2.0 + x) / 3.0 - (1.0 - h) ** 2 + h[:, :1]
    model = weigh(tf.keras.Model(x, y))
    return loss_and_gradients(tf, model, wave(4, 3))


@case("keras.Model", rtol=1e-4)
def models_in_models(tf: Any) -> Any:
    inner = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(4)], name="inner")
    x = tf.keras.Input((3,))
    model = weigh(tf.keras.Model(x, tf.keras.layers.Dense(1)(inner(x))))
    return loss_and_gradients(tf, model, wave(4, 3)), [w.shape for w in model.get_weights()]


@case("keras.Model", rtol=1e-4)
def sequences_of_any_length(tf: Any) -> Any:
    x = tf.keras.Input((None,), dtype="int32")
    h = tf.keras.layers.Embedding(5, 3)(x)
    h = tf.keras.layers.GRU(2)(h)
    model = weigh(tf.keras.Model(x, h))
    numbers = np.array([[1, 2, 0, 4], [3, 3, 1, 0]], np.int32)
    return model(numbers), model(numbers[:, :2]), h.shape, x.shape


@case("keras.Model", rtol=1e-4)
def training_reaches_the_layers(tf: Any) -> Any:
    x = tf.keras.Input((3,))
    model = tf.keras.Model(x, tf.keras.layers.BatchNormalization()(x))
    values = tf.constant(wave(5, 3))
    return model(values, training=True), model(values, training=False), model.weights[-1].numpy()


@case("keras.Sequential", rtol=1e-4)
def sequential_models_that_begin_with_an_input(tf: Any) -> Any:
    dense = tf.keras.layers.Dense
    one = tf.keras.Sequential([tf.keras.Input((3,)), dense(4, activation="relu"), dense(2)])
    two = tf.keras.Sequential([dense(4, input_shape=(3,)), dense(2)])
    three = tf.keras.Sequential()
    three.add(tf.keras.layers.InputLayer((3,)))
    three.add(dense(2))
    found = [
        ([w.shape for w in m.get_weights()], m.built, len(m.layers), m.output_shape)
        for m in (one, two, three)
    ]
    features = tf.keras.Model(weigh(one).inputs, one.layers[0].output)
    return found, features(tf.constant(wave(2, 3)))


@case("keras.Model")
def refused_models(tf: Any) -> Any:
    x = tf.keras.Input((3,))
    dense = tf.keras.layers.Dense(2)
    return [
        raised(lambda: tf.keras.Model(tf.keras.Input((3,)), dense(x))),
        raised(lambda: tf.keras.Model(x, tf.ones([2]))),
        raised(tf.keras.Input),
        raised(lambda: tf.keras.Model(x, dense(x))(tf.ones([2, 4]))),
    ]


@case("keras.layers")
def names_of_layers_without_a_name(tf: Any) -> Any:
    layers = tf.keras.layers
    made = [
        layers.Conv2D(1, 1),
        layers.Conv1DTranspose(1, 1),
        layers.LSTM(1),
        layers.MaxPooling2D(),
        layers.PReLU(),
        layers.ELU(),
        layers.RMSNormalization(),
        layers.GlobalAveragePooling1D(),
        layers.RNN(layers.GRUCell(1)),
    ]
    return [layer.name.rstrip("_0123456789") for layer in made]


@case("keras.layers")
def paths_of_weights(tf: Any) -> Any:
    layers = tf.keras.layers
    found = []
    for layer in (
        layers.Dense(2, name="a"),
        layers.LSTM(2, name="b"),
        layers.Bidirectional(layers.GRU(2, name="c"), name="d"),
        layers.TimeDistributed(layers.Dense(2, name="e"), name="f"),
    ):
        layer.build((None, 4, 3))
        found.append([w.path for w in layer.weights])
    called = layers.LSTM(2, name="g")
    called(tf.constant(wave(1, 2, 3)))
    return found, [w.path for w in called.weights]


@case("keras.layers")
def shapes_of_outputs(tf: Any) -> Any:
    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Dense(2), layers.Dense(1)])
    model.build((None, 3))
    return [
        layers.Conv2D(4, 3, strides=2).compute_output_shape((None, 8, 9, 3)),
        layers.Dense(4).compute_output_shape((5, 8)),
        layers.LSTM(4, return_sequences=True).compute_output_shape((None, None, 3)),
        layers.Concatenate().compute_output_shape([(None, 3), (None, 4)]),
        [w.shape for w in model.get_weights()],
    ]


@case("keras.layers", rtol=1e-5)
def activity_regularizers_survive_a_configuration(tf: Any) -> Any:
    layers = tf.keras.layers
    found = []
    for layer in (
        layers.Conv1D(2, 2, activity_regularizer="l2"),
        layers.GRU(2, activity_regularizer="l1"),
    ):
        twin = type(layer).from_config(layer.get_config())
        twin.build((None, 4, 3))
        twin.set_weights([wave(*w.shape) for w in twin.get_weights()])
        twin(tf.constant(wave(2, 4, 3)))
        found.append(twin.losses)
    return found
