"""What a problem is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from benchmarks.libraries.base import Inputs, Library, Objective, Step

#: ``by_hand(parameters, constants)``, value and gradients.
ByHand: TypeAlias = Callable[[list[Any], list[Any]], tuple[Any, list[Any]]]
NOTHING: Mapping[str, str] = MappingProxyType({})


def no_flops(inputs: Inputs) -> float:
    """So few that reading the inputs takes longer."""
    del inputs
    return 0.0


class Problem(NamedTuple):
    """A computation that every library is asked for, and how its time is judged."""

    key: str
    title: str
    objective: Objective
    inputs: Callable[[bool], Inputs]  # of the small size for tests, if True
    tolerance: float  # relative difference that libraries may show
    targets: Mapping[str, float]  # library -> ratio that tapegrad is to reach
    rounds: int = 15
    operations: int = 1  # the time is reported per operation when there are many
    learning_rate: float | None = None  # a training step when given, else value and gradient
    missing: Mapping[str, str] = NOTHING  # library -> why it cannot run this problem
    flops: Callable[[Inputs], float] = no_flops  # that value and gradients need at least
    by_hand: ByHand | None = None  # value and gradients in NumPy, written out

    def step(self, library: Library, inputs: Inputs) -> Step:
        """The timed unit of `library`, in a fresh state."""
        if self.learning_rate is None:
            return library.gradient_step(self.objective, inputs)
        return library.training_step(self.objective, inputs, self.learning_rate)
