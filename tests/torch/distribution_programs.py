"""What a distribution is asked for in the recorded cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.torch.harness import raised, text

MOMENTS = ("mean", "mode", "variance", "stddev")


def tensor(torch: Any, value: Any) -> Any:
    """A leaf of doubles, or a Python value as it is: text, tuples and functions."""
    if isinstance(value, list):
        return torch.tensor(value, dtype=torch.float64, requires_grad=True)
    return value(torch) if callable(value) else value


def made(torch: Any, name: str, parameters: dict[str, Any]) -> tuple[Any, list[Any]]:
    """The distribution of a name, and its parameters that are leaves."""
    given = {key: tensor(torch, value) for key, value in parameters.items()}
    leaves = [v for v in given.values() if isinstance(v, torch.Tensor) and v.requires_grad]
    return getattr(torch.distributions, name)(**given), leaves


def with_gradients(torch: Any, compute: Callable[[], Any], leaves: list[Any]) -> Any:
    """A value and its gradients, or what is raised."""
    try:
        y = compute()
    except (NotImplementedError, ValueError, AttributeError) as error:
        return type(error).__name__, re.sub(r"<class '.*\.(\w+)'>", r"\1", str(error))[:120]
    if not y.requires_grad:
        return y
    weights = torch.linspace(0.5, 1.5, y.numel(), dtype=y.dtype).reshape(y.shape)
    found = torch.autograd.grad((y * weights).sum(), leaves, allow_unused=True, retain_graph=True)
    return y.detach(), found


def without_gradients(d: Any) -> Any:
    """The same distribution with constant parameters."""
    return type(d)(**{name: getattr(d, name).detach() for name in d.arg_constraints})


def facts(torch: Any, name: str, parameters: dict[str, Any]) -> Any:
    """What it is: text, shapes, support, moments, entropy, expanded."""
    d, leaves = made(torch, name, parameters)
    wider = (2, 3, *d.batch_shape)
    larger = d.expand(wider)
    return {
        "text": text(d),
        "shapes": (d.batch_shape, d.event_shape),
        "support": text(d.support),
        "discrete": (d.support.is_discrete, d.support.event_dim),
        "constraints": text(d.arg_constraints),
        "kinds": (d.has_rsample, d.has_enumerate_support),
        "moments": {m: with_gradients(torch, lambda m=m: getattr(d, m), leaves) for m in MOMENTS},
        "entropy": with_gradients(torch, d.entropy, leaves),
        "perplexity": with_gradients(torch, d.perplexity, leaves),
        "expanded": (text(larger), larger.batch_shape, larger.sample().shape),
    }


def densities(torch: Any, name: str, parameters: dict[str, Any], values: Any) -> Any:
    """Densities, distribution functions and quantiles with gradients, and second derivatives."""
    d, leaves = made(torch, name, parameters)
    x = tensor(torch, values)
    x = x.requires_grad_() if x.is_floating_point() and not d.support.is_discrete else x.detach()
    leaves = [*leaves, x] if x.requires_grad else leaves
    # PyTorch does not differentiate the distribution function by a gamma number's shape.
    known = d if name not in ("Gamma", "Chi2", "InverseGamma") else without_gradients(d)
    p = torch.linspace(0.1, 0.9, 3, dtype=torch.float64)
    p = p.reshape((3,) + (1,) * len(d.batch_shape)).requires_grad_()
    found = {
        "log_prob": with_gradients(torch, lambda: d.log_prob(x), leaves),
        "cdf": with_gradients(torch, lambda: known.cdf(x), leaves),
        "icdf": with_gradients(torch, lambda: d.icdf(p), [*leaves, p]),
    }
    first = torch.autograd.grad(d.log_prob(x).sum(), leaves, create_graph=True, allow_unused=True)
    squares = [g.square().sum() for g in first if g is not None]
    if squares and sum(squares).requires_grad:
        found["second"] = torch.autograd.grad(sum(squares), leaves, allow_unused=True)
    return found


def samples(torch: Any, name: str, parameters: dict[str, Any]) -> Any:
    """What samples are, whatever their numbers: shapes, types, support, gradients or not."""
    d, leaves = made(torch, name, parameters)
    x = d.sample((4, 5))
    inside = d.support.check(x).all()
    found = [x.shape, x.dtype, x.requires_grad, inside, d.sample().shape, d.sample([2]).shape]
    if d.has_enumerate_support:
        found += [d.enumerate_support(), d.enumerate_support(expand=False)]
    if not d.has_rsample:
        return [*found, raised(d.rsample)]
    y = d.rsample((4, 5))
    if not leaves:
        return [*found, y.shape, y.dtype, y.requires_grad]
    g = torch.autograd.grad(y.sum(), leaves, allow_unused=True)
    return [*found, y.shape, y.dtype, y.requires_grad, [None if v is None else v.shape for v in g]]
