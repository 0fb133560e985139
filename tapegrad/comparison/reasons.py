"""Why two answers differ: rules that recognise the usual causes, the first that fits is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tapegrad.comparison.answers import Answer, alike, text_of

UNEXPLAINED = "No rule of this table explains it."


class Seen(NamedTuple):
    """A question and both answers.

    Attributes
    ----------
    question : str
        The method of `Tape` and `Backward` that asked, or "program".
    tape, backward : Answer
        What was answered.
    first : Answer
        PyTorch's gradient of the first run, where there is one.
    """

    question: str
    tape: Answer
    backward: Answer
    first: Answer


#: What an error says, whose error it is, and what it means.
_MESSAGES = (
    (
        "backward",
        "can be implicitly created only for scalar outputs",
        (
            "PyTorch's backward takes scalars only: for a vector it wants the cotangent, "
            "`backward(gradient=...)`. TensorFlow's tape adds up the elements of the target."
        ),
    ),
    (
        "backward",
        "only for real scalar outputs",
        (
            "PyTorch differentiates real scalars only. TensorFlow takes cotangent 1 for complex "
            "targets too: the gradient of their real part."
        ),
    ),
    (
        "backward",
        "backward through the graph a second time",
        (
            "Both give up what they recorded after the first use. A tape is made to last "
            "(`persistent=True`) before it records, a graph is kept by the call that uses it "
            "(`retain_graph=True`)."
        ),
    ),
    (
        "backward",
        "a leaf Variable that requires grad",
        (
            "TensorFlow's tensors never change, `x += 1` makes a new one; in PyTorch it changes "
            "the leaf itself, whose value the graph starts from."
        ),
    ),
    (
        "backward",
        "modified by an inplace operation",
        (
            "TensorFlow's tensors never change; in PyTorch a value that the graph had saved was "
            "overwritten, and its version counter told."
        ),
    ),
    (
        "backward",
        "does not require grad",
        (
            "Nothing leads back to an input that has derivatives (whole numbers have none): "
            "TensorFlow answers None, PyTorch raises an error."
        ),
    ),
    (
        "backward",
        "appears to not have been used",
        (
            "An input was not used: TensorFlow answers None, `torch.autograd.grad` raises an error "
            "unless `allow_unused=True`."
        ),
    ),
    (
        "tape",
        "on a non-persistent tape|non-persistent GradientTape",
        (
            "A tape is used once unless it was made with `persistent=True`; PyTorch frees what "
            "the graph had saved, and here nothing was needed a second time."
        ),
    ),
    (
        "tape",
        "(?i)to be a .* tensor|dtype|incompatible",
        (
            "TensorFlow never converts dtypes on its own; PyTorch promotes both operands to the "
            "larger one."
        ),
    ),
    (
        "tape",
        "item assignment|no attribute '\\w+_'|no name of TensorFlow",
        "TensorFlow's tensors never change: there are no in-place operations.",
    ),
)


def _error(seen: Seen) -> str | None:
    for side, words, reason in _MESSAGES:
        error = getattr(seen, side).error
        if error is not None and re.search(words, str(error)):
            return reason
    return None


def _other_words(seen: Seen) -> str | None:
    errors = [type(error) for error in (seen.tape.error, seen.backward.error) if error is not None]
    if seen.question == "value" and len(errors) == 1 and errors[0] in (AttributeError, TypeError):
        library = "PyTorch" if seen.tape.error is None else "TensorFlow"
        return (
            f"The program, as it is written, is not {library}'s. Give two programs: "
            "`compare((in_tensorflow, in_pytorch), inputs)`."
        )
    return None


def _accumulated(seen: Seen) -> str | None:
    if seen.question not in ("second_run", "again") or seen.backward.error is not None:
        return None
    first = seen.first.value
    both = isinstance(first, np.ndarray) and isinstance(seen.backward.value, np.ndarray)
    if both and np.any(first) and alike(seen.backward.value, np.asarray(first + first)):
        return (
            "The tape's answer is fresh every time. `backward` adds to `x.grad`, which still held "
            "the gradient before: call `zero_grad()`, or `x.grad = None`, in between."
        )
    return None


def _dtypes(seen: Seen) -> str | None:
    a, b = seen.tape.value, seen.backward.value
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or a.dtype == b.dtype:
        return None
    if {a.dtype.kind, b.dtype.kind} <= set("iu"):
        return (
            f"Whole numbers of Python are int32 for TensorFlow and int64 for PyTorch; here "
            f"{a.dtype} and {b.dtype}."
        )
    if a.dtype.kind == b.dtype.kind == "c":
        return (
            "Complex numbers of Python are complex128 for TensorFlow and complex64 for PyTorch; "
            f"here {a.dtype} and {b.dtype}."
        )
    return f"The dtypes differ: {a.dtype} and {b.dtype}. The dialects convert by other rules."


def _none_and_zero(seen: Seen) -> str | None:
    for here, there, who, other in (
        (seen.tape, seen.backward, "TensorFlow", "PyTorch"),
        (seen.backward, seen.tape, "PyTorch", "TensorFlow"),
    ):
        zero = isinstance(there.value, np.ndarray) and not np.any(there.value)
        if here.error is None and here.value is None and zero:
            return (
                f"{who} answers None where nothing leads back to the input; {other} met an "
                "operation on the way whose derivative it gives as zero."
            )
    return None


_RULES: tuple[Callable[[Seen], str | None], ...] = (
    _accumulated,
    _error,
    _dtypes,
    _none_and_zero,
    _other_words,
)


def reason_for(seen: Seen, slopes: Callable[[tuple[int, ...]], tuple[float, float]] | None) -> str:
    """The reason for a difference.

    Parameters
    ----------
    seen : Seen
        Both answers.
    slopes : callable, optional
        The slopes before and behind the point, along one element of the input.
    """
    for rule in _RULES:
        reason = rule(seen)
        if reason is not None:
            return reason
    a, b = seen.tape.value, seen.backward.value
    both = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape
    return (slopes is not None and both and _at_a_kink(a, b, slopes)) or UNEXPLAINED


def _at_a_kink(a: Any, b: Any, slopes: Callable[[tuple[int, ...]], tuple[float, float]]) -> str:
    differing = ~np.isclose(a, b, rtol=1e-4, atol=1e-6, equal_nan=True)
    if not differing.any():
        return ""
    index = tuple(int(i) for i in np.argwhere(differing)[0])
    before, behind = slopes(index)
    if not np.isfinite([before, behind]).all() or abs(behind - before) < 1e-3 * (1 + abs(before)):
        return ""
    place = f" at {list(index)}" if index else ""
    return (
        f"The function has a kink here{place}: its slope is {before:.4g} before and {behind:.4g} "
        f"behind. There is no derivative, and each library chose: TensorFlow "
        f"{text_of(np.asarray(a[index]))} and PyTorch {text_of(np.asarray(b[index]))}"
    )
