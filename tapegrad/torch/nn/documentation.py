"""Docstrings of layers and functions of layers: parameters that many of them share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.torch.documentation import documented as _documented

_SHARED = {
    "size": "The sizes wanted.",
    "blank": "The class that stands for no label.",
    "zero_infinity": "Whether infinite losses count as 0.",
    "upscale_factor": "How many times as large images become.",
    "downscale_factor": "How many times smaller images become.",
    "inplace": "Whether the result is written into the input.",
    "weight": "The weights.",
    "bias": "What is added per output, or None; for a layer, whether there is one.",
    "stride": "From one window to the next: a number, or one per axis.",
    "padding": "Entries added on both sides of each axis: a number, or one per axis.",
    "dilation": "From one place of a window to the next: a number, or one per axis.",
    "groups": "In how many groups channels are separated; each output sees one of them.",
    "kernel_size": "Places of a window: a number, or one per axis.",
    "ceil_mode": "Whether a last window may begin inside and end outside.",
    "count_include_pad": "Whether padding counts in means.",
    "divisor_override": "What sums are divided by, instead of the number of entries.",
    "return_indices": "Whether places of the largest entries in the flattened image are returned.",
    "output_size": "The sizes wanted: a number, or one per axis; None keeps a size.",
    "output_padding": "Entries added at the end of each axis, to tell sizes apart.",
    "p": "The probability of zero, or the order of a norm.",
    "training": "Whether the model is being trained.",
    "eps": "A small number that keeps from dividing by zero.",
    "alpha": "A factor, see the formula.",
    "beta": "A factor, see the formula.",
    "lambd": "Where the flat part ends.",
    "threshold": "Where the function changes.",
    "negative_slope": "The slope for negative values.",
    "lower": "The smallest slope.",
    "upper": "The largest slope.",
    "min_val": "The lower bound.",
    "max_val": "The upper bound.",
    "approximate": "'none', or 'tanh' for the approximation by a hyperbolic tangent.",
    "value": "The value to fill in.",
    "_stacklevel": "Without effect.",
    "target": "What the input is compared with.",
    "reduction": "'mean', 'sum', or 'none' for one value per element or sample.",
    "size_average": "Deprecated: see `reduction`.",
    "reduce": "Deprecated: see `reduction`.",
    "margin": "The distance that is enough.",
    "ignore_index": "The class whose samples do not count.",
    "label_smoothing": "How much of each target is spread over all classes, from 0 to 1.",
    "delta": "Where the quadratic part ends.",
    "num_classes": "The number of classes.",
    "running_mean": "The mean so far; updated while training.",
    "running_var": "The variance so far; updated while training.",
    "use_input_stats": "Whether mean and variance are those of the input.",
    "momentum": "How much of the new statistics enters the running ones.",
    "normalized_shape": "The sizes of the last axes, over which each sample is normalised.",
    "num_groups": "The number of groups of channels.",
    "in_features": "Size of each input.",
    "out_features": "Size of each output.",
    "in_channels": "Channels of the input.",
    "out_channels": "Channels of the output.",
    "num_features": "Channels of the input.",
    "affine": "Whether there are weights and biases per channel.",
    "elementwise_affine": "Whether there are weights per element.",
    "track_running_stats": "Whether mean and variance are kept for evaluation.",
    "padding_mode": "'zeros', 'reflect', 'replicate' or 'circular'.",
    "padding_idx": "The row that gets no gradient.",
    "max_norm": "Rows that are longer are shortened to this norm.",
    "norm_type": "The order of the norm.",
    "scale_grad_by_freq": "Whether gradients are divided by how often a row was used.",
    "sparse": "Without effect: gradients are dense.",
    "num_embeddings": "The number of rows.",
    "embedding_dim": "The size of a row.",
    "mode": "How it is done, see above.",
    "scale_factor": "How many times as large: a number, or one per axis.",
    "align_corners": "Whether the centres of the corners coincide, rather than their edges.",
    "recompute_scale_factor": "Whether the scale is that of the rounded size.",
    "antialias": "Whether scaling down is smoothed first.",
    "hidden_size": "Features of the hidden state.",
    "input_size": "Features of the input.",
    "num_layers": "Layers on top of each other.",
    "batch_first": "Whether the batch is the first axis, before the time.",
    "dropout": "The probability of zero between layers.",
    "bidirectional": "Whether a second network runs backwards.",
    "device": "There is only the processor.",
    "dtype": "The type of the parameters.",
}


def documented(
    example: str, result: str, **parameters: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Complete a docstring, see `tapegrad.torch.documentation.documented`.

    Parameters
    ----------
    example, result
        An expression, and what the interpreter shows for it.
    parameters
        What parameters mean that are not the same everywhere.
    """
    return _documented(example, result, **{**_SHARED, **parameters})
