"""``tf.autodiff``: the tape and the accumulator."""

from __future__ import annotations

from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gradient_tape import GradientTape

__all__ = ["ForwardAccumulator", "GradientTape"]
