"""Losses and distances as layers."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.functional.reduction import reduction_named
from tapegrad.torch.nn.modules.function_layers import function_layer

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PairwiseDistance",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]

_OLD = {"size_average": None, "reduce": None}


def _prepared(layer: Any) -> None:
    """Turn the two old arguments into `reduction`, and weights into buffers."""
    if layer.size_average is not None or layer.reduce is not None:
        layer.reduction = reduction_named(layer.reduction, layer.size_average, layer.reduce)
    del layer.size_average, layer.reduce
    for name in ("weight", "pos_weight"):
        if name in layer.__dict__:
            value = layer.__dict__.pop(name)
            layer.register_buffer(name, value)


def _loss(name: str, function: Any, summary: str, shown: Any = (), **options: Any) -> Any:
    old = "size_average" in options
    return function_layer(
        __name__,
        name,
        function,
        summary,
        f"torch.nn.{name}()",
        f"{name}()",
        shown,
        handed=tuple([o for o in options if o not in _OLD]),
        finish=_prepared if old else None,
        **options,
    )


MSELoss = _loss("MSELoss", F.mse_loss, "The squared difference.", **_OLD, reduction="mean")
L1Loss = _loss("L1Loss", F.l1_loss, "The absolute difference.", **_OLD, reduction="mean")
SmoothL1Loss = _loss(
    "SmoothL1Loss",
    F.smooth_l1_loss,
    "Squares of small differences, absolute values of large ones.",
    **_OLD,
    reduction="mean",
    beta=1.0,
)
HuberLoss = _loss(
    "HuberLoss",
    F.huber_loss,
    "Squares of small differences, multiples of absolute values of large ones.",
    reduction="mean",
    delta=1.0,
)
NLLLoss = _loss(
    "NLLLoss",
    F.nll_loss,
    "Minus the logarithm of the probability of the right class.",
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
)
CrossEntropyLoss = _loss(
    "CrossEntropyLoss",
    F.cross_entropy,
    "Minus the logarithm of the softmax's probability of the right class.",
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
)
BCELoss = _loss(
    "BCELoss",
    F.binary_cross_entropy,
    "The cross entropy of probabilities.",
    weight=None,
    **_OLD,
    reduction="mean",
)
BCEWithLogitsLoss = _loss(
    "BCEWithLogitsLoss",
    F.binary_cross_entropy_with_logits,
    "The cross entropy of probabilities whose logits are given.",
    weight=None,
    **_OLD,
    reduction="mean",
    pos_weight=None,
)
KLDivLoss = _loss(
    "KLDivLoss",
    F.kl_div,
    "The terms of the Kullback-Leibler divergence.",
    **_OLD,
    reduction="mean",
    log_target=False,
)
PoissonNLLLoss = _loss(
    "PoissonNLLLoss",
    F.poisson_nll_loss,
    "Minus the logarithm of the probability of Poisson counts.",
    log_input=True,
    full=False,
    size_average=None,
    eps=1e-8,
    reduce=None,
    reduction="mean",
)
GaussianNLLLoss = _loss(
    "GaussianNLLLoss",
    F.gaussian_nll_loss,
    "Minus the logarithm of the density of normal errors.",
    full=False,
    eps=1e-6,
    reduction="mean",
)
HingeEmbeddingLoss = _loss(
    "HingeEmbeddingLoss",
    F.hinge_embedding_loss,
    "``x`` where the target is 1, ``max(0, margin - x)`` where it is -1.",
    margin=1.0,
    **_OLD,
    reduction="mean",
)
MarginRankingLoss = _loss(
    "MarginRankingLoss",
    F.margin_ranking_loss,
    "How far the order of two values is from the one that is wanted.",
    margin=0.0,
    **_OLD,
    reduction="mean",
)
MultiMarginLoss = _loss(
    "MultiMarginLoss",
    F.multi_margin_loss,
    "How far other classes come within a margin of the right one.",
    p=1,
    margin=1.0,
    weight=None,
    **_OLD,
    reduction="mean",
)
MultiLabelMarginLoss = _loss(
    "MultiLabelMarginLoss",
    F.multilabel_margin_loss,
    "How far wrong classes come within a margin of right ones.",
    **_OLD,
    reduction="mean",
)
MultiLabelSoftMarginLoss = _loss(
    "MultiLabelSoftMarginLoss",
    F.multilabel_soft_margin_loss,
    "The mean of the cross entropies of all classes, each of which is there or not.",
    weight=None,
    **_OLD,
    reduction="mean",
)
SoftMarginLoss = _loss(
    "SoftMarginLoss",
    F.soft_margin_loss,
    r":math:`\ln(1 + e^{-y x})`.",
    **_OLD,
    reduction="mean",
)
CosineEmbeddingLoss = _loss(
    "CosineEmbeddingLoss",
    F.cosine_embedding_loss,
    "One minus the cosine for similar vectors, ``max(0, cosine - margin)`` for others.",
    margin=0.0,
    **_OLD,
    reduction="mean",
)
TripletMarginLoss = _loss(
    "TripletMarginLoss",
    F.triplet_margin_loss,
    "``max(0, d(anchor, positive) - d(anchor, negative) + margin)``.",
    margin=1.0,
    p=2.0,
    eps=1e-6,
    swap=False,
    **_OLD,
    reduction="mean",
)
CosineSimilarity = _loss(
    "CosineSimilarity",
    F.cosine_similarity,
    "The cosine of the angle of vectors.",
    dim=1,
    eps=1e-8,
)
PairwiseDistance = _loss(
    "PairwiseDistance",
    F.pairwise_distance,
    "The norms of differences of vectors.",
    p=2.0,
    eps=1e-6,
    keepdim=False,
)


def _with_distance(layer: Any) -> None:
    if layer.distance_function is None:
        layer.distance_function = PairwiseDistance()


TripletMarginWithDistanceLoss = function_layer(
    __name__,
    "TripletMarginWithDistanceLoss",
    F.triplet_margin_with_distance_loss,
    "`TripletMarginLoss` with a distance of one's own.",
    "torch.nn.TripletMarginWithDistanceLoss(margin=2.0).margin",
    "2.0",
    (),
    finish=_with_distance,
    distance_function=None,
    margin=1.0,
    swap=False,
    reduction="mean",
)
