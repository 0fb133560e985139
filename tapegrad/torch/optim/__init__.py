"""``torch.optim``: optimizers and learning-rate schedulers."""

from __future__ import annotations

from tapegrad.torch.optim import lr_scheduler as lr_scheduler
from tapegrad.torch.optim import swa_utils as swa_utils
from tapegrad.torch.optim.adam import *
from tapegrad.torch.optim.adaptive import *
from tapegrad.torch.optim.asgd import *
from tapegrad.torch.optim.lbfgs import *
from tapegrad.torch.optim.optimizer import Optimizer as Optimizer
from tapegrad.torch.optim.sgd import *
