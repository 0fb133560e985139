"""Functions of layers in ``torch`` itself whose arguments or results are not those of `nn`."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from tapegrad.torch.creation import ones, zeros
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import bool as _bool
from tapegrad.torch.nn import functional as F
from tapegrad.torch.random import rand_like
from tapegrad.torch.tensor import Tensor
from tapegrad.torch.weight_norms import norm_except_dim

__all__ = [
    "alpha_dropout",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "ctc_loss",
    "embedding_bag",
    "feature_alpha_dropout",
    "feature_dropout",
    "grid_sampler",
    "hinge_embedding_loss",
    "instance_norm",
    "kl_div",
    "margin_ranking_loss",
    "native_batch_norm",
    "native_channel_shuffle",
    "native_dropout",
    "native_group_norm",
    "native_layer_norm",
    "native_norm",
    "norm_except_dim",
    "poisson_nll_loss",
    "triplet_margin_loss",
]

_TEXTS = {
    "weight": "A factor per channel or element, or None.",
    "bias": "What is added, or None.",
    "running_mean": "The mean so far, updated while training, or None.",
    "running_var": "The variance so far, updated while training, or None.",
    "training": "Whether mean and variance are those of the input.",
    "use_input_stats": "Whether mean and variance are those of the input.",
    "momentum": "How much of the new statistics enters the running ones.",
    "eps": "Added to variances.",
    "cudnn_enabled": "Without effect.",
    "normalized_shape": "The sizes of the last axes, over which each sample is normalised.",
    "N": "The number of samples.",
    "C": "The number of channels.",
    "HxW": "The number of places.",
    "group": "The number of groups of channels.",
    "groups": "The number of groups of channels.",
    "p": "The probability of zero, or the exponent of the norm.",
    "train": "Whether entries are left out.",
    "reduction": "0 for one value per sample, 1 for the mean, 2 for the sum.",
}


def _documented(call: str, result: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return documented(call, result, **_TEXTS)


def _statistics(x: Tensor, axes: list[int], eps: float) -> tuple[Any, Any]:
    """Mean, and one over the standard deviation."""
    mean: Any = x.mean(axes, True)
    variance = ((x - mean) ** 2).mean(axes, True)
    return mean, (variance + eps).rsqrt()


@_documented(
    "torch.batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 0.0, False)",
    "tensor([[-1.],\n        [ 1.]])",
)
def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """`torch.nn.functional.batch_norm`, with another order of arguments."""
    return F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


@_documented(
    "torch.instance_norm(torch.tensor([[[1.0, 3.0]]]), None, None, None, None, True, 0.1, 0.0, "
    "False)",
    "tensor([[[-1.,  1.]]])",
)
def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Tensor:
    """`torch.nn.functional.instance_norm`, with another order of arguments."""
    return F.instance_norm(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


@_documented(
    "torch.native_layer_norm(torch.tensor([1.0, 3.0]), (2,), None, None, 0.0)",
    "(tensor([-1.,  1.]), tensor([2.]), tensor([1.]))",
)
def native_layer_norm(
    input: Tensor, normalized_shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """`layer_norm`, the means, and one over the standard deviations."""
    axes = list(range(-len(tuple(normalized_shape)), 0))
    result = F.layer_norm(input, normalized_shape, weight, bias, eps)
    mean, scale = _statistics(input, axes, eps)
    return result, mean.detach(), scale.detach()


@_documented(
    "torch.native_batch_norm(torch.tensor([[1.0], [3.0]]), None, None, None, None, True, 0.1, 0.0)",
    "(tensor([[-1.],\n        [ 1.]]), tensor([2.]), tensor([1.]))",
)
def native_batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """`batch_norm`, the means and one over the standard deviations, empty if not of the input."""
    result = F.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return result, zeros(0, dtype=input.dtype), zeros(0, dtype=input.dtype)
    axes = [d for d in range(input._value.ndim) if d != 1]
    mean, scale = _statistics(input, axes, eps)
    return result, mean.detach().reshape(-1), scale.detach().reshape(-1)


@_documented(
    "torch.native_group_norm(torch.tensor([[[1.0, 3.0]]]), None, None, 1, 1, 2, 1, 0.0)[1:]",
    "(tensor([[2.]]), tensor([[1.]]))",
)
def native_group_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """`group_norm`, the means, and one over the standard deviations, per sample and group."""
    result = F.group_norm(input, group, weight, bias, eps)
    rows: Any = input.reshape(N, group, prod((C, HxW)) // group)
    mean, scale = _statistics(rows, [2], eps)
    return result, mean.reshape(N, group), scale.reshape(N, group)


@_documented("torch.native_dropout(torch.ones(2), 0.5, False)[1]", "tensor([True, True])")
def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """`dropout`, and which entries were kept."""
    if train is False or p == 0:
        return input.clone(), ones(tuple(input.shape), dtype=_bool)
    kept: Any = rand_like(input).ge(p)
    scale = 0.0 if p == 1 else 1.0 / (1.0 - p)
    return input * kept * scale, kept


@_documented(
    "torch.native_channel_shuffle(torch.ones(1, 2, 1, 1), 2).shape", "torch.Size([1, 2, 1, 1])"
)
def native_channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """`channel_shuffle`."""
    return F.channel_shuffle(input, groups)


@_documented("torch.native_norm(torch.tensor([3.0, 4.0]))", "tensor(5.)")
def native_norm(input: Tensor, p: float = 2) -> Tensor:
    """The norm of all elements."""
    result: Tensor = input.norm(p)
    return result


@_documented("torch.alpha_dropout(torch.ones(2), 0.5, False)", "tensor([1., 1.])")
def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`torch.nn.functional.alpha_dropout`."""
    return F.alpha_dropout(input, p, train)


