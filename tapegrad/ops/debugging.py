"""Assertions about tensors: values, shapes, types.

They all return None, and raise the error that TensorFlow raises in eager mode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import linear
from tapegrad.core.dtypes import DType, as_dtype, float32
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import operand_pair, require_same_dtype

__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_integer",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "check_numerics",
    "is_numeric_tensor",
]


def _failed(message: str | None, text: str) -> NoReturn:
    raise InvalidArgumentError(f"{message}\n{text}" if message else text)


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


def _entries(value: Any, summarize: int | None) -> Any:
    if isinstance(value, (str, bytes)):
        return value
    flat = operand(value)._value.reshape(-1)
    return flat[: 3 if summarize is None else summarize if summarize >= 0 else None]


def _comparison(
    name: str, symbol: str, holds: Callable[[Any, Any], Any], words: str
) -> Callable[..., None]:
    def check(
        x: Any,
        y: Any,
        message: str | None = None,
        summarize: int | None = None,
        name: str | None = None,
    ) -> None:
        a, b = operand_pair(x, y)
        require_same_dtype(check.__name__, a, b)
        left, right = a._value, b._value
        try:
            truth = np.asarray(holds(left, right))
        except ValueError:
            raise InvalidArgumentError(
                f"{check.__name__}: Incompatible shapes: {left.shape} and {right.shape}."
            ) from None
        if truth.all():
            return
        lines = [f"Condition x {symbol} y did not hold."]
        if left.shape == right.shape and left.shape:
            where = np.argwhere(~truth)
            some = where[: 3 if summarize is None else summarize]
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
        Tensors of one dtype whose shapes broadcast; {words}
    message
        What the error begins with.
    summarize
        How many entries the error shows, 3 by default.

    Raises
    ------
    InvalidArgumentError
        If the condition does not hold, the dtypes differ, or the shapes do not broadcast.
    """
    return check


_EMPTY = "empty tensors pass."
assert_equal = _comparison("assert_equal", "==", lambda a, b: a == b, _EMPTY)
assert_less = _comparison("assert_less", "<", lambda a, b: a < b, _EMPTY)
assert_less_equal = _comparison("assert_less_equal", "<=", lambda a, b: a <= b, _EMPTY)
assert_greater = _comparison("assert_greater", ">", lambda a, b: a > b, _EMPTY)
assert_greater_equal = _comparison("assert_greater_equal", ">=", lambda a, b: a >= b, _EMPTY)
_none_equal = _comparison("assert_none_equal", "!=", lambda a, b: a != b, _EMPTY)


