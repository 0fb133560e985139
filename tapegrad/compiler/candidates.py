"""Work of eager code that a loop may take over from NumPy, once that has proved worth it.

A loop takes a second to compile, so that happens in the background, and only for work that has
taken longer than `patience` so far. Loops that turn out slower than NumPy are dropped.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

from tapegrad.compiler.loop import NotALoopError
from tapegrad.compiler.sketch import CannotSketchError

#: Seconds that work takes in NumPy, all in all, before it is compiled.
PATIENCE = 0.1

#: The patience now; with 0 everything is compiled at once.
patience = [PATIENCE]

#: So often a loop is timed, before it stays or goes.
_TRIALS = 3


class Candidate:
    """A kind of work: its times, and its loop once there is one.

    Attributes
    ----------
    loop
        The loop, or None as long as there is none, or if NumPy is better.
    """

    def __init__(self) -> None:
        self.loop: Any = None
        self._asked = False
        self._seconds = 0.0
        self._least = self._least_of_loop = float("inf")
        self._trials = 0

    def make(self) -> Any:
        """The loop, not compiled yet; raises `NotALoopError` or `CannotSketchError`."""
        raise NotImplementedError

    def build(self) -> None:
        """Make the loop and its machine code."""
        self._asked = True
        try:
            loop = self.make()
            loop.compile()
        except (CannotSketchError, NotALoopError):
            return
        self.loop = loop

    def do(self, plainly: Callable[[], Any], with_loop: Callable[[Any], Any], size: int = 1) -> Any:
        """Do it once, one way or the other.

        Parameters
        ----------
        plainly
            Does it in NumPy.
        with_loop
            Does it with the loop, its argument.
        size
            How much it is, where that is not always the same.
        """
        if not patience[0] and not self._asked:
            self.build()
        loop = self.loop
        if loop is None and self._asked:
            return plainly()
        start = perf_counter()
        result = plainly() if loop is None else with_loop(loop)
        seconds = perf_counter() - start
        if loop is not None:
            self._judge(seconds / max(size, 1))
            return result
        self._least = min(self._least, seconds / max(size, 1))
        self._seconds += seconds
        if self._seconds >= patience[0]:
            self._asked = True
            _later(self.build)
        return result

    def _judge(self, seconds: float) -> None:
        if self._trials < _TRIALS and patience[0]:
            self._least_of_loop = min(self._least_of_loop, seconds)
            self._trials += 1
            if self._trials == _TRIALS and self._least_of_loop > self._least:
                self.loop = None


_jobs: deque[Callable[[], None]] = deque()
_locks = [threading.Lock()]
_working = [False]


def _later(job: Callable[[], None]) -> None:
    with _locks[0]:
        _jobs.append(job)
        if not _working[0]:
            _working[0] = True
            threading.Thread(target=_work, name="tapegrad loops").start()


def _work() -> None:
    """Do all jobs, and end; the program waits for the one that is being done when it ends."""
    while True:
        with _locks[0]:
            if not _jobs or not threading.main_thread().is_alive():
                _working[0] = False
                return
            job = _jobs.popleft()
        try:
            job()
        except BaseException:  # it is shown, and the next job gets another thread
            _working[0] = False
            raise


def _forget_the_thread() -> None:
    """In a forked process there is no other thread, whatever it was doing."""
    _locks[0] = threading.Lock()
    _jobs.clear()
    _working[0] = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_the_thread)
