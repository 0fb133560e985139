"""Neural network operations: TensorFlow's ``tf.nn``."""

from __future__ import annotations

from tapegrad.nn import experimental
from tapegrad.ops.activations import (
    crelu,
    elu,
    gelu,
    leaky_relu,
    relu,
    relu6,
    selu,
    silu,
    swish,
)
from tapegrad.ops.approximate_k import approx_max_k, approx_min_k
from tapegrad.ops.blocks import depth_to_space, space_to_batch, space_to_depth
from tapegrad.ops.clipping import l2_normalize
from tapegrad.ops.cross_entropy import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from tapegrad.ops.layers import bias_add, dropout, embedding_lookup
from tapegrad.ops.logistic import sigmoid, softplus, softsign
from tapegrad.ops.losses import l2_loss, log_poisson_loss
from tapegrad.ops.normalization import (
    batch_norm_with_global_normalization,
    batch_normalization,
    moments,
    normalize_moments,
    sufficient_statistics,
    weighted_moments,
)
from tapegrad.ops.softmax import log_softmax, softmax
from tapegrad.ops.sort import in_top_k, top_k
from tapegrad.ops.statistics import zero_fraction
from tapegrad.ops.transcendental import tanh

__all__ = [
    "approx_max_k",
    "approx_min_k",
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "bias_add",
    "crelu",
    "depth_to_space",
    "dropout",
    "elu",
    "embedding_lookup",
    "experimental",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_poisson_loss",
    "log_softmax",
    "moments",
    "normalize_moments",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "silu",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softplus",
    "softsign",
    "space_to_batch",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "zero_fraction",
]
