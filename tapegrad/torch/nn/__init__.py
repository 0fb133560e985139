"""``torch.nn``: modules, layers, losses."""

from __future__ import annotations

from tapegrad.torch.nn import functional as functional
