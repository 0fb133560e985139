"""Functions of layers that stand in ``torch`` itself, too, and as methods of tensors."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.documentation import documented
from tapegrad.torch.nn.functional import (
    avg_pool1d,
    bilinear,
    celu,
    celu_,
    channel_shuffle,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    cosine_similarity,
    group_norm,
    hardshrink,
    layer_norm,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    pairwise_distance,
    pdist,
    pixel_shuffle,
    pixel_unshuffle,
    prelu,
    relu,
    relu_,
    rms_norm,
    rrelu,
    rrelu_,
    selu,
    selu_,
    threshold,
    threshold_,
)
from tapegrad.torch.nn.functional import dropout as _dropout
from tapegrad.torch.nn.functional import embedding as _embedding
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "avg_pool1d",
    "bilinear",
    "celu",
    "celu_",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_similarity",
    "dropout",
    "embedding",
    "group_norm",
    "hardshrink",
    "layer_norm",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "prelu",
    "relu",
    "relu_",
    "rms_norm",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "softmax",
    "threshold",
    "threshold_",
]


@documented("torch.softmax(torch.zeros(2), 0)", "tensor([0.5000, 0.5000])")
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""Exponentials divided by their sum, :math:`e^{x_i} / \sum_j e^{x_j}`."""
    result: Tensor = input.softmax(dim, dtype)
    return result


@documented("torch.log_softmax(torch.zeros(2), 0)", "tensor([-0.6931, -0.6931])")
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    r"""The logarithm of `softmax`, :math:`x_i - \ln \sum_j e^{x_j}`."""
    result: Tensor = input.log_softmax(dim, dtype)
    return result


@documented(
    "torch.dropout(torch.ones(2), 0.5, False)",
    "tensor([1., 1.])",
    p="The probability of zero.",
    train="Whether entries are left out.",
)
def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Entries become 0 with probability `p`; the others are divided by ``1 - p``."""
    return _dropout(input, p, train)


@documented(
    "torch.embedding(torch.tensor([[1.0], [2.0]]), torch.tensor([1]))",
    "tensor([[2.]])",
    weight="The table.",
    indices="Numbers of rows.",
    padding_idx="The row that gets no gradient.",
    scale_grad_by_freq="Whether gradients are divided by how often a row was used.",
    sparse="Without effect: gradients are dense.",
)
def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of a table with these numbers."""
    row = None if padding_idx == -1 else padding_idx
    return _embedding(indices, weight, row, scale_grad_by_freq=scale_grad_by_freq)


install(relu=relu, relu_=relu_)
