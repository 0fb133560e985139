"""`tf.debugging.enable_check_numerics`: an error at the first non-finite value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import numpy as np

from tapegrad.core.context import push_recorder, remove_recorder
from tapegrad.core.observer import Observer
from tapegrad.core.places import Place, line_of, place
from tapegrad.core.primitive import Primitive
from tapegrad.core.tape import Record
from tapegrad.core.tensor import wrap
from tapegrad.errors import InvalidArgumentError
from tapegrad.inspect.lineage import tuple_of
from tapegrad.inspect.tensorflow_ops import UNCHECKED, gradient_op, op_type
from tapegrad.inspect.walk import walk


class _CheckingObserver(Observer):
    """Raises an error for the first non-finite value."""

    __slots__ = ()

    def see(self, primitive: Primitive, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Look at what a call computed."""
        name = op_type(primitive.name)
        if name in UNCHECKED:
            return
        for number, y in enumerate(outputs):
            if _is_bad(y._value):
                what = f'{number} of eagerly-executing op "{name}" (# of outputs: {len(outputs)})'
                raise _detected(what, y._value, [x._value for x in inputs], place(3))

    def sweep(
        self,
        records: Sequence[Record],
        place_of: Callable[[int], Place | None],
        cotangents: Mapping[int, Any],
        sources: set[int],
    ) -> dict[int, Any]:
        """Pull cotangents back and look at each."""
        found: dict[int, Any] = {}
        roots: dict[int, Any] = {}
        for pulled in walk(list(records), dict(cotangents), roots):
            found.update((o, g) for o, g in pulled.arrived.items() if o in sources)
            primitive, ids, _, args, _, y, _ = pulled.record
            for number, g in enumerate(pulled.passed.values()):
                if not _is_bad(g):
                    continue
                name = gradient_op(primitive.name)
                what = f"{number} of {name} (# of outputs: {len(pulled.passed)})"
                kept = (args,) if ids.__class__ is int else args
                known = [*kept, *tuple_of(y)] if y.__class__ is tuple else [*kept, y]
                given = [a for a in known if isinstance(a, (np.ndarray, np.generic))]
                given += pulled.arrived.values()
                raise _detected(what, g, given, place_of(pulled.number) or place(3))
        found.update((x, g) for x, g in roots.items() if x in sources)
        return found


def _is_bad(value: Any) -> bool:
    a = np.asarray(value)
    if a.dtype.name == "bfloat16":
        a = a.astype(np.float32)
    return a.dtype.kind == "f" and not np.isfinite(a).all()


def _detected(
    what: str, value: Any, inputs: Sequence[Any], where: Place | None
) -> InvalidArgumentError:
    """TensorFlow's text, and the line."""
    a = np.asarray(value)
    a = a.astype(np.float32) if a.dtype.name == "bfloat16" else a
    counts = {
        "-Inf": int(np.isneginf(a).sum()),
        "+Inf": int(np.isposinf(a).sum()),
        "NaN": int(np.isnan(a).sum()),
    }
    found = [kind for kind, n in counts.items() if n]
    lines = [
        f"\n\n!!! Detected Infinity or NaN in output {what} !!!",
        f"  dtype: {wrap(np.asarray(value)).dtype}",
        f"  shape: {np.shape(value)}",
        *[f"  # of {'+NaN' if k == 'NaN' else k} elements: {counts[k]}" for k in found],
        "",
    ]
    shown = [str(wrap(np.asarray(x))) for x in inputs]
    if len(inputs) == 1:
        lines.append(f"  Input tensor: {shown[0]}")
    elif inputs:
        lines.append(f"  Input tensors ({len(inputs)}):")
        lines += [f"         {i}: {x}" for i, x in enumerate(shown)]
    line = line_of(where)
    if line is not None:
        lines += ["", f"  Line of the user's code: {line}"]
    values = " and ".join(found) if len(found) < 3 else "-Inf, +Inf, and NaN"
    return InvalidArgumentError("\n".join([*lines, "", f" : Tensor had {values} values"]))


_CHECKING: ContextVar[_CheckingObserver | None] = ContextVar("tapegrad_checking", default=None)


def enable_check_numerics(stack_height_limit: int = 30, path_length_limit: int = 50) -> None:
    """Raise an error as soon as an operation or a gradient makes a NaN or an infinity.

    Holds for this thread (or asyncio task), until `disable_check_numerics`. Calling it again
    changes nothing.

    Parameters
    ----------
    stack_height_limit, path_length_limit
        Accepted for compatibility: the error names the one line that matters.

    Notes
    -----
    From then on operations raise InvalidArgumentError for a non-finite result, with TensorFlow's
    text: its name of the operation, the numbers of infinities and NaN, and the inputs; and the
    line. Compiled functions run eagerly. Like TensorFlow's, it does not look at what only moves or
    picks elements, nor at complex numbers.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.enable_check_numerics()
    >>> try:
    ...     tf.math.log(0.0)
    ... except tf.errors.InvalidArgumentError as error:
    ...     print(str(error).splitlines()[2])
    !!! Detected Infinity or NaN in output 0 of eagerly-executing op "Log" (# of outputs: 1) !!!
    >>> tf.debugging.disable_check_numerics()
    """
    if _CHECKING.get() is None:
        observer = _CheckingObserver()
        _CHECKING.set(observer)
        push_recorder(observer)


def disable_check_numerics() -> None:
    """Undo `enable_check_numerics`; without it nothing happens.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.disable_check_numerics()
    """
    observer = _CHECKING.get()
    if observer is not None:
        _CHECKING.set(None)
        observer.is_recording = False
        remove_recorder(observer)
