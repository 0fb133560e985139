"""``torch.utils.data``: datasets, samplers and batches."""

from __future__ import annotations

from tapegrad.torch.utils.data.datasets import *
from tapegrad.torch.utils.data.loading import *
from tapegrad.torch.utils.data.samplers import *
