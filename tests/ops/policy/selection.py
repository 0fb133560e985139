"""What is not chosen has no say.

Its derivative is exactly zero, however infinite the derivatives are on the way there.
"""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

NOT_CHOSEN = "the entry is not chosen"
TRAP = "TensorFlow multiplies the zero by the infinite derivative"

row(
    "tf.where(x > 0.0, tf.sqrt(x), 0.0)",
    NOT_CHOSEN,
    x=At([0.0, -1.0, 4.0], [0.0, 0.0, 0.25], [0.0, 0.0, -0.03125]),
    differs="TensorFlow guards sqrt at 0, but not where it is nan, nor its second derivative",
)
row(
    "tf.where(x > 0.0, tf.math.log(x), 0.0)",
    NOT_CHOSEN,
    x=At([0.0, -1.0, 4.0], [0.0, 0.0, 0.25], [0.0, 0.0, -0.0625]),
    differs=TRAP,
)
row(
    "tf.where(x > 0.0, tf.math.log(tf.sqrt(x)), 0.0)",
    NOT_CHOSEN,
    x=At([0.0, -1.0, 2.0], [0.0, 0.0, 0.25], [0.0, 0.0, -0.125]),
    differs=TRAP,
)
row(
    "tf.where(x > 0.0, x * tf.math.log(x), 0.0)",
    NOT_CHOSEN,
    x=At([0.0, 1.0], [0.0, 1.0], [0.0, 1.0]),
    differs=TRAP,
)
row(
    "tf.where(x != 0.0, 1.0 / x, 0.0)",
    NOT_CHOSEN,
    x=At([0.0, -2.0], [0.0, -0.25], [0.0, -0.25]),
    differs=TRAP,
)
row(
    "tf.where(tf.abs(x) < 1.0, tf.asin(x), 0.0)",
    NOT_CHOSEN,
    x=At([1.0, -1.0, 2.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]),
    differs=TRAP,
)
row(
    "tf.where(x < 1.0, tf.exp(tf.exp(x)), 0.0)",
    NOT_CHOSEN,
    x=At([1000.0, -INF], [0.0, 0.0], [0.0, 0.0]),
    differs=TRAP,
)
row(
    "tf.where(tf.math.is_nan(x), 0.0, x * x)",
    NOT_CHOSEN,
    x=At([NAN, 3.0], [0.0, 6.0], [0.0, 2.0]),
    differs="TensorFlow multiplies the zero by nan",
)
row(
    "tf.boolean_mask(tf.math.log(x), x > 0.0)",
    NOT_CHOSEN,
    x=At([0.0, 4.0], [0.0, 0.25], [0.0, -0.0625]),
    differs=TRAP,
)
row("tf.math.log(x)[1:]", NOT_CHOSEN, x=At([0.0, 4.0], [0.0, 0.25]), differs=TRAP)
row(
    "tf.maximum(tf.math.log(x), 0.0)",
    NOT_CHOSEN,
    x=At([0.0, 4.0], [0.0, 0.25], [0.0, -0.0625]),
    differs=TRAP,
)
row(
    "tf.sqrt(tf.nn.relu(x))",
    "constant around -1",
    x=At([-1.0, 4.0], [0.0, 0.25], [0.0, -0.03125]),
    differs="TensorFlow multiplies the slope 0 of relu by the infinite derivative",
)
row(
    "tf.sqrt(tf.nn.relu6(x))",
    "constant around -1",
    x=At([-1.0, 4.0, 7.0], [0.0, 0.25, 0.0]),
    differs="TensorFlow multiplies the slope 0 of relu6 by the infinite derivative",
)
row(
    "tf.sqrt(tf.clip_by_value(x, 0.0, 9.0))",
    "constant around -1",
    x=At([-1.0, 4.0], [0.0, 0.25], [0.0, -0.03125]),
)
row(
    "tf.sqrt(tf.reduce_max(x))",
    "only the largest entry matters",
    x=At([0.0, -1.0], [INF, 0.0]),
    differs="TensorFlow multiplies the share 0 by the infinite derivative",
)
