"""``tf.optimizers.schedules``: learning rates that change as training goes on."""

from __future__ import annotations

from tapegrad.optimizers.schedules.base import LearningRateSchedule
from tapegrad.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from tapegrad.optimizers.schedules.decay import (
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)
from tapegrad.optimizers.schedules.saving import deserialize, serialize

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]
