"""The PyTorch dialect: ``import tapegrad.torch as torch``.

Tensors carry their graph with them, ``backward`` adds gradients up in ``.grad``. The derivatives
are the engine's; what stands here are PyTorch's names, arguments, types, errors and texts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tapegrad.torch import autograd as autograd
from tapegrad.torch import backends as backends
from tapegrad.torch import cuda as cuda
from tapegrad.torch import func as func
from tapegrad.torch import linalg as linalg
from tapegrad.torch import masked as masked
from tapegrad.torch import nn as nn
from tapegrad.torch.absent import refusing as _refusing
from tapegrad.torch.aliases import *
from tapegrad.torch.anomaly import *
from tapegrad.torch.arithmetic import *
from tapegrad.torch.arranging import *
from tapegrad.torch.binary import *
from tapegrad.torch.buffers import *
from tapegrad.torch.constructors import *
from tapegrad.torch.conversions import *
from tapegrad.torch.counting import *
from tapegrad.torch.creation import *
from tapegrad.torch.diagonals import *
from tapegrad.torch.dtypes import *
from tapegrad.torch.environment import *
from tapegrad.torch.from_data import *
from tapegrad.torch.func.vmap import *
from tapegrad.torch.indexing import *
from tapegrad.torch.joining import *
from tapegrad.torch.late import late as _late
from tapegrad.torch.layer_functions import *
from tapegrad.torch.logarithms import *
from tapegrad.torch.logic import *
from tapegrad.torch.masks import *
from tapegrad.torch.matrix_functions import *
from tapegrad.torch.memory import *
from tapegrad.torch.modes import *
from tapegrad.torch.native import *
from tapegrad.torch.networks import *
from tapegrad.torch.picking import *
from tapegrad.torch.pieces import *
from tapegrad.torch.pointwise import *
from tapegrad.torch.printing import set_printoptions as set_printoptions
from tapegrad.torch.products import *
from tapegrad.torch.products_of_many import *
from tapegrad.torch.random import *
from tapegrad.torch.reductions import *
from tapegrad.torch.rounding import *
from tapegrad.torch.sampling import *
from tapegrad.torch.scans import *
from tapegrad.torch.searching import *
from tapegrad.torch.shaping import *
from tapegrad.torch.size import *
from tapegrad.torch.sorting import *
from tapegrad.torch.spectra import *
from tapegrad.torch.storage import *
from tapegrad.torch.tensor import Tensor as Tensor
from tapegrad.torch.text import *
from tapegrad.torch.updates import *

if TYPE_CHECKING:
    from tapegrad.torch import distributions as distributions
    from tapegrad.torch import fft as fft
    from tapegrad.torch import optim as optim
    from tapegrad.torch import signal as signal
    from tapegrad.torch import special as special
    from tapegrad.torch import testing as testing
    from tapegrad.torch import utils as utils
    from tapegrad.torch.recurrent_functions import *
    from tapegrad.torch.serialization import *

#: The release of PyTorch whose behaviour this dialect follows, marked as not being it.
__version__ = "2.13.0+tapegrad"
inf, nan, pi, e = math.inf, math.nan, math.pi, math.e
newaxis = None

__getattr__, __dir__ = _late(
    globals(),
    ("distributions", "fft", "optim", "signal", "special", "testing", "utils"),
    {
        **dict.fromkeys(("load", "save"), "serialization"),
        **dict.fromkeys(("gru", "lstm", "rnn_relu", "rnn_tanh"), "recurrent_functions"),
    },
    otherwise=_refusing("torch", globals()),
)
