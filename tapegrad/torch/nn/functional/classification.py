"""Losses of classes: logarithms of probabilities that were given to the right one."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor as CoreTensor
from tapegrad.core.tensor import wrap_constant
from tapegrad.ops import compare, transcendental
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.logistic import softplus
from tapegrad.ops.reduce import reduce_sum
from tapegrad.ops.softmax import log_softmax
from tapegrad.torch.dtypes import category
from tapegrad.torch.examples import as_array, for_checks
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose
from tapegrad.torch.nn.functional.reduction import reduced, reduction_named
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import operation
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "nll_loss",
]


def _check_classes(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int) -> None:
    shape, wanted = input._value.shape, target._value.shape
    if target._value.dtype.name not in ("int64", "uint8"):
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.abbreviation}")
    if not shape:
        raise RuntimeError("input tensor should be 1D or 2D")
    classes = shape[0] if len(shape) == 1 else shape[1]
    if len(shape) == 1:
        if len(wanted) > 1:
            raise RuntimeError(f"size mismatch (got input: {list(shape)}, target: {list(wanted)})")
    else:
        if not wanted or shape[0] != wanted[0]:
            raise ValueError(
                f"Expected input batch_size ({shape[0]}) to match target batch_size "
                f"({wanted[0] if wanted else 1})."
            )
        if (shape[0], *shape[2:]) != wanted:
            raise RuntimeError(f"Expected target size {[shape[0], *shape[2:]]}, got {list(wanted)}")
    if weight is not None and weight._value.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but "
            f"got weight tensor of shape: {list(weight._value.shape)}"
        )
    numbers = for_checks(target._value)
    wrong = (numbers != ignore_index) & ((numbers < 0) | (numbers >= classes))
    if np.any(wrong):
        raise IndexError(f"Target {numbers[wrong].reshape(-1)[0]} is out of bounds.")


def _picked(values: Any, numbers: Any, axis: int) -> Any:
    """Per sample the entry of its class, along the axis of classes."""
    to = values._value.shape
    shape = numbers._value.shape
    places = reshape(numbers, to=(*shape[: len(to) + axis], 1, *shape[len(to) + axis :]))
    return reshape(recording.take_along_axis(values, places, axis=axis), to=shape)


def _nll_of(input: Any, weight: Any, target: Any, ignore_index: int, reduction: str) -> Any:
    """What `_nll` computes, by recorded operations on the numbers of classes too."""
    axis = -1 if input._value.ndim == 1 else 1 - input._value.ndim
    kept = compare.not_equal(target, ignore_index)
    numbers = choose(kept, target, 0)
    factors = None if weight is None else recording.gather(weight, numbers, axis=-1)
    loss = -_picked(input, numbers, axis)
    loss = choose(kept, loss if factors is None else loss * factors, 0)
    if reduction != "mean":
        return reduced(loss, reduction)
    ones = in_dtype(kept, input._value.dtype) if factors is None else choose(kept, factors, 0)
    return reduced(loss, "sum") / reduced(ones, "sum")


def _nll(input: Any, weight: Any, numbers: Any, ignore_index: int, reduction: str) -> Any:
    shape = input._value.shape
    axis = -1 if len(shape) == 1 else 1 - len(shape)
    kept = numbers != ignore_index
    every = bool(np.all(kept))
    numbers = np.asarray(numbers if every else np.where(kept, numbers, 0)).astype(np.int64)
    loss = -_picked(input, wrap_constant(numbers), axis)
    if weight is not None:
        factors = recording.gather(weight, wrap_constant(numbers), axis=-1)
        loss = loss * factors
    if not every:
        loss = choose(wrap_constant(kept), loss, 0)
    if reduction != "mean":
        return reduced(loss, reduction)
    if weight is None:
        total = np.count_nonzero(kept)
        return reduced(loss, "sum") / float(total) if total else reduced(loss, "mean") * np.nan
    total = factors if every else choose(wrap_constant(kept), factors, 0)
    return reduced(loss, "sum") / reduced(total, "sum")


@documented(
    "torch.nn.functional.nll_loss(torch.tensor([[-0.5, -1.0]]), torch.tensor([1]))",
    "tensor(1.)",
    input="Logarithms of probabilities, of shape ``(N, C, *)`` or ``(C,)``.",
    target="Numbers of classes, of shape ``(N, *)`` or ``()``.",
    weight="A weight per class.",
)
def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Minus the logarithm of the probability of the right class.

    The mean is weighted by the classes' weights.
    """
    reduction = reduction_named(reduction, size_average, reduce)
    _check_classes(input, target, weight, ignore_index)

    def loss(x: Any, t: Any, w: Any = None) -> Any:
        return _nll_by(x, w, t, ignore_index, reduction)

    args = (input, _classes(target)) if weight is None else (input, _classes(target), weight)
    kind = "NllLossBackward0" if input._value.ndim <= 2 else "NllLoss2DBackward0"
    return run(loss, node_type(kind), args, {})


