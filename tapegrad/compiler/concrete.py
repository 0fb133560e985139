"""Functions with a part of their arguments fixed: methods, and functions for given specs."""

from __future__ import annotations

from typing import Any

from tapegrad.compiler.graph import Assign, Read
from tapegrad.compiler.signature import Signature, spec_of
from tapegrad.core import nest
from tapegrad.core.tensor_spec import TensorSpec

__all__ = ["ConcreteFunction"]

#: What TensorFlow's have beyond this.
_OF_GRAPHS = (
    "add_gradient_functions_to_graph",
    "add_to_graph",
    "captured_inputs",
    "function_def",
    "function_type",
    "graph",
    "inference_fn",
    "pretty_printed_signature",
)


class ConcreteFunction:
    """A `Function` for arguments of given shapes and dtypes; made by `get_concrete_function`.

    It is called with tensors that fit, in the structure of the original arguments or one after
    the other. Arguments that are not tensors keep the value that they had.
    """

    def __init__(
        self, function: Any, own: tuple[Any, ...], args: Any, kwargs: dict[str, Any]
    ) -> None:
        self._function = function
        self._own = own
        if function._signature is None:
            self._signature = Signature.of_arguments(
                function.python_function, bool(own), args, kwargs
            )
        else:
            self._signature = function._signature
            if args or kwargs:
                self._signature.require_covers(
                    Signature.of_arguments(function.python_function, bool(own), args, kwargs)
                )
        if self._signature.leaves_sizes_open:
            function._generalises = True
        self._outputs: list[Any] = []
        self._paths: Any = None

    @property
    def structured_input_signature(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and keyword arguments, specs in place of tensors."""
        return self._signature.structured()

    @property
    def inputs(self) -> list[TensorSpec]:
        """The specs of the tensors that go in, in order."""
        return self._signature.inputs()

    @property
    def structured_outputs(self) -> Any:
        """What came out of the last call, specs in place of tensors.

        Raises
        ------
        RuntimeError
            Before the first call: nothing is traced, so nothing is known.
        """
        if not self._outputs:
            raise RuntimeError(
                "The outputs of a concrete function are known after its first call: it is not "
                "traced."
            )
        return self._outputs[0]

    @property
    def outputs(self) -> list[TensorSpec]:
        """The specs of the tensors that come out, in order; see `structured_outputs`."""
        leaves = nest.flatten(self.structured_outputs)
        return [leaf for leaf in leaves if isinstance(leaf, TensorSpec)]

    @property
    def output_shapes(self) -> Any:
        """The shapes of `structured_outputs`, in their structure."""
        return nest.map_structure(lambda x: getattr(x, "shape", x), self.structured_outputs)

    @property
    def output_dtypes(self) -> Any:
        """The dtypes of `structured_outputs`, in their structure."""
        return nest.map_structure(lambda x: getattr(x, "dtype", x), self.structured_outputs)

    @property
    def variables(self) -> tuple[Any, ...]:
        """The Variables that the calls so far have read or assigned.

        Raises
        ------
        RuntimeError
            Before the first call, or if the function runs eagerly: nothing is written down then.
        """
        if self._paths is None or self._paths.refusal is not None:
            why = "it has not been called" if self._paths is None else self._paths.refusal
            raise RuntimeError(
                f"The Variables of {self.name} are known from a recording, and there is none: "
                f"{why}. A tf.Module lists its Variables in any case (`module.variables`)."
            )
        steps = [s for path in reversed(self._paths.paths) for s in path.recording.steps]
        used = [s.variable for s in steps if isinstance(s, Read | Assign)]
        return tuple({v._id: v for v in used}.values())

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those of `variables` that are trainable."""
        return tuple([v for v in self.variables if v.trainable])

    @property
    def name(self) -> str:
        """The name of the Python function."""
        return str(self._function.name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the Python function.

        Raises
        ------
        TypeError
            If the arguments do not fit.
        """
        flat = not kwargs and len(args) == len(self.inputs) and not any(map(nest.is_nested, args))
        given, kwargs = (
            self._signature.bind_flat(args) if flat else self._signature.bind(args, kwargs)
        )
        result = self._function._run(self._own, given, kwargs)
        if self._paths is None:
            self._paths = self._function.paths_of(self._own, given, kwargs)
        self._outputs = [nest.map_structure(spec_of, result)]
        return result

    def __getattr__(self, name: str) -> Any:
        if name in _OF_GRAPHS:
            raise AttributeError(
                f"A concrete function has no `{name}`: there is no graph of TensorFlow, but a "
                "record of operations. What became of it is said by `explain()` of the "
                "tf.function, and its code is shown by `source()`."
            )
        raise AttributeError(f"a concrete function has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<ConcreteFunction {self.name}{self._signature}>"


class BoundFunction:
    """A `Function` as a method of an object."""

    __slots__ = ("_function", "_instance")

    def __init__(self, function: Any, instance: Any) -> None:
        self._function = function
        self._instance = instance

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function.call_method(self._instance, args, kwargs)

    def get_concrete_function(self, *args: Any, **kwargs: Any) -> ConcreteFunction:
        """See `Function.get_concrete_function`."""
        made: ConcreteFunction = self._function.get_concrete_function(
            self._instance, *args, **kwargs
        )
        return made

    @property
    def __self__(self) -> Any:
        return self._instance

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"a bound tf.function has no attribute {name!r}")
        return getattr(self._function, name)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, BoundFunction)
            and self._function is other._function
            and self._instance is other._instance
        )

    def __hash__(self) -> int:
        return hash((id(self._function), id(self._instance)))

    def __repr__(self) -> str:
        return f"<bound {self._function!r} of {self._instance!r}>"
