"""Suites: the snippets that compare tapegrad with one library, and that library's answers.

A case is a function of the library, ``def name(library): ...``, that returns a nest of results or
raises. A suite is a package with modules ``cases_*``; its recordings stand in ``recorded`` there.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import platform
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tests.snippets.compare import compare, compare_messages, compare_plain, has_words
from tests.snippets.normalise import masked, normalise

Snippet = Callable[[Any], Any]


class Case(NamedTuple):
    """One snippet with the rows of the semantics table, or the topic, that it covers."""

    name: str
    module: str
    row: str
    run: Snippet
    differs: str | None
    ours: object
    match: str | None
    rtol: float | None


class Suite:
    """The cases of one package: a subclass says what the library's results look like.

    Attributes
    ----------
    real : str
        The module that tapegrad is compared with.
    longest_message : int
        Messages of exceptions up to this length must be equal where a case has no `match`.
    warns : bool
        Whether the warnings of a snippet are part of its result.
    of_no_interest : str
        A regex of the warnings that are about the library itself.
    """

    real = ""
    longest_message = 0
    warns = False
    of_no_interest = "(?!)"

    def __init__(self, package: str, folder: Path) -> None:
        self.package = package
        self.folder = folder
        self.cases: list[Case] = []
        self._names: dict[str, str] = {}

    def describe(self, library: Any, result: Any) -> Any:
        """The JSON of a value of the library's own types; None for any other value."""
        raise NotImplementedError

    def name_of(self, library: Any, kind: type) -> str | None:
        """The library's name of one of its own exceptions; None for any other class."""
        raise NotImplementedError

    def around(self, library: Any) -> AbstractContextManager[Any]:
        """What surrounds the run of a snippet."""
        return nullcontext()

    def case(
        self,
        row: str | int,
        *,
        differs: str | None = None,
        ours: object = None,
        match: str | None = None,
        rtol: float | None = None,
    ) -> Callable[[Snippet], Snippet]:
        """Register a snippet.

        Parameters
        ----------
        row : str or int
            The row or rows of the semantics table that the snippet covers, or its topic.
        differs : str, optional
            Why tapegrad's answer differs from the library's, which is recorded all the same.
        ours : object, optional
            With `differs`: tapegrad's answer, written by hand. A nest of Python values, which ask
            for these values in this shape; NumPy arrays, which ask for a tensor of that dtype as
            well; and `Raises`, for the whole or for a part.
        match : str, optional
            A regex, case ignored, that both libraries' messages must contain if the snippet
            raises.
        rtol : float, optional
            A relative tolerance for this snippet instead of the one by dtype.
        """
        if ours is not None and differs is None:
            raise ValueError("ours= is the answer of a documented difference: say why in differs=")

        def register(run: Snippet) -> Snippet:
            name, module = run.__name__, run.__module__.rpartition(".")[2]
            if name in self._names:
                raise ValueError(f"case {name} of {module} is already in {self._names[name]}")
            self._names[name] = module
            self.cases.append(Case(name, module, str(row), run, differs, ours, match, rtol))
            return run

        return register

    def expressions(
        self,
        module: str,
        row: str | int,
        table: Mapping[str, Snippet],
        *,
        rtol: float | None = None,
    ) -> None:
        """Register the snippets of `table`, name -> ``lambda tf: expression``, for `module`."""
        for name, run in table.items():
            run.__name__ = name
            run.__module__ = module
            self.case(row, rtol=rtol)(run)

    def load_cases(self) -> list[Case]:
        """Import every ``cases_*`` module of the package and return all cases."""
        for info in pkgutil.iter_modules([str(self.folder)]):
            if info.name.startswith("cases_"):
                importlib.import_module(f"{self.package}.{info.name}")
        return self.cases

    def recording_path(self, module: str) -> Path:
        """Where the library's answers to the cases of `module` are kept."""
        return self.folder / "recorded" / f"{module}.json"

    def load_recordings(self) -> dict[str, dict[str, Any]]:
        """The library's recorded answers: module -> case name -> entry."""
        paths = (self.folder / "recorded").glob("cases_*.json")
        return {path.stem: json.loads(path.read_text())["cases"] for path in paths}

    def normalise(self, library: Any, result: Any) -> Any:
        """Turn a result of `library` into JSON that keeps structure, dtypes and shapes apart."""
        return normalise(
            result,
            lambda value: self.describe(library, value),
            lambda kind: self.name_of(library, kind),
        )

    def answer(self, library: Any, run: Snippet) -> Any:
        """Run a snippet under `library` and return its normalised result or exception."""
        with warnings.catch_warnings(record=True) as caught, self.around(library):
            warnings.simplefilter("always")
            try:
                result = run(library)
            except Exception as error:  # noqa: BLE001 - any exception is a result
                result = error
            answer = self.normalise(library, result)
        said = [
            [warning.category.__name__, gist(str(warning.message))]
            for warning in caught
            if not re.search(self.of_no_interest, str(warning.message))
        ]
        return {"warns": said, "result": answer} if self.warns and said else answer

    def differences(self, case: Case, expected: Any, got: Any) -> list[str]:
        """How tapegrad's `got` differs from what it ought to be, given the library's answer."""
        if case.differs is not None:
            return compare_plain(case.ours, without_warnings(got), case.rtol)
        if not has_words(case.match, without_warnings(got)):
            return [f"the message should contain {case.match!r}: {got!r}"]
        found = compare(expected, got, case.rtol)
        if case.match is None:
            found += compare_messages(expected, got, self.longest_message)
        return found

    def record(self, library: Any, only: Sequence[str]) -> int:
        """Write one file of answers per case module; return the number of cases that failed."""
        modules: dict[str, dict[str, Any]] = {}
        failures = 0
        for case in self.load_cases():
            if only and case.module not in only:
                continue
            try:
                result = self.answer(library, case.run)
            except TypeError as error:  # not a result that can be recorded
                failures += 1
                sys.stderr.write(f"{case.module}.{case.name}: {error}\n")
                continue
            if case.differs is None and not has_words(case.match, without_warnings(result)):
                failures += 1
                sys.stderr.write(f"{case.module}.{case.name}: {self.real} says {result}\n")
            entry: dict[str, Any] = {"row": case.row, "result": result}
            if case.differs is not None:
                entry["differs"] = case.differs
            modules.setdefault(case.module, {})[case.name] = entry
        for module, cases in modules.items():
            path = self.recording_path(module)
            path.parent.mkdir(exist_ok=True)
            write_recording(path, {self.real: library.__version__}, cases)
        return failures


def write_recording(path: Path, libraries: dict[str, str], cases: Mapping[str, Any]) -> None:
    """Write answers, one a line, so that a difference between two recordings can be read."""
    versions = libraries | {"numpy": np.__version__, "python": platform.python_version()}
    head = json.dumps(versions)[:-1]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(cases[name])}" for name in cases)
    path.write_text(f'{head}, "cases": {{\n{lines}\n}}}}\n')
    sys.stdout.write(f"{path.name}: {len(cases)} cases\n")


def without_warnings(answer: Any) -> Any:
    """The result alone of an answer of `Suite.answer`."""
    return answer["result"] if isinstance(answer, dict) and "warns" in answer else answer


def gist(message: str) -> str:
    """The first sentence of a warning."""
    sentence = message.partition(" (Triggered ")[0].partition(". ")[0]
    return masked(sentence)[:120]


def raised(call: Callable[[], object]) -> Exception:
    """The exception that `call` raises, to be part of a result."""
    try:
        value = call()
    except Exception as error:  # noqa: BLE001 - any exception is a result
        return error
    raise AssertionError(f"nothing was raised; the call returned {value!r}")
