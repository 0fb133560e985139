"""Bessel functions, of the first few whole orders and of any real order."""

from __future__ import annotations

from tapegrad.core.define import elementwise
from tapegrad.ops import bessel_orders, bessel_scaled  # noqa: F401 - used by rules as F.ive_slope...
from tapegrad.ops.bessel_far import of_order, of_whole_order
from tapegrad.ops.describe import FLOATS, binary, unary
from tapegrad.ops.scipy_forward import from_scipy

__all__ = (
    "bessel_i0",
    "bessel_i0e",
    "bessel_i1",
    "bessel_i1e",
    "bessel_j0",
    "bessel_j1",
    "bessel_k0",
    "bessel_k0e",
    "bessel_k1",
    "bessel_k1e",
    "bessel_y0",
    "bessel_y1",
    "iv",
    "ive",
    "jv",
    "kv",
    "kve",
    "yv",
)

_SOURCES = {
    "i": "https://dlmf.nist.gov/10.29",
    "k": "https://dlmf.nist.gov/10.29",
    "j": "https://dlmf.nist.gov/10.6",
    "y": "https://dlmf.nist.gov/10.6",
}
_INTEGRALS = {
    "i": "https://dlmf.nist.gov/10.32",
    "k": "https://dlmf.nist.gov/10.32",
    "j": "https://dlmf.nist.gov/10.9",
    "y": "https://dlmf.nist.gov/10.9",
}


def _doc(name: str, kind: str, formula: str, at: float, value: float, derivative: str) -> str:
    letter = name[len("bessel_")]
    return unary(
        f"{kind}, :math:`{formula}`, elementwise.",
        f"tf.math.special.{name}({at!r}).numpy().round(4)",
        f"np.float32({value!r})",
        takes=FLOATS,
        notes=f"The derivative is :math:`{derivative}` [1]_.\n\n.. [1] {_SOURCES[letter]}",
    )


def _of_order(name: str, kind: str, formula: str, value: float, derivative: str) -> str:
    return binary(
        f"{kind} of real order, :math:`{formula}`, elementwise.",
        f"tf.math.special.{name}(0.5, 1.0).numpy().round(4)",
        f"np.float32({value!r})",
        takes=FLOATS,
        notes="`x` is the order. The derivative with respect to `y` is\n"
        f":math:`{derivative}` [1]_. That with respect to\n"
        "the order is an integral over a path of steepest descent [2]_, right to about 12 digits;\n"
        "there are derivatives of every order in both. For negative `y` it would be complex, and\n"
        "is NaN.\n\n"
        f".. [1] {_SOURCES[name[0]]}\n"
        f".. [2] {_INTEGRALS[name[0]]}",
    )


_FIRST = "Bessel function of the first kind"
_SECOND = "Bessel function of the second kind"
_MODIFIED_FIRST = "Modified Bessel function of the first kind"
_MODIFIED_SECOND = "Modified Bessel function of the second kind"
_SCALED_FIRST = "Exponentially scaled modified Bessel function of the first kind"
_SCALED_SECOND = "Exponentially scaled modified Bessel function of the second kind"

