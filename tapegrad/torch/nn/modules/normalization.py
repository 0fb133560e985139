"""Normalisation as layers, with running statistics where they are kept."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.creation import ones as filled_with_ones
from tapegrad.torch.creation import zeros
from tapegrad.torch.dtypes import int64
from tapegrad.torch.from_data import tensor
from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.function_layers import function_layer
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import Parameter, fresh
from tapegrad.torch.tensor import Tensor

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "GroupNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LayerNorm",
    "LocalResponseNorm",
    "RMSNorm",
]


class _PerChannel(Module):
    """Weights, biases and running statistics per channel."""

    _ranks: tuple[int, ...] = ()
    _version = 2
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def _build(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        dtype: Any,
        bias: bool,
    ) -> None:
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.register_parameter("weight", fresh(num_features, dtype=dtype) if affine else None)
        self.register_parameter(
            "bias", fresh(num_features, dtype=dtype) if affine and bias else None
        )
        kept = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, dtype=dtype) if kept else None)
        self.register_buffer(
            "running_var", filled_with_ones(num_features, dtype=dtype) if kept else None
        )
        self.register_buffer("num_batches_tracked", tensor(0, dtype=int64) if kept else None)
        self.reset_parameters()

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any
    ) -> None:
        key = f"{prefix}num_batches_tracked"
        counted = (local_metadata.get("version") or 0) >= 2
        if not counted and self.num_batches_tracked is not None:
            state_dict.setdefault(key, self.num_batches_tracked)  # older states do not have it
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    def reset_running_stats(self) -> None:
        """Forget the running statistics."""
        if self.running_mean is not None and self.running_var is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            assert self.num_batches_tracked is not None
            init.zeros_(self.num_batches_tracked)

    def reset_parameters(self) -> None:
        """Begin again."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input_dim(self, input: Any) -> None:
        if input.dim() not in self._ranks:
            wanted = " or ".join(f"{r}D" for r in self._ranks)
            raise ValueError(f"expected {wanted} input (got {input.dim()}D input)")

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_PerChannel):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self._build(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.batch_norm`; while training, the running statistics follow."""
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / self.num_batches_tracked.item()
        by_batch = self.training or self.running_mean is None
        kept = not self.training or self.track_running_stats
        return F.batch_norm(
            input,
            self.running_mean if kept else None,
            self.running_var if kept else None,
            self.weight,
            self.bias,
            by_batch,
            momentum,
            self.eps,
        )


@documented(
    "torch.nn.BatchNorm1d(3)",
    "BatchNorm1d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
)
class BatchNorm1d(_BatchNorm):
    """Batch normalisation of vectors or sequences, ``(N, C)`` or ``(N, C, L)``."""

    _ranks = (2, 3)


@documented(
    "torch.nn.BatchNorm2d(3)",
    "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
)
class BatchNorm2d(_BatchNorm):
    """Batch normalisation of images, ``(N, C, H, W)``."""

    _ranks = (4,)


@documented(
    "torch.nn.BatchNorm3d(3)",
    "BatchNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
)
class BatchNorm3d(_BatchNorm):
    """Batch normalisation of volumes, ``(N, C, D, H, W)``."""

    _ranks = (5,)


class _InstanceNorm(_PerChannel):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self._build(num_features, eps, momentum, affine, track_running_stats, dtype, bias)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.instance_norm`."""
        self._check_input_dim(input)
        alone = input.dim() == self._ranks[0]
        y = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return y.squeeze(0) if alone else y


@documented(
    "torch.nn.InstanceNorm1d(3)",
    "InstanceNorm1d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, "
    "track_running_stats=False)",
)
class InstanceNorm1d(_InstanceNorm):
    """Each channel of each sequence normalised on its own."""

    _ranks = (2, 3)


@documented(
    "torch.nn.InstanceNorm2d(3)",
    "InstanceNorm2d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, "
    "track_running_stats=False)",
)
class InstanceNorm2d(_InstanceNorm):
    """Each channel of each image normalised on its own."""

    _ranks = (3, 4)


@documented(
    "torch.nn.InstanceNorm3d(3)",
    "InstanceNorm3d(3, eps=1e-05, momentum=0.1, affine=False, bias=False, "
    "track_running_stats=False)",
)
class InstanceNorm3d(_InstanceNorm):
    """Each channel of each volume normalised on its own."""

    _ranks = (4, 5)


@documented(
    "torch.nn.LayerNorm(4)", "LayerNorm((4,), eps=1e-05, elementwise_affine=True, bias=True)"
)
class LayerNorm(Module):
    """Each sample minus its mean, divided by its standard deviation, times weights plus biases."""

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(sizes)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        shape = self.normalized_shape
        self.register_parameter(
            "weight", fresh(*shape, dtype=dtype) if elementwise_affine else None
        )
        self.register_parameter(
            "bias", fresh(*shape, dtype=dtype) if elementwise_affine and bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.layer_norm`."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, "
            f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        )


@documented("torch.nn.RMSNorm(4)", "RMSNorm((4,), eps=None, elementwise_affine=True)")
class RMSNorm(Module):
    """Each sample divided by the root of its mean square, times weights."""

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: Any,
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
        self.normalized_shape = tuple(sizes)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight", fresh(*self.normalized_shape, dtype=dtype) if elementwise_affine else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.rms_norm`."""
        return F.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        )


@documented(
    "torch.nn.GroupNorm(2, 4)",
    "GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)",
    num_channels="Channels of the input.",
)
class GroupNorm(Module):
    """Each group of channels minus its mean, divided by its standard deviation."""

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels = num_groups, num_channels
        self.eps, self.affine = eps, affine
        self.register_parameter("weight", fresh(num_channels, dtype=dtype) if affine else None)
        self.register_parameter(
            "bias", fresh(num_channels, dtype=dtype) if affine and bias else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.group_norm`."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """The arguments."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


LocalResponseNorm: Any = function_layer(
    __name__,
    "LocalResponseNorm",
    F.local_response_norm,
    "Each entry divided by a power of the mean square of neighbouring channels.",
    "torch.nn.LocalResponseNorm(2)",
    "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)",
    "{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}",
    size=...,
    alpha=1e-4,
    beta=0.75,
    k=1.0,
)
