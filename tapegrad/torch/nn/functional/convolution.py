"""Convolutions and their transposes, with channels first."""

from __future__ import annotations

from typing import Any

from tapegrad.core.structural import reshape
from tapegrad.core.table import TABLE
from tapegrad.ops.convolution import conv, conv_input
from tapegrad.ops.window_geometry import Windows
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import in_order, per_axis, require_tensor
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]

_CONVOLUTION = node_type("ConvolutionBackward0")
_SQUEEZED = node_type("SqueezeBackward1")  # what PyTorch does last without a batch
_transpose = TABLE["transpose"]


def _channels_last(x: Any) -> Any:
    rank = x._value.ndim
    return _transpose(x, axes=(-rank, *range(2 - rank, 0), 1 - rank))


def _channels_first(y: Any) -> Any:
    rank = y._value.ndim
    return _transpose(y, axes=(-rank, -1, *range(1 - rank, -1)))


def _filters(weight: Any) -> Any:
    """``(a, b, *kernel)`` as ``(*kernel, b, a)``."""
    rank = weight._value.ndim
    return _transpose(weight, axes=(*range(2 - rank, 0), 1 - rank, -rank))


def _check(name: str, n: int, input: Tensor, weight: Tensor, bias: Any) -> None:
    require_tensor(name, input)
    require_tensor(name, weight, "weight", 2)
    x, w = input._value, weight._value
    if x.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {name}, but got input "
            f"of size: {list(x.shape)}"
        )
    if w.ndim != n + 2:
        raise RuntimeError(
            f"expected weight to be at least {n + 2}-dimensional, but got weight of size "
            f"{list(w.shape)}"
        )
    if bias is not None and bias._value.dtype != x.dtype:
        raise RuntimeError(
            f"Input type ({_word(input)}) and bias type ({_word(bias)}) should be the same"
        )
    if x.dtype != w.dtype:
        raise RuntimeError(
            f"expected scalar type {input.dtype.abbreviation} but found {weight.dtype.abbreviation}"
        )


def _word(x: Tensor) -> str:
    names = {"float32": "float", "float64": "double", "float16": "c10::Half", "int64": "long long"}
    return names.get(x.dtype._name, x.dtype._name)


def _check_sizes(input: Tensor, weight: Tensor, bias: Any, groups: int, turned: bool) -> None:
    x, w = input._value.shape, weight._value.shape
    n = len(w) - 2
    batched = x if len(x) == n + 2 else (1, *x)
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if (not turned and w[0] < groups) or w[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be {'divisible by ' + str(groups)} at "
            f"dimension 0, but got weight of size {list(w)} instead"
            if w[0] >= groups
            else f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, "
            f"but got weight of size {list(w)} instead"
        )
    wanted = w[0] if turned else w[1] * groups
    if batched[1] != wanted:
        kind = "transposed=1, weight" if turned else f"groups={groups}, weight"
        raise RuntimeError(
            f"Given {kind} of size {list(w)}, expected input{list(batched)} to have {wanted} "
            f"channels, but got {batched[1]} channels instead"
        )
    outputs = w[1] * groups if turned else w[0]
    if bias is not None and bias._value.shape != (outputs,):
        kind = "transposed=1, weight" if turned else "weight"
        raise RuntimeError(
            f"Given {kind} of size {list(w)}, expected bias to be 1-dimensional with {outputs} "
            f"elements, but got bias of size {list(bias.shape)} instead"
        )


