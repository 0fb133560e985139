"""ndarray: NumPy's mutable arrays, which tapes follow.

An array holds a tensor of the engine, which never changes. An operation in place makes a new
tensor and lets the array hold that one, so whatever was recorded before stays true. Methods are
installed by the modules that define the functions.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from tapegrad.core import views
from tapegrad.core.containers import array_in, held_by
from tapegrad.core.convert import conversions
from tapegrad.core.convert import operand as engine_operand
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.leaks import Manner
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant

_new = object.__new__


class ndarray(ArrayLike):
    """An array with NumPy's manners whose operations tapes record.

    Arrays are made by `array`, `zeros` and the like, and by every function of this dialect; never
    directly. Operators, methods and functions are those of `numpy.ndarray`. What has the shape
    ``()`` is an array too: there are no scalars of another class.

    Notes
    -----
    ``x[i] = v``, ``x += v`` and ``out=x`` give the array a new value, and views of it too. The
    gradient of what was computed before is that with respect to the old value; a tape that watches
    the array goes on answering for the value that it had then.

    Examples
    --------
    >>> import tapegrad as tf, tapegrad.numpy as np
    >>> x = np.array([1.0, 2.0])
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = np.zeros(3)
    ...     y[1:] = x**2
    >>> tape.gradient(y, x)
    array([2., 4.])
    """

    __slots__ = ("__dict__", "__weakref__", "_tensor", "_view")

    #: Whether blocks of it get memory of their own, because it is being assigned to block by block.
    _loose = False

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    _tensor: Tensor
    _view: Any
    _takes_over = True
    _manner = Manner(
        dialect="np",
        default="warn",
        recorded="Use functions of tapegrad.numpy, which are recorded; of a list np.array(xs) and "
        "np.mean(np.array(xs)), where np is tapegrad.numpy.",
        number="Use functions of tapegrad.numpy, which are recorded: np.sin(x), not math.sin(x).",
        writable="Make that array with tapegrad.numpy, np.zeros(n): then a[i] = x is recorded.",
        writing="error",
        own="Give other code a derivative with np.custom_gradient.",
        data="np.asarray(np.stop_gradient(x))",
    )

    _kernel_advice = (
        "Give it the data, and a derivative:\n"
        "    @np.custom_gradient\n"
        "    def f(x):\n"
        "        y = {kernel}(numpy.asarray(x))\n"
        "        return y, lambda dy: ...  # dy times the derivative of {kernel}\n"
        "where np is tapegrad.numpy; or call {kernel}(numpy.asarray(np.stop_gradient(x))) if no "
        "gradient is needed."
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise TypeError(
            "Arrays of tapegrad.numpy are not made directly: use np.array, np.zeros or np.empty."
        )

    # The engine's side

    @property
    def _value(self) -> Any:
        return self._tensor._value

    @property
    def _id(self) -> int:  # type: ignore[override]
        return self._tensor._id

    def _operand(self) -> Any:
        return self._tensor

    def _watched_by(self, tape: Any) -> None:
        tape.follow(self._tensor)
        watches = self.__dict__.setdefault("_watches", WeakKeyDictionary())
        watches[tape] = self._tensor

    def _source_of(self, tape: Any) -> Any:
        watches = self.__dict__.get("_watches")
        return self._tensor if watches is None else watches.get(tape, self._tensor)

    def _in_dialect(self, derivative: Any) -> Any:
        if isinstance(derivative, IndexedSlices):
            derivative = derivative._to_tensor()
        return holding(derivative) if isinstance(derivative, Tensor) else derivative

    # What it is

    @property  # type: ignore[override]
    def shape(self) -> tuple[int, ...]:
        """The sizes along each axis; a new one can be set."""
        return self._tensor._value.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        value = self._tensor._value
        if self._view is not None:
            np.asarray(value).view().shape = shape  # an error, where the memory does not allow it
        old, to = value.shape, value.reshape(shape).shape
        if self._view is not None:
            self._view = views.View(self, lambda t: recording.reshape(t, to=to))
        views.keep_shape(self, lambda t: recording.reshape(t, to=old))
        self._tensor = recording.reshape(self._tensor, to=to)

    @property
    def dtype(self) -> np.dtype[Any]:  # type: ignore[override]
        """The type of the elements."""
        return self._tensor._value.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._tensor._value.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return builtins.int(self._tensor._value.size)

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._tensor._value.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._tensor._value.nbytes

    @property
    def strides(self) -> tuple[int, ...]:
        """Bytes from one element to the next, along each axis."""
        return self._tensor._value.strides

    @property
    def flags(self) -> Any:
        """How NumPy holds the data, which nobody may write to but the array itself."""
        return self._tensor._value.flags

    @property
    def device(self) -> str:
        """Where the data is: always ``"cpu"``."""
        return "cpu"

    @property
    def base(self) -> Any:
        """The array that this one is a view of, or None."""
        return None if self._view is None else self._view.base

    def to_device(self, device: str, /, *, stream: Any = None) -> ndarray:
        """The array itself: there is only the device ``"cpu"``."""
        if device != "cpu":
            raise ValueError(f"Unsupported device {device!r}: arrays are in the memory, 'cpu'.")
        if stream is not None:
            raise ValueError("The stream argument to to_device() is not supported.")
        return self

    # Python's side

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[ndarray]:  # type: ignore[override]
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        rows: Any = self
        return (rows[i] for i in range(len(rows)))

    def __bool__(self) -> bool:
        return builtins.bool(np.asarray(self._read("bool")))

    def __float__(self) -> float:
        return builtins.float(np.asarray(self._read("float")))

    def __int__(self) -> int:
        return builtins.int(np.asarray(self._read("int")))

    def __complex__(self) -> complex:
        return builtins.complex(np.asarray(self._read("complex")))

    def __index__(self) -> int:
        return np.asarray(self._read("index")).__index__()

    def item(self, *args: Any) -> Any:
        """One element as a Python number: the only one, or that at an index."""
        return self._read("item").item(*args)

    def tolist(self) -> Any:
        """Nested lists of Python numbers."""
        return self._read("tolist").tolist()

    def tobytes(self, order: Any = "C") -> bytes:
        """The data as bytes."""
        data: bytes = self._read("bytes").tobytes(order)
        return data

    def __repr__(self) -> str:
        return repr(np.asarray(self._value))

    def __str__(self) -> str:
        return str(self._value)

    def __format__(self, spec: str) -> str:
        return format(np.asarray(self._value), spec) if spec else str(self)

    def __copy__(self) -> ndarray:
        return holding(self._tensor)

    def __deepcopy__(self, memo: Any) -> ndarray:
        return holding(self._tensor)

    def __reduce__(self) -> Any:
        return _restored, (np.asarray(self._read("pickle")),)

    def __contains__(self, element: Any) -> bool:
        return element in np.asarray(self._read())


def _restored(value: Any) -> ndarray:
    return holding(wrap_constant(value[()]))


def holding(tensor: Tensor) -> ndarray:
    """An array that holds a tensor."""
    a = _new(ndarray)
    a._tensor = tensor
    a._view = None
    return a


ndarray._face = staticmethod(holding)


def install(**methods: Any) -> None:
    """Make functions, or properties, attributes of all arrays."""
    for name, method in methods.items():
        setattr(ndarray, name, method)


def tensor_of(value: Any, dtype: Any = None) -> Tensor:
    """A tensor of anything that NumPy makes an array of; lists may hold arrays of this dialect.

    Parameters
    ----------
    value
        An array of any dialect, a Variable, a number, or nested lists of these.
    dtype
        The type of the result; by default what NumPy would choose.
    """
    if value.__class__ is ndarray:
        found = value._tensor
    elif value.__class__ is np.ndarray:
        found = wrap_constant(np.array(value, dtype)[()])
    elif isinstance(value, ArrayLike) or type(value) in conversions:
        x = engine_operand(value)
        found = x if x.__class__ is Tensor else recording.identity(x)
    elif isinstance(value, (list, tuple)) and _holds_arrays(value):
        parts = [tensor_of(v) for v in value]
        common = np.result_type(*[p._value.dtype for p in parts])
        shapes = {p._value.shape for p in parts}
        if len(shapes) > 1:
            raise ValueError(
                f"setting an array element with a sequence. The requested array would have to be "
                f"rectangular, but there are parts of the shapes {sorted(shapes)}."
            )
        parts = [of_type(p, common) for p in parts]
        found = recording.stack(*parts, axis=-1 - parts[0]._value.ndim)
    elif (held := held_by(value)) is not None:
        return tensor_of(held, dtype)
    else:
        if hasattr(value, "__array__"):
            value = array_in(value)
        found = wrap_constant(np.array(value, dtype)[()])
    return found if dtype is None else of_type(found, np.dtype(dtype))


def _holds_arrays(values: Any) -> bool:
    return builtins.any(
        isinstance(v, ArrayLike) or (isinstance(v, (list, tuple)) and _holds_arrays(v))
        for v in values
    )


def of_type(x: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """A tensor in another type, as NumPy's ``astype`` converts it."""
    source = x._value.dtype
    if source == dtype:
        return x
    both = source.kind in "fc" and dtype.kind in "fc"
    converted: Tensor = (recording.cast if both else recording.cast_discrete)(
        x, dtype=dtype, source=source
    )
    return converted


def plain(value: Any) -> Any:
    """The data of arrays, also inside of lists, tuples and slices, for NumPy itself."""
    if isinstance(value, ArrayLike):
        return value._read()
    if value.__class__ in (list, tuple):
        return value.__class__([plain(v) for v in value])
    if value.__class__ is slice:
        return slice(*[v if v is None else v.__index__() for v in _bounds(value)])
    return value


def _bounds(s: slice) -> tuple[Any, Any, Any]:
    return s.start, s.stop, s.step


def leave(result: Any, face: Callable[[Tensor], Any] = holding) -> Any:
    """Tensors, also in tuples and lists, as arrays of this dialect."""
    if result.__class__ is Tensor or isinstance(result, Tensor):
        return face(result)
    if isinstance(result, (tuple, list)):
        parts = [leave(r, face) for r in result]
        kind: Any = type(result)
        return kind(*parts) if hasattr(result, "_fields") else kind(parts)
    return result
