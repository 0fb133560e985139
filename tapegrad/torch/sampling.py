"""Random numbers of distributions with shape parameters, and how they move with these."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording
from tapegrad.ops import pathwise  # noqa: F401 - makes the primitives
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.examples import as_array
from tapegrad.torch.from_data import made
from tapegrad.torch.operation import operation
from tapegrad.torch.random import Generator, _rng
from tapegrad.torch.running import sizes_differ
from tapegrad.torch.tensor import Tensor

__all__ = ["binomial"]


def _in_doubles(primitive: str, shape: Any, drawn: Any) -> Any:
    """A primitive in double precision, as densities of single precision leave its range."""
    d = drawn._value.dtype
    double = np.dtype(np.float64)
    moved = getattr(recording, primitive)(in_dtype(shape, double), in_dtype(drawn, double))
    return in_dtype(moved, d)


@operation("StandardGammaBackward0", method=False)
def _gamma_pathwise(input: Any, drawn: Any) -> Any:
    return _in_doubles("gamma_pathwise", input, drawn)


@operation("_DirichletBackward", method=False)
def _dirichlet_pathwise(input: Any, drawn: Any) -> Any:
    return _in_doubles("dirichlet_pathwise", input, drawn)


def _standard_gamma(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Gamma distributed numbers with scale 1, which move with their shape parameters."""
    shape = as_array(input._value).astype(np.float64)
    d = input._value.dtype
    numbers = np.asarray(_rng(generator).standard_gamma(shape)).astype(d)
    drawn = made(np.maximum(numbers, np.finfo(d).tiny))
    return _gamma_pathwise(input, drawn) if input.requires_grad else drawn


def _sample_dirichlet(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Probabilities of Dirichlet distributions, which move with their concentrations."""
    shape, d = as_array(input._value).astype(np.float64), input._value.dtype
    rng = _rng(generator)
    # A gamma number of shape a is one of shape a + 1 times u**(1/a): its logarithm is finite.
    logarithms = np.log(rng.standard_gamma(shape + 1))
    logarithms -= rng.standard_exponential(shape.shape) / shape
    weights = np.exp(logarithms - logarithms.max(-1, keepdims=True, initial=-np.inf))
    shares = (weights / weights.sum(-1, keepdims=True)).astype(d)
    if shape.shape[-1] > 1:
        shares = np.clip(shares, np.finfo(d).tiny, 1 - np.finfo(d).eps)
    drawn = made(shares)
    return _dirichlet_pathwise(input, drawn) if input.requires_grad else drawn


@documented(
    "torch.binomial(torch.tensor([10.0, 5.0]), torch.tensor([0.0, 1.0]))",
    count="Numbers of trials: a tensor of floating point numbers.",
    prob="Probabilities of success: a tensor of the same shape.",
)
def binomial(count: Tensor, prob: Tensor, generator: Generator | None = None) -> Tensor:
    """Counts of successes in trials."""
    n, p = as_array(count._value), as_array(prob._value)
    if n.dtype != p.dtype:
        raise RuntimeError(
            f"Binomial count and prob must have the same dtype, got {count.dtype} and {prob.dtype}"
        )
    try:
        shape = np.broadcast_shapes(n.shape, p.shape)
    except ValueError:
        raise sizes_differ(n.shape, p.shape) from None
    drawn = _rng(generator).binomial(n.astype(np.int64), p.astype(np.float64), shape)
    return made(np.asarray(drawn).astype(p.dtype))


def von_mises(loc: Tensor, concentration: Tensor, shape: Any) -> Tensor:
    """Angles of von Mises distributions, from -pi to pi."""
    mu, kappa = (as_array(v._value).astype(np.float64) for v in (loc, concentration))
    drawn = _rng(None).vonmises(mu, kappa, tuple(shape))
    return made(np.asarray(drawn).astype(loc._value.dtype))
