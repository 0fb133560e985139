"""The sign of zero after steps, and integers where quotients are floating point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.torch.harness import expressions


def _steps(torch: Any) -> Any:
    return torch.tensor([-0.5, 0.5, -0.2, -0.0])


def _step(name: str) -> Callable[[Any], Any]:
    # Reciprocals tell zeros apart.
    return lambda torch: (
        getattr(torch, name)(_steps(torch)),
        1 / getattr(torch, name)(_steps(torch)),
    )


def _divided(name: str, **options: Any) -> Callable[[Any], Any]:
    def run(torch: Any) -> Any:
        quotient = getattr(torch, name)(torch.tensor([-1.0, 1.0, -3.0]), 2.0, **options)
        return quotient, 1 / quotient

    return run


expressions(
    __name__,
    "the sign of zero",
    {
        **{f"{name}_of_zero": _step(name) for name in ("round", "trunc", "ceil", "floor")},
        "round_to_decimals": lambda torch: 1 / torch.round(torch.tensor([-0.02]), decimals=1),
        "div_trunc": _divided("div", rounding_mode="trunc"),
        "div_floor": _divided("div", rounding_mode="floor"),
        "fmod": _divided("fmod"),
    },
)

expressions(
    __name__,
    "integers",
    {
        "trapezoid": lambda torch: torch.trapezoid(torch.tensor([1, 2, 3])),
        "trapezoid_at": lambda torch: torch.trapezoid(
            torch.tensor([1, 2, 3]), torch.tensor([1, 3, 7])
        ),
        "cumulative_trapezoid": lambda torch: torch.cumulative_trapezoid(
            torch.tensor([1, 2, 3]), dx=2
        ),
        "gradient": lambda torch: torch.gradient(torch.tensor([1, 2, 4, 8])),
        "gradient_spaced": lambda torch: torch.gradient(torch.tensor([1, 2, 4, 8]), spacing=(2.0,)),
        "inner_with_a_number": lambda torch: torch.inner(torch.tensor([1.0, 2.0]), torch.tensor(2)),
        "inner": lambda torch: torch.inner(torch.tensor([1, 2]), torch.tensor([3, 4])),
    },
)
