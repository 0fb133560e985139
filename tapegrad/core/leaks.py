"""Values that leave the sight of tapes: what is said about it, and where.

Every door through which the data of a value leaves (`numpy()`, ``float(x)``, ``np.asarray(x)``,
pickling, ...) comes by here if a recorder follows the value. What happens by default is the
dialect's choice, written beside its kind of value as a `Manner`.
"""

from __future__ import annotations

import sys
import warnings
from contextvars import ContextVar, Token
from opcode import opname
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from tapegrad.core.places import Place, frame_of_library_user, frame_of_program, line_of
from tapegrad.errors import GradientLeakError, GradientLeakWarning

#: Doors through which a value leaves for a use that has a gradient, and what it becomes there.
DOORS = {
    "array": "as a NumPy array",
    "float": "as a Python float",
    "int": "as a Python int",
    "complex": "as a Python complex number",
    "item": "as a Python number",
    "tolist": "as a list of Python numbers",
    "bytes": "as bytes",
    "dlpack": "through DLPack",
    "pickle": "as a pickle",
}

#: Those of single numbers.
NUMBERS = ("float", "int", "complex", "item")

MODES = ("allow", "warn", "error")


class Manner(NamedTuple):
    """How a dialect treats leaks, and the words for them.

    Attributes
    ----------
    dialect
        What its module is usually called: ``"tf"``, ``"np"`` or ``"torch"``.
    default
        What happens at a door: one of `MODES`, or ``"later"``: what was lost is told when a
        gradient is None.
    recorded, number
        What to write so that the computation is recorded, where it is one of arrays or of numbers.
    writable
        What to write instead of storing elements in an array of NumPy.
    writing
        What happens at the door where the value is written into an array of NumPy, or becomes part
        of a masked one.
    own
        How foreign code gets a derivative.
    data
        How the data alone are had on purpose.
    """

    dialect: str
    default: str
    recorded: str
    number: str
    writable: str
    writing: str
    own: str
    data: str


class _Choice:
    __slots__ = ("mode",)

    def __init__(self, mode: str | None) -> None:
        self.mode = mode


class _State:
    #: What holds where no block says otherwise; None stands for the default of each dialect.
    everywhere = _Choice(None)


_BLOCK: ContextVar[_Choice | None] = ContextVar("tapegrad_gradient_leaks", default=None)


def chosen() -> str | None:
    """The mode that was set here, or None."""
    return (_BLOCK.get() or _State.everywhere).mode


#: The mode inside of functions that bring their own gradient: nothing is lost there.
_OWN = _Choice("own")


def begin_own_gradient() -> Token[_Choice | None]:
    """From here on values may leave: the function that runs has a gradient of its own."""
    return _BLOCK.set(_OWN)


end_own_gradient = _BLOCK.reset


class set_gradient_leaks:  # noqa: N801 - called like a function, as `torch.no_grad` is
    """Say what happens when a value that a tape follows leaves for NumPy or Python.

    What NumPy, Python's ``math`` or another library compute from it is not recorded, so its part
    of the gradient is lost. As a function this holds for the whole program from now on, for all
    dialects; as a context manager for the block, in this thread and task alone.

    Parameters
    ----------
    mode : {"allow", "warn", "error"} or None
        ``"allow"`` says nothing. ``"warn"`` warns with a `GradientLeakWarning` that names the line.
        ``"error"`` raises a `GradientLeakError` before the value leaves. None brings back each
        dialect's default: arrays of `tapegrad.numpy` warn, and raise where they would be written
        into an array of NumPy; tensors of the TensorFlow dialect leave in silence, but a gradient
        that is None, maybe for that reason, warns; tensors of the PyTorch dialect do what
        PyTorch does.

    Raises
    ------
    ValueError
        For any other mode.

    Notes
    -----
    Doors are ``numpy()``, ``np.asarray`` and whatever calls it, ``float``, ``int``, ``complex``,
    ``item``, ``tolist``, ``tobytes``, DLPack and pickling. Truth values, indices and texts are no
    leaks: they have no derivative. Whatever the mode, a `GradientTape` remembers where values left:
    ``tape.leaks()``.

    Examples
    --------
    >>> import math
    >>> import tapegrad as tf
    >>> x = tf.Variable(0.5)
    >>> with tf.debugging.set_gradient_leaks("error"), tf.GradientTape() as tape:
    ...     try:
    ...         y = math.sin(x)
    ...     except tf.errors.GradientLeakError:
    ...         y = tf.sin(x)
    >>> tape.gradient(y, x).numpy().round(3)
    np.float32(0.878)
    """

    def __init__(self, mode: str | None) -> None:
        if mode is not None and mode not in MODES:
            raise ValueError(
                f"mode should be 'allow', 'warn', 'error', or None for the default of each "
                f"dialect; not {mode!r}."
            )
        self._mode, self._choice = mode, _Choice(mode)
        self._before = _State.everywhere
        self._tokens: list[Token[_Choice | None]] = []
        _State.everywhere = self._choice

    def __enter__(self) -> None:
        # For the block alone, then. Another thread may have met the choice as what was before.
        if _State.everywhere is self._choice:
            _State.everywhere = self._before
        self._choice.mode = self._before.mode
        self._tokens.append(_BLOCK.set(_Choice(self._mode)))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _BLOCK.reset(self._tokens.pop())


