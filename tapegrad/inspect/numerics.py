"""Where a NaN or an infinity comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.context import (
    push_recorder,
    remove_recorder,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.observer import Observer
from tapegrad.core.places import Line, Place, dialect_here, line_of, place
from tapegrad.core.primitive import Primitive
from tapegrad.core.tape import Record, is_differentiable
from tapegrad.core.tape_arguments import single_tensor
from tapegrad.inspect.cures import cure
from tapegrad.inspect.explain import check_open
from tapegrad.inspect.lineage import tuple_of, watched
from tapegrad.inspect.tables import html_text
from tapegrad.inspect.walk import ones, walk

#: How many findings a report keeps; the first is what matters.
_KEPT = 20


class Finding(NamedTuple):
    """An operation that made a non-finite value.

    Attributes
    ----------
    operation
        The name of the primitive.
    phase
        ``"forward"``; ``"backward"``, while the gradient was pulled through it; or ``"input"``, if
        the operation is only the first that met a value which came from outside.
    index
        The index of the first bad element of the result, or of the gradient that was passed on.
    value
        That element.
    inputs
        What the operation got there, in words, one entry for each input.
    line
        The line of the user's code, if it is known.
    cure
        What usually helps.
    """

    operation: str
    phase: str
    index: tuple[int, ...]  # type: ignore[assignment]  # no tuple's method is missed
    value: Any
    inputs: tuple[str, ...]
    line: Line | None
    cure: str

    def __str__(self) -> str:
        where = f" at {self.line}" if self.line else ""
        what = {
            "forward": f"`{self.operation}`{where} made {self.value} at index {self.index}.",
            "backward": (
                f"The gradient of `{self.operation}`{where} is {self.value} at index "
                f"{self.index}; forward, everything was finite."
            ),
            "input": (
                f"`{self.operation}`{where} got {self.value} at index {self.index} from outside: "
                f"no operation made it."
            ),
        }[self.phase]
        given = [f"  {text}" for text in self.inputs]
        return "\n".join([what, "Its inputs:", *given, f"Usual cure: {self.cure}"])


class NumericsReport:
    """What was found about non-finite values; prints as text.

    Attributes
    ----------
    findings
        Operations that made a NaN of numbers, or an infinity of finite ones, in order.
    incoming
        Operations that got non-finite values which no operation had made.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.incoming: list[Finding] = []

    @property
    def first(self) -> Finding | None:
        """The origin of the trouble; None if everything is finite."""
        found = self.findings or self.incoming
        return found[0] if found else None

    def __str__(self) -> str:
        if self.first is None:
            return "Everything that was looked at is finite."
        return str(self.first)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_text(str(self))

    def add(self, finding: Finding) -> None:
        """Keep a finding."""
        kept = self.incoming if finding.phase == "input" else self.findings
        if len(kept) < _KEPT:
            kept.append(finding)


def _array(x: Any) -> Any:
    """Data whose finiteness can be asked, or None."""
    a = np.asarray(x)
    if a.dtype.name == "bfloat16":
        return a.astype(np.float32)
    return a if a.dtype.kind in "fc" else None


def is_finite(x: Any) -> bool:
    """Whether all elements are finite; true for what is no floating point data."""
    a = _array(x)
    return a is None or bool(np.isfinite(a).all())


def _has_nan(x: Any) -> bool:
    a = _array(x)
    return a is not None and bool(np.isnan(a).any())


def _makes(output: Any, inputs: Sequence[Any]) -> bool:
    """Whether a NaN of numbers, or an infinity of finite numbers, was made."""
    if is_finite(output):
        return False
    if _has_nan(output) and not any(map(_has_nan, inputs)):
        return True
    return all(map(is_finite, inputs))


def _first_bad(a: Any, nan_only: bool) -> tuple[tuple[int, ...], Any]:
    bad = np.isnan(_array(a)) if nan_only else ~np.isfinite(_array(a))
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(bad)), np.shape(a)))
    return index, np.asarray(a)[index]


def _at(x: Any, index: tuple[int, ...], shape: tuple[int, ...], elementwise: bool) -> str:
    """An input in words: its element at the index, or its range."""
    a = np.asarray(x)
    kind = f"{a.dtype.name}, shape {a.shape}"
    if elementwise:
        try:
            element = np.broadcast_to(a, shape)[index]
        except ValueError:
            element = None
        if element is not None:
            return f"{element} ({kind})"
    if a.size == 0 or a.dtype.kind not in "fiu":
        return kind
    return f"from {a.min()} to {a.max()} ({kind})"


