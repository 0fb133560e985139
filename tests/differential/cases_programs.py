"""Whole programs: models that are trained from scratch, on data that is made in place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.differential.harness import case


def wave(*shape: int, step: float = 0.7, start: float = 0.3) -> Any:
    """Numbers that are not special, in float32."""
    count = int(np.prod(shape))
    return np.sin(np.arange(count) * step + start).reshape(shape).astype(np.float32)


def scaler_class(tf: Any) -> Any:
    class Scaler(tf.Module):
        """Shift and scale to mean 0 and deviation 1, and back."""

        def __init__(self, data: Any) -> None:
            super().__init__()
            self.center = tf.Variable(tf.math.reduce_mean(data, axis=0), trainable=False)
            self.spread = tf.math.reduce_std(data, axis=0)

        def scale(self, data: Any) -> Any:
            return (data - self.center) / self.spread

        def unscale(self, data: Any) -> Any:
            return data * self.spread + self.center

    return Scaler


def line_class(tf: Any) -> Any:
    class Line(tf.Module):
        """``x @ w + b``, with weights that are made at the first call."""

        def __init__(self) -> None:
            super().__init__()
            self.ready = False

        @tf.function
        def __call__(self, x: Any) -> Any:
            if not self.ready:
                size = x.shape[-1]
                self.w = tf.Variable(wave(size, 1), name="w")
                self.b = tf.Variable(tf.zeros([]), name="b")
                self.ready = True
            return tf.squeeze(tf.add(tf.matmul(x, self.w), self.b), axis=1)

    return Line


def measured(tf: Any) -> tuple[Any, Any]:
    """A table of two measurements and a kind (1, 2 or 3), and what is to be predicted from it."""
    numbers = wave(48, 2, step=1.3) * [3.0, 40.0] + [5.0, 100.0]
    kind = (np.arange(48) % 3 + 1).reshape(48, 1)
    table = tf.convert_to_tensor(np.concatenate([numbers, kind], 1), dtype=tf.float32)
    target = 2.0 * table[:, 0] - 0.1 * table[:, 1] + 5.0 * tf.cast(kind[:, 0] == 2, tf.float32)
    return table, target


def with_kinds(tf: Any, table: Any) -> Any:
    kind = tf.cast(table[:, -1], tf.int32)
    return tf.concat([table[:, :-1], tf.one_hot(kind - 1, 3)], axis=1)


@case("guides", rtol=1e-4)
def regression_on_a_table(tf: Any) -> Any:
    table, target = measured(tf)
    features = with_kinds(tf, table)
    scaler_x, scaler_y = scaler_class(tf)(features), scaler_class(tf)(target)
    x, y = scaler_x.scale(features), scaler_y.scale(target)
    train = tf.data.Dataset.from_tensor_slices((x[8:], y[8:])).batch(16)
    test = tf.data.Dataset.from_tensor_slices((x[:8], y[:8])).batch(16)
    line = line_class(tf)()
    history = []
    for _ in range(12):
        losses = []
        for inputs, answers in train:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(line(inputs) - answers))
            slopes = tape.gradient(loss, line.variables)
            for slope, v in zip(slopes, line.variables, strict=True):
                v.assign_sub(0.05 * slope)
            losses.append(loss)
        tests = [tf.reduce_mean(tf.square(line(a) - b)) for a, b in test]
        history.append([tf.reduce_mean(losses), tf.reduce_mean(tests)])

    class Whole(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.line, self.x, self.y = line, scaler_x, scaler_y

        @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
        def __call__(self, rows: Any) -> Any:
            return self.y.unscale(self.line(self.x.scale(with_kinds(tf, rows))))

    text = f"{history[-1][0]:.3f} {history[-1][1].numpy():0.3f}"
    return history, text, Whole()(table[:5]), [v.name for v in line.variables]


@case("guides", rtol=1e-4)
def classification_of_two_kinds(tf: Any) -> Any:
    x = tf.constant(wave(60, 4, step=1.1))
    y = tf.cast(x[:, 0] - 0.5 * x[:, 2] + 0.1 > 0.0, tf.float32)
    w, b = tf.Variable(wave(4, 1)), tf.Variable(0.1)
    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(25)

    def logits(rows: Any) -> Any:
        return tf.squeeze(rows @ w + b, axis=1)

    def share_right(scores: Any, answers: Any) -> Any:
        chosen = tf.cast(tf.math.sigmoid(scores) > 0.5, tf.float32)
        return tf.reduce_mean(tf.cast(chosen == answers, tf.float32))

    history = []
    for _ in range(15):
        losses, shares = [], []
        for rows, answers in data:
            with tf.GradientTape() as tape:
                scores = logits(rows)
                loss = tf.reduce_mean(
                    tf.nn.sigmoid_cross_entropy_with_logits(labels=answers, logits=scores)
                )
            for g, v in zip(tape.gradient(loss, [w, b]), [w, b], strict=True):
                v.assign_sub(0.5 * g)
            losses.append(loss)
            shares.append(share_right(scores, answers))
        history.append([tf.reduce_mean(losses), tf.reduce_mean(shares)])
    return history, logits(x)[:5], w, b


def adam_class(tf: Any) -> Any:
    class OwnAdam:
        """Adam, written out with Variables for what it remembers."""

        def __init__(self, rate: float) -> None:
            self.rate, self.step = rate, 1.0
            self.first: list[Any] = []
            self.second: list[Any] = []

        def update(self, gradients: Any, variables: Any) -> None:
            if not self.first:
                self.first = [tf.Variable(tf.zeros(shape=v.shape)) for v in variables]
                self.second = [tf.Variable(tf.zeros(shape=v.shape)) for v in variables]
            for i, (g, v) in enumerate(zip(gradients, variables, strict=True)):
                self.first[i].assign(0.9 * self.first[i] + 0.1 * g)
                self.second[i].assign(0.999 * self.second[i] + (1 - 0.999) * tf.square(g))
                mean = self.first[i] / (1 - 0.9**self.step)
                square = self.second[i] / (1 - 0.999**self.step)
                v.assign_sub(self.rate * (mean / (tf.sqrt(square) + 1e-7)))
            self.step += 1.0

    return OwnAdam


def network_class(tf: Any) -> Any:
    class Full(tf.Module):
        def __init__(self, size: int, activation: Callable[[Any], Any]) -> None:
            super().__init__()
            self.size, self.activation, self.made = size, activation, False

        def __call__(self, x: Any) -> Any:
            if not self.made:
                limit = tf.sqrt(6.0) / tf.sqrt(tf.cast(x.shape[1] + self.size, tf.float32))
                self.w = tf.Variable(limit * wave(x.shape[1], self.size, step=0.77))
                self.b = tf.Variable(tf.zeros(shape=(self.size,)))
                self.made = True
            return self.activation(tf.add(tf.matmul(x, self.w), self.b))

    class Network(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [Full(16, tf.nn.relu), Full(8, tf.nn.relu), Full(3, tf.identity)]

        @tf.function
        def __call__(self, x: Any) -> Any:
            for layer in self.layers:
                x = layer(x)
            return x

    return Network


@case("guides", rtol=1e-3)
def classification_of_pictures(tf: Any) -> Any:
    labels = np.arange(90) % 3
    pictures = (wave(90, 6, 6, 1, step=0.31) * 60 + 60 + 60 * labels.reshape(-1, 1, 1, 1)).astype(
        np.uint8
    )

    def prepared(image: Any, label: Any) -> Any:
        return tf.reshape(image, [-1, 36]) / 255, label

    data = tf.data.Dataset.from_tensor_slices((pictures, labels)).batch(32)
    train, check = data.take(2).map(prepared), data.skip(2).map(prepared)
    network, optimizer = network_class(tf)(), adam_class(tf)(0.005)

    def losses_of(scores: Any, answers: Any) -> Any:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=answers, logits=scores)
        right = tf.equal(answers, tf.argmax(tf.nn.softmax(scores), axis=1))
        return tf.reduce_mean(losses), tf.reduce_mean(tf.cast(right, tf.float32))

    history = []
    for _ in range(6):
        for images, answers in train:
            with tf.GradientTape() as tape:
                loss, _ = losses_of(network(images), answers)
            optimizer.update(tape.gradient(loss, network.variables), network.variables)
        history.append([loss, *[losses_of(network(a), b)[0] for a, b in check]])

    class Reader(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, None, None, None], tf.uint8)])
        def __call__(self, images: Any) -> Any:
            return tf.argmax(network(tf.reshape(images, [-1, 36]) / 255), axis=1)

    found = Reader()(tf.constant(pictures))
    answers = tf.constant(labels)
    shares = [
        tf.reduce_mean(tf.cast(found[answers == i] == answers[answers == i], tf.float32))
        for i in range(3)
    ]
    return history, shares, len(network.variables), train.element_spec[1].shape


@case("guides", rtol=2e-5)
def compression_by_singular_values(tf: Any) -> Any:
    picture = (wave(12, 10, 3, step=0.13) * 90 + 100 + wave(12, 10, 3, step=1.9) * 20).astype(
        np.uint8
    )
    scaled = tf.convert_to_tensor(picture) / 255
    channels = tf.transpose(scaled, [2, 0, 1])
    s, u, v = tf.linalg.svd(channels)

    def of_rank(r: int) -> Any:
        return tf.einsum("...s,...us,...vs->...uv", s[..., :r], u[..., :, :r], v[..., :, :r])

    shares = tf.map_fn(lambda x: tf.cumsum(x) / tf.reduce_sum(x), s)
    share = tf.reduce_mean(shares, axis=0)
    rank = tf.argmin(tf.abs(share - 0.8)) + 1
    rest = tf.norm(channels - of_rank(4), axis=[-2, -1]) ** 2
    size = tf.size(u[..., :, :4]) + tf.size(s[..., :4]) + tf.size(v[..., :, :4])
    return [
        scaled.dtype,
        s,
        of_rank(10),
        tf.clip_by_value(of_rank(2), 0.0, 1.0),
        share,
        rank,
        tf.reduce_sum(s[:, 4:] ** 2, axis=1),
        rest,
        size / tf.size(picture),
        f"{share[rank]:.3f}",
    ]


@case("guides", rtol=1e-4)
def descents_with_own_rules(tf: Any) -> Any:
    class Rule(tf.Module):
        def __init__(self, rate: float, keep: float = 0.0) -> None:
            super().__init__()
            self.rate, self.keep, self.last = rate, keep, 0.0

        def update(self, gradients: Any, variables: Any) -> None:
            for g, v in zip(gradients, variables, strict=True):
                self.last = self.rate * g + self.keep * self.last
                v.assign_sub(self.last)

    def height(x: Any) -> Any:
        return x**4 - 2.0 * x**3 + 0.5 * x + 2

    def slope(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = height(x)
        return tape.gradient(y, x)

    grid = tf.cast(tf.linspace(-2, 2, 41), tf.float32)
    found = [height(grid), slope(grid)]
    for rule in (Rule(0.01), Rule(0.1), Rule(0.01, 0.7), adam_class(tf)(0.1), Rule(5.0)):
        x = tf.Variable(2.0)
        path = []
        for _ in range(25):
            g = slope(x)
            if tf.math.is_nan(g):
                break
            rule.update([g], [x])
            path.append(x.numpy())
        found.append([len(path), path[:25:5] if len(path) == 25 else path[:2]])
    t, z = tf.meshgrid(tf.range(1.0, 5.0), grid[:3])
    return found, t, tf.math.log(height(z))


def dense(tf: Any, units: int, inputs: int, activation: Any) -> Any:
    layer = tf.keras.layers.Dense(units, activation=activation)
    layer.build((None, inputs))
    layer.set_weights([wave(*w.shape, step=0.9) for w in layer.weights])
    return layer


@case("guides", rtol=1e-3)
def newton_step_through_two_layers(tf: Any) -> Any:
    x = tf.constant(wave(7, 4))
    one, two = dense(tf, 3, 4, tf.nn.softplus), dense(tf, 2, 3, tf.nn.tanh)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(two(one(x)) ** 2)
        g = inner.gradient(loss, one.kernel)
    h = outer.jacobian(g, one.kernel)
    n = tf.reduce_prod(one.kernel.shape)
    matrix = tf.reshape(h, [n, n])
    update = tf.linalg.solve(matrix + tf.eye(matrix.shape[0]) * 0.1, tf.reshape(g, [n, 1]))
    _ = one.kernel.assign_sub(tf.reshape(update, one.kernel.shape))
    return [
        h.shape,
        tf.reduce_max(abs(matrix - tf.transpose(matrix))) < 1e-6,
        matrix,
        one.kernel.numpy(),
    ]


@case("guides", rtol=1e-4)
def jacobians_of_a_batch(tf: Any) -> Any:
    x = tf.constant(wave(5, 3))
    one, two = dense(tf, 4, 3, tf.nn.elu), dense(tf, 2, 4, tf.nn.elu)
    mix = tf.keras.layers.BatchNormalization()
    found = []
    for mixed in (False, True):
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(x)
            y = one(x)
            y = two(mix(y, training=True) if mixed else y)
        j = tape.jacobian(y, x)
        rows = tape.batch_jacobian(y, x)
        apart = tf.einsum("bxby->bxy", j)
        patches = tf.pad(
            tf.transpose(j, [1, 0, 3, 2]),
            [[0, 0], [1, 1], [0, 0], [1, 1]],
            constant_values=-tf.reduce_max(abs(j)),
        )
        image = tf.reshape(patches, [2 * 7, 3 * 7])
        found.append([j.shape, tf.reduce_sum(j, axis=2), rows, apart, image])
    return found


@case("guides")
def a_loop_that_collects(tf: Any) -> Any:
    x = tf.Variable([0.5, -0.25])
    with tf.device("CPU:0"), tf.GradientTape() as tape:
        states = tf.TensorArray(tf.float32, size=0, dynamic_size=True, clear_after_read=False)
        state = x
        for i in tf.range(4):
            state = tf.sin(state) + x
            states = states.write(i, state)
        path = states.stack()
        total = tf.reduce_sum(path * states.read(1))
    return path, tape.gradient(total, x), states.size()


@case("guides", rtol=1e-5)
def training_that_is_interrupted(tf: Any) -> Any:
    x = tf.constant(wave(24, 3))
    y = tf.reduce_sum(x, axis=1, keepdims=True)

    def program() -> Any:
        model = tf.keras.Sequential([dense(tf, 5, 3, "tanh"), dense(tf, 1, 5, None)])
        optimizer = tf.keras.optimizers.Adam(0.02)
        iterator = iter(tf.data.Dataset.from_tensor_slices((x, y)).batch(5).repeat())
        step = tf.Variable(0, dtype=tf.int64)
        checkpoint = tf.train.Checkpoint(
            model=model, optimizer=optimizer, iterator=iterator, step=step
        )
        return model, optimizer, iterator, step, checkpoint

    def train(model: Any, optimizer: Any, iterator: Any, step: Any, count: int) -> Any:
        losses = []
        for _ in range(count):
            inputs, answers = next(iterator)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(inputs) - answers))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            step.assign_add(1)
            losses.append(loss)
        return losses

    with tempfile.TemporaryDirectory() as directory:
        *parts, checkpoint = program()
        manager = tf.train.CheckpointManager(checkpoint, directory, max_to_keep=3)
        first = train(*parts, count=7)
        manager.save()
        ahead = train(*parts, count=6)
        *parts, checkpoint = program()
        again = tf.train.CheckpointManager(checkpoint, directory, max_to_keep=3)
        again.restore_or_initialize()
        step = parts[3].numpy()
        rest = train(*parts, count=6)
    return first, ahead, step, rest
