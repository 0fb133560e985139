"""Docstrings: a function says what it computes, and this adds what all functions have in common."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from tapegrad.torch.example_results import RESULTS

_COMMON = {
    "input": "A tensor.",
    "other": "A tensor or a number; shapes broadcast, types are promoted.",
    "self": "A tensor.",
    "tensors": "A sequence of tensors.",
    "dim": "The dimension, or several; negative ones count from the end.",
    "keepdim": "Whether reduced dimensions stay, with size 1.",
    "dtype": "The type of the result; by default it follows from the arguments.",
    "out": "A tensor to write the result to.",
    "layout": "There is only ``torch.strided``.",
    "device": "There is only the processor.",
    "requires_grad": "Whether operations on the result are recorded.",
    "memory_format": "Without effect.",
    "size": "The shape, as numbers or as one sequence.",
    "generator": "Where random numbers come from; by default the global generator.",
}


def parameter_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters, in much less time than `inspect.signature` takes."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:  # a class
        return tuple(inspect.signature(function).parameters)
    count = code.co_argcount + code.co_kwonlyargcount
    several = bool(code.co_flags & inspect.CO_VARARGS) + bool(
        code.co_flags & inspect.CO_VARKEYWORDS
    )
    names: tuple[str, ...] = code.co_varnames[: count + several]
    return names


#: Examples whose results PyTorch told: see `example_results`.
WITHOUT_RESULT: list[str] = []


def documented(
    example: str, result: str = "", **parameters: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Complete a docstring by the parameters and an example.

    Parameters
    ----------
    example
        An expression.
    result
        What the interpreter shows for it; by default what PyTorch showed when it was asked.
    parameters
        What the function's own parameters mean; those that many functions share have their text
        here.
    """
    if not result:
        WITHOUT_RESULT.append(example)
    shown = result or RESULTS.get(example, "")

    def complete(function: Callable[..., Any]) -> Callable[..., Any]:
        text = function.__doc__ or ""
        if "\n" in text:
            text = inspect.cleandoc(text)
        lines = [text]
        named = [
            (name, parameters.get(name) or _COMMON.get(name, ""))
            for name in parameter_names(function)
            if "Parameters\n---" not in text
        ]
        if named:
            lines += ["", "Parameters", "----------"]
            for name, meaning in named:
                lines += [name, f"    {meaning}"]
        lines += ["", "Examples", "--------", ">>> import tapegrad.torch as torch"]
        lines += [
            f">>> {line}" if not line.startswith(" ") else f"...{line}"
            for line in example.split("\n")
        ]
        lines += shown.split("\n") if shown else []
        function.__doc__ = "\n".join(lines) + "\n"
        return function

    return complete
