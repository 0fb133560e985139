"""Elements that a Python generator yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tapegrad.core import nest
from tapegrad.core.context import only_recorders
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import as_dtype
from tapegrad.core.tensor import ArrayLike
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.data.elements import Element, is_structure, map_leaves
from tapegrad.errors import InvalidArgumentError


class GeneratorSource:
    """A function that makes generators, and what their elements must be like.

    Parameters
    ----------
    generator, types, shapes, args, signature
        Those of `Dataset.from_generator`.
    """

    def __init__(
        self, generator: Callable[..., Any], types: Any, shapes: Any, args: Any, signature: Any
    ) -> None:
        if not callable(generator):
            raise TypeError(
                f"Dataset.from_generator: `generator` must be a Python callable, not "
                f"{generator!r}: give the function itself, not what it returns."
            )
        if (types is None and signature is None) or (
            signature is not None and (types is not None or shapes is not None)
        ):
            raise TypeError(
                "Dataset.from_generator: Either `output_signature` or `output_types` must be "
                "given, not both: output_signature=tf.TensorSpec([], tf.float32), for instance."
            )
        self.spec = _spec_of_types(types, shapes) if signature is None else signature
        for leaf in nest.flatten(self.spec):
            if not isinstance(leaf, TensorSpec):
                raise TypeError(
                    f"Dataset.from_generator: `output_signature` must contain objects that are "
                    f"`tf.TensorSpec`, but found {leaf!r} of type {type(leaf)}."
                )
        self._generator = generator
        given = () if args is None else args
        self._args = tuple([as_tensor(a)._value for a in given])

    def elements(self) -> Iterator[Element]:
        """Call the function, and go through what it returns."""
        with only_recorders(()):
            arrays = [a.copy() if a.shape else a for a in self._args]
            produced = iter(self._generator(*arrays))
        while True:
            with only_recorders(()):
                try:
                    value = next(produced)
                except StopIteration:
                    return
            yield self._checked(value)

    def _checked(self, value: Any) -> Element:
        if not is_structure(self.spec):
            return self._leaf(value, self.spec, value)
        specs = nest.flatten(self.spec)
        leaves = _leaves_like(self.spec, value)
        if leaves is None:
            raise InvalidArgumentError(
                f"Dataset.from_generator: `generator` yielded an element that did not match the "
                f"expected structure. The expected structure was {self.spec!r}, but the yielded "
                f"element was {value!r}."
            )
        checked = [self._leaf(x, s, value) for x, s in zip(leaves, specs, strict=True)]
        return nest.packed(self.spec, iter(checked))

    def _leaf(self, leaf: Any, spec: TensorSpec, value: Any) -> Any:
        dtype = spec.dtype.numpy_dtype
        try:
            array = as_tensor(leaf, dtype)._value
        except (TypeError, ValueError) as error:
            raise InvalidArgumentError(
                f"Dataset.from_generator: `generator` yielded an element that could not be "
                f"converted to the expected type. The expected type was {spec.dtype.name}, but "
                f"the yielded element was {value!r}."
            ) from error
        if array.dtype != dtype:
            raise InvalidArgumentError(
                f"Dataset.from_generator: `generator` yielded an element of type "
                f"{array.dtype.name} where an element of type {dtype.name} was expected: "
                f"{value!r}. Use tf.cast."
            )
        if not spec.shape.is_compatible_with(array.shape):
            raise InvalidArgumentError(
                f"Dataset.from_generator: `generator` yielded an element of shape {array.shape} "
                f"where an element of shape {spec.shape} was expected."
            )
        return array


def _leaves_like(spec: Any, value: Any) -> list[Any] | None:
    """The parts of a value that match the leaves of a spec; None if it has another structure."""
    if not is_structure(spec):
        return [value]
    if isinstance(spec, tuple) and isinstance(value, list):
        value = tuple(value)
    if not is_structure(value) or isinstance(value, ArrayLike):
        return None
    if isinstance(spec, dict) and (not isinstance(value, dict) or set(spec) != set(value)):
        return None
    children, given = nest.children_of(spec), nest.children_of(value)
    if len(children) != len(given):
        return None
    parts = [_leaves_like(s, v) for s, v in zip(children, given, strict=True)]
    if any(part is None for part in parts):
        return None
    return [leaf for part in parts if part is not None for leaf in part]


def _spec_of_types(types: Any, shapes: Any) -> Any:
    if shapes is None:
        return map_leaves(lambda t: TensorSpec(None, as_dtype(t)), types)
    if not is_structure(types):
        return TensorSpec(shapes, as_dtype(types))
    pairs = zip(nest.children_of(types), nest.children_of(shapes), strict=True)
    return nest.rebuilt(types, [_spec_of_types(t, s) for t, s in pairs])
