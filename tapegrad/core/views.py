"""Views: tensors that show a part of another tensor's memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.tensor import wrap_constant


class View:
    """How a tensor is seen in another.

    Attributes
    ----------
    base
        The tensor that owns the memory; never itself a view.
    parent
        The view that this is a view of, or None.
    take
        The operation: takes a core tensor of the parent's (or the base's) shape.
    origin
        A word for the circumstances in which it was made, of the dialect's; a view of a view is
        made in those of its parent.
    """

    __slots__ = ("base", "origin", "parent", "take")

    def __init__(self, of: Any, take: Callable[[Any], Any]) -> None:
        self.parent: View | None = of._view
        self.base = of if self.parent is None else self.parent.base
        self.take = take
        self.origin = "" if self.parent is None else self.parent.origin

    def positions(self) -> Any:
        """For every element of the view, its place in the flattened base."""
        shape = self.base._value.shape
        return self._taken(
            wrap_constant(np.arange(self.base._value.size).reshape(shape)[()])
        )._value

    def _taken(self, of_base: Any) -> Any:
        return self.take(of_base if self.parent is None else self.parent._taken(of_base))


def enter(view: Any) -> None:
    """Let the base of a new view know it: a change of the one is a change of the other."""
    views = view._view.base.__dict__.setdefault("_views", [])
    if len(views) >= 8 and len(views) & (len(views) - 1) == 0:
        views[:] = [v for v in views if v() is not None]
    views.append(weakref.ref(view))


def others(view: Any) -> list[Any]:
    """The other living views of the same base."""
    known = [v() for v in view._view.base.__dict__.get("_views", ())]
    return [v for v in known if v is not None and v is not view]


def keep_shape(base: Any, back: Callable[[Any], Any]) -> None:
    """Let the views of a tensor see it as before, though it gets another shape.

    Parameters
    ----------
    base
        The tensor that owns the memory.
    back
        The operation that gives a tensor of the new shape the one from before.
    """
    roots = {}
    for reference in base.__dict__.get("_views", ()):
        view = reference()
        if view is not None and view._view.base is base:
            root = view._view
            while root.parent is not None:
                root = root.parent
            roots[id(root)] = root
    for root in roots.values():
        root.take = _after(back, root.take)


def _after(first: Callable[[Any], Any], then: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda t: then(first(t))
