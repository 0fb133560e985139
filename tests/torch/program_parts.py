"""What the programs of users have in common: layers with known weights, data, texts."""

from __future__ import annotations

import math
from typing import Any

from tests.torch.harness import text


def filled(torch: Any, module: Any) -> Any:
    """The module with parameters that every library gets in the same way."""
    with torch.no_grad():
        for i, p in enumerate(module.parameters()):
            values = torch.sin(torch.arange(float(p.numel())) + i + 1)
            p.copy_(0.5 * values.reshape(p.shape))
    return module


def wave(torch: Any, *shape: int, step: float = 0.7) -> Any:
    """Numbers between -1 and 1 of any shape."""
    return torch.sin(torch.arange(float(math.prod(shape))) * step).reshape(*shape)


def losses(values: Any) -> list[float]:
    """Losses as numbers."""
    return [float(v) for v in values]


__all__ = ["filled", "losses", "text", "wave"]
