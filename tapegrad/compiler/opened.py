"""What went on inside a compiled function, for those who ask why a gradient is None or NaN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tapegrad.compiler.graph import Operation, Place, Read, Recording, Value
from tapegrad.compiler.rerun import rerun, sources_of
from tapegrad.core.context import only_recorders
from tapegrad.core.primitive import Primitive
from tapegrad.core.remains import Name
from tapegrad.core.structural import identity
from tapegrad.core.tape import Record, Tape
from tapegrad.core.tensor import next_id, rewrap

#: What stands for the assignment of a value that is read later in the same run.
_ASSIGN = Name("assign", "assign", ("value",), 0, False, frozenset())


class Opened:
    """The operations of a recording, without data.

    Parameters
    ----------
    recording
        What was recorded.
    places
        Which of its outputs are meant.
    """

    __slots__ = ("_places", "_recording")

    def __init__(self, recording: Recording, places: Sequence[int]) -> None:
        self._recording, self._places = recording, tuple(places)

    def calls(
        self, ids: Sequence[int], outs: Sequence[int]
    ) -> Iterator[tuple[Any, tuple[int, ...], tuple[int, ...], Place]]:
        """Primitive, identities of inputs and outputs, and place of each operation of a run.

        Parameters
        ----------
        ids, outs
            Identities of the sources and of the outputs of that run.
        """
        recording = self._recording
        at: dict[Value, int] = dict(zip(sources_of(recording), ids, strict=True))
        for place, out in zip(self._places, outs, strict=True):
            value = recording.outputs[place]
            if value in at:  # handed through, or twice among the outputs
                yield identity, (at[value],), (out,), ("", 0)
            else:
                at[value] = out

        def number(value: Value) -> int:
            if value not in at:
                at[value] = -1 if value.kind == "constant" else next_id()
            return at[value]

        made: dict[Value, Place] = {}
        for step in recording.steps:
            if isinstance(step, Read) and step.assigned is not None:
                value = step.assigned
                yield _ASSIGN, (number(value),), (number(step.output),), made.get(value, ("", 0))
            elif isinstance(step, Operation):
                made.update(dict.fromkeys(step.outputs, step.place))
                inputs = tuple([number(v) for v in step.inputs])
                yield step.primitive, inputs, tuple([number(v) for v in step.outputs]), step.place


class FunctionPrimitive(Primitive):
    """One run of a compiled function, as tapes see it.

    Attributes
    ----------
    inside
        Its operations.
    saved
        Arrays and identities of its sources.
    """

    __slots__ = ("inside", "recording", "saved")

    inside: Opened
    recording: Recording
    saved: Sequence[tuple[Any, int]]

    def opened_records(self, outs: Sequence[int]) -> tuple[list[Record], list[Place]]:
        """The records that the run would have left without being compiled, and their places."""
        tape = Tape()
        tensors = [rewrap(a, i) for a, i in self.saved]
        for x in tensors:
            tape.follow(x)
        places: list[Place] = []

        def note(step: Operation) -> None:
            places.extend([step.place] * (len(tape.records) - len(places)))

        with only_recorders((tape,)):
            at = rerun(self.recording, tensors, note)
        renamed: dict[int, int] = {}
        added: list[Record] = []
        own = {i for _, i in self.saved}
        for place, out in zip(self.inside._places, outs, strict=True):
            made = at[self.recording.outputs[place]]._id
            if made in own or made in renamed:
                origin = renamed.get(made, made)
                added.append((identity, origin, 1, None, out, None, None))
            else:
                renamed[made] = out

        def named(ids: Any) -> Any:
            if ids.__class__ is int:
                return renamed.get(ids, ids)
            return tuple([renamed.get(i, i) for i in ids])

        records = [
            (p, named(ids), mask, args, named(out), y, params)
            for p, ids, mask, args, out, y, params in tape.records
        ]
        return [*records, *added], [*places, *[("", 0)] * len(added)]


def tell(
    recorders: Sequence[Any],
    recording: Recording,
    name: str,
    ids: Sequence[int],
    outs: Sequence[int],
    places: Sequence[int],
) -> None:
    """Tell recorders of outputs of a run that no gradient reaches."""
    known = Name(name, "function", ("values*",), 0, True, frozenset(), Opened(recording, places))
    for recorder in recorders:
        recorder.pass_by(known, tuple(ids), tuple(outs))
