"""Losses that are zero beyond a margin, and distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import activations, elementwise, logistic
from tapegrad.ops.reduce import reduce_sum
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.distances import cosine_similarity, pairwise_distance
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.reduction import composed_loss, reduced, reduction_named
from tapegrad.torch.operation import operation
from tapegrad.torch.tensor import Tensor

__all__ = [
    "cosine_embedding_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


@composed_loss("AddBackward0")
def _hinge(input: Any, target: Any, margin: float, reduction: str) -> Any:
    far = activations.relu(margin - input)
    loss = choose(target == 1, 0, far) + choose(target == -1, 0, input)
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.hinge_embedding_loss(torch.tensor([0.5, 0.5]), torch.tensor([1, -1]))",
    "tensor(0.5000)",
    target="1 or -1.",
)
def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``x`` where the target is 1, ``max(0, margin - x)`` where it is -1."""
    reduction = reduction_named(reduction, size_average, reduce)
    return _hinge(input, target, margin, reduction)


@composed_loss("ClampMinBackward0")
def _ranking(a: Any, b: Any, target: Any, margin: float, reduction: str) -> Any:
    below = margin - target * (a - b)
    return reduced(choose(below >= 0, below, 0), reduction)


@documented(
    "torch.nn.functional.margin_ranking_loss(torch.ones(1), torch.zeros(1), torch.tensor([-1.0]))",
    "tensor(1.)",
    input1="The first values.",
    input2="The second values.",
    target="1 where the first ought to be larger, else -1.",
)
def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """:math:`max(0, -y (x_1 - x_2) + margin)`."""
    reduction = reduction_named(reduction, size_average, reduce)
    if input1.dim() != input2.dim() or input1.dim() != target.dim():
        raise RuntimeError(
            f"margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.size()}, input2: {input2.size()}, target: {target.size()} "
        )
    return _ranking(input1, input2, target.to(input1.dtype), margin, reduction)


def _as_rows(input: Any) -> Any:
    shape = input._value.shape
    return input if len(shape) == 2 else reshape(input, to=(1, max(input._value.size, 0)))


@operation("MultiMarginLossBackward0", method=False)
def _multi(input: Any, weight: Any, numbers: Any, p: int, margin: float, reduction: str) -> Any:
    x = _as_rows(input)
    rows, classes = x._value.shape
    right = np.asarray(numbers).reshape(rows, 1)
    mine = recording.take_along_axis(x, wrap_constant(right), axis=-1)
    below = activations.relu(x - mine + margin)
    if p == 2:
        below = elementwise.square(below)
    if weight is not None:
        below = below * recording.gather(weight, wrap_constant(right), axis=-1)
    loss = choose(wrap_constant(np.arange(classes) == right), 0, below)
    loss = reduce_sum(loss, [-1]) / float(max(classes, 1))
    if reduction == "none" and input._value.ndim < 2:
        return reshape(loss, to=())
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.multi_margin_loss(torch.tensor([[0.1, 0.9]]), torch.tensor([0]))",
    "tensor(0.9000)",
    target="Numbers of classes.",
    p="1 or 2: the power.",
    weight="A weight per class.",
)
def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """:math:`max(0, margin - x_y + x_i)^p`, summed over the other classes, over their number."""
    reduction = reduction_named(reduction, size_average, reduce)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    if weight is not None and weight.dim() != 1:
        raise ValueError("weight must be one-dimensional")
    return _multi(input, weight, target._value, p, margin, reduction)


@operation("MultilabelMarginLossBackward0", method=False)
def _multilabel(input: Any, numbers: Any, reduction: str) -> Any:
    x = _as_rows(input)
    rows, classes = x._value.shape
    targets = np.asarray(numbers).reshape(rows, classes)
    # Numbers count up to the first that is negative.
    valid = np.logical_and.accumulate(targets >= 0, axis=1)
    safe = np.where(valid, targets, 0)
    among = np.zeros((rows, classes), bool)
    np.logical_or.at(among, (np.arange(rows)[:, None], safe), valid)
    mine = recording.take_along_axis(x, wrap_constant(safe), axis=-1)
    a = reshape(mine, to=(rows, classes, 1))
    b = reshape(x, to=(rows, 1, classes))
    below = activations.relu(b - a + 1.0)
    counted = wrap_constant(valid[:, :, None] & ~among[:, None, :])
    loss = reduce_sum(choose(counted, below, 0), [-2, -1]) / float(max(classes, 1))
    if reduction == "none" and input._value.ndim < 2:
        return reshape(loss, to=())
    return reduced(loss, reduction)


