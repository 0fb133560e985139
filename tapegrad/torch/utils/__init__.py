"""``torch.utils``: checkpoints of computations, data, and memory shared with others."""

from __future__ import annotations

from tapegrad.torch.utils import data as data
