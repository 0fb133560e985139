"""Orthogonal polynomials of ``torch.special``, by their recurrences (DLMF 18.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.elementwise import multiply, subtract
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.node_names import camel
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import flat, promoted_floating

__all__ = [
    "chebyshev_polynomial_t",
    "chebyshev_polynomial_u",
    "chebyshev_polynomial_v",
    "chebyshev_polynomial_w",
    "hermite_polynomial_h",
    "hermite_polynomial_he",
    "laguerre_polynomial_l",
    "legendre_polynomial_p",
    "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v",
    "shifted_chebyshev_polynomial_w",
]

#: p(k + 1) = (scale x + shift) p(k) - weight p(k - 1)
_Step = Callable[[int], tuple[float, float, float]]


def _linear(x: Any, scale: float, shift: float) -> Any:
    d = x._value.dtype
    return subtract(multiply(x, in_dtype(scale, d)), in_dtype(-shift, d))


def _polynomial(x: Any, n: Any, first: tuple[float, float], step: _Step) -> Any:
    """The polynomials of all degrees that `n` holds, each where it is asked for."""
    d = x._value.dtype
    degrees = np.trunc(as_array(n._value)).astype(np.int64)
    shape = np.broadcast_shapes(x._value.shape, degrees.shape)
    if x._value.shape != shape:
        x = TABLE["broadcast_to"](x, to=shape)
    degrees = np.broadcast_to(degrees, shape)
    ones = flat(wrap_constant(np.ones(shape, d)[()]), x)
    last, now = ones, _linear(x, *first)
    found = flat(wrap_constant(np.zeros(shape, d)[()]), x)
    highest = int(degrees.max(initial=-1))
    for k in range(highest + 1):
        found = TABLE["where"](wrap_constant(np.asarray(degrees == k)[()]), last, found)
        scale, shift, weight = step(k + 1)
        following = subtract(
            multiply(_linear(x, scale, shift), now), multiply(last, in_dtype(weight, d))
        )
        last, now = now, following
    return found


def _family(name: str, words: str, formula: str, first: tuple[float, float], step: _Step) -> Any:
    def call(input: Any, n: Any) -> Any:
        x, degree = promoted_floating(input, n)
        degree = n if isinstance(n, CoreTensor) else degree
        return _polynomial(x, degree, first, step)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = (
        f"{words}, elementwise: :math:`{formula}`.\n\nUnlike PyTorch's it has derivatives, with "
        f"respect to `input`, of every order."
    )
    kind = f"Special{camel(name)}Backward0"
    return documented(
        f"torch.special.{name}(torch.tensor([0.5, 2.0]), torch.tensor([2, 3]))",
        "",
        n="The degrees; negative ones give 0.",
    )(operation(kind, method=False)(call))


def _chebyshev(ending: str, kind: str, first: tuple[float, float]) -> tuple[Any, Any]:
    """The family on [-1, 1], and the one that is shifted to [0, 1]."""
    scale, shift = first
    letter = ending.upper()
    plain = _family(
        f"chebyshev_polynomial_{ending}",
        f"The Chebyshev polynomial of the {kind} kind",
        rf"{letter}_{{n+1}}(x) = 2 x\, {letter}_n(x) - {letter}_{{n-1}}(x)",
        first,
        lambda k: (2.0, 0.0, 1.0),
    )
    moved = _family(
        f"shifted_chebyshev_polynomial_{ending}",
        f"The shifted Chebyshev polynomial of the {kind} kind",
        rf"{letter}^*_n(x) = {letter}_n(2 x - 1)",
        (2.0 * scale, shift - scale),
        lambda k: (4.0, -2.0, 1.0),
    )
    return plain, moved


chebyshev_polynomial_t, shifted_chebyshev_polynomial_t = _chebyshev("t", "first", (1.0, 0.0))
chebyshev_polynomial_u, shifted_chebyshev_polynomial_u = _chebyshev("u", "second", (2.0, 0.0))
chebyshev_polynomial_v, shifted_chebyshev_polynomial_v = _chebyshev("v", "third", (2.0, -1.0))
chebyshev_polynomial_w, shifted_chebyshev_polynomial_w = _chebyshev("w", "fourth", (2.0, 1.0))
hermite_polynomial_h = _family(
    "hermite_polynomial_h",
    "The physicists' Hermite polynomial",
    "H_{n+1}(x) = 2 x H_n(x) - 2 n H_{n-1}(x)",
    (2.0, 0.0),
    lambda k: (2.0, 0.0, 2.0 * k),
)
hermite_polynomial_he = _family(
    "hermite_polynomial_he",
    "The probabilists' Hermite polynomial",
    "He_{n+1}(x) = x He_n(x) - n He_{n-1}(x)",
    (1.0, 0.0),
    lambda k: (1.0, 0.0, float(k)),
)
laguerre_polynomial_l = _family(
    "laguerre_polynomial_l",
    "The Laguerre polynomial",
    r"(n + 1) L_{n+1}(x) = (2 n + 1 - x) L_n(x) - n L_{n-1}(x)",
    (-1.0, 1.0),
    lambda k: (-1.0 / (k + 1), (2.0 * k + 1) / (k + 1), k / (k + 1)),
)
legendre_polynomial_p = _family(
    "legendre_polynomial_p",
    "The Legendre polynomial",
    r"(n + 1) P_{n+1}(x) = (2 n + 1) x P_n(x) - n P_{n-1}(x)",
    (1.0, 0.0),
    lambda k: ((2.0 * k + 1) / (k + 1), 0.0, k / (k + 1)),
)