def _classes(target: Tensor) -> Any:
    """The numbers of classes: an array, or an example, which operations have to follow."""
    return target._value if target._level is None else target


def _nll_by(input: Any, weight: Any, target: Any, ignore_index: int, reduction: str) -> Any:
    if isinstance(target, CoreTensor):
        return _nll_of(input, weight, target, ignore_index, reduction)
    return _nll(input, weight, target, ignore_index, reduction)


def _smoothed(
    logs: Any, weight: Any, numbers: Any, ignore_index: int, reduction: str, smoothing: float
) -> Any:
    hard = _nll(logs, weight, numbers, ignore_index, reduction)
    shape = logs._value.shape
    axis = -1 if len(shape) == 1 else 1 - len(shape)
    to = (shape[-1],) if len(shape) == 1 else (shape[1], *(1,) * (len(shape) - 2))
    spread = logs if weight is None else logs * reshape(weight, to=to)
    soft = -reduce_sum(spread, [axis])
    kept = numbers != ignore_index
    if not np.all(kept):
        soft = choose(wrap_constant(np.asarray(kept)), soft, 0)
    if reduction == "mean":
        soft = reduced(soft, "sum")
        if weight is None:
            soft = soft / float(np.count_nonzero(kept))
        else:
            factors = recording.gather(
                weight, wrap_constant(np.where(kept, numbers, 0).astype(np.int64)), axis=-1
            )
            soft = soft / reduced(choose(wrap_constant(np.asarray(kept)), factors, 0), "sum")
    elif reduction == "sum":
        soft = reduced(soft, "sum")
    classes = shape[axis]
    return hard * (1 - smoothing) + soft * (smoothing / classes)


