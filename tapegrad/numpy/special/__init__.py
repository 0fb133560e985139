"""`scipy.special`, differentiable: ``import tapegrad.numpy as np; np.special.gammaln(x)``.

Names, arguments, types and values are SciPy's. With ``SCIPY_ARRAY_API=1`` SciPy itself finds them
here; without it, its universal functions of our arrays and tensors, such as
``scipy.special.jv(0.5, x)``, are recorded all the same. Functions that have no derivative here are
computed by SciPy, and refused for what a tape follows.
"""

from __future__ import annotations

import inspect
from typing import Any

from scipy import special as _scipy

from tapegrad.numpy.special import (  # noqa: F401 - they fill the table
    bessel_functions,
    distribution_functions,
    elementary,
    elliptic_functions,
    error_functions,
    gamma_functions,
    polynomials,
    reductions,
)
from tapegrad.numpy.special.making import SPECIAL as _SPECIAL
from tapegrad.numpy.special.making import without_derivative as _without_derivative

_SPECIAL["digamma"], _SPECIAL["jn"] = _SPECIAL["psi"], _SPECIAL["jv"]
globals().update(_SPECIAL)

#: Those with a derivative.
__all__ = sorted(_SPECIAL)  # noqa: PLE0605 - made from the table


def __getattr__(name: str) -> Any:
    """SciPy's other functions."""
    if name not in _scipy.__all__:
        raise AttributeError(
            f"module 'tapegrad.numpy.special' has no attribute {name!r}: neither has scipy.special."
        )
    found = getattr(_scipy, name)
    if inspect.isclass(found):
        return found
    made = globals()[name] = _without_derivative(name)
    return made


def __dir__() -> list[str]:
    return sorted({*__all__, *_scipy.__all__})
