"""What became of a function, in words: ``fn.explain()`` and ``fn.source()``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapegrad.compiler.graph import Operation
from tapegrad.compiler.lowering import lowered
from tapegrad.compiler.paths import Path, Paths
from tapegrad.compiler.program import Program


def explained(name: str, known: Iterable[Paths], sizes: Iterable[str]) -> str:
    """One paragraph for each kind of call, and why other sizes are recorded."""
    lines = []
    for paths in known:
        lines.append(f"{name}({', '.join(paths.inputs)})")
        if paths.refusal is not None:
            lines.append(f"  runs eagerly: {paths.refusal}")
        elif not paths.paths:
            lines.append("  is not recorded yet: its first call made Variables")
        for path in paths.paths:
            lines += [f"  {line}" for line in _of_path(path)]
    lines += [f"each size is recorded: {why}" for why in sizes]
    return "\n".join(lines) if lines else f"{name} has not been called."


def _of_path(path: Path) -> list[str]:
    program = path.program
    operations = [s for s in program.recording.steps if isinstance(s, Operation)]
    done = _count(len(operations) - len(program.loops), "operation")
    lines = [f"compiled: {done}, {_count(len(program.kernels), 'kernel')}"]
    if path.origin is not None:
        lines.append(f"  not recorded, but made of the records for {path.origin}")
    for guard in path.guards:
        file, line = guard.place
        lines.append(f"  while {guard.use}() gives {guard.expected!r} ({file}, line {line})")
    for loop in program.loops:
        file, line = loop.place
        body = _count(len(loop.body), "operation")
        lines.append(f"  a loop: {loop.count} times {body} (the last at {file}, line {line})")
    for step in program.calls:
        file, line = step.place
        lines.append(f"  {step.primitive.name} is a call: {_why(step)} ({file}, line {line})")
    lines += [f"  gradients run eagerly: {failure}" for failure in path.failures]
    if path.custom_gradient is not None:
        file, line = path.custom_gradient
        lines.append(
            f"  under a tape it runs eagerly: it has a custom gradient ({file}, line {line})"
        )
    return lines


def _why(step: Operation) -> str:
    """Why an operation is not part of a kernel."""
    values = (*step.inputs, *step.outputs)
    if lowered(step) is not None:
        return "it stands alone"
    if any(v.size == 0 for v in values):
        return "there is no data"
    strange = sorted({str(v.dtype) for v in values if v.dtype.kind not in "fiub"})
    if strange:
        return f"kernels do not know {' and '.join(strange)}"
    return "NumPy or SciPy compute it"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def sources(known: Iterable[Paths]) -> str:
    """The text of all programs and their kernels."""
    programs: list[Program] = [
        program for paths in known for path in paths.paths for program in path.programs
    ]
    texts: list[Any] = []
    for program in programs:
        texts.append(program.source)
        texts += [kernel.source[kernel.source.index("def kernel(") :] for kernel in program.kernels]
    return "\n".join(texts)
