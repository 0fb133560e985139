"""What two runs of a notebook have in common, and how a third differs from that.

Random numbers differ from run to run. What differs between two runs of the real libraries with
different seeds is compared by its shape, its dtype and the text around the numbers; all else as
it is.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import numpy as np

from tests.snippets.compare import compare

_NUMBER = r"-?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf|nan)"
_ARRAY = re.compile(rf"\[(?:[\[\],\s]|{_NUMBER})*\]")
_FRACTION = re.compile(r"-?(?:\d+\.\d*(?:e[+-]?\d+)?|inf|nan)")


def shaped(text: str) -> str:
    """The text with the shapes of arrays for the arrays, and a sign for other numbers."""

    def shape(found: re.Match[str]) -> str:
        zeros = re.sub(_NUMBER, "0", found[0])
        with_commas = re.sub(r"(?<=[0\]])\s+(?=[0\[])", ",", zeros)  # NumPy writes none
        return f"<{np.shape(ast.literal_eval(with_commas))}>"

    return re.sub(r"\s+", " ", _FRACTION.sub("#", _ARRAY.sub(shape, text)))


def common(first: Any, second: Any) -> Any:
    """What two runs agree on; where they do not, ``{"like": ...}`` of what they look like."""
    if isinstance(first, dict) and first.keys() == second.keys():
        if "value" in first and first["value"] != second["value"]:
            return {"like": like(first)}
        return {key: common(first[key], second[key]) for key in first}
    if isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        return [common(*pair) for pair in zip(first, second, strict=True)]
    if first == second:
        return first
    if like(first) != like(second):
        raise ValueError(f"the runs differ in more than numbers: {first!r}, {second!r}")
    return {"like": like(first)}


def like(value: Any) -> Any:
    """What does not depend on random numbers."""
    if isinstance(value, dict) and "value" in value:
        return {key: part for key, part in value.items() if key != "value"}
    return shaped(value) if isinstance(value, str) else shaped("\n".join(value))


def differences(expected: Any, got: Any, at: str) -> list[str]:
    """List how `got` differs from what `common` gave; empty if it does not."""
    if isinstance(expected, dict) and "like" in expected:
        if got is not None and like(got) == expected["like"]:
            return []
    elif isinstance(expected, dict) and "value" in expected and isinstance(got, dict):
        return compare(expected, got, at=at)
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        return [d for key in expected for d in differences(expected[key], got[key], f"{at}.{key}")]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return [d for i, (e, g) in pairs for d in differences(e, g, f"{at}[{i}]")]
    elif expected == got:
        return []
    return [f"{at}: expected {expected!r}, got {got!r}"]
