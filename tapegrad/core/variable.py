"""Variable: a named, mutable holder of an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.context import (
    MarkedRecorders,
    active_recorders,
    active_tracer,
    only_recorders,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.convert import as_array, as_tensor, operand
from tapegrad.core.dtypes import as_dtype, numpy_dtype
from tapegrad.core.indexing import parse_index
from tapegrad.core.names import scoped
from tapegrad.core.rows import gather_points
from tapegrad.core.scatter_writes import ScatterWrites
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, next_id, numpy_repr
from tapegrad.errors import InvalidArgumentError


class Variable(ScatterWrites):
    """A value that a program changes, such as a parameter of a model.

    Reading it, by using it in any operation, gives the value that it has now; a tape keeps the
    value that was read, so later assignments do not change gradients.

    Parameters
    ----------
    initial_value
        Its first value, or a function that makes it. Copied.
    trainable
        Whether tapes follow it without being told to.
    validate_shape, caching_device, variable_def, import_scope, synchronization, aggregation
        Accepted for compatibility, without effect.
    name
        Its name; ``Variable`` by default, with ``:0`` appended.
    dtype
        Its type; by default that of `initial_value`, with Python floats as float32.
    constraint
        A function that projects the value; optimizers apply it after each update.
    shape
        The shape that assigned values must have; dimensions may be None.

    Examples
    --------
    >>> import tapegrad as tf
    >>> v = tf.Variable([1.0, 2.0], name="v")
    >>> with tf.GradientTape() as tape:
    ...     y = tf.reduce_sum(v * v)
    >>> tape.gradient(y, v).numpy().tolist()
    [2.0, 4.0]
    """

    __slots__ = ("__weakref__", "_constraint", "_id", "_name", "_shape", "_trainable", "_value")

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: object = None,
        name: str | None = None,
        variable_def: object = None,
        dtype: Any = None,
        import_scope: object = None,
        constraint: Callable[[Any], Any] | None = None,
        synchronization: object = None,
        aggregation: object = None,
        shape: Any = None,
    ) -> None:
        if initial_value is None:
            raise ValueError(
                "The `initial_value` arg to `tf.Variable` must be specified, "
                "as in tf.Variable(0.0) or tf.Variable(tf.zeros([3]))."
            )
        if constraint is not None and not callable(constraint):
            raise ValueError("Argument `constraint` must be None or a callable.")
        if callable(initial_value) and not isinstance(initial_value, ArrayLike):
            initial_value = initial_value()
        wanted = None if dtype is None else numpy_dtype(dtype)
        if not isinstance(initial_value, np.ndarray) or wanted is None:
            value = as_tensor(initial_value, wanted)._value
        else:
            value = as_array(initial_value, wanted, truncate=True)
        if wanted is not None and value.dtype != wanted:
            raise ValueError(
                f"Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype "
                f"{value.dtype.name}: use tf.cast before making the variable."
            )
        declared = TensorShape(value.shape if shape is None else shape)
        if not declared.is_compatible_with(value.shape):
            raise ValueError(
                f"The initial value's shape {value.shape} is not compatible with the explicitly "
                f"supplied `shape` argument {declared}."
            )
        self._value = value
        self._id = next_id()
        self._name = scoped("Variable" if name is None else str(name)) + ":0"
        self._trainable = True if trainable is None else bool(trainable)
        self._constraint = constraint
        self._shape = declared

    # What it is

    @property
    def name(self) -> str:
        """The name, ``'Variable:0'`` by default; names need not be unique."""
        return self._name

    @property
    def trainable(self) -> bool:
        """Whether tapes follow it on their own; fixed at creation."""
        return self._trainable

    @property
    def constraint(self) -> Callable[[Any], Any] | None:
        """The projection that optimizers apply, or None."""
        return self._constraint

    @property
    def shape(self) -> TensorShape:
        """The shape that values must have."""
        return self._shape

    @property
    def synchronization(self) -> str:
        """Kept for compatibility: there are no replicas."""
        return "VariableSynchronization.AUTO"

    @property
    def aggregation(self) -> str:
        """Kept for compatibility: there are no replicas."""
        return "VariableAggregation.NONE"

    @property
    def initial_value(self) -> Any:
        """Not kept: RuntimeError, as in TensorFlow's eager mode."""
        raise RuntimeError("This property is not supported when eager execution is enabled.")

    @property
    def initializer(self) -> None:
        """None: variables have their value at once, and nothing is left to be run."""
        return None

    def eval(self, session: object = None) -> Any:
        """Not supported: variables have their value at once (``numpy()``)."""
        raise RuntimeError("This operation is not supported when eager execution is enabled.")

    def is_initialized(self, name: str | None = None) -> bool:
        """Always true."""
        return True

    def set_shape(self, shape: Any) -> None:
        """Narrow the declared shape; ValueError if it contradicts the present one."""
        merged = self._shape.merge_with(shape)
        merged.assert_is_compatible_with(self._value.shape)
        self._shape = merged

    # Reading

    def _touch(self) -> None:
        recorders = active_recorders()
        if recorders:
            if self._trainable:
                for recorder in recorders:
                    if self._id not in recorder.variables and recorder.watch_accessed:
                        recorder.watch_variable(self)
            if recorders.__class__ is MarkedRecorders and recorders.tracer is not None:
                recorders.tracer.meet(self)

    def value(self) -> Tensor:
        """The value now, as a Tensor that later assignments do not change."""
        return as_tensor(self)

    def read_value(self) -> Tensor:
        """The same as `value`."""
        return as_tensor(self)

    def sparse_read(self, indices: Any, name: str | None = None) -> Tensor:
        """Rows of the value: ``tf.gather(v, indices)``; the gradient is an IndexedSlices."""
        rows: Tensor = recording.gather_rows(operand(self), operand(indices, np.dtype(np.int32)))
        return rows

    def gather_nd(self, indices: Any, name: str | None = None) -> Tensor:
        """Elements or slices of the value at index vectors: ``tf.gather_nd(v, indices)``."""
        return gather_points(operand(self), operand(indices, np.dtype(np.int32)))  # type: ignore[no-any-return]

    # Writing

    def assign(
        self,
        value: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable | None:
        """Replace the value.

        Parameters
        ----------
        value
            Of the variable's shape and dtype (Python and NumPy values are converted).
        use_locking, name
            Without effect.
        read_value
            Whether to return the variable (for chaining) or None.

        Raises
        ------
        ValueError
            If the shape or a tensor's dtype does not match.
        """
        if active_recorders().__class__ is MarkedRecorders:
            value = operand(value, self._value.dtype)
        new = self._converted(value)
        if not self._shape.is_compatible_with(new.shape):
            raise ValueError(
                f"Cannot assign value to variable '{self._name}': Shape mismatch. The variable "
                f"shape {self._shape}, and the assigned value shape {TensorShape(new.shape)} are "
                f"incompatible. Values are not broadcast: tf.broadcast_to(value, v.shape) does it."
            )
        return self._replace(new, read_value, value)

    def assign_add(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable | None:
        """Add `delta`, of the same shape, to the value."""
        return self._update(np.add, delta, read_value)

    def assign_sub(
        self,
        delta: Any,
        use_locking: bool = False,
        name: str | None = None,
        read_value: bool = True,
    ) -> Variable | None:
        """Subtract `delta`, of the same shape, from the value."""
        return self._update(np.subtract, delta, read_value)

    def _converted(self, value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return as_array(value, self._value.dtype)
        return self._fitting(value)._value

    def _fitting(self, value: Any) -> Any:
        """A value to assign as an operand of this dtype."""
        x = operand(value, self._value.dtype)
        if x._value.dtype != self._value.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {self.dtype.name} for Tensor with dtype "
                f"{x.dtype.name}: cast it before assigning to '{self._name}', "
                f"tf.cast(value, tf.{self.dtype.name})."
            )
        return x

    def _update(self, function: Any, delta: Any, read_value: bool) -> Variable | None:
        value = self._value
        if value.dtype.kind in "bO":
            raise InvalidArgumentError(
                f"A variable of dtype {self.dtype.name} cannot be added to: use v.assign(value)."
            )
        tracer = None
        recorders = active_recorders()
        if recorders.__class__ is MarkedRecorders:
            tracer = active_tracer()
            delta = operand(delta, self._value.dtype)
        if delta.__class__ is Tensor and delta._value.dtype is value.dtype:
            array = delta._value
        else:
            array = self._converted(delta)
        if array.shape != value.shape:
            raise InvalidArgumentError(
                f"Cannot update variable with shape {list(self._value.shape)} using a Tensor with "
                f"shape {list(array.shape)}, shapes must be equal. Broadcast it first, "
                f"tf.broadcast_to(delta, v.shape)."
            )
        if tracer is not None:
            with only_recorders(()):
                source = getattr(recording, function.__name__)(self, delta)
            return self._replace(source._value, read_value, source, delta)
        token = silence_float_errors()
        try:
            new = function(value, array)
        finally:
            restore_float_errors(token)
        if not recorders:
            self._value = new
            return self if read_value else None
        return self._replace(new, read_value, None, delta)

    def _replace(
        self, new: Any, read_value: bool = True, source: Any = None, origin: Any = None
    ) -> Variable | None:
        """Take over a new array; whoever read the old one keeps it.

        A tracer has to know the tensor that the array is of, `source`; tapes remember what it was
        made of, `origin` or the same.
        """
        self._value = new
        recorders = active_recorders()
        if recorders:
            value = getattr(source if origin is None else origin, "_id", 0)
            for recorder in recorders:
                recorder.overwrite(self._id, value)
            if recorders.__class__ is MarkedRecorders and recorders.tracer is not None:
                recorders.tracer.assigned(self, source)
            if read_value:
                self._touch()
        return self if read_value else None

    # Python protocols

    def __getitem__(self, key: Any) -> Tensor:
        t = Tensor.__getitem__(self, key)
        piece = object.__new__(VariableSlice)
        piece._value, piece._id = t._value, t._id
        piece._variable, piece._key, piece._tensor = self, key, t
        return piece

    def __repr__(self) -> str:
        return (
            f"<tf.Variable '{self._name}' shape={self._shape} dtype={self.dtype.name}, "
            f"numpy={numpy_repr(self._value)}>"
        )

    __str__ = __repr__

    def __copy__(self) -> Variable:
        return self  # as in TensorFlow, a shallow copy shares the value

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        copied = self._rebuild(self._value)
        memo[id(self)] = copied
        return copied

    def _rebuild(self, value: Any) -> Variable:
        return _restore(value, self._name, self._trainable, self._constraint, self._shape)

    def __reduce__(self) -> Any:
        value = self._read("pickle")
        return _restore, (value, self._name, self._trainable, self._constraint, self._shape)


def _no_in_place(name: str, symbol: str, fix: str) -> Callable[[Variable, Any], Any]:
    def refuse(self: Variable, other: Any) -> Any:
        raise RuntimeError(
            f"`variable {symbol} value` with `tf.Variable`s is not supported. Use {fix} to modify "
            f"the variable, or `out = variable {symbol[0]} value` to get a new Tensor."
        )

    refuse.__name__ = name
    return refuse


for _name, _symbol, _fix in (
    ("__iadd__", "+=", "`variable.assign_add(value)`"),
    ("__isub__", "-=", "`variable.assign_sub(value)`"),
    ("__imul__", "*=", "`variable.assign(variable * value)`"),
    ("__itruediv__", "/=", "`variable.assign(variable / value)`"),
    ("__ipow__", "**=", "`variable.assign(variable ** value)`"),
):
    setattr(Variable, _name, _no_in_place(_name, _symbol, _fix))


class VariableSlice(Tensor):
    """What ``v[key]`` gives: a Tensor that can also write back, ``v[key].assign(value)``."""

    # `_tensor` keeps alive the tensor whose identity this has: tangents live as long as it does.
    __slots__ = ("_key", "_tensor", "_variable")
    _key: Any
    _tensor: Tensor
    _variable: Variable

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None) -> Variable:
        """Replace this part of the variable; smaller values fill it.

        Raises
        ------
        InvalidArgumentError
            If `value` does not broadcast to the shape of the slice.
        """
        variable = self._variable
        index = parse_index(self._key, variable._value.shape)

        def write(new: Any, array: Any) -> None:
            try:
                new[index] = np.broadcast_to(array, self._value.shape)
            except ValueError:
                raise InvalidArgumentError(
                    f"Cannot assign a value of shape {array.shape} to a slice of shape "
                    f"{self._value.shape} of '{variable._name}': it is not broadcast to that."
                ) from None

        return variable._write(write, variable._fitting(value))


def _restore(
    value: Any, name: str, trainable: bool, constraint: Any, shape: TensorShape
) -> Variable:
    v = object.__new__(Variable)
    v._value = value
    v._id = next_id()
    v._name, v._trainable, v._constraint, v._shape = name, trainable, constraint, shape
    return v