def _find(
    primitive: Any,
    phase: str,
    output: Any,
    inputs: Mapping[str, Any],
    where: Any,
    dialect: str,
) -> Finding:
    elementwise = primitive.kind == "elementwise"
    before = [a for a in inputs.values() if a is not None]
    # Of infinities that came in, the NaN that was made of them counts.
    nan_only = (
        _has_nan(output) and not any(map(_has_nan, before)) and not all(map(is_finite, before))
    )
    index, value = _first_bad(output, nan_only)
    shape = np.shape(output)
    shown = tuple(
        f"{name}: not kept, because no rule reads it"
        if a is None
        else f"{name}: {_at(a, index, shape, elementwise)}"
        for name, a in inputs.items()
    )
    line = line_of(where)
    helps = cure(primitive.name, phase, dialect)
    return Finding(primitive.name, phase, index, value, shown, line, helps)


def _names(primitive: Primitive, count: int) -> list[str]:
    names = [name.rstrip("*") for name in primitive.inputs]
    if primitive.variadic or len(names) != count:
        return [f"input {i}" for i in range(count)]
    return [f"input {name!r}" for name in names]


def _pulled_back(
    records: Sequence[Record],
    seeds: Mapping[int, Any],
    found: dict[int, Any] | None,
    sources: set[int],
) -> Iterator[tuple[int, Record, Mapping[str, Any], Any]]:
    """Steps of the sweep that make a non-finite cotangent: number, record, inputs, cotangent."""
    roots: dict[int, Any] = {}
    for pulled in walk(records, dict(seeds), roots):
        if found is not None:
            found.update((o, g) for o, g in pulled.arrived.items() if o in sources)
        primitive, ids, _, args, _, y, _ = pulled.record
        names = _names(primitive, len(tuple_of(ids)))
        kept = (args,) if ids.__class__ is int else args
        gradient = next(iter(pulled.arrived.values()))
        inputs = {"gradient": gradient, **dict(zip(names, kept, strict=True))}
        if isinstance(y, (np.ndarray, np.generic)):
            inputs["output"] = y
        present = [a for a in inputs.values() if a is not None]
        for g in pulled.passed.values():
            if _makes(g, present):
                yield pulled.number, pulled.record, inputs, g
    if found is not None:
        found.update((x, g) for x, g in roots.items() if x in sources)


