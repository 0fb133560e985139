"""Ends of the domain, and poles."""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

VERTICAL = "the tangent is vertical"

row("tf.asin(x)", VERTICAL, x=At([1.0, -1.0], [INF, INF], [INF, -INF]))
row("tf.acos(x)", VERTICAL, x=At([1.0, -1.0], [-INF, -INF], [-INF, INF]))
row("tf.asin(x)", "outside the value is nan, and so is the derivative", x=At([2.0], [NAN]))
row("tf.acosh(x)", VERTICAL, x=At([1.0], [INF], [-INF]))
row("tf.atanh(x)", VERTICAL, x=At([1.0, -1.0], [INF, INF], [INF, -INF]))
row("tf.math.log1p(x)", VERTICAL, x=At([-1.0], [INF], [-INF]))
row("tf.math.erfinv(x)", VERTICAL, x=At([1.0, -1.0], [INF, INF], [INF, -INF]))
row("tf.math.erfcinv(x)", VERTICAL, x=At([0.0, 2.0], [-INF, -INF], [INF, -INF]))
row("tf.math.ndtri(x)", VERTICAL, x=At([0.0, 1.0], [INF, INF], [-INF, INF]))
row(
    "tf.math.special.logit(x)",
    VERTICAL,
    x=At([0.0, 1.0], [INF, INF], [-INF, INF]),
    beyond=True,
)
row("tf.math.lgamma(x)", "the two sides of a pole disagree", x=At([0.0, -1.0], [NAN, NAN]))
row("tf.math.digamma(x)", "the square of the pole", x=At([0.0, -1.0], [INF, INF]))
row(
    "tf.math.special.bessel_k0(x)",
    VERTICAL,
    x=At([0.0], [-INF], [INF]),
    differs="",
)
row(
    "tf.math.betainc(x, y, 0.0)",
    "0 for any x, y",
    x=At([2.0], [0.0]),
    y=At([2.0], [0.0]),
    beyond=True,
)