@_documented("torch.feature_dropout(torch.ones(1, 2, 1), 0.5, False).sum()", "tensor(2.)")
def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Whole channels become 0 with probability `p`."""
    return F.dropout1d(input, p, train) if input._value.ndim < 4 else F.dropout2d(input, p, train)


@_documented("torch.feature_alpha_dropout(torch.ones(1, 2, 1), 0.5, False).sum()", "tensor(2.)")
def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """`torch.nn.functional.feature_alpha_dropout`."""
    return F.feature_alpha_dropout(input, p, train)


_MODES = ("bilinear", "nearest", "bicubic")
_PADDINGS = ("zeros", "border", "reflection")


@documented(
    "torch.grid_sampler(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 2), 0, 0, False)",
    "tensor([[[[1.]]]])",
    grid="Places in the images, from -1 to 1.",
    interpolation_mode="0 bilinear, 1 nearest, 2 bicubic.",
    padding_mode="0 zeros, 1 border, 2 reflection.",
    align_corners="Whether -1 and 1 are the centres of the corners.",
)
def grid_sampler(
    input: Tensor, grid: Tensor, interpolation_mode: int, padding_mode: int, align_corners: bool
) -> Tensor:
    """`torch.nn.functional.grid_sample`, with numbers for its modes."""
    return F.grid_sample(
        input, grid, _MODES[interpolation_mode], _PADDINGS[padding_mode], align_corners
    )


_REDUCTIONS = ("none", "mean", "sum")


def _loss(name: str, example: str, result: str) -> Any:
    """A loss of ``nn.functional`` whose reduction may be a number."""
    function = getattr(F, name)

    def loss(*args: Any, reduction: Any = 1, **kwargs: Any) -> Tensor:
        word = reduction if isinstance(reduction, str) else _REDUCTIONS[reduction]
        found: Tensor = function(*args, reduction=word, **kwargs)
        return found

    loss.__name__ = loss.__qualname__ = name
    loss.__doc__ = f"`torch.nn.functional.{name}`, with a number for the reduction."
    meanings = {"args": "As there.", "kwargs": "As there.", **_TEXTS}
    return documented(f"torch.{name}({example})", result, **meanings)(loss)


binary_cross_entropy_with_logits = _loss(
    "binary_cross_entropy_with_logits", "torch.zeros(1), torch.ones(1)", "tensor(0.6931)"
)
cosine_embedding_loss = _loss(
    "cosine_embedding_loss", "torch.eye(1), torch.eye(1), -torch.ones(1)", "tensor(1.)"
)
hinge_embedding_loss = _loss("hinge_embedding_loss", "torch.ones(2), torch.ones(2)", "tensor(1.)")
kl_div = _loss("kl_div", "torch.zeros(1), torch.ones(1)", "tensor(0.)")
margin_ranking_loss = _loss(
    "margin_ranking_loss", "torch.zeros(1), torch.ones(1), torch.ones(1)", "tensor(1.)"
)
triplet_margin_loss = _loss(
    "triplet_margin_loss", "torch.zeros(1, 2), torch.zeros(1, 2), torch.zeros(1, 2)", "tensor(1.)"
)


@documented(
    "torch.poisson_nll_loss(torch.zeros(1), torch.zeros(1), True, False, 1e-8, 1)",
    "tensor(1.)",
    target="What was counted.",
    log_input="Whether the input is the logarithm of the rate.",
    full="Whether Stirling's approximation is added.",
    eps="Added to rates before their logarithm is taken.",
    reduction=_TEXTS["reduction"],
)
def poisson_nll_loss(
    input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int
) -> Tensor:
    """`torch.nn.functional.poisson_nll_loss`, with a number for the reduction."""
    word = _REDUCTIONS[reduction]
    return F.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=word)


@documented(
    "x = torch.log_softmax(torch.zeros(2, 1, 2), 2)\n"
    "torch.ctc_loss(x, torch.tensor([[1]]), torch.tensor([2]), torch.tensor([1]))",
    "tensor(0.2877)",
    log_probs="Logarithms of probabilities, of shape ``(time, batch, classes)``.",
    targets="The labels.",
    input_lengths="How long each sequence is.",
    target_lengths="How many labels each has.",
    blank="The class that stands for no label.",
    reduction=_TEXTS["reduction"],
    zero_infinity="Whether infinite losses count as 0.",
)
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = 1,
    zero_infinity: bool = False,
) -> Tensor:
    """`torch.nn.functional.ctc_loss`, with a number for the reduction."""
    return F.ctc_loss(
        log_probs,
        targets,
        input_lengths,
        target_lengths,
        blank,
        _REDUCTIONS[reduction],
        zero_infinity,
    )


@documented(
    "table, numbers = torch.tensor([[1.0], [2.0]]), torch.tensor([0, 1, 1])\n"
    "torch.embedding_bag(table, numbers, torch.tensor([0, 1]))[0]",
    "tensor([[1.],\n        [4.]])",
    weight="The table.",
    indices="Numbers of rows.",
    offsets="Where each bag begins.",
    scale_grad_by_freq="Without effect.",
    mode="0 for sums, 1 for means, 2 for the largest.",
    sparse="Without effect: gradients are dense.",
    per_sample_weights="A factor for each row of sums.",
    include_last_offset="Whether the last offset is the end.",
    padding_idx="The row that does not count.",
)
def embedding_bag(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor]:
    """`torch.nn.functional.embedding_bag`, as the first of a tuple."""
    result = F.embedding_bag(
        indices,
        weight,
        offsets,
        mode=("sum", "mean", "max")[mode],
        per_sample_weights=per_sample_weights,
        include_last_offset=include_last_offset,
        padding_idx=padding_idx,
    )
    return (result,)
