"""Functions with inverses and Jacobians, by which distributions become others."""

from __future__ import annotations

from tapegrad.torch.distributions.transforms.arranging import *
from tapegrad.torch.distributions.transforms.base import *
from tapegrad.torch.distributions.transforms.elementwise import *
from tapegrad.torch.distributions.transforms.vectors import *
