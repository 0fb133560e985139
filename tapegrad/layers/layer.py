"""Layer: a module whose weights are made when it meets its first input."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, ClassVar, Self

import numpy as np

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.module import Module
from tapegrad.core.names import name_scope, numbered, snake_case
from tapegrad.core.restoring import restore_parts
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.core.variable import Variable
from tapegrad.layers.building import building, has_tensors, layer_dtype
from tapegrad.layers.constraints import CONSTRAINTS
from tapegrad.layers.identifiers import INITIALIZERS
from tapegrad.layers.input_spec import require_compatible
from tapegrad.layers.regularizers import REGULARIZERS
from tapegrad.layers.symbolic import (
    KerasTensor,
    Node,
    SymbolicEnds,
    is_symbolic,
    symbolic_call,
    symbolic_inputs,
)
from tapegrad.layers.weights import Weight
from tapegrad.ops.cast import cast

#: What `training` is in the call of a layer, which calls of inner layers take over; else empty.
_calls: ContextVar[tuple[Any, ...]] = ContextVar("tapegrad_layer_calls", default=())


class Layer(Module, SymbolicEnds):
    """A function with weights, which are made when it is first called.

    A subclass makes its weights in `build`, with `add_weight`, and computes in `call`. Variables
    and layers among its attributes are its own, also in lists, tuples and dicts.

    Parameters
    ----------
    activity_regularizer
        A function of the output; what it gives, divided by the size of the batch, is one of
        `losses`.
    trainable
        Whether the weights are trainable.
    dtype
        The dtype of weights and results; float32 by default.
    autocast
        Whether floating point inputs are cast to `dtype`.
    name
        By default the class name in snake case, numbered.
    kwargs
        ``input_shape`` or ``input_dim``: the shape of inputs without the batch, for the first layer
        of a `Sequential`.

    Raises
    ------
    ValueError
        For other arguments.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Scale(tf.keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=input_shape[-1:], initializer="ones")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> layer = Scale()
    >>> layer(tf.constant([[1.0, 2.0]])).numpy().tolist(), len(layer.trainable_variables)
    ([[1.0, 2.0]], 1)
    """

    _training_place: ClassVar[int | None] = None  # among the arguments of `call`
    _training_default: ClassVar[Any] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in vars(cls):
            parameters = dict(inspect.signature(cls.call).parameters)
            training = parameters.get("training")
            place = None if training is None else list(parameters).index("training") - 1
            cls._training_place = place
            if training is not None and training.default is not training.empty:
                cls._training_default = training.default
        if "build" in vars(cls):
            cls.build = building(cls.build)  # type: ignore[method-assign]

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        size = kwargs.pop("input_dim", None)
        hint = kwargs.pop("input_shape", None if size is None else (size,))
        self._input_hint = None if hint is None else tuple(hint)
        if kwargs:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {kwargs}"
            )
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ValueError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: "
                f"name={name}"
            )
        self._name = numbered(snake_case(type(self).__name__)) if name is None else name
        self._dtype = layer_dtype(dtype)
        self._trainable = bool(trainable)
        self.autocast = autocast
        self.activity_regularizer = REGULARIZERS.get(activity_regularizer)
        self.built = False
        self.input_spec: Any = None
        self._own: list[Weight] = []
        self._losses: list[Any] = []
        self.nodes: list[Node] = []  # calls on symbolic tensors

    # Weights

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: Any = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Weight:
        """Make a variable that belongs to this layer.

        Parameters
        ----------
        args
            The name, or shape and name, as earlier Keras took them.
        shape
            Its shape; ``()`` by default.
        initializer
            A name, an initializer, or a function of shape and dtype; by default Glorot's uniform
            one, or zeros for integers.
        dtype
            By default that of the layer.
        trainable
            Whether it is trainable.
        regularizer, constraint
            Functions of its value: a loss, and a projection that optimizers apply.
        name
            Its name, ``"variable"`` by default.
        autocast, aggregation, overwrite_with_gradient
            Without effect.
        """
        for arg in args:
            if isinstance(arg, str):
                name = arg
            else:
                shape = arg
        to = self._dtype if dtype is None else as_dtype(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if to.is_floating else "zeros"
        sizes = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        if any(n is None for n in sizes):
            raise ValueError(
                f"Layer {self._name!r} cannot make a weight of shape {sizes}: all sizes must be "
                f"known."
            )
        make = INITIALIZERS.get(initializer)
        weight = Weight(
            as_tensor(make(sizes, dtype=to), to.numpy_dtype),
            trainable,
            name or "variable",
            constraint=CONSTRAINTS.get(constraint),
            regularizer=REGULARIZERS.get(regularizer),
        )
        weight._follow(self._trainable)
        self._own.append(weight)
        restore_parts(self)
        return weight

    def _parts(self) -> Iterator[Variable | Module]:
        """Variables and modules among the attributes, each once, in the order they were set."""
        seen: set[int] = set()
        waiting = list(vars(self).values())[::-1]
        while waiting:
            part = waiting.pop()
            if isinstance(part, (list, tuple)):
                waiting.extend(reversed(part))
            elif isinstance(part, Mapping):
                waiting.extend(reversed(list(part.values())))
            elif isinstance(part, (Variable, Module)) and id(part) not in seen:
                seen.add(id(part))
                yield part

    def _checkpoint_children(self) -> dict[str, Any]:
        """What a `tf.train.Checkpoint` saves: attributes, then weights that are none."""
        return {key: value for key, value in vars(self).items() if key != "_own"} | {
            "_own": self._own
        }

    def _sublayers(self) -> list[Layer]:
        return [part for part in self._parts() if isinstance(part, Layer)]

    @property
    def variables(self) -> list[Variable]:  # type: ignore[override]
        """All variables: this layer's trainable ones, its others, then those of inner layers."""
        parts = list(self._parts())
        own = [part for part in parts if isinstance(part, Variable)]
        found = [v for v in own if v._trainable] + [v for v in own if not v._trainable]
        for part in parts:
            if isinstance(part, Module):
                found += part.variables
        return list({id(v): v for v in found}.values())

    @property
    def trainable_variables(self) -> list[Variable]:  # type: ignore[override]
        """Those that are trainable."""
        return [v for v in self.variables if v.trainable] if self._trainable else []

    @property
    def non_trainable_variables(self) -> list[Variable]:  # type: ignore[override]
        """Those that are not trainable."""
        return [v for v in self.variables if not (self._trainable and v.trainable)]

    @property
    def weights(self) -> list[Variable]:
        """The same as `variables`."""
        return self.variables

    @property
    def trainable_weights(self) -> list[Variable]:
        """The same as `trainable_variables`."""
        return self.trainable_variables

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The same as `non_trainable_variables`."""
        return self.non_trainable_variables

    @property
    def trainable(self) -> bool:
        """Whether the weights are trainable; setting it sets inner layers too."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)
        for part in self._parts():
            if isinstance(part, Weight):
                part._follow(self._trainable)
            elif isinstance(part, Layer):
                part.trainable = self._trainable

    def count_params(self) -> int:
        """The number of numbers in all variables.

        Raises
        ------
        ValueError
            If the layer is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"You tried to call `count_params` on layer '{self._name}', but the layer isn't "
                f"built. Call it with an input, or `layer.build(input_shape)`."
            )
        return sum(int(v._value.size) for v in self.variables)

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Copies of all variables, as NumPy arrays."""
        return [np.asarray(v.numpy()) for v in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign all variables, in the order of `get_weights`.

        Raises
        ------
        ValueError
            If the number or a shape does not fit; nothing has changed then.
        """
        variables = self.variables
        if len(weights) != len(variables):
            raise ValueError(
                f"You called `set_weights(weights)` on layer '{self._name}' with a weight list of "
                f"length {len(weights)}, but the layer was expecting {len(variables)} weights."
            )
        for v, w in zip(variables, weights, strict=True):
            if tuple(v.shape) != np.shape(w):
                raise ValueError(
                    f"Layer {self._name} weight shape {tuple(v.shape)} is not compatible with "
                    f"provided weight shape {np.shape(w)}."
                )
        for v, w in zip(variables, weights, strict=True):
            v.assign(np.asarray(w, v._value.dtype))

    # Losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar tensor (or a list of them) to `losses`; from inside of `call`."""
        self._losses += nest.flatten(loss)

    @property
    def losses(self) -> list[Any]:
        """The losses that the last call added, and those of the regularizers."""
        own = list(self._losses)
        if self._trainable:
            own += [
                v.regularizer(v)
                for v in self._parts()
                if isinstance(v, Weight) and v.regularizer is not None and v.trainable
            ]
        return own + [loss for layer in self._sublayers() for loss in layer.losses]

    def _clear_losses(self) -> None:
        self._losses.clear()
        for layer in self._sublayers():
            layer._clear_losses()

    # Calling

    def build(self, input_shape: Any) -> None:
        """Make the weights for inputs of a shape; the first call does this by itself.

        Parameters
        ----------
        input_shape
            A tuple; a structure of tuples for a structure of inputs.
        """
        self.built = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shapes of the outputs for inputs of a shape, in which sizes may be None."""
        outputs = self(symbolic_inputs(input_shape, self._dtype))
        self.nodes.pop()
        return nest.map_structure(lambda x: x.shape, outputs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; a subclass says how."""
        raise NotImplementedError(
            f"Layer {type(self).__name__} does not have a `call()` method implemented."
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build if necessary, and `call`.

        Raises
        ------
        ValueError
            If an argument is no tensor or array, or does not fit the layer.
        """
        if "_own" not in vars(self):
            raise RuntimeError(
                f"In layer {type(self).__name__!r}, you forgot to call `super().__init__()` as "
                f"the first statement in the `__init__()` method."
            )
        if KerasTensor.exists and is_symbolic(args, kwargs):
            return symbolic_call(self, args, kwargs)
        args = tuple([self._input(a) for a in args])
        kwargs = {key: self._converted(value) for key, value in kwargs.items()}
        first = args[0] if args else next(iter(kwargs.values()), None)
        require_compatible(self.input_spec, first, self._name)
        training = self._resolved_training(args, kwargs)
        if not _calls.get():
            self._clear_losses()
        token = _calls.set((training,))
        try:
            if not self.built:
                self._build_for(args, kwargs)
            with name_scope(self._name):
                outputs = self.call(*args, **kwargs)
        finally:
            _calls.reset(token)
        if self.activity_regularizer is not None:
            for output in nest.flatten(outputs):
                loss = self.activity_regularizer(output)
                self.add_loss(loss / float(max(output.shape[0], 1)) if len(output.shape) else loss)
        return outputs

    def _resolved_training(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What `training` is: the argument, that of the call around it, or the default."""
        around = _calls.get()
        outer = around[0] if around else None
        if self._training_place is None:
            given = kwargs.pop("training", None)
            return outer if given is None else given
        if self._training_place < len(args):
            return args[self._training_place]
        given = kwargs.get("training")
        if given is None:
            given = self._training_default if outer is None else outer
        kwargs["training"] = given
        return given

    def _build_for(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        inputs = [a for a in args if has_tensors(a)] or [
            a for a in kwargs.values() if has_tensors(a)
        ]
        shapes = [nest.map_structure(lambda x: tuple(x.shape), a) for a in inputs]
        self.build(*shapes[: self._shapes_wanted()])
        self.built = True

    def _shapes_wanted(self) -> int:
        return len(inspect.signature(self.build).parameters)

    def _input(self, value: Any) -> Any:
        if value.__class__ is Tensor and value._value.dtype == self._dtype.numpy_dtype:
            return value
        value = self._converted(value)
        for leaf in nest.flatten(value):
            if leaf is not None and not isinstance(leaf, ArrayLike):
                raise ValueError(
                    f"Only input tensors may be passed as positional arguments. The following "
                    f"argument value should be passed as a keyword argument: {leaf} (of type "
                    f"{type(leaf)}). Lists of numbers become tensors with tf.constant(x)."
                )
        return value

    def _converted(self, value: Any) -> Any:
        """Arrays as tensors, and floating point tensors in the layer's dtype."""
        if isinstance(value, (np.ndarray, np.generic)):
            value = as_tensor(value)
        if isinstance(value, ArrayLike):
            floating = value.dtype.is_floating and self.autocast
            return cast(value, self._dtype) if floating and value.dtype != self._dtype else value
        return nest.map_structure(self._converted, value) if nest.is_nested(value) else value

    # What it is

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    @property
    def dtype(self) -> DType:
        """The dtype of the weights."""
        return self._dtype

    @property
    def compute_dtype(self) -> DType:
        """The dtype of the results: that of the weights."""
        return self._dtype

    @property
    def variable_dtype(self) -> DType:
        """The dtype of the weights."""
        return self._dtype

    def get_config(self) -> dict[str, Any]:
        """The arguments that make a layer like this one; its weights are in `get_weights`."""
        policy = {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": {"name": self._dtype.name},
            "registered_name": None,
        }
        return {"name": self._name, "trainable": self._trainable, "dtype": policy}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The layer that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        """
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name}, built={self.built}>"
