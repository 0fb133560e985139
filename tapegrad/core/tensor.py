"""Tensor: an immutable array that tapes can follow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from tapegrad.core.context import active_recorders
from tapegrad.core.dtypes import DType, from_numpy
from tapegrad.core.exchange import CPU, exported
from tapegrad.core.foreign import numba_type
from tapegrad.core.leaks import DOORS, Manner, tell
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tape_tools import tool
from tapegrad.errors import InvalidArgumentError

#: A fresh identity. Tapes know values by these numbers, which are never used twice.
next_id = count(1).__next__


class Reference:
    """A hashable stand-in for a Tensor or Variable: two are equal if they name the same object."""

    __slots__ = ("_wrapped",)

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped

    def deref(self) -> Any:
        """The object itself."""
        return self._wrapped

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reference):
            return NotImplemented
        return self._wrapped is other._wrapped

    def __hash__(self) -> int:
        return id(self._wrapped)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._wrapped!r}>"


class ArrayLike:
    """What Tensor and Variable share: an array in `_value`, an identity in `_id`."""

    __slots__ = ()
    __array_priority__ = 100
    #: Above that of data frames: ``series * x`` is our business, and recorded.
    __pandas_priority__ = 5000

    def __hash__(self) -> int:
        raise TypeError(
            f"{type(self).__name__} is unhashable. Instead, use {type(self).__name__}.ref() as "
            f"the key."
        )

    if TYPE_CHECKING:
        _value: Any
        _id: int

        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __floordiv__(self, other: Any) -> Tensor: ...
        def __rfloordiv__(self, other: Any) -> Tensor: ...
        def __mod__(self, other: Any) -> Tensor: ...
        def __rmod__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __and__(self, other: Any) -> Tensor: ...
        def __rand__(self, other: Any) -> Tensor: ...
        def __or__(self, other: Any) -> Tensor: ...
        def __ror__(self, other: Any) -> Tensor: ...
        def __xor__(self, other: Any) -> Tensor: ...
        def __rxor__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __round__(self) -> Tensor: ...
        def __getitem__(self, key: Any) -> Tensor: ...

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        recorders = active_recorders()
        if recorders.__class__ is not tuple and recorders:
            tracer = recorders.tracer  # type: ignore[attr-defined]
            if tracer is not None:
                return tracer.shape_of(self)  # type: ignore[no-any-return]
        return TensorShape(self._value.shape)

    @property
    def dtype(self) -> DType:
        """The type of the elements."""
        return from_numpy(self._value.dtype)

    @property
    def device(self) -> str:
        """Where the data is: always this machine's memory."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def get_shape(self) -> TensorShape:
        """The same as `shape`."""
        return self.shape

    def ref(self) -> Reference:
        """A hashable reference to this object, for dictionaries and sets."""
        return Reference(self)

    def numpy(self) -> Any:
        """A copy of the value: a NumPy array, or a NumPy scalar for shape ``()``."""
        value = self._read("array")
        if value.__class__ is np.ndarray:
            return value[()] if value.ndim == 0 else value.copy()
        return value

    def _repr_html_(self) -> str:
        """How notebooks show it."""
        return str(tool("html", "of_value")(self))

    def _touch(self) -> None:
        """Tell the active tapes that this is read: only a Variable has something to say."""

    # How an object of another dialect, which holds a tensor, takes part in what the engine does.

    #: Whether operators with a tensor on the left are this object's business too.
    _takes_over = False

    #: What makes such an object of a tensor; None where tensors are what the dialect has.
    _face: Any = None

    def _operand(self) -> Any:
        """What operations work on."""
        self._touch()
        return self

    def _watched_by(self, tape: Any) -> None:
        """Let a tape follow this value."""
        tape.watch_variable(self)
        tape.follow(self)

    def _source_of(self, tape: Any) -> Any:
        """What a tape knows this value by, where it is a source of gradients."""
        return self

    def _in_dialect(self, derivative: Any) -> Any:
        """A derivative with respect to this value, as this dialect's kind of value."""
        return derivative

    #: What happens when a followed value leaves through one of `DOORS`.
    _manner = Manner(
        dialect="tf",
        default="later",
        recorded="Use the operations of tf on tensors: tf.sin(x), not np.sin(x.numpy()).",
        number="Use the operations of tf on tensors: tf.sin(x), not math.sin(x).",
        writable="Collect tensors in a list and tf.stack it, or use tf.tensor_scatter_nd_update.",
        writing="allow",
        own="Give other code a derivative with tf.custom_gradient.",
        data="tf.stop_gradient(x).numpy()",
    )

    #: What to write where a function that Numba compiled got a tensor.
    _kernel_advice = (
        "Give it the data, and a derivative:\n"
        "    @tf.custom_gradient\n"
        "    def f(x):\n"
        "        y = tf.constant({kernel}(x.numpy()))\n"
        "        return y, lambda dy: ...  # dy times the derivative of {kernel}\n"
        "or call {kernel}(x.numpy()) if no gradient is needed."
    )

    @property
    def _numba_type_(self) -> Any:
        """For Numba, which looks here: an error."""
        return numba_type(self)

    def _read(self, use: str = "data") -> Any:
        """The data, for a use outside of the tapes' sight, which a tracer has to know."""
        self._touch()
        recorders = active_recorders()
        if recorders:
            lost = False
            for recorder in recorders:
                lost |= recorder.leave(self._id, use)
            if lost and use in DOORS:
                tell(self, use)
            if recorders.__class__ is not tuple:
                tracer = recorders.tracer  # type: ignore[attr-defined]
                if tracer is not None:
                    tracer.read(self, use)
        return self._value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        value = np.asarray(self._read("array"))
        if dtype is not None and value.dtype != dtype:
            if copy is False:
                raise ValueError(f"Cannot view {value.dtype} data as {dtype} without a copy.")
            return value.astype(dtype)
        if copy:
            return value.copy()
        view = value.view()
        view.flags.writeable = False
        return view

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """The data through DLPack: shared, and not to be written to."""
        return exported(np.asarray(self._read("dlpack")), stream, max_version, dl_device, copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return CPU

    def __bool__(self) -> bool:
        value = self._read("bool")
        if value.size > 1:
            raise ValueError(
                "The truth value of an array with more than one element is ambiguous. "
                "Use tf.reduce_any(x) or tf.reduce_all(x)."
            )
        return bool(value.size) and bool(value.reshape(())[()])

    def _scalar(self, name: str) -> Any:
        value = self._read(name)
        if value.shape != ():
            raise TypeError(
                f"{name}() takes a tensor of shape (), but this one has shape {self.shape}: only "
                f"0-dimensional arrays can be converted to Python scalars. Pick an element, "
                f"x[0], or reduce it, tf.reduce_sum(x)."
            )
        return value[()]

    def __float__(self) -> float:
        return float(self._scalar("float"))

    def __int__(self) -> int:
        return int(self._scalar("int"))

    def __complex__(self) -> complex:
        return complex(self._scalar("complex"))

    def __iter__(self) -> Iterator[Tensor]:
        if self._value.shape == ():
            raise TypeError("Cannot iterate over a scalar tensor.")
        # One record for all rows: its cotangent is one stack, where indexing row by row would make
        # as many arrays of the whole size as there are rows.
        return iter(recording.unstack(self, axis=-self._value.ndim))


def _only_with_numpy_behaviour(name: str) -> str:
    fix = {
        "T": "tf.transpose(x)",
        "reshape": "tf.reshape(x, shape)",
        "astype": "tf.cast(x, dtype)",
        "sum": "tf.reduce_sum(x)",
        "mean": "tf.reduce_mean(x)",
        "size": "tf.size(x)",
        "item": "x.numpy().item()",
        "tolist": "x.numpy().tolist()",
        "ravel": "tf.reshape(x, [-1])",
        "transpose": "tf.transpose(x)",
        "clip": "tf.clip_by_value(x, low, high)",
        "data": "x.numpy()",
        "max": "tf.reduce_max(x)",
        "min": "tf.reduce_min(x)",
    }.get(name)
    return (
        f"Tensor object has no attribute {name!r}."
        + (f" In this dialect write {fix}." if fix else "")
        + " For NumPy's methods use the arrays of tapegrad.numpy (what TensorFlow's "
        "experimental_enable_numpy_behavior switches on)."
    )


class Tensor(ArrayLike):
    """An immutable array that tapes can follow.

    Made by `constant`, `convert_to_tensor` and every operation; never directly. Its array cannot
    be changed through any public door: creation and ``numpy()`` copy, ``numpy.asarray(t)`` gives a
    read-only view.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> x * x + 1
    <tf.Tensor: shape=(2,), dtype=float32, numpy=array([2., 5.], dtype=float32)>
    """

    __slots__ = ("__weakref__", "_id", "_value")

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise TypeError("Tensors are not made directly: use tf.constant or tf.convert_to_tensor.")

    def _watched_by(self, tape: Any) -> None:
        tape.follow(self)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return int(self._value.ndim)

    @property
    def backing_device(self) -> str:
        """The same as `device`."""
        return self.device

    @property
    def name(self) -> str:
        """Eager tensors have no name: AttributeError, as in TensorFlow."""
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    def consumers(self) -> Any:
        """Eager tensors do not know who uses them: NotImplementedError, as in TensorFlow."""
        raise NotImplementedError("Tensor.consumers is undefined when eager execution is enabled.")

    def set_shape(self, shape: Any) -> None:
        """Check that the shape is compatible with `shape`; ValueError if it is not."""
        if not self.shape.is_compatible_with(shape):
            raise ValueError(
                f"Tensor's shape {self.shape} is not compatible with supplied shape {shape}."
            )

    def eval(self, feed_dict: object = None, session: object = None) -> Any:
        """Not supported: tensors have their value at once (``numpy()``)."""
        raise NotImplementedError(
            "eval is not supported when eager execution is enabled, is .numpy() what you're "
            "looking for?"
        )

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(_only_with_numpy_behaviour(name))

    def __setitem__(self, key: object, value: object) -> None:
        raise TypeError(
            "'Tensor' object does not support item assignment: tensors are immutable. Make a new "
            "one with tf.tensor_scatter_nd_update(t, indices, updates) or tf.where(mask, a, t), "
            "or use a tf.Variable."
        )

    def __delitem__(self, key: object) -> None:
        raise TypeError("'Tensor' object doesn't support item deletion: tensors are immutable.")

    def __len__(self) -> int:
        if self._value.shape == ():
            raise TypeError("Scalar tensor has no `len()`")
        return int(self._value.shape[0])

    def __index__(self) -> int:
        value = self._value
        if value.dtype.kind not in "iu":
            raise TypeError(f"only integer scalar tensors can be an index, not {self.dtype!r}.")
        return int(self._scalar("index"))

    def __repr__(self) -> str:
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, "
            f"numpy={numpy_repr(self._value)}>"
        )

    def __str__(self) -> str:
        text = str(self._value)
        if "\n" in text:
            text = "\n" + text
        return f"tf.Tensor({text}, shape={self.shape}, dtype={self.dtype.name})"

    def __format__(self, spec: str) -> str:
        value = self._read("text")
        return format(value[()] if value.shape == () else value, spec)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: object) -> Tensor:
        return self

    def __reduce__(self) -> Any:
        return wrap, (self._read("pickle"),)


