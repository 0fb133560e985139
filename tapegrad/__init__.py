"""tapegrad: automatic differentiation with explicit tapes (``import tapegrad as tf``)."""

import importlib as _importlib
import pkgutil as _pkgutil

import tapegrad.core.structural  # noqa: F401
from tapegrad import errors, ops
from tapegrad.core import nest
from tapegrad.core.convert import constant, convert_to_tensor
from tapegrad.core.custom import custom_gradient, grad_pass_through, recompute_grad
from tapegrad.core.dtypes import *  # noqa: F403
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.module import Module
from tapegrad.core.names import name_scope
from tapegrad.core.shape import TensorShape
from tapegrad.core.tensor import Tensor
from tapegrad.core.unconnected import UnconnectedGradients
from tapegrad.core.variable import Variable
from tapegrad import autodiff

__version__ = "0.1.0"
newaxis = None

# TEMPORARY while the families are being written: everything that the ops modules offer.
for _m in _pkgutil.iter_modules(ops.__path__):
    _mod = _importlib.import_module(f"tapegrad.ops.{_m.name}")
    for _n in getattr(_mod, "__all__", ()):
        if hasattr(_mod, _n):
            globals()[_n] = getattr(_mod, _n)
for _m in ("bitwise", "math", "nn", "linalg", "random", "debugging", "optimizers", "keras", "config", "test"):
    try:
        globals()[_m] = _importlib.import_module(f"tapegrad.{_m}")
    except ModuleNotFoundError as _e:
        if _e.name != f"tapegrad.{_m}":
            raise
