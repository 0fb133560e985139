"""Optimizers: averaging, accumulation, loss scale, exclusion from weight decay, subclasses."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case, raised

RTOL = 1e-5


def run(tf: Any, optimizer: Any, steps: int, *names: str) -> Any:
    """Two variables after each of some steps with the gradients 1, 2, ... and -0.5."""
    variables = [tf.Variable([1.0, -2.0], name=names[0]), tf.Variable(0.5, name=names[1])]
    seen = []
    for i in range(steps):
        gradients = [tf.constant([1.0, 2.0]) * (i + 1.0), tf.constant(-0.5)]
        optimizer.apply_gradients(list(zip(gradients, variables, strict=True)))
        seen.append([v.numpy() for v in variables])
    return seen, variables


@case(232, rtol=RTOL)
def gradients_are_accumulated(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.SGD(0.5, gradient_accumulation_steps=2)
    return run(tf, optimizer, 5, "v", "w")[0]


@case(232, rtol=RTOL)
def gradients_are_accumulated_for_adam(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.Adam(0.5, gradient_accumulation_steps=3)
    return run(tf, optimizer, 6, "v", "w")[0], int(optimizer.iterations)


@case(232, rtol=RTOL)
def averages_are_kept(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.75)
    seen, variables = run(tf, optimizer, 3, "v", "w")
    optimizer.finalize_variable_values(variables)
    return seen, [v.numpy() for v in variables]


@case(232, rtol=RTOL)
def averages_overwrite_now_and_then(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.SGD(
        0.5, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=2
    )
    return run(tf, optimizer, 5, "v", "w")[0]


@case(232, rtol=RTOL)
def scaled_losses_are_scaled_back(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.SGD(0.5, loss_scale_factor=4.0)
    return optimizer.scale_loss(tf.constant(3.0)), run(tf, optimizer, 2, "v", "w")[0]


@case(232, rtol=RTOL)
def variables_without_weight_decay(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.SGD(0.5, weight_decay=0.5)
    v, w = tf.Variable([1.0, -2.0]), tf.Variable(0.5)
    optimizer.exclude_from_weight_decay(var_list=[w])
    optimizer.apply_gradients([(tf.constant([1.0, 1.0]), v), (tf.constant(1.0), w)])
    return v, w


@case(232, rtol=RTOL)
def names_without_weight_decay(tf: Any) -> Any:
    optimizer = tf.keras.optimizers.AdamW(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return run(tf, optimizer, 1, "kernel", "my_bias")[0]


@case(232)
def refused_options_of_averaging(tf: Any) -> Any:
    optimizers = tf.keras.optimizers
    return [
        raised(lambda: optimizers.SGD(use_ema=True, ema_momentum=1.5)),
        raised(lambda: optimizers.SGD(use_ema=True, ema_overwrite_frequency=1.5)),
        raised(lambda: optimizers.SGD(gradient_accumulation_steps=1)),
    ]


@case(233)
def name_of_an_optimizer(tf: Any) -> Any:
    return tf.keras.optimizers.Adam(0.5, name="mine").name
