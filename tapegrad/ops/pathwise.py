r"""Numbers that were drawn, as functions of the shapes of their distributions.

A number :math:`z` that was drawn moves with the parameters so that its distribution stays the one
that they say: :math:`dz/d\alpha = v(z, \alpha)` with a velocity field that satisfies the continuity
equation of the density. For a single variable the field is
:math:`-\partial_\alpha F(z; \alpha) / p(z; \alpha)` (Figurnov, Mohamed and Mnih, "Implicit
reparameterization gradients", 2018); for the Dirichlet distribution it is that of Jankowiak and
Obermeyer, "Pathwise derivatives beyond the reparameterization trick", 2018. The rules read the
number itself, which moves too, so that derivatives of every order are those of expectations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import elementwise, general
from tapegrad.core.primitive import NONDIFF
from tapegrad.ops import (  # noqa: F401 - used by rules as F.igamma_slope and the like
    division,
    incomplete_beta,
    incomplete_gamma,
)

__all__: tuple[str, ...] = ()


def _gamma_velocity(F: Any, a: Any, y: Any) -> Any:
    return -F.igamma_slope(a, y, n=1) / F.igamma_density(a, y)


gamma_pathwise = elementwise(
    "gamma_pathwise",
    lambda a, b: np.broadcast_to(b, np.broadcast_shapes(a.shape, b.shape))[()],
    _gamma_velocity,
    NONDIFF,
)


def _shares(F: Any, concentration: Any, y: Any) -> Any:
    """How fast each probability grows by its own concentration, over what the others have."""
    others = F.reduce_sum(concentration, axes=(-1,), keepdims=True) - concentration
    slope = F.betainc_slope(concentration, others, y, n=1, m=0)
    return -slope / F.betainc_density(concentration, others, y) / (1.0 - y)


def _dirichlet_vjp(F: Any, g: Any, concentration: Any, y: Any) -> Any:
    mean = F.reduce_sum(y * g, axes=(-1,), keepdims=True)
    return _shares(F, concentration, y) * (g - mean)


def _dirichlet_jvp(F: Any, t: Any, concentration: Any, y: Any) -> Any:
    moved = t * _shares(F, concentration, y)
    return moved - y * F.reduce_sum(moved, axes=(-1,), keepdims=True)


dirichlet_pathwise = general(
    "dirichlet_pathwise",
    lambda concentration, drawn: drawn,
    _dirichlet_vjp,
    NONDIFF,
    inputs="concentration drawn",
    jvps=[_dirichlet_jvp, NONDIFF],
)
