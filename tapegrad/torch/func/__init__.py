"""``torch.func``: transformations of functions."""

from __future__ import annotations

from tapegrad.torch.func.jacobians import *
from tapegrad.torch.func.modules import *
from tapegrad.torch.func.transforms import *
from tapegrad.torch.func.vmap import *