class NumericsObserver(Observer):
    """Looks for non-finite values while a program runs."""

    __slots__ = ("_bad", "_dialects", "_places", "report")

    def __init__(self) -> None:
        super().__init__()
        self.report = NumericsReport()
        self._bad: set[int] = set()
        self._places: dict[int, Place] = {}
        self._dialects: dict[int, str] = {}

    def see(self, primitive: Primitive, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Look at what a call computed."""
        token = silence_float_errors()
        try:
            where, dialect = place(3), dialect_here(3)
            for y in outputs:
                self._places[y._id], self._dialects[y._id] = where, dialect
                if not is_finite(y._value):
                    self._look(primitive, inputs, y, where, dialect)
        finally:
            restore_float_errors(token)

    def _look(
        self, primitive: Primitive, inputs: Sequence[Any], y: Any, where: Place, dialect: str
    ) -> None:
        self._bad.add(y._id)
        arrays = [x._value for x in inputs]
        named = dict(zip(_names(primitive, len(arrays)), arrays, strict=True))
        if _makes(y._value, arrays):
            self.report.add(_find(primitive, "forward", y._value, named, where, dialect))
        for x in inputs:
            if x._id not in self._bad and not is_finite(x._value):
                self._bad.add(x._id)
                self.report.add(_find(primitive, "input", x._value, named, where, dialect))

    def sweep(
        self,
        records: Sequence[Record],
        place_of: Callable[[int], Place | None],
        cotangents: Mapping[int, Any],
        sources: set[int],
    ) -> dict[int, Any]:
        """Pull cotangents back and look at each."""
        found: dict[int, Any] = {}
        for number, record, inputs, g in _pulled_back(list(records), cotangents, found, sources):
            out = tuple_of(record[4])[0]
            where, dialect = place_of(number) or self._places.get(out), self._dialects.get(out)
            self.report.add(_find(record[0], "backward", g, inputs, where, dialect or "tf"))
        return found


@contextmanager
def trace_numerics() -> Iterator[NumericsReport]:
    """Watch a block for the operation that first makes a NaN or an infinity.

    Every operation of the block is looked at, inside and outside of tapes, and every step of the
    gradients that are computed in it. Nothing is raised.

    Yields
    ------
    NumericsReport
        Prints as text. `first` is None, or the origin: the operation, its `phase` (``"forward"``,
        ``"backward"``, or ``"input"`` for values that came from outside), `line`, `index`, the
        `inputs` there and the usual `cure`. `findings` holds the next ones too.

    Notes
    -----
    The block runs more slowly: operations are looked at one by one. Gradients of gradients are seen
    as the operations that they are made of.

    Examples
    --------
    >>> import tapegrad as tf
    >>> with tf.debugging.trace_numerics() as report:
    ...     p = tf.nn.softmax([0.0, 200.0])
    ...     entropy = -tf.reduce_sum(p * tf.math.log(p))
    >>> report.first.operation, report.first.index
    ('log', (0,))
    """
    observer = NumericsObserver()
    push_recorder(observer)
    try:
        yield observer.report
    finally:
        observer.is_recording = False
        remove_recorder(observer)


# After an ordinary recording.


def explain_nan(tape: Any, target: Any = None) -> NumericsReport:
    """See `GradientTape.explain_nan`."""
    hint = " `with tf.debugging.trace_numerics() as report:` around both needs neither."
    check_open(tape, "explain_nan", hint)
    y = None if target is None else single_tensor(target, "target")
    report = NumericsReport()
    records, places = _unfolded(tape)
    known = _known(tape, records, y)
    dialect = "tf" if y is None else y._manner.dialect
    token = silence_float_errors()
    try:
        last = _look_forward(records, places, known, report, dialect)
        if not report.findings and records:
            if y is not None:
                seeds = {y._id: ones(y)} if is_differentiable(y._value) else {}
            else:
                seeds = {} if last is None else {last[0]: np.ones(last[1].shape, last[1].dtype)[()]}
            for number, record, inputs, g in _pulled_back(records, seeds, None, set()):
                report.add(_find(record[0], "backward", g, inputs, places[number], dialect))
    finally:
        restore_float_errors(token)
    return report


def _unfolded(tape: Any) -> tuple[list[Record], list[Any]]:
    """The records of a tape and their places, those inside of compiled functions, too."""
    records: list[Record] = []
    places: list[Any] = []
    for number, record in enumerate(tape.records):
        if record[0].kind == "function":
            inner, where = record[0].opened_records(tuple_of(record[4]))
            records += inner
            places += where
        else:
            records.append(record)
            places.append(tape._memory.place_of(number))
    return records, places


def _known(tape: Any, records: Sequence[Record], y: Any) -> dict[int, Any]:
    """The arrays that the tape kept, by identity."""
    known: dict[int, Any] = {}
    for identity, event in watched(tape).items():
        x = event.detail()
        if x is not None:
            known[identity] = x._value
    for _, ids, _, args, out, kept, _ in records:
        pairs = list(zip(tuple_of(ids), (args,) if ids.__class__ is int else args, strict=True))
        pairs += zip(tuple_of(out), kept if kept.__class__ is tuple else (kept,), strict=False)
        known.update((i, a) for i, a in pairs if isinstance(a, (np.ndarray, np.generic)))
    if y is not None:
        known[y._id] = y._value
    return known


def _look_forward(
    records: Sequence[Record],
    places: Sequence[Any],
    known: dict[int, Any],
    report: NumericsReport,
    dialect: str,
) -> Any:
    """Report records whose output is bad; gives identity and value of the last known output."""
    last, bad = None, set()
    for number, (primitive, ids, _, args, out, _, params) in enumerate(records):
        kept = (args,) if ids.__class__ is int else args
        inputs = [
            a if a is not None else known.get(i) for a, i in zip(kept, tuple_of(ids), strict=True)
        ]
        if out.__class__ is int and out not in known and all(a is not None for a in inputs):
            value = _again(primitive, inputs, params)
            if value is not None:
                known[out] = value
        named = dict(zip(_names(primitive, len(inputs)), inputs, strict=True))
        where = places[number]
        present = [a for a in inputs if a is not None]
        for o in tuple_of(out):
            value = known.get(o)
            if value is None:
                continue
            last = o, value
            if is_finite(value):
                continue
            bad.add(o)
            if _makes(value, present):
                report.add(_find(primitive, "forward", value, named, where, dialect))
        for i, a in zip(tuple_of(ids), inputs, strict=True):
            if a is not None and i not in bad and not is_finite(a):
                bad.add(i)
                report.add(_find(primitive, "input", a, named, where, dialect))
    return last


def _again(primitive: Any, inputs: Sequence[Any], params: Any) -> Any:
    """The output of a record, computed again from its inputs."""
    if primitive.kind not in ("elementwise", "linear", "bilinear", "general"):
        return None
    given = {} if primitive.kind == "elementwise" else dict(params or ())
    given.pop("shapes", None)
    value = primitive.forward(*inputs, **given)
    return None if value.__class__ is tuple else value
