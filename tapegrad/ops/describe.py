"""Docstrings of elementwise operations, which differ only in a few words."""

from __future__ import annotations

FLOATS = "floating point"
FLOATS_AND_COMPLEX = "floating point or complex"
REALS = "floating point or integer"
NUMBERS = "floating point, complex or integer"


def unary(
    summary: str,
    example: str,
    result: str,
    *,
    takes: str = FLOATS_AND_COMPLEX,
    returns: str = "Of the shape and dtype of `x`.",
    notes: str = "",
) -> str:
    """The docstring of a function ``f(x, name=None)``.

    Parameters
    ----------
    summary
        What it computes; the formula where that is not obvious.
    example, result
        An expression and what the interpreter shows for it.
    takes
        Which dtypes it supports.
    returns
        Shape and dtype of the result.
    notes
        Its derivative at special points, if they need a word.
    """
    return _docstring(
        summary,
        f"x : Tensor\n    A {takes} tensor of any shape, or a value that converts to one.",
        returns,
        f"If the dtype is not {takes}: nothing is promoted.",
        notes,
        example,
        result,
    )


def binary(
    summary: str,
    example: str,
    result: str,
    *,
    takes: str = NUMBERS,
    returns: str = "Of the common shape, and of the dtype of `x`.",
    notes: str = "",
) -> str:
    """The docstring of a function ``f(x, y, name=None)``; see `unary`."""
    return _docstring(
        summary,
        f"x : Tensor\n    A {takes} tensor.\n"
        "y : Tensor\n    A tensor of the same dtype, of a shape that broadcasts with that of `x`; "
        "a Python number\n    takes the dtype of `x`.",
        returns,
        f"If the dtypes differ or are not {takes}, or the shapes do not broadcast.",
        notes,
        example,
        result,
    )


def _docstring(
    summary: str,
    parameters: str,
    returns: str,
    raises: str,
    notes: str,
    example: str,
    result: str,
) -> str:
    sections = [
        summary,
        f"Parameters\n----------\n{parameters}\nname : str, optional\n    Ignored.",
        f"Returns\n-------\nTensor\n    {returns}",
        f"Raises\n------\nInvalidArgumentError\n    {raises}",
    ]
    if notes:
        sections.append(f"Notes\n-----\n{notes}")
    sections.append(f"Examples\n--------\n>>> import tapegrad as tf\n>>> {example}\n{result}")
    return "\n\n".join(sections) + "\n"
