"""ADBench's LSTM: tens of thousands of operations on vectors of 14 numbers."""

from __future__ import annotations

from typing import Any

from benchmarks.libraries.base import Inputs
from benchmarks.objectives import lstm
from benchmarks.objectives.files import ADBENCH
from benchmarks.problems.base import Problem


def inputs(small: bool) -> Inputs:
    sequence = lstm.read(ADBENCH / "lstm" / "lstm_l2_c1024.txt")
    characters = sequence.characters[:5] if small else sequence.characters
    return Inputs([sequence.main, sequence.extra], [*sequence.state, *characters])


def objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    main, extra = parameters
    rows = main.shape[0]  # as many as the state has
    return lstm.objective(ops, main, extra, constants[:rows], constants[rows:])


LSTM = Problem(
    key="d",
    title="ADBench LSTM lstm_l2_c1024, value and gradient",
    objective=objective,
    inputs=inputs,
    tolerance=1e-9,
    targets={"torch": 0.4},
    rounds=5,
)
