"""Elements of data sets: structures of arrays.

Tuples, dicts, namedtuples and dataclasses are structures; a list becomes a tensor. Inside a
pipeline the leaves are arrays, which nobody changes; users' functions and loops get tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import only_recorders
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor import ArrayLike, wrap
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.errors import InvalidArgumentError

Element = Any
#: What an array is; NumPy's scalars are those of shape ``()``.
ARRAYS: tuple[Any, ...] = (np.ndarray, np.generic)


def is_structure(value: Any) -> bool:
    """True for what an element may be made of: everything that `nest` opens, but for lists."""
    return nest.is_nested(value) and not isinstance(value, list)


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """Apply a function to the leaves, where a list is a leaf."""
    if not is_structure(structure):
        return function(structure)
    if structure.__class__ is tuple:
        return tuple([map_leaves(function, part) for part in structure])
    parts = [map_leaves(function, part) for part in nest.children_of(structure)]
    return nest.rebuilt(structure, parts)


def element_of(value: Any) -> Element:
    """A user's structure of tensors, arrays, numbers and lists as an element."""
    return map_leaves(_array_of, value)


def _array_of(leaf: Any) -> Any:
    if isinstance(leaf, ArrayLike):
        return leaf._read()
    if hasattr(leaf, "element_spec"):  # a data set, as `Dataset.window` makes them
        return leaf
    return as_tensor(leaf)._value


def tensors_of(element: Element) -> Any:
    """An element as users see it."""
    if element.__class__ is tuple:
        return tuple(
            [wrap(part) if isinstance(part, ARRAYS) else tensors_of(part) for part in element]
        )
    return map_leaves(_tensor_of, element)


def _tensor_of(leaf: Any) -> Any:
    return wrap(leaf) if isinstance(leaf, ARRAYS) else leaf


def arrays_of(element: Element) -> Any:
    """An element as NumPy arrays, which are read-only."""
    return map_leaves(_numpy_of, element)


def _numpy_of(leaf: Any) -> Any:
    if not isinstance(leaf, ARRAYS):
        raise TypeError(
            f"Dataset.as_numpy_iterator is not supported for data sets that produce values of type "
            f"{type(leaf)}."
        )
    if not leaf.shape:
        return leaf[()]
    view = leaf.view()
    view.flags.writeable = False
    return view


def applied(function: Callable[..., Any], element: Element) -> Any:
    """Call a user's function with an element: a tuple is taken apart into arguments.

    What it computes is data, which no tape follows.
    """
    value = tensors_of(element)
    with only_recorders(()):
        return function(*value) if value.__class__ is tuple else function(value)


def applied_to_state(function: Callable[..., Any], state: Element, element: Element) -> Any:
    """Call a user's function with a running state and an element, each one argument."""
    with only_recorders(()):
        return function(tensors_of(state), tensors_of(element))


def require_same_kind(state: Element, new: Element, what: str) -> None:
    """TypeError unless a running state keeps its structure and dtypes."""
    old_spec, new_spec = spec_of(state), spec_of(new)
    same = _structures_match(old_spec, new_spec) and all(
        a.dtype == b.dtype
        for a, b in zip(nest.flatten(old_spec), nest.flatten(new_spec), strict=True)
    )
    if not same:
        raise TypeError(
            f"{what}: The element types for the new state must match the initial state. Expected "
            f"{old_spec!r}; got {new_spec!r}. Use tf.cast, or start with a state of that type."
        )


def returned_element(value: Any, what: str) -> Element:
    """What a user's function returned, as an element; a list counts as a tuple."""
    if isinstance(value, list):
        value = tuple(value)
    leaves = nest.flatten(value)
    if any(leaf is None or type(leaf) is object for leaf in leaves):
        raise TypeError(
            f"{what}: the function returned {value!r}, but elements of a data set are tensors or "
            f"structures of tensors. Does it end with `return`?"
        )
    return element_of(value)


# Specs


def spec_of(element: Element) -> Any:
    """The shapes and dtypes of an element."""
    return map_leaves(_leaf_spec, element)


def _leaf_spec(leaf: Any) -> Any:
    if not isinstance(leaf, ARRAYS):
        return leaf.spec
    return TensorSpec(leaf.shape, from_numpy(leaf.dtype))


def map_specs(function: Callable[[TensorSpec], Any], spec: Any) -> Any:
    """Apply a function to the shapes in a spec of tensors."""
    return map_leaves(
        lambda leaf: (
            TensorSpec(function(leaf), leaf.dtype) if isinstance(leaf, TensorSpec) else leaf
        ),
        spec,
    )


def has_unknown_sizes(spec: Any) -> bool:
    """Whether some size is not known."""
    return any(
        isinstance(leaf, TensorSpec) and not leaf.shape.is_fully_defined()
        for leaf in nest.flatten(spec)
    )


def common_spec(a: Any, b: Any, what: str) -> Any:
    """The spec that covers both; TypeError if there is none."""
    if not _alike(a, b):
        raise TypeError(f"{what}: the elements are incompatible: {a!r} and {b!r}.")
    pairs = zip(nest.flatten(a), nest.flatten(b), strict=True)
    return nest.packed(a, iter([x.most_specific_common_supertype([y]) for x, y in pairs]))


