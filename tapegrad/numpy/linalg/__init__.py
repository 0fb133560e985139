"""``np.linalg``: matrices, their factors, equations and norms, as in ``numpy.linalg``."""

from __future__ import annotations

from tapegrad.numpy.linalg.arguments import LinAlgError as LinAlgError
from tapegrad.numpy.linalg.factors import *
from tapegrad.numpy.linalg.norms import *
from tapegrad.numpy.linalg.products import *
from tapegrad.numpy.linalg.solving import *
