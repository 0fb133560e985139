"""A program: Python source that runs a recording again, on other data."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from itertools import count
from typing import Any

import numpy as np

from tapegrad.compiler.assembling import assembled
from tapegrad.compiler.expand import expanded
from tapegrad.compiler.failures import KERNEL_CALLS, in_words
from tapegrad.compiler.graph import Assign, Guard, HostCall, Operation, Read, Recording, Value
from tapegrad.compiler.kernels import Kernel, can_fuse, kernel, library_kernel, loop_kernel
from tapegrad.compiler.loops import Loop
from tapegrad.compiler.plain_loop import PlainLoop
from tapegrad.compiler.reuse import LARGE, room
from tapegrad.compiler.rolling import rolled
from tapegrad.compiler.schedule import Work, boundary, scheduled
from tapegrad.compiler.simplify import simplify
from tapegrad.compiler.tracer import NotCompilableError
from tapegrad.core.guarded import guarded_call, has_nan

_number = count(1).__next__

#: More operations than this that no loop takes are not worth compiling.
MOST_OPERATIONS = 20_000


class MissedGuardError(Exception):
    """A guard found another value than that of the recorded run."""

    def __init__(self, place: int, value: Any) -> None:
        super().__init__(place)
        self.place = place
        self.value = value


class ChangedShapeError(Exception):
    """The shape of a Variable or of a result is not that of the recorded run."""


class Workspace:
    """Arrays that a kernel works in, kept from call to call; each running call has its own."""

    def __init__(self, kinds: Sequence[tuple[tuple[int, ...], Any]]) -> None:
        self._kinds = kinds
        self._free: deque[list[Any]] = deque()

    def take(self) -> list[Any]:
        """A set of arrays that nobody else has."""
        try:
            return self._free.pop()
        except IndexError:
            return [np.zeros(shape, dtype) for shape, dtype in self._kinds]

    def give(self, arrays: list[Any]) -> None:
        """Hand them back."""
        self._free.append(arrays)


class Plainly:
    """The operations of a kernel one by one, for data in which zeros meet infinity or NaN.

    Parameters
    ----------
    recording
        What the kernel does.
    name
        The function's.
    """

    def __init__(self, recording: Recording, name: str) -> None:
        self.inputs = recording.inputs
        self._recording = recording
        self._name = name

    @cached_property
    def _program(self) -> Program:
        return Program(self._recording, self._name, fuse=False)

    def __call__(self, *arrays: Any) -> tuple[Any, ...]:
        """The results, as the kernel would leave them."""
        return tuple([np.array(a, order="C") for a in self._program.run(*arrays)])


class Program:
    """A recording made runnable.

    Parameters
    ----------
    recording
        Of one run.
    name
        The function's, for tracebacks.
    fuse
        Whether to compile kernels; otherwise each operation is a call of NumPy.

    Attributes
    ----------
    run
        Takes the input arrays, returns a tuple of output arrays.
    guards
        The recorded outcomes of Python's decisions, in order.
    variables
        The Variables that are read.
    source
        The program as text.
    kernels
        Its kernels.
    loops
        What of it repeats, in native loops.
    """

    def __init__(self, recording: Recording, name: str, fuse: bool | None = None) -> None:
        if fuse is None:
            fuse = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
        recording = simplify(expanded(recording) if fuse else recording)
        self.recording = recording = assembled(rolled(recording)) if fuse else recording
        if len(recording.steps) > MOST_OPERATIONS:
            raise NotCompilableError(
                f"more than {MOST_OPERATIONS} operations, and they do not repeat"
            )
        self.guards: list[Guard] = []
        self.kernels: list[Kernel] = []
        self.variables: list[Any] = []
        self.calls: list[Operation] = []
        self.loops: list[Loop] = []
        self._names: dict[Value, str] = {}
        self._kernel_calls: dict[int, str] = {}
        self._known: dict[str, Any] = {
            KERNEL_CALLS: self._kernel_calls,
            "array": np.array,
            "empty": np.empty,
            "room": room,
            "contiguous": np.ascontiguousarray,
            "MissedGuardError": MissedGuardError,
            "ChangedShapeError": ChangedShapeError,
        }
        self._solid: set[Value] = set()  # known to be contiguous
        self._lines: list[str] = []
        arguments = [self._name(v) for v in recording.inputs]
        program = scheduled(recording, can_fuse if fuse else lambda _: False)
        bounds = boundary(program, recording)
        for i, item in enumerate(program):
            if isinstance(item, Work):
                first = item.operations[0]
                if item.fused:
                    given, wanted = bounds[i]
                    made = kernel(item.operations, given, wanted)
                    self._kernel(made, item.operations, given, wanted, name)
                elif isinstance(first, Loop):
                    self._loop(first, name)
                else:
                    self._single(first, fuse)
            elif isinstance(item, Read):
                self._read(item)
            elif isinstance(item, Guard):
                self._guard(item)
            elif isinstance(item, HostCall):
                self._host(item)
            elif isinstance(item, Assign):
                target = self._constant(item.variable)
                self._lines.append(f"{target}._replace({self._use(item.value)})")
        results = ", ".join(self._use(v) for v in recording.outputs)
        self._lines.append(f"return ({results}{',' if results else ''})")
        body = "\n".join(f"    {line}" for line in self._lines)
        self.source = f"def run({', '.join(arguments)}):\n{body}\n"
        self.run = self._compiled(name)

    def _compiled(self, name: str) -> Callable[..., Any]:
        import linecache

        file = f"<tapegrad program {name} {_number()}>"
        linecache.cache[file] = len(self.source), None, self.source.splitlines(True), file
        exec(compile(self.source, file, "exec"), self._known)
        return self._known["run"]  # type: ignore[no-any-return]

    # Names

    def _name(self, value: Value) -> str:
        if value not in self._names:
            self._names[value] = f"x{len(self._names)}"
        return self._names[value]

    def _use(self, value: Value) -> str:
        """A value as an expression."""
        if value.kind == "constant" and value not in self._names:
            self._names[value] = name = f"k{len(self._names)}"
            self._known[name] = value.array
        return self._names[value]

    def _constant(self, thing: Any) -> str:
        name = f"o{len(self._known)}"
        self._known[name] = thing
        return name

    # Steps

    def _read(self, step: Read) -> None:
        self.variables.append(step.variable)
        name = self._name(step.output)
        self._lines.append(f"{name} = {self._constant(step.variable)}._value")
        if not step.variable.shape.is_fully_defined():
            self._lines.append(f"if {name}.shape != {step.output.shape}: raise ChangedShapeError")

    def _guard(self, step: Guard) -> None:
        value = self._use(step.value)
        place = len(self.guards)
        self.guards.append(step)
        if step.value.shape == ():
            expected = step.expected.item() if hasattr(step.expected, "item") else step.expected
            differs = f"{value} != {expected!r}"
        else:
            differs = f"({value} != {self._constant(step.expected)}).any()"
        self._lines.append(f"if {differs}: raise MissedGuardError({place}, {value})")

    def _host(self, step: HostCall) -> None:
        inputs = ", ".join(self._use(v) for v in step.inputs)
        call = f"{self._constant(step.run)}({inputs})"
        outputs = [self._name(v) for v in step.outputs]
        self._lines.append(f"{', '.join(outputs)}, = {call}" if outputs else call)
        self._check_shapes(step.outputs)

    def _check_shapes(self, values: Sequence[Value]) -> None:
        for v in values:
            self._lines.append(f"if {self._name(v)}.shape != {v.shape}: raise ChangedShapeError")

    def _single(self, step: Operation, fuse: bool) -> None:
        made = library_kernel(step) if fuse else None
        if made is None:
            self._call(step)
        else:
            self._kernel(made, [step], step.inputs, step.outputs)
            if step.guarded is not None:
                self._repair(step)

    def _repair(self, step: Operation) -> None:
        """Behind a kernel that knows nothing of zeros that count: a NaN may be one."""
        (out,) = step.outputs
        inputs = ", ".join([self._use(v) for v in step.inputs])
        call = self._constant(guarded_call(step.primitive, step.guarded or 0))
        params = self._constant(step.params)
        name = self._name(out)
        self._lines.append(
            f"if {self._constant(has_nan)}({name}): {name} = {call}({inputs}, **{params})"
        )

    def _call(self, step: Operation) -> None:
        self.calls.append(step)
        inputs = [self._use(v) for v in step.inputs]
        params = "" if not step.params else f"**{self._constant(step.params)}"
        arguments = ", ".join([*inputs, params] if params else inputs)
        forward = step.primitive.forward
        if step.guarded is not None:
            forward = guarded_call(step.primitive, step.guarded)
        call = f"{self._constant(forward)}({arguments})"
        outputs = [self._name(v) for v in step.outputs]
        self._lines.append(f"{', '.join(outputs)}{',' if len(outputs) > 1 else ''} = {call}")
        if step.primitive.kind == "elementwise":
            (out,) = step.outputs
            dtype = self._constant(out.dtype)
            name = outputs[0]
            self._lines.append(f"if {name}.dtype != {dtype}: {name} = {name}.astype({dtype})")
        else:
            self._check_shapes(step.outputs)

    def _kernel(
        self,
        made: Kernel,
        operations: Sequence[Operation],
        given: Sequence[Value],
        wanted: Sequence[Value],
        name: str = "",
    ) -> None:
        arguments = [self._contiguous(v) for v in given]
        arguments += [self._constant(c) for c in made.constants]
        arguments += [self._empty(v) for v in wanted]
        watched = None
        if made.flag is not None:
            inputs = [v for v in given if v.kind != "constant"]
            watched = Plainly(Recording(inputs, list(operations), list(wanted)), name)
        self._call_kernel(made, operations, arguments, wanted, watched=watched)

    def _loop(self, loop: Loop, name: str) -> None:
        made, source = loop_kernel(loop)
        self.loops.append(loop)
        first = {s.output: s.first for s in loop.summed}
        arguments = [self._contiguous(v) for v in (*source.bases, *source.firsts)]
        arguments += [self._constant(c) for c in made.constants]
        for v in source.outputs:
            if v in first:
                self._solid.add(v)
                self._lines.append(f"{self._name(v)} = array({self._use(first[v])}, order='C')")
                arguments.append(self._name(v))
            else:
                arguments.append(self._empty(v))
        offsets = self._constant(source.offsets)
        watched = None
        if made.flag is not None:
            plainly = partial(Program, name=name, fuse=False)
            watched = PlainLoop(loop, source.outputs, lambda turn: plainly(turn).run)
        self._call_kernel(made, [loop], arguments, source.outputs, offsets, watched=watched)

    def _contiguous(self, v: Value) -> str:
        if v.kind == "constant" and v.shape:
            return self._constant(np.ascontiguousarray(v.array))
        name = self._use(v)
        if v.shape and v not in self._solid:
            self._lines.append(f"if not {name}.flags.c_contiguous: {name} = contiguous({name})")
            self._solid.add(v)
        return name

    def _empty(self, v: Value) -> str:
        function = "room" if v.size * v.dtype.itemsize >= LARGE else "empty"
        self._lines.append(f"{self._name(v)} = {function}({v.shape}, {self._constant(v.dtype)})")
        self._solid.add(v)
        return self._name(v)

    def _call_kernel(
        self,
        made: Kernel,
        operations: Sequence[Operation],
        arguments: list[str],
        wanted: Sequence[Value],
        *more: str,
        watched: Plainly | PlainLoop | None = None,
    ) -> None:
        self.kernels.append(made)
        numbers = [*more, self._constant(made.sizes), self._constant(made.numbers)]
        call = self._constant(made.function)
        if made.work:
            space = self._constant(Workspace(made.work))
            self._lines.append(f"work = {space}.take()")
            arguments = [*arguments, "*work"]
        self._lines.append(f"{call}({', '.join([*arguments, *numbers])})")
        line = len(self._lines) + 1  # behind that of the signature
        self._kernel_calls[line] = in_words(len(self.kernels), operations)
        if watched is not None and made.flag is not None:
            flag = f"work[{made.flag}][0]"
            given = ", ".join([self._name(v) for v in watched.inputs])
            outputs = "".join([f"{self._name(v)}, " for v in wanted])
            self._lines.append(f"if {flag}:")
            self._lines.append(f"    {flag} = False")
            self._lines.append(f"    {outputs}= {self._constant(watched)}({given})")
        if made.work:
            self._lines.append(f"{space}.give(work)")
        for v in wanted:
            if v.shape == ():
                name = self._name(v)
                self._lines.append(f"{name} = {name}[()]")