def _alike(a: Any, b: Any) -> bool:
    if not _structures_match(a, b):
        return False
    pairs = zip(nest.flatten(a), nest.flatten(b), strict=True)
    return all(x.most_specific_common_supertype([y]) is not None for x, y in pairs)


def _structures_match(a: Any, b: Any) -> bool:
    try:
        nest.assert_same_structure(a, b)
    except (TypeError, ValueError):
        return False
    return True


# Several elements in one


def stacked(elements: Sequence[Element]) -> Element:
    """Elements of one form as one element with a new first axis.

    Raises
    ------
    InvalidArgumentError
        If the shapes differ.
    """
    first = elements[0]
    if isinstance(first, ARRAYS):
        return _stacked_leaf(elements, 0)
    rows = [nest.flatten(element) for element in elements]
    columns = zip(*rows, strict=True)
    leaves = [_stacked_leaf(column, i) for i, column in enumerate(columns)]
    return tuple(leaves) if _is_flat_tuple(first) else nest.packed(first, iter(leaves))


def _is_flat_tuple(element: Element) -> bool:
    return element.__class__ is tuple and all(isinstance(part, ARRAYS) for part in element)


def _stacked_leaf(arrays: Sequence[Any], component: int) -> Any:
    first = arrays[0]
    out = np.empty((len(arrays), *first.shape), first.dtype)
    for i, array in enumerate(arrays):
        if array.shape != first.shape or array.dtype != first.dtype:
            raise InvalidArgumentError(
                f"Dataset.batch: Cannot batch tensors with different shapes or dtypes in "
                f"component {component}. First element had shape {list(first.shape)} and dtype "
                f"{first.dtype.name}, and element {i} had shape {list(array.shape)} and dtype "
                f"{array.dtype.name}. padded_batch pads to a common shape."
            )
        out[i] = array if array.shape else array[()]
    return out


def row_count(element: Element, what: str) -> int:
    """The common size of the first axes.

    Raises
    ------
    ValueError
        If a leaf is a scalar, there is none, or the sizes differ.
    """
    leaves = nest.flatten(element)
    if not leaves:
        raise ValueError(f"{what}: Invalid `tensors`: the structure {element!r} is empty.")
    sizes = []
    for leaf in leaves:
        if not leaf.shape:
            raise ValueError(
                f"{what}: Unbatching a tensor is only supported for rank >= 1, but a scalar was "
                f"given. Dataset.from_tensors(x) makes a data set of one element."
            )
        sizes.append(leaf.shape[0])
    if len(set(sizes)) > 1:
        shapes = [list(leaf.shape) for leaf in leaves]
        raise ValueError(
            f"{what}: Dimensions {sizes[0]} and {next(s for s in sizes if s != sizes[0])} are not "
            f"compatible: all tensors must have the same number of rows, but the shapes are "
            f"{shapes}."
        )
    return int(sizes[0])


def rows_of(element: Element) -> Iterator[Element]:
    """The rows of an element, one after the other."""
    if isinstance(element, ARRAYS):
        return _rows(element)
    if _is_flat_tuple(element):
        return zip(*map(_rows, element), strict=True)
    columns = zip(*map(_rows, nest.flatten(element)), strict=True)
    return (nest.packed(element, iter(row)) for row in columns)


def _rows(array: Any) -> Iterator[Any]:
    if array.dtype.kind == "O" and array.ndim == 1:  # of which NumPy would hand out bare strings
        return (array[i : i + 1].reshape(()) for i in range(len(array)))
    return iter(array)


def resized(element: Element, spec: Any) -> Element:
    """The element with one row less (or more) along each axis whose size the spec leaves open."""
    leaves = zip(nest.flatten(element), nest.flatten(spec), strict=True)
    return nest.packed(element, iter([_resized_leaf(leaf, s.shape) for leaf, s in leaves]))


def _resized_leaf(leaf: Any, shape: TensorShape) -> Any:
    for axis, size in enumerate(shape.dims or ()):
        if size is None:
            n = leaf.shape[axis]
            leaf = leaf.take(range(n - 1) if n > 1 else [0] * (2 * n), axis)
    return leaf


def with_open_sizes(spec: Any, other: Any) -> Any:
    """`spec` with None where `other`, the spec of the same for another size, differs."""
    if not _structures_match(spec, other):
        return spec
    pairs = zip(nest.flatten(spec), nest.flatten(other), strict=True)
    return nest.packed(spec, iter([a.most_specific_common_supertype([b]) or a for a, b in pairs]))


def zeros_like_spec(spec: Any) -> Element:
    """An element of zeros; unknown sizes are 1."""
    return map_leaves(_zeros, spec)


def _zeros(spec: TensorSpec) -> Any:
    sizes = [1 if n is None else n for n in spec.shape.dims or ()]
    return np.zeros(sizes, spec.dtype.numpy_dtype)[()]
