"""Arrays as text. What is shown does not leave tapes: no gradient can be lost by it."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS

__all__ = [
    "array2string",
    "array_repr",
    "array_str",
    "format_float_positional",
    "format_float_scientific",
]

_MEANING: dict[str, Any] = {
    "max_line_width": "The number of characters after which lines are broken.",
    "precision": "The number of digits after the point.",
    "suppress_small": "Whether numbers near 0 are shown as 0.",
    "separator": "What stands between elements.",
    "prefix": "A text in front, whose length the lines are indented by.",
    "suffix": "A text behind, whose length lines leave free.",
    "formatter": "Functions that make text of elements, by the kind of type.",
    "threshold": "How many elements are shown before the middle is left out.",
    "edgeitems": "How many elements at the ends are shown then.",
    "sign": 'Whether a plus is shown: "-", "+" or " ".',
    "floatmode": '"fixed", "unique", "maxprec" or "maxprec_equal".',
    "legacy": "An old version of NumPy whose text is wanted.",
    "unique": "Whether as many digits are shown as tell the number from others.",
    "fractional": "Whether `precision` counts digits after the point only.",
    "trim": 'What becomes of zeros at the end: "k", ".", "0" or "-".',
    "pad_left": "How many characters stand before the point at least.",
    "pad_right": "How many characters stand after the point at least.",
    "exp_digits": "How many digits the exponent has at least.",
    "min_digits": "How many digits are shown at least.",
}


def _text(name: str, summary: str, example: str) -> Any:
    model = getattr(np, name)

    @functools.wraps(model)
    def call(x: Any, *args: Any, **kwargs: Any) -> str:
        value = np.asarray(x._value) if isinstance(x, ArrayLike) else x
        if name.startswith("format_float"):
            value = value[()] if isinstance(value, np.ndarray) else value
        text: str = model(value, *args, **kwargs)
        return text

    del call.__wrapped__
    call.__module__, call.__doc__ = __name__, summary
    call.__signature__ = inspect.signature(model)  # type: ignore[attr-defined]
    HANDLERS[model] = call
    return documented(example, **_MEANING)(call)


array2string = _text("array2string", "An array as text.", "np.array2string(np.ones(2))")
array_repr = _text("array_repr", "An array as Python shows it.", "np.array_repr(np.ones(2))")
array_str = _text("array_str", "An array as it is printed.", "np.array_str(np.ones(2))")
format_float_positional = _text(
    "format_float_positional",
    "A number in decimal notation.",
    "np.format_float_positional(np.array(0.1))",
)
format_float_scientific = _text(
    "format_float_scientific",
    "A number in scientific notation.",
    "np.format_float_scientific(np.array(0.1))",
)