def assert_none_equal(
    x: Any,
    y: Any,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Raise InvalidArgumentError if any entry of `x` equals that of `y`; see `assert_equal`."""
    _none_equal(x, y, message=message, summarize=summarize)


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
        How many entries the error shows.
    """
    a, b = operand_pair(x, y)
    require_same_dtype("assert_near", a, b)
    left, right = a._value, b._value
    epsilon = 10 * float(np.finfo(left.dtype).eps) if left.dtype.kind in "fc" else 0.0
    relative = epsilon if rtol is None else float(rtol)
    absolute = epsilon if atol is None else float(atol)
    if np.all(np.abs(left - right) <= absolute + relative * np.abs(right)):
        return
    _failed(
        message,
        f"x and y not equal to tolerance rtol = {relative}, atol = {absolute}\n"
        f"x (shape={left.shape} dtype={left.dtype}) = {_entries(left, summarize)}\n"
        f"y (shape={right.shape} dtype={right.dtype}) = {_entries(right, summarize)}",
    )


def _sign(name: str, symbol: str, holds: Callable[[Any], Any]) -> Callable[..., None]:
    def check(
        x: Any, message: str | None = None, summarize: int | None = None, name: str | None = None
    ) -> None:
        value = operand(x)._value
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
        How many entries the error shows, 3 by default.
    """
    return check


assert_positive = _sign("assert_positive", ">", lambda a: a > 0)
assert_negative = _sign("assert_negative", "<", lambda a: a < 0)
assert_non_negative = _sign("assert_non_negative", ">=", lambda a: a >= 0)
assert_non_positive = _sign("assert_non_positive", "<=", lambda a: a <= 0)


def _rank_of(x: Any, allowed: Callable[[int], bool], words: str, message: str | None) -> None:
    shape = operand(x)._value.shape
    if not allowed(len(shape)):
        prefix = f"{message}. " if message else ""
        raise ValueError(
            f"{prefix}Tensor must have rank {words}.  Received rank {len(shape)}, shape {shape}"
        )


def assert_rank(x: Any, rank: int, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless `x` has `rank` axes."""
    _rank_of(x, lambda r: r == int(rank), str(int(rank)), message)


def assert_rank_at_least(
    x: Any, rank: int, message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError unless `x` has at least `rank` axes."""
    _rank_of(x, lambda r: r >= int(rank), f"at least {int(rank)}", message)


def assert_rank_in(
    x: Any, ranks: Iterable[int], message: str | None = None, name: str | None = None
) -> None:
    """Raise ValueError unless the number of axes of `x` is among `ranks`."""
    given = tuple(int(r) for r in ranks)
    _rank_of(x, lambda r: r in given, f"in {given}", message)


def assert_scalar(tensor: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise ValueError unless the shape is ``()``."""
    x = operand(tensor)
    if x._value.shape != ():
        raise ValueError(
            f"{message or ''}Expected scalar shape, saw shape: {x._value.shape}.".strip()
        )


def assert_shapes(
    shapes: Any,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> None:
    """Check the shapes of several tensors against patterns that share letters.

    Parameters
    ----------
    shapes
        Pairs ``(tensor, pattern)``, or a dict. A pattern is a tuple (or string) of sizes, letters
        that stand for the same size wherever they occur, ``None`` or ``"."`` for any size, and
        ``...`` or ``"*"`` for any number of axes at its beginning or end.

    Raises
    ------
    ValueError
        If a tensor does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.assert_shapes([(tf.zeros([2, 3]), ("n", "m")), (tf.zeros([3]), ("m",))])
    """
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    bound: dict[Any, tuple[int, str]] = {}
    prefix = f"{message}.  " if message else ""
    for x, pattern in pairs:
        tensor = x.deref() if hasattr(x, "deref") else x
        shape = operand(tensor)._value.shape
        wanted = list(pattern) if isinstance(pattern, (list, tuple, str)) else [pattern]
        for axis, size, symbol in _matched(wanted, shape, prefix):
            if symbol is None or symbol == ".":
                continue
            if isinstance(symbol, (int, np.integer)):
                expected, origin = int(symbol), "Specified explicitly."
            else:
                expected, origin = bound.setdefault(
                    symbol, (size, f"Specified by tensor of shape {shape} dimension {axis}.")
                )
            if size != expected:
                raise ValueError(
                    f"{prefix}{origin}  Tensor dimension {axis} must have size {expected}.  "
                    f"Received size {size}, shape {shape}"
                )


def _matched(pattern: list[Any], shape: tuple[int, ...], prefix: str) -> list[tuple[int, int, Any]]:
    """Axis, size and symbol for each axis that the pattern names."""
    open_start = bool(pattern) and pattern[0] in (Ellipsis, "*")
    open_end = bool(pattern) and pattern[-1] in (Ellipsis, "*") and not open_start
    symbols = pattern[1:] if open_start else pattern[:-1] if open_end else pattern
    rank = len(shape)
    if rank < len(symbols) or (rank != len(symbols) and not (open_start or open_end)):
        raise ValueError(
            f"{prefix}Tensor must have rank {len(symbols)}.  Received rank {rank}, shape {shape}"
        )
    first = rank - len(symbols) if open_start else 0
    return [(first + i, shape[first + i], s) for i, s in enumerate(symbols)]


def assert_type(
    tensor: Any, tf_type: Any, message: str | None = None, name: str | None = None
) -> None:
    """Raise TypeError unless the tensor's dtype is `tf_type`."""
    wanted, got = as_dtype(tf_type), operand(tensor).dtype
    if got != wanted:
        raise TypeError(f"{message or ''} tensor must be of type {wanted!r}; got {got!r}".strip())


def assert_integer(x: Any, message: str | None = None, name: str | None = None) -> None:
    """Raise TypeError unless the tensor holds integers."""
    got = operand(x).dtype
    if not got.is_integer:
        raise TypeError(f'{message or ""} Expected "x" to be integer type.  Found: {got!r}'.strip())


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """Return the common floating dtype; ValueError if there is none."""
    wanted = None if dtype is None else as_dtype(dtype)
    for x in tensors or ():
        got = operand(x).dtype
        if wanted is not None and got != wanted:
            raise ValueError(f"{x}, type={got}, must be of the same type ({wanted}).")
        wanted = got
    wanted = float32 if wanted is None else wanted
    if not wanted.is_floating:
        raise ValueError(f"Expected floating point type, got {wanted!r}.")
    return wanted


def assert_proper_iterable(values: Any) -> None:
    """Raise TypeError unless `values` can be iterated over and is no tensor, array or string."""
    if isinstance(values, (ArrayLike, np.ndarray, str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(
            f"Expected argument 'values' to be a 'proper' iterable.  Found: {type(values)}"
        )


def is_numeric_tensor(tensor: Any) -> bool:
    """True for a tensor or Variable of integers, floating point or complex numbers."""
    return isinstance(tensor, ArrayLike) and tensor.dtype.kind in "iufc"


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
    """The same as `check_numerics`."""
    return check_numerics(x, message)
