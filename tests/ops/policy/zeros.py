"""Where an argument, a factor or a denominator is zero."""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

INFINITE = "the tangent is vertical: the derivative is infinite, not a number made up"
NO_NAN = "a function that is 0 there by definition is constant"
ZEROTH = "TensorFlow computes 0 * 0**(-1)"
LEIBNIZ = "the product of the other factors, without a division"

row("tf.sqrt(x)", INFINITE, x=At([0.0, 4.0], [INF, 0.25], [-INF, -0.03125]))
row("tf.math.rsqrt(x)", INFINITE, x=At([0.0, 4.0], [-INF, -0.0625], [INF, 0.0234375]))
row("tf.math.cbrt(x)", INFINITE, x=At([0.0, 8.0], [INF, 1.0 / 12.0]), beyond=True)
row("tf.math.log(x)", INFINITE, x=At([0.0, 4.0], [INF, 0.25], [-INF, -0.0625]))
row(
    "tf.math.log(x)",
    "the formula 1/x, where the value is nan already",
    x=At([-2.0], [-0.5], [-0.25]),
)
row("tf.math.reciprocal(x)", INFINITE, x=At([0.0, 2.0], [-INF, -0.25], [INF, 0.25]))
row("tf.math.reciprocal_no_nan(x)", NO_NAN, x=At([0.0, 2.0], [0.0, -0.25], [0.0, 0.25]))
row("x / y", INFINITE, x=At([1.0], [INF]), y=At([0.0], [-INF]))
row("x / y", "0/0 has no limit in y", x=At([0.0], [INF]), y=At([0.0], [NAN]))
row(
    "tf.math.divide_no_nan(x, y)",
    NO_NAN,
    x=At([1.0, 0.0], [0.0, 0.0]),
    y=At([0.0, 0.0], [0.0, 0.0]),
)
row(
    "tf.math.multiply_no_nan(x, y)",
    "in y it is a product; in x it is constant where y is 0",
    x=At([INF, 3.0], [0.0, 0.0]),
    y=At([0.0, 0.0], [INF, 3.0]),
)
row("tf.math.xlogy(x, y)", NO_NAN, x=At([0.0, 0.0], [0.0, 0.0]), y=At([0.0, 2.0], [0.0, 0.0]))
row("tf.math.xlog1py(x, y)", NO_NAN, x=At([0.0, 0.0], [0.0, 0.0]), y=At([-1.0, 2.0], [0.0, 0.0]))
row("tf.math.xdivy(x, y)", NO_NAN, x=At([0.0, 0.0], [0.0, 0.0]), y=At([0.0, 2.0], [0.0, 0.0]))
row("x**0.0", "the constant 1", x=At([0.0, 2.0], [0.0, 0.0], [0.0, 0.0]), differs=ZEROTH)
row(
    "x**1.0",
    "the identity",
    x=At([0.0, 2.0], [1.0, 1.0], [0.0, 0.0]),
    differs="TensorFlow's second derivative is 0 * 0**(-1)",
)
row("x**2.0", "2 x", x=At([0.0, 2.0], [0.0, 4.0], [2.0, 2.0]))
row("x**3.0", "3 x^2", x=At([0.0, 2.0], [0.0, 12.0], [0.0, 12.0]))
row("x**1.5", "1.5 x^0.5", x=At([0.0, 4.0], [0.0, 3.0], [INF, 0.375]))
row("x**0.5", INFINITE, x=At([0.0, 4.0], [INF, 0.25], [-INF, -0.03125]))
row("x**-1.0", INFINITE, x=At([0.0, 2.0], [-INF, -0.25], [INF, 0.25]))
row(
    "tf.pow(x, y)",
    "x^0 is 1; in y the derivative is taken as 0 where x is not positive",
    x=At([0.0, 0.0, 0.0, -2.0], [0.0, 1.0, 0.0, 12.0]),
    y=At([0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 0.0, 0.0]),
    differs=ZEROTH,
)
row("0.0**y", "0^y as a function of y: 0", y=At([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]))
row("tf.square(x)", "2 x", x=At([0.0], [0.0], [2.0]))
row("tf.reduce_prod(x)", LEIBNIZ, x=At([2.0, 3.0], [3.0, 2.0], [1.0, 1.0]))
row(
    "tf.reduce_prod(x)",
    LEIBNIZ,
    x=At([2.0, 0.0, 3.0], [0.0, 6.0, 0.0], [3.0, 5.0, 2.0]),
    differs="TensorFlow's second derivative loses the products of the others",
)
row(
    "tf.reduce_prod(x)",
    LEIBNIZ,
    x=At([2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 2.0, 2.0]),
    differs="TensorFlow's second derivative loses the products of the others",
)
row(
    "tf.math.unsorted_segment_prod(x, [0, 0, 0], 1)",
    LEIBNIZ,
    x=At([2.0, 0.0, 3.0], [0.0, 6.0, 0.0], [3.0, 5.0, 2.0]),
    differs="TensorFlow's second derivative divides by the zero",
)
row(
    "tf.math.cumprod(x)",
    LEIBNIZ,
    x=At([2.0, 0.0, 3.0, 4.0], [1.0, 32.0, 0.0, 0.0], [16.0, 32.0, 10.0, 6.0]),
    differs="TensorFlow divides the product by the factor, and takes 0/0 for 0",
)
row(
    "tf.math.cumprod(x)",
    LEIBNIZ,
    x=At([2.0, 0.0, 0.0, 4.0], [1.0, 2.0, 0.0, 0.0], [1.0, 11.0, 10.0, 0.0]),
    differs="TensorFlow divides the product by the factor, and takes 0/0 for 0",
)
row(
    "tf.linalg.det(x)",
    "the adjugate, also of singular matrices",
    x=At([[1.0, 2.0], [2.0, 4.0]], [[4.0, -2.0], [-2.0, 1.0]], [[1.0, -1.0], [-1.0, 1.0]]),
    differs="TensorFlow inverts the matrix, and refuses a singular one",
)
row(
    "tf.linalg.det(x)",
    "the adjugate of a matrix of rank n - 2 is 0",
    x=At([[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0, -1.0], [-1.0, 1.0]]),
    differs="TensorFlow inverts the matrix, and refuses a singular one",
)
row(
    "tf.atan2(y, x)", "the angle at the origin has no limit", y=At([0.0], [NAN]), x=At([0.0], [NAN])
)
row(
    "tf.atan2(y, x)",
    "smooth on the cut, but for the jump of the value",
    y=At([0.0, 0.0, 1.0], [1.0, -1.0, 0.0]),
    x=At([1.0, -1.0, 0.0], [0.0, 0.0, -1.0]),
)
row("tf.math.special.entr(x)", INFINITE, x=At([0.0, 1.0], [INF, -1.0]), beyond=True)
row(
    "tf.math.special.rel_entr(x, y)", INFINITE, x=At([0.0], [-INF]), y=At([1.0], [0.0]), beyond=True
)
row(
    "tf.math.real(tf.sqrt(tf.complex(x, y)))",
    "an infinite complex number has no direction",
    x=At([0.0], [NAN]),
    y=At([0.0], [NAN]),
    differs="TensorFlow gives inf in the real part, an accident of complex division",
)
row(
    "tf.abs(tf.complex(x, y))",
    "as the norm: 0",
    x=At([0.0, 3.0], [0.0, 0.6]),
    y=At([0.0, 4.0], [0.0, 0.8]),
)
row(
    "tf.math.angle(tf.complex(x, y))",
    "the angle at the origin has no limit",
    x=At([0.0, -1.0], [NAN, 0.0]),
    y=At([0.0, 0.0], [NAN, -1.0]),
)
