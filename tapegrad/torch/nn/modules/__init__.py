"""Modules: layers, containers, losses."""

from __future__ import annotations

from tapegrad.torch.nn.modules.activations import *
from tapegrad.torch.nn.modules.adaptive import *
from tapegrad.torch.nn.modules.attention import *
from tapegrad.torch.nn.modules.containers import *
from tapegrad.torch.nn.modules.convolution import *
from tapegrad.torch.nn.modules.dropout import *
from tapegrad.torch.nn.modules.images import *
from tapegrad.torch.nn.modules.lazy import *
from tapegrad.torch.nn.modules.linear import *
from tapegrad.torch.nn.modules.losses import *
from tapegrad.torch.nn.modules.module import *
from tapegrad.torch.nn.modules.normalization import *
from tapegrad.torch.nn.modules.pooling import *
from tapegrad.torch.nn.modules.recurrent import *
from tapegrad.torch.nn.modules.recurrent_cells import *
from tapegrad.torch.nn.modules.transformer import *
