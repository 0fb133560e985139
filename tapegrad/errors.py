"""Every exception and warning of tapegrad: what it means, how it looks, how to mend it.

Errors of an operation (wrong shapes, dtypes, indices) are TensorFlow's kinds, all of them
subclasses of `OpError`, and also of the built-in exception that Python users expect.
"""

from __future__ import annotations


class OpError(Exception):
    """An operation failed.

    Cause
        The base of all errors that operations raise; catch it to catch them all.

    Example
        ``tf.reshape(tf.zeros([4]), [3])`` raises `InvalidArgumentError`, which is an `OpError`.

    Fix
        The message names the operation, the shapes and dtypes, and what to write instead.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class InvalidArgumentError(OpError, ValueError):
    """An operation got arguments that do not fit together.

    Cause
        Shapes that do not broadcast, tensors of different dtypes, an index or axis out of range.

    Example
        ``tf.constant(1.0) + tf.constant(1)`` adds float32 to int32: nothing is promoted.

    Fix
        Convert with ``tf.cast(x, dtype)``, or bring the shapes together with ``tf.reshape`` or
        ``tf.transpose``.
    """


class ArgumentRankError(InvalidArgumentError, TypeError):
    """An integer argument is a list, or a list is a list of lists.

    Cause
        One number is wanted and a list of them was given, or a list of lists where a list is
        wanted. TensorFlow's operations say so by `InvalidArgumentError` and its Python functions by
        TypeError; this is both.

    Example
        ``tf.cumsum([1.0, 2.0], axis=[0])``.

    Fix
        Give one number: ``tf.cumsum([1.0, 2.0], axis=0)``.
    """


class FailedPreconditionError(OpError, RuntimeError):
    """An operation ran while something that it needs was not in place.

    Cause
        Reading something that was never initialised, or was already closed.

    Example
        Reading an element of a ``tf.TensorArray`` that was never written.

    Fix
        Write or initialise it first.
    """


class NotFoundError(OpError, LookupError):
    """What an operation was told to look up does not exist.

    Cause
        A name, file or key that is not there.

    Example
        Restoring a checkpoint from a path where none was saved.

    Fix
        Check the name in the message.
    """


class OutOfRangeError(OpError, IndexError):
    """An operation went past the end of its input.

    Cause
        Iterating beyond the last element of a data set or array.

    Example
        Reading the fourth element of a ``tf.TensorArray`` of three.

    Fix
        Check the size in the message.
    """


class DataLossError(OpError, ValueError):
    """Data cannot be taken as it is without losing a part of it.

    Cause
        A file that is damaged, or an element that is larger than the shape it is padded to.

    Example
        Restoring a checkpoint whose file was cut short.

    Fix
        Write the file anew from its source, or pad to a larger shape.
    """


class UnimplementedError(OpError, NotImplementedError):
    """The operation exists, but not for these arguments.

    Cause
        A combination of options that tapegrad does not support (yet).

    Example
        A padding mode that exists in TensorFlow only.

    Fix
        The message names what is supported.
    """


class InternalError(OpError, RuntimeError):
    """Something inside tapegrad contradicts itself: a bug, please report it.

    Cause
        An invariant of the library does not hold.

    Example
        None is known.

    Fix
        Report it with the smallest program that shows it.
    """


class MissingGradientError(OpError, LookupError):
    """A gradient was asked for through an operation that has no derivative rule.

    Cause
        The operation has a derivative in mathematics, but no rule here; the message says why.

    Example
        The derivative of an incomplete gamma function with respect to an argument for which no
        formula is implemented.

    Fix
        Write the rule yourself with ``tf.custom_gradient``, or cut the path on purpose with
        ``tf.stop_gradient``.
    """


class TapeUsedError(RuntimeError):
    """A non-persistent tape was asked for a second set of gradients.

    Cause
        The first call of ``gradient``, ``jacobian`` or ``batch_jacobian`` frees what a
        non-persistent tape recorded. The same error comes from a tape that never recorded.

    Example
        ``with tf.GradientTape() as tape: ...`` and then ``tape.gradient(...)`` twice.

    Fix
        Ask for all sources in one call, ``tape.gradient(y, [a, b])``, or record on
        ``tf.GradientTape(persistent=True)``.
    """


class GradientCheckError(AssertionError):
    """A derivative from the tape is not the derivative of the function.

    Cause
        ``tapegrad.testing.check_gradients`` compared the tape with differences and found a wrong
        rule, a dependence that the tape does not see, NaN, or a function that cannot be checked:
        it has a kink here, gives another result at each call, or changes its arguments.

    Example
        ``check_gradients(f, 2.0)`` for a function with a ``tf.custom_gradient`` that returns
        ``dy * x`` where ``dy * 2.0 * x`` is right.

    Fix
        The message names the argument, the element, both values, and what is likely wrong.

    Attributes
    ----------
    argument
        The argument (or result) at fault, as one writes it in Python, such as ``x['w'][0]``.
    index
        The index of its element, or None if no single element is at fault.
    got
        What the tape says, or None.
    expected
        What differences say, or None.
    tolerance
        By how much the two may differ, or None.
    cause
        The likely cause, in words.
    """

    def __init__(
        self,
        message: str = "",
        *,
        argument: str | None = None,
        index: tuple[int, ...] | None = None,
        got: float | complex | None = None,
        expected: float | complex | None = None,
        tolerance: float | None = None,
        cause: str = "",
    ) -> None:
        super().__init__(message)
        self.argument = argument
        self.index = index
        self.got = got
        self.expected = expected
        self.tolerance = tolerance
        self.cause = cause


class GradientLeakError(TypeError):
    """A value that a tape follows would have left the tape's sight, and its gradient with it.

    Cause
        Under ``tf.debugging.set_gradient_leaks("error")`` a followed value was turned into an array
        of NumPy, a Python number, a pickle, or handed to another library; or an array of
        `tapegrad.numpy` was to be written into an array of NumPy.

    Example
        ``math.sin(x)`` or ``np.linalg.norm(x.numpy())`` inside of ``with tf.GradientTape():``.

    Fix
        Use the operations of tapegrad, which are recorded, or ``tf.custom_gradient`` for code of
        others. Where no gradient is wanted, ``tf.stop_gradient(x)`` says so.
    """


class GradientLeakWarning(UserWarning):
    """A value that a tape follows left the tape's sight, and its gradient with it.

    Cause
        As for `GradientLeakError`. Arrays of `tapegrad.numpy` warn where they leave; tensors of the
        TensorFlow dialect when a gradient is None, maybe because something left.

    Example
        ``y = tf.constant(np.sin(x.numpy()))``, and then ``tape.gradient(y, x)``.

    Fix
        As for `GradientLeakError`; ``tf.debugging.set_gradient_leaks("allow")`` silences it.
    """


class NonDifferentiableWarning(UserWarning):
    """A gradient was asked for that cannot exist because of a dtype.

    Cause
        An integer, bool or string tensor was watched, or was given as source or target: only
        floating point and complex tensors have gradients, so the result is None.

    Example
        ``x = tf.constant(3)`` makes an int32 tensor; its gradient is None.

    Fix
        Write ``tf.constant(3.0)``, or convert with ``tf.cast(x, tf.float32)`` before watching.
    """


class PersistentTapeWarning(UserWarning):
    """A gradient was computed inside the block of a persistent tape, which records it.

    Cause
        The gradient's own operations are recorded too: right for higher order derivatives, but a
        waste of time and memory otherwise.

    Example
        ``with tf.GradientTape(persistent=True) as tape: ...; g = tape.gradient(y, x)``.

    Fix
        Call ``tape.gradient`` after the block, or inside ``with tape.stop_recording():``.
    """
