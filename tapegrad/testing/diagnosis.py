"""What is likely wrong with a Jacobian: how the wrong one and the right one are related."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

Matrix = np.ndarray[Any, np.dtype[np.float64]]


class Side(NamedTuple):
    """The array that the rows (or the columns) of a Jacobian belong to.

    A complex array has two rows for each element, real part and imaginary part.
    """

    name: str
    shape: tuple[int, ...]
    is_complex: bool

    @property
    def axes(self) -> tuple[int, ...]:
        """The shape, with a last axis for the two parts of complex numbers."""
        return (*self.shape, 2) if self.is_complex else self.shape

    def order(self, indices: Matrix) -> Matrix:
        """An order of the elements as an order of the rows, whose parts stay together."""
        if not self.is_complex:
            return indices.reshape(-1)
        return (2 * indices.reshape(-1, 1) + np.arange(2)).reshape(-1)


def likely_cause(got: Matrix, expected: Matrix, result: Side, argument: Side, rtol: float) -> str:
    """Say how two Jacobians differ, for a person who has to find the mistake.

    Parameters
    ----------
    got, expected
        The Jacobians, a row for each entry of the result, a column for each of the argument.
    result, argument
        What rows and columns stand for.
    rtol
        How closely a relation must hold, relative to the largest entry.
    """
    close = rtol * np.max(np.abs(expected), initial=0.0)
    # A relation must explain what is wrong, not be as far off as the two already are.
    apart = np.abs(got - expected)
    if np.all(np.isfinite(apart)):
        close = min(close, 0.1 * np.max(apart, initial=0.0))

    def same(candidate: Matrix) -> bool:
        return bool(np.all(np.abs(candidate - expected) <= close))

    if not np.all(np.isfinite(got)):
        return _not_finite(got, expected)
    if not np.any(got):
        return (
            "the dependence is missing: the tape sees no way from this argument to the result "
            "(a value left the tape through NumPy or float(), was cast to integers, was cut by "
            "stop_gradient, or a custom gradient returned None or zeros)"
        )
    factor = float(np.vdot(got, expected) / np.vdot(got, got))
    if same(factor * got) and not same(got):
        return _factor(1 / factor, result, argument) if factor else "the derivative is zero"
    for words, candidate in _rearranged(got, result, argument):
        if same(candidate):
            return words
        if same(-candidate):
            return f"{words}, and the sign is wrong"
    matters = (np.abs(got) > close) | (np.abs(expected) > close)
    offset = (got - expected)[matters]
    if offset.size > 1 and np.ptp(offset) <= close:
        side = "large" if offset[0] > 0 else "small"
        return f"off by a constant: every entry is {abs(offset[0]):.6g} too {side}"
    if _agree_if_symmetric(got, expected, close, argument):
        return (
            f"right for symmetric changes of {argument.name} only: the rule takes it for "
            f"symmetric. Check it as a function of one that is: "
            f"f((x + tf.linalg.matrix_transpose(x)) / 2)"
        )
    return _in_part(got, expected, close, result, argument)


def _agree_if_symmetric(got: Matrix, expected: Matrix, close: float, argument: Side) -> bool:
    shape = argument.shape
    if len(shape) < 2 or shape[-1] != shape[-2] or argument.is_complex:
        return False
    indices = np.arange(int(np.prod(shape))).reshape(shape)
    other = argument.order(np.swapaxes(indices, -1, -2))
    apart = got - expected
    return bool(np.all(np.abs(apart + apart[:, other]) <= close))


def _not_finite(got: Matrix, expected: Matrix) -> str:
    word = "NaN" if np.any(np.isnan(got)) else "infinity"
    return (
        f"the rule gives {word} where the derivative is finite: often 0 * inf or 0 / 0, also from "
        f"a branch that tf.where does not select (make that branch's input safe with an inner "
        f"tf.where, or use tf.math.multiply_no_nan, divide_no_nan)"
    )


def _factor(factor: float, result: Side, argument: Side) -> str:
    if np.isclose(factor, -1, rtol=1e-3):
        return "the sign is wrong"
    times = f"a factor {factor:.6g}: every entry is {factor:.6g} times what it should be"
    for side in (result, argument):
        for axis, size in enumerate(side.shape):
            if size > 2 and np.isclose(abs(factor), size, rtol=1e-3):
                return f"{times}, the size of axis {axis} of {side.name}: a sum for a mean?"
            if size > 2 and np.isclose(abs(factor), 1 / size, rtol=1e-3):
                return (
                    f"{times}, one over the size of axis {axis} of {side.name}: a mean for a sum?"
                )
    return times


def _rearranged(got: Matrix, result: Side, argument: Side) -> Iterator[tuple[str, Matrix]]:
    """The Jacobian after each mistake of order that people make."""
    rows = np.tile([1.0, -1.0], len(got) // 2)[:, None] if result.is_complex else 1.0
    columns = np.tile([1.0, -1.0], got.shape[1] // 2) if argument.is_complex else 1.0
    if argument.is_complex or result.is_complex:
        yield "a conjugate is missing or too much", rows * got * columns
        if argument.is_complex:
            yield "a conjugate is missing or too much", got * columns
    if got.shape[0] == got.shape[1] > 1:
        yield "a transpose: the rule applies the Jacobian where it needs its transpose", got.T
    for words, order in _orders(argument):
        yield words, got[:, argument.order(order)]
    for words, order in _orders(result):
        yield words, got[result.order(order)]


def _orders(side: Side) -> Iterator[tuple[str, Any]]:
    """Other orders of an array's elements, in words and as indices."""
    name, shape = side.name, side.shape
    indices = np.arange(int(np.prod(shape))).reshape(shape)
    for i in range(len(shape)):
        for j in range(i + 1, len(shape)):
            if shape[i] == shape[j] > 1:
                words = f"a transpose: axes {i} and {j} of {name} are exchanged"
                yield words, np.swapaxes(indices, i, j)
    if len(shape) == 2 and min(shape) > 1 and shape[0] != shape[1]:
        words = f"a transpose: {name} is reshaped where it should be transposed"
        yield words, indices.reshape(shape[::-1]).T
        yield words, indices.T.reshape(shape)
    for axis, size in enumerate(shape):
        if size > 1:
            yield f"the order is reversed along axis {axis} of {name}", np.flip(indices, axis)


