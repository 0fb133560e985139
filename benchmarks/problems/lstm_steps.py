"""ADBench's LSTM as a loop over one step, so that a library may compile the step, or the loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.libraries.base import Inputs
from benchmarks.objectives import lstm
from benchmarks.objectives.files import ADBENCH
from benchmarks.problems.base import Problem


def inputs(small: bool) -> Inputs:
    """The parameters; the start of the total, the state, and the characters as rows of a loop."""
    sequence = lstm.read(ADBENCH / "lstm" / "lstm_l2_c1024.txt")
    characters = list(sequence.characters[:5] if small else sequence.characters)
    return Inputs([sequence.main, sequence.extra], [np.zeros(()), *sequence.state, characters])


def step(ops: Any, parameters: Any, carry: Any, character: Any, target: Any) -> list[Any]:
    """The total and the state after one more character."""
    main, extra = parameters
    total, *state = carry
    weights = lstm.weights(main, extra, len(state) // 2)
    state, part = lstm.step(ops, weights, state, character, target)
    return [total + part, *state]


def objective(ops: Any, parameters: list[Any], constants: list[Any]) -> Any:
    *start, characters = constants
    bits = parameters[1].shape[1]
    total, *_ = ops.loop(step, ops, parameters, start, characters)
    count = len(characters) if isinstance(characters, list) else characters.shape[0]
    return -total / ((count - 1) * bits)


LSTM_STEPS = Problem(
    key="lstm",
    title="ADBench LSTM lstm_l2_c1024, value and gradient, as a loop of one step",
    objective=objective,
    inputs=inputs,
    tolerance=1e-9,
    targets={"best": 0.5},
    rounds=5,
)
