"""How functions of other libraries are called that take their options in another way.

An adapter gets the function, the data of an example and the options of the operation by name, and
calls the function so that it does the same. What needs none takes the data alone, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Adapter = Callable[..., Any]


def only(*names: str) -> Adapter:
    """Hand on these options under their own names, those that are not None."""

    def call(f: Any, *data: Any, **options: Any) -> Any:
        return f(*data, **{n: options[n] for n in names if options.get(n) is not None})

    return call


def in_order(*names: str) -> Adapter:
    """Hand on these options by position, after the data."""
    return lambda f, *data, **options: f(*data, *[options[n] for n in names])


def renamed(**names: str) -> Adapter:
    """Hand on options under the other function's names."""
    return lambda f, *data, **options: f(
        *data, **{theirs: options[n] for n, theirs in names.items()}
    )


def listed(**names: str) -> Adapter:
    """Hand on the data as one list, and options under the other function's names."""
    return lambda f, *data, **options: f(
        list(data), **{theirs: options[n] for n, theirs in names.items()}
    )


def _orthonormal(f: Any, x: Any, *, type: int, ortho: bool) -> Any:
    return f(x, type, norm="ortho" if ortho else None)


def _solve_triangular(f: Any, a: Any, b: Any, *, lower: bool, adjoint: bool) -> Any:
    return f(a, b, lower=lower, trans=2 if adjoint else 0)


def _searchsorted(f: Any, rows: Any, values: Any, *, side: str, **_: Any) -> Any:
    return np.stack([f(row, v, side) for row, v in zip(rows, values, strict=True)])


NUMPY: dict[str, Adapter] = {
    **dict.fromkeys(
        "reduce_sum reduce_mean reduce_prod reduce_max reduce_min reduce_all reduce_any variance "
        "reduce_logsumexp count_nonzero nanmax nanmin".split(),
        renamed(axes="axis", keepdims="keepdims"),
    ),
    "argmax": in_order("axis"),
    "argmin": in_order("axis"),
    "argpartition": in_order("kth", "axis"),
    "boolean_mask": lambda f, x, *, mask, **_: f(mask, x, axis=0),
    "broadcast_to": in_order("to"),
    "cast": in_order("dtype"),
    "cast_discrete": in_order("dtype"),
    "concat": listed(axis="axis"),
    "dct": _orthonormal,
    "dst": _orthonormal,
    "einsum": lambda f, *data, equation: f(equation, *data),
    "gather": in_order("axis"),
    "gather_rows": lambda f, x, i: f(x, i, axis=0),
    "lexsort": listed(axis="axis"),
    "linalg.kron": in_order("b"),
    "linalg.lstsq": lambda f, a, b, **_: f(a, b)[0],
    "linalg.matrix_power": in_order("n"),
    "math.average": lambda f, a, weights, **_: f(a, weights=weights),
    "math.corrcoef": lambda f, *data, **_: f(*data)[0, 1],
    "math.correlate": in_order("mode"),
    "math.cumulative_trapezoid": only("x", "dx", "axis", "initial"),
    "math.ediff1d": only("to_end", "to_begin"),
    "math.histogram": in_order("bins"),
    "math.histogram2d": in_order("bins"),
    "math.median": only("axis", "keepdims"),
    "math.nan_to_num": only("nan", "posinf", "neginf"),
    "math.nanpercentile": only("q", "axis", "method", "keepdims"),
    "math.nanquantile": only("q", "axis", "method", "keepdims"),
    "math.partition": in_order("kth", "axis"),
    "math.percentile": only("q", "axis", "method", "keepdims"),
    "math.polyfit": in_order("deg"),
    "math.ptp": only("axis", "keepdims"),
    "math.special.multigammaln": in_order("d"),
    "math.unwrap": only("discont", "axis", "period"),
    "meshgrid": lambda f, arrays, **_: tuple(f(*arrays)),
    "pad": in_order("paddings"),
    "repeat": in_order("repeats"),
    "reshape": in_order("to"),
    "reverse": in_order("axes"),
    "roll": in_order("shifts", "axes"),
    "searchsorted": _searchsorted,
    "signal.rfftnd": lambda f, x, *, fft_length, axes, **_: f(x, fft_length, axes),
    "split": lambda f, x, *, sizes, axis: tuple(f(x, np.cumsum(sizes)[:-1], axis)),
    "stack": listed(axis="axis"),
    "svd": lambda f, x, **_: f(x, compute_uv=False),  # vectors have signs of their own
    "tile": in_order("multiples"),
    "transpose": in_order("axes"),
    "triangular_solve": _solve_triangular,
    "unravel_index": lambda f, i, *, sizes: np.stack(f(i, sizes)),
    "zeros_like": lambda f, x, *, to: f(np.broadcast_to(x.flat[0], to)),
}


