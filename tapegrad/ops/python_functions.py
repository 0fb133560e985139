"""Python functions as operations: py_function and numpy_function."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import active_tracer
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.host import host_call, pass_by_host
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import Tensor
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.errors import InvalidArgumentError

__all__ = ["numpy_function", "py_function"]


def py_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    name: str | None = None,
) -> Any:
    """Call a Python function on tensors; tapes see what it does.

    Eager code calls it directly; arguments and results are converted. In a `tf.function` it runs at
    every call. If one of `inp` may have a gradient, the whole `tf.function` runs eagerly for that.

    Parameters
    ----------
    func
        A function of as many arguments as `inp` has elements. Left out, the result is a decorator
        that makes such a function.
    inp
        A list of values, which become tensors.
    Tout
        The dtype or `TensorSpec` of the result, or a list of them if `func` returns several
        values; an empty list if it returns nothing.

    Returns
    -------
    Tensor or list of Tensor
        A list if `Tout` is one.

    Raises
    ------
    InvalidArgumentError
        If `func` returns tensors of other dtypes, or another number of them.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = tf.py_function(func=lambda t: t * t, inp=[x], Tout=tf.float32)
    >>> tape.gradient(y, x).numpy()
    np.float32(6.0)
    """
    if func is None:
        return _decorator(py_function, Tout)
    if Tout is None:
        raise TypeError(
            "Missing required argument: 'Tout'. If using tf.py_function as a decorator, set `Tout` "
            "by name: @tf.py_function(Tout=tf.float32)."
        )
    _require_function("func", func)
    given = [as_tensor(x) for x in inp]
    tracer = active_tracer()
    if tracer is None:
        return _py_function(func, given, Tout)
    if any(is_differentiable(x._value) for x in given):
        tracer.refuse("tf.py_function calls Python code that may be differentiated")
        return _py_function(func, given, Tout)
    return host_call(tracer, _py_function, (func, given, Tout), {}, effect=True)


def _py_function(func: Callable[..., Any], given: list[Tensor], Tout: Any) -> Any:
    """What a function makes of tensors, as announced."""
    result = func(*given)
    if not isinstance(Tout, (list, tuple)):
        return _result(result, Tout)
    results = [] if result is None else list(result) if _is_list(result) else [result]
    if len(results) != len(Tout):
        raise InvalidArgumentError(
            f"py_function: the function returned {len(results)} value(s), but Tout announces "
            f"{len(Tout)}."
        )
    return [_result(r, t) for r, t in zip(results, Tout, strict=True)]


def numpy_function(
    func: Callable[..., Any] | None = None,
    inp: Any = None,
    Tout: Any = None,
    stateful: bool = True,
    name: str | None = None,
) -> Any:
    """Call a function of NumPy arrays on tensors; no gradient passes through it.

    In a `tf.function` it runs at every call.

    Parameters
    ----------
    func
        A function of as many arrays as `inp` has elements. Left out, the result is a decorator
        that makes such a function.
    inp
        A list of values; the function gets copies, as arrays or NumPy scalars.
    Tout
        The dtype of the result, or a list of dtypes.
    stateful
        Whether it may change Variables.

    Returns
    -------
    structure of Tensor
        What the function returned; Python numbers take the dtype announced.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.numpy_function(np.linalg.norm, [tf.constant([3.0, 4.0])], tf.float32).numpy()
    np.float32(5.0)
    """
    if func is None:
        return _decorator(numpy_function, Tout)
    _require_function("func", func)
    given = [as_tensor(x) for x in inp]
    tracer = active_tracer()
    if tracer is None:
        return _numpy_function(func, given, Tout)
    return host_call(tracer, _numpy_function, (func, given, Tout), {}, effect=stateful)


def _numpy_function(func: Callable[..., Any], given: list[Tensor], Tout: Any) -> Any:
    """What a function makes of arrays, as tensors."""
    result = func(*[_copied(x._read()) for x in given])
    announced = list(Tout) if isinstance(Tout, (list, tuple)) else [Tout]
    several = _is_list(result)
    if result is None:
        return None
    results = list(result) if several else [result]
    dtypes = announced if len(announced) == len(results) else announced[:1] * len(results)
    dtypes = dtypes or [None] * len(results)
    made = [_converted(r, t) for r, t in zip(results, dtypes, strict=True)]
    pass_by_host("numpy_function", given, tuple([y for y in made if isinstance(y, Tensor)]))
    return made if several else made[0]


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) and value.ndim else value[()]


def _decorator(operation: Callable[..., Any], Tout: Any) -> Callable[..., Any]:
    if Tout is None:
        raise TypeError(
            f"Missing required argument: 'Tout'. As a decorator: "
            f"@tf.{operation.__name__}(Tout=tf.float32)."
        )

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(func)
        def call(*inputs: Any) -> Any:
            return operation(func, inputs, Tout)

        return call

    return decorate


def _result(value: Any, announced: Any) -> Tensor:
    dtype = _dtype(announced)
    try:
        x = as_tensor(value, dtype.numpy_dtype)
    except TypeError as error:
        raise InvalidArgumentError(f"py_function: {error}") from error
    if x.dtype != dtype:
        raise InvalidArgumentError(
            f"py_function: the function returned a tensor of dtype {x.dtype.name}, but Tout "
            f"announces {dtype.name}: cast it, tf.cast(y, tf.{dtype.name}), or change Tout."
        )
    return x


def _converted(value: Any, announced: Any) -> Tensor:
    if announced is None or hasattr(value, "dtype"):
        return as_tensor(value)
    return as_tensor(value, _dtype(announced).numpy_dtype)


def _dtype(announced: Any) -> DType:
    return announced.dtype if isinstance(announced, TensorSpec) else as_dtype(announced)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and nest.is_nested(value)


def _require_function(argument: str, value: Any) -> None:
    if not callable(value):
        raise ValueError(
            f"Expected {argument} to be callable. Received {argument}={value!r} of type "
            f"{type(value)}."
        )
