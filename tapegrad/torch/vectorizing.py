"""An operation for all examples at once: looked at on one example, then done over a batch axis.

An operation is a function of core tensors which calls the engine's primitives. It runs once on a
single example, under a tracer that writes down these calls; then the calls are made again with
`Batched` values, in sight of whoever records. So every operation has its batching rule, which is
that of its primitives, and there is none in this room.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, batched_recording
from tapegrad.core.context import active_tracer, only_recorders, visible_recorders
from tapegrad.core.shape import TensorShape
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor, next_id, rewrap, wrap_constant
from tapegrad.torch.examples import (
    CapturedError,
    UnbatchableError,
    depends_on_examples,
    is_captured,
    is_room,
    marked,
)

_array_of = vars(Tensor)["_value"].__get__


class _ExampleTensor(Tensor):
    """A core tensor whose array this room sees as that of an example, and the engine as it is."""

    __slots__ = ()

    @property
    def _value(self) -> Any:
        array = _array_of(self)
        return marked(array) if is_room(sys._getframe(1)) else array


def _check_captured(name: str, arrays: Any, params: Any) -> None:
    if is_captured(list(arrays)) or is_captured(params):
        raise CapturedError(f"{name} is given data of an example in another way than as a tensor")


class _Trace:
    """What an operation calls, while it runs on one example."""

    def __init__(self, given: Sequence[tuple[Tensor, bool]]) -> None:
        self.known = {x._id for x, _ in given}
        self.of_examples = {x._id for x, is_batched in given if is_batched}
        self.calls: list[tuple[Any, Sequence[int], Sequence[Any], Any, dict[str, Any]]] = []

    # What the engine tells a tracer

    def see(self, primitive: Any, ids: Any, arrays: Any, outputs: Any, params: Any) -> None:
        """A primitive was called."""
        _check_captured(primitive.name, arrays, params)
        if params and depends_on_examples(params):
            raise UnbatchableError(f"{primitive.name} is given examples that are no tensors")
        several = outputs if outputs.__class__ is tuple else (outputs,)
        is_batched = not self.of_examples.isdisjoint(ids)
        for i, array in zip(ids, arrays, strict=True):
            if i not in self.known and depends_on_examples(array):
                raise UnbatchableError(f"{primitive.name} is given examples unseen")
        for x in several:
            self.known.add(x._id)
            if is_batched:
                self.of_examples.add(x._id)
                x.__class__ = _ExampleTensor
        outs = tuple([x._id for x in several]) if outputs.__class__ is tuple else outputs._id
        self.calls.append((primitive, tuple(ids), tuple(arrays), outs, params or {}))

    def read(self, x: Any, use: str) -> None:
        """Data are used outside of the recorder's sight."""
        if x._id in self.of_examples:
            raise UnbatchableError(f"data of examples are read: {use}")

    def host(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Python code is to run on data."""
        raise UnbatchableError(f"{name} runs outside of the recorder's sight")

    def guard(self, output: Tensor, place: int) -> None:
        """In what was just computed, zeros count, whatever they meet."""
        if output._id in self.of_examples:
            raise UnbatchableError("a guarded product")

    def same(self, outputs: Any) -> None:
        """A custom gradient made tensors anew."""
        raise UnbatchableError("a custom gradient")

    def shape_of(self, x: Tensor) -> TensorShape:
        """The shape of a tensor."""
        return TensorShape(x._value.shape)

    def meet(self, variable: Any) -> None:
        """A Variable is used; nothing has to be done."""

    def failed(self, name: str) -> None:
        """A call raised an error, which goes its way."""


def over_batch(
    function: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    flags: Sequence[bool],
) -> tuple[Any, list[bool]]:
    """Call a function of core tensors for all examples.

    If its calls depend on the data of the examples, it is called for each of them.

    Parameters
    ----------
    function
        What one example goes through.
    args, kwargs
        Its arguments; examples are counted by the first axis.
    flags
        For each tensor among them whether it has such an axis.

    Returns
    -------
    tuple
        The results, and for each tensor in them whether examples are counted by its first axis.

    Raises
    ------
    CapturedError
        If data of an example came into the function in another way than as an argument.
    UnbatchableError
        If the results of examples differ in shape.
    """
    remaining = iter(flags)
    given: list[tuple[Tensor, bool]] = []
    values: dict[int, Any] = {}

    def enter(value: Any) -> Any:
        if isinstance(value, Tensor):
            is_batched = next(remaining)
            array = _array_of(value)
            example = rewrap(first(array) if is_batched else array, next_id())
            if is_batched:
                example.__class__ = _ExampleTensor
            given.append((example, is_batched))
            values[example._id] = Batched(value, batched_recording) if is_batched else value
            return example
        if value.__class__ is list or value.__class__ is tuple:
            return value.__class__([enter(v) for v in value])
        return value

    entered = [enter(a) for a in args]
    named = {k: enter(v) for k, v in kwargs.items()}
    trace = _Trace(given)
    try:
        with only_recorders((), tracer=trace):
            result = function(*entered, **named)
        _repeat(trace, values)
        return _leave(result, values)
    except CapturedError:
        raise
    except Exception:  # noqa: BLE001  # a mistake shows itself again, and better, one by one
        return _one_by_one(function, args, kwargs, flags)


def _leave(result: Any, values: dict[int, Any]) -> tuple[Any, list[bool]]:
    batched: list[bool] = []

    def leave(value: Any) -> Any:
        if isinstance(value, Tensor):
            found = values.get(value._id, value)
            batched.append(isinstance(found, Batched))
            if isinstance(found, Batched):
                return found.value
            if depends_on_examples(found._value):
                raise UnbatchableError("a result was computed out of the recorder's sight")
            return found
        if isinstance(value, (tuple, list)):
            parts = [leave(v) for v in value]
            kind: Any = type(value)
            return kind(*parts) if hasattr(value, "_fields") else kind(parts)
        return value

    return leave(result), batched


def _repeat(trace: _Trace, values: dict[int, Any]) -> None:
    """Make the calls again that depend on arguments; the results enter `values`."""
    for primitive, ids, arrays, outs, params in trace.calls:
        if trace.known.isdisjoint(ids):
            continue
        inputs = [
            values[i] if i in values else wrap_constant(a) for i, a in zip(ids, arrays, strict=True)
        ]
        made = getattr(batched_recording, primitive.name)(*inputs, **params)
        if outs.__class__ is tuple:
            values.update(zip(outs, made, strict=True))
        else:
            values[outs] = made


class _Watch:
    """Looks for data of examples that are captured, and tells the tracer outside of all else."""

    def __init__(self) -> None:
        self._outside = active_tracer()

    def __getattr__(self, name: str) -> Any:
        if self._outside is None:
            return self._ignore
        return getattr(self._outside, name)

    def _ignore(self, *args: Any, **kwargs: Any) -> None:
        pass

    def see(self, primitive: Any, ids: Any, arrays: Any, outputs: Any, params: Any) -> None:
        """A primitive was called."""
        _check_captured(primitive.name, arrays, params)
        if self._outside is not None:
            self._outside.see(primitive, ids, arrays, outputs, params)

    def shape_of(self, x: Tensor) -> TensorShape:
        """The shape of a tensor."""
        return TensorShape(x._value.shape)

    def host(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Python code is to run on data."""
        raise UnbatchableError(f"{name} runs outside of the recorder's sight")


def _one_by_one(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], flags: Sequence[bool]
) -> tuple[Any, list[bool]]:
    """Call a function of core tensors for one example after the other."""
    sizes: list[int] = []

    def enter(value: Any, i: int, remaining: Any) -> Any:
        if isinstance(value, Tensor):
            if not next(remaining):
                return value
            sizes.append(value._value.shape[0])
            if not sizes[0]:
                raise UnbatchableError("there is no example")
            return recording.getitem(
                value, index=(..., i, *(slice(None),) * (value._value.ndim - 1))
            )
        if value.__class__ is list or value.__class__ is tuple:
            return value.__class__([enter(v, i, remaining) for v in value])
        return value

    results: list[Any] = []
    i = 0
    with only_recorders(visible_recorders(), tracer=_Watch()):
        while True:
            remaining = iter(flags)
            own = [enter(a, i, remaining) for a in args]
            named = {k: enter(v, i, remaining) for k, v in kwargs.items()}
            results.append(function(*own, **named))
            i += 1
            if i >= sizes[0]:
                break
    columns = zip(*[_tensors(r) for r in results], strict=True)
    stacked = iter([_stacked(list(c)) for c in columns])
    batched: list[bool] = []

    def put(value: Any) -> Any:
        if isinstance(value, Tensor):
            batched.append(True)
            return next(stacked)
        if isinstance(value, (tuple, list)):
            parts = [put(v) for v in value]
            kind: Any = type(value)
            return kind(*parts) if hasattr(value, "_fields") else kind(parts)
        return value

    return put(results[0]), batched


def _stacked(parts: list[Tensor]) -> Tensor:
    if len({p._value.shape for p in parts}) > 1:
        raise UnbatchableError("results of different shapes")
    stack: Tensor = recording.stack(*parts, axis=-parts[0]._value.ndim - 1)
    return stack


def _tensors(result: Any) -> list[Tensor]:
    if isinstance(result, Tensor):
        return [result]
    if isinstance(result, (tuple, list)):
        return [x for r in result for x in _tensors(r)]
    return []


def first(array: Any) -> Any:
    """The first example, or zeros where there is none.

    Parameters
    ----------
    array
        The examples along the first axis.
    """
    return array[0] if array.shape[0] else np.zeros(array.shape[1:], array.dtype)[()]
