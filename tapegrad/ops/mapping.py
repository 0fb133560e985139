"""Functions applied along the first axis: map_fn, scan, folds, vectorized_map."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import as_dtype
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.errors import InvalidArgumentError, OutOfRangeError
from tapegrad.ops.arguments import shape_argument

__all__ = ["foldl", "foldr", "map_fn", "scan", "vectorized_map"]


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
    fn_output_signature: Any = None,
) -> Any:
    """Apply a function to each element along the first axis, and stack the results.

    Parameters
    ----------
    fn
        A function of one element, a structure like `elems`.
    elems
        A tensor, or a structure of tensors with equal first sizes.
    dtype
        The former name of `fn_output_signature`.
    parallel_iterations, back_prop, swap_memory, infer_shape
        Accepted for compatibility: the calls follow one another.
    fn_output_signature
        A dtype or `TensorSpec`, or a structure of them: what `fn` returns. By default it returns
        structure and dtypes of `elems`.

    Returns
    -------
    structure of Tensor
        With one more axis, in front.

    Raises
    ------
    ValueError
        If the elements have no first axis, or these differ, or shapes of results do.
    InvalidArgumentError
        If `fn` returns another dtype than announced.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.map_fn(lambda row: tf.reduce_sum(row), tf.constant([[1.0, 2.0], [3.0, 4.0]])).numpy()
    array([3., 7.], dtype=float32)
    """
    _require_callable("map_fn", fn)
    rows, _ = _rows("map_fn", elems)
    signature = dtype if fn_output_signature is None else fn_output_signature
    if signature is None:
        signature = nest.map_structure(lambda e: as_tensor(e).dtype, elems)
    specs = [_as_spec(s) for s in nest.flatten(signature)]
    columns: list[list[Tensor]] = [[] for _ in specs]
    for row in rows:
        result = fn(row)
        nest.assert_same_structure(signature, result)
        for column, spec, part in zip(columns, specs, nest.flatten(result), strict=True):
            column.append(_expected("map_fn", part, spec, column))
    stacked = [_stack(column, spec) for column, spec in zip(columns, specs, strict=True)]
    return nest.pack_sequence_as(signature, stacked)


def vectorized_map(
    fn: Callable[[Any], Any],
    elems: Any,
    fallback_to_while_loop: bool = True,
    warn: bool = True,
) -> Any:
    """Apply a function to each element along the first axis, and stack the results.

    Parameters
    ----------
    fn
        A function of one element, a structure like `elems`; all its results must have one
        structure, with equal shapes and dtypes.
    elems
        A tensor, or a structure of tensors with equal first sizes; those of first size 1 are
        repeated.
    fallback_to_while_loop, warn
        Accepted for compatibility: the calls follow one another.

    Returns
    -------
    structure of Tensor
        With one more axis, in front; what is None stays None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.vectorized_map(lambda row: {"sum": tf.reduce_sum(row)}, x)["sum"].numpy()
    array([3., 7.], dtype=float32)
    """
    _require_callable("vectorized_map", fn)
    rows, n = _rows("vectorized_map", elems, broadcast=True)
    if n == 0:
        return _of_no_rows(fn, elems)
    results = [fn(row) for row in rows]
    columns: list[list[Any]] = []
    for result in results:
        nest.assert_same_structure(results[0], result)
        columns.append(nest.flatten(result))
    stacked: list[Tensor | None] = []
    for column in zip(*columns, strict=True):
        if all(part is None for part in column):
            stacked.append(None)
            continue
        parts: list[Tensor] = []
        for part in column:
            parts.append(_expected("vectorized_map", part, None, parts))
        stacked.append(_stack(parts, None))
    return nest.pack_sequence_as(results[0], stacked)


def _of_no_rows(fn: Callable[[Any], Any], elems: Any) -> Any:
    """Results of first size 0, with the shapes and dtypes that zeros lead to."""

    def zeros(e: Any) -> Tensor:
        value = as_tensor(e)._value
        return wrap_constant(np.zeros(value.shape[1:], value.dtype)[()])

    def none_of(part: Any) -> Tensor | None:
        if part is None:
            return None
        value = as_tensor(part)._value
        return wrap_constant(np.zeros((0, *value.shape), value.dtype))

    return nest.map_structure(none_of, fn(nest.map_structure(zeros, elems)))


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Accumulate along the first axis, and stack what has been accumulated at each step.

    Parameters
    ----------
    fn
        ``fn(accumulated, element)``: what is accumulated next, of one structure throughout.
    elems
        A tensor, or a structure of tensors with equal first sizes.
    initializer
        What to start from. By default the first element, which is then the first result.
    parallel_iterations, back_prop, swap_memory, infer_shape
        Accepted for compatibility, without effect.
    reverse
        Go from the last element to the first; results stand where their elements do.

    Returns
    -------
    structure of Tensor
        Of the structure of `initializer`, with one more axis, in front.

    Raises
    ------
    InvalidArgumentError
        If dtypes change on the way.
    OutOfRangeError
        If there are no elements and no initializer.
    ValueError
        If structures or shapes change on the way.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.scan(lambda total, x: total + x, tf.constant([1, 2, 3])).numpy().tolist()
    [1, 3, 6]
    """
    _require_callable("scan", fn)
    rows, _ = _rows("scan", elems)
    if reverse:
        rows.reverse()
    start, rest = _start("scan", rows, initializer)
    accumulated = nest.map_structure(as_tensor, start)
    specs = [TensorSpec.from_tensor(leaf) for leaf in nest.flatten(accumulated)]
    columns: list[list[Tensor]] = [[] for _ in specs]
    if initializer is None:
        for column, leaf in zip(columns, nest.flatten(accumulated), strict=True):
            column.append(leaf)
    for row in rest:
        result = fn(accumulated, row)
        nest.assert_same_structure(accumulated, result)
        leaves = [
            _expected("scan", part, spec, column)
            for column, spec, part in zip(columns, specs, nest.flatten(result), strict=True)
        ]
        for column, leaf in zip(columns, leaves, strict=True):
            column.append(leaf)
        accumulated = nest.pack_sequence_as(accumulated, leaves)
    if reverse:
        for column in columns:
            column.reverse()
    stacked = [_stack(column, spec) for column, spec in zip(columns, specs, strict=True)]
    return nest.pack_sequence_as(accumulated, stacked)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Accumulate along the first axis, from the first element to the last.

    Parameters
    ----------
    fn
        ``fn(accumulated, element)``: what is accumulated next.
    elems
        A tensor, or a structure of tensors with equal first sizes.
    initializer
        What to start from, by default the first element.
    parallel_iterations, back_prop, swap_memory
        Accepted for compatibility, without effect.

    Returns
    -------
    structure of Tensor
        What `fn` returned last.

    Raises
    ------
    OutOfRangeError
        If there are no elements and no initializer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.foldl(lambda a, x: 10 * a + x, tf.constant([1, 2, 3])).numpy()
    np.int32(123)
    """
    return _fold("foldl", fn, elems, initializer, backwards=False)


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Accumulate along the first axis, from the last element to the first.

    Parameters
    ----------
    fn, elems, initializer
        See `foldl`; without an initializer it starts from the last element.
    parallel_iterations, back_prop, swap_memory
        Accepted for compatibility, without effect.

    Returns
    -------
    structure of Tensor
        What `fn` returned last.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.foldr(lambda a, x: 10 * a + x, tf.constant([1, 2, 3])).numpy()
    np.int32(321)
    """
    return _fold("foldr", fn, elems, initializer, backwards=True)