# Order 1 is differentiated by the mean of its neighbours, 0 and 2: no quotient y/x, so that the
# derivatives of every order are right at 0.
bessel_i0 = elementwise(
    "bessel_i0",
    from_scipy("i0"),
    lambda F, x: F.bessel_i1(x),
    doc=_doc("bessel_i0", _MODIFIED_FIRST, "I_0(x)", 1.0, 1.2661, "I_1(x)"),
)
bessel_i1 = elementwise(
    "bessel_i1",
    from_scipy("i1"),
    lambda F, x: 0.5 * (F.bessel_i0(x) + F.iv(2.0, x)),
    doc=_doc("bessel_i1", _MODIFIED_FIRST, "I_1(x)", 1.0, 0.5652, "(I_0(x) + I_2(x)) / 2"),
)
bessel_i0e = elementwise(
    "bessel_i0e",
    from_scipy("i0e"),
    lambda F, x: F.ive_slope(0.0, x),
    doc=_doc(
        "bessel_i0e",
        _SCALED_FIRST,
        "e^{-|x|} I_0(x)",
        1.0,
        0.4658,
        r"e^{-|x|} I_1(x) - \mathrm{sign}(x)\, y",
    ),
)
bessel_i1e = elementwise(
    "bessel_i1e",
    from_scipy("i1e"),
    lambda F, x: F.ive_slope(1.0, x),
    doc=_doc(
        "bessel_i1e",
        _SCALED_FIRST,
        "e^{-|x|} I_1(x)",
        1.0,
        0.2079,
        r"e^{-|x|} (I_0(x) + I_2(x)) / 2 - \mathrm{sign}(x)\, y",
    ),
)
bessel_k0 = elementwise(
    "bessel_k0",
    from_scipy("k0"),
    lambda F, x: -F.bessel_k1(x),
    doc=_doc("bessel_k0", _MODIFIED_SECOND, "K_0(x)", 1.0, 0.421, "-K_1(x)"),
)
bessel_k1 = elementwise(
    "bessel_k1",
    from_scipy("k1"),
    lambda F, x, y: -F.bessel_k0(x) - y / x,
    doc=_doc("bessel_k1", _MODIFIED_SECOND, "K_1(x)", 1.0, 0.6019, "-K_0(x) - K_1(x) / x"),
)
bessel_k0e = elementwise(
    "bessel_k0e",
    from_scipy("k0e"),
    lambda F, x: F.kve_slope(0.0, x),
    doc=_doc("bessel_k0e", _SCALED_SECOND, "e^x K_0(x)", 1.0, 1.1445, "e^x (K_0(x) - K_1(x))"),
)
bessel_k1e = elementwise(
    "bessel_k1e",
    from_scipy("k1e"),
    lambda F, x: F.kve_slope(1.0, x),
    doc=_doc("bessel_k1e", _SCALED_SECOND, "e^x K_1(x)", 1.0, 1.6362, "y - e^x K_0(x) - y / x"),
)
bessel_j0 = elementwise(
    "bessel_j0",
    of_whole_order("j0", "jv", 0),
    lambda F, x: -F.bessel_j1(x),
    doc=_doc("bessel_j0", _FIRST, "J_0(x)", 1.0, 0.7652, "-J_1(x)"),
)
bessel_j1 = elementwise(
    "bessel_j1",
    of_whole_order("j1", "jv", 1),
    lambda F, x: 0.5 * (F.bessel_j0(x) - F.jv(2.0, x)),
    doc=_doc("bessel_j1", _FIRST, "J_1(x)", 1.0, 0.4401, "(J_0(x) - J_2(x)) / 2"),
)
bessel_y0 = elementwise(
    "bessel_y0",
    of_whole_order("y0", "yv", 0),
    lambda F, x: -F.bessel_y1(x),
    doc=_doc("bessel_y0", _SECOND, "Y_0(x)", 1.0, 0.0883, "-Y_1(x)"),
)
bessel_y1 = elementwise(
    "bessel_y1",
    of_whole_order("y1", "yv", 1),
    lambda F, x, y: F.bessel_y0(x) - y / x,
    doc=_doc("bessel_y1", _SECOND, "Y_1(x)", 1.0, -0.7812, "Y_0(x) - Y_1(x) / x"),
)
jv = elementwise(
    "jv",
    of_order("jv"),
    lambda F, a, b: F.bessel_slope(a, b, kind="jv", n=1),
    lambda F, a, b: 0.5 * (F.jv(a - 1.0, b) - F.jv(a + 1.0, b)),
    doc=_of_order("jv", _FIRST, "J_x(y)", 0.6714, "(J_{x-1}(y) - J_{x+1}(y)) / 2"),
)
yv = elementwise(
    "yv",
    of_order("yv"),
    lambda F, a, b: F.bessel_slope(a, b, kind="yv", n=1),
    lambda F, a, b: 0.5 * (F.yv(a - 1.0, b) - F.yv(a + 1.0, b)),
    doc=_of_order("yv", _SECOND, "Y_x(y)", -0.4311, "(Y_{x-1}(y) - Y_{x+1}(y)) / 2"),
)
iv = elementwise(
    "iv",
    from_scipy("iv"),
    lambda F, a, b: F.bessel_slope(a, b, kind="iv", n=1),
    lambda F, a, b: 0.5 * (F.iv(a - 1.0, b) + F.iv(a + 1.0, b)),
    doc=_of_order("iv", _MODIFIED_FIRST, "I_x(y)", 0.9377, "(I_{x-1}(y) + I_{x+1}(y)) / 2"),
)
kv = elementwise(
    "kv",
    from_scipy("kv"),
    lambda F, a, b: F.bessel_slope(a, b, kind="kv", n=1),
    lambda F, a, b: -0.5 * (F.kv(a - 1.0, b) + F.kv(a + 1.0, b)),
    doc=_of_order("kv", _MODIFIED_SECOND, "K_x(y)", 0.4611, "-(K_{x-1}(y) + K_{x+1}(y)) / 2"),
)
ive = elementwise(
    "ive",
    of_order("ive"),
    lambda F, a, b: F.bessel_slope(a, b, kind="ive", n=1),
    lambda F, a, b: F.ive_slope(a, b),
    doc=_of_order(
        "ive",
        _SCALED_FIRST,
        "e^{-|y|} I_x(y)",
        0.345,
        r"e^{-|y|} (I_{x-1}(y) + I_{x+1}(y)) / 2 - \mathrm{sign}(y) e^{-|y|} I_x(y)",
    ),
)
kve = elementwise(
    "kve",
    of_order("kve"),
    lambda F, a, b: F.bessel_slope(a, b, kind="kve", n=1),
    lambda F, a, b: F.kve_slope(a, b),
    doc=_of_order(
        "kve",
        _SCALED_SECOND,
        "e^y K_x(y)",
        1.2533,
        "e^y (K_x(y) - (K_{x-1}(y) + K_{x+1}(y)) / 2)",
    ),
)
