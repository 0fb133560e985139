"""Timing: agreement first, then rounds in which every library takes its turn."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.libraries.base import Inputs, Library, Step, converted, numpy_operations
from benchmarks.problems.base import Problem

#: One timing repeats its step until about so many seconds are filled.
FILL = 0.05
#: Calls before the first round, fewer of a step that takes longer than this many seconds.
WARM_UPS = 2
SLOW = 1.0


class Outcome(NamedTuple):
    """What one problem gave."""

    seconds: dict[str, list[float]]  # library -> time of one step in each round
    failures: dict[str, str]  # library -> what went wrong
    notes: dict[str, str]  # library -> why it does not take part
    first: dict[str, float]  # library -> seconds of the first `calls`, compilation among them


def reference_value(problem: Problem, inputs: Inputs) -> float:
    """The objective on plain NumPy arrays in double precision."""
    parameters = [array.astype(np.float64) for array in inputs.parameters]
    constants = converted(
        inputs.constants, lambda a: a.astype(np.float64) if a.dtype.kind == "f" else a
    )
    return float(problem.objective(numpy_operations(), parameters, constants))


def results(library: Library, step: Step) -> list[NDArray[Any]]:
    """The value and the gradients of one step as NumPy arrays, detached from later steps."""
    value, gradients = step()
    return [library.to_numpy(array).copy() for array in (value, *gradients)]


def difference(actual: NDArray[Any], expected: NDArray[Any]) -> float:
    """Largest difference relative to the largest entry expected; infinite if shapes differ."""
    if actual.shape != expected.shape or actual.dtype != expected.dtype:
        return math.inf
    scale = float(np.max(np.abs(expected))) or 1.0
    return float(np.max(np.abs(actual - expected))) / scale


def no_others(inputs: Inputs) -> Mapping[str, Step]:
    """Nothing to time besides the libraries."""
    del inputs
    return {}


def run(
    problem: Problem,
    libraries: Mapping[str, Library],
    *,
    small: bool,
    rounds: int,
    calls: int = 1,
    others: Callable[[Inputs], Mapping[str, Step]] = no_others,
) -> Outcome:
    """Check `problem` in every library, then time those that agree, in turn.

    The results of the last of `calls` calls are checked: of compiled code, with two. `others` are
    timed with them unchecked.
    """
    inputs = problem.inputs(small)
    expected_value = reference_value(problem, inputs)
    steps: dict[str, Step] = {}
    failures: dict[str, str] = {}
    notes = {name: problem.missing[name] for name in libraries if name in problem.missing}
    first: dict[str, float] = {}
    expected: list[NDArray[Any]] | None = None
    # The peers before the judged library: agreement is with the first that gives NumPy's value.
    for name in sorted(libraries, key=lambda name: name.startswith("tapegrad")):
        if name in notes:
            continue
        library = libraries[name]
        try:
            step = problem.step(library, inputs)
            start = time.perf_counter()
            for _ in range(calls):
                arrays = results(library, step)
            first[name] = time.perf_counter() - start
        except Exception as error:  # noqa: BLE001  (reported; the other libraries still run)
            failures[name] = f"{type(error).__name__}: {error}"
            continue
        gap = abs(float(arrays[0]) - expected_value) / (abs(expected_value) or 1.0)
        if not gap <= problem.tolerance:
            failures[name] = f"value differs from NumPy's by {gap:.1e} (relative)"
            continue
        if expected is None:
            expected = arrays
        gaps = [difference(a, e) for a, e in zip(arrays[1:], expected[1:], strict=True)]
        if not max(gaps) <= problem.tolerance:
            failures[name] = f"gradients differ by {max(gaps):.1e} (relative) from the first peer's"
            continue
        steps[name] = step
    in_order = {name: steps[name] for name in libraries if name in steps}
    return Outcome(interleave(in_order | others(inputs), rounds), failures, notes, first)


def interleave(steps: Mapping[str, Step], rounds: int) -> dict[str, list[float]]:
    """Time every step once a round, A B C A B C ..., without the garbage collector."""
    repeats = {}
    for name, step in steps.items():
        for _ in range(WARM_UPS):
            seconds = timed(step, 1)
            if seconds > SLOW:
                break
        repeats[name] = max(1, round(FILL / seconds))
    times: dict[str, list[float]] = {name: [] for name in steps}
    gc.collect()
    gc.freeze()
    try:
        for _ in range(rounds):
            for name, step in steps.items():
                times[name].append(timed(step, repeats[name]))
    finally:
        gc.unfreeze()
    return times


def timed(step: Step, repeats: int) -> float:
    """Seconds of one call of `step`, averaged over `repeats` calls."""
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        for _ in range(repeats):
            step()
        return (time.perf_counter() - start) / repeats
    finally:
        gc.enable()


def ratio(samples: Mapping[str, list[float]], name: str, other: str) -> float | None:
    """Median over the rounds of the sample of `name` by that of `other` in the same round.

    None if one of them was not measured, or with nothing to measure.
    """
    if name not in samples or other not in samples or not all(samples[other]):
        return None
    return statistics.median(a / b for a, b in zip(samples[name], samples[other], strict=True))
