"""Checking derivatives: `check_gradients` for the functions of users.

``python -m tapegrad.testing.matrix`` prints what each operation can do, and what proves it.
"""

from __future__ import annotations

from tapegrad.testing.checks import GradientCheck, check_gradients

__all__ = ["GradientCheck", "check_gradients"]