def _fold(
    operation: str, fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, backwards: bool
) -> Any:
    _require_callable(operation, fn)
    rows, _ = _rows(operation, elems)
    if backwards:
        rows.reverse()
    start, rest = _start(operation, rows, initializer)
    accumulated = nest.map_structure(as_tensor, start)
    for row in rest:
        result = fn(accumulated, row)
        nest.assert_same_structure(accumulated, result)
        accumulated = nest.map_structure(as_tensor, result)
    return accumulated


def _start(operation: str, rows: list[Any], initializer: Any) -> tuple[Any, Iterable[Any]]:
    if initializer is not None:
        return initializer, rows
    if not rows:
        raise OutOfRangeError(
            f"{operation}: Tried to read from index 0 but array size is: 0. Give an `initializer`."
        )
    return rows[0], rows[1:]


def _rows(operation: str, elems: Any, broadcast: bool = False) -> tuple[list[Any], int]:
    """The elements along the first axis, in the structure of `elems`, and how many there are."""
    leaves = [as_tensor(leaf) for leaf in nest.flatten(elems)]
    if not leaves:
        raise ValueError(
            f"{operation}: elems must be a Tensor or (possibly nested) sequence of Tensors. Got "
            f"{elems!r}, which does not contain any Tensors."
        )
    for leaf in leaves:
        if not leaf.ndim:
            raise ValueError(
                f"{operation}: Elements in elems must be 1+ dimensional Tensors, not scalars. "
                f"Shape () must have rank at least 1."
            )
    sizes = [len(leaf) for leaf in leaves]
    n = next((size for size in sizes if size != 1), 1) if broadcast else sizes[0]
    for size in sizes:
        if size != n and not (broadcast and size == 1):
            raise ValueError(
                f"{operation}: Dimensions {n} and {size} are not compatible: all elems must have "
                f"the same first size."
            )
    columns: list[Any] = []
    for leaf in leaves:
        rows = recording.unstack(leaf, axis=-leaf.ndim) if len(leaf) else ()
        columns.append(rows * n if broadcast and len(leaf) == 1 else rows)
    return [nest.pack_sequence_as(elems, row) for row in zip(*columns, strict=True)], n


def _expected(operation: str, value: Any, spec: TensorSpec | None, before: list[Tensor]) -> Tensor:
    """A result as a tensor, of the dtype announced and the shape of the results before."""
    wanted = spec.dtype if spec is not None else before[0].dtype if before else None
    try:
        x = as_tensor(value, None if wanted is None else wanted.numpy_dtype)
        fits = wanted is None or x.dtype == wanted
    except TypeError:
        x, fits = as_tensor(value), False
    if not fits:
        raise InvalidArgumentError(
            f"{operation}: a result has dtype {x.dtype.name}, but {wanted!r} was expected. "
            f"Announce it with fn_output_signature (map_fn), or convert it with tf.cast."
        )
    shape = before[0].shape if before else spec.shape if spec is not None else x.shape
    if not shape.is_compatible_with(x.shape):
        raise ValueError(
            f"{operation}: Incompatible shape for value ({x.shape}), expected ({shape}): all "
            f"results must have one shape."
        )
    return x


def _stack(parts: list[Tensor], spec: TensorSpec | None) -> Tensor:
    if parts:
        stacked: Tensor = recording.stack(*parts, axis=-parts[0].ndim - 1)
        return stacked
    assert spec is not None
    inner = shape_argument(spec.shape if spec.shape.is_fully_defined() else [], "map_fn")
    return wrap_constant(np.zeros((0, *inner), spec.dtype.numpy_dtype))


def _as_spec(signature: Any) -> TensorSpec:
    return signature if isinstance(signature, TensorSpec) else TensorSpec(None, as_dtype(signature))


def _require_callable(operation: str, fn: Any) -> None:
    if not callable(fn):
        raise TypeError(f"{operation}: `fn` must be a function, not {fn!r}.")
