"""Assertions about the values of tensors, and check_numerics.

Assertions return None, and raise the error that TensorFlow raises in eager mode. Those about shapes
and types are in `static_assertions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.host import at_every_call
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import operand_pair, require_kinds, require_same_dtype

__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "check_numerics",
]


def _failed(message: str | None, text: str) -> NoReturn:
    raise InvalidArgumentError(f"{message}\n{text}" if message else text)


@at_every_call(repeatable=True)
def Assert(  # noqa: N802 - TensorFlow's name
    condition: Any, data: Any, summarize: int | None = None, name: str | None = None
) -> None:
    """Raise InvalidArgumentError unless `condition` is true.

    Parameters
    ----------
    condition
        A bool tensor of one element, or a Python bool.
    data
        A list of values to print.
    summarize
        How many entries of each to print, 3 by default.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.Assert(tf.constant(True), ["never printed"])
    """
    if bool(condition):
        return
    shown = "\n".join(str(_entries(d, summarize)) for d in data)
    raise InvalidArgumentError(f"Expected '{condition}' to be true. Summarized data: {shown}")


#: Kinds of dtypes whose values have an order.
_ORDERED = "biufV"


def _entries(value: Any, summarize: int | None) -> Any:
    if isinstance(value, (str, bytes)):
        return value
    return operand(value)._value.reshape(-1)[: _count(summarize)]


def _count(summarize: int | None) -> int | None:
    """How many entries to show: 3 by default, all for a negative number."""
    if summarize is None:
        return 3
    return summarize if summarize >= 0 else None


def _require_broadcast(op: str, left: Any, right: Any) -> None:
    try:
        np.broadcast_shapes(left.shape, right.shape)
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: Incompatible shapes: {left.shape} and {right.shape}."
        ) from None


def _comparison(
    name: str, symbol: str, holds: Callable[[Any, Any], Any], example: str
) -> Callable[..., None]:
    @at_every_call(repeatable=True)
    def check(
        x: Any,
        y: Any,
        message: str | None = None,
        summarize: int | None = None,
        name: str | None = None,
    ) -> None:
        a, b = operand_pair(x, y)
        require_same_dtype(check.__name__, a, b)
        if symbol not in ("==", "!="):
            require_kinds(check.__name__, a, _ORDERED, "float32")
        left, right = a._value, b._value
        _require_broadcast(check.__name__, left, right)
        truth = np.asarray(holds(left, right))
        if truth.all():
            return
        lines = [f"Condition x {symbol} y did not hold."]
        if left.shape == right.shape and left.shape:
            where = np.argwhere(~truth)
            some = where[: _count(summarize)]
            lines += [
                f"Indices of first {len(some)} different values:",
                str(some),
                "Corresponding x values:",
                str(left[tuple(some.T)]),
                "Corresponding y values:",
                str(right[tuple(some.T)]),
            ]
        for letter, value in (("x", left), ("y", right)):
            shown = _entries(value, summarize)
            lines += [f"First {shown.size} elements of {letter}:", str(shown)]
        _failed(message, "\n".join(lines))

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"""Raise InvalidArgumentError unless ``x {symbol} y`` holds for all entries.

    Parameters
    ----------
    x, y
        Tensors of one dtype whose shapes broadcast; empty tensors pass.
    message
        What the error begins with.
    summarize
        How many entries the error shows, 3 by default, -1 for all.

    Raises
    ------
    InvalidArgumentError
        If the condition does not hold, the dtypes differ, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.{name}({example})
    """
    return check


assert_equal = _comparison("assert_equal", "==", lambda a, b: a == b, "[1, 2], [1, 2]")
assert_less = _comparison("assert_less", "<", lambda a, b: a < b, "[1, 2], 3")
assert_less_equal = _comparison("assert_less_equal", "<=", lambda a, b: a <= b, "[1, 3], 3")
assert_greater = _comparison("assert_greater", ">", lambda a, b: a > b, "[1, 2], 0")
assert_greater_equal = _comparison("assert_greater_equal", ">=", lambda a, b: a >= b, "[0, 2], 0")
_none_equal = _comparison("assert_none_equal", "!=", lambda a, b: a != b, "[1, 2], 3")


def assert_none_equal(
    x: Any,
    y: Any,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError if any entry of `x` equals that of `y`.

    Parameters
    ----------
    x, y
        Tensors of one dtype whose shapes broadcast; empty tensors pass.
    summarize
        How many entries the error shows, 3 by default, -1 for all.
    message
        What the error begins with.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_none_equal([1, 2], 3)
    """
    _none_equal(x, y, message=message, summarize=summarize)


