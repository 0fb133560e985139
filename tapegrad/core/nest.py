"""Structures: nested lists, tuples, namedtuples, dicts and dataclasses of leaves.

Dicts are flattened by sorted key; None, strings, arrays, tensors and Variables are leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

#: Leaves that `expand_composites` opens: type -> their parts.
composites: dict[type, Callable[[Any], list[Any]]] = {}

_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))


def _is_dataclass(value: Any) -> bool:
    return hasattr(value.__class__, "__dataclass_fields__")


def paths(structure: Any, name: str) -> list[str]:
    """How one writes each leaf in Python if the structure is called `name`, as `flatten` orders.

    Examples
    --------
    >>> paths({"b": 1, "a": [2, (3,)]}, "x")
    ["x['a'][0]", "x['a'][1][0]", "x['b']"]
    """
    if not is_nested(structure):
        return [name]
    if isinstance(structure, Mapping):
        suffixes = [f"[{key!r}]" for key in _sorted_keys(structure)]
    elif _is_dataclass(structure):
        suffixes = [f".{field}" for field in type(structure).__dataclass_fields__]
    elif hasattr(structure, "_fields"):
        suffixes = [f".{field}" for field in structure._fields]
    else:
        suffixes = [f"[{i}]" for i in range(len(structure))]
    children = zip(children_of(structure), suffixes, strict=True)
    return [path for child, suffix in children for path in paths(child, name + suffix)]


def is_nested(structure: Any) -> bool:
    """True for anything that `flatten` goes into.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nest.is_nested([1]), tf.nest.is_nested("ab")
    (True, False)
    """
    kind = structure.__class__
    nested = _nested.get(kind)
    if nested is None:
        _nested[kind] = nested = issubclass(kind, (list, tuple, Mapping, *_VIEWS)) or hasattr(
            kind, "__dataclass_fields__"
        )
    return nested


#: What `is_nested` found for a class: asking abstract base classes is slow.
_nested: dict[type, bool] = {}


def children_of(structure: Any) -> list[Any]:
    """The direct parts of a structure, those of a dict by sorted key."""
    if isinstance(structure, Mapping):
        return [structure[key] for key in _sorted_keys(structure)]
    if _is_dataclass(structure):
        return [getattr(structure, name) for name in type(structure).__dataclass_fields__]
    return list(structure)


def _sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    try:
        return sorted(mapping)
    except TypeError as error:
        raise TypeError(
            f"nest only supports dicts with sortable keys, got {list(mapping)!r}: "
            f"use keys of one type."
        ) from error


def rebuilt(structure: Any, children: Sequence[Any]) -> Any:
    """A structure like `structure` around new children."""
    if isinstance(structure, Mapping):
        by_key = dict(zip(_sorted_keys(structure), children, strict=True))
        ordered = [(key, by_key[key]) for key in structure]
        if hasattr(structure, "default_factory"):
            return type(structure)(structure.default_factory, ordered)  # type: ignore[call-arg]
        return type(structure)(ordered)  # type: ignore[call-arg]
    if _is_dataclass(structure):
        return type(structure)(
            **dict(zip(type(structure).__dataclass_fields__, children, strict=True))
        )
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    if isinstance(structure, _VIEWS):
        return list(children)
    return type(structure)(children)


def flatten(structure: Any, expand_composites: bool = False) -> list[Any]:
    """The leaves of a structure, in order; a leaf alone gives a list of one.

    Parameters
    ----------
    structure
        Anything.
    expand_composites
        Whether to take an `IndexedSlices` apart into values, indices and dense shape.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nest.flatten({"b": 1, "a": [2, (3, None)]})
    [2, 3, None, 1]
    """
    leaves: list[Any] = []
    _flatten_into(structure, leaves)
    if expand_composites:
        return [part for x in leaves for part in _parts(x)]
    return leaves


def _parts(leaf: Any) -> list[Any]:
    parts = composites.get(type(leaf))
    return [leaf] if parts is None else parts(leaf)


def _flatten_into(structure: Any, leaves: list[Any]) -> None:
    if not is_nested(structure):
        leaves.append(structure)
        return
    known = _nested.get
    for child in structure if structure.__class__ in (list, tuple) else children_of(structure):
        if known(child.__class__) is False or not is_nested(child):
            leaves.append(child)
        else:
            _flatten_into(child, leaves)


def pack_sequence_as(
    structure: Any, flat_sequence: Sequence[Any], expand_composites: bool = False
) -> Any:
    """Put leaves back into a structure.

    Raises
    ------
    ValueError
        If the number of leaves does not fit.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nest.pack_sequence_as({"b": 0, "a": [0, 0]}, [1, 2, 3])
    {'b': 3, 'a': [1, 2]}
    """
    if not isinstance(flat_sequence, (list, tuple, *_VIEWS)):
        raise TypeError(
            f"Attempted to pack value {flat_sequence!r} into a structure, but found incompatible "
            f"type `{type(flat_sequence).__name__}` instead of a list."
        )
    flat = list(flat_sequence)
    count = len(flatten(structure))
    if count != len(flat):
        raise ValueError(
            f"Could not pack sequence. Structure had {count} atoms, but flat_sequence had "
            f"{len(flat)} items.  Structure: {structure!r}, flat_sequence: {flat!r}."
        )
    return packed(structure, iter(flat))


def packed(structure: Any, leaves: Iterator[Any]) -> Any:
    """Like `pack_sequence_as`, for leaves whose number is known to be right."""
    if not is_nested(structure):
        return next(leaves)
    if structure.__class__ is list:
        known = _nested.get
        return [
            next(leaves)
            if known(child.__class__) is False or not is_nested(child)
            else packed(child, leaves)
            for child in structure
        ]
    return rebuilt(structure, [packed(child, leaves) for child in children_of(structure)])


def map_structure(func: Callable[..., Any], *structure: Any, **kwargs: Any) -> Any:
    """Apply a function to the leaves of structures of the same form.

    Parameters
    ----------
    func
        Called with one leaf of each structure.
    structure
        One or more structures.
    kwargs
        ``check_types=False`` lets lists match tuples.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.nest.map_structure(lambda a, b: a + b, [1, (2,)], [10, (20,)])
    [11, (22,)]
    """
    if not callable(func):
        raise TypeError(f"Argument `func` must be callable, got: {func!r}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    if kwargs:
        raise ValueError(
            f"Only valid keyword arguments are `check_types` and `expand_composites`, not: "
            f"`{'`, `'.join(kwargs)}`"
        )
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types=check_types)
    columns = [flatten(s) for s in structure]
    return packed(structure[0], iter([func(*row) for row in zip(*columns, strict=True)]))


def assert_same_structure(
    nest1: Any, nest2: Any, check_types: bool = True, expand_composites: bool = False
) -> None:
    """Check that two structures have the same form.

    Raises
    ------
    ValueError
        If the number of elements or the nesting differs.
    TypeError
        If they differ in type only, and `check_types` is true.
    """
    why = _difference(nest1, nest2, check_types)
    if why is not None:
        raise why[0](
            "The two structures don't have the same nested structure.\n\n"
            f"First structure: {nest1!r}\n\nSecond structure: {nest2!r}\n\n"
            f"More specifically: {why[1]}"
        )


def _difference(a: Any, b: Any, check_types: bool) -> tuple[type[Exception], str] | None:
    if is_nested(a) != is_nested(b):
        return ValueError, f"{'first' if is_nested(a) else 'second'} is nested, the other is not."
    if not is_nested(a):
        return None
    if check_types and not _same_kind(a, b):
        return TypeError, f"the first is of type {type(a)}, the second of type {type(b)}."
    if isinstance(a, Mapping) and isinstance(b, Mapping) and set(a) != set(b):
        return ValueError, f"keys differ: {list(a)!r} and {list(b)!r}."
    children_a, children_b = children_of(a), children_of(b)
    if len(children_a) != len(children_b):
        return ValueError, f"{len(children_a)} elements against {len(children_b)}."
    for x, y in zip(children_a, children_b, strict=True):
        found = _difference(x, y, check_types)
        if found is not None:
            return found
    return None


def _same_kind(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return True
    if isinstance(a, (list, *_VIEWS)) and isinstance(b, (list, *_VIEWS)):
        return True
    if not hasattr(a, "_fields"):
        return type(a) is type(b)
    # Namedtuples of one name and the same fields count as one kind, wherever they were made.
    return type(a).__name__ == type(b).__name__ and a._fields == getattr(b, "_fields", None)
