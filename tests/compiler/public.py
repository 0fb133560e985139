"""Calls of public functions with everything that may be an argument as one, and data for them.

A call is a function of tensors. It is recorded with some data, and run with other data of the same
shapes, for which decisions, counts and errors come out otherwise.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tapegrad as tf
from tests.differential.op_cases import Held, Leaf, Use, by_position, with_dtype

Arrays = list[np.ndarray]


@dataclass
class Call:
    """A function of tensors, with example data."""

    name: str
    function: Callable[..., Any]
    arrays: Arrays

    def __str__(self) -> str:
        return self.name


def call_of(use: Use, numbers_too: bool = False) -> Call:
    """The call in a row of a table of operations.

    Parameters
    ----------
    numbers_too
        Whether plain numbers, and lists of numbers, are to be tensors as well.
    """
    arrays: Arrays = []

    def place(argument: Any) -> Any:
        if isinstance(argument, (Leaf, Held)):
            own = tf.as_dtype(with_dtype(argument.dtype, use.dtype)).as_numpy_dtype
            arrays.append(np.array(argument.values, own))
        elif numbers_too and _is_numbers(argument):
            found = np.array(argument)
            arrays.append(found.astype(np.int32 if found.dtype.kind == "i" else use.dtype))
        elif isinstance(argument, (list, tuple)):
            parts = [place(part) for part in argument]
            return lambda ts: type(argument)([part(ts) for part in parts])
        elif isinstance(argument, Mapping):
            named = {name: place(part) for name, part in argument.items()}
            return lambda ts: {name: part(ts) for name, part in named.items()}
        else:
            return lambda ts: argument
        i = len(arrays) - 1
        return lambda ts: ts[i]

    arguments = place(use.arguments)
    function = operator.attrgetter(use.op)(tf)
    name = f"{use}-numbers" if numbers_too else str(use)
    return Call(name, lambda *ts: by_position(function, arguments(ts)), arrays)


def _is_numbers(value: Any) -> bool:
    values = value if isinstance(value, (list, tuple)) else [value]
    return bool(values) and all(type(v) in (int, float) and -1e9 < v < 1e9 for v in values)


def has_numbers(use: Use) -> bool:
    """Whether there are plain numbers among the arguments."""
    values = [
        part
        for v in use.arguments.values()
        for part in (v if isinstance(v, (list, tuple)) and not isinstance(v, (Leaf, Held)) else [v])
    ]
    return any(_is_numbers(v) for v in values)


def other_data(arrays: Arrays) -> Iterator[Arrays]:
    """Data of the same shapes: moved, flipped in sign, all equal, and out of range."""
    rng = np.random.default_rng(7)
    yield [rng.permutation(a.reshape(-1)).reshape(a.shape) for a in arrays]
    yield [_turned(a) for a in arrays]
    yield [np.zeros_like(a) for a in arrays]
    yield [a + 1 if a.dtype.kind in "iu" else a for a in arrays]
    yield [np.full_like(a, 99) if a.dtype.kind in "iu" else a for a in arrays]
    yield arrays


def _turned(a: np.ndarray) -> np.ndarray:
    if a.dtype.kind in "fc":
        return -a
    if a.dtype.kind == "b":
        return ~a
    return a[..., ::-1].copy() if a.ndim or a.dtype.kind == "O" else a + 1


def tensors(arrays: Arrays) -> list[tf.Tensor]:
    """Tensors of these arrays."""
    return [tf.constant(a) for a in arrays]


def is_followed(x: Any) -> bool:
    """Whether a value can have a gradient."""
    return bool(x.dtype.is_floating or x.dtype.is_complex)


def leaves(result: Any) -> list[tf.Tensor]:
    """The tensors in a result, sparse gradients as dense ones."""
    flat = tf.nest.flatten(result, expand_composites=False)
    return [tf.convert_to_tensor(x) for x in flat if tf.is_tensor(x)]


def weights(x: Any, start: int) -> Any:
    """Fixed cotangents."""
    rng = np.random.default_rng(start)
    found = rng.standard_normal(x.shape)
    return tf.cast(tf.constant(found), x.dtype)


def pulled(tape: Any, outputs: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
    """Gradients with respect to all inputs that may have one, zeros for none."""
    targets = [y for y in outputs if is_followed(y)]
    sources = [x for x in inputs if is_followed(x)]
    if not targets or not sources:
        return []
    seeds = [weights(y, 3 + i) for i, y in enumerate(targets)]
    found = tape.gradient(targets, sources, seeds, unconnected_gradients="zero")
    return [tf.convert_to_tensor(g) for g in found]


def with_gradients(function: Callable[..., Any]) -> Callable[..., list[Any]]:
    """A function's results and their gradients."""

    def program(*inputs: Any) -> list[Any]:
        with tf.GradientTape() as tape:
            tape.watch([x for x in inputs if is_followed(x)])
            outputs = leaves(function(*inputs))
        return [*outputs, *pulled(tape, outputs, inputs)]

    return program


def outcome(function: Callable[..., Any], arrays: Arrays) -> Any:
    """Arrays, or the kind of the error."""
    try:
        return [np.asarray(x) for x in leaves(function(*tensors(arrays)))]
    except (tf.errors.OpError, ValueError, TypeError, LookupError, NotImplementedError) as error:
        return type(error)


def difference(got: Any, expected: Any) -> str | None:
    """How two outcomes differ, in words."""
    if isinstance(got, type) or isinstance(expected, type):
        return None if got is expected else f"got {got}, expected {expected}"
    if len(got) != len(expected):
        return f"{len(got)} results instead of {len(expected)}"
    eps = max([np.finfo(a.dtype).eps for a in expected if a.dtype.kind in "fc"], default=0.0)
    for i, (a, b) in enumerate(zip(got, expected, strict=True)):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"result {i} is {a.dtype}{a.shape} instead of {b.dtype}{b.shape}"
        if a.dtype.kind not in "fc" or a.dtype.itemsize == 2:
            if not _same(a, b):
                return f"result {i} is {a} instead of {b}"
            continue
        scale = np.max(np.abs(b), initial=0, where=np.isfinite(b))
        if not np.allclose(a, b, rtol=512 * eps, atol=512 * eps * scale, equal_nan=True):
            return f"result {i} is {a} instead of {b}"
    return None


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    if a.dtype.kind == "O":
        return a.tolist() == b.tolist()
    return bool(np.all((a == b) | ((a != a) & (b != b))))
