"""Keras's layers: Dense, batch normalization, and how layers make, name and collect weights."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


def dense(tf: Any, units: int, inputs: int, **options: Any) -> Any:
    """A Dense layer with given weights."""
    layer = tf.keras.layers.Dense(units, **options)
    layer.build((None, inputs))
    layer.set_weights([wave(*w.shape, step=0.9) for w in layer.weights])
    return layer


def kinds(variables: Any) -> Any:
    return [(v.name, tuple(v.shape), v.trainable) for v in variables]


# Dense


@case("keras.Dense")
def dense_values_and_gradients(tf: Any) -> Any:
    found = []
    for activation in (None, "relu", "tanh", "softmax", tf.nn.elu):
        layer = dense(tf, 3, 4, activation=activation)
        x = tf.constant(wave(5, 4))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y * y)
        found.append([y, tape.gradient(loss, [x, *layer.trainable_variables])])
    return found


@case("keras.Dense")
def dense_in_float64(tf: Any) -> Any:
    layer = dense(tf, 3, 2, dtype="float64", activation="sigmoid")
    with tf.GradientTape() as tape:
        y = layer(tf.constant(wave(4, 2)))
    return y, tape.gradient(y, layer.trainable_variables)


@case("keras.Dense")
def dense_without_bias(tf: Any) -> Any:
    layer = dense(tf, 3, 4, use_bias=False)
    return layer(wave(2, 4)), kinds(layer.weights), layer.bias


@case("keras.Dense")
def dense_of_more_axes(tf: Any) -> Any:
    layer = dense(tf, 3, 4, activation="relu")
    x = tf.constant(wave(2, 5, 4))
    with tf.GradientTape() as tape:
        y = layer(x)
        loss = tf.reduce_sum(y**2)
    return y, tape.gradient(loss, layer.trainable_variables)


@case("keras.Dense")
def dense_jacobian(tf: Any) -> Any:
    layer = dense(tf, 3, 2, activation=tf.nn.relu)
    x = tf.constant(wave(4, 2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = layer(x)
    return tape.jacobian(y, layer.kernel), tape.batch_jacobian(y, x)


@case("keras.Dense", rtol=1e-5)
def dense_second_order(tf: Any) -> Any:
    layer, last = dense(tf, 3, 2, activation="tanh"), dense(tf, 2, 3)
    x = tf.constant(wave(4, 2))
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(last(layer(x)) ** 2)
        g = inner.gradient(loss, layer.kernel)
    return g, outer.jacobian(g, layer.kernel)


@case("keras.Dense", rtol=1e-5)
def gradient_penalty_of_dense(tf: Any) -> Any:
    layer = dense(tf, 3, 2, activation="sigmoid")
    x = tf.constant(wave(4, 2))
    with tf.GradientTape() as outer:
        with tf.GradientTape(watch_accessed_variables=False) as inner:
            inner.watch(x)
            y = tf.reduce_sum(layer(x) ** 2)
        size = tf.norm(inner.gradient(y, x))
    return size, outer.gradient(size, layer.trainable_variables)


@case("keras.Dense")
def dense_names_and_shapes(tf: Any) -> Any:
    layer = tf.keras.layers.Dense(2, name="first")
    before = [layer.built, layer.weights, layer.name]
    layer(tf.ones([1, 3]))
    return [
        before,
        layer.built,
        kinds(layer.trainable_variables),
        [v.path for v in layer.variables],
        layer.units,
        layer.count_params(),
        type(layer.trainable_variables).__name__,
        layer.kernel.shape,
        layer.bias.numpy(),
        layer.dtype == "float32",
    ]


@case("keras.Dense")
def dense_inputs_of_other_dtypes(tf: Any) -> Any:
    layer = dense(tf, 2, 3)
    return [
        layer(np.ones((1, 3))),
        layer(tf.ones([1, 3], tf.float64)),
        layer(tf.ones([1, 3], tf.int32)),
        layer(tf.ones([1, 3], tf.float16)),
        layer(tf.Variable(tf.ones([1, 3]))),
    ]


@case("keras.Dense")
def refused_dense_layers(tf: Any) -> Any:
    make = tf.keras.layers.Dense
    return [
        raised(lambda: make(0)),
        raised(lambda: make(-1)),
        raised(lambda: make("3")),
        raised(lambda: make(2.0)),
        raised(lambda: make(2, activation="no such thing")),
        raised(lambda: make(2, kernel_initializer="no such thing")),
        raised(lambda: make(2, no_such_argument=1)),
        raised(lambda: make(2, name="a/b")),
        raised(lambda: make(2).kernel),
        raised(lambda: make(2).count_params()),
    ]


@case("keras.Dense")
def refused_inputs_of_dense(tf: Any) -> Any:
    layer = dense(tf, 2, 3)
    return [
        raised(lambda: layer(tf.ones([2, 4]))),
        raised(lambda: layer(tf.ones([3]))),
        raised(lambda: layer(tf.constant(1.0))),
        raised(lambda: layer([[1.0, 2.0, 3.0]])),
        raised(lambda: tf.keras.layers.Dense(2)(tf.ones([3]))),
        raised(lambda: layer.set_weights([np.ones((3, 2))])),
        raised(lambda: layer.set_weights([np.ones((2, 2)), np.ones(2)])),
    ]


@case("keras.Dense")
def stopping_training(tf: Any) -> Any:
    layer = dense(tf, 2, 3)
    x = tf.ones([1, 3])
    layer.trainable = False
    with tf.GradientTape() as tape:
        y = layer(x)
    frozen = [len(layer.trainable_variables), len(layer.non_trainable_variables)]
    stopped = tape.gradient(y, layer.kernel)
    layer.trainable = True
    with tf.GradientTape() as tape:
        y = layer(x)
    return frozen, stopped, tape.gradient(y, layer.kernel), kinds(layer.trainable_variables)


@case("keras.Dense")
def initializers_of_dense(tf: Any) -> Any:
    found = []
    for how in ("ones", "zeros", tf.keras.initializers.Constant(2.5), tf.initializers.Identity()):
        layer = tf.keras.layers.Dense(3, kernel_initializer=how, bias_initializer="ones")
        layer.build((None, 3))
        found.append(layer.get_weights())
    glorot = tf.keras.layers.Dense(30)
    glorot.build((None, 60))
    kernel = glorot.kernel.numpy()
    seeded = [tf.keras.initializers.GlorotUniform(seed=1)([4, 3]) for _ in range(2)]
    limit = np.sqrt(6 / 90)
    return [
        found,
        bool(np.abs(kernel).max() <= limit and np.abs(kernel).max() > 0.98 * limit),
        bool(abs(kernel.std() - limit / np.sqrt(3)) < 0.01),
        bool(tf.reduce_all(seeded[0] == seeded[1])),
    ]


@case("keras.Dense")
def regularizers_and_constraints(tf: Any) -> Any:
    layer = dense(
        tf,
        2,
        3,
        kernel_regularizer=lambda w: 0.5 * tf.reduce_sum(w * w),
        bias_constraint=tf.abs,
    )
    with tf.GradientTape() as tape:
        loss = tf.add_n(layer.losses)
    optimizer = tf.keras.optimizers.SGD(0.5)
    g = tape.gradient(loss, layer.kernel)
    optimizer.apply_gradients([(g, layer.kernel), (tf.constant([9.0, -9.0]), layer.bias)])
    return len(layer.losses), loss, g, layer.get_weights()


@case("keras.Dense")
def training_of_two_layers(tf: Any) -> Any:
    model = tf.keras.Sequential([dense(tf, 5, 2, activation="tanh"), dense(tf, 1, 5)])
    optimizer = tf.keras.optimizers.Adam(0.05)
    x = tf.constant(wave(20, 2))
    target = tf.reduce_sum(x, axis=1, keepdims=True)
    losses = []
    for _ in range(10):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - target) ** 2)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))
        losses.append(loss)
    return losses


@case("keras.Dense")
def configurations(tf: Any) -> Any:
    layer = tf.keras.layers.Dense(3, activation="relu", use_bias=False, name="d")
    config = layer.get_config()
    again = tf.keras.layers.Dense.from_config(config)
    keys = "name trainable units activation use_bias kernel_regularizer".split()
    return (
        [config[key] for key in keys],
        config["kernel_initializer"]["class_name"],
        again(tf.ones([1, 2])).shape,
        again.bias,
        again.activation is tf.keras.activations.relu,
    )


# Batch normalization


def normalization(tf: Any, size: int, **options: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization(**options)
    layer.build((None, size))
    layer.set_weights([np.abs(wave(*w.shape)) + 0.5 for w in layer.weights])
    return layer


@case("keras.BatchNormalization", rtol=2e-5)
def normalization_in_training(tf: Any) -> Any:
    found = []
    for dtype in ("float32", "float64"):
        layer = normalization(tf, 3, dtype=dtype, momentum=0.9)
        x = tf.cast(wave(6, 3), dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
            loss = tf.reduce_sum(y**3)
        gradients = tape.gradient(loss, [x, *layer.trainable_variables])
        found.append([y, gradients, layer.get_weights()])
    return found


@case("keras.BatchNormalization")
def normalization_in_inference(tf: Any) -> Any:
    layer = normalization(tf, 3)
    before = layer.get_weights()
    x = tf.constant(wave(6, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_sum(y**3)
    same = all((a == b).all() for a, b in zip(before, layer.get_weights(), strict=True))
    return y, tape.gradient(loss, [x, *layer.trainable_variables]), same


@case("keras.BatchNormalization", rtol=2e-5)
def normalization_of_an_axis(tf: Any) -> Any:
    found = []
    for axis, shape in ((1, (4, 3, 2)), (-1, (4, 2, 2, 3)), (1, (4, 3, 2, 2)), (-2, (4, 3, 2))):
        layer = tf.keras.layers.BatchNormalization(axis=axis)
        x = tf.constant(wave(*shape))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
            loss = tf.reduce_sum(y**3)
        found.append([y, tape.gradient(loss, x), layer.get_weights(), layer(x)])
    return found


@case("keras.BatchNormalization", rtol=2e-5)
def normalization_without_parts(tf: Any) -> Any:
    found = []
    for center, scale in ((True, False), (False, True), (False, False)):
        layer = tf.keras.layers.BatchNormalization(center=center, scale=scale, epsilon=0.1)
        y = layer(wave(6, 3), training=True)
        found.append([y, kinds(layer.weights), layer.beta is None, layer.gamma is None])
    return found


@case("keras.BatchNormalization")
def normalization_moves_its_moments(tf: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization(momentum=0.5)
    found = []
    for i in range(4):
        layer(tf.constant(wave(5, 2) * (i + 1.0)), training=True)
        found.append([layer.moving_mean.numpy(), layer.moving_variance.numpy()])
    return found


@case("keras.BatchNormalization", rtol=2e-5)
def normalization_with_a_mask(tf: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization(momentum=0.5)
    x = tf.constant(wave(2, 3, 2))
    mask = tf.constant([[True, True, False], [True, False, False]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True, mask=mask)
        loss = tf.reduce_sum(y**3)
    return y, tape.gradient(loss, x), layer.get_weights()


@case("keras.BatchNormalization")
def frozen_normalization_is_inference(tf: Any) -> Any:
    layer = normalization(tf, 3)
    layer.trainable = False
    before = layer.get_weights()
    y = layer(wave(6, 3), training=True)
    return y, all((a == b).all() for a, b in zip(before, layer.get_weights(), strict=True))


@case("keras.BatchNormalization")
def names_of_normalization(tf: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization(name="bn")
    layer(tf.ones([2, 3]))
    return [
        kinds(layer.weights),
        [v.path for v in layer.weights],
        kinds(layer.trainable_variables),
        kinds(layer.non_trainable_variables),
    ]


@case("keras.BatchNormalization", rtol=1e-2)
def normalization_in_half_precision(tf: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization()
    return layer(tf.constant(wave(6, 3) * 300, tf.float16), training=True)


@case("keras.BatchNormalization", rtol=1e-4)
def jacobian_of_normalization(tf: Any) -> Any:
    layer = tf.keras.layers.BatchNormalization()
    x = tf.constant(wave(4, 2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = layer(x, training=True)
    return tape.jacobian(y, x), tape.batch_jacobian(y, x)


@case("keras.BatchNormalization")
def refused_normalization(tf: Any) -> Any:
    make = tf.keras.layers.BatchNormalization
    layer = normalization(tf, 3)
    return [
        raised(lambda: layer(tf.ones([2, 4]))),
        raised(lambda: layer(tf.ones([2, 3, 3]))),
        raised(lambda: layer(tf.ones([2, 3]), training=True, mask=tf.ones([2, 3]))),
        raised(lambda: make(axis=[1, 2])),
        raised(lambda: make(no_such_argument=1)),
    ]


# Layers and models of one's own


def scaling(tf: Any) -> Any:
    class Scale(tf.keras.layers.Layer):
        def __init__(self, units: int = 2, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.units = units

        def build(self, input_shape: Any) -> None:
            self.w = self.add_weight(
                shape=(input_shape[-1], self.units), initializer="ones", name="w"
            )
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="n")
            self.b = self.add_weight(shape=(self.units,), initializer="zeros")

        def call(self, x: Any) -> Any:
            self.count.assign_add(1.0)
            return tf.matmul(x, self.w) + self.b

    return Scale


@case("keras.Layer")
def layer_of_ones_own(tf: Any) -> Any:
    layer = scaling(tf)(3, name="mine")
    y = layer(tf.constant(wave(2, 4)))
    layer(tf.constant(wave(2, 4)))
    return [
        y,
        kinds(layer.variables),
        kinds(layer.weights),
        kinds(layer.trainable_weights),
        kinds(layer.non_trainable_weights),
        layer.count.numpy(),
        [v.path for v in layer.weights],
    ]


@case("keras.Layer")
def layers_in_containers(tf: Any) -> Any:
    class Net(tf.keras.Model):
        def __init__(self) -> None:
            super().__init__(name="net")
            self.head = tf.keras.layers.Dense(2, name="head")
            self.body = [tf.keras.layers.Dense(3, name=f"body{i}") for i in range(2)]
            self.extra = {"z": tf.keras.layers.Dense(1, name="z"), "a": None}

        def call(self, x: Any) -> Any:
            for layer in self.body:
                x = layer(x)
            return self.extra["z"](self.head(x))

    net = Net()
    shape = net(tf.ones([2, 5])).shape
    return shape, [v.path for v in net.trainable_variables], [layer.name for layer in net.layers]


@case("keras.Layer")
def training_argument_goes_inwards(tf: Any) -> Any:
    seen = []

    class Inner(tf.keras.layers.Layer):
        def call(self, x: Any, training: Any = None) -> Any:
            seen.append(training)
            return x

    class Outer(tf.keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        def call(self, x: Any) -> Any:
            return self.inner(x)

    class Eager(tf.keras.layers.Layer):
        def call(self, x: Any, training: Any = True) -> Any:
            seen.append(training)
            return x

    found = []
    x = tf.ones([1])
    for layer, options in (
        (Inner(), {}),
        (Inner(), {"training": True}),
        (Outer(), {}),
        (Outer(), {"training": True}),
        (Outer(), {"training": False}),
        (Eager(), {}),
        (Eager(), {"training": False}),
        (tf.keras.Sequential([Outer(), Inner()]), {"training": True}),
        (tf.keras.Sequential([Eager()]), {}),
    ):
        layer(x, **options)
        seen.clear()  # Keras calls layers once more while it builds them
        layer(x, **options)
        found.append(list(seen))
    return found


@case("keras.Layer")
def losses_of_layers(tf: Any) -> Any:
    class Penalty(tf.keras.layers.Layer):
        def call(self, x: Any) -> Any:
            self.add_loss(tf.reduce_sum(x))
            return x

    layer = Penalty()
    layer(tf.constant([1.0, 2.0]))
    layer(tf.constant([5.0]))
    outer = tf.keras.Sequential([layer, Penalty()])
    outer(tf.constant([3.0]))
    active = tf.keras.layers.Activation("relu", activity_regularizer=tf.reduce_sum)
    active(tf.constant([-1.0, 4.0]))
    return layer.losses, outer.losses, active.losses


@case("keras.Layer")
def several_inputs(tf: Any) -> Any:
    class Both(tf.keras.layers.Layer):
        def call(self, inputs: Any, factor: float = 1.0) -> Any:
            a, b = inputs
            return a * b * factor

    return Both()((tf.constant([1.0, 2.0]), np.array([3.0, 4.0])), factor=2.0)


@case(
    "keras.Layer",
    differs="a layer collects every Variable among its attributes; Keras forgets those that are "
    "TensorFlow's own, which would then silently not be trained",
    ours=["kernel", "bias", "scale:0"],
)
def plain_variables_in_layers(tf: Any) -> Any:
    class Net(tf.keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = tf.keras.layers.Dense(1)
            self.scale = tf.Variable(2.0, name="scale")

        def call(self, x: Any) -> Any:
            return self.dense(x) * self.scale

    net = Net()
    net(tf.ones([1, 2]))
    names = [v.name for v in net.trainable_variables]
    return sorted(names, key=lambda name: name == "scale:0")


@case("keras.Layer")
def forgotten_super(tf: Any) -> Any:
    class Bare(tf.keras.layers.Layer):
        def __init__(self) -> None:
            self.x = 1

        def call(self, x: Any) -> Any:
            return x

    return Bare()(tf.ones([1]))


@case("keras.Layer")
def layers_without_call(tf: Any) -> Any:
    class Empty(tf.keras.layers.Layer):
        pass

    return Empty()(tf.ones([1]))


@case("keras.Sequential")
def sequential(tf: Any) -> Any:
    model = tf.keras.Sequential(
        [
            dense(tf, 3, 2, activation="relu", name="a"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dropout(0.5),
            dense(tf, 2, 3, name="b"),
        ]
    )
    y = model(tf.constant(wave(4, 2)))
    names = [layer.name for layer in model.layers]
    return [
        y,
        [names[0], names[-1]],
        len(model.trainable_variables),
        model.get_layer("b").units,
        model.get_layer(index=0).units,
        raised(lambda: model.get_layer("c")),
        raised(lambda: model.add(3)),
        raised(lambda: model.add(tf.keras.layers.Dense(1, name="a"))),
    ]


@case("keras.Layer")
def copies_of_weights(tf: Any) -> Any:
    layer = dense(tf, 2, 2)
    weights = layer.get_weights()
    weights[0][:] = 7.0
    layer.bias.assign([1.0, 2.0])
    layer.kernel.assign_sub(tf.ones([2, 2]))
    return layer.get_weights(), layer.kernel.value.shape


expressions(
    __name__,
    "keras",
    {
        "flattened_inputs": lambda tf: [
            tf.keras.layers.Flatten()(wave(*shape))
            for shape in ((2, 3), (2, 3, 2), (2,), (0, 3, 2))
        ],
        "flattened_channels_first": lambda tf: tf.keras.layers.Flatten("channels_first")(
            wave(2, 3, 2, 2)
        ),
        "dropout_outside_of_training": lambda tf: tf.keras.layers.Dropout(0.5)(wave(3)),
        "dropped_everything": lambda tf: tf.keras.layers.Dropout(1.0)(wave(3), training=True),
        "refused_dropout": lambda tf: tf.keras.layers.Dropout(1.5),
        "activation_layer": lambda tf: tf.keras.layers.Activation("tanh")(wave(3)),
        "layer_signatures": lambda tf: [
            [
                (p.name, p.kind.name, p.default if p.default is not p.empty else "-")
                for p in inspect.signature(getattr(tf.keras.layers, name).call).parameters.values()
            ]
            for name in ("BatchNormalization", "Dropout", "Flatten", "Activation")
        ],
        "named_activations": lambda tf: [
            tf.keras.activations.get(name)(tf.constant(wave(2, 4) * 4))
            for name in (
                "linear relu relu6 leaky_relu elu selu gelu sigmoid hard_sigmoid tanh softmax "
                "log_softmax softplus softsign exponential silu swish"
            ).split()
        ],
        "activations_with_parameters": lambda tf: [
            tf.keras.activations.relu(
                wave(9) * 4, negative_slope=0.1, max_value=2.0, threshold=1.0
            ),
            tf.keras.activations.relu(wave(9) * 4, negative_slope=0.1),
            tf.keras.activations.elu(wave(9), alpha=0.3),
            tf.keras.activations.leaky_relu(wave(9), negative_slope=0.3),
            tf.keras.activations.gelu(wave(9), approximate=True),
            tf.keras.activations.softmax(wave(2, 3), axis=0),
        ],
        "unknown_activation": lambda tf: tf.keras.activations.get("no such thing"),
        "activation_of_none": lambda tf: tf.keras.activations.get(None)(tf.constant(-2.0)),
        "unknown_initializer": lambda tf: tf.keras.initializers.get("no such thing"),
        "named_initializers": lambda tf: [
            type(tf.keras.initializers.get(name)).__name__
            for name in (
                "zeros ones identity glorot_uniform glorot_normal he_normal he_uniform "
                "lecun_normal lecun_uniform orthogonal random_normal random_uniform "
                "truncated_normal variance_scaling GlorotUniform Zeros normal uniform"
            ).split()
        ],
        "initializer_configurations": lambda tf: tf.keras.initializers.get(
            {"class_name": "Constant", "config": {"value": 3.0}}
        )([2]),
    },
)
