"""Pooling: the largest entry or the mean of every window, with channels first."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap_constant
from tapegrad.ops.window_geometry import Windows, meeting
from tapegrad.ops.window_reductions import window_argmax, window_max, window_sum
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import in_order, per_axis, require_tensor
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool1d",
    "max_pool1d_with_indices",
    "max_pool2d",
    "max_pool2d_with_indices",
    "max_pool3d",
    "max_pool3d_with_indices",
]


def check_image(name: str, n: int, input: Any) -> None:
    """Raise unless a tensor has `n` axes behind the channels, and maybe the batch in front.

    Raises
    ------
    RuntimeError
        As PyTorch words it.
    """
    require_tensor(name, input)
    if input._value.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"{name}: Expected {n + 1}D or {n + 2}D (batch mode) tensor for input with "
            f"optional 0 dim batch size, but got: {list(input.shape)}"
        )


def pool_windows(
    name: str,
    sizes: tuple[int, ...],
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
) -> Windows:
    """The windows of a pooling.

    Raises
    ------
    RuntimeError
        If there is too much padding, or there are no windows.
    """
    n = len(sizes)
    kernel = per_axis(kernel_size, n, "kernel_size")
    strides = per_axis(stride, n, "stride") or kernel
    before, dilations = per_axis(padding, n, "padding"), per_axis(dilation, n, "dilation")
    if min(strides) <= 0:
        raise RuntimeError("stride should not be zero")
    number = []
    for size, k, s, p, d in zip(sizes, kernel, strides, before, dilations, strict=True):
        extent = (k - 1) * d + 1
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > extent // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, "
                f"kernel_size={k} and dilation={d}"
            )
        count = (size + 2 * p - extent + (s - 1 if ceil_mode else 0)) // s + 1
        if ceil_mode and (count - 1) * s >= size + p:
            count -= 1
        if count <= 0:
            raise RuntimeError(
                f"Given input size: ({'x'.join(map(str, sizes))}). Calculated output size: "
                f"({'x'.join(['0'] * n)}). Output size is too small"
            )
        number.append(count)
    return Windows(sizes, kernel, strides, dilations, before, tuple(number))


def _max_pool(
    n: int,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    name = f"max_pool{n}d"
    check_image(name, n, input)
    windows = pool_windows(
        name, input._value.shape[-n:], kernel_size, stride, padding, dilation, ceil_mode
    )
    axes = tuple(range(-n, 0))

    def largest(x: Any) -> Any:
        return window_max(x, windows=windows, axes=axes)

    kind = {1: "SqueezeBackward1", 2: "MaxPool2DWithIndicesBackward0"}.get(
        n, "MaxPool3DWithIndicesBackward0"
    )
    y = in_order(run(largest, node_type(kind), (input,), {}))
    if not return_indices:
        return y
    where = window_argmax.forward(input._value, y._value, windows=windows, axes=axes)
    return y, wrapped(np.ascontiguousarray(where, np.int64))


def _counts(windows: Windows, padded: bool) -> Any:
    """The number of entries of each window, with or without padding."""
    n = len(windows.sizes)
    total: Any = np.ones((1,) * n)
    for axis in range(n):
        if padded:
            start = np.arange(windows.number[axis]) * windows.strides[axis] - windows.before[axis]
            end = np.minimum(
                start + windows.kernel[axis], windows.sizes[axis] + windows.before[axis]
            )
            along: Any = end - start
        else:
            along = np.zeros(windows.number[axis])
            for k in range(windows.kernel[axis]):
                met = meeting(windows, axis, k)
                if met is not None:
                    along[met[0]] += 1
        total = total * along.reshape((-1,) + (1,) * (n - 1 - axis))
    return total


def _mean_pool(
    n: int,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    name = f"avg_pool{n}d"
    check_image(name, n, input)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    windows = pool_windows(
        name, input._value.shape[-n:], kernel_size, stride, padding, 1, ceil_mode
    )
    axes = tuple(range(-n, 0))
    counts: Any = divisor_override or _counts(windows, count_include_pad)

    def mean(x: Any) -> Any:
        total = window_sum(x, windows=windows, axes=axes)
        divisor = np.asarray(counts, x._value.dtype)
        if divisor.size and (divisor == divisor.flat[0]).all():
            divisor = divisor.flat[0]
        return total / wrap_constant(divisor[()])

    kind = {1: "SqueezeBackward1", 2: "AvgPool2DBackward0"}.get(n, "AvgPool3DBackward0")
    return in_order(run(mean, node_type(kind), (input,), {}))


_SHAPE = {"input": "Of shape ``(N, C, *sizes)``, or without N."}


def _largest(n: int, what: str, example: str, result: str) -> Any:
    def pool(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        return _max_pool(
            n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices
        )

    pool.__name__ = pool.__qualname__ = f"max_pool{n}d"
    pool.__doc__ = f"The largest entry of every window of {what}."
    return documented(f"torch.nn.functional.max_pool{n}d({example}, 2)", result, **_SHAPE)(pool)


max_pool1d = _largest(
    1, "sequences", "torch.tensor([[[1.0, 3.0, 2.0, 4.0]]])", "tensor([[[3., 4.]]])"
)
max_pool2d = _largest(
    2,
    "images",
    "torch.arange(16.0).reshape(1, 1, 4, 4)",
    "tensor([[[[ 5.,  7.],\n          [13., 15.]]]])",
)
max_pool3d = _largest(
    3, "volumes", "torch.arange(8.0).reshape(1, 1, 2, 2, 2)", "tensor([[[[[7.]]]]])"
)


def _with_indices(pool: Any, example: str, result: str) -> Any:
    def call(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = True,
    ) -> Any:
        return pool(input, kernel_size, stride, padding, dilation, ceil_mode, True)

    call.__name__ = call.__qualname__ = f"{pool.__name__}_with_indices"
    call.__doc__ = f"`{pool.__name__}`, and the places of the largest entries."
    return documented(example, result, **_SHAPE)(call)


max_pool1d_with_indices = _with_indices(
    max_pool1d,
    "torch.nn.functional.max_pool1d_with_indices(torch.tensor([[[1.0, 3.0]]]), 2)",
    "(tensor([[[3.]]]), tensor([[[1]]]))",
)
max_pool2d_with_indices = _with_indices(
    max_pool2d,
    "torch.nn.functional.max_pool2d_with_indices(torch.tensor([[[1.0, 3.0]]]), (1, 2))",
    "(tensor([[[3.]]]), tensor([[[1]]]))",
)
max_pool3d_with_indices = _with_indices(
    max_pool3d,
    "torch.nn.functional.max_pool3d_with_indices(torch.tensor([[[[1.0, 3.0]]]]), (1, 1, 2))",
    "(tensor([[[[3.]]]]), tensor([[[[1]]]]))",
)


@documented(
    "torch.nn.functional.avg_pool1d(torch.tensor([[[1.0, 3.0, 2.0, 4.0]]]), 2)",
    "tensor([[[2., 3.]]])",
    **_SHAPE,
)
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """The mean of every window of sequences."""
    return _mean_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def _mean(n: int, what: str, example: str, result: str) -> Any:
    def pool(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> Tensor:
        return _mean_pool(
            n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )

    pool.__name__ = pool.__qualname__ = f"avg_pool{n}d"
    pool.__doc__ = f"The mean of every window of {what}."
    return documented(f"torch.nn.functional.avg_pool{n}d({example}, 2)", result, **_SHAPE)(pool)


avg_pool2d = _mean(
    2,
    "images",
    "torch.arange(16.0).reshape(1, 1, 4, 4)",
    "tensor([[[[ 2.5000,  4.5000],\n          [10.5000, 12.5000]]]])",
)
avg_pool3d = _mean(
    3, "volumes", "torch.arange(8.0).reshape(1, 1, 2, 2, 2)", "tensor([[[[[3.5000]]]]])"
)
