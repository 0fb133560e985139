"""Name scopes: prefixes of the names that variables get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextvars import ContextVar
from itertools import count
from typing import Any

_SCOPE: ContextVar[str] = ContextVar("tapegrad_name_scope", default="")


def scoped(name: str) -> str:
    """`name` with the prefix of the current scope."""
    return _SCOPE.get() + name


_WORD_START = re.compile(r"(.)([A-Z][a-z]+)")
_AFTER_SMALL = re.compile(r"([a-z])([A-Z])")


def snake_case(name: str) -> str:
    """The name of a class as that of an object: ``"Conv2D"`` is ``"conv2d"``, ``"RMSprop"`` is
    ``"rm_sprop"``, as Keras has it.
    """
    return _AFTER_SMALL.sub(r"\1_\2", _WORD_START.sub(r"\1_\2", name)).lower()


_counts: dict[str, Iterator[int]] = {}


def numbered(name: str) -> str:
    """A name that this process did not hand out yet: ``"adam"``, then ``"adam_1"``."""
    n = next(_counts.setdefault(name, count()))
    return f"{name}_{n}" if n else name


class name_scope:  # noqa: N801 - TensorFlow's name
    """Prefix the names of the variables made in a block.

    Scopes nest; a name that ends in ``/`` is a whole prefix and replaces the outer ones.

    Examples
    --------
    >>> import tapegrad as tf
    >>> with tf.name_scope("layer"):
    ...     w = tf.Variable(1.0, name="w")
    >>> w.name
    'layer/w:0'
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self.name = name
        self._tokens: list[Any] = []

    def __enter__(self) -> str:
        absolute = self.name.endswith("/")
        prefix = self.name if absolute else f"{_SCOPE.get()}{self.name}/" if self.name else ""
        self._tokens.append(_SCOPE.set(prefix))
        return prefix

    def __exit__(self, *exc_info: object) -> None:
        _SCOPE.reset(self._tokens.pop())
