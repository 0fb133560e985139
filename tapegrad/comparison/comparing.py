"""`compare`: one program under both semantics."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

import tapegrad
import tapegrad.torch
from tapegrad.comparison.answers import Answer, agree, ask
from tapegrad.comparison.program import Inputs, caller_of, flat, inputs_of
from tapegrad.comparison.questions import Backward, Tape, is_continuous
from tapegrad.comparison.reasons import UNEXPLAINED, Seen, reason_for
from tapegrad.comparison.table import Comparison, Row
from tapegrad.comparison.vocabulary import Library

#: The questions about derivatives, by their methods, as the table words them.
_QUESTIONS = {
    "gradient": "gradient",
    "of_sum": "gradient of the sum",
    "again": "gradient, asked again",
    "second_run": "gradient after a second run",
    "second_order": "gradient of the gradient's sum",
    "jacobian": "Jacobian",
}
_LARGEST = 64  # elements of a result whose Jacobian is asked for
_STEP = 1e-5

Programs = Callable[..., Any] | tuple[Callable[..., Any], Callable[..., Any]]


class _Asked:
    """The four who answer: both semantics by tapegrad, and the real libraries or None."""

    def __init__(self, make: Callable[[Any, int], Any], real: bool) -> None:
        self.tape = make(tapegrad, 0)
        self.backward = make(tapegrad.torch, 1)
        libraries = [_installed("tensorflow"), _installed("torch")] if real else [None, None]
        self.real = [
            None if library is None else make(library, i) for i, library in enumerate(libraries)
        ]
        self.versions = {
            name: str(library.__version__)
            for name, library in zip(("TensorFlow", "PyTorch"), libraries, strict=True)
            if library is not None
        }

    def answers(self, question: str) -> list[Answer | None]:
        """The answers to one question: tape, backward, and the real ones."""
        everybody = [self.tape, self.backward, *self.real]
        return [None if who is None else ask(getattr(who, question)) for who in everybody]


def _installed(name: str) -> Any:
    return importlib.import_module(name) if find_spec(name) is not None else None


def compare(
    program: Programs,
    inputs: Any = (),
    *,
    derivatives: bool = True,
    why: Mapping[str, str] | None = None,
    real: bool = True,
) -> Comparison:
    """Run a program under TensorFlow's tape and under PyTorch's backward, and say what differs.

    The program is run with ``tapegrad`` and with ``tapegrad.torch``, and with TensorFlow and
    PyTorch themselves where they are installed. Asked for are its value, its gradient, the same
    gradient once more, the gradient after a second run, second derivatives, and the Jacobian where
    the result is no scalar; each time on new tensors.

    Parameters
    ----------
    program : callable, or pair of callables
        ``program(lib, x, ...)``, or ``program(x, ...)`` if it needs no library. `lib` is the
        dialect; what the other one calls otherwise is found by either name: ``lib.sum`` and
        ``lib.reduce_sum``, ``axis=`` and ``dim=``. Two programs are the same computation as
        TensorFlow and as PyTorch write it.
    inputs : sequence or mapping
        Numbers, nested lists or arrays; by name in a mapping. What is floating or complex is
        watched, or requires a gradient. A single array or number is the only input.
    derivatives : bool
        False if the programs take their derivatives themselves: they are run once, with the
        libraries as they are and the inputs as given, and what they return is compared, entry by
        entry if it is a dict. Entries that are functions are called; what they raise is their
        answer.
    why : mapping of str to str, optional
        Reasons of your own, by the names of rows: they replace those that were found.
    real : bool
        Whether to ask TensorFlow and PyTorch too, where they are installed.

    Returns
    -------
    Comparison
        A table: as text where it is printed, as HTML in notebooks. Its rows are objects.

    Raises
    ------
    TypeError
        If the program cannot be called with the inputs.
    ValueError
        If `why` names a row that is not in the table.

    Examples
    --------
    >>> found = tf.compare(lambda lib, x: lib.sin(x) * x, [2.0], real=False)
    >>> [row.question for row in found.differences]
    ['gradient after a second run: x']
    >>> print(found.differences[0])
    gradient after a second run: x
      tape      0.077
      backward  0.15401
      why       The tape's answer is fresh every time. `backward` adds to `x.grad`, which still held
                the gradient before: call `zero_grad()`, or `x.grad = None`, in between.
    """
    pair = program if isinstance(program, tuple) else (program, program)
    if len(pair) != 2 or not all(map(callable, pair)):
        raise TypeError(
            "Expect a program or a pair of programs (in TensorFlow's words, in PyTorch's), "
            f"Actual: {program!r}."
        )
    names = [inputs_of(one, inputs) for one in pair]
    calls = [caller_of(one, given) for one, given in zip(pair, names, strict=True)]
    if derivatives:
        rows, versions = _derivatives(calls, names[0], real)
    else:
        rows, versions = _results(calls, names[0], real)
    reasons = dict(why or {})
    if reasons.keys() - {row.question for row in rows}:
        raise ValueError(
            f"Expect reasons for rows of the table, {[row.question for row in rows]}, "
            f"Actual: {list(reasons)}."
        )
    rows = [row._replace(why=reasons.get(row.question, row.why)) for row in rows]
    return Comparison(rows, versions)


def _row(question: str, method: str, answers: list[Answer | None], **more: Any) -> Row:
    tape, backward, *real = answers
    assert tape is not None
    assert backward is not None
    same = agree(tape, backward)
    first = more.get("first") or Answer()
    answered = same and tape.error is None
    reason = "" if answered else reason_for(Seen(method, tape, backward, first), more.get("slopes"))
    if same and reason == UNEXPLAINED:
        reason = ""  # both refuse, each in its own words
    return Row(question, tape, backward, real[0], real[1], same, reason)


def _derivatives(
    calls: list[Callable[..., Any]], inputs: Inputs, real: bool
) -> tuple[list[Row], dict[str, str]]:
    def make(library: Any, i: int) -> Any:
        kind = (Tape, Backward)[i]
        return kind(library, calls[i], inputs.values)

    asked = _Asked(make, real)
    values = asked.answers("value")
    rows = [_row("value", "value", values)]
    leaves = flat(values[0].value) if values[0] is not None else []
    is_scalar = all(np.size(leaf) == 1 for leaf in leaves)
    skipped = set() if len(leaves) == 1 and 1 < np.size(leaves[0]) <= _LARGEST else {"jacobian"}
    skipped |= {"of_sum"} if is_scalar else {"again", "second_run"}
    if _failed(values):
        skipped = set(_QUESTIONS)  # there is nothing to differentiate
    if not any(map(is_continuous, inputs.values)):
        skipped |= _QUESTIONS.keys() - {"gradient"}
    first: list[Answer | None] = []
    for method in _QUESTIONS:
        if method in skipped:
            continue
        answers = asked.answers(method)
        first = first or answers
        rows += _rows_of(method, answers, first, calls[0], inputs)
        if method == "gradient" and is_scalar and _failed(answers):
            break  # what is left would fail for the same reason
    return rows, asked.versions


def _failed(answers: list[Answer | None]) -> bool:
    """Whether one of the two semantics raised an error."""
    return any(answer is not None and answer.error is not None for answer in answers[:2])


def _rows_of(
    method: str,
    answers: list[Answer | None],
    first: list[Answer | None],
    call: Callable[..., Any],
    inputs: Inputs,
) -> list[Row]:
    """A row for each input, or a single one if there is an error."""
    label = _QUESTIONS[method]
    if _failed(answers) or not inputs.names:
        return [_row(label, method, answers)]
    rows = []
    for i, name in enumerate(inputs.names):
        parts = [_part(answer, i) for answer in answers]
        before = _part(first[1], i)

        def slopes(index: tuple[int, ...], i: int = i) -> tuple[float, float]:
            return _slopes(call, inputs.values, i, index)

        wanted = slopes if method in ("gradient", "of_sum") else None
        rows.append(_row(f"{label}: {name}", method, parts, first=before, slopes=wanted))
    return rows


def _part(answer: Answer | None, i: int) -> Answer | None:
    if answer is None or answer.error is not None:
        return answer
    return Answer(answer.value[i])


def _slopes(
    call: Callable[..., Any], values: list[Any], which: int, index: tuple[int, ...]
) -> tuple[float, float]:
    """One-sided slopes of the sum of the results along an element of an input, in float64."""
    library = Library(tapegrad, tensorflow=True)
    doubles = [np.array(v, np.float64) if is_continuous(v) else v for v in values]

    def at(step: float) -> float:
        moved = list(doubles)
        moved[which] = np.array(moved[which])
        moved[which][index] += step
        results = flat(call(library, [tapegrad.constant(v) for v in moved]))
        return sum(float(np.sum(y.numpy())) for y in results)

    here = ask(lambda: at(0.0))
    sides = [ask(partial(at, step)) for step in (-_STEP, _STEP)]
    if here.error or any(side.error for side in sides):
        return float("nan"), float("nan")
    before, behind = (side.value for side in sides)
    return (here.value - before) / _STEP, (behind - here.value) / _STEP


class _Once:
    """A program that takes its derivatives itself, run once."""

    def __init__(self, call: Callable[..., Any], library: Any, values: list[Any]) -> None:
        self._call = call
        self._library = library
        self._values = values

    def entries(self) -> dict[str, Answer]:
        """What it returned, by the names of the rows; a dict's functions are called in order."""
        try:
            result = self._call(self._library, list(self._values))
        except Exception as error:  # noqa: BLE001  # errors are answers
            return {"result": Answer(error=error)}
        if not isinstance(result, Mapping):
            return {"result": ask(lambda: result)}
        return {
            str(key): ask(value if _is_question(value) else partial(_itself, value))
            for key, value in result.items()
        }


def _itself(value: Any) -> Any:
    return value


def _is_question(value: Any) -> bool:
    return callable(value) and not hasattr(value, "dtype")


def _results(
    calls: list[Callable[..., Any]], inputs: Inputs, real: bool
) -> tuple[list[Row], dict[str, str]]:
    asked = _Asked(lambda library, i: _Once(calls[i], library, inputs.values), real)
    found = [None if who is None else who.entries() for who in (asked.tape, asked.backward)]
    found += [None if who is None else who.entries() for who in asked.real]
    keys = dict.fromkeys(key for entries in found[:2] if entries for key in entries)
    rows = []
    for key in keys:
        answers = [
            None if entries is None else entries.get(key, entries.get("result", Answer()))
            for entries in found
        ]
        rows.append(_row(key, "program", answers))
    return rows, asked.versions
