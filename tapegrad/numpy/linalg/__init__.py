"""``np.linalg``: matrices, their factors, equations and norms, as in ``numpy.linalg``."""

from __future__ import annotations

from tapegrad.numpy.absent import refusing
from tapegrad.numpy.linalg.arguments import LinAlgError as LinAlgError
from tapegrad.numpy.linalg.factors import *
from tapegrad.numpy.linalg.norms import *
from tapegrad.numpy.linalg.products import *
from tapegrad.numpy.linalg.solving import *

__getattr__ = refusing(
    __name__,
    globals(),
    {
        name: f"import tapegrad as tf and use tf.linalg.{name}, which takes arrays of this dialect"
        for name in ("expm", "logm", "sqrtm", "lu", "triangular_solve", "cholesky_solve")
    },
)
