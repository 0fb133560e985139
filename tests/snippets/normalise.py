"""Results of snippets as JSON that keeps structure, dtypes and shapes apart."""

from __future__ import annotations

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

#: Gives the JSON of a value of one library's own types, or None for other values.
Describe = Callable[[Any], Any]

#: Gives the library's name of one of its classes of exceptions, or None for other classes.
NameOf = Callable[[type], "str | None"]


def normalise(result: Any, describe: Describe, name_of: NameOf) -> Any:
    """Turn a result into JSON; `describe` and `name_of` know what is the library's own."""
    if result is None:
        return None
    if isinstance(result, np.generic):
        return array_result("numpy", result.dtype.name, np.asarray(result))
    if isinstance(result, (bool, int, str)):
        return result
    if isinstance(result, float):
        return result if math.isfinite(result) else {"float": str(result)}
    if isinstance(result, complex):
        return {"complex": [_number(result.real), _number(result.imag)]}
    if isinstance(result, bytes):
        return {"bytes": result.decode("latin-1")}
    if isinstance(result, BaseException):
        return exception_result(result, name_of)
    described = describe(result)
    if described is not None:
        return described
    if isinstance(result, np.ndarray):
        return array_result("ndarray", result.dtype.name, result)

    def part(value: Any) -> Any:
        return normalise(value, describe, name_of)

    if isinstance(result, Mapping):
        kind = "OrderedDict" if isinstance(result, OrderedDict) else "dict"
        return {kind: [[part(key), part(value)] for key, value in result.items()]}
    if isinstance(result, tuple):
        # The second name is that of named tuples written in C.
        fields = getattr(result, "_fields", None) or getattr(result, "__match_args__", None)
        if fields:
            items = [[name, part(getattr(result, name))] for name in fields]
            return {"namedtuple": type(result).__name__, "fields": items}
        return {"tuple": [part(value) for value in result]}
    if isinstance(result, list):
        return [part(value) for value in result]
    raise TypeError(f"a case must return plain results, not {type(result).__name__}: {result!r}")


def array_result(kind: str, dtype: str, array: np.ndarray) -> dict[str, Any]:
    """The JSON of an array of the given kind."""
    return {kind: dtype, "shape": list(array.shape), "value": nested(array)}


def nested(array: np.ndarray) -> Any:
    """The values of an array as lists."""
    if array.ndim:
        return [nested(array[i, ...]) for i in range(len(array))]
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


def exception_result(error: BaseException, name_of: NameOf) -> dict[str, Any]:
    """The JSON of an exception: its kinds, the nearest first, and its message."""
    kinds = []
    for cls in type(error).__mro__:
        name = name_of(cls)
        if name is not None:
            kinds.append(name)
        elif cls.__module__ == "builtins" and cls not in (object, BaseException, Exception):
            kinds.append(cls.__name__)
    return {"raises": type(error).__name__, "kinds": kinds, "message": masked(str(error))[:400]}


def masked(text: str) -> str:
    """`text` without addresses and paths, which are others in every run."""
    return re.sub(r"0x[0-9a-f]+|(/[\w.+-]+){2,}", "...", text)
