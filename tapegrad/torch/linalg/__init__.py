"""``torch.linalg``: matrices, stacks of matrices in the last two dimensions."""

from __future__ import annotations

from tapegrad.torch.absent import refusing
from tapegrad.torch.linalg.arguments import *
from tapegrad.torch.linalg.factors import *
from tapegrad.torch.linalg.ldl import *
from tapegrad.torch.linalg.lu import *
from tapegrad.torch.linalg.norms import *
from tapegrad.torch.linalg.solving import *
from tapegrad.torch.products import matmul as matmul

__getattr__ = refusing("torch.linalg", globals())
