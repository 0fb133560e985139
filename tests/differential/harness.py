"""Snippets that run under TensorFlow and under tapegrad, and the rules that compare them.

A case is a function of the library: ``def name(tf): ...`` returns a nest of results, or raises.
`normalise` turns what happened into JSON, `compare` lists how two such results differ.
"""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
import re
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RECORDED = Path(__file__).parent / "recorded"

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

Snippet = Callable[[Any], Any]


class Raises(NamedTuple):
    """An exception that tapegrad must raise: its kind, and words of its message (a regex)."""

    kind: str
    match: str | None = None


class Case(NamedTuple):
    """One snippet with the rows of the semantics table that it covers."""

    name: str
    module: str
    row: str
    run: Snippet
    differs: str | None
    ours: object
    match: str | None
    rtol: float | None


CASES: list[Case] = []
_names: dict[str, str] = {}


def case(
    row: str | int,
    *,
    differs: str | None = None,
    ours: object = None,
    match: str | None = None,
    rtol: float | None = None,
) -> Callable[[Snippet], Snippet]:
    """Register a snippet.

    Parameters
    ----------
    row : str or int
        The row or rows of the semantics table that the snippet covers.
    differs : str, optional
        Why tapegrad's answer differs from TensorFlow's, which is recorded all the same.
    ours : object, optional
        With `differs`: tapegrad's answer, written by hand. A nest of Python values, which ask for
        these values in this shape; NumPy arrays, which ask for a tensor of that dtype as well; and
        `Raises`, for the whole or for a part.
    match : str, optional
        A regex, case ignored, that both libraries' messages must contain if the snippet raises.
    rtol : float, optional
        A relative tolerance for this snippet instead of the one by dtype.
    """
    if ours is not None and differs is None:
        raise ValueError("ours= is the answer of a documented difference: say why in differs=")

    def register(run: Snippet) -> Snippet:
        name, module = run.__name__, run.__module__.rpartition(".")[2]
        if name in _names:
            raise ValueError(f"case {name} of {module} is already in {_names[name]}")
        _names[name] = module
        CASES.append(Case(name, module, str(row), run, differs, ours, match, rtol))
        return run

    return register


def load_cases() -> list[Case]:
    """Import every ``cases_*`` module of this package and return all cases."""
    package = __package__ or "tests.differential"
    for info in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if info.name.startswith("cases_"):
            importlib.import_module(f"{package}.{info.name}")
    return CASES


def recording_path(module: str) -> Path:
    """Where TensorFlow's answers to the cases of `module` are kept."""
    return RECORDED / f"{module}.json"


def load_recordings() -> dict[str, dict[str, Any]]:
    """TensorFlow's recorded answers: module -> case name -> entry."""
    return {path.stem: json.loads(path.read_text())["cases"] for path in RECORDED.glob("*.json")}


def raised(call: Callable[[], object]) -> Exception:
    """The exception that `call` raises, to be part of a result."""
    try:
        value = call()
    except Exception as error:  # noqa: BLE001 - any exception is a result
        return error
    raise AssertionError(f"nothing was raised; the call returned {value!r}")


