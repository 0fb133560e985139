"""How far distributions are from one another."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import tapegrad.torch as torch
from tapegrad.torch.distributions.distribution import Distribution
from tapegrad.torch.distributions.documentation import documented

__all__ = ["kl_divergence", "register_kl"]

Formula = Callable[[Any, Any], Any]

_REGISTERED: dict[tuple[type, type], Formula] = {}
_FOUND: dict[tuple[type, type], Formula | None] = {}


@documented(
    "d = torch.distributions\n"
    "Narrow = type('Narrow', (d.Normal,), {})\n"
    "f = d.register_kl(Narrow, d.Normal)(lambda p, q: 'narrow')\n"
    "d.kl_divergence(Narrow(0.0, 1.0), d.Normal(0.0, 1.0))",
    "'narrow'",
    type_p="A class of distributions.",
    type_q="A class of distributions.",
)
def register_kl(type_p: type, type_q: type) -> Callable[[Formula], Formula]:
    """Decorate the function ``(p, q)`` that computes `kl_divergence` for two classes.

    For objects of subclasses the formula of the nearest classes counts; if there is none that is
    nearest for both, a warning says which to register.
    """
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):
            raise TypeError(f"Expected {name} to be a Distribution subclass but got {kind}")

    def register(formula: Formula) -> Formula:
        _REGISTERED[type_p, type_q] = formula
        _FOUND.clear()
        return formula

    return register


@documented(
    "d = torch.distributions\nd.kl_divergence(d.Normal(0.0, 1.0), d.Normal(1.0, 1.0))",
)
def kl_divergence(p: Any, q: Any) -> Any:
    r"""The Kullback-Leibler divergence :math:`\int p \ln (p / q)`, per distribution of a batch.

    NotImplementedError where there is no formula for the two classes.
    """
    kinds = type(p), type(q)
    if kinds not in _FOUND:
        _FOUND[kinds] = _nearest(*kinds)
    formula = _FOUND[kinds]
    if formula is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {type(p).__name__} and q type "
            f"{type(q).__name__}"
        )
    return formula(p, q)


def _nearest(p: type, q: type) -> Formula | None:
    """The formula of the most special classes, where that of `p` counts first."""
    fitting = [pair for pair in _REGISTERED if issubclass(p, pair[0]) and issubclass(q, pair[1])]
    if not fitting:
        return None

    def steps(pair: tuple[type, type]) -> tuple[int, int]:
        return p.__mro__.index(pair[0]), q.__mro__.index(pair[1])

    by_p = min(fitting, key=steps)
    by_q = min(fitting, key=lambda pair: steps(pair)[::-1])
    if _REGISTERED[by_p] is not _REGISTERED[by_q]:
        warnings.warn(
            f"Ambiguous kl_divergence({p.__name__}, {q.__name__}). Please "
            f"register_kl({by_p[0].__name__}, {by_q[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _REGISTERED[by_p]


def infinite_where(condition: Any, value: Any) -> Any:
    """Infinity where a condition holds."""
    return torch.where(condition, torch.full_like(value, torch.inf), value)
