"""The NumPy dialect: ``import tapegrad.numpy as np``.

Arrays with NumPy's manners, whose operations tapes record, and derivatives of functions of them.
The derivatives are the engine's; what stands here are NumPy's names, arguments, types and errors.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from numpy import __version__ as __version__
from numpy import bool as bool
from numpy import bool_ as bool_
from numpy import complex64 as complex64
from numpy import complex128 as complex128
from numpy import complexfloating as complexfloating
from numpy import dtype as dtype
from numpy import errstate as errstate
from numpy import float16 as float16
from numpy import float32 as float32
from numpy import float64 as float64
from numpy import floating as floating
from numpy import inexact as inexact
from numpy import int8 as int8
from numpy import int16 as int16
from numpy import int32 as int32
from numpy import int64 as int64
from numpy import integer as integer
from numpy import intp as intp
from numpy import number as number
from numpy import signedinteger as signedinteger
from numpy import uint8 as uint8
from numpy import uint16 as uint16
from numpy import uint32 as uint32
from numpy import uint64 as uint64
from numpy import unsignedinteger as unsignedinteger

from tapegrad.numpy import emath as emath
from tapegrad.numpy import fft as fft
from tapegrad.numpy import indexing as indexing
from tapegrad.numpy import lib as lib
from tapegrad.numpy import linalg as linalg
from tapegrad.numpy import operators as operators
from tapegrad.numpy import polynomial as polynomial
from tapegrad.numpy import protocols as protocols
from tapegrad.numpy.absent import REFUSED, refusing
from tapegrad.numpy.applying import *
from tapegrad.numpy.array import ndarray as ndarray
from tapegrad.numpy.bits_and_dates import *
from tapegrad.numpy.choosing import *
from tapegrad.numpy.constants import *
from tapegrad.numpy.correlations import *
from tapegrad.numpy.creation import *
from tapegrad.numpy.data_types import *
from tapegrad.numpy.differences import *
from tapegrad.numpy.extremes import *
from tapegrad.numpy.files import *
from tapegrad.numpy.functional import *
from tapegrad.numpy.grids import *
from tapegrad.numpy.histograms import *
from tapegrad.numpy.iterating import *
from tapegrad.numpy.joining import *
from tapegrad.numpy.leaks import *
from tapegrad.numpy.mapping import *
from tapegrad.numpy.moving import *
from tapegrad.numpy.nan_aware import *
from tapegrad.numpy.own_names import MODULES, OWN, own_module
from tapegrad.numpy.padding import *
from tapegrad.numpy.placing import *
from tapegrad.numpy.polynomials import *
from tapegrad.numpy.printing import *
from tapegrad.numpy.products import *
from tapegrad.numpy.quantiles import *
from tapegrad.numpy.questions import *
from tapegrad.numpy.ranges import *
from tapegrad.numpy.selecting import *
from tapegrad.numpy.sets import *
from tapegrad.numpy.shaping import *
from tapegrad.numpy.standard import __array_api_version__ as __array_api_version__
from tapegrad.numpy.standard import __array_namespace_info__ as __array_namespace_info__
from tapegrad.numpy.statistics import *
from tapegrad.numpy.sums import *
from tapegrad.numpy.taking import *
from tapegrad.numpy.truth import *
from tapegrad.numpy.ufunc import ufunc as ufunc
from tapegrad.numpy.universal import *
from tapegrad.numpy.windows import *

if TYPE_CHECKING:
    from tapegrad.numpy import random as random
    from tapegrad.numpy import testing as testing

globals().update(OWN)
#: What takes a while to load: NumPy's generators, its assertions, and SciPy.
_LATE = ("random", "special", "testing")
_refuse = refusing(__name__, globals(), REFUSED)


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return importlib.import_module(f"tapegrad.numpy.{name}")
    if name in MODULES:
        return own_module(name)
    return _refuse(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE, *MODULES})
