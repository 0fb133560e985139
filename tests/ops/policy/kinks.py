"""Where the slopes on the two sides differ, and functions that are constant in pieces."""

from __future__ import annotations

from tests.ops.policy import NAN, At, section

row = section(__name__)

LEFT = "the slope of the left side"
NONE = "constant in pieces, and not a number that is optimised: there is no gradient"
ON_THE_BOUND = "1 on the bounds, so that a clipped parameter can move again"

row("tf.abs(x)", "the subgradient 0", x=At([0.0, -2.0, NAN], [0.0, -1.0, NAN], [0.0, 0.0, 0.0]))
row("tf.nn.relu(x)", LEFT, x=At([0.0, 2.0], [0.0, 1.0], [0.0, 0.0]))
row(
    "tf.nn.relu(x)",
    "nan is not positive: no gradient comes of it",
    x=At([NAN], [0.0], [0.0]),
)
row("tf.nn.relu6(x)", "0 at both ends", x=At([0.0, 6.0, 3.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]))
row("tf.nn.leaky_relu(x)", LEFT, x=At([0.0, 1.0], [0.2, 1.0], [0.0, 0.0]))
row("tf.nn.elu(x)", "smooth to first order", x=At([0.0], [1.0], [0.0]))
row(
    "tf.nn.selu(x)",
    "the slope of the right side",
    x=At([0.0], [1.0507009873554805], [0.0]),
)
row("tf.nn.crelu(x)", "twice relu", x=At([0.0, 1.0], [0.0, 1.0]))
row("tf.nn.softsign(x)", "smooth to first order", x=At([0.0], [1.0]))
row("tf.clip_by_value(x, 0.0, 1.0)", ON_THE_BOUND, x=At([0.0, 1.0, 2.0], [1.0, 1.0, 0.0]))
row(
    "tf.clip_by_value(x, y, z)",
    "where a bound is the result, it gets the gradient",
    x=At([-1.0, 0.5, 2.0], [0.0, 1.0, 0.0]),
    y=At([0.0, 0.0, 0.0], [1.0, 0.0, 0.0]),
    z=At([1.0, 1.0, 1.0], [0.0, 0.0, 1.0]),
)
row(
    "tf.maximum(1.0 - x, 0.0)",
    "the hinge: ties of maximum go to its first argument",
    x=At([1.0, 0.5, 2.0], [-1.0, -1.0, 0.0]),
)
row(
    "tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)",
    "the hard sigmoid: clipping gives 1 on its bounds",
    x=At([2.5, 0.0, 3.0], [0.2, 0.2, 0.0]),
)
row(
    "tf.clip_by_norm(x, 5.0)",
    "on the sphere the tie of max(norm, 5) goes to the norm: the projection",
    x=At([3.0, 4.0], [0.16, -0.12]),
)
row("tf.sign(x)", "a step function of numbers: zeros", x=At([0.0, 2.0], [0.0, 0.0]))
row("tf.floor(x)", NONE, x=At([1.0, 1.5], None))
row("tf.math.ceil(x)", NONE, x=At([1.0, 1.5], None))
row("tf.round(x)", NONE, x=At([0.5, 1.5], None))
row("tf.math.rint(x)", NONE, x=At([0.5, 1.5], None))
row("x // y", NONE, x=At([4.0], None), y=At([2.0], None))
row("tf.cast(x > 1.0, tf.float64)", NONE, x=At([1.0, 2.0], None))
row(
    "tf.math.floormod(x, y)",
    "x - y floor(x / y), with the floor constant",
    x=At([4.0, 5.5], [1.0, 1.0]),
    y=At([2.0, 2.0], [-2.0, -2.0]),
)
row(
    "tf.math.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 0.0])",
    "at a knot the slope of the piece on the right, and 0 outside",
    x=At([0.0, 1.0, 0.5, -1.0], [1.0, -1.0, 1.0, 0.0]),
    beyond=True,
)
row(
    "tf.math.nan_to_num(x)",
    "constant where it replaces",
    x=At([NAN, -2.0], [0.0, 1.0]),
    beyond=True,
)
