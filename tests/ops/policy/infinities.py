"""Large and infinite arguments: the limit, where there is one."""

from __future__ import annotations

from tests.ops.policy import INF, At, section

row = section(__name__)

LIMIT = "the limit"
PRODUCT = "TensorFlow multiplies 0 by infinity"

row("tf.exp(x)", LIMIT, x=At([INF, -INF, 1000.0], [INF, 0.0, INF], [INF, 0.0, INF]))
row("tf.math.expm1(x)", LIMIT, x=At([INF, -INF, 0.0], [INF, 0.0, 1.0], [INF, 0.0, 1.0]))
row("tf.math.log(x)", LIMIT, x=At([INF], [0.0], [0.0]))
row("tf.math.log1p(x)", LIMIT, x=At([INF, 0.0, 1e-300], [0.0, 1.0, 1.0], [0.0, -1.0, -1.0]))
row("tf.sqrt(x)", LIMIT, x=At([INF], [0.0], [0.0]))
row("tf.sigmoid(x)", LIMIT, x=At([INF, -INF, 1000.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
row("tf.math.log_sigmoid(x)", LIMIT, x=At([INF, -INF, -1000.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]))
row("tf.nn.softplus(x)", LIMIT, x=At([INF, -INF, 1000.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]))
row("tf.tanh(x)", LIMIT, x=At([INF, -INF, 1000.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
row("tf.nn.softsign(x)", LIMIT, x=At([INF, -INF, 1e200], [0.0, 0.0, 0.0]))
row("tf.nn.gelu(x)", LIMIT, x=At([INF, -INF], [1.0, 0.0]), differs=PRODUCT)
row(
    "tf.nn.gelu(x, approximate=True)",
    LIMIT,
    x=At([INF, -INF, 1e200], [1.0, 0.0, 1.0]),
    differs=PRODUCT,
)
row("tf.nn.silu(x)", LIMIT, x=At([INF, -INF], [1.0, 0.0]), differs=PRODUCT)
row("tf.nn.elu(x)", LIMIT, x=At([INF, -INF], [1.0, 0.0], [0.0, 0.0]))
row("tf.nn.relu(x)", LIMIT, x=At([INF, -INF], [1.0, 0.0], [0.0, 0.0]))
row("tf.sinh(x)", LIMIT, x=At([INF, -INF, 1000.0], [INF, INF, INF], [INF, -INF, INF]))
row("tf.cosh(x)", LIMIT, x=At([INF, -INF, 1000.0], [INF, -INF, INF], [INF, INF, INF]))
row("tf.atan(x)", LIMIT, x=At([INF, -INF, 1e200], [0.0, 0.0, 0.0]))
row("tf.asinh(x)", LIMIT, x=At([INF, -INF, 1e200], [0.0, 0.0, 0.0]))
row("tf.acosh(x)", LIMIT, x=At([INF, 1e200], [0.0, 0.0]))
row("tf.math.erf(x)", LIMIT, x=At([INF, -INF], [0.0, 0.0]))
row("tf.math.erfc(x)", LIMIT, x=At([INF, -INF], [0.0, 0.0]))
row("tf.square(x)", "2 x, though the square overflows", x=At([1e200], [2e200], [2.0]))
row("x / y", LIMIT, x=At([1.0], [0.0]), y=At([INF], [0.0]))
row("x * y", "the other factor, where the value is nan", x=At([0.0], [INF]), y=At([INF], [0.0]))
row("tf.pow(x, y)", LIMIT, x=At([INF, INF], [0.0, 1.0]), y=At([0.0, 1.0], [INF, INF]))
row("tf.maximum(x, y)", "a tie", x=At([INF, -INF], [1.0, 1.0]), y=At([INF, -INF], [0.0, 0.0]))
row(
    "tf.clip_by_value(x, 0.0, 1.0)",
    "constant outside the bounds",
    x=At([INF, -INF], [0.0, 0.0]),
)
row(
    "tf.math.special.bessel_k0(x)",
    LIMIT,
    x=At([INF], [0.0], [0.0]),
)
