"""What a tape costs in the Trace Event Format, which Perfetto and chrome://tracing load.

The format is described in "Trace Event Format" of the Chromium project: an object whose
``traceEvents`` are complete events (``X``), counters (``C``) and metadata (``M``), with times in
microseconds. Events of one thread nest by containment: a pass, lines of code, operations.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

_PROCESS = 1
_PHASES = {"forward": 1, "backward": 2}


def chrome_trace(costs: Sequence[Any], memory: Mapping[int, int]) -> str:
    """JSON of costs in the order of recording, and of the bytes after steps of the sweep."""
    events = [_metadata("process_name", 0, "tapegrad")]
    events += [_metadata("thread_name", tid, phase) for phase, tid in _PHASES.items()]
    kept, now = 0, 0
    counters = []
    numbers = range(len(costs))
    for phase, order in (("forward", numbers), ("backward", reversed(numbers))):
        steps = []
        for number in order:
            cost = costs[number]
            seconds = getattr(cost, phase)
            begin = now
            if seconds is not None:
                now += max(1, round(seconds * 1e9))
                steps.append((number, begin, now))
            if phase == "forward":
                kept += cost.kept
                counters.append(_counter(now, kept))
            elif number in memory:
                counters.append(_counter(now, memory[number]))
        events += _nested(phase, steps, costs)
    notes = {"times": "the shortest of several runs of each operation, after the recording"}
    return json.dumps(
        {"traceEvents": [*events, *counters], "displayTimeUnit": "ns", "otherData": notes}
    )


def _nested(
    phase: str, steps: Sequence[tuple[int, int, int]], costs: Sequence[Any]
) -> Iterable[dict[str, Any]]:
    """The whole pass; in it, stretches of one line; in these, operations."""
    if not steps:
        return
    yield _complete(phase, phase, steps[0][1], steps[-1][2], {"operations": len(steps)})
    for line, stretch in groupby(steps, key=lambda step: str(costs[step[0]].line or "")):
        run = list(stretch)
        if line:
            yield _complete(line, phase, run[0][1], run[-1][2], {"operations": len(run)})
        for number, begin, end in run:
            cost = costs[number]
            arguments = {"record": number, "line": line, "bytes kept": cost.kept}
            yield _complete(cost.operation, phase, begin, end, arguments)


def _complete(
    name: str, phase: str, begin: int, end: int, arguments: dict[str, Any]
) -> dict[str, Any]:
    """An event from one time to another, in nanoseconds."""
    return {
        "ph": "X",
        "pid": _PROCESS,
        "tid": _PHASES[phase],
        "cat": phase,
        "name": name,
        "ts": begin / 1000,
        "dur": (end - begin) / 1000,
        "args": arguments,
    }


def _counter(time: int, value: int) -> dict[str, Any]:
    return {
        "ph": "C",
        "pid": _PROCESS,
        "tid": 0,
        "name": "memory",
        "ts": time / 1000,
        "args": {"bytes": value},
    }


def _metadata(name: str, thread: int, value: str) -> dict[str, Any]:
    return {
        "ph": "M",
        "pid": _PROCESS,
        "tid": thread,
        "ts": 0,
        "name": name,
        "args": {"name": value},
    }
