"""The numerical policy as a table: what the derivative is at ties, kinks, zeros and infinities.

The rows stand in the modules of this package, one module for each kind of point. They are tested
by ``tests/ops/test_numerical_policy.py``, compared with TensorFlow by
``tests/differential/cases_numerical_policy.py``, and printed by ``docs/build_numerical_policy.py``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAN, INF = float("nan"), float("inf")

#: Modules of this package, in the order of the page.
SECTIONS = ("selection", "ties", "kinks", "zeros", "sums", "norms", "ends", "infinities")


@dataclass(frozen=True)
class At:
    """An argument: where it stands, and the derivatives there of the sum of the result.

    Attributes
    ----------
    point
        Its value.
    gives
        The gradient, None if there is none.
    second
        The derivative of the sum of the gradient, if there is something to say about it.
    """

    point: Any
    gives: Any
    second: Any = None


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    operation
        An expression of ``tf`` and the arguments.
    why
        The reason, in a few words.
    arguments
        Name -> where it stands and what the derivative is.
    differs
        Why TensorFlow's answer is another one; empty if it is the same.
    beyond
        Whether TensorFlow does not have the operation.
    """

    operation: str
    why: str
    arguments: dict[str, At]
    differs: str
    beyond: bool

    def evaluate(self, tf: Any, leaves: dict[str, Any]) -> Any:
        """The value of the expression for some arguments."""
        return eval(self.operation, {"tf": tf, "INF": INF, **leaves})

    def __str__(self) -> str:
        points = ", ".join(f"{name}={at.point}" for name, at in self.arguments.items())
        return f"{self.operation} at {points}".replace("inf", "INF")


ROWS: dict[str, list[Row]] = {}


def section(module: str) -> Callable[..., None]:
    """The function that adds a line to the section of a module of this package; see `Row`."""
    rows: list[Row] = []
    ROWS[module.rpartition(".")[2]] = rows

    def row(
        operation: str, why: str, *, differs: str = "", beyond: bool = False, **arguments: At
    ) -> None:
        rows.append(Row(operation, why, arguments, differs, beyond))

    return row


def load() -> dict[str, list[Row]]:
    """All rows by section."""
    for name in SECTIONS:
        importlib.import_module(f"{__name__}.{name}")
    return {name: ROWS[name] for name in SECTIONS}