def _windows(
    sizes: tuple[int, ...],
    kernel: tuple[int, ...],
    strides: tuple[int, ...],
    padding: Any,
    dilations: tuple[int, ...],
) -> Windows:
    n = len(sizes)
    if isinstance(padding, str):
        if padding == "same":
            if any(s != 1 for s in strides):
                raise RuntimeError("padding='same' is not supported for strided convolutions")
            total = [d * (k - 1) for d, k in zip(dilations, kernel, strict=True)]
        elif padding == "valid":
            total = [0] * n
        else:
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        before = tuple([t // 2 for t in total])
    else:
        before = per_axis(padding, n, "padding")
        if min(before) < 0:
            raise RuntimeError("negative padding is not supported")
        total = [2 * p for p in before]
    if min(strides) <= 0:
        raise RuntimeError("non-positive stride is not supported")
    if min(dilations) <= 0:
        raise RuntimeError("dilation should be greater than zero")
    padded = [s + t for s, t in zip(sizes, total, strict=True)]
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    if any(e > p for e, p in zip(extent, padded, strict=True)):
        first, second = (" x ".join(map(str, v)) for v in (padded, extent))
        raise RuntimeError(
            f"Calculated padded input size per channel: ({first}). Kernel size: ({second}). Kernel "
            f"size can't be greater than actual input size"
        )
    number = [(p - e) // s + 1 for p, e, s in zip(padded, extent, strides, strict=True)]
    return Windows(sizes, kernel, strides, dilations, before, tuple(number))


def _product(primitive: Any) -> Any:
    def product(x: Any, weight: Any, bias: Any, windows: Windows, groups: int) -> Any:
        shape = x._value.shape
        alone = len(shape) == len(windows.sizes) + 1
        if alone:
            x = reshape(x, to=(1, *shape))
        y = primitive(_channels_last(x), _filters(weight), windows=windows, groups=groups)
        if bias is not None:
            y = y + bias
        y = _channels_first(y)
        return reshape(y, to=y._value.shape[1:]) if alone else y

    return product


_forward, _backward = _product(conv), _product(conv_input)


def convolve(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    """A convolution along `n` axes."""
    name = f"conv{n}d"
    _check(name, n, input, weight, bias)
    _check_sizes(input, weight, bias, groups, False)
    strides, dilations = per_axis(stride, n, "stride"), per_axis(dilation, n, "dilation")
    windows = _windows(
        input._value.shape[-n:], weight._value.shape[2:], strides, padding, dilations
    )
    kind = _CONVOLUTION if input._value.ndim == n + 2 else _SQUEEZED
    args = (input, weight, bias, windows, groups)
    return in_order(run(_forward, kind, args, {}))


def transposed(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    """The transpose of a convolution along `n` axes."""
    _check(f"conv_transpose{n}d", n, input, weight, bias)
    _check_sizes(input, weight, bias, groups, True)
    strides, dilations = per_axis(stride, n, "stride"), per_axis(dilation, n, "dilation")
    before, more = per_axis(padding, n, "padding"), per_axis(output_padding, n, "output_padding")
    for extra, s, d in zip(more, strides, dilations, strict=True):
        if extra >= s and extra >= d:
            raise RuntimeError(
                f"output padding must be smaller than either stride or dilation, but got "
                f"output_padding_height: {more[0]} output_padding_width: {more[-1]} stride_height: "
                f"{strides[0]} stride_width: {strides[-1]} dilation_height: {dilations[0]} "
                f"dilation_width: {dilations[-1]}"
            )
    number, kernel = input._value.shape[-n:], weight._value.shape[2:]
    sizes = tuple(
        [
            (m - 1) * s - 2 * b + d * (k - 1) + e + 1
            for m, s, b, d, k, e in zip(
                number, strides, before, dilations, kernel, more, strict=True
            )
        ]
    )
    if min(sizes) < 0:
        raise RuntimeError(
            f"Given input size per channel: {list(number)}. Calculated output size per channel: "
            f"{list(sizes)}. Output size is too small"
        )
    windows = Windows(sizes, kernel, strides, dilations, before, number)
    kind = _CONVOLUTION if input._value.ndim == n + 2 else _SQUEEZED
    args = (input, weight, bias, windows, groups)
    return in_order(run(_backward, kind, args, {}))


_SHAPES = {
    "input": "Of shape ``(N, in_channels, *sizes)``, or without N.",
    "weight": "Of shape ``(out_channels, in_channels / groups, *kernel)``.",
    "bias": "Of shape ``(out_channels,)``, or None.",
    "padding": "Zeros added on both sides: a number, one per axis, 'same' or 'valid'.",
}
_TURNED = {
    "input": "Of shape ``(N, in_channels, *sizes)``, or without N.",
    "weight": "Of shape ``(in_channels, out_channels / groups, *kernel)``.",
    "bias": "Of shape ``(out_channels,)``, or None.",
    "padding": "What is cut off on both sides of the result.",
}


def _convolution(n: int, what: str, example: str, result: str) -> Any:
    def convolution(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        return convolve(n, input, weight, bias, stride, padding, dilation, groups)

    convolution.__name__ = convolution.__qualname__ = f"conv{n}d"
    convolution.__doc__ = f"{what} seen through windows: sums of entries times weights."
    return documented(f"torch.nn.functional.conv{n}d({example})", result, **_SHAPES)(convolution)


conv1d = _convolution(
    1,
    "Sequences",
    "torch.tensor([[[1.0, 2.0, 4.0]]]), torch.tensor([[[-1.0, 1.0]]])",
    "tensor([[[1., 2.]]])",
)
conv2d = _convolution(
    2,
    "Images",
    "torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2)",
    "tensor([[[[4., 4.],\n          [4., 4.]]]])",
)
conv3d = _convolution(
    3,
    "Volumes",
    "torch.ones(1, 1, 2, 2, 2), torch.ones(1, 1, 2, 2, 2)",
    "tensor([[[[[8.]]]]])",
)


def _transposed_convolution(n: int, example: str, result: str) -> Any:
    def convolution(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Tensor:
        return transposed(n, input, weight, bias, stride, padding, output_padding, groups, dilation)

    name = f"conv_transpose{n}d"
    convolution.__name__ = convolution.__qualname__ = name
    convolution.__doc__ = f"The transpose of `conv{n}d`: each entry spreads over a window."
    return documented(f"torch.nn.functional.{name}({example})", result, **_TURNED)(convolution)


conv_transpose1d = _transposed_convolution(
    1, "torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[1.0, 10.0]]])", "tensor([[[ 1., 12., 20.]]])"
)
conv_transpose2d = _transposed_convolution(
    2,
    "torch.ones(1, 1, 1, 1), torch.ones(1, 1, 2, 2)",
    "tensor([[[[1., 1.],\n          [1., 1.]]]])",
)
conv_transpose3d = _transposed_convolution(
    3, "torch.ones(1, 1, 1, 1, 1), torch.ones(1, 1, 1, 1, 2)", "tensor([[[[[1., 1.]]]]])"
)
