"""Control flow: functions that choose and repeat other functions.

All of them simply run, so Python's own ``if``, ``for`` and ``while`` do as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.tensor import ArrayLike
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument
from tapegrad.ops.tensor_array import TensorArray

__all__ = ["case", "cond", "group", "no_op", "switch_case", "while_loop"]


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: str | None = None,
) -> Any:
    """Call one of two functions.

    Parameters
    ----------
    pred
        A bool, or a tensor with one element.
    true_fn, false_fn
        Functions of no arguments; only one of them is called.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    TypeError
        If one of them is not a function.
    ValueError
        If `pred` has more than one element.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> tf.cond(x > 2.0, lambda: x * x, lambda: -x).numpy()
    np.float32(9.0)
    """
    _require_function("cond", "true_fn", true_fn)
    _require_function("cond", "false_fn", false_fn)
    chosen = true_fn if _truth("cond", pred) else false_fn
    return chosen()  # type: ignore[misc]


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: str = "case",
) -> Any:
    """Call the function of the first condition that holds.

    Parameters
    ----------
    pred_fn_pairs
        A list of pairs ``(condition, function)``.
    default
        The function to call if no condition holds.
    exclusive
        Raise an error if more than one condition holds.
    strict
        Return a list of one element as it is; otherwise its element.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    InvalidArgumentError
        If no condition holds and there is no default, or more than one does and `exclusive` is
        true.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> tf.case([(x < 1.0, lambda: x), (x < 5.0, lambda: 10.0 * x)], default=lambda: -x).numpy()
    np.float32(30.0)
    """
    if isinstance(pred_fn_pairs, Mapping):
        pred_fn_pairs = list(pred_fn_pairs.items())
    if not isinstance(pred_fn_pairs, (list, tuple)):
        raise TypeError(
            f"'pred_fn_pairs' must be a list, tuple, or dict. Received: {type(pred_fn_pairs)}"
        )
    for pair in pred_fn_pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(
                f"Each entry in 'pred_fn_pairs' must be a 2-tuple (condition, function). Received "
                f"{pair!r}."
            )
        _require_function("case", "each function of 'pred_fn_pairs'", pair[1])
    if default is not None:
        _require_function("case", "default", default)
    holding = []
    for pred, function in pred_fn_pairs:
        if _truth("case", pred):
            holding.append(function)
            if not exclusive:
                break
    if len(holding) > 1:
        raise InvalidArgumentError(
            f"case: more than one condition evaluated as True but exclusive=True: {len(holding)} "
            f"of {len(pred_fn_pairs)}."
        )
    if not holding and default is None:
        raise InvalidArgumentError(
            "case: none of the conditions evaluated as True. Give a `default` function."
        )
    result = (holding[0] if holding else default)()  # type: ignore[misc]
    if not strict and isinstance(result, (list, tuple)) and len(result) == 1:
        return result[0]
    return result


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: str = "switch_case",
) -> Any:
    """Call one of several functions, by number.

    Parameters
    ----------
    branch_index
        An integer or an integer tensor of shape ``()``.
    branch_fns
        A list of functions, a dict from numbers to functions, or a list of such pairs; the numbers
        count from 0 without gaps.
    default
        The function for all other numbers; without it that is the last one.

    Returns
    -------
    object
        What the function returned.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.switch_case(tf.constant(1), [lambda: "zero", lambda: "one"])
    'one'
    """
    branches = _numbered_branches(branch_fns)
    if default is not None:
        _require_function("switch_case", "default", default)
    i = int_argument(branch_index, "switch_case", "branch_index")
    if 0 <= i < len(branches):
        return branches[i]()
    return branches[-1]() if default is None else default()


def _numbered_branches(branch_fns: Any) -> list[Callable[[], Any]]:
    if not isinstance(branch_fns, (list, tuple, Mapping)):
        raise TypeError("'branch_fns' must be a list, tuple, or dict")
    if not branch_fns:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    if isinstance(branch_fns, Mapping):
        pairs: Sequence[Any] = list(branch_fns.items())
    elif all(callable(f) for f in branch_fns):
        pairs = list(enumerate(branch_fns))
    else:
        pairs = branch_fns
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise TypeError(f"Each entry in 'branch_fns' must be a 2-tuple. Received {pair!r}.")
        if not isinstance(pair[0], int):
            raise TypeError(f"key must be a Python `int`, got {type(pair[0])}")
        _require_function("switch_case", f"branch {pair[0]}", pair[1])
    by_number = dict(pairs)
    if len(by_number) != len(pairs) or sorted(by_number) != list(range(len(pairs))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(pairs)}) but found "
            f"{[number for number, _ in pairs]}"
        )
    return [by_number[i] for i in range(len(pairs))]


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Call a function again and again while a condition holds.

    Parameters
    ----------
    cond
        ``cond(*loop_vars)``: a bool, or a tensor with one element.
    body
        ``body(*loop_vars)``: the next values, as many and of the same structure.
    loop_vars
        A list or tuple of the first values.
    shape_invariants, parallel_iterations, back_prop, swap_memory
        Accepted for compatibility: shapes may change, and the steps follow one another.
    maximum_iterations
        Stop after so many.

    Returns
    -------
    structure
        The last values as tensors, in the list or tuple that `body` returned.

    Raises
    ------
    TypeError
        If `cond` or `body` is not a function, or `body` does not return a list or tuple.
    ValueError
        If there are no `loop_vars`, or what `body` returns has another structure.

    Examples
    --------
    >>> import tapegrad as tf
    >>> i, total = tf.while_loop(
    ...     lambda i, total: i < 4, lambda i, total: (i + 1, total + i), (0, tf.constant(0))
    ... )
    >>> total.numpy()
    np.int32(6)
    """
    _require_function("while_loop", "cond", cond)
    _require_function("while_loop", "body", body)
    if parallel_iterations < 1:
        raise TypeError("'parallel_iterations' must be a positive integer.")
    if not isinstance(loop_vars, (list, tuple)) or not loop_vars:
        raise ValueError("'loop_vars' must be provided: a list or tuple of the first values.")
    limit = None if maximum_iterations is None else as_tensor(maximum_iterations)._read()
    if limit is not None and limit.shape != ():
        raise ValueError(f"'maximum_iterations' must be a scalar. Received shape: {limit.shape}")
    wanted = list(loop_vars)
    done = 0
    while (limit is None or done < limit) and _truth("while_loop", cond(*loop_vars)):
        new = body(*loop_vars)
        if not isinstance(new, (list, tuple)):
            raise TypeError(
                f"while_loop: `body` must return a list or tuple of the {len(wanted)} loop "
                f"variable(s), but it returned {type(new).__name__}."
            )
        nest.assert_same_structure(wanted, list(new))
        loop_vars = new
        done += 1
    return nest.map_structure(
        lambda x: x if isinstance(x, TensorArray) else as_tensor(x), loop_vars
    )