@at_every_call(repeatable=True)
def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    message: str | None = None,
    summarize: int | None = None,
    name: str | None = None,
) -> None:
    r"""Raise InvalidArgumentError unless :math:`|x - y| \le atol + rtol\,|y|` everywhere.

    Parameters
    ----------
    x, y
        Floating tensors of one dtype whose shapes broadcast.
    rtol, atol
        Tolerances, by default 10 times the machine epsilon of the dtype.
    message
        What the error begins with.
    summarize
        How many entries the error shows, 3 by default, -1 for all.

    Raises
    ------
    InvalidArgumentError
        If the condition does not hold anywhere, the dtypes differ, or the shapes do not broadcast.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_near(1.0, 1.0000001)
    """
    a, b = operand_pair(x, y)
    require_same_dtype("assert_near", a, b)
    require_kinds("assert_near", a, _ORDERED + "c", "float32")
    left, right = a._value, b._value
    _require_broadcast("assert_near", left, right)
    epsilon = 10 * float(np.finfo(left.dtype).eps) if left.dtype.kind in "fc" else 0.0
    relative = epsilon if rtol is None else float(rtol)
    absolute = epsilon if atol is None else float(atol)
    with np.errstate(all="ignore"):
        if np.all(np.abs(left - right) <= absolute + relative * np.abs(right)):
            return
    _failed(
        message,
        f"x and y not equal to tolerance rtol = {relative}, atol = {absolute}\n"
        f"x (shape={left.shape} dtype={left.dtype}) = {_entries(left, summarize)}\n"
        f"y (shape={right.shape} dtype={right.dtype}) = {_entries(right, summarize)}",
    )


def _sign(name: str, symbol: str, holds: Callable[[Any], Any], example: str) -> Callable[..., None]:
    @at_every_call(repeatable=True)
    def check(
        x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
    ) -> None:
        a = operand(x)
        require_kinds(check.__name__, a, _ORDERED, "float32")
        value = a._value
        if not np.all(holds(value)):
            _failed(
                message,
                f"Condition x {symbol} 0 did not hold element-wise:\n"
                f"x (shape={value.shape} dtype={value.dtype}) = {_entries(value, summarize)}",
            )

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"""Raise InvalidArgumentError unless ``x {symbol} 0`` holds for all entries.

    Parameters
    ----------
    x
        A tensor of numbers; an empty one passes.
    message
        What the error begins with.
    summarize
        How many entries the error shows, 3 by default, -1 for all.

    Raises
    ------
    InvalidArgumentError
        If the condition does not hold.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.{name}({example})
    """
    return check


assert_positive = _sign("assert_positive", ">", lambda a: a > 0, "[1.0, 2.0]")
assert_negative = _sign("assert_negative", "<", lambda a: a < 0, "[-1.0, -2.0]")
assert_non_negative = _sign("assert_non_negative", ">=", lambda a: a >= 0, "[0.0, 2.0]")
assert_non_positive = _sign("assert_non_positive", "<=", lambda a: a <= 0, "[0.0, -2.0]")


def _checked(x: Any, *, message: str) -> Any:
    if x.dtype.kind not in "f":
        raise InvalidArgumentError(
            f"check_numerics: tensors of dtype {x.dtype} are not supported: it takes floating "
            f"point ones."
        )
    if not np.isfinite(x).all():
        found = [n for n, has in (("Inf", np.isinf(x).any()), ("NaN", np.isnan(x).any())) if has]
        raise InvalidArgumentError(
            f"{message} : Tensor had {' and '.join(found)} values (shape {x.shape})."
        )
    return x


_check = linear(
    "check_numerics",
    _checked,
    lambda F, g, message: F.check_numerics(g, message=f"gradient of check_numerics: {message}"),
)


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """The tensor itself; its gradients are checked too.

    Parameters
    ----------
    tensor
        A floating point tensor.
    message
        What the error begins with.

    Raises
    ------
    InvalidArgumentError
        If there is a NaN or infinity; and from ``tape.gradient``, if there is one in the cotangent.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.check_numerics(tf.constant([1.0, 2.0]), "loss").numpy().tolist()
    [1.0, 2.0]
    """
    checked: Tensor = _check(operand(tensor), message=message)
    return checked


def assert_all_finite(x: Any, message: str, name: str | None = None) -> Tensor:
    """The tensor itself, if it is finite; the same as `check_numerics`.

    Parameters
    ----------
    x
        A floating point tensor.
    message
        What the error begins with.

    Raises
    ------
    InvalidArgumentError
        If there is a NaN or infinity.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_all_finite([1.0, 2.0], "loss").numpy().tolist()
    [1.0, 2.0]
    """
    return check_numerics(x, message)
