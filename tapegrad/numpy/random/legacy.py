"""Numbers from the stream that ``numpy.random.seed`` starts, in common with NumPy itself."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from tapegrad.numpy.array import plain
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.random.drawing import drawn

__all__ = ["get_state", "seed", "set_state"]

_numpy: Any = np.random

_PARAMETERS = {
    "size": "The shape of the result; by default that of the parameters.",
    "loc": "The location.",
    "scale": "The scale.",
    "a": "The distribution's parameter.",
    "b": "The distribution's second parameter.",
    "df": "Degrees of freedom.",
    "dfnum": "Degrees of freedom of the numerator.",
    "dfden": "Degrees of freedom of the denominator.",
    "nonc": "The non-centrality.",
    "n": "How many trials, or successes.",
    "p": "Probabilities.",
    "pvals": "The probability of each class.",
    "alpha": "The concentrations.",
    "mean": "The mean.",
    "sigma": "The standard deviation of the logarithm.",
    "cov": "The covariance matrix.",
    "check_valid": "What happens if the covariance matrix is not positive semi-definite.",
    "tol": "The tolerance of that check.",
    "low": "The lower bound.",
    "high": "The upper bound.",
    "left": "The lower bound.",
    "right": "The upper bound.",
    "lam": "The mean.",
    "mu": "The mean direction.",
    "kappa": "The concentration.",
    "shape": "The shape parameter.",
    "ngood": "How many good ones there are.",
    "nbad": "How many bad ones there are.",
    "nsample": "How many are taken.",
    "replace": "Whether an element can be chosen again.",
    "x": "An array, or a number for all integers below it.",
    "length": "How many.",
    "dtype": "The type of the result.",
    "state": "What `get_state` returned.",
    "legacy": "Whether to return a tuple.",
    "seed": "An integer, or several.",
}

_ROWS = {
    "beta": ("Beta-distributed numbers.", "2.0, 3.0, 4"),
    "binomial": ("Counts of successes.", "5, 0.5, 4"),
    "bytes": ("Random bytes.", "4"),
    "chisquare": ("Sums of squares of normal numbers.", "2.0, 4"),
    "choice": ("Elements that are chosen at random.", "np.array([1.0, 2.0]), 4"),
    "dirichlet": ("Probabilities with a Dirichlet distribution.", "[1.0, 2.0, 3.0], 4"),
    "exponential": ("Exponentially distributed numbers.", "2.0, 4"),
    "f": ("Numbers with Fisher's distribution.", "2.0, 3.0, 4"),
    "gamma": ("Gamma-distributed numbers.", "2.0, 3.0, 4"),
    "geometric": ("Numbers of trials until a success.", "0.5, 4"),
    "gumbel": ("Numbers with Gumbel's extreme value distribution.", "0.0, 1.0, 4"),
    "hypergeometric": ("Counts of good ones in samples without replacement.", "5, 5, 3, 4"),
    "laplace": ("Numbers with Laplace's distribution.", "0.0, 1.0, 4"),
    "logistic": ("Logistically distributed numbers.", "0.0, 1.0, 4"),
    "lognormal": ("Exponentials of normal numbers.", "0.0, 1.0, 4"),
    "logseries": ("Logarithmically distributed counts.", "0.5, 4"),
    "multinomial": ("Counts of several outcomes.", "5, [0.5, 0.5], 4"),
    "multivariate_normal": ("Normal vectors.", "[0.0, 0.0], np.eye(2), 4"),
    "negative_binomial": ("Counts of failures.", "2, 0.5, 4"),
    "noncentral_chisquare": ("Sums of squares of shifted normal numbers.", "2.0, 1.0, 4"),
    "noncentral_f": ("Numbers with the non-central distribution of Fisher.", "2.0, 3.0, 1.0, 4"),
    "normal": ("Normal numbers.", "0.0, 1.0, 4"),
    "pareto": ("Numbers with Lomax's distribution (Pareto's, shifted to 0).", "2.0, 4"),
    "permutation": ("The elements in random order.", "4"),
    "poisson": ("Counts of rare events.", "2.0, 4"),
    "power": ("Numbers below 1 with a density that is a power.", "2.0, 4"),
    "rand": ("Uniform numbers below 1, of a shape given by several arguments.", "2, 3"),
    "randint": ("Integers from `low` on, below `high`.", "0, 5, 4"),
    "randn": ("Standard normal numbers, of a shape given by several arguments.", "2, 3"),
    "random": ("Uniform numbers below 1.", "4"),
    "random_sample": ("Uniform numbers below 1.", "4"),
    "ranf": ("Uniform numbers below 1.", "4"),
    "rayleigh": ("Lengths of normal vectors in the plane.", "2.0, 4"),
    "sample": ("Uniform numbers below 1.", "4"),
    "shuffle": ("Bring the elements of an array in random order, in place.", "np.arange(4)"),
    "standard_cauchy": ("Numbers with Cauchy's distribution.", "4"),
    "standard_exponential": ("Exponentially distributed numbers with the mean 1.", "4"),
    "standard_gamma": ("Gamma-distributed numbers with the scale 1.", "2.0, 4"),
    "standard_normal": ("Standard normal numbers.", "4"),
    "standard_t": ("Numbers with Student's distribution.", "2.0, 4"),
    "triangular": ("Numbers with a triangular density.", "0.0, 1.0, 2.0, 4"),
    "uniform": ("Uniform numbers from `low` on, below `high`.", "0.0, 2.0, 4"),
    "vonmises": ("Angles with von Mises's distribution.", "0.0, 1.0, 4"),
    "wald": ("Numbers with the inverse Gaussian distribution.", "1.0, 2.0, 4"),
    "weibull": ("Numbers with Weibull's distribution and the scale 1.", "2.0, 4"),
    "zipf": ("Counts with Zipf's distribution.", "3.0, 4"),
}


def _made(name: str) -> Any:
    model = getattr(_numpy, name)
    summary, arguments = _ROWS[name]

    def call(*args: Any, **kwargs: Any) -> Any:
        return drawn(model, args, kwargs)

    call.__name__ = call.__qualname__ = name
    call.__signature__ = inspect.signature(model)  # type: ignore[attr-defined]
    call.__doc__ = summary
    example = f"np.shape(np.random.{name}({arguments}))"
    return documented(example, **_PARAMETERS)(call)


for _name in _ROWS:
    globals()[_name] = _made(_name)
    __all__.append(_name)


def seed(seed: Any = None) -> None:
    """Begin the common stream again.

    Parameters
    ----------
    seed
        An integer, or several; None for a seed from the operating system.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.random.seed(1)
    """
    _numpy.seed(plain(seed))


def get_state(legacy: bool = True) -> Any:
    """Where the common stream is.

    Parameters
    ----------
    legacy
        Whether to return a tuple instead of a dictionary.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.random.get_state()[0]
    'MT19937'
    """
    return _numpy.get_state(legacy)


def set_state(state: Any) -> None:
    """Go on where the common stream was.

    Parameters
    ----------
    state
        What `get_state` returned.

    Examples
    --------
    >>> import tapegrad.numpy as np
    >>> np.random.set_state(np.random.get_state())
    """
    _numpy.set_state(state)
