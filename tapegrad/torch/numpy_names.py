"""``axis=`` and ``keepdims=``, NumPy's words for ``dim=`` and ``keepdim=``, which PyTorch takes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_WORDS = (("axis", "dim"), ("keepdims", "keepdim"))


def numpy_words(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function take NumPy's words for its arguments, too."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for theirs, ours in _WORDS:
                if theirs in kwargs:
                    kwargs[ours] = kwargs.pop(theirs)
        return function(*args, **kwargs)

    return call
