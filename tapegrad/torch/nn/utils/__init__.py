"""``torch.nn.utils``: gradients cut to size, parameters as a vector, norms, sequences."""

from __future__ import annotations

from tapegrad.torch.nn.utils import parametrizations as parametrizations
from tapegrad.torch.nn.utils import parametrize as parametrize
from tapegrad.torch.nn.utils import rnn as rnn
from tapegrad.torch.nn.utils.gradients import *
from tapegrad.torch.nn.utils.hooked_norms import *
from tapegrad.torch.nn.utils.skipping import *
from tapegrad.torch.nn.utils.vectors import *
