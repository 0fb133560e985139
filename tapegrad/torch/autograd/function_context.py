"""The context of a user's function, which is also its node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.torch.node import FREED, Node
from tapegrad.torch.saved import Saved
from tapegrad.torch.tensor import Tensor, wrapped


class FunctionCtx:
    """What `Function.forward` leaves for `Function.backward`: any attributes, and saved tensors.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> class Scale(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x, factor):
    ...         ctx.factor = factor
    ...         return x * factor
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * ctx.factor, None
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> Scale.apply(x, 3.0).backward()
    >>> x.grad
    tensor(3.)
    """

    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] | None = None
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    materialize_grads = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep inputs and outputs for `backward`, which finds them in ``ctx.saved_tensors``.

        Parameters
        ----------
        tensors
            Tensors, or None.
        """
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for `jvp`, which finds them in ``ctx.saved_tensors``.

        Parameters
        ----------
        tensors
            Tensors, or None.
        """
        for tensor in tensors:
            if not (isinstance(tensor, Tensor) or tensor is None):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save "
                    "non-tensors as attributes on ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs `forward` has changed in place; it must return them.

        Parameters
        ----------
        args
            Inputs.
        """
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which outputs have no derivative.

        Parameters
        ----------
        args
            Outputs.
        """
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether `backward` gets zeros, and not None, for outputs that were not used.

        Parameters
        ----------
        value
            True is the default.
        """
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """The node of a `Function`, and the context of its methods."""

    __slots__ = ()

    is_custom = is_marked = True
    _forward_cls: Any  # the user's class
    #: Identities of inputs for which the user's derivative returned None.
    returned_none: frozenset[int] = frozenset()

    needs_input_grad: tuple[bool, ...]
    _saved: list[Saved] | None
    _positions: tuple[int | None, ...]  # per argument its place among the tensors
    _places: tuple[int | None, ...]  # per output its place among those that have gradients
    _specs: tuple[Any, ...]  # per output its shape and type, None for what is no tensor

    def __init__(self) -> None:
        super().__init__((), (), (), ())

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` was given.

        Raises
        ------
        RuntimeError
            If the graph was freed, or one of them was changed in place.
        """
        state = self.__dict__
        if "_in_jvp" in state and self.saved_for_forward is not None:
            return self.saved_for_forward
        if "_saved" not in state:
            return self.to_save
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple([saved.tensor(self) for saved in self._saved])

    def free(self) -> None:
        """Drop what was saved."""
        if self._saved:
            self._saved = None

    def run_backward(self, gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
        """The user's derivative.

        Parameters
        ----------
        gradients
            One per output that has a gradient.

        Returns
        -------
        list
            One per input that is a tensor.

        Raises
        ------
        RuntimeError
            If the user's function returns something else than gradients of the inputs.
        """
        given: list[Tensor | None] = []
        for place, spec in zip(self._places, self._specs, strict=True):
            g = None if place is None else gradients[place]
            if g is None and spec is not None and self.materialize_grads:
                g = wrapped(np.zeros(*spec)[()])
            given.append(g)
        returned = self._forward_cls._derivative()(self, *given)
        results = returned if isinstance(returned, tuple) else (returned,)
        name, expected = type(self).__name__, len(self._positions)
        if len(results) > expected and all(r is None for r in results[expected:]):
            results = results[:expected]
        if len(results) != expected:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {expected}, "
                f"got {len(results)})"
            )
        found: list[Tensor | None] = []
        for i, (position, g) in enumerate(zip(self._positions, results, strict=True)):
            if g is not None and not isinstance(g, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(g).__name__})")
            if position is not None:
                found.append(None if g is None else self._fitting(position, g))
            elif g is not None:
                raise RuntimeError(
                    f"function {name} returned a gradient different than None at position "
                    f"{i + 1}, but the corresponding forward input was not a Variable"
                )
        return found

    def _fitting(self, position: int, g: Tensor) -> Tensor:
        """A gradient of the shape and type of its input."""
        shape, dtype = self._inputs[position]
        given = g._value.shape
        if given != shape:
            extra = len(given) - len(shape)
            if extra < 0 or any(n not in (1, m) for n, m in zip(shape, given[extra:], strict=True)):
                raise RuntimeError(
                    f"Function {type(self).__name__} returned an invalid gradient at index "
                    f"{position} - got {list(given)} but expected shape compatible with "
                    f"{list(shape)}"
                )
            g = g.sum_to_size(shape)
        if g._value.dtype != dtype:
            g = g.type(wrapped(np.zeros((), dtype)[()]).dtype)
        return g

    _inputs: tuple[Any, ...]
