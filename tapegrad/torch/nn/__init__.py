"""``torch.nn``: modules, layers, losses."""

from __future__ import annotations

from tapegrad.torch.nn import functional as functional
from tapegrad.torch.nn import init as init
from tapegrad.torch.nn import modules as modules
from tapegrad.torch.nn import parameter as parameter
from tapegrad.torch.nn import utils as utils
from tapegrad.torch.nn.modules import *
from tapegrad.torch.nn.parameter import *
