"""``torch.distributions``: random variables with densities, and samples with gradients."""

from __future__ import annotations

from tapegrad.torch.distributions import constraints as constraints
from tapegrad.torch.distributions import transforms as transforms
from tapegrad.torch.distributions.binary import *
from tapegrad.torch.distributions.categorical import *
from tapegrad.torch.distributions.constraint_registry import biject_to as biject_to
from tapegrad.torch.distributions.constraint_registry import transform_to as transform_to
from tapegrad.torch.distributions.distribution import *
from tapegrad.torch.distributions.half_lines import *
from tapegrad.torch.distributions.independent import *
from tapegrad.torch.distributions.location_scale import *
from tapegrad.torch.distributions.normal import *
from tapegrad.torch.distributions.transformed_distribution import *
from tapegrad.torch.distributions.transforms.arranging import *
from tapegrad.torch.distributions.transforms.base import *
from tapegrad.torch.distributions.transforms.elementwise import *
from tapegrad.torch.distributions.transforms.vectors import *
