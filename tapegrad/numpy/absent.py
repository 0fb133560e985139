"""What is said of names of NumPy that this dialect does not have."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from tapegrad.numpy.array import install, ndarray

_MATRIX = "arrays with two axes multiply by @: use np.asarray and np.atleast_2d"
_RECORDS = "arrays hold numbers: use one array for each field, in a dict"
_MASKED = "use np.where and the nan functions, or pass where= to sums and means"
_TEXTS = "arrays here hold numbers: use numpy.strings on arrays of NumPy"
#: Why something is not here that users of arrays do not call.
INTERNAL = "it is a part of NumPy itself: import it from numpy"

#: Names of NumPy's main namespace that are not here, and what to use instead.
REFUSED = {
    "asmatrix": _MATRIX,
    "bmat": f"{_MATRIX}, and np.block for blocks",
    "matrix": _MATRIX,
    "ma": _MASKED,
    "rec": _RECORDS,
    "recarray": _RECORDS,
    "record": _RECORDS,
    "char": _TEXTS,
    "strings": _TEXTS,
    "core": INTERNAL,
    "ctypeslib": "memory of arrays is not handed to C: use numpy.ctypeslib on np.asarray(x)",
    "f2py": INTERNAL,
    "memmap": "arrays are in memory: use np.asarray(numpy.memmap(...)[part])",
    "nditer": "it walks through memory, which tapes do not see: use np.ndindex, np.ndenumerate, "
    "x.flat, or operations on whole arrays",
    "nested_iters": "it walks through memory, which tapes do not see: use np.ndindex",
    "frompyfunc": "its results are Python objects: use np.vectorize",
    "test": "NumPy's tests are run by numpy.test()",
}

#: Methods and attributes of NumPy's arrays that are not here, and what to use instead.
METHODS = {
    "byteswap": "bytes are in the machine's order",
    "ctypes": "memory of arrays is not handed to C: use np.asarray(x).ctypes",
    "data": "memory of arrays is not handed out: use np.asarray(x).data",
    "getfield": _RECORDS,
    "resize": "sizes of an array do not change: use np.resize(x, shape)",
    "setfield": _RECORDS,
    "setflags": "arrays can be changed, their memory cannot: there are no flags to set",
}


def _missing_method(self: ndarray, name: str) -> Any:
    text = f"'tapegrad.numpy.ndarray' object has no attribute '{name}'"
    raise AttributeError(f"{text}: {METHODS[name]}." if name in METHODS else text)


install(__getattr__=_missing_method)


def explained(name: str, place: str, names: dict[str, Any], refused: dict[str, str]) -> str:
    """What the AttributeError for a missing name says.

    Parameters
    ----------
    name
        What was asked for.
    place
        The module, such as ``tapegrad.numpy.linalg``.
    names
        What the module has.
    refused
        Names of NumPy that it has not, and what to use instead.
    """
    text = f"module '{place}' has no attribute '{name}'"
    if name in refused:
        return f"{text}: {refused[name]}."
    if hasattr(ndarray, name):
        return f"{text}. There is the method or attribute x.{name} of arrays."
    public = [n for n in names if not n.startswith("_")]
    close = difflib.get_close_matches(name, public, 3, 0.75)
    if close:
        return f"{text}. There is {' and '.join(f'{place}.{n}' for n in close)}."
    return f"{text}. Arrays of NumPy without a gradient are made by np.asarray(x)."


def refusing(place: str, names: dict[str, Any], refused: dict[str, str]) -> Callable[[str], Any]:
    """A module's ``__getattr__``: it names what is missing and says what to use instead.

    Parameters
    ----------
    place, names, refused
        As of `explained`.
    """

    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{place}' has no attribute '{name}'")
        raise AttributeError(explained(name, place, names, refused), name=name)

    return missing
