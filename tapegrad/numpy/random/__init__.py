"""``np.random``: NumPy's generators, whose numbers are arrays of this dialect.

The numbers are those of NumPy for the same seed. Where a tape follows a parameter such as a mean or
a scale, the numbers are differentiable by it ("reparametrised"): ``np.random.normal(mu, sigma)`` is
``mu + sigma * z``. For the shapes of gamma and beta distributions and their
relatives a number moves as the quantile that it is. Parameters by which there is no derivative,
such as the rate of `poisson`, raise an error if a tape follows them.
"""

from __future__ import annotations

from numpy.random import MT19937 as MT19937
from numpy.random import PCG64 as PCG64
from numpy.random import PCG64DXSM as PCG64DXSM
from numpy.random import SFC64 as SFC64
from numpy.random import BitGenerator as BitGenerator
from numpy.random import Philox as Philox
from numpy.random import SeedSequence as SeedSequence

from tapegrad.numpy.absent import refusing
from tapegrad.numpy.random.generators import *
from tapegrad.numpy.random.legacy import *

__getattr__ = refusing(
    __name__,
    globals(),
    {
        "random_integers": "NumPy has deprecated it: use np.random.randint(low, high + 1)",
        "integers": "generators have it: np.random.default_rng(seed).integers(low, high)",
        "mtrand": "it is a part of NumPy itself: import it from numpy",
    },
)
