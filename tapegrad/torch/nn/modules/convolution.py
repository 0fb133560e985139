"""Convolutions as layers."""

from __future__ import annotations

import math
from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn import init
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import per_axis
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.nn.parameter import Parameter, fresh

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]

_MODES = ("zeros", "reflect", "replicate", "circular")


class _Convolution(Module):
    """What convolutions and their transposes have in common."""

    _axes = 0
    _transposed = False
    bias: Parameter | None

    def _build(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        output_padding: Any,
        groups: int,
        bias: bool,
        padding_mode: str,
        dtype: Any,
    ) -> None:
        n = self._axes
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str):
            if padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string {padding!r}, should be one of {{'same', 'valid'}}"
                )
            if padding == "same" and any(s != 1 for s in per_axis(stride, n, "stride")):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if padding_mode not in _MODES:
            listed = "{" + ", ".join(repr(m) for m in _MODES) + "}"
            raise ValueError(
                f"padding_mode must be one of {listed}, but got padding_mode='{padding_mode}'"
            )
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = per_axis(kernel_size, n, "kernel_size")
        self.stride = per_axis(stride, n, "stride")
        self.padding = padding if isinstance(padding, str) else per_axis(padding, n, "padding")
        self.dilation = per_axis(dilation, n, "dilation")
        self.output_padding = per_axis(output_padding, n, "output_padding")
        self.groups, self.padding_mode = groups, padding_mode
        sizes = (in_channels, out_channels) if self._transposed else (out_channels, in_channels)
        self.weight = fresh(sizes[0], sizes[1] // groups, *self.kernel_size, dtype=dtype)
        self.register_parameter("bias", fresh(out_channels, dtype=dtype) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Begin again, with uniform numbers."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan = math.prod(self.weight.shape[1:])
            if fan:
                bound = 1 / math.sqrt(fan)
                init.uniform_(self.bias, -bound, bound)

    def extra_repr(self) -> str:
        """The sizes, and what is not as by default."""
        n = self._axes
        text = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}"
        )
        if self.padding != (0,) * n:
            text += f", padding={self.padding}"
        if self.dilation != (1,) * n:
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * n:
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Forward(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self._build(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            0,
            groups,
            bias,
            padding_mode,
            dtype,
        )

    def _around(self) -> list[int]:
        """Padding before and after each axis, the last axis first."""
        pairs: list[int] = []
        for i in range(self._axes - 1, -1, -1):
            if self.padding == "same":
                total = self.dilation[i] * (self.kernel_size[i] - 1)
                pairs += [total // 2, total - total // 2]
            else:
                pairs += [0, 0] if isinstance(self.padding, str) else [self.padding[i]] * 2
        return pairs

    def forward(self, input: Any) -> Any:
        """The convolution of the input with the weights."""
        padding: Any = self.padding
        if self.padding_mode != "zeros":
            input, padding = F.pad(input, self._around(), mode=self.padding_mode), 0
        convolve = (F.conv1d, F.conv2d, F.conv3d)[self._axes - 1]
        return convolve(
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


@documented(
    "torch.nn.Conv1d(1, 4, 3, padding=1)",
    "Conv1d(1, 4, kernel_size=(3,), stride=(1,), padding=(1,))",
)
class Conv1d(_Forward):
    """A convolution of sequences, ``(N, in_channels, L)``."""

    _axes = 1


@documented("torch.nn.Conv2d(1, 4, 3, stride=2)", "Conv2d(1, 4, kernel_size=(3, 3), stride=(2, 2))")
class Conv2d(_Forward):
    """A convolution of images, ``(N, in_channels, H, W)``."""

    _axes = 2


@documented("torch.nn.Conv3d(1, 4, 3)", "Conv3d(1, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1))")
class Conv3d(_Forward):
    """A convolution of volumes, ``(N, in_channels, D, H, W)``."""

    _axes = 3


class _Turned(_Convolution):
    _transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        self._build(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            output_padding,
            groups,
            bias,
            padding_mode,
            dtype,
        )

    def _extra(self, input: Any, output_size: Any) -> Any:
        """The output padding that gives a size."""
        if output_size is None:
            return self.output_padding
        n = self._axes
        wanted = list(output_size)[-n:]
        extra = []
        for i, (count, want) in enumerate(zip(input.shape[-n:], wanted, strict=True)):
            least = (
                (count - 1) * self.stride[i]
                - 2 * self.padding[i]
                + self.dilation[i] * (self.kernel_size[i] - 1)
                + 1
            )
            if not least <= want <= least + self.stride[i] - 1:
                raise ValueError(
                    f"requested an output size of {wanted}, but valid sizes range from {least} to "
                    f"{least + self.stride[i] - 1} (for an input of {list(input.shape[-n:])})"
                )
            extra.append(want - least)
        return extra

    def forward(self, input: Any, output_size: Any = None) -> Any:
        """The transposed convolution of the input with the weights."""
        turned = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self._axes - 1]
        return turned(
            input,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self._extra(input, output_size),
            self.groups,
            self.dilation,
        )


@documented(
    "torch.nn.ConvTranspose1d(1, 4, 3)", "ConvTranspose1d(1, 4, kernel_size=(3,), stride=(1,))"
)
class ConvTranspose1d(_Turned):
    """The transpose of a convolution of sequences."""

    _axes = 1


@documented(
    "torch.nn.ConvTranspose2d(1, 4, 3)",
    "ConvTranspose2d(1, 4, kernel_size=(3, 3), stride=(1, 1))",
)
class ConvTranspose2d(_Turned):
    """The transpose of a convolution of images."""

    _axes = 2


@documented(
    "torch.nn.ConvTranspose3d(1, 4, 2)",
    "ConvTranspose3d(1, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))",
)
class ConvTranspose3d(_Turned):
    """The transpose of a convolution of volumes."""

    _axes = 3
