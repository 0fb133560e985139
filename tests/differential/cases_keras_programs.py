"""Programs of Keras's and TensorFlow's tutorials, small, from given weights, a few steps long."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case


def wave(*shape: int, step: float = 0.7) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + 0.3).reshape(shape).astype(np.float32)


def weigh(model: Any, scale: float = 0.5) -> Any:
    """The model with given weights; variances are positive."""
    for i, variable in enumerate(model.weights):
        values = scale * wave(*variable.shape, step=0.9 + 0.1 * i)
        variable.assign(abs(values) + 0.5 if "variance" in variable.name else values)
    return model


@case("keras programs", rtol=1e-3)
def a_training_loop_from_scratch(tf: Any) -> Any:
    keras = tf.keras
    inputs = keras.Input(shape=(6,), name="digits")
    h = keras.layers.Dense(5, activation="relu", kernel_regularizer="l2")(inputs)
    model = weigh(keras.Model(inputs, keras.layers.Dense(3)(h)))
    optimizer = keras.optimizers.Adam(learning_rate=0.05)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    seen, accuracy = keras.metrics.Mean(), keras.metrics.SparseCategoricalAccuracy()
    x, y = wave(24, 6), (np.arange(24) * 7 % 3).astype(np.int64)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)

    @tf.function
    def train_step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss = loss_fn(y, logits) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply(gradients, model.trainable_weights)
        accuracy.update_state(y, logits)
        return loss

    found = []
    for _ in range(2):
        for batch in data:
            seen.update_state(train_step(*batch))
        found.append((float(seen.result()), float(accuracy.result())))
        seen.reset_state()
        accuracy.reset_state()
    return found, model.get_weights()


@case("keras programs", rtol=2e-3)
def generator_against_discriminator(tf: Any) -> Any:
    layers = tf.keras.layers
    generator = tf.keras.Sequential(
        [
            tf.keras.Input((5,)),
            layers.Dense(4 * 4 * 3, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((4, 4, 3)),
            layers.Conv2DTranspose(2, 5, strides=1, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
        ]
    )
    discriminator = tf.keras.Sequential(
        [
            tf.keras.Input((8, 8, 1)),
            layers.Conv2D(3, 5, strides=2, padding="same"),
            layers.LeakyReLU(),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    weigh(generator), weigh(discriminator)
    entropy = tf.keras.losses.BinaryCrossentropy(from_logits=True)
    optimizers = [tf.keras.optimizers.Adam(1e-2) for _ in range(2)]
    found = []
    for i in range(3):
        with tf.GradientTape() as one, tf.GradientTape() as two:
            fakes = generator(wave(4, 5, step=0.5 + i), training=True)
            real = discriminator(wave(4, 8, 8, 1, step=0.2 + i), training=True)
            fake = discriminator(fakes, training=True)
            of_generator = entropy(tf.ones_like(fake), fake)
            of_both = entropy(tf.ones_like(real), real) + entropy(tf.zeros_like(fake), fake)
        for tape, loss, model, optimizer in (
            (one, of_generator, generator, optimizers[0]),
            (two, of_both, discriminator, optimizers[1]),
        ):
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        found.append((of_generator, of_both))
    return found, generator(wave(1, 5), training=False)


@case("keras programs", rtol=2e-3)
def the_style_of_an_image(tf: Any) -> Any:
    layers = tf.keras.layers
    x = tf.keras.Input((None, None, 3))
    first = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    pooled = layers.AveragePooling2D(2)(first)
    second = layers.Conv2D(3, 3, padding="same", activation="relu", name="second")(pooled)
    extractor = weigh(tf.keras.Model([x], [first, second]))
    extractor.trainable = False

    def gram(features: Any) -> Any:
        shape = tf.shape(features)
        count = tf.cast(shape[1] * shape[2], tf.float32)
        return tf.linalg.einsum("bijc,bijd->bcd", features, features) / count

    content, style = (tf.constant(abs(wave(1, 8, 8, 3, step=s))) for s in (0.3, 1.1))
    wanted = [gram(f) for f in extractor(style)], extractor(content)[1]
    image = tf.Variable(content)
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-1)
    losses = []
    for _ in range(4):
        with tf.GradientTape() as tape:
            found = extractor(image)
            loss = tf.add_n(
                [tf.reduce_mean((gram(f) - g) ** 2) for f, g in zip(found, wanted[0], strict=True)]
            )
            loss += 0.3 * tf.reduce_mean((found[1] - wanted[1]) ** 2)
            loss += 1e-3 * tf.image.total_variation(image)[0]
        optimizer.apply_gradients([(tape.gradient(loss, image), image)])
        image.assign(tf.clip_by_value(image, 0.0, 1.0))
        losses.append(loss)
    return losses, image.numpy()


@case("keras programs", rtol=1e-3)
def a_variational_autoencoder(tf: Any) -> Any:
    layers = tf.keras.layers

    class Coder(tf.keras.Model):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = tf.keras.Sequential(
                [
                    layers.InputLayer((8, 8, 1)),
                    layers.Conv2D(2, 3, strides=2, activation="relu"),
                    layers.Flatten(),
                    layers.Dense(4),
                ]
            )
            self.decoder = tf.keras.Sequential(
                [
                    layers.InputLayer((2,)),
                    layers.Dense(4 * 4 * 2, activation="relu"),
                    layers.Reshape((4, 4, 2)),
                    layers.Conv2DTranspose(1, 3, strides=2, padding="same"),
                ]
            )

    model = Coder()
    weigh(model.encoder), weigh(model.decoder)
    weights = model.encoder.trainable_variables + model.decoder.trainable_variables
    x = tf.constant((wave(4, 8, 8, 1) > 0).astype(np.float32))
    noise = tf.constant(wave(4, 2, step=1.7))
    optimizer, found = tf.keras.optimizers.RMSprop(1e-2), []
    for _ in range(3):
        with tf.GradientTape() as tape:
            mean, log_variance = tf.split(model.encoder(x), 2, axis=1)
            logits = model.decoder(noise * tf.exp(log_variance * 0.5) + mean)
            entropy = tf.nn.sigmoid_cross_entropy_with_logits(logits=logits, labels=x)
            divergence = 0.5 * tf.reduce_sum(
                tf.exp(log_variance) + mean**2 - 1.0 - log_variance, axis=1
            )
            loss = tf.reduce_mean(tf.reduce_sum(entropy, axis=[1, 2, 3]) + divergence)
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        found.append(loss)
    return found, [w.numpy() for w in weights]


@case("keras programs", rtol=1e-3)
def a_sequence_told_forward(tf: Any) -> Any:
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [
            tf.keras.Input((None,), dtype="int32"),
            layers.Embedding(7, 4),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.LayerNormalization(),
            layers.GRU(3),
            layers.Dense(7),
        ]
    )
    weigh(model)
    tokens = (np.arange(24).reshape(4, 6) * 5 % 7).astype(np.int32)
    loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer, found = tf.keras.optimizers.SGD(0.1, momentum=0.9), []
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = loss_fn(tokens[:, -1], model(tokens[:, :-1], training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        gradients, size = tf.clip_by_global_norm(gradients, 1.0)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        found.append((loss, size))
    return found


@case("keras programs", rtol=1e-3)
def why_a_network_decides(tf: Any) -> Any:
    layers = tf.keras.layers
    model = weigh(
        tf.keras.Sequential(
            [
                tf.keras.Input((6, 6, 1)),
                layers.SeparableConv2D(3, 3, activation="elu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation="softmax"),
            ]
        )
    )
    image, baseline = tf.constant(abs(wave(6, 6, 1))), tf.zeros([6, 6, 1])
    alphas = tf.linspace(0.0, 1.0, 5)[:, None, None, None]
    path = baseline[None] + alphas * (image - baseline)[None]
    with tf.GradientTape() as tape:
        tape.watch(path)
        target = model(path)[:, 1]
    g = tape.gradient(target, path)
    attributions = (image - baseline) * tf.reduce_mean((g[:-1] + g[1:]) / 2.0, axis=0)
    with tf.GradientTape() as tape:
        tape.watch(image)
        loss = tf.keras.losses.CategoricalCrossentropy()(tf.one_hot([1], 3), model(image[None]))
    return attributions, tf.sign(tape.gradient(loss, image)), loss
