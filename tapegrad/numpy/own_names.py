"""Names that are NumPy's own here: types, settings, and helpers that arrays do not come near."""

from __future__ import annotations

from typing import Any

import numpy as np

#: Kinds of numbers and their names; which long ones there are depends on the machine.
_TYPES = """
byte bytes_ cdouble character clongdouble complex256 csingle datetime64 double flexible float96
float128 complex192 generic half int_ intc long longdouble longlong object_ short single str_
timedelta64 ubyte uint uintc uintp ulong ulonglong ushort void ScalarType sctypeDict typecodes
"""
_CONSTANTS = "False_ True_ little_endian"
#: How NumPy prints, what it says of overflow, and how it was built.
_SETTINGS = """
get_include get_printoptions getbufsize geterr geterrcall info printoptions set_printoptions
setbufsize seterr seterrcall show_config show_runtime
"""
#: They take shapes, types, texts and Python's numbers, or anything at all.
_HELPERS = """
base_repr binary_repr broadcast_shapes busdaycalendar datetime_data index_exp isscalar iterable
mintypecode ndindex s_ typename
"""

#: The names and what they stand for.
OWN: dict[str, Any] = {
    name: getattr(np, name)
    for name in (_TYPES + _CONSTANTS + _SETTINGS + _HELPERS).split()
    if hasattr(np, name)
}

#: NumPy's modules that have nothing to do with arrays of ours, or take them as they are.
MODULES = ("dtypes", "exceptions", "typing")


def own_module(name: str) -> Any:
    """One of NumPy's modules, some of which are only loaded when they are asked for."""
    return getattr(np, name)