def _torch() -> Any:
    import torch

    return torch


def _channels_second(x: Any) -> Any:
    """From channels last to PyTorch's order of axes."""
    return x.movedim(-1, 1)


def _channels_last(x: Any) -> Any:
    return x.movedim(1, -1)


def _imaged(adapter: Adapter) -> Adapter:
    def call(f: Any, x: Any, *more: Any, **options: Any) -> Any:
        return _channels_last(adapter(f, _channels_second(x), *more, **options))

    return call


def _average_pool(f: Any, x: Any, *, ksize: int, strides: int, padding: str, **_: Any) -> Any:
    return f(x, ksize, strides, ceil_mode=padding == "SAME")


def _average_pool_of_lines(f: Any, x: Any, *, ksize: int, strides: int, **_: Any) -> Any:
    return f(x[:, :, None], (1, ksize), (1, strides))[:, :, 0]


def _reduced(f: Any, x: Any, *, axes: Any, keepdims: bool, **_: Any) -> Any:
    return f(x, dim=axes, keepdim=keepdims)


def _deviation(f: Any, x: Any, *, axes: Any = None, axis: Any = None, **_: Any) -> Any:
    return f(x, dim=axis if axes is None else axes, correction=0)


def _over_axis(f: Any, x: Any, *, axis: int, **_: Any) -> Any:
    return f(x, dim=axis)


def _largest(f: Any, x: Any, *, k: int, **_: Any) -> Any:
    return tuple(f(x, k))


def _smallest(f: Any, x: Any, *, k: int, **_: Any) -> Any:
    return tuple(f(x, k, largest=False))


def _batch_norm(f: Any, x: Any, *, mean: Any, variance: Any, **options: Any) -> Any:
    moments = [x.new_full((1,), float(m)) for m in (mean, variance)]
    shift = options.get("beta", options.get("offset"))
    bias = None if shift is None else x.new_full((1,), float(shift))
    found = f(x[:, None], *moments, bias=bias, eps=float(options["variance_epsilon"]))
    return found[:, 0]


def _convolution(f: Any, x: Any, kernel: Any, *, windows: Any, groups: int) -> Any:
    """Of lines, as images of one row."""
    (size,), (before,), (n,) = windows.sizes, windows.before, windows.number
    (width,), (stride,), (dilation,) = windows.kernel, windows.strides, windows.dilations
    after = (n - 1) * stride + (width - 1) * dilation + 1 - before - size
    image = _torch().nn.functional.pad(_channels_second(x), (before, after))[:, :, None]
    kernel = kernel.movedim((-1, -2), (0, 1))[:, :, None]
    found = f(image, kernel, stride=(1, stride), dilation=(1, dilation), groups=groups)
    return _channels_last(found[:, :, 0])


def _adjoint_convolution(f: Any, y: Any, kernel: Any, *, windows: Any, groups: int) -> Any:
    (size,), (before,) = windows.sizes, windows.before
    (stride,), (dilation,) = windows.strides, windows.dilations
    kernel = kernel.movedim((-1, -2), (0, 1))[:, :, None]
    image = _channels_second(y)[:, :, None]
    found = f(image, kernel, stride=(1, stride), dilation=(1, dilation), groups=groups)
    return _channels_last(found[:, :, 0, before : before + size])


