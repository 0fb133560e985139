"""Which tapes and accumulators see the operations of this context.

The active recorders are an immutable tuple in a context variable, outermost first, so that
threads and asyncio tasks never see each other's tapes, and leaving a block restores exactly
what was there before it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import get_ident
from typing import Any

from numpy._core.umath import _extobj_contextvar, _make_extobj

Recorders = tuple[Any, ...]

_ACTIVE: ContextVar[Recorders] = ContextVar("tapegrad_recorders", default=())

#: The active recorders of this context, outermost first; false when there are none.
active_recorders: Callable[[], Recorders] = _ACTIVE.get
set_recorders = _ACTIVE.set
reset_recorders = _ACTIVE.reset


class MarkedRecorders(tuple[Any, ...]):
    """Recorders with an owner or a tracer.

    A new asyncio task (or, in free-threaded Python, a new thread) starts with a *copy* of its
    creator's context. The copy holds this same tuple, which is false there: every recording site
    asks ``if recorders:`` first, so ownership costs nothing where it is not needed.

    A tracer sees every operation, whatever its inputs, and stays when recorders are hidden; with
    one, the tuple is true even if it is empty.

    Attributes
    ----------
    owner
        The thread and asyncio task that alone may see the recorders, or None.
    tracer
        What records a whole function (see `compiler.tracer`), or None.
    """

    owner: tuple[int, object] | None
    tracer: Any

    def __bool__(self) -> bool:
        return (len(self) > 0 or self.tracer is not None) and (
            self.owner is None or self.owner == _current_owner()
        )


def _current_task() -> object:
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    return asyncio.current_task()


def _current_owner() -> tuple[int, object]:
    return get_ident(), _current_task()


#: Free-threaded Python starts threads with a copy of their creator's context.
_THREADS_INHERIT = bool(getattr(sys.flags, "thread_inherit_context", False))


def _is_owned() -> bool:
    """Whether a copy of this context must not see its recorders."""
    return _THREADS_INHERIT or _current_task() is not None


def _marked(recorders: Recorders, tracer: Any) -> Recorders:
    owned = _is_owned()
    if (recorders and owned) or tracer is not None:
        marked = MarkedRecorders(recorders)
        marked.owner = _current_owner() if owned else None
        marked.tracer = tracer
        return marked
    return recorders


def active_tracer() -> Any:
    """What records the whole function that runs in this context, or None."""
    recorders = active_recorders()
    if recorders.__class__ is MarkedRecorders and recorders:
        return recorders.tracer
    return None


def visible_recorders() -> Recorders:
    """The active recorders of this context, without those of a context it was copied from."""
    recorders = active_recorders()
    return recorders if recorders else ()


def push_recorder(recorder: object) -> None:
    """Make `recorder` the innermost active recorder of this context."""
    recorders = active_recorders()
    if recorders.__class__ is tuple and not _is_owned():  # nearly always
        set_recorders((*recorders, recorder))
        return
    set_recorders(_marked((*visible_recorders(), recorder), active_tracer()))


def remove_recorder(recorder: object) -> None:
    """Take `recorder` out of this context's active recorders, wherever it stands."""
    recorders = active_recorders()
    if recorders.__class__ is tuple and recorders and recorders[-1] is recorder and not _is_owned():
        set_recorders(recorders[:-1])
        return
    recorders = visible_recorders()
    if len(recorders) > 0 and recorders[-1] is recorder:
        rest = recorders[:-1]
    else:
        rest = tuple([r for r in recorders if r is not recorder])
    set_recorders(_marked(rest, active_tracer()))


_SAME = object()


@contextmanager
def only_recorders(recorders: Recorders, tracer: Any = _SAME) -> Iterator[None]:
    """Run a block with exactly these recorders active, and the tracer that there is.

    Afterwards the hidden ones are back, but for those that the block stopped. Another `tracer`, or
    None, takes the place of the present one.
    """
    hidden = visible_recorders()
    token = set_recorders(_marked(recorders, active_tracer() if tracer is _SAME else tracer))
    try:
        yield
    finally:
        reset_recorders(token)
        for recorder in hidden:
            if not recorder.is_recording:
                remove_recorder(recorder)


# NumPy keeps its floating-point error state in a context variable too. Setting it directly costs
# 0.1 µs, a tenth of `np.errstate`; infinities and NaNs are values here, not warnings.
_QUIET = _make_extobj(all="ignore")
_set_error_state = _extobj_contextvar.set
restore_float_errors = _extobj_contextvar.reset


#: Silences NumPy's floating-point warnings; returns the token for `restore_float_errors`.
silence_float_errors: Callable[[], Any] = partial(_set_error_state, _QUIET)
