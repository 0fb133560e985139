"""NumPy's assertions, for arrays of this dialect: `assert_allclose`, `assert_equal` and the others.

What they look at may be followed by tapes: a comparison has no derivative, so that no gradient is
lost by it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from numpy import testing

from tapegrad.numpy.protocols import looked_at

#: Those that compare. The others call functions of the user's, which are to get their arrays.
_COMPARING = tuple(
    name
    for name in testing.__all__
    if "assert_" in name and name.endswith(("equal", "nulp", "ulp", "less", "close", "compare"))
)


def _seeing(assertion: Callable[..., Any]) -> Callable[..., Any]:
    """An assertion of NumPy that sees the data of our arrays, also in lists and dicts."""

    @functools.wraps(assertion)
    def call(*args: Any, **kwargs: Any) -> Any:
        return assertion(*looked_at(args), **looked_at(kwargs))

    return call


globals().update(
    {
        name: _seeing(value) if name in _COMPARING else value
        for name, value in ((n, getattr(testing, n)) for n in testing.__all__)
    }
)