def _depthwise(f: Any, x: Any, kernel: Any, **_: Any) -> Any:
    kernel = kernel.movedim((2, 3), (0, 1))
    return _channels_last(f(_channels_second(x), kernel, groups=x.shape[-1]))


def _max_pool_of_lines(f: Any, x: Any, *, windows: Any, axes: Any) -> Any:
    image = _channels_second(x)[:, :, None]
    return _channels_last(f(image, (1, *windows.kernel), (1, *windows.strides))[:, :, 0])


def _max_pool_with_positions(f: Any, x: Any, *, ksize: int, strides: int, **_: Any) -> Any:
    return tuple(map(_channels_last, f(_channels_second(x), ksize, strides)))


def _local_response(f: Any, x: Any, *, depth_radius: int, **options: Any) -> Any:
    size = 2 * depth_radius + 1
    alpha, beta, bias = (float(options[n]) for n in ("alpha", "beta", "bias"))
    return f(x, size, alpha=alpha * size, beta=beta, k=bias)


def _elementwise_order(f: Any, orders: Any, x: Any) -> Any:
    columns = [f(int(n), x[:, i]) for i, n in enumerate(orders)]
    return _torch().stack(columns, -1)


def _scattered(f: Any, first: Any, second: Any, *, to: Any, axis: int) -> Any:
    values, places = (first, second) if first.is_floating_point() else (second, first)
    return f(values.new_zeros(to), axis, places.long(), values)


def _one_hot(f: Any, i: Any, on: Any, off: Any, *, depth: int, axis: int) -> Any:
    inside = (i >= 0) & (i < depth)
    hot = f(_torch().where(inside, i, 0).long(), depth) * inside[..., None]
    return _torch().where(hot.bool(), on, off)


def _padded(f: Any, x: Any, *, paddings: Any) -> Any:
    return f(x, [n for pair in reversed(paddings) for n in pair])


def _dtype(dtype: Any) -> Any:
    return getattr(_torch(), np.dtype(dtype).name)


