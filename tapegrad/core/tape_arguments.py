"""Checking what users hand to a tape: targets, sources, cotangents."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.containers import held_by
from tapegrad.core.convert import operand
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.errors import InvalidArgumentError, NonDifferentiableWarning, PersistentTapeWarning


def ones_like_target(x: Any, wrapped: bool) -> Any:
    """The cotangent of a target when none is given: an array, or a Tensor if `wrapped`."""
    value = x._value
    shape, dtype = value.shape, value.dtype
    # A loss is mostly a number, and has no need of NumPy's machinery.
    ones = np.ones(shape, dtype)[()] if shape or dtype.kind not in "fc" else dtype.type(1)
    return wrap_constant(ones) if wrapped else ones


_warned: list[bool] = []


def warn_recorded_gradient() -> None:
    """Say once per process that a gradient inside its own tape's block is recorded."""
    if _warned:
        return
    _warned.append(True)
    warnings.warn(
        "Calling GradientTape.gradient on a persistent tape inside its context is significantly "
        "less efficient than calling it outside: the gradient itself is recorded. Do it only for "
        "higher order derivatives; otherwise call it after the block or inside "
        "`with tape.stop_recording():`.",
        PersistentTapeWarning,
        stacklevel=3,
    )


def warn_not_differentiable(what: str, x: Any, stacklevel: int) -> None:
    """Say that a tensor of integers, bools or strings has no gradient."""
    warnings.warn(
        f"The dtype of the {what} must be floating (e.g. tf.float32), got {x.dtype!r}: its "
        f"gradient is None. Convert it before it is watched: tf.cast(x, tf.float32).",
        NonDifferentiableWarning,
        stacklevel=stacklevel,
    )


def tensors_in(structure: Any, argument: str, open_slices: bool = False) -> list[Any]:
    """The leaves of a structure of tensors and Variables.

    With `open_slices` an IndexedSlices counts as its values: the sum of the rows is that of the
    whole.
    """
    if structure.__class__ is Tensor:
        return [structure]
    leaves = nest.flatten(structure)
    for i, x in enumerate(leaves):
        if x.__class__ is Tensor or isinstance(x, ArrayLike):
            continue
        if isinstance(x, IndexedSlices):
            if not open_slices:
                raise TypeError(
                    f"Argument `{argument}` holds an IndexedSlices: make it dense first, "
                    f"tf.convert_to_tensor(slices)."
                )
            leaves[i] = x.values
        elif (held := held_by(x)) is not None:
            leaves[i] = held
        else:
            raise TypeError(
                f"Argument `{argument}` should be a tf.Tensor, a tf.Variable or a list, tuple or "
                f"dict of these, got {x!r} of type {type(x).__name__}. Values that were turned "
                f"into Python or NumPy numbers have left the tape."
            )
    return leaves


def sources_in(structure: Any) -> list[Any]:
    """The leaves of `sources`, with a warning for each that has no gradient."""
    sources = tensors_in(structure, "sources")
    for x in sources:
        if x._value.dtype.kind != "f" and not is_differentiable(x._value):
            warn_not_differentiable("source", x, stacklevel=4)
    return sources


def warn_discrete_targets(targets: list[Any]) -> None:
    """Say why counts, positions and conditions have no gradient."""
    for x in targets:
        if x._value.dtype.kind != "f" and not is_differentiable(x._value):
            warnings.warn(
                f"The dtype of the target must be floating (e.g. tf.float32), got {x.dtype!r}: its "
                f"gradient is None. Counts, positions and conditions are piecewise constant, so "
                f"that nothing flows back through them; tf.cast afterwards does not change that.",
                NonDifferentiableWarning,
                stacklevel=3,
            )


def single_tensor(value: Any, argument: str) -> Any:
    """The value itself, or what a container holds; TypeError unless it is one tensor."""
    if not isinstance(value, ArrayLike):
        if (held := held_by(value)) is not None:
            return held
        raise TypeError(
            f"Argument `{argument}` should be one tf.Tensor or tf.Variable, got "
            f"{type(value).__name__}. For several, call it once for each on a persistent tape."
        )
    return value


def chunk_size(parallel_iterations: int | None, use_pfor: bool) -> int | None:
    """How many rows of a Jacobian to pull back at once; None leaves it to the engine."""
    if parallel_iterations is not None and (
        not isinstance(parallel_iterations, int) or parallel_iterations < 1
    ):
        raise ValueError(
            f"parallel_iterations is the number of rows at a time, a positive integer, not "
            f"{parallel_iterations!r}."
        )
    return parallel_iterations if use_pfor else 1


def seeds_for(targets: list[Any], output_gradients: Any) -> list[Any]:
    """One cotangent (or None, for ones) per target, checked against it."""
    if output_gradients is None:
        return [None] * len(targets)
    given = nest.flatten(output_gradients)
    if len(given) != len(targets):
        raise ValueError(
            f"output_gradients has {len(given)} values for {len(targets)} targets: give one per "
            f"target, in the same structure. For one vector target use a tensor, "
            f"tf.constant([...])."
        )
    return [_seed(x, g) for x, g in zip(targets, given, strict=True)]


def _seed(x: Any, g: Any) -> Any:
    if g is None:
        return None
    if isinstance(g, IndexedSlices):
        g = g._to_tensor()
    value = x._value
    t = operand(g) if isinstance(g, (ArrayLike, np.ndarray)) else operand(g, value.dtype)
    if t._value.dtype != value.dtype:
        raise InvalidArgumentError(
            f"output_gradients of dtype {t.dtype.name} for a target of dtype {x.dtype.name}: use "
            f"tf.cast(g, tf.{x.dtype.name})."
        )
    if t._value.shape != value.shape:
        try:
            fits = np.broadcast_shapes(t._value.shape, value.shape) == value.shape
        except ValueError:
            fits = False
        if not fits:
            raise InvalidArgumentError(
                f"Incompatible shapes: output_gradients of shape {t.shape} for a target of shape "
                f"{x.shape}."
            )
        t = recording.broadcast_to(t, to=value.shape)
    return t if isinstance(t, Tensor) else recording.identity(t)
