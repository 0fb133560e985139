"""Contexts that eager programs share with graphs: devices, control dependencies, init scopes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from tapegrad.core.context import active_tracer, only_recorders

__all__ = ["control_dependencies", "device", "executing_eagerly", "init_scope"]


_SPEC = re.compile(
    r"(/?(job:\w+|replica:\d+|task:\d+|device:\w+:(\d+|\*)|(cpu|gpu|tpu)(:(\d+|\*))?))*/?",
    re.IGNORECASE,
)


def executing_eagerly() -> bool:
    """True: operations always run at once.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.executing_eagerly()
    True
    """
    return True


@contextmanager
def init_scope() -> Iterator[None]:
    """Run a block that no active tape or accumulator sees, and that `tf.function` does not compile.

    Inside of a `tf.function` it runs whenever the Python code does: at the first call.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     with tf.init_scope():
    ...         y = x * x
    >>> tape.gradient(y, x) is None
    True
    """
    tracer = active_tracer()
    try:
        with only_recorders((), tracer=None):
            yield
    finally:
        if tracer is not None:
            tracer.resume()


def control_dependencies(
    control_inputs: Any,
) -> AbstractContextManager[None]:
    """A block whose operations run after `control_inputs`, which have been computed already.

    Parameters
    ----------
    control_inputs
        A list, of no further interest; or a function, which is called.

    Examples
    --------
    >>> import tapegrad as tf
    >>> with tf.control_dependencies([tf.debugging.assert_positive(2.0)]):
    ...     y = tf.sqrt(2.0)
    """
    if callable(control_inputs):
        control_inputs()
    return nullcontext()


def device(device_name: str | Callable[..., Any] | None) -> AbstractContextManager[None]:
    """A block whose operations run on a device: always on this machine's processor.

    Parameters
    ----------
    device_name
        A name such as ``"/CPU:0"`` or ``"/GPU:1"``, or None. Like TensorFlow with soft placement,
        operations fall back to the processor.

    Raises
    ------
    ValueError
        If the name is not one.

    Examples
    --------
    >>> import tapegrad as tf
    >>> with tf.device("/GPU:0"):
    ...     x = tf.constant(1.0)
    >>> x.device
    '/job:localhost/replica:0/task:0/device:CPU:0'
    """
    if isinstance(device_name, str) and not _SPEC.fullmatch(device_name):
        raise ValueError(
            f"Unknown attribute is encountered while parsing the device spec: {device_name!r}. "
            f"Names look like '/CPU:0' or '/device:GPU:1'."
        )
    return nullcontext()
