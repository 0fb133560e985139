"""Connectionist temporal classification: the likelihood of labels without their times."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import concat, reshape, unstack
from tapegrad.core.structural import stack as stacked
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import transcendental
from tapegrad.ops.reduce import reduce_mean, reduce_sum
from tapegrad.torch.examples import as_array
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.reduction import reduction_named
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = ["ctc_loss"]

_LOW = -1e30  # the logarithm of what is impossible, without the arithmetic of infinities


def _lengths(given: Any) -> Any:
    return (
        as_array(given._value if isinstance(given, Tensor) else given).astype(np.int64).reshape(-1)
    )


def _with_blanks(targets: Any, lengths: Any, blank: int) -> Any:
    """Per sample the labels with blanks between and around them."""
    most = int(lengths.max()) if lengths.size else 0
    spread = np.full((len(lengths), 2 * most + 1), blank, np.int64)
    start = 0
    for i, length in enumerate(lengths):
        if targets.ndim == 1:
            labels = targets[start : start + length]
            start += length
        else:
            labels = targets[i, :length]
        spread[i, 1 : 2 * length : 2] = labels
    return spread


def _likelihoods(logs: Any, labels: Any, times: Any, lengths: Any, blank: int) -> Any:
    """Minus the logarithms of the likelihoods of all samples, by the forward recursion."""
    _, batch, _ = logs._value.shape
    states = labels.shape[1]
    dtype = logs._value.dtype
    low = wrap_constant(np.full((batch, states), _LOW, dtype))
    # From two states before, if that is another label, and not a blank.
    skips = np.zeros((batch, states), bool)
    skips[:, 2:] = (labels[:, 2:] != blank) & (labels[:, 2:] != labels[:, :-2])
    chosen = wrap_constant(labels)
    steps = unstack(logs, axis=-3)

    def emitted(step: Any) -> Any:
        return recording.take_along_axis(step, chosen, axis=-1)

    first = np.zeros((batch, states), bool)
    first[:, : min(2, states)] = True
    first[lengths == 0, 1:] = False
    alpha = choose(wrap_constant(first), emitted(steps[0]), low)
    for t, step in enumerate(steps[1:], 1):
        ways = [alpha]
        for shift in (1, 2):
            if states > shift:
                edge = wrap_constant(np.full((batch, shift), _LOW, dtype))
                kept = recording.getitem(alpha, index=(Ellipsis, slice(None), slice(0, -shift)))
                moved = concat(edge, kept, axis=-1)
                ways.append(moved if shift == 1 else choose(wrap_constant(skips), moved, low))
        together = recording.reduce_logsumexp(stacked(*ways, axis=-1), axes=(-1,), keepdims=False)
        active = np.broadcast_to((t < times)[:, None], (batch, states))
        alpha = choose(wrap_constant(np.array(active)), together + emitted(step), alpha)
    rows = np.arange(batch)
    ends = np.stack([2 * lengths, np.maximum(2 * lengths - 1, 0)], 1)
    last = recording.take_along_axis(alpha, wrap_constant(ends), axis=-1)
    only = np.zeros((batch, 2), bool)
    only[rows[lengths == 0], 1] = True
    last = choose(wrap_constant(only), _LOW, last)
    return -recording.reduce_logsumexp(last, axes=(-1,), keepdims=False)


@documented(
    "logs = torch.nn.functional.log_softmax(torch.zeros(2, 1, 3), 2)\n"
    "torch.nn.functional.ctc_loss(logs, torch.tensor([[1]]), (2,), (1,))",
    "tensor(1.0986)",
    log_probs="Logarithms of probabilities, ``(T, N, C)``, or without N.",
    targets="Labels, ``(N, S)``, or of all samples one after the other.",
    input_lengths="The number of steps of each sample.",
    target_lengths="The number of labels of each sample.",
    blank="The class that stands for no label.",
    reduction="'mean' (of losses divided by numbers of labels), 'sum' or 'none'.",
    zero_infinity="Whether infinite losses, of labels that do not fit, count as 0.",
)
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """Minus the logarithm of the probability of labels (Graves and others, 2006)."""
    reduction = reduction_named(reduction)
    times, lengths = _lengths(input_lengths), _lengths(target_lengths)
    alone = log_probs._value.ndim == 2
    labels = targets._value
    if alone:
        log_probs = log_probs.unsqueeze(1)
        labels = labels.reshape(1, -1)
    steps, batch, classes = log_probs._value.shape
    if not 0 <= blank < classes:
        raise RuntimeError("blank must be in label range")
    if len(times) != batch:
        raise RuntimeError("input_lengths must be of size batch_size")
    if len(lengths) != batch:
        raise RuntimeError("target_lengths must be of size batch_size")
    if times.size and times.max() > steps:
        raise RuntimeError(
            f"Expected input_lengths to have value at most {steps}, but got value {times.max()} "
            f"(while checking arguments for ctc_loss_cpu)"
        )
    spread = _with_blanks(labels, lengths, blank)

    def loss(logs: Any) -> Any:
        each = _likelihoods(logs, spread, times, lengths, blank)
        # As in PyTorch, gradients are those of logits, for which `log_probs` are normalised.
        active = np.arange(steps)[:, None, None] < times[:, None]
        shares = choose(wrap_constant(active), transcendental.exp(logs), 0)
        total = reduce_sum(shares, [-3, -1])
        each = each + (total - recording.stop_gradient(total))
        impossible = each._value > -_LOW / 2
        if impossible.any():
            each = choose(wrap_constant(impossible), 0 if zero_infinity else np.inf, each)
        if reduction == "mean":
            counts = np.maximum(lengths, 1).astype(each._value.dtype)
            return reduce_mean(each / wrap_constant(counts))
        if reduction == "sum":
            return reduce_sum(each)
        return reshape(each, to=()) if alone else each

    own = "WhereBackward0" if zero_infinity else "CtcLossBackward0"
    kind = {"mean": "MeanBackward0", "sum": "SumBackward0"}.get(reduction, own)
    return run(loss, node_type(kind), (log_probs,), {})
