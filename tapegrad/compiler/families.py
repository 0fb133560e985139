"""Calls of a function that differ in sizes only: what their records have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tapegrad.compiler.outline import Outline
from tapegrad.compiler.paths import Path
from tapegrad.compiler.template import NotGeneralError, Template
from tapegrad.compiler.tracer import NotCompilableError
from tapegrad.core import nest
from tapegrad.core.tensor import Tensor

#: So many records wait for another that differs in sizes only.
_MOST_OUTLINES = 32


class Family:
    """The records for one kind of call, whatever the sizes.

    Attributes
    ----------
    why
        Why the last two records for different sizes do not serve others too, or None.
    kept
        Objects whose identity is part of the kind of call, or weak references to them.
    """

    def __init__(self, name: str, kept: Sequence[Any]) -> None:
        self.why: str | None = None
        self.kept = kept
        self._name = name
        self._outlines: list[tuple[Outline, Path]] = []
        self._templates: list[tuple[Template, Path]] = []

    def add(self, outline: Outline, path: Path, result: Any) -> None:
        """Remember a record, and look for one that it has all but sizes in common with."""
        why = self._unfit(path, result)
        if why is not None:
            self.why = why
            return
        for known, other in self._outlines:
            if known.shapes == outline.shapes:
                continue
            try:
                template = Template(known, outline)
            except NotGeneralError as reason:
                self.why = str(reason)
            else:
                self.why = None
                self._templates.insert(0, (template, path))
                self._outlines.remove((known, other))
                return
        self._outlines = [(outline, path), *self._outlines[: _MOST_OUTLINES - 1]]

    def _unfit(self, path: Path, result: Any) -> str | None:
        if path.custom_gradient is not None:
            return "it has a custom gradient"
        if any(x is not None and x.__class__ is not Tensor for x in nest.flatten(result)):
            return "its results are more than tensors"
        return None

    def paths_for(self, inputs: Sequence[Tensor]) -> Iterator[Path]:
        """Ways through the function for these arguments, as far as known."""
        for template, path in list(self._templates):
            arrays = [x._value for x in (*inputs, *path.captured_inputs)]
            recording = template.recording(arrays)
            if recording is None:
                continue
            first, second = [", ".join(map(str, map(list, shapes))) for shapes in template.shapes]
            try:
                yield Path(
                    self._name,
                    recording,
                    path.rebuild,
                    None,
                    path.captured,
                    path.captured_inputs,
                    f"{first} and {second}",
                )
            except NotCompilableError:
                continue