def numpy_repr(value: Any) -> str:
    """How `repr` shows an array: scalars as Python's, arrays below one another on a new line."""
    if value.shape == ():
        item = value[()]
        return repr(item.item() if isinstance(item, np.generic) else item)
    text = repr(value)
    return "\n" + text if "\n" in text else text


_new = object.__new__


def wrap(value: Any) -> Tensor:
    """A Tensor over an array that nobody else will change."""
    t = _new(Tensor)
    # NumPy hands out strings bare where it hands out numbers as scalars that know their dtype.
    t._value = value if value.__class__ is not bytes else np.array(value, object)
    t._id = next_id()
    return t


def wrap_constant(value: Any) -> Tensor:
    """A Tensor over data that no tensor went into: its identity is negative.

    This is how a tracer tells constants from results of what it has not seen.
    """
    t = _new(Tensor)
    t._value = value if value.__class__ is not bytes else np.array(value, object)
    t._id = -next_id()
    return t


def rewrap(value: Any, identity: int) -> Tensor:
    """A Tensor over a recorded array, with the identity that it had (0: a constant)."""
    t = _new(Tensor)
    t._value = value
    t._id = identity or -next_id()
    return t


def incompatible(operation: str, problem: str, fix: str) -> InvalidArgumentError:
    """The error for arguments that do not fit together."""
    return InvalidArgumentError(f"{operation}: {problem} {fix}")
