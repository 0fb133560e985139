"""The table of a comparison, as text and as HTML."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from tapegrad.comparison.answers import Answer, faithful

_WIDTH = 96


class Row(NamedTuple):
    """One question and its answers.

    Attributes
    ----------
    question : str
        What was asked.
    tape, backward : Answer
        tapegrad's answers, under TensorFlow's semantics and under PyTorch's.
    tensorflow, pytorch : Answer or None
        What the real libraries answer; None if they were not asked.
    agree : bool
        Whether `tape` and `backward` are the same up to rounding.
    why : str
        The reason for a difference, or for an error of both.

    Examples
    --------
    >>> found = tf.compare(lambda x: x * x, [3.0], real=False)
    >>> found.rows[1].question, found.rows[1].tape.value, found.rows[1].agree
    ('gradient: x', array(6., dtype=float32), True)
    """

    question: str
    tape: Answer
    backward: Answer
    tensorflow: Answer | None
    pytorch: Answer | None
    agree: bool
    why: str

    @property
    def is_faithful(self) -> bool:
        """Whether the real libraries, as far as they were asked, say the same as tapegrad."""
        pairs = ((self.tape, self.tensorflow), (self.backward, self.pytorch))
        return all(real is None or faithful(ours, real) for ours, real in pairs)

    def __str__(self) -> str:
        lines = [self.question]
        for name, text in self._parts():
            wrapped = textwrap.wrap(text, _WIDTH - 12) or [""]
            lines += [f"  {name:<10}{wrapped[0]}", *(" " * 12 + line for line in wrapped[1:])]
        return "\n".join(lines)

    def _parts(self) -> Iterator[tuple[str, str]]:
        if self.agree and self.tape.error is None:
            yield "both", self.tape.text
        else:
            yield "tape", self.tape.text
            yield "backward", self.backward.text
        for name, ours, real in (
            ("TensorFlow", self.tape, self.tensorflow),
            ("PyTorch", self.backward, self.pytorch),
        ):
            if real is not None and not faithful(ours, real):
                yield name + "!", real.text
        if self.why:
            yield "why", self.why


class Comparison:
    """What two semantics answer about one program: see `compare`.

    Parameters
    ----------
    rows : list of Row
        The questions with their answers.
    versions : dict of str to str
        The versions of the real libraries that were asked.

    Attributes
    ----------
    rows : list of Row
        The questions with their answers.
    versions : dict of str to str
        The versions of the real libraries that were asked.

    Examples
    --------
    >>> found = tf.compare(lambda x: x * x, {"x": 3.0}, real=False)
    >>> len(found.rows), len(found.differences)
    (5, 1)
    """

    def __init__(self, rows: list[Row], versions: dict[str, str]) -> None:
        self.rows = rows
        self.versions = versions

    @property
    def differences(self) -> list[Row]:
        """The rows where the two semantics differ."""
        return [row for row in self.rows if not row.agree]

    @property
    def agree(self) -> bool:
        """Whether they answer every question alike."""
        return not self.differences

    @property
    def is_faithful(self) -> bool:
        """Whether the real libraries, as far as they were asked, say what tapegrad says."""
        return all(row.is_faithful for row in self.rows)

    def __getitem__(self, question: str) -> Row:
        for row in self.rows:
            if row.question == question:
                return row
        raise KeyError(f"{question!r}: Expect one of {[row.question for row in self.rows]}.")

    def _summary(self) -> str:
        count = len(self.differences)
        differing = f"{count} of {len(self.rows)} answers differ" if count else "All answers agree"
        if not self.versions:
            return f"{differing}. TensorFlow and PyTorch themselves were not asked."
        libraries = " and ".join(f"{name} {self.versions[name]}" for name in self.versions)
        verb = "say" if len(self.versions) > 1 else "says"
        wrong = sum(not row.is_faithful for row in self.rows)
        if wrong:
            return (
                f"{differing}. {libraries} {verb} otherwise in {wrong} rows, marked with !: see "
                "the pages of differences and the numerical policy."
            )
        return f"{differing}. {libraries} {verb} the same as tapegrad in every row."

    def __str__(self) -> str:
        marked = (("= " if row.agree else "~ ") + str(row) for row in self.rows)
        indented = (text.replace("\n", "\n  ") for text in marked)
        return "\n".join([*indented, "", self._summary()])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """The table in a notebook."""
        names = ("", "TensorFlow's tape", "PyTorch's backward", "")
        head = "".join(
            f'<th style="text-align: left; padding: 0.3em 0.8em">{n}</th>' for n in names
        )
        body = "\n".join(map(_html_row, self.rows))
        return (
            f'<div style="overflow: auto">\n'
            f'<table class="tapegrad-comparison" style="text-align: left; {_FIXED}">\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n"
            f"<p>{html.escape(self._summary())}</p>"
        )


_FIXED = "border-collapse: collapse"
_CELL = "text-align: left; vertical-align: top; padding: 0.3em 0.8em"
# Shades of any background, light or dark.
_AGREES = "border-left: 4px solid rgba(46, 160, 67, 0.8)"
_DIFFERS = "border-left: 4px solid rgba(219, 109, 40, 0.9); background: rgba(219, 109, 40, 0.08)"


def _html_row(row: Row) -> str:
    style = _AGREES if row.agree else _DIFFERS
    first = f'<th style="{_CELL}; {style}; font-weight: 600">{html.escape(row.question)}</th>'
    if row.agree and row.tape.error is None and row.is_faithful:
        cells = f'<td colspan="2" style="{_CELL}">{_html_answer(row.tape)}</td>'
    else:
        tape = _html_cell(row.tape, row.tensorflow, "TensorFlow")
        backward = _html_cell(row.backward, row.pytorch, "PyTorch")
        cells = tape + backward
    reason = _html_code(row.why) or "agree"
    return f'<tr>{first}{cells}<td style="{_CELL}; max-width: 28em">{reason}</td></tr>'


def _html_cell(ours: Answer, real: Answer | None, name: str) -> str:
    shown = _html_answer(ours)
    if real is not None and not faithful(ours, real):
        shown += f"<br><strong>! {name} itself:</strong> {_html_answer(real)}"
    return f'<td style="{_CELL}; max-width: 22em">{shown}</td>'


def _html_answer(answer: Answer) -> str:
    return f"<code>{html.escape(answer.text)}</code>"


def _html_code(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
