"""NumPy's library of tools, as far as they concern arrays: `stride_tricks` and `scimath`."""

from __future__ import annotations

from numpy.lib import NumpyVersion as NumpyVersion
from numpy.lib import array_utils as array_utils

from tapegrad.numpy import emath as scimath
from tapegrad.numpy.absent import INTERNAL, refusing
from tapegrad.numpy.lib import stride_tricks as stride_tricks

__all__ = ["scimath", "stride_tricks"]

#: Names of `numpy.lib` that are not here, and what to use instead.
REFUSED = {
    "Arrayterator": "it reads files piece by piece: use slices of the array",
    "add_docstring": INTERNAL,
    "add_newdoc": INTERNAL,
    "format": INTERNAL,
    "introspect": INTERNAL,
    "mixins": "arrays of this dialect take part in NumPy's protocols already",
    "npyio": "use np.load, np.save and np.savez",
    "tracemalloc_domain": INTERNAL,
    "user_array": INTERNAL,
}

__getattr__ = refusing(__name__, globals(), REFUSED)