def _of_probabilities(
    input: Any, target: Any, weight: Any, reduction: str, smoothing: float
) -> Any:
    shape = input._value.shape
    axis = -1 if len(shape) == 1 else 1 - len(shape)
    if smoothing:
        target = target * (1 - smoothing) + smoothing / shape[axis]
    terms = log_softmax(input, axis) * target
    if weight is not None:
        terms = terms * reshape(weight, to=(shape[axis], *(1,) * (-axis - 1)))
    loss = -reduce_sum(terms, [axis])
    if reduction == "mean":
        samples = max(loss._value.size, 1)
        return reduced(loss, "sum") / float(samples)
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.cross_entropy(torch.zeros(1, 2), torch.tensor([1]))",
    "tensor(0.6931)",
    input="Logarithms of probabilities up to a constant, of shape ``(N, C, *)`` or ``(C,)``.",
    target="Numbers of classes, of shape ``(N, *)`` or ``()``, or probabilities of all classes.",
    weight="A weight per class.",
)
def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    r"""Minus the logarithm of the softmax's probability of the right class.

    .. math:: -\sum_c w_c \, y_c \ln \frac{e^{x_c}}{\sum_d e^{x_d}}
    """
    reduction = reduction_named(reduction, size_average, reduce)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    args: tuple[Any, ...]
    shape = input._value.shape
    if target._value.shape == shape and category(target._value.dtype) == 2:
        args = (input, target) if weight is None else (input, target, weight)
        kind = "NegBackward0" if reduction == "none" else "DivBackward1"

        def probable(x: Any, t: Any, w: Any = None) -> Any:
            return _of_probabilities(x, t, w, reduction, label_smoothing)

        return run(probable, node_type(kind), args, {})
    _check_classes(input, target, weight, ignore_index)
    axis = -1 if len(shape) == 1 else 1 - len(shape)
    args = (input, _classes(target)) if weight is None else (input, _classes(target), weight)

    def loss(x: Any, t: Any, w: Any = None) -> Any:
        logs = log_softmax(x, axis)
        if label_smoothing:
            numbers = as_array(getattr(t, "_value", t))
            return _smoothed(logs, w, numbers, ignore_index, reduction, label_smoothing)
        return _nll_by(logs, w, t, ignore_index, reduction)

    kind = "NllLossBackward0" if len(shape) <= 2 else "NllLoss2DBackward0"
    if label_smoothing:
        kind = "AddBackward0"
    return run(loss, node_type(kind), args, {})


def _same_size(input: Tensor, target: Tensor) -> None:
    if input._value.shape != target._value.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({input.shape}) is deprecated. Please ensure they have the same size."
        )


@operation("BinaryCrossEntropyBackward0", method=False)
def _binary(input: Any, target: Any, weight: Any, reduction: str) -> Any:
    # The logarithm is at least -100, and its slope there is that of the bound in PyTorch.
    x, t = input, target
    least = 1e-12
    logs = _bounded_log(x, least)
    others = _bounded_log(1.0 - x, least)
    loss = -(t * logs + (1.0 - t) * others)
    if weight is not None:
        loss = loss * weight
    return reduced(loss, reduction)


def _bounded_log(x: Any, least: float) -> Any:
    return recording.maximum(transcendental.log(x), wrap_constant(x._value.dtype.type(-100)))


@documented(
    "torch.nn.functional.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([1.0]))",
    "tensor(0.6931)",
    input="Probabilities.",
    target="Probabilities, as 0 and 1.",
    weight="A weight per element.",
)
def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    r""":math:`-y \ln x - (1 - y) \ln (1 - x)`, with logarithms of at least -100."""
    reduction = reduction_named(reduction, size_average, reduce)
    _same_size(input, target)
    values = for_checks(input._value)
    if values.size and (np.any(values < 0) or np.any(values > 1)):
        raise RuntimeError("all elements of input should be between 0 and 1")
    return _binary(input, target, weight, reduction)


@operation("BinaryCrossEntropyWithLogitsBackward0", method=False)
def _with_logits(input: Any, target: Any, weight: Any, pos_weight: Any, reduction: str) -> Any:
    if pos_weight is None:
        loss = (1.0 - target) * input + softplus(-input)
    else:
        factor = (pos_weight - 1.0) * target + 1.0
        loss = (1.0 - target) * input + factor * softplus(-input)
    if weight is not None:
        loss = loss * weight
    return reduced(loss, reduction)


@documented(
    "torch.nn.functional.binary_cross_entropy_with_logits(torch.zeros(1), torch.ones(1))",
    "tensor(0.6931)",
    input="Logits: logarithms of the odds.",
    target="Probabilities, as 0 and 1.",
    weight="A weight per element.",
    pos_weight="A weight per class of what is true.",
)
def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    r""":math:`-y \ln \sigma(x) - (1 - y) \ln (1 - \sigma(x))`, which does not overflow."""
    reduction = reduction_named(reduction, size_average, reduce)
    if input._value.shape != target._value.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape})"
        )
    return _with_logits(input, target, weight, pos_weight, reduction)
