"""Orthogonal polynomials, Legendre and hypergeometric functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import special

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor
from tapegrad.numpy.special.making import family, floating, of_data, special_function
from tapegrad.ops import complex as engine_complex
from tapegrad.ops import hypergeometric, orthogonal_polynomials  # noqa: F401 - of the table


def _shifted(name: str) -> Callable[[Tensor, Tensor], Any]:
    return lambda n, x: getattr(R, name)(n, 2.0 * x - 1.0)


def _sh_jacobi(n: Tensor, p: Tensor, q: Tensor, x: Tensor) -> Any:
    return R.eval_jacobi(n, p - q, q - 1.0, 2.0 * x - 1.0) / R.binom(2.0 * n + p - 1.0, n)


_OF = "of degree n, differentiable in x."
family(
    *[
        (f"eval_{name}", f"eval_{name}", "n x", f"{title} polynomial {_OF}", "2, [0.25, 0.5]")
        for name, title in (
            ("legendre", "Legendre"),
            ("laguerre", "Laguerre"),
            ("chebyt", "Chebyshev's first"),
            ("chebyu", "Chebyshev's second"),
            ("hermite", "Hermite's (physicists')"),
            ("hermitenorm", "Hermite's (probabilists')"),
        )
    ],
    *[
        (f"eval_sh_{name}", _shifted(f"eval_{name}"), "n x", f"Shifted {title} {_OF}", "2, 0.25")
        for name, title in (
            ("legendre", "Legendre polynomial"),
            ("chebyt", "first Chebyshev polynomial"),
            ("chebyu", "second Chebyshev polynomial"),
        )
    ],
    (
        "eval_chebyc",
        lambda n, x: 2.0 * R.eval_chebyt(n, 0.5 * x),
        "n x",
        f"Chebyshev's first polynomial on [-2, 2] {_OF}",
        "2, 0.25",
    ),
    (
        "eval_chebys",
        lambda n, x: R.eval_chebyu(n, 0.5 * x),
        "n x",
        f"Chebyshev's second polynomial on [-2, 2] {_OF}",
        "2, 0.25",
    ),
    (
        "eval_genlaguerre",
        "eval_genlaguerre",
        "n alpha x",
        f"Generalised Laguerre polynomial {_OF}",
        "2, 0.5, 0.25",
    ),
    (
        "eval_gegenbauer",
        "eval_gegenbauer",
        "n alpha x",
        f"Gegenbauer polynomial {_OF}",
        "2, 0.5, 0.25",
    ),
    (
        "eval_jacobi",
        "eval_jacobi",
        "n alpha beta x",
        f"Jacobi polynomial {_OF}",
        "2, 0.5, 0.5, 0.25",
    ),
    (
        "eval_sh_jacobi",
        _sh_jacobi,
        "n p q x",
        f"Shifted Jacobi polynomial {_OF}",
        "2, 1.5, 0.5, 0.25",
    ),
    (
        "lpmv",
        "lpmv",
        "m v x",
        "Associated Legendre function of whole order m and degree v, differentiable in x.",
        "1, 2.0, 0.25",
    ),
    ("hyp0f1", "hyp0f1", "v z", "Limit of `hyp1f1`, differentiable in z.", "1.5, [0.5, 1.0]"),
    (
        "hyp1f1",
        "hyp1f1",
        "a b x",
        "Confluent hypergeometric function, differentiable in x.",
        "0.5, 1.5, [0.5, 1.0]",
    ),
    (
        "hyperu",
        "hyperu",
        "a b x",
        "Confluent hypergeometric function U, differentiable in x.",
        "0.5, 1.5, [0.5, 1.0]",
    ),
    (
        "hyp2f1",
        "gauss2f1",
        "a b c z",
        "Gauss's hypergeometric function, differentiable in z.",
        "0.5, 1.0, 1.5, [0.25, 0.5]",
    ),
    (
        "wright_bessel",
        "wright_bessel",
        "a b x",
        "Wright's generalised Bessel function, differentiable in x.",
        "0.5, 1.0, [0.5, 1.0]",
    ),
    (
        "log_wright_bessel",
        "log_wright_bessel",
        "a b x",
        "Logarithm of `wright_bessel`, differentiable in x.",
        "0.5, 1.0, [0.5, 1.0]",
    ),
)

if hasattr(special, "sph_harm_y"):  # since SciPy 1.15

    @special_function(
        "np.special.sph_harm_y(2, 1, 0.5, 0.25)",
        n="The degree, whole numbers.",
        m="The order, whole numbers.",
        theta="The polar angle.",
        phi="The azimuth.",
        diff_n="The order of derivatives to return with the value; with them SciPy computes.",
    )
    def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
        """Spherical harmonic, differentiable in both angles."""
        if diff_n:
            return of_data(special.sph_harm_y, n, m, theta, phi, diff_n=diff_n)
        degree, order, polar, azimuth = floating(n, m, theta, phi)
        size, turn = R.sph_legendre_p(degree, order, polar), order * azimuth
        return engine_complex.complex(size * R.cos(turn), size * R.sin(turn))
