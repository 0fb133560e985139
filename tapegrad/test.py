"""``tf.test``: checking derivatives against differences."""

from __future__ import annotations

from tapegrad.testing.jacobians import compute_gradient

__all__ = ["compute_gradient"]
