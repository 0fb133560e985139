"""Layers that treat classes or windows unequally."""

from __future__ import annotations

from collections import namedtuple
from itertools import pairwise
from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.containers import ModuleList, Sequential
from tapegrad.torch.nn.modules.linear import Linear
from tapegrad.torch.nn.modules.module import Module
from tapegrad.torch.shaping import cat

__all__ = ["AdaptiveLogSoftmaxWithLoss", "FractionalMaxPool2d", "FractionalMaxPool3d"]

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


@documented(
    "torch.nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]).log_prob(torch.ones(3, 4)).shape",
    "torch.Size([3, 6])",
    n_classes="The number of classes, the most frequent ones first.",
    cutoffs="Where clusters begin, in increasing order.",
    div_value="How many times smaller each cluster's features are than those before.",
    head_bias="Whether the frequent classes have biases.",
)
class AdaptiveLogSoftmaxWithLoss(Module):
    """Probabilities of very many classes, in clusters by their frequency.

    Grave and others, "Efficient softmax approximation for GPUs", 2017. The result of a call is the
    logarithm of each target's probability and, as `loss`, minus their mean.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Any,
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cuts = list(cutoffs)
        if not cuts:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        whole = all(int(c) == c for c in cuts)
        if cuts != sorted(set(cuts)) or not whole or cuts[0] <= 0 or cuts[-1] > n_classes - 1:
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an "
                "increasing order, where each value is between 1 and n_classes-1"
            )
        self.in_features, self.n_classes = in_features, n_classes
        self.cutoffs = [*cuts, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size, self.n_clusters = cuts[0], len(cuts)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, bias=head_bias, dtype=dtype)
        self.tail = ModuleList()
        for i, (start, stop) in enumerate(pairwise(self.cutoffs)):
            size = int(in_features // div_value ** (i + 1))
            first = Linear(in_features, size, bias=False, dtype=dtype)
            self.tail.append(Sequential(first, Linear(size, stop - start, bias=False, dtype=dtype)))

    def reset_parameters(self) -> None:
        """Begin again."""
        for layer in (self.head, *[part for cluster in self.tail for part in cluster]):
            layer.reset_parameters()

    def forward(self, input_: Any, target_: Any) -> Any:
        """The logarithms of the targets' probabilities, and the loss."""
        axes = target_.dim()
        if axes > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if axes == 1 and input_.size(0) != target_.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input_.dim() != axes + 1:
            raise RuntimeError(
                f"{axes}D target tensor expects {axes + 1}D input tensors, but found inputs with "
                f"size {input_.size()}"
            )
        x, target = (input_, target_) if axes else (input_.unsqueeze(0), target_.unsqueeze(0))
        low, high = target.min().item(), target.max().item()
        if low < 0 or high >= self.n_classes:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range "
                f"[{low}, {high}] were found. "
            )
        column, output = target.clone(), x.new_zeros(target.size(0))
        for i, (start, stop) in enumerate(pairwise(self.cutoffs)):
            rows = ((target >= start) & (target < stop)).nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            inside = F.log_softmax(self.tail[i](x.index_select(0, rows)), dim=1)
            place = (target.index_select(0, rows) - start).unsqueeze(1)
            output = output.index_copy(0, rows, inside.gather(1, place).squeeze(1))
            column = column.index_fill(0, rows, self.shortlist_size + i)
        first = F.log_softmax(self.head(x), dim=1)
        output = output + first.gather(1, column.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return _ASMoutput(output if axes else output.squeeze(0), loss)

    def log_prob(self, input: Any) -> Any:
        """The logarithms of the probabilities of all classes, ``(N, n_classes)``."""
        first, short = F.log_softmax(self.head(input), dim=1), self.shortlist_size
        parts = [first[:, :short]]
        for i, cluster in enumerate(self.tail):
            inside = F.log_softmax(cluster(input), dim=1)
            parts.append(inside + first[:, short + i].unsqueeze(1))
        return cat(parts, 1)

    def predict(self, input: Any) -> Any:
        """The likeliest class of each input; of a cluster, if the cluster is likeliest."""
        best = self.head(input).argmax(dim=1)
        everywhere = self.log_prob(input).argmax(dim=1)
        return best.where(best < self.shortlist_size, everywhere)


class _FractionalMaxPool(Module):
    _axes = 2
    _pool: Any

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
    ) -> None:
        super().__init__()
        name, axes = type(self).__name__, self._axes
        if output_size is None and output_ratio is None:
            raise ValueError(
                f"{name} requires specifying either an output size, or a pooling ratio"
            )
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")

        def several(value: Any) -> Any:
            return tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes

        self.kernel_size = several(kernel_size)
        self.output_size = None if output_size is None else several(output_size)
        self.output_ratio = None if output_ratio is None else several(output_ratio)
        if self.output_ratio is not None and not all(0 < r < 1 for r in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)

    def forward(self, input: Any) -> Any:
        """The largest entries of windows, and on request where they are."""
        options = self.output_size, self.output_ratio, self.return_indices, self._random_samples
        return type(self)._pool(input, self.kernel_size, *options)


_TEXTS = {
    "output_size": "The size of the result: a number, or one per axis; or give `output_ratio`.",
    "output_ratio": "The size of the result over that of the image, between 0 and 1.",
    "_random_samples": "Numbers between 0 and 1, which say where windows are: ``(N, C, axes)``.",
}


@documented(
    "torch.nn.FractionalMaxPool2d(2, output_size=3)(torch.ones(1, 1, 5, 5)).shape",
    "torch.Size([1, 1, 3, 3])",
    **_TEXTS,
)
class FractionalMaxPool2d(_FractionalMaxPool):
    """The largest entries of windows whose places in an image are drawn."""

    _pool = staticmethod(F.fractional_max_pool2d)


@documented(
    "torch.nn.FractionalMaxPool3d(2, output_size=3)(torch.ones(1, 1, 5, 5, 5)).shape",
    "torch.Size([1, 1, 3, 3, 3])",
    **_TEXTS,
)
class FractionalMaxPool3d(_FractionalMaxPool):
    """The largest entries of windows whose places in a volume are drawn."""

    _axes = 3
    _pool = staticmethod(F.fractional_max_pool3d)
