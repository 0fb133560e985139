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
from tapegrad.ops.avg_pooling import avg_pool, avg_pool1d, avg_pool2d, avg_pool3d, pool
from tapegrad.ops.blocks import depth_to_space, space_to_batch, space_to_depth
from tapegrad.ops.clipping import l2_normalize
from tapegrad.ops.conv import atrous_conv2d, conv1d, conv2d, conv3d, convolution
from tapegrad.ops.conv_transpose import (
    atrous_conv2d_transpose,
    conv1d_transpose,
    conv2d_transpose,
    conv3d_transpose,
    conv_transpose,
)
from tapegrad.ops.cross_entropy import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from tapegrad.ops.layers import bias_add, dropout, embedding_lookup
from tapegrad.ops.local_response import local_response_normalization, lrn
from tapegrad.ops.logistic import sigmoid, softplus, softsign
from tapegrad.ops.losses import l2_loss, log_poisson_loss
from tapegrad.ops.max_pooling import (
    max_pool,
    max_pool1d,
    max_pool2d,
    max_pool3d,
    max_pool_with_argmax,
)
from tapegrad.ops.morphology import dilation2d, erosion2d
from tapegrad.ops.normalization import (
    batch_norm_with_global_normalization,
    batch_normalization,
    moments,
    normalize_moments,
    sufficient_statistics,
    weighted_moments,
)
from tapegrad.ops.separable_conv import depthwise_conv2d, separable_conv2d
from tapegrad.ops.softmax import log_softmax, softmax
from tapegrad.ops.sort import in_top_k, top_k
from tapegrad.ops.statistics import zero_fraction
from tapegrad.ops.transcendental import tanh

__all__ = [
    "approx_max_k",
    "approx_min_k",
    "atrous_conv2d",
    "atrous_conv2d_transpose",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "bias_add",
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "conv_transpose",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "dilation2d",
    "dropout",
    "elu",
    "embedding_lookup",
    "erosion2d",
    "experimental",
    "gelu",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_pool_with_argmax",
    "moments",
    "normalize_moments",
    "pool",
    "relu",
    "relu6",
    "selu",
    "separable_conv2d",
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
