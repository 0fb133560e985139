"""``tf.keras.utils``: seeds and one-hot classes."""

from __future__ import annotations

from tapegrad.layers.utilities import set_random_seed, to_categorical

__all__ = ["set_random_seed", "to_categorical"]
