"""Callbacks with parameters as they were given, and a progress bar."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tapegrad.optimize.parameters import Parameters
from tapegrad.optimize.solvers import scipy_optimize

Callback = Callable[..., Any]


class StoppedError(Exception):
    """A callback wants a method to stop that knows nothing of StopIteration."""


@contextmanager
def watched(
    parameters: Parameters,
    callback: Callback | None,
    progress: bool,
    total: Any,
    value_at: Callable[[Any], float] | None = None,
) -> Iterator[Callback | None]:
    """What SciPy is to call after each iteration, None if nobody wants to know.

    With `value_at` it is a method that hands on bare vectors, and cannot be stopped: the objective
    is computed for callbacks that want the result so far, and StopIteration becomes `StoppedError`.
    """
    bar = _bar(parameters.op, total) if progress else None
    if callback is None and bar is None:
        yield None
        return
    whole = callback is not None and _takes_result(callback)

    # SciPy hands the whole result to functions whose only argument has this name.
    def after(intermediate_result: Any) -> Any:
        vector = getattr(intermediate_result, "x", intermediate_result)
        if bar is not None:
            value = getattr(intermediate_result, "fun", None)
            bar.update()
            if value is not None:
                bar.set_postfix_str(f"fun={float(value):.6g}", refresh=False)
        if callback is None:
            return None
        packed = parameters.packed_arrays(vector)
        known = intermediate_result if isinstance(intermediate_result, dict) else {}
        if whole and value_at is not None:
            known = {"fun": value_at(vector)}
        try:
            if not whole:
                return callback(packed)
            found = scipy_optimize().OptimizeResult({**known, "x": packed})
            return callback(intermediate_result=found)
        except StopIteration:
            if value_at is None:
                raise
            raise StoppedError(np.array(vector)) from None

    try:
        yield after
    finally:
        if bar is not None:
            bar.close()


def _takes_result(callback: Callback) -> bool:
    try:
        return "intermediate_result" in inspect.signature(callback).parameters
    except (TypeError, ValueError):  # of a builtin
        return False


def _bar(op: str, total: Any) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError as error:
        raise ImportError(
            f"{op}: progress=True shows a bar of tqdm, which is not installed: pip install tqdm, "
            f"or use callback=."
        ) from error
    return tqdm(desc=op, total=total, unit="it")
