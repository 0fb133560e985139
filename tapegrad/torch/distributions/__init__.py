"""``torch.distributions``: random variables with densities, and samples with gradients."""

from __future__ import annotations

from tapegrad.torch.distributions import constraints as constraints
from tapegrad.torch.distributions.binary import *
from tapegrad.torch.distributions.categorical import *
from tapegrad.torch.distributions.distribution import *
from tapegrad.torch.distributions.location_scale import *
from tapegrad.torch.distributions.normal import *