def tell(x: Any, use: str) -> None:
    """Do what is to be done when a followed value passes a door.

    Raises
    ------
    GradientLeakError
        In the mode ``"error"``.

    Warns
    -----
    GradientLeakWarning
        In the mode ``"warn"``.
    """
    manner: Manner = x._manner
    mode = chosen()
    if mode in ("allow", "own") or (mode is None and manner.default not in MODES):
        return
    frame = frame_of_library_user(sys._getframe(2))
    if _only_tells(frame):
        return
    if use == "array" and _module(frame).startswith("numpy.ma"):
        way = "masked"
    else:
        way = "stored" if use in ("array", *NUMBERS) and _stores(frame) else ""
    mode = mode or (manner.writing if way else manner.default)
    if mode == "allow":
        return
    program = frame_of_program(frame) or frame
    _say(mode, program, _message(x, use, frame, program, manner, way))


def tell_of_function(name: str, x: Any) -> None:
    """Do what is to be done when a function without a derivative here gets a followed value.

    An error, if no mode was set.

    Raises
    ------
    GradientLeakError
        Also if no mode was set.

    Warns
    -----
    GradientLeakWarning
        In the mode ``"warn"``.
    """
    mode = chosen() or "error"
    if mode in ("allow", "own"):
        return
    frame = frame_of_library_user(sys._getframe(2))
    program = frame_of_program(frame) or frame
    message = (
        f"{name} is not supported for a {type(x).__name__} that a tape follows, "
        f"{_where(frame, program)}: its gradient would be lost. Use other functions. "
        f"{x._manner.own} {_on_purpose(x._manner)}"
    )
    _say(mode, program, message)


def _say(mode: str, program: FrameType, message: str) -> None:
    if mode == "error":
        raise GradientLeakError(message)
    warn_at(program, message)


def warn_at(frame: FrameType, message: str) -> None:
    """Warn about a line of the user's code: once for each, as Python does by default."""
    warnings.warn_explicit(
        message,
        GradientLeakWarning,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


#: They make texts of values, or an error; nobody computes with that.
_TELLING = ("numpy.testing", "logging")


def _only_tells(frame: FrameType) -> bool:
    """Whether a module asks that tells people of values: NumPy's assertions, or a logger."""
    return _module(frame).startswith(_TELLING)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__"))


def _stores(frame: FrameType) -> bool:
    """Whether the instruction that runs is an assignment to a part of something."""
    return opname[frame.f_code.co_code[frame.f_lasti]] in ("STORE_SUBSCR", "STORE_SLICE")


def _message(
    x: Any, use: str, frame: FrameType, program: FrameType, manner: Manner, way: str
) -> str:
    shape = tuple(x._value.shape)
    where = _where(frame, program)
    if way == "masked":
        return (
            f"A value of shape {shape} that a tape follows becomes part of a masked array of NumPy "
            f"{where}, where its gradient is lost. Compute with data and mask apart: "
            f"x * m.filled(0.0), or where(m.mask, 0.0, x * m.data). {_on_purpose(manner)}"
        )
    if way:
        problem = (
            f"A value of shape {shape} that a tape follows is written into an array of NumPy "
            f"{where}, where its gradient is lost."
        )
        return f"{problem} {manner.writable} {_on_purpose(manner)}"
    problem = (
        f"A value of shape {shape} that a tape follows leaves {DOORS[use]} {where}: "
        f"what is computed from that is not recorded, and its gradient is lost."
    )
    recorded = manner.number if use in NUMBERS else manner.recorded
    return f"{problem} {recorded} {manner.own} {_on_purpose(manner)}"


def _where(frame: FrameType, program: FrameType) -> str:
    inside = "" if frame is program else f" (in {line_of((frame.f_code, frame.f_lasti))})"
    return f"at {line_of((program.f_code, program.f_lasti))}{inside}"


def _on_purpose(manner: Manner) -> str:
    return (
        f"If no gradient is needed: {manner.data}, or "
        f"`with tapegrad.debugging.set_gradient_leaks('allow'):`."
    )


class Exit(NamedTuple):
    """A value that was turned into Python's or NumPy's.

    Attributes
    ----------
    place
        The line that asked for it, which may be in another library.
    program
        The line of the user's program that was running; None if it is the same.
    followed
        Whether the tape followed it, through a door where a gradient can be lost.
    """

    identity: int
    time: int
    place: Place
    program: Place | None
    detail: str
    followed: bool


def exit_of(identity: int, time: int, use: str, followed: bool, depth: int) -> Exit:
    """What a tape remembers of a value that leaves now."""
    frame = frame_of_library_user(sys._getframe(depth))
    program = None
    followed = followed and use in DOORS and chosen() != "own" and not _only_tells(frame)
    if followed:
        outer = frame_of_program(frame)
        if outer is not None and outer is not frame:
            program = outer.f_code, outer.f_lasti
    place = frame.f_code, frame.f_lasti
    return Exit(identity, time, place, program, use, followed)
