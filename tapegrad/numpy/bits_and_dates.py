"""Bits packed into bytes, and business days: whole numbers without a derivative."""

from __future__ import annotations

from typing import Any

from tapegrad.numpy.function import not_differentiable

__all__ = [
    "busday_count",
    "busday_offset",
    "datetime_as_string",
    "is_busday",
    "packbits",
    "unpackbits",
]

_MEANING: dict[str, Any] = {
    "bitorder": '"big" or "little": whether the first bit counts most.',
    "count": "How many bits are unpacked.",
    "dates": "Dates.",
    "begindates": "The first dates.",
    "enddates": "The dates before which counting ends.",
    "offsets": "How many business days to go on.",
    "roll": "What to do with dates that are none.",
    "weekmask": "Which days of the week are business days.",
    "holidays": "Dates that are none.",
    "busdaycal": "A calendar of these.",
    "unit": "The unit down to which the text goes.",
    "timezone": "In which zone the text is.",
}
_DAY = "np.array('2024-03-01', 'M8[D]')"

packbits = not_differentiable(
    "packbits", "Bits as bytes.", "np.packbits([1, 0, 1, 0, 0, 0, 0, 0])", **_MEANING
)
unpackbits = not_differentiable(
    "unpackbits", "Bytes as bits.", "np.unpackbits(np.array([160], np.uint8))", **_MEANING
)
busday_count = not_differentiable(
    "busday_count",
    "The number of business days between dates.",
    "np.busday_count('2024-03-01', '2024-03-08')",
    **_MEANING,
)
busday_offset = not_differentiable(
    "busday_offset",
    "The date some business days later.",
    f"np.busday_offset({_DAY}, 1)",
    **_MEANING,
)
is_busday = not_differentiable(
    "is_busday", "Whether dates are business days.", f"np.is_busday({_DAY})", **_MEANING
)
datetime_as_string = not_differentiable(
    "datetime_as_string", "Dates as texts.", f"np.datetime_as_string({_DAY})", **_MEANING
)
