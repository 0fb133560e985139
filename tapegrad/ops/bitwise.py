"""Bitwise operations on integers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad.core.define import elementwise
from tapegrad.core.primitive import NONDIFF
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.describe import binary, unary

__all__ = ("bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift")


def _require_integers(x: Any) -> None:
    if x.dtype.kind not in "iu":
        raise InvalidArgumentError(
            f"bitwise operations take integer tensors, not {x.dtype}: use tf.cast(x, tf.int32). "
            f"The operators & | ^ ~ also take bool tensors."
        )


def _define(name: str, function: Any, summary: str, expected: str) -> Any:
    def forward(a: Any, b: Any) -> Any:
        _require_integers(a)
        return function(a, b)

    return elementwise(
        name,
        forward,
        NONDIFF,
        NONDIFF,
        doc=binary(summary, f"tf.bitwise.{name}([6], [3]).numpy()", expected, takes="integer"),
    )


def _invert_forward(x: Any) -> Any:
    _require_integers(x)
    return ~x


bitwise_and = _define(
    "bitwise_and",
    operator.and_,
    "The bits that are set in both: the operator ``x & y`` of integers.",
    "array([2], dtype=int32)",
)
bitwise_or = _define(
    "bitwise_or",
    operator.or_,
    "The bits that are set in at least one: the operator ``x | y`` of integers.",
    "array([7], dtype=int32)",
)
bitwise_xor = _define(
    "bitwise_xor",
    operator.xor,
    "The bits that are set in exactly one: the operator ``x ^ y`` of integers.",
    "array([5], dtype=int32)",
)
left_shift = _define(
    "left_shift", np.left_shift, "Bits shifted to the left by `y`.", "array([48], dtype=int32)"
)
right_shift = _define(
    "right_shift", np.right_shift, "Bits shifted to the right by `y`.", "array([0], dtype=int32)"
)
invert = elementwise(
    "invert",
    _invert_forward,
    NONDIFF,
    doc=unary(
        "The bits that are not set: the operator ``~x`` of integers.",
        "tf.bitwise.invert([6]).numpy()",
        "array([-7], dtype=int32)",
        takes="integer",
    ),
)
