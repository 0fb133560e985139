"""What a constraint is."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.distributions.documentation import documented

__all__: list[str] = []


@documented(
    "c = torch.distributions.constraints.positive\nc.check(torch.tensor([1.0, -1.0]))",
    "tensor([ True, False])",
)
class Constraint:
    """The base class of constraints: a region over which a variable is valid.

    Attributes
    ----------
    is_discrete
        Whether values are countable.
    event_dim
        How many of the last axes are judged together.
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """Whether the constraint holds, per event: a tensor of booleans."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}()"
