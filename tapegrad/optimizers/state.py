"""What an optimizer keeps: its learning rate, its variables, and how they are saved."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from tapegrad.core.context import only_recorders
from tapegrad.core.convert import as_array
from tapegrad.core.dtypes import numpy_dtype
from tapegrad.core.names import name_scope, numbered, scoped, snake_case
from tapegrad.core.restoring import restore_parts
from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor import ArrayLike, next_id, wrap
from tapegrad.core.variable import Variable
from tapegrad.optimizers.schedules import LearningRateSchedule, deserialize, serialize


class StateVariable(Variable):
    """A Variable over an array that its optimizer updates in place.

    Every read copies, so that a tensor made from it never changes.

    Attributes
    ----------
    array
        The optimizer's own array; for shape ``()`` of shape ``(1,)``.
    """

    __slots__ = ("array",)

    def __init__(self, value: Any, name: str) -> None:
        self.array = np.array(value, ndmin=1)
        self._id = next_id()
        self._name = name
        self._trainable = False
        self._constraint = None
        self._shape = TensorShape(np.shape(value))

    @property
    def _value(self) -> Any:
        return self.array.copy() if len(self._shape) else self.array[0]

    @_value.setter
    def _value(self, value: Any) -> None:
        self.array[...] = value

    def _rebuild(self, value: Any) -> Variable:
        return StateVariable(value, self._name)

    def __reduce__(self) -> Any:
        return StateVariable, (self._value, self._name)


class OptimizerState:
    """The part of an optimizer that is kept between steps, and saved."""

    #: Names of the arguments that are attributes of the same names, for `get_config`.
    _arguments: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        learning_rate: Any,
        use_ema: bool,
        gradient_accumulation_steps: int | None,
        name: str | None,
    ) -> None:
        self.name = numbered(snake_case(type(self).__name__)) if name is None else name
        self.use_ema = use_ema
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._state: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._index: dict[int, int] = {}
        self._averages: list[StateVariable] = []
        self._sums: list[StateVariable] = []
        with name_scope(self.name):
            self._iterations = Variable(np.int64(0), trainable=False, name="iteration")
            self._learning_rate = _as_rate(learning_rate)

    # Learning rate

    @property
    def learning_rate(self) -> Any:
        """The present learning rate: a float32 Variable, or what the schedule gives now.

        Assign a number to change it, or a schedule to install that.
        """
        rate = self._learning_rate
        if isinstance(rate, Variable):
            return rate
        with only_recorders(()):
            return rate(self._iterations) if isinstance(rate, LearningRateSchedule) else rate()

    @learning_rate.setter
    def learning_rate(self, rate: Any) -> None:
        with name_scope(self.name):
            new = _as_rate(rate)
        old = self._learning_rate
        if isinstance(old, LearningRateSchedule) and isinstance(new, Variable):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule` object as its "
                "`learning_rate` constructor argument, hence its learning rate is not settable. "
                "If you need the learning rate to be settable, instantiate the optimizer with a "
                "float `learning_rate` argument."
            )
        if isinstance(old, Variable) and isinstance(new, Variable):
            old.assign(new._value)
        else:
            self._learning_rate = new

    def _rate(self) -> float:
        rate = self._learning_rate
        return float(rate._value if rate.__class__ is Variable else as_array(self.learning_rate))

    # Variables

    @property
    def iterations(self) -> Any:
        """The number of steps so far, an int64 Variable.

        With `gradient_accumulation_steps` it is the number of updates, a Tensor.
        """
        if self.gradient_accumulation_steps:
            return wrap(self._iterations._value // self.gradient_accumulation_steps)
        return self._iterations

    @property
    def variables(self) -> list[Variable]:
        """The optimizer's own variables: iterations, learning rate, and what it remembers."""
        rate = [self._learning_rate] if isinstance(self._learning_rate, Variable) else []
        return [self._iterations, *rate, *self._state]

    @property
    def built(self) -> bool:
        """Whether the optimizer has met variables."""
        return bool(self._trainable_variables)

    def build(self, variables: Iterable[Variable]) -> None:
        """Make what the optimizer remembers about each of these variables.

        The first step does this by itself, and later steps do it for variables that are new.
        Subclasses extend it: ``super().build(variables)``, then `add_variable_from_reference`.
        """
        new = [v for v in variables if v._id not in self._index]
        for v in new:
            self._index[v._id] = len(self._index)
        self._trainable_variables += new
        if self.use_ema:
            self._averages += [self.add_variable_from_reference(v, "average") for v in new]
        if self.gradient_accumulation_steps:
            self._sums += [self.add_variable_from_reference(v, "gradient_accumulator") for v in new]

    def add_variable(
        self, shape: Any, initializer: Any = "zeros", dtype: Any = None, name: str | None = None
    ) -> StateVariable:
        """Make a variable that belongs to the optimizer's state.

        Parameters
        ----------
        shape
            Its shape.
        initializer
            ``"zeros"``, ``"ones"``, or a number that fills it.
        dtype
            Its type, float32 by default.
        name
            Its name, which gets the optimizer's name as prefix.
        """
        fill = {"zeros": 0, "ones": 1}.get(initializer, initializer)
        value = np.full(tuple(shape), fill, np.float32 if dtype is None else numpy_dtype(dtype))
        with name_scope(self.name):
            variable = StateVariable(value, scoped(name or "variable") + ":0")
        self._state.append(variable)
        restore_parts(self)
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> StateVariable:
        """Make a state variable of a variable's shape and dtype; see `add_variable`."""
        stem = re.sub("[/:]", "_", reference_variable.name)
        value = reference_variable._value
        return self.add_variable(value.shape, initializer, value.dtype, f"{stem}_{name or 'var'}")

    def assign(self, variable: Variable, value: Any) -> None:
        """Set a variable, for use in `update_step`."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add to a variable, for use in `update_step`."""
        variable.assign_add(value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract from a variable, for use in `update_step`."""
        variable.assign_sub(value)

    def _get_variable_index(self, variable: Variable) -> int:
        """Where a variable stands among those that the optimizer was built with."""
        return self._index[variable._id]

    # Saving

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an optimizer like this one; its state is in `variables`."""
        rate = self._learning_rate
        if isinstance(rate, Variable):
            rate = float(rate._value)
        elif isinstance(rate, LearningRateSchedule):
            rate = serialize(rate)
        config = {"name": self.name, "learning_rate": rate}
        return config | {key: getattr(self, key) for key in self._arguments}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, type] | None = None
    ) -> Self:
        """The optimizer that `get_config` described.

        Parameters
        ----------
        config
            What `get_config` returned.
        custom_objects
            Your own schedule classes, by name.
        """
        config = dict(config)
        rate = config.get("learning_rate")
        if isinstance(rate, Mapping):
            config["learning_rate"] = deserialize(rate, custom_objects)
        return cls(**config)

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Assign all of `variables`.

        Raises
        ------
        ValueError
            If the optimizer has not met its variables yet, or the number does not fit.
        """
        if not self.built:
            raise ValueError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. Call "
                "`optimizer.build(trainable_variables)` first."
            )
        if len(weights) != len(self.variables):
            raise ValueError(
                f"The optimizer has {len(self.variables)} variables, but {len(weights)} weights "
                f"were given."
            )
        for v, weight in zip(self.variables, weights, strict=True):
            v.assign(weight)

    def save_own_variables(self, store: dict[str, Any]) -> None:
        """Write the values of `variables` into a mapping, as ``"0"``, ``"1"``..."""
        store.update((str(i), v.numpy()) for i, v in enumerate(self.variables))

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Read what `save_own_variables` wrote."""
        self.set_weights([store[str(i)] for i in range(len(store))])

    def _checkpoint_children(self) -> dict[str, Any]:
        """What a `tf.train.Checkpoint` saves."""
        rate = self._learning_rate
        named = {"_iterations": self._iterations}
        named |= {"_learning_rate": rate} if isinstance(rate, Variable) else {}
        return {**named, "_variables": self.variables}

    def __getstate__(self) -> dict[str, Any]:
        # Identities of variables do not survive copying and pickling.
        return {key: value for key, value in self.__dict__.items() if key != "_index"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._index = {v._id: i for i, v in enumerate(self._trainable_variables)}


def _as_rate(rate: Any) -> Any:
    """A schedule or function as it is, a number as a Variable."""
    if callable(rate) and not isinstance(rate, ArrayLike):
        return rate
    try:
        number = float(rate)
    except (TypeError, ValueError):
        number = math.nan
    if math.isnan(number) or isinstance(rate, str):
        raise ValueError(
            f"Argument `learning_rate` should be float, or an instance of LearningRateSchedule, or "
            f"a callable (that takes no arguments and returns the learning rate). Received "
            f"instead: learning_rate={rate!r}"
        )
    return Variable(number, trainable=False, name="learning_rate", dtype=np.float32)
