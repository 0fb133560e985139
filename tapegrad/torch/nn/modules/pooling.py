"""Pooling as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.functional.elements import per_axis
from tapegrad.torch.nn.modules.function_layers import function_layer

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]

_layer: Any = partial(function_layer, __name__)
_WHAT = {1: "sequences", 2: "images", 3: "volumes"}


def _filled(layer: Any, n: int, as_tuples: bool) -> None:
    """Let windows follow one another without overlap, if no stride is given."""
    if layer.stride is None:
        layer.stride = layer.kernel_size
    if as_tuples:
        for name in ("kernel_size", "stride", "padding"):
            setattr(layer, name, per_axis(getattr(layer, name), n, name))


def _max(n: int) -> Any:
    name = f"MaxPool{n}d"
    return _layer(
        name,
        getattr(F, f"max_pool{n}d"),
        f"The largest entry of every window of {_WHAT[n]}.",
        f"torch.nn.{name}(2)",
        f"{name}(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        "kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
        "dilation={self.dilation}, ceil_mode={self.ceil_mode}",
        finish=partial(_filled, n=n, as_tuples=False),
        kernel_size=...,
        stride=None,
        padding=0,
        dilation=1,
        return_indices=False,
        ceil_mode=False,
    )


def _mean(n: int) -> Any:
    name = f"AvgPool{n}d"
    more = {} if n == 1 else {"divisor_override": None}
    # In one dimension PyTorch keeps sizes as tuples, and shows them so.
    size, zero = ("(2,)", "(0,)") if n == 1 else ("2", "0")
    return _layer(
        name,
        getattr(F, f"avg_pool{n}d"),
        f"The mean of every window of {_WHAT[n]}.",
        f"torch.nn.{name}(2)",
        f"{name}(kernel_size={size}, stride={size}, padding={zero})",
        "kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}",
        finish=partial(_filled, n=n, as_tuples=n == 1),
        kernel_size=...,
        stride=None,
        padding=0,
        ceil_mode=False,
        count_include_pad=True,
        **more,
    )


def _norm(n: int) -> Any:
    name = f"LPPool{n}d"
    return _layer(
        name,
        getattr(F, f"lp_pool{n}d"),
        f"The norm of every window of {_WHAT[n]}.",
        f"torch.nn.{name}(2, 3)",
        f"{name}(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)",
        norm_type=...,
        kernel_size=...,
        stride=None,
        ceil_mode=False,
    )


def _adaptive(n: int, kind: str) -> Any:
    name = f"Adaptive{kind.capitalize()}Pool{n}d"
    what = "Means" if kind == "avg" else "The largest entries"
    more = {} if kind == "avg" else {"return_indices": False}
    return _layer(
        name,
        getattr(F, f"adaptive_{kind}_pool{n}d"),
        f"{what} of as many windows as are wanted, which cover the {_WHAT[n]}.",
        f"torch.nn.{name}(2)",
        f"{name}(output_size=2)",
        "output_size={self.output_size}",
        output_size=...,
        **more,
    )


MaxPool1d, MaxPool2d, MaxPool3d = _max(1), _max(2), _max(3)
AvgPool1d, AvgPool2d, AvgPool3d = _mean(1), _mean(2), _mean(3)
LPPool1d, LPPool2d, LPPool3d = _norm(1), _norm(2), _norm(3)
AdaptiveAvgPool1d, AdaptiveMaxPool1d = _adaptive(1, "avg"), _adaptive(1, "max")
AdaptiveAvgPool2d, AdaptiveMaxPool2d = _adaptive(2, "avg"), _adaptive(2, "max")
AdaptiveAvgPool3d, AdaptiveMaxPool3d = _adaptive(3, "avg"), _adaptive(3, "max")


def _undone(n: int) -> Any:
    name = f"MaxUnpool{n}d"
    return _layer(
        name,
        getattr(F, f"max_unpool{n}d"),
        f"Entries back at the places that `MaxPool{n}d` found them at, zeros elsewhere.",
        f"torch.nn.{name}(2)",
        f"{name}(kernel_size={(2,) * n}, stride={(2,) * n}, padding={(0,) * n})",
        "kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}",
        finish=partial(_filled, n=n, as_tuples=True),
        kernel_size=...,
        stride=None,
        padding=0,
    )


MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = _undone(1), _undone(2), _undone(3)
