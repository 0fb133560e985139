"""Optimizers whose update is a formula on arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from tapegrad.core.large import loops_above
from tapegrad.core.variable import Variable
from tapegrad.optimizers.gradients import Pairs
from tapegrad.optimizers.optimizer import Optimizer
from tapegrad.optimizers.state import StateVariable

if TYPE_CHECKING:

    class OtherOptions(TypedDict, total=False):
        """The arguments that all optimizers take, by keyword, except for `weight_decay`."""

        clipnorm: float | None
        clipvalue: float | None
        global_clipnorm: float | None
        use_ema: bool
        ema_momentum: float
        ema_overwrite_frequency: int | None
        loss_scale_factor: float | None
        gradient_accumulation_steps: int | None
        name: str | None

    class Options(OtherOptions, total=False):
        """The arguments that all optimizers take, by keyword; see `Optimizer`."""

        weight_decay: float | None


class ArrayOptimizer(Optimizer):
    """Base of the optimizers here.

    A subclass names what it remembers of each variable in `_slots`, computes what a step has in
    common in `_coefficients`, and moves a variable in `_move`, with few passes over the arrays and
    the slots updated in place.
    """

    def __init__(self, learning_rate: Any, **options: Any) -> None:
        super().__init__(learning_rate, **options)
        self._slots_of: list[tuple[StateVariable, ...]] = []

    def _slots(self) -> tuple[dict[str, float], ...]:
        """Names and first values of the slots, in groups that are made one after the other."""
        return ()

    def _coefficients(self, rate: float, step: int, real: Callable[[float], Any]) -> Any:
        """The numbers of the formula, which all variables of one dtype share in a step.

        Parameters
        ----------
        rate
            The learning rate.
        step
            The number of this step, from 1.
        real
            The type to compute in: that of the variables, but at least float32.

        Returns
        -------
        tuple of float
            `_move` gets them as arrays of the variables' dtype: the fastest operands there are.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `_coefficients`.")

    def _move(self, value: Any, g: Any, numbers: Any, *slots: Any) -> Any:
        """A variable's new value, in a new array.

        All arrays have at least one axis. Large temporaries cost more than the arithmetic: one
        array is enough, which becomes the result.

        Parameters
        ----------
        value, g
            The variable's value and gradient, not to be changed.
        numbers
            The coefficients.
        slots
            The arrays of the slots, to be updated in place.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `_move`.")

    def _variant(self) -> Any:
        """Equal for optimizers whose `_move` does the same: the class, and the switches."""
        switches = [v for v in self.__dict__.values() if v.__class__ is bool]
        return type(self), *switches

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots of each of these variables."""
        new = [v for v in variables if v._id not in self._index]
        super().build(new)
        slots: list[list[StateVariable]] = [[] for _ in new]
        for group in self._slots():
            for v, own in zip(new, slots, strict=True):
                own += [
                    self.add_variable_from_reference(v, name, start)
                    for name, start in group.items()
                ]
        self._slots_of += [tuple(own) for own in slots]

    def _update_variables(self, pairs: Pairs, rate: float) -> None:
        step = int(self.iterations._value) + 1
        index, slots_of, move = self._index, self._slots_of, self._move
        coefficients: dict[Any, Any] = {}
        wanted = sum(map(len, self._slots()))
        for g, v in pairs:
            slots = slots_of[index[v._id]]
            if len(slots) != wanted:
                raise RuntimeError(
                    f"The optimizer remembers {len(slots)} arrays for '{v.name}', but its "
                    f"arguments ask for {wanted}: `momentum` and its like cannot be switched on or "
                    f"off after the first step. Make a new optimizer."
                )
            value = v._value
            dtype = value.dtype
            numbers = coefficients.get(dtype)
            if numbers is None:
                real = np.float32 if dtype.itemsize < 4 else dtype.type
                numbers = coefficients[dtype] = [
                    np.array(c, dtype) for c in self._coefficients(rate, step, real)
                ]
            arrays = [slot.array for slot in slots]
            if value.shape:
                loops = loops_above(value.size)
                if loops is None:
                    new = move(value, g, numbers, *arrays)
                else:
                    new = loops.update(move, self._variant(), value, g, numbers, arrays)
            else:
                new = move(value.reshape(1), g.reshape(1), numbers, *arrays)[0]
            v._replace(new if new.dtype is dtype else new.astype(dtype), False)


def towards(average: Any, new: Any, share: Any, scratch: Any = None) -> Any:
    """``average += share * (new - average)``, in place.

    Parameters
    ----------
    average
        The array to update.
    new
        What goes into it; may be `scratch`.
    share
        How much of the average is replaced.
    scratch
        An array that this may overwrite; by default a new one.

    Returns
    -------
    ndarray
        The scratch array, free to be used again.
    """
    scratch = np.subtract(new, average, scratch)
    scratch *= share
    average += scratch
    return scratch