def group(*inputs: Any, **kwargs: Any) -> None:
    """Do nothing: its arguments have been computed already.

    Parameters
    ----------
    inputs
        Anything.
    kwargs
        ``name`` only.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable(1.0)
    >>> tf.group(v.assign_add(1.0), v.assign_add(1.0))
    >>> v.numpy()
    np.float32(3.0)
    """
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unknown keyword arguments: {', '.join(kwargs)}")


def no_op(name: str | None = None) -> None:
    """Do nothing.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.no_op()
    """


def _truth(operation: str, pred: Any) -> bool:
    if pred is None:
        raise ValueError(
            f"{operation}: the condition is None: it must be a bool or a tensor with one element."
        )
    if isinstance(pred, ArrayLike) and pred._value.size > 1:
        raise ValueError(
            f"{operation}: the condition has shape {pred.shape}, and the truth value of a tensor "
            f"with more than one element is ambiguous. Use tf.reduce_any(x), tf.reduce_all(x), or "
            f"tf.where to choose by element."
        )
    return bool(pred)


def _require_function(operation: str, argument: str, value: Any) -> None:
    if not callable(value):
        raise TypeError(
            f"{operation}(): '{argument}' must be a function, not {value!r}: write "
            f"`lambda: ...` around an expression."
        )
