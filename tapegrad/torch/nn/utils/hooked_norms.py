"""Norms of weights by hooks before each call: the older forms of `parametrizations`."""

from __future__ import annotations

import warnings
from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.functional import normalize
from tapegrad.torch.nn.parameter import Parameter
from tapegrad.torch.random import randn
from tapegrad.torch.weight_norms import as_rows, iterate, norm_except_dim

__all__ = ["remove_spectral_norm", "remove_weight_norm", "spectral_norm", "weight_norm"]


class _Hooked:
    """Computes a weight before each call of a module."""

    word = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def compute(self, module: Any) -> Any:
        """The weight."""
        raise NotImplementedError

    def __call__(self, module: Any, inputs: Any) -> None:
        setattr(module, self.name, self.compute(module))

    def leave(self, module: Any) -> None:
        """Make the weight a parameter again."""
        with modes.no_grad():
            weight = self.compute(module)
        delattr(module, self.name)
        for ending in self.endings:
            delattr(module, self.name + ending)
        module.register_parameter(self.name, Parameter(weight.detach()))

    endings: tuple[str, ...] = ()


def _attach(module: Any, hook: _Hooked) -> None:
    for other in module._forward_pre_hooks.values():
        if type(other) is type(hook) and other.name == hook.name:
            raise RuntimeError(
                f"Cannot register two {hook.word} hooks on the same parameter {hook.name}"
            )
    module.register_forward_pre_hook(hook)


def _detach(module: Any, kind: type[_Hooked], name: str) -> Any:
    for number, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, kind) and hook.name == name:
            hook.leave(module)
            del module._forward_pre_hooks[number]
            return module
    raise ValueError(f"{kind.word} of '{name}' not found in {module}")


class _WeightNorm(_Hooked):
    word, endings = "weight_norm", ("_g", "_v")

    def __init__(self, name: str, dim: int | None) -> None:
        super().__init__(name)
        self.dim = -1 if dim is None else dim

    def compute(self, module: Any) -> Any:
        """The direction, in the length that is learnt."""
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, 2, self.dim))


@documented(
    "callable(torch.nn.utils.weight_norm)",
    "True",
    module="The module.",
    name="The name of the weight.",
    dim="The dimension whose entries have a length each; None for one length of all.",
)
def weight_norm(module: Any, name: str = "weight", dim: int | None = 0) -> Any:
    """Learn length and direction of a weight apart; better use `parametrizations.weight_norm`."""
    warnings.warn(
        "`torch.nn.utils.weight_norm` is deprecated in favor of "
        "`torch.nn.utils.parametrizations.weight_norm`.",
        FutureWarning,
        stacklevel=2,
    )
    hook = _WeightNorm(name, dim)
    _attach(module, hook)
    weight = getattr(module, name)
    delattr(module, name)
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight, 2, hook.dim).detach()))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    hook(module, None)
    return module


@documented(
    "callable(torch.nn.utils.remove_weight_norm)",
    "True",
    module="The module.",
    name="The name of the weight.",
)
def remove_weight_norm(module: Any, name: str = "weight") -> Any:
    """Undo `weight_norm`; ValueError if there is none."""
    return _detach(module, _WeightNorm, name)


class _SpectralNorm(_Hooked):
    word, endings = "spectral_norm", ("_u", "_v", "_orig")

    def __init__(self, name: str, steps: int, dim: int, eps: float) -> None:
        if steps <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={steps}"
            )
        super().__init__(name)
        self.steps, self.dim, self.eps = steps, dim, eps

    def compute(self, module: Any) -> Any:
        """The weight divided by the estimate of its norm."""
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        rows = as_rows(weight, self.dim)
        if module.training:
            new_u, new_v = iterate(rows.detach(), u, v, self.steps, self.eps)
            with modes.no_grad():
                u.copy_(new_u)
                v.copy_(new_v)
        return weight / (u.clone() @ (rows @ v.clone()))


@documented(
    "'weight_orig' in torch.nn.utils.spectral_norm(torch.nn.Linear(2, 3)).state_dict()",
    "True",
    module="The module.",
    name="The name of the weight.",
    n_power_iterations="How often the estimate of the norm is improved in each call.",
    eps="The smallest length to divide by.",
    dim="The dimension of the outputs; by default 0, or 1 for transposed convolutions.",
)
def spectral_norm(
    module: Any,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Any:
    """Divide a weight by its largest singular value; see `parametrizations.spectral_norm`."""
    if dim is None:
        dim = 1 if "ConvTranspose" in type(module).__name__ else 0
    hook = _SpectralNorm(name, n_power_iterations, dim, eps)
    _attach(module, hook)
    weight = module._parameters[name]
    rows = as_rows(weight.detach(), dim)
    u, v = (normalize(randn(n, dtype=weight.dtype), dim=0, eps=eps) for n in rows.shape)
    delattr(module, name)
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(name + "_u", u)
    module.register_buffer(name + "_v", v)
    return module


@documented(
    "layer = torch.nn.utils.spectral_norm(torch.nn.Linear(2, 3))\n"
    "list(torch.nn.utils.remove_spectral_norm(layer).state_dict())",
    "['bias', 'weight']",
    module="The module.",
    name="The name of the weight.",
)
def remove_spectral_norm(module: Any, name: str = "weight") -> Any:
    """Undo `spectral_norm`; ValueError if there is none."""
    return _detach(module, _SpectralNorm, name)
