"""Keras's layers with given weights: outputs, gradients of inputs and weights, configurations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import Snippet, case, raised


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


SEQUENCE, IMAGE, VOLUME = (2, 6, 3), (2, 6, 5, 4), (1, 4, 5, 3, 2)

#: layer -> (shape of its input, variants of its arguments)
LAYERS: dict[str, tuple[tuple[int, ...], list[tuple[tuple[Any, ...], dict[str, Any]]]]] = {
    "Conv1D": (
        SEQUENCE,
        [
            ((4, 3), {"padding": "causal", "dilation_rate": 2, "activation": "tanh"}),
            ((2, 2), {"strides": 2, "use_bias": False}),
        ],
    ),
    "Conv2D": (
        IMAGE,
        [
            ((3, 3), {"padding": "same", "strides": 2, "activation": "relu"}),
            ((2, (2, 3)), {"dilation_rate": (2, 1)}),
            ((4, 2), {"groups": 2}),
        ],
    ),
    "Conv3D": (VOLUME, [((2, 2), {}), ((2, (1, 2, 3)), {"padding": "same"})]),
    "Conv1DTranspose": (SEQUENCE, [((2, 3), {"strides": 2, "padding": "same"})]),
    "Conv2DTranspose": (
        IMAGE,
        [
            ((3, 3), {"strides": 2, "padding": "same", "use_bias": False}),
            ((2, 3), {"strides": 2}),
            ((2, 3), {"strides": 2, "output_padding": 1, "padding": "same"}),
            ((2, 2), {"strides": 3, "output_padding": (0, 2)}),
        ],
    ),
    "Conv3DTranspose": (VOLUME, [((2, 2), {"strides": 2})]),
    "DepthwiseConv2D": (
        IMAGE,
        [((3,), {"depth_multiplier": 2}), ((2,), {"strides": 2, "padding": "same"})],
    ),
    "SeparableConv2D": (IMAGE, [((3, 2), {"depth_multiplier": 2, "activation": "elu"})]),
    "MaxPooling1D": (SEQUENCE, [((), {}), ((3, 2), {"padding": "same"})]),
    "MaxPooling2D": (IMAGE, [((), {}), (((2, 3),), {"strides": 1})]),
    "MaxPooling3D": (VOLUME, [((), {})]),
    "AveragePooling1D": (SEQUENCE, [((3, 2), {"padding": "same"})]),
    "AveragePooling2D": (IMAGE, [((2,), {}), (((2, 3),), {"padding": "same"})]),
    "AveragePooling3D": (VOLUME, [((2,), {})]),
    "GlobalMaxPooling1D": (SEQUENCE, [((), {})]),
    "GlobalMaxPooling2D": (IMAGE, [((), {"keepdims": True})]),
    "GlobalMaxPooling3D": (VOLUME, [((), {})]),
    "GlobalAveragePooling1D": (SEQUENCE, [((), {}), ((), {"data_format": "channels_first"})]),
    "GlobalAveragePooling2D": (IMAGE, [((), {})]),
    "GlobalAveragePooling3D": (VOLUME, [((), {})]),
    "LayerNormalization": (SEQUENCE, [((), {}), ((), {"axis": [1, 2], "epsilon": 0.1})]),
    "GroupNormalization": (IMAGE, [((2,), {}), ((-1,), {"center": False})]),
    "RMSNormalization": (SEQUENCE, [((), {})]),
    "BatchNormalization": (IMAGE, [((), {}), ((), {"axis": 1, "scale": False})]),
    "SimpleRNN": (SEQUENCE, [((4,), {}), ((2,), {"return_sequences": True, "use_bias": False})]),
    "LSTM": (
        SEQUENCE,
        [
            ((4,), {}),
            ((2,), {"return_sequences": True, "go_backwards": True}),
            ((2,), {"activation": "relu", "recurrent_activation": "tanh"}),
        ],
    ),
    "GRU": (SEQUENCE, [((4,), {}), ((2,), {"reset_after": False, "return_sequences": True})]),
    "ReLU": (SEQUENCE, [((), {"max_value": 0.5, "negative_slope": 0.2, "threshold": 0.1})]),
    "LeakyReLU": (SEQUENCE, [((), {}), ((0.1,), {})]),
    "PReLU": (IMAGE, [((), {}), ((), {"shared_axes": [1, 2]})]),
    "ELU": (SEQUENCE, [((), {"alpha": 0.7})]),
    "Softmax": (SEQUENCE, [((), {}), ((), {"axis": (1, 2)})]),
    "Reshape": (SEQUENCE, [(((-1, 2),), {})]),
    "Permute": (IMAGE, [(((3, 1, 2),), {})]),
    "ZeroPadding1D": (SEQUENCE, [(((1, 2),), {})]),
    "ZeroPadding2D": (IMAGE, [((), {}), ((((1, 0), (0, 2)),), {"data_format": "channels_first"})]),
    "ZeroPadding3D": (VOLUME, [((1,), {})]),
    "Cropping1D": (SEQUENCE, [((1,), {})]),
    "Cropping2D": (IMAGE, [((((1, 0), (0, 2)),), {})]),
    "Cropping3D": (VOLUME, [(((1, 2, 1),), {})]),
    "UpSampling1D": (SEQUENCE, [((3,), {})]),
    "UpSampling2D": (IMAGE, [((), {}), (((2, 3),), {"interpolation": "bilinear"})]),
    "Rescaling": (SEQUENCE, [((0.5,), {"offset": -1.0})]),
    "RepeatVector": ((2, 3), [((4,), {})]),
    "Identity": (SEQUENCE, [((), {})]),
}


def derivatives(name: str, shape: Any, arguments: Any, options: dict[str, Any]) -> Snippet:
    """The output, gradients of the input and of all weights, and what the layer says of itself."""

    def run(tf: Any) -> Any:
        layer = getattr(tf.keras.layers, name)(*arguments, **options)
        x = tf.constant(wave(*shape, step=0.37))
        layer.build(shape)
        layer.set_weights([abs(wave(*w.shape, step=0.9)) for w in layer.weights])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y * tf.constant(wave(*y.shape)))
        gradients = tape.gradient(loss, [x, *layer.trainable_variables])
        twin = type(layer).from_config(layer.get_config())
        twin.build(shape)
        twin.set_weights(layer.get_weights())
        return y, gradients, [tuple(w.shape) for w in layer.weights], twin(x)

    return run


expressions(
    __name__,
    "keras.layers",
    {
        f"{name}_{i}": derivatives(name, shape, *variant)
        for name, (shape, variants) in LAYERS.items()
        for i, variant in enumerate(variants)
    },
    rtol=2e-4,
)


@case("keras.layers", rtol=1e-4)
def embedding_and_its_gradient(tf: Any) -> Any:
    layer = tf.keras.layers.Embedding(5, 3, weights=[wave(5, 3)])
    numbers = tf.constant([[1, 4, 1], [0, 0, 2]])
    with tf.GradientTape() as tape:
        y = layer(numbers)
        loss = tf.reduce_sum(y * tf.constant(wave(2, 3, 3)))
    g = tape.gradient(loss, layer.embeddings)
    return (
        y,
        tf.convert_to_tensor(g),
        layer(tf.cast(numbers[:, :1], tf.float32)),
        layer.count_params(),
    )


@case("keras.layers", rtol=1e-4)
def states_of_recurrent_layers(tf: Any) -> Any:
    found = []
    x = tf.constant(wave(2, 4, 3))
    for name, count in (("SimpleRNN", 1), ("LSTM", 2), ("GRU", 1)):
        layer = getattr(tf.keras.layers, name)(3, return_state=True, return_sequences=True)
        layer.build((2, 4, 3))
        layer.set_weights([wave(*w.shape) for w in layer.weights])
        start = [tf.constant(wave(2, 3, step=0.2 + i)) for i in range(count)]
        found.append(layer(x, initial_state=start))
    return found


@case("keras.layers", rtol=1e-4)
def masked_steps(tf: Any) -> Any:
    found = []
    x = tf.constant(wave(2, 4, 3))
    mask = tf.constant([[True, True, False, False], [False, True, True, False]])
    for name in ("SimpleRNN", "GRU", "LSTM"):
        for options in ({}, {"return_sequences": True}, {"go_backwards": True}):
            layer = getattr(tf.keras.layers, name)(3, **options)
            layer.build((2, 4, 3))
            layer.set_weights([wave(*w.shape) for w in layer.weights])
            found.append(layer(x, mask=mask))
    found.append(tf.keras.layers.GlobalAveragePooling1D()(x, mask=mask))
    found.append(tf.keras.layers.Softmax()(x[:, :, 0], mask=mask))
    return found


@case("keras.layers", rtol=1e-4)
def both_directions(tf: Any) -> Any:
    found = []
    x = tf.constant(wave(2, 4, 3))
    for mode in ("concat", "sum", "mul", "ave", None):
        for several in (False, True):
            inner = tf.keras.layers.GRU(2, return_sequences=several)
            layer = tf.keras.layers.Bidirectional(inner, merge_mode=mode)
            layer.build((2, 4, 3))
            layer.set_weights([wave(*w.shape, step=0.5) for w in layer.weights])
            found.append(layer(x))
    inner = tf.keras.layers.LSTM(2, return_state=True)
    layer = tf.keras.layers.Bidirectional(inner)
    layer.build((2, 4, 3))
    layer.set_weights([wave(*w.shape, step=0.5) for w in layer.weights])
    return found, layer(x)


@case("keras.layers", rtol=1e-4)
def cells_one_by_one(tf: Any) -> Any:
    layers = tf.keras.layers
    found = []
    for cell in (layers.SimpleRNNCell(2), layers.LSTMCell(2), layers.GRUCell(2)):
        cell.build((2, 3))
        cell.set_weights([wave(*w.shape, step=0.5) for w in cell.weights])
        output, states = cell(tf.constant(wave(2, 3)), cell.get_initial_state(2))
        found.append((output, list(states)))
    stacked = layers.RNN([layers.GRUCell(2), layers.LSTMCell(3)], return_state=True)
    stacked.build((2, 4, 3))
    stacked.set_weights([wave(*w.shape, step=0.5) for w in stacked.weights])
    output, *states = stacked(tf.constant(wave(2, 4, 3)))
    return found, output, [tf.nest.flatten(s) for s in states]


@case("keras.layers", rtol=1e-4)
def states_that_are_kept(tf: Any) -> Any:
    layer = tf.keras.layers.GRU(2, stateful=True)
    x = tf.constant(wave(2, 4, 3))
    layer.build((2, 4, 3))
    layer.set_weights([wave(*w.shape, step=0.5) for w in layer.weights])
    found = [layer(x), layer(x)]
    layer.reset_state()
    return [*found, layer(x), len(layer.weights)]


@case("keras.layers", rtol=1e-4)
def every_step(tf: Any) -> Any:
    layer = tf.keras.layers.TimeDistributed(tf.keras.layers.Dense(2))
    layer.build((2, 4, 3))
    layer.set_weights([wave(*w.shape) for w in layer.weights])
    return layer(tf.constant(wave(2, 4, 3)))


@case("keras.layers", rtol=1e-5)
def merged_inputs(tf: Any) -> Any:
    a, b, c = (tf.constant(wave(2, 3, 4, step=s)) for s in (0.3, 0.7, 1.1))
    layers = tf.keras.layers
    found = [
        layer([a, b, c])
        for layer in (
            layers.Add(),
            layers.Multiply(),
            layers.Average(),
            layers.Maximum(),
            layers.Minimum(),
            layers.Concatenate(),
            layers.Concatenate(axis=1),
        )
    ]
    found += [layers.Subtract()([a, b]), layers.add([a, c]), layers.concatenate([a, b])]
    found += [layers.Add()([a, b[:, :1]]), layers.multiply([a, b])]
    found += [layers.Dot(axes=2)([a, b]), layers.Dot(axes=(1, 1), normalize=True)([a, b])]
    return [*found, layers.Dot(axes=1)([a[:, 0], b[:, 0]])]


@case("keras.layers", rtol=1e-5)
def losses_of_regularizers(tf: Any) -> Any:
    regularizers = tf.keras.regularizers
    w = tf.constant(wave(3, 4))
    found = []
    for regularizer in (
        regularizers.L1(0.1),
        regularizers.L2(0.1),
        regularizers.L1L2(0.1, 0.2),
        regularizers.OrthogonalRegularizer(0.5),
        regularizers.OrthogonalRegularizer(0.5, mode="columns"),
        regularizers.get("l2"),
    ):
        with tf.GradientTape() as tape:
            tape.watch(w)
            loss = regularizer(w)
        found.append((loss, tape.gradient(loss, w), regularizer.get_config()))
    layer = tf.keras.layers.Conv2D(2, 2, kernel_regularizer="l1", bias_regularizer="l2")
    layer.build((1, 4, 4, 3))
    layer.set_weights([wave(*v.shape) for v in layer.weights])
    return found, layer.losses


@case("keras.layers", rtol=1e-5)
def projections_of_constraints(tf: Any) -> Any:
    constraints = tf.keras.constraints
    w = tf.constant(wave(3, 4) * 3)
    found = [
        constraints.MaxNorm(1.0)(w),
        constraints.MaxNorm(2.0, axis=1)(w),
        constraints.NonNeg()(w),
        constraints.UnitNorm()(w),
        constraints.MinMaxNorm(0.5, 1.0, rate=0.5)(w),
        constraints.get("unit_norm")(w),
        constraints.MaxNorm(3.0).get_config(),
    ]
    layer = tf.keras.layers.Dense(2, kernel_constraint="non_neg")
    layer.build((1, 3))
    layer.set_weights([wave(*v.shape) for v in layer.weights])
    optimizer = tf.keras.optimizers.SGD(0.5)
    optimizer.apply_gradients([(tf.constant(wave(3, 2)), layer.kernel)])
    return found, layer.kernel.numpy()


@case("keras.layers", rtol=1e-5)
def lambdas(tf: Any) -> Any:
    layers = tf.keras.layers
    x = tf.constant(wave(2, 3))
    return [
        layers.Lambda(lambda x: x**2)(x),
        layers.Lambda(lambda x, k: x * k, arguments={"k": 3.0})(x),
        layers.Rescaling(1.0 / 255)(tf.constant([0, 255], tf.uint8)),
    ]


@case("keras.layers")
def refused_arguments_of_layers(tf: Any) -> Any:
    layers = tf.keras.layers
    x = tf.constant(wave(*IMAGE))
    return [
        raised(lambda: layers.Conv2D(0, 3)),
        raised(lambda: layers.Conv2D(2, (3, 3, 3))),
        raised(lambda: layers.Conv2D(2, 3, strides=2, dilation_rate=2)),
        raised(lambda: layers.Conv2D(3, 3, groups=2)),
        raised(lambda: layers.Conv2D(2, 3, padding="full")),
        raised(lambda: layers.Conv2D(2, 3)(x[0])),
        raised(lambda: layers.Conv2D(2, 9)(x)),
        raised(lambda: layers.MaxPooling2D()(x[0])),
        raised(lambda: layers.Embedding(0, 3)),
        raised(lambda: layers.LSTM(0)),
        raised(lambda: layers.Permute((0, 1))),
        raised(lambda: layers.LeakyReLU(None)),
        raised(lambda: layers.Reshape((7,))(x)),
        raised(lambda: layers.Bidirectional(layers.GRU(2), merge_mode="max")),
        raised(lambda: layers.Concatenate()(x)),
        raised(lambda: layers.Dense(2, kernel_regularizer="l3")),
        raised(lambda: layers.GroupNormalization(3)(x)),
        raised(lambda: layers.RNN(3)),
    ]
