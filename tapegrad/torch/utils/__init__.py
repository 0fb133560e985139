"""``torch.utils``: checkpoints of computations, data, and memory shared with others."""

from __future__ import annotations

from tapegrad.torch.utils import checkpoint as checkpoint
from tapegrad.torch.utils import data as data
from tapegrad.torch.utils import dlpack as dlpack
