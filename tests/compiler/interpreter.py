"""Kernels run as Python, so that thousands of them can be tried without compiling each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from scipy import special

from tapegrad.compiler.text import DECORATOR, DIRECT
from tests.compiler import library


def _fetch(array: Any, index: Any) -> None:
    """Memory that does not exist may be asked for."""
    assert index >= 0


def _erf_with(x: Any, e: Any) -> Any:
    np.testing.assert_allclose(e, np.exp(-x * x), rtol=1e-5)
    return special.erf(x)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": np.arctanh,
    "cbrt": np.cbrt,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": lambda x: np.nan if x == 0 else special.digamma(x),
    "erf": special.erf,
    "erf_with": _erf_with,
    "erfc": special.erfc,
    "erfinv": special.erfinv,
    "exp": np.exp,
    "expm1": np.expm1,
    "hypot": np.hypot,
    "lgamma": lambda x: np.inf if np.isinf(x) else special.gammaln(x),
    "log": np.log,
    "log1p": np.log1p,
    "log1p_exp": lambda x: np.logaddexp(-np.abs(x), type(x)(0)),
    "ndtr": special.ndtr,
    "pow": np.power,
    "sigmoid": special.expit,
    "sin": np.sin,
    "sinh": np.sinh,
    "softplus": lambda x: np.logaddexp(x, type(x)(0)),
    "tan": np.tan,
    "tanh": np.tanh,
}


def _checked(array: Any, index: Any) -> Any:
    """The memory of an array; a kernel must stay inside, and expects it to be contiguous."""
    assert array.flags.c_contiguous
    assert 0 <= index < array.size, f"{index} is outside of {array.shape}"
    return array.reshape(-1)


def load(array: Any, index: Any) -> Any:
    return _checked(array, index)[index]


def store(array: Any, index: Any, value: Any) -> None:
    assert np.asarray(value).dtype == array.dtype
    _checked(array, index)[index] = value


def load_from(memory: int, array: Any, index: Any) -> Any:
    return load(array, index)


def store_to(memory: int, array: Any, index: Any, value: Any) -> None:
    assert memory > 0
    store(array, index, value)


def window(array: Any, offset: Any, shape: Any) -> Any:
    assert array.flags.c_contiguous
    size = math.prod(shape)
    assert 0 <= offset <= array.size - size
    return array.reshape(-1)[offset : offset + size].reshape(shape)


def select(condition: Any, yes: Any, no: Any) -> Any:
    assert type(yes) is type(no)
    return yes if condition else no


def _times_sum(x: Any, high: Any, low: Any) -> Any:
    assert type(x) is type(high) is type(low)
    return type(x)(np.longdouble(x) * high + np.longdouble(x) * low)


def _matrix(array: Any, start: int, rows: int, columns: int, ahead: int) -> Any:
    """A matrix in the memory of an array; none of it may lie outside."""
    assert array.flags.c_contiguous
    assert ahead >= columns
    assert start >= 0
    assert start + (rows - 1) * ahead + columns <= array.size
    strides = (ahead * array.itemsize, array.itemsize)
    return as_strided(array.reshape(-1)[start:], (rows, columns), strides)


def _multiply_matrices(
    m: int,
    n: int,
    k: int,
    a: Any,
    start_a: int,
    ahead_a: int,
    turned_a: int,
    b: Any,
    start_b: int,
    ahead_b: int,
    turned_b: int,
    c: Any,
    start_c: int,
    ahead_c: int,
    added: int,
) -> None:
    x = _matrix(a, start_a, *((k, m) if turned_a else (m, k)), ahead_a)
    y = _matrix(b, start_b, *((n, k) if turned_b else (k, n)), ahead_b)
    out = _matrix(c, start_c, m, n, ahead_c)
    made = np.matmul(x.T if turned_a else x, y.T if turned_b else y)
    out[...] = out + made if added else made


def interpreted(text: str) -> Callable[..., None]:
    """The kernel of a source text as a Python function."""
    namespace: dict[str, Any] = {
        "b1": np.bool_,
        "ceil": np.ceil,
        "convolution": library.Convolution,
        "pooling": library.Pooling,
        "scans": library.Scans,
        "empty": np.empty,
        "fetch_to_read": _fetch,
        "fetch_to_write": _fetch,
        "floor": np.floor,
        "inf": math.inf,
        "load": load,
        "load_from": load_from,
        "maximum": np.maximum,
        "minimum": np.minimum,
        "multiply_matrices": _multiply_matrices,
        "rint": np.rint,
        "select": select,
        "sqrt": np.sqrt,
        "store": store,
        "store_to": store_to,
        "sum_any_order": lambda a, b: a + b,
        "window": window,
        "times_sum": _times_sum,
    }
    for kind in "iu":
        for size in (1, 2, 4, 8):
            namespace[f"{kind}{size}"] = np.dtype(f"{kind}{size}").type
    for suffix, kind in (("f4", np.float32), ("f8", np.float64)):
        namespace[suffix] = kind
        for name, function in _FUNCTIONS.items():
            namespace[f"{name}_{suffix}"] = _of_kind(function, kind)
    head, definition = text.split(f"{DIRECT if DIRECT in text else DECORATOR}\n")
    numbers = [line for line in head.splitlines() if " = " in line]
    exec("\n".join([*numbers, definition]), namespace)
    kernel = namespace["kernel"]

    def quiet(*args: Any) -> None:
        with np.errstate(all="ignore"):
            kernel(*args)

    return quiet


def _of_kind(function: Callable[..., Any], kind: Any) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        assert all(type(a) is kind for a in args)
        return kind(function(*args))

    return call
