"""``torch.optim.lr_scheduler``: learning rates that change from epoch to epoch."""

from __future__ import annotations

from tapegrad.torch.optim.lr_scheduler.base import *
from tapegrad.torch.optim.lr_scheduler.composed import *
from tapegrad.torch.optim.lr_scheduler.cycles import *
from tapegrad.torch.optim.lr_scheduler.plateau import *