TORCH: dict[str, Adapter] = {
    **dict.fromkeys(
        "reduce_sum reduce_mean reduce_max reduce_min reduce_logsumexp reduce_all".split(),
        _reduced,
    ),
    **dict.fromkeys(
        "softmax log_softmax cumsum cumprod cumulative_logsumexp argmax argmin unstack".split(),
        _over_axis,
    ),
    "boolean_mask": lambda f, x, *, mask, **_: f(x, _torch().tensor(mask)[:, None]).reshape(-1, 2),
    "broadcast_to": in_order("to"),
    "cast": lambda f, x, *, dtype, source: f(x, _dtype(dtype)),
    "cast_discrete": lambda f, x, *, dtype, source: f(x, _dtype(dtype)),
    "concat": listed(axis="dim"),
    "conv": _convolution,
    "conv_input": _adjoint_convolution,
    "count_nonzero": lambda f, x, *, axes, **_: f(x, dim=axes).reshape(1, -1),
    "einsum": lambda f, *data, equation: f(equation, *[x.to(data[0].dtype) for x in data]),
    "frames": lambda f, x, *, length, step, **_: f(x, -1, length, step),
    "gather": lambda f, x, i, *, axis: f(x, axis, i.reshape(-1)).reshape(*i.shape, -1),
    "gather_rows": lambda f, x, i: f(i, x[:, None])[..., 0],
    "leaky_relu": renamed(alpha="negative_slope"),
    "linalg.adjoint": lambda f, x, **_: f(x).resolve_conj(),
    "linalg.kron": lambda f, a, *, b, **_: f(a, _torch().tensor(b)),
    "linalg.l2_normalize": lambda f, x, **_: f(x, dim=-1),
    "linalg.lstsq": lambda f, a, b, **_: f(a, b).solution,
    "linalg.matrix_power": in_order("n"),
    "linalg.set_diag": lambda f, x, *, diagonal, **_: f(
        x, _torch().tensor(diagonal, dtype=x.dtype)
    ),
    "linalg.vander": lambda f, x, **_: f(x).flip(-1),
    "math.approx_max_k": _largest,
    "math.approx_min_k": _smallest,
    "math.corrcoef": lambda f, *data, **_: f(_torch().stack(data))[0, 1],
    "math.cummax": lambda f, x, *, axis, **_: tuple(f(x, axis)),
    "math.cummin": lambda f, x, *, axis, **_: tuple(f(x, axis)),
    "math.histogram": in_order("bins"),
    "math.cumulative_trapezoid": lambda f, y, *, initial, **_: _torch().cat(
        [y.new_full((1,), initial), f(y)]
    ),
    "math.nan_to_num": only("nan", "posinf", "neginf"),
    "math.nanquantile": only("q"),
    "math.reduce_std": _deviation,
    "math.special.multigammaln": in_order("d"),
    "math.std": _deviation,
    "math.top_k": _largest,
    "meshgrid": lambda f, arrays, **_: tuple(f(*arrays, indexing="xy")),
    "nn.avg_pool": _imaged(_average_pool_of_lines),
    "nn.avg_pool1d": _imaged(_average_pool),
    "nn.avg_pool2d": _imaged(_average_pool),
    "nn.avg_pool3d": _imaged(_average_pool),
    "nn.batch_norm_with_global_normalization": _batch_norm,
    "nn.batch_normalization": _batch_norm,
    "nn.depth_to_space": _imaged(lambda f, x, *, block_size, **_: f(x, block_size)),
    "nn.depthwise_conv2d": _depthwise,
    "nn.local_response_normalization": _imaged(_local_response),
    "nn.log_poisson_loss": lambda f, targets, x, **_: f(x, targets, reduction="none"),
    "nn.max_pool_with_argmax": _max_pool_with_positions,
    "nn.moments": lambda f, x, *, axes, **_: tuple(reversed(f(x, dim=axes, correction=0))),
    "nn.space_to_depth": _imaged(lambda f, x, *, block_size, **_: f(x, block_size)),
    "nn.weighted_cross_entropy_with_logits": lambda f, labels, x, *, pos_weight, **_: f(
        x, labels, reduction="none", pos_weight=_torch().tensor(pos_weight)
    ),
    "one_hot": _one_hot,
    "pad": _padded,
    "polygamma": _elementwise_order,
    "put_along_axis": _scattered,
    "reduce_any": _reduced,
    "reduce_prod": lambda f, x, **_: f(x),
    "repeat": in_order("repeats"),
    "resample": lambda f, x, *, along, axis: _channels_last(
        f(_channels_second(x), size=len(along.entries), mode="linear")
    ),
    "reshape": in_order("to"),
    "reverse": in_order("axes"),
    "roll": in_order("shifts", "axes"),
    "sigmoid_cross_entropy": lambda f, labels, x: f(x, labels, reduction="none"),
    "signal.ihfft": lambda f, x, **_: f(x).resolve_conj(),
    "signal.rfftnd": lambda f, x, *, fft_length, axes, **_: f(x, fft_length, axes),
    "silu": lambda f, x, b: f(x * b) / b,
    "softmax_cross_entropy": lambda f, labels, x, **_: f(x[None], labels[None]),
    "sort": lambda f, x, *, axis, descending: f(x, axis, descending).values,
    "sparse_softmax_cross_entropy": lambda f, i, x: f(x, i.long(), reduction="none"),
    "split": lambda f, x, *, sizes, axis: tuple(f(x, list(sizes), axis)),
    "stack": listed(axis="dim"),
    "svd": lambda f, x, **_: f(x).S,
    "take_along_axis": lambda f, x, i, *, axis: f(x, i.long(), axis),
    "tile": in_order("multiples"),
    "transpose": in_order("axes"),
    "triangular_solve": lambda f, a, b, *, lower, adjoint: f(a.tril(), b, upper=not lower),
    "truncatediv": lambda f, a, b: f(a, b, rounding_mode="trunc"),
    "unravel_index": lambda f, i, *, sizes: _torch().stack(f(i, sizes)),
    "variance": _deviation,
    "window_max": _max_pool_of_lines,
    "zeros_like": lambda f, x, *, to: f(x.reshape(-1)[:1].expand(to)),
}
