"""``torch.nn.utils``: gradients cut to size, parameters as a vector, sequences together."""

from __future__ import annotations

from tapegrad.torch.nn.utils import rnn as rnn
from tapegrad.torch.nn.utils.gradients import *
from tapegrad.torch.nn.utils.vectors import *
