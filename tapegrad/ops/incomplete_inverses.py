"""Inverses of the incomplete gamma and beta functions: quantiles of their distributions.

Their derivatives follow from those of the functions themselves: along ``P(a, y) = p`` it is
``dy/dp = 1 / density`` and ``dy/da = -slope / density``.
"""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import elementwise
from tapegrad.core.tensor import Tensor
from tapegrad.ops import incomplete_gamma  # noqa: F401 - used by rules as F.igamma_slope...
from tapegrad.ops.describe import FLOATS, binary
from tapegrad.ops.incomplete_beta import three_operands
from tapegrad.ops.scipy_forward import from_scipy

__all__ = ("betaincinv", "gammainccinv", "gammaincinv")

gammaincinv = elementwise(
    "gammaincinv",
    from_scipy("gammaincinv"),
    lambda F, a, y: -F.igamma_slope(a, y, n=1) / F.igamma_density(a, y),
    lambda F, a, y: 1.0 / F.igamma_density(a, y),
    doc=binary(
        "Inverse of `tf.math.igamma` in its second argument: the solution z of\n"
        ":math:`P(x, z) = y`, elementwise.",
        "tf.math.special.gammaincinv(1.0, 0.5).numpy().round(4)",
        "np.float32(0.6931)",
        takes=FLOATS,
        notes="NaN outside ``[0, 1]``. With the density\n"
        ":math:`p = z^{x-1} e^{-z} / \\Gamma(x)` the derivatives are\n"
        ":math:`-\\partial_x P(x, z) / p` and :math:`1 / p` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/8.2",
    ),
)
gammainccinv = elementwise(
    "gammainccinv",
    from_scipy("gammainccinv"),
    lambda F, a, y: -F.igamma_slope(a, y, n=1) / F.igamma_density(a, y),
    lambda F, a, y: -1.0 / F.igamma_density(a, y),
    doc=binary(
        "Inverse of `tf.math.igammac` in its second argument: the solution z of\n"
        ":math:`Q(x, z) = y`, elementwise.",
        "tf.math.special.gammainccinv(1.0, 0.5).numpy().round(4)",
        "np.float32(0.6931)",
        takes=FLOATS,
        notes="NaN outside ``[0, 1]``. With the density\n"
        ":math:`p = z^{x-1} e^{-z} / \\Gamma(x)` the derivatives are\n"
        ":math:`\\partial_x Q(x, z) / p` and :math:`-1 / p` [1]_.\n\n"
        ".. [1] https://dlmf.nist.gov/8.2",
    ),
)
_betaincinv = elementwise(
    "betaincinv",
    from_scipy("betaincinv"),
    lambda F, a, b, y: -F.betainc_slope(a, b, y, n=1, m=0) / F.betainc_density(a, b, y),
    lambda F, a, b, y: -F.betainc_slope(a, b, y, n=0, m=1) / F.betainc_density(a, b, y),
    lambda F, a, b, y: 1.0 / F.betainc_density(a, b, y),
)

# The inverses in the parameters.
elementwise(
    "gdtrib",
    from_scipy("gdtrib"),
    lambda F, a, c, y: -c * F.igamma_density(y, a * c) / F.igamma_slope(y, a * c, n=1),
    lambda F, a, c, y: 1.0 / F.igamma_slope(y, a * c, n=1),
    lambda F, a, c, y: -a * F.igamma_density(y, a * c) / F.igamma_slope(y, a * c, n=1),
)
elementwise(
    "btdtria",
    from_scipy("btdtria"),
    lambda F, b, c, y: 1.0 / F.betainc_slope(y, b, c, n=1, m=0),
    lambda F, b, c, y: -F.betainc_slope(y, b, c, n=0, m=1) / F.betainc_slope(y, b, c, n=1, m=0),
    lambda F, b, c, y: -F.betainc_density(y, b, c) / F.betainc_slope(y, b, c, n=1, m=0),
)
elementwise(
    "btdtrib",
    from_scipy("btdtrib"),
    lambda F, a, c, y: -F.betainc_slope(a, y, c, n=1, m=0) / F.betainc_slope(a, y, c, n=0, m=1),
    lambda F, a, c, y: 1.0 / F.betainc_slope(a, y, c, n=0, m=1),
    lambda F, a, c, y: -F.betainc_density(a, y, c) / F.betainc_slope(a, y, c, n=0, m=1),
)
elementwise(
    "betainccinv",
    from_scipy("betainccinv"),
    lambda F, a, b, y: -F.betainc_slope(a, b, y, n=1, m=0) / F.betainc_density(a, b, y),
    lambda F, a, b, y: -F.betainc_slope(a, b, y, n=0, m=1) / F.betainc_density(a, b, y),
    lambda F, a, b, y: -1.0 / F.betainc_density(a, b, y),
)


def betaincinv(a: Any, b: Any, y: Any, name: str | None = None) -> Tensor:
    r"""Inverse of `tf.math.betainc` in its last argument: the solution x of :math:`I_x(a, b) = y`.

    With the density :math:`p = x^{a-1} (1-x)^{b-1} / B(a, b)` the derivatives are
    :math:`-\partial_a I / p`, :math:`-\partial_b I / p` and :math:`1 / p` [1]_.

    Parameters
    ----------
    a : Tensor
        A floating point tensor of positive numbers.
    b : Tensor
        A tensor of the same dtype, of positive numbers.
    y : Tensor
        A tensor of the same dtype, of numbers between 0 and 1. The three shapes must broadcast.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the operands' dtype and common shape; NaN for numbers that are not in the domain.

    Raises
    ------
    InvalidArgumentError
        If the dtypes differ or are not floating point, or the shapes do not broadcast.

    References
    ----------
    .. [1] https://dlmf.nist.gov/8.17

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.special.betaincinv(1.0, 1.0, 0.25).numpy()
    np.float32(0.25)
    """
    return _betaincinv(*three_operands("betaincinv", a, b, y, "y"))  # type: ignore[no-any-return]
