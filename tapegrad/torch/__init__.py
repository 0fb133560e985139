"""The PyTorch dialect: ``import tapegrad.torch as torch``."""

from __future__ import annotations

from tapegrad.torch import text as _text
from tapegrad.torch.anomaly import is_anomaly_enabled
from tapegrad.torch.arithmetic import *  # noqa: F403
from tapegrad.torch.conversions import *  # noqa: F403
from tapegrad.torch.creation import *  # noqa: F403
from tapegrad.torch.dtypes import *  # noqa: F403
from tapegrad.torch.indexing import *  # noqa: F403
from tapegrad.torch.modes import *  # noqa: F403
from tapegrad.torch.backward import *  # noqa: F403
from tapegrad.torch.pointwise import *  # noqa: F403
from tapegrad.torch.products import *  # noqa: F403
from tapegrad.torch.reductions import *  # noqa: F403
from tapegrad.torch.shaping import *  # noqa: F403
from tapegrad.torch.size import Size, device
from tapegrad.torch.tensor import Tensor
