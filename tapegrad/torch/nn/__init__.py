"""``torch.nn``: modules, layers, losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tapegrad.torch.late import late as _late
from tapegrad.torch.nn import functional as functional
from tapegrad.torch.nn import parameter as parameter
from tapegrad.torch.nn.parameter import *

if TYPE_CHECKING:
    from tapegrad.torch.nn import init as init
    from tapegrad.torch.nn import modules as modules
    from tapegrad.torch.nn import utils as utils
    from tapegrad.torch.nn.modules import *

__getattr__, __dir__ = _late(globals(), ("init", "modules", "utils"), everything_of="modules")
