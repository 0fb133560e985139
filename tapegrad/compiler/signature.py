"""Signatures: which tensors a function takes, and whether given arguments fit."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.tensor import ArrayLike
from tapegrad.core.tensor_spec import TensorSpec

_Kind = inspect.Parameter


def check_input_signature(input_signature: Any) -> tuple[Any, ...] | None:
    """An ``input_signature`` as a tuple; TypeError if it is none."""
    if input_signature is None:
        return None
    if not isinstance(input_signature, (list, tuple)):
        raise TypeError(
            f"input_signature must be either a tuple or a list, got {type(input_signature)}."
        )
    invalid = [leaf for leaf in nest.flatten(input_signature) if not isinstance(leaf, TensorSpec)]
    if invalid:
        raise TypeError(
            f"input_signature must be a possibly nested sequence of TensorSpec objects, got "
            f"invalid args {invalid} with types {[type(leaf) for leaf in invalid]}."
        )
    return tuple(input_signature)


class Signature:
    """The arguments that a function takes: for each a structure of specs and fixed values.

    Parameters
    ----------
    function
        The Python function.
    method
        Whether its first parameter is the object that it belongs to, which is left out.
    """

    def __init__(self, function: Callable[..., Any], method: bool) -> None:
        signature = inspect.signature(function)
        parameters = list(signature.parameters.values())
        self._parameters = signature.replace(parameters=parameters[method:])
        self._wanted: dict[str, Any] = {}

    @classmethod
    def of_specs(
        cls, function: Callable[..., Any], method: bool, specs: Sequence[Any]
    ) -> Signature:
        """The signature with given specs for the first arguments, and the defaults of the others.

        Raises
        ------
        TypeError
            If there are more specs than parameters, or a parameter without spec and default.
        """
        self = cls(function, method)
        remaining = list(specs)
        for name, parameter in self._parameters.parameters.items():
            if parameter.kind is _Kind.VAR_POSITIONAL:
                self._wanted[name], remaining = tuple(remaining), []
            elif remaining and parameter.kind is not _Kind.KEYWORD_ONLY:
                self._wanted[name] = _named(remaining.pop(0), name)
            elif parameter.default is not _Kind.empty:
                self._wanted[name] = parameter.default
            elif parameter.kind is not _Kind.VAR_KEYWORD:
                raise TypeError(f"input_signature missing type constraint for {name}")
        if remaining:
            raise TypeError(f"input_signature contains {len(remaining)} extra type constraints.")
        return self

    @classmethod
    def of_arguments(
        cls, function: Callable[..., Any], method: bool, args: Sequence[Any], kwargs: Any
    ) -> Signature:
        """The signature that given arguments have: tensors vary, other values are fixed.

        Raises
        ------
        TypeError
            If the function does not take such arguments.
        """
        self = cls(function, method)
        try:
            bound = self._parameters.bind(*args, **kwargs)
        except TypeError as error:
            raise self._mismatch(error, args, kwargs) from error
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            self._wanted[name] = _named(nest.map_structure(spec_of, value), name)
        return self

    def bind(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments for the function, as tensors that fit; fixed values may be left out.

        Raises
        ------
        TypeError
            If the arguments do not fit.
        """
        try:
            bound = self._parameters.bind_partial(*args, **kwargs)
            for name, wanted in self._wanted.items():
                if name in bound.arguments:
                    bound.arguments[name] = _fitting(bound.arguments[name], wanted)
                elif any(isinstance(leaf, TensorSpec) for leaf in nest.flatten(wanted)):
                    raise TypeError(f"missing a required argument: '{name}'")
                else:
                    bound.arguments[name] = wanted
        except (TypeError, ValueError) as error:
            raise self._mismatch(error, args, kwargs) from error
        ordered = {
            name: bound.arguments[name]
            for name in self._parameters.parameters
            if name in bound.arguments
        }
        complete = inspect.BoundArguments(self._parameters, ordered)
        return complete.args, complete.kwargs

    def bind_flat(self, tensors: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Like `bind`, for the tensors alone, one after the other."""
        remaining = list(tensors)
        arguments = {
            name: nest.map_structure(
                lambda leaf: remaining.pop(0) if isinstance(leaf, TensorSpec) else leaf, wanted
            )
            for name, wanted in self._wanted.items()
        }
        complete = inspect.BoundArguments(self._parameters, arguments)
        return self.bind(complete.args, complete.kwargs)

    def require_covers(self, other: Signature) -> None:
        """Raise TypeError unless whatever fits `other` also fits this."""
        for wanted, given in zip(self.inputs(), other.inputs(), strict=False):
            if not given.is_subtype_of(wanted):
                raise TypeError(f"Can not cast {given!r} to {wanted!r} of the input_signature.")
        if len(self.inputs()) != len(other.inputs()):
            raise TypeError(
                f"The input_signature has {len(self.inputs())} tensors, but {len(other.inputs())} "
                f"were given."
            )

    def structured(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and keyword arguments, specs in place of tensors."""
        arguments = inspect.BoundArguments(self._parameters, dict(self._wanted))
        return arguments.args, arguments.kwargs

    @property
    def leaves_sizes_open(self) -> bool:
        """Whether a spec has a size of None, or no shape at all."""
        return not all(spec.shape.is_fully_defined() for spec in self.inputs())

    def inputs(self) -> list[TensorSpec]:
        """The specs of the tensors, in order."""
        leaves = nest.flatten(list(self._wanted.values()))
        return [leaf for leaf in leaves if isinstance(leaf, TensorSpec)]

    def _mismatch(self, error: Exception, args: Any, kwargs: Any) -> TypeError:
        return TypeError(
            f"Binding inputs to tf.function failed due to `{error}`. Received args: {tuple(args)} "
            f"and kwargs: {dict(kwargs)} for signature: {self}."
        )

    def __str__(self) -> str:
        if not self._wanted:
            return str(self._parameters)
        return f"({', '.join(f'{name}: {wanted!r}' for name, wanted in self._wanted.items())})"


def spec_of(value: Any) -> Any:
    """The spec of a tensor or array; other values stand for themselves."""
    if isinstance(value, ArrayLike):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, (np.ndarray, np.generic)):
        return TensorSpec(value.shape, value.dtype)
    return value


def _named(wanted: Any, name: str) -> Any:
    """A spec without a name gets that of its argument."""
    if isinstance(wanted, TensorSpec):
        return TensorSpec.from_spec(wanted, wanted.name or name)
    return wanted


def _fitting(value: Any, wanted: Any) -> Any:
    """A structure of values as tensors that fit a structure of specs and fixed values."""
    if not nest.is_nested(wanted):
        return _fitting_leaf(value, wanted)
    nest.assert_same_structure(wanted, value, check_types=False)
    leaves = zip(nest.flatten(value), nest.flatten(wanted), strict=True)
    return nest.pack_sequence_as(value, [_fitting_leaf(v, w) for v, w in leaves])


def _fitting_leaf(value: Any, wanted: Any) -> Any:
    if not isinstance(wanted, TensorSpec):
        if value is wanted or value == wanted:
            return wanted
        raise TypeError(f"Can not cast {value!r} to Literal[{wanted!r}]")
    x = as_tensor(value, wanted.dtype.numpy_dtype)
    if not wanted.is_compatible_with(x):
        given, unnamed = TensorSpec.from_tensor(x), TensorSpec(wanted.shape, wanted.dtype)
        raise TypeError(f"Can not cast {given!r} to {unnamed!r}")
    return x
