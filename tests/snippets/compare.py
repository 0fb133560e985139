"""How two normalised results differ, or a result and an answer that was written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tests.snippets.normalise import array_result, nested

#: Relative tolerance by dtype; anything not listed is compared exactly.
RTOL = {
    "bfloat16": 1e-2,
    "float16": 1e-3,
    "float32": 1e-6,
    "float64": 1e-12,
    "complex64": 1e-6,
    "complex128": 1e-12,
    "float": 1e-6,  # a Python float: nearly always a float32 that was read out
    "complex": 1e-6,
}


class Raises(NamedTuple):
    """An exception that tapegrad must raise: its kind, and words of its message (a regex)."""

    kind: str
    match: str | None = None


def compare(expected: Any, got: Any, rtol: float | None = None, at: str = "result") -> list[str]:
    """List how the normalised result `got` differs from `expected`; empty if it does not.

    Structure, dtypes, shapes, integers and strings must be equal, floats to the tolerance of their
    dtype relative to the largest entry of the array. Of two exceptions, the second must be of the
    first kind of the first that both libraries know; for messages see `compare_messages`.
    """
    if isinstance(expected, dict) and "raises" in expected:
        kinds = got.get("kinds", []) if isinstance(got, dict) else []
        wanted = expected["kinds"][:1] or [expected["raises"]]
        if wanted[0] not in kinds:
            return [f"{at}: expected {wanted[0]} ({expected['message']!r}), got {got!r}"]
        return []
    if type(expected) is not type(got):
        return [f"{at}: expected {expected!r}, got {got!r}"]
    if isinstance(expected, float):
        return _compare_values("float", expected, got, rtol, at)
    if isinstance(expected, list):
        if len(expected) != len(got):
            return [f"{at}: expected {len(expected)} parts, got {len(got)}: {got!r}"]
        pairs = enumerate(zip(expected, got, strict=True))
        return [d for i, (e, g) in pairs for d in compare(e, g, rtol, f"{at}[{i}]")]
    if not isinstance(expected, dict):
        return [] if expected == got else [f"{at}: expected {expected!r}, got {got!r}"]
    if list(expected) != list(got):
        return [f"{at}: expected {expected!r}, got {got!r}"]
    if "value" in expected:
        kind = next(iter(expected))
        for part in (kind, "shape"):
            if expected[part] != got[part]:
                return [f"{at}: expected {part} {expected[part]}, got {got[part]}: {got!r}"]
        return _compare_values(expected[kind], expected["value"], got["value"], rtol, at)
    if "complex" in expected or "float" in expected:
        kind = next(iter(expected))
        return _compare_values(kind, expected[kind], got[kind], rtol, at)
    return [d for key in expected for d in compare(expected[key], got[key], rtol, f"{at}.{key}")]


def compare_messages(expected: Any, got: Any, longest: int) -> list[str]:
    """List the exceptions of two results whose messages differ, if the first has a short one."""
    pairs = zip(_exceptions(expected), _exceptions(got), strict=False)
    return [
        f"the message should be {wanted!r}: {said!r}"
        for wanted, said in pairs
        if wanted != said and len(wanted) <= longest
    ]


def _exceptions(result: Any) -> Iterator[str]:
    """The messages of all exceptions in a normalised result."""
    if isinstance(result, dict):
        if "raises" in result:
            yield result["message"]
        result = list(result.values())
    if isinstance(result, list):
        for part in result:
            yield from _exceptions(part)


def _flat(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in _flat(part)] if isinstance(value, list) else [value]


def _compare_values(kind: str, expected: Any, got: Any, rtol: float | None, at: str) -> list[str]:
    wrong = [f"{at}: expected {expected!r}, got {got!r}"]
    left, right = _flat(expected), _flat(got)
    if len(left) != len(right):
        return wrong
    if kind not in RTOL:
        return [] if left == right else wrong
    a, b = np.array(left, np.float64), np.array(right, np.float64)
    finite = np.isfinite(a)
    scale = np.abs(a[finite]).max(initial=0.0)
    near = np.abs(a[finite] - b[finite]) <= (RTOL[kind] if rtol is None else rtol) * scale
    same = np.array_equal(a[~finite], b[~finite], equal_nan=True)
    return [] if same and bool(near.all()) else wrong


def compare_plain(ours: Any, got: Any, rtol: float | None = None, at: str = "result") -> list[str]:
    """List how the normalised result `got` differs from an answer written by hand (see `case`)."""
    wrong = [f"{at}: expected {ours!r}, got {got!r}"]
    tags = got if isinstance(got, dict) else {}
    if isinstance(ours, Raises):
        kinds = tags.get("kinds", [])
        if ours.kind not in [name for kind in kinds for name in (kind, kind.rpartition(".")[2])]:
            return wrong
        return [] if has_words(ours.match, got) else wrong
    if isinstance(ours, (np.ndarray, np.generic)):
        return compare(array_result("tensor", ours.dtype.name, np.asarray(ours)), got, rtol, at)
    if "value" in tags and isinstance(ours, (bool, int, float, complex, str, list)):
        dtype = tags.get("tensor") or tags.get("ndarray") or tags["numpy"]
        plain = np.asarray(ours)
        if list(plain.shape) != tags["shape"]:
            return wrong
        if plain.dtype.kind in "iu" and dtype in RTOL:
            plain = plain.astype(np.float64)
        if "complex" in dtype:
            plain = plain.astype(np.complex128)
        return _compare_values(dtype, nested(plain), tags["value"], rtol, at)
    if isinstance(ours, Mapping):
        if list(tags) not in (["dict"], ["OrderedDict"]):
            return wrong
        items: list[list[Any]] = next(iter(tags.values()))
        if [key for key, _ in items] != list(ours):
            return wrong
        return [d for key, v in items for d in compare_plain(ours[key], v, rtol, f"{at}[{key!r}]")]
    if isinstance(ours, (list, tuple)):
        parts = got if isinstance(ours, list) else tags.get("tuple")
        if not isinstance(parts, list) or len(parts) != len(ours):
            return wrong
        return _compare_parts(ours, parts, rtol, at)
    if isinstance(ours, float):
        return compare(ours, got, rtol, at)
    return [] if type(ours) is type(got) and ours == got else wrong


def _compare_parts(ours: Sequence[Any], got: list[Any], rtol: float | None, at: str) -> list[str]:
    pairs = enumerate(zip(ours, got, strict=True))
    return [d for i, (o, g) in pairs for d in compare_plain(o, g, rtol, f"{at}[{i}]")]


def has_words(match: str | None, result: Any) -> bool:
    """Whether `result` is no exception, or one whose message contains the regex `match`."""
    if match is None or not (isinstance(result, dict) and "raises" in result):
        return True
    return re.search(match, result["message"], re.IGNORECASE) is not None
