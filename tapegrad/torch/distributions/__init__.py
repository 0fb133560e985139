"""``torch.distributions``: random variables with densities, and samples with gradients."""

from __future__ import annotations

from tapegrad.torch.distributions import constraints as constraints
from tapegrad.torch.distributions import kl_crossed as kl_crossed
from tapegrad.torch.distributions import kl_same as kl_same
from tapegrad.torch.distributions import transforms as transforms
from tapegrad.torch.distributions.binary import *
from tapegrad.torch.distributions.categorical import *
from tapegrad.torch.distributions.constraint_registry import biject_to as biject_to
from tapegrad.torch.distributions.constraint_registry import transform_to as transform_to
from tapegrad.torch.distributions.continuous_bernoulli import *
from tapegrad.torch.distributions.counts import *
from tapegrad.torch.distributions.distribution import *
from tapegrad.torch.distributions.extremes import *
from tapegrad.torch.distributions.gamma import *
from tapegrad.torch.distributions.half_lines import *
from tapegrad.torch.distributions.independent import *
from tapegrad.torch.distributions.kl import kl_divergence as kl_divergence
from tapegrad.torch.distributions.kl import register_kl as register_kl
from tapegrad.torch.distributions.location_scale import *
from tapegrad.torch.distributions.matrix_distributions import *
from tapegrad.torch.distributions.mixture_same_family import *
from tapegrad.torch.distributions.multivariate_normal import *
from tapegrad.torch.distributions.normal import *
from tapegrad.torch.distributions.relaxed import RelaxedBernoulli as RelaxedBernoulli
from tapegrad.torch.distributions.relaxed import (
    RelaxedOneHotCategorical as RelaxedOneHotCategorical,
)
from tapegrad.torch.distributions.shares import *
from tapegrad.torch.distributions.transformed_distribution import *
from tapegrad.torch.distributions.transforms.arranging import *
from tapegrad.torch.distributions.transforms.base import *
from tapegrad.torch.distributions.transforms.elementwise import *
from tapegrad.torch.distributions.transforms.vectors import *
from tapegrad.torch.distributions.von_mises import *