def answer(tf: Any, run: Snippet) -> Any:
    """Run a snippet under the library `tf` and return its normalised result or exception."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what is said about it is tested elsewhere
        try:
            result = run(tf)
        except Exception as error:  # noqa: BLE001 - any exception is a result
            result = error
        return normalise(tf, result)


def normalise(tf: Any, result: Any) -> Any:
    """Turn a result of the library `tf` into JSON that keeps structure, dtypes and shapes apart."""
    if result is None:
        return None
    if isinstance(result, np.generic):
        return _array("numpy", result.dtype.name, np.asarray(result))
    if isinstance(result, (bool, int, str)):
        return result
    if isinstance(result, float):
        return result if math.isfinite(result) else {"float": str(result)}
    if isinstance(result, complex):
        return {"complex": [_number(result.real), _number(result.imag)]}
    if isinstance(result, bytes):
        return {"bytes": result.decode("latin-1")}
    if isinstance(result, BaseException):
        return _exception(tf, result)
    if isinstance(result, tf.IndexedSlices):
        parts = {part: getattr(result, part) for part in ("values", "indices", "dense_shape")}
        return {"indexed_slices": {name: normalise(tf, part) for name, part in parts.items()}}
    if isinstance(result, (tf.Tensor, tf.Variable)):
        return _array("tensor", result.dtype.name, np.asarray(result.numpy()))
    if isinstance(result, np.ndarray):
        return _array("ndarray", result.dtype.name, result)
    if isinstance(result, tf.TensorShape):
        return {"TensorShape": None if result.rank is None else result.as_list()}
    if isinstance(result, tf.DType):
        return {"dtype": result.name}
    if isinstance(result, tf.UnconnectedGradients):
        return {"enum": f"UnconnectedGradients.{result.name}"}
    if isinstance(result, Mapping):
        kind = "OrderedDict" if isinstance(result, OrderedDict) else "dict"
        return {kind: [[normalise(tf, k), normalise(tf, v)] for k, v in result.items()]}
    if isinstance(result, tuple) and hasattr(result, "_fields"):
        items = [[k, normalise(tf, getattr(result, k))] for k in result._fields]
        return {"namedtuple": type(result).__name__, "fields": items}
    if isinstance(result, tuple):
        return {"tuple": [normalise(tf, part) for part in result]}
    if isinstance(result, list):
        return [normalise(tf, part) for part in result]
    raise TypeError(f"a case must return plain results, not {type(result).__name__}: {result!r}")


def _array(kind: str, dtype: str, array: np.ndarray) -> dict[str, Any]:
    return {kind: dtype, "shape": list(array.shape), "value": _nested(array)}


def _nested(array: np.ndarray) -> Any:
    if array.ndim:
        return [_nested(array[i, ...]) for i in range(len(array))]
    item: Any = array[()]
    if array.dtype.kind in "biu":
        return item.item()
    if array.dtype.kind in "OSU":
        return item.decode("latin-1") if isinstance(item, bytes) else str(item)
    if array.dtype.kind == "c":
        return [_number(item.real), _number(item.imag)]
    return _number(item)


def _number(value: Any) -> float | str:
    # The shortest text of a float32 is a better recording than the digits of its float64.
    number = float(str(value))
    return number if math.isfinite(number) else str(number)


def _exception(tf: Any, error: BaseException) -> dict[str, Any]:
    kinds = []
    for cls in type(error).__mro__:
        if getattr(tf.errors, cls.__name__, None) is cls:
            kinds.append(f"tf.errors.{cls.__name__}")
        elif cls.__module__ == "builtins" and cls not in (object, BaseException, Exception):
            kinds.append(cls.__name__)
    message = re.sub(r"0x[0-9a-f]+|(/[\w.+-]+){2,}", "...", str(error))
    return {"raises": type(error).__name__, "kinds": kinds, "message": message[:400]}


def compare(expected: Any, got: Any, rtol: float | None = None, at: str = "result") -> list[str]:
    """List how the normalised result `got` differs from `expected`; empty if it does not.

    Structure, dtypes, shapes, integers and strings must be equal, floats to the tolerance of their
    dtype relative to the largest entry of the array. Of two exceptions, the second must be of the
    first builtin or ``tf.errors`` kind of the first; messages are not compared.
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
        return compare(_array("tensor", ours.dtype.name, np.asarray(ours)), got, rtol, at)
    if "value" in tags and isinstance(ours, (bool, int, float, complex, str, list)):
        dtype = tags.get("tensor") or tags.get("ndarray") or tags["numpy"]
        plain = np.asarray(ours)
        if list(plain.shape) != tags["shape"]:
            return wrong
        if plain.dtype.kind in "iu" and dtype in RTOL:
            plain = plain.astype(np.float64)
        if "complex" in dtype:
            plain = plain.astype(np.complex128)
        return _compare_values(dtype, _nested(plain), tags["value"], rtol, at)
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