@documented(
    "x, y = torch.tensor([[0.1, 0.9]]), torch.tensor([[0, -1]])\n"
    "torch.nn.functional.multilabel_margin_loss(x, y)",
    "tensor(0.9000)",
    target="Per sample the numbers of its classes, then -1.",
)
def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """:math:`max(0, 1 - x_y + x_i)`, summed over right and wrong classes, over their number."""
    reduction = reduction_named(reduction, size_average, reduce)
    if input._value.shape != target._value.shape:
        raise RuntimeError(
            f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}"
        )
    return _multilabel(input, target._value, reduction)


@operation("SoftMarginLossBackward0", method=False)
def _soft(input: Any, target: Any, reduction: str) -> Any:
    return reduced(logistic.softplus(-(target * input)), reduction)


@documented(
    "torch.nn.functional.soft_margin_loss(torch.zeros(2), torch.ones(2))",
    "tensor(0.6931)",
    target="1 or -1.",
)
def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    r""":math:`\ln(1 + e^{-y x})`."""
    reduction = reduction_named(reduction, size_average, reduce)
    return _soft(input, target.to(input.dtype), reduction)


@composed_loss("DivBackward0")
def _multilabel_soft(input: Any, target: Any, weight: Any, reduction: str) -> Any:
    loss = -(target * logistic.log_sigmoid(input) + (1.0 - target) * logistic.log_sigmoid(-input))
    if weight is not None:
        loss = loss * weight
    loss = reduce_sum(loss, [-1]) / float(input._value.shape[-1])
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.multilabel_soft_margin_loss(torch.zeros(1, 2), torch.ones(1, 2))",
    "tensor(0.6931)",
    target="0 or 1 per class.",
    weight="A weight per class.",
)
def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The mean of the cross entropies of all classes, each of which is there or not."""
    reduction = reduction_named(reduction, size_average, reduce)
    return _multilabel_soft(input, target, weight, reduction)


@composed_loss("AddBackward0")
def _cosine(similarity: Any, target: Any, margin: float, reduction: str) -> Any:
    far = activations.relu(similarity - margin)
    loss = choose(target == 1, 1.0 - similarity, choose(target == -1, far, 0))
    return reduced(loss, reduction)


@documented(
    "x = torch.ones(1, 2)\ntorch.nn.functional.cosine_embedding_loss(x, -x, torch.tensor([1]))",
    "tensor(2.)",
    input1="The first vectors.",
    input2="The second vectors.",
    target="1 for similar ones, -1 for others.",
)
def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """One minus the cosine for similar vectors, ``max(0, cosine - margin)`` for others."""
    reduction = reduction_named(reduction, size_average, reduce)
    if target.dim() not in (0, 1):
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    similarity = cosine_similarity(input1, input2, dim=1 if target.dim() else 0, eps=1e-6)
    return _cosine(similarity, target, margin, reduction)


@composed_loss("ClampMinBackward0")
def _beyond(near: Any, far: Any, margin: float, reduction: str) -> Any:
    below = near - far + margin
    return reduced(choose(below >= 0, below, 0), reduction)


@documented(
    "a = torch.zeros(1, 2)\n"
    "torch.nn.functional.triplet_margin_loss(a, a + 1.0, a + 2.0, p=1, eps=0.0)",
    "tensor(0.)",
    anchor="Vectors.",
    positive="Vectors that ought to be close.",
    negative="Vectors that ought to be far.",
    swap="Whether the distance of positive and negative counts, if it is smaller.",
    p="The order of the norm.",
)
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """``max(0, d(anchor, positive) - d(anchor, negative) + margin)``."""
    reduction = reduction_named(reduction, size_average, reduce)
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")

    def distance(a: Tensor, b: Tensor) -> Tensor:
        return pairwise_distance(a, b, p, eps)

    return _triplet(anchor, positive, negative, distance, swap, margin, reduction)


def _triplet(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance: Callable[[Tensor, Tensor], Tensor],
    swap: bool,
    margin: float,
    reduction: str,
) -> Tensor:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = _smaller(far, distance(positive, negative))
    return _beyond(near, far, margin, reduction)


@operation("MinimumBackward0", method=False)
def _smaller(a: Any, b: Any) -> Any:
    # Where both are equal, half of the gradient goes to each.
    both = (a + b) * 0.5
    return choose(a == b, both, recording.minimum(a, b))


@documented(
    "a = torch.zeros(1, 2)\ntorch.nn.functional.triplet_margin_with_distance_loss(a, a, a + 3.0)",
    "tensor(0.)",
    anchor="Vectors.",
    positive="Vectors that ought to be close.",
    negative="Vectors that ought to be far.",
    distance_function="What measures distances; Euclid by default.",
    swap="Whether the distance of positive and negative counts, if it is smaller.",
)
def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """`triplet_margin_loss` with a distance of one's own."""
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    distance = distance_function or pairwise_distance
    reduction = reduction_named(reduction)
    return _triplet(anchor, positive, negative, distance, swap, margin, reduction)
