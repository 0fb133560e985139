"""The functions that each family of polynomials has, made from NumPy's when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from tapegrad.numpy.array import holding, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS
from tapegrad.numpy.polynomial.example_results import RESULTS
from tapegrad.numpy.rewired import rewired

__all__: list[str] = []

_C, _D, _X = "[1.0, 2.0, 3.0]", "[3.0, 1.0]", "np.array([0.5, 1.0])"
_PLANE = "np.array([[1.0, 2.0], [3.0, 4.0]])"

#: What follows the family's prefix in a name -> (summary, arguments of an example).
_KINDS = {
    "val": ("The values of series at points, by Clenshaw's recursion.", f"{_X}, {_C}"),
    "val2d": ("The values of series in two variables at points.", f"{_X}, {_X}, {_PLANE}"),
    "val3d": ("The same in three variables.", f"{_X}, {_X}, {_X}, np.ones((2, 2, 2))"),
    "grid2d": ("The values of series on a grid in two variables.", f"{_X}, [0.0], {_PLANE}"),
    "grid3d": ("The same in three variables.", "[0.5], [0.0], [1.0], np.ones((2, 2, 2))"),
    "valfromroots": ("The values at points of polynomials with given roots.", f"{_X}, {_D}"),
    "der": ("The derivative of a series.", _C),
    "int": ("An integral of a series.", _C),
    "add": ("The sum of two series.", f"{_C}, {_D}"),
    "sub": ("The difference of two series.", f"{_C}, {_D}"),
    "mul": ("The product of two series.", f"{_C}, {_D}"),
    "div": ("Quotient and remainder of two series.", f"{_C}, {_D}"),
    "mulx": ("A series times its variable.", _C),
    "pow": ("The power of a series.", f"{_D}, 2"),
    "line": ("A straight line as a series.", "1.0, 2.0"),
    "fromroots": ("The series with given roots.", "[1.0, 2.0]"),
    "roots": ("The roots of a series, as eigenvalues.", _D),
    "companion": ("A matrix whose eigenvalues are the roots.", _C),
    "trim": ("A series without small coefficients at its end.", "[1.0, 0.0]"),
    "fit": ("The series that fits points best, in the sense of least squares.", f"{_X}, {_D}, 1"),
    "vander": ("The values of the basis at points, one point a row.", f"{_X}, 2"),
    "vander2d": ("The same in two variables.", f"{_X}, {_X}, [1, 1]"),
    "vander3d": ("The same in three variables.", f"{_X}, {_X}, {_X}, [1, 0, 1]"),
    "gauss": ("Points and weights of Gauss's quadrature.", "1"),
    "weight": ("The weight by which the basis is orthogonal.", "np.array([0.5])"),
    "interpolate": ("The series that interpolates a function.", "lambda x: x, 1"),
    "pts1": ("The Chebyshev points of the first kind.", "2"),
    "pts2": ("The Chebyshev points of the second kind.", "2"),
    "2poly": ("A series as a power series.", _D),
    "poly2": ("A power series as a series of this family.", _D),
}

_PARAMETERS = {
    "x": "Points, first coordinates.",
    "y": "Second coordinates; for a fit the values at the points.",
    "z": "Third coordinates.",
    "c": "Coefficients by rising degree, along the first axis.",
    "r": "Roots.",
    "tensor": "Whether each column of coefficients is taken at each point.",
    "m": "How often.",
    "scl": "A factor: each derivative or integral is multiplied by it; the slope of a line.",
    "off": "The line's value at 0.",
    "k": "Constants of integration, one for each time.",
    "lbnd": "Where the integrals have these values.",
    "c1": "Coefficients by rising degree.",
    "c2": "Coefficients by rising degree.",
    "pow": "The exponent.",
    "maxpower": "The largest exponent that is allowed.",
    "roots": "Roots.",
    "tol": "Coefficients up to this count as zero.",
    "deg": "The degree, or degrees.",
    "full": "Whether to return also residuals, rank, singular values and `rcond`.",
    "w": "Weights of the residuals.",
    "func": "A function of an array.",
    "args": "Its other arguments.",
    "npts": "How many points.",
    "pol": "Coefficients by rising degree.",
}

_CLASS = """A series as an object that can be called, added, multiplied, derived and fitted.

Parameters
----------
coef
    Coefficients by rising degree.
domain
    The interval that is mapped to `window` before the series is evaluated.
window
    The interval where the basis is used.
symbol
    The name of the variable when it is printed.

Examples
--------
>>> import tapegrad.numpy as np
>>> p = np.polynomial.{name}([1.0, 2.0])
>>> p(0.5) + p.deriv()(0.5)
array({value})
"""

_PREFIXES = {
    "polynomial": "poly",
    "chebyshev": "cheb",
    "legendre": "leg",
    "hermite": "herm",
    "hermite_e": "herme",
    "laguerre": "lag",
}


def family(model: ModuleType) -> tuple[list[str], Callable[[str], Any]]:
    """The public names of a module of ``numpy.polynomial``, and what makes each of them.

    Parameters
    ----------
    model
        The module.
    """
    title = model.__name__.rpartition(".")[2]
    known: dict[str, Any] = {}

    def make(name: str) -> Any:
        if name not in known:
            if name not in model.__all__:
                raise AttributeError(f"module {model.__name__!r} has no attribute {name!r}")
            known[name] = _made(getattr(model, name), name, title)
        return known[name]

    for name in model.__all__:
        if hasattr(getattr(model, name), "__wrapped__"):  # NumPy asks arrays of ours for it
            HANDLERS[getattr(model, name)] = make(name)
    return list(model.__all__), make


def _made(model: Any, name: str, title: str) -> Any:
    if isinstance(model, np.ndarray):
        return holding(tensor_of(model))
    made: Any = rewired(model)
    if isinstance(model, type):
        value = model([1.0, 2.0])(0.5) + model([1.0, 2.0]).deriv()(0.5)
        made.__module__ = f"{__package__}.{title}"
        made.__doc__ = _CLASS.format(name=name, value=f"{value:.1f}".rstrip("0"))
        return made
    made.__doc__, example = _described(name, title)
    return documented(example, RESULTS.get(example, ""), **_PARAMETERS)(made)


def _described(name: str, title: str) -> tuple[str, str]:
    """The summary of a function and its example."""
    prefix = _PREFIXES[title]
    kind = "poly2" if name == f"poly2{prefix}" else name.removeprefix(prefix)
    summary, arguments = _KINDS[kind]
    return summary, f"np.polynomial.{title}.{name}({arguments})"


def examples() -> list[str]:
    """The examples of all functions of all families."""
    models = {title: getattr(np.polynomial, title) for title in _PREFIXES}
    return [
        _described(name, title)[1]
        for title, model in models.items()
        for name in model.__all__
        if callable(getattr(model, name)) and not isinstance(getattr(model, name), type)
    ]


set_default_printstyle = rewired(np.polynomial.set_default_printstyle)
set_default_printstyle.__doc__ = """Choose how series are printed.

Parameters
----------
style
    ``"unicode"`` or ``"ascii"``.

Examples
--------
>>> import tapegrad.numpy as np
>>> np.polynomial.set_default_printstyle("ascii")
>>> str(np.polynomial.Polynomial([1.0, 2.0]))
'1.0 + 2.0 x'
>>> np.polynomial.set_default_printstyle("unicode")
"""