def _in_part(got: Matrix, expected: Matrix, close: float, result: Side, argument: Side) -> str:
    """Causes that leave some entries right."""
    wrong = np.abs(got - expected) > close
    if not np.any(wrong):
        return ""
    if np.all(np.abs(got[wrong]) <= close):
        absent = _whole_slices(wrong & (np.abs(expected) > close), expected, close, result)
        if absent:
            return f"a term is missing: {absent}: is a sum over that axis missing?"
        return "a term is missing: some entries are zero that should not be, the others are right"
    columns = np.flatnonzero(wrong.any(axis=0))
    if len(columns) < wrong.shape[1]:
        return f"right but for {len(columns)} of {wrong.shape[1]} entries of {argument.name}"
    rows = np.flatnonzero(wrong.any(axis=1))
    if len(rows) < wrong.shape[0]:
        return f"right for some entries of {result.name}, wrong for {len(rows)} of {wrong.shape[0]}"
    ratio = got[np.abs(expected) > close] / expected[np.abs(expected) > close]
    if len(ratio) and not np.any(np.abs(expected[wrong]) <= close):
        return (
            f"a factor that is not constant (from {ratio.min():.4g} to {ratio.max():.4g}): "
            f"a wrong function in the rule, or a term that is missing"
        )
    return "a term is wrong, or one too many: the two are in no simple relation"


def _whole_slices(missing: Any, expected: Matrix, close: float, result: Side) -> str:
    """Words for an axis of the result of which only one position counts."""
    rows = missing.any(axis=1)
    matter = (np.abs(expected) > close).any(axis=1)
    absent, present = rows.reshape(result.axes), (matter & ~rows).reshape(result.axes)
    for axis, size in enumerate(result.shape):
        others = tuple(a for a in range(absent.ndim) if a != axis)
        kept = np.flatnonzero(present.any(axis=others))
        if size > 1 and len(kept) and not absent.take(kept, axis).any() and len(kept) < size:
            return (
                f"along axis {axis} of {result.name} (size {size}) only index "
                f"{', '.join(map(str, kept))} contributes"
            )
    return ""
