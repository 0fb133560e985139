"""The questions, as each of the two semantics asks them: both classes have the same methods.

A program is run afresh for every question, on new tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.comparison.program import flat
from tapegrad.comparison.vocabulary import Library

#: Called with the library and its tensors.
Program = Callable[[Any, list[Any]], Any]


def is_continuous(value: Any) -> bool:
    """Whether a value has derivatives: floating or complex."""
    return np.asarray(value).dtype.kind in "fc"


class Tape:
    """TensorFlow's tape.

    Parameters
    ----------
    tf
        TensorFlow, or tapegrad.
    program
        What is differentiated.
    values
        Its inputs.
    """

    def __init__(self, tf: Any, program: Program, values: list[Any]) -> None:
        self._tf = tf
        self._library = Library(tf, tensorflow=True)
        self._program = program
        self._values = values

    def _tensors(self) -> list[Any]:
        return [self._tf.constant(value) for value in self._values]

    def _watch(self, tape: Any, xs: list[Any]) -> None:
        for x, value in zip(xs, self._values, strict=True):
            if is_continuous(value):
                tape.watch(x)

    def _watched(self, tensors: list[Any] | None = None) -> tuple[Any, list[Any], list[Any]]:
        xs = self._tensors() if tensors is None else tensors
        with self._tf.GradientTape() as tape:
            self._watch(tape, xs)
            ys = flat(self._program(self._library, list(xs)))
        return tape, ys, xs

    def value(self) -> Any:
        """What the program computes."""
        return self._program(self._library, self._tensors())

    def gradient(self) -> list[Any]:
        """The gradient, as one asks for it."""
        tape, ys, xs = self._watched()
        return list(tape.gradient(ys, xs))

    def of_sum(self) -> list[Any]:
        """The gradient of the sum of the results."""
        tape, ys, xs = self._watched()
        ones = [self._tf.ones_like(y) for y in ys]
        return list(tape.gradient(ys, xs, output_gradients=ones))

    def again(self) -> list[Any]:
        """The gradient of the same run, asked for a second time."""
        tape, ys, xs = self._watched()
        tape.gradient(ys, xs)
        return list(tape.gradient(ys, xs))

    def second_run(self) -> list[Any]:
        """The gradient after the program ran, and was differentiated, once before."""
        self.gradient()
        return self.gradient()

    def second_order(self) -> list[Any]:
        """The gradient of the sum of the gradients."""
        xs = self._tensors()
        with self._tf.GradientTape() as outer:
            self._watch(outer, xs)
            tape, ys, xs = self._watched(xs)
            slopes = [slope for slope in tape.gradient(ys, xs) if slope is not None]
        return list(outer.gradient(slopes, xs)) if slopes else [None] * len(xs)

    def jacobian(self) -> list[Any]:
        """The Jacobians of a single result."""
        tape, ys, xs = self._watched()
        return list(tape.jacobian(ys[0], xs))


class Backward:
    """PyTorch's backward.

    Parameters
    ----------
    torch
        PyTorch, or ``tapegrad.torch``.
    program
        What is differentiated.
    values
        Its inputs.
    """

    def __init__(self, torch: Any, program: Program, values: list[Any]) -> None:
        self._torch = torch
        self._library = Library(torch, tensorflow=False)
        self._program = program
        self._values = values

    def _leaves(self) -> list[Any]:
        return [
            self._torch.tensor(value, requires_grad=is_continuous(value)) for value in self._values
        ]

    def _run(self, xs: list[Any]) -> list[Any]:
        return flat(self._program(self._library, list(xs)))

    def value(self) -> Any:
        """What the program computes."""
        return self._program(self._library, self._leaves())

    def gradient(self) -> list[Any]:
        """The gradient, as one asks for it."""
        xs = self._leaves()
        self._torch.autograd.backward(self._run(xs))
        return [x.grad for x in xs]

    def of_sum(self) -> list[Any]:
        """The gradient of the sum of the results."""
        xs = self._leaves()
        ys = self._run(xs)
        self._torch.autograd.backward(ys, [self._torch.ones_like(y) for y in ys])
        return [x.grad for x in xs]

    def again(self) -> list[Any]:
        """The gradient of the same run, asked for a second time."""
        xs = self._leaves()
        ys = self._run(xs)
        self._torch.autograd.backward(ys)
        self._torch.autograd.backward(ys)
        return [x.grad for x in xs]

    def second_run(self) -> list[Any]:
        """The gradient after the program ran, and was differentiated, once before."""
        xs = self._leaves()
        self._torch.autograd.backward(self._run(xs))
        self._torch.autograd.backward(self._run(xs))
        return [x.grad for x in xs]

    def second_order(self) -> list[Any]:
        """The gradient of the sum of the gradients."""
        xs = self._leaves()
        leaves = [x for x in xs if x.requires_grad]
        ys = self._run(xs)
        ones = [self._torch.ones_like(y) for y in ys]
        grad = self._torch.autograd.grad
        slopes = grad(ys, leaves, ones, create_graph=True, allow_unused=True)
        slopes = [slope for slope in slopes if slope is not None]
        ones = [self._torch.ones_like(slope) for slope in slopes]
        found = iter(grad(slopes, leaves, ones, allow_unused=True))
        return [next(found) if x.requires_grad else None for x in xs]

    def jacobian(self) -> list[Any]:
        """The Jacobians of a single result: a call of `grad` for each of its elements."""
        xs = self._leaves()
        leaves = [x for x in xs if x.requires_grad]
        (y,) = self._run(xs)
        grad = self._torch.autograd.grad
        flat_y = y.reshape(-1)
        rows = [
            grad(flat_y[k], leaves, retain_graph=True, allow_unused=True)
            for k in range(flat_y.numel())
        ]
        found = []
        for x, column in zip(leaves, zip(*rows, strict=True), strict=True):
            parts = [self._torch.zeros_like(x) if row is None else row for row in column]
            unused = all(row is None for row in column)
            shape = (*y.shape, *x.shape)
            found.append(None if unused else self._torch.stack(parts).reshape(shape))
        jacobians = iter(found)
        return [next(jacobians) if x.requires_grad else None for x in xs]
