"""``np.polynomial``: power series and series of orthogonal polynomials, by rising degree.

The functions and classes are NumPy's own code, run in this dialect (`tapegrad.numpy.rewired`): they
are differentiable in points and coefficients.
"""

from __future__ import annotations

from tapegrad.numpy.polynomial import chebyshev as chebyshev
from tapegrad.numpy.polynomial import hermite as hermite
from tapegrad.numpy.polynomial import hermite_e as hermite_e
from tapegrad.numpy.polynomial import laguerre as laguerre
from tapegrad.numpy.polynomial import legendre as legendre
from tapegrad.numpy.polynomial import polynomial as polynomial
from tapegrad.numpy.polynomial.chebyshev import Chebyshev as Chebyshev
from tapegrad.numpy.polynomial.families import set_default_printstyle as set_default_printstyle
from tapegrad.numpy.polynomial.hermite import Hermite as Hermite
from tapegrad.numpy.polynomial.hermite_e import HermiteE as HermiteE
from tapegrad.numpy.polynomial.laguerre import Laguerre as Laguerre
from tapegrad.numpy.polynomial.legendre import Legendre as Legendre
from tapegrad.numpy.polynomial.polynomial import Polynomial as Polynomial
