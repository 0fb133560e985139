"""Tensors as Python takes values: numbers, truth, length, elements, text."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tapegrad.core.context import active_recorders
from tapegrad.core.graph_calls import DECIDED, LEFT, leave
from tapegrad.core.leaks import chosen, tell
from tapegrad.core.places import Lines
from tapegrad.torch import modes
from tapegrad.torch.tensor_facts import TensorFacts


class PythonValues(TensorFacts):
    """Methods of tensors that give Python's objects, or that Python calls."""

    __slots__ = ()

    if TYPE_CHECKING:
        _node: Any

        def __getattr__(self, name: str) -> Any: ...

    def item(self) -> Any:
        """The only element, as a Python number.

        Raises
        ------
        RuntimeError
            If there is more or less than one element.
        """
        if self._value.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._value.size} elements cannot be converted to Scalar"
            )
        self._tell_of("item")
        return self._value.item()

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        self._tell_of("tolist")
        return self._value.tolist()

    def __bool__(self) -> bool:
        if self._node is not None or Lines.left:
            leave("bool", self._id, DECIDED)
        if self._value.size == 1:
            return bool(self._read("bool").reshape(())[()])
        if self._value.size == 0:
            raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
        raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")

    def __float__(self) -> float:
        return float(self._as_number("float"))

    def __int__(self) -> int:
        return int(self._as_number("int"))

    def __complex__(self) -> complex:
        return complex(self._as_number("complex"))

    def _tell_of(self, use: str) -> None:
        """Say that the value leaves, where a graph follows it and `set_gradient_leaks` asks so."""
        if self._node is not None or Lines.left:
            leave(use, self._id, DECIDED if use == "bool" else LEFT)
        if self._node is not None and chosen() is not None and modes.builds_graph():
            tell(self, use)

    def _operand(self) -> Any:
        """What operations of another dialect work on: the data, not the graph.

        Raises
        ------
        RuntimeError
            If a graph leads to the tensor, which would end there without a word.
        """
        if (
            self._node is not None
            and modes.builds_graph()
            and chosen() not in ("allow", "own")
            and not any(self._id in recorder.followed for recorder in active_recorders())
        ):
            raise RuntimeError(
                "A Tensor of tapegrad.torch that requires grad is used in an operation of another "
                "dialect, which its graph cannot see: its gradient would be lost. Use functions of "
                "tapegrad.torch, or tensor.detach()."
            )
        return super()._operand()

    def _as_number(self, use: str) -> Any:
        self._tell_of(use)
        if use != "int" and self._node is not None and chosen() is None and modes.builds_graph():
            warnings.warn(
                "Converting a tensor with requires_grad=True to a scalar may lead to unexpected "
                "behavior.\nConsider using tensor.detach() first.",
                UserWarning,
                stacklevel=3,
            )
        if self._value.size != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self._value.item()

    def __index__(self) -> int:
        if self._value.dtype.kind not in "iub" or self._value.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __len__(self) -> int:
        if self._value.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return int(self._value.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if self._value.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __contains__(self, element: Any) -> bool:
        if isinstance(element, (PythonValues, int, float, complex, bool)):
            return bool(self.eq(element).any())
        raise RuntimeError(
            f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a "
            f"{type(element)}."
        )

    def __format__(self, spec: str) -> str:
        if self._value.ndim == 0:
            return format(self.item(), spec)
        return format(repr(self), spec) if not spec else object.__format__(self, spec)
