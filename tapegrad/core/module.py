"""Module: an object that finds the Variables and modules among its attributes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from tapegrad.core import nest
from tapegrad.core.names import name_scope, scoped, snake_case
from tapegrad.core.restoring import restore_parts
from tapegrad.core.variable import Variable

Method = TypeVar("Method", bound=Callable[..., Any])


class Module:
    """A named container of Variables and other modules.

    Variables are found in attributes, in lists, tuples and dicts among them, and in modules that
    are attributes; attributes count in the order of their names, shared Variables once.

    Parameters
    ----------
    name
        A Python identifier; by default the class name in snake case.

    Raises
    ------
    ValueError
        If `name` is not an identifier.

    Examples
    --------
    >>> import tapegrad as tf
    >>> class Line(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = tf.Variable(2.0, name="slope")
    >>> [v.name for v in Line().trainable_variables]
    ['slope:0']
    """

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = snake_case(type(self).__name__)
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(
                f"{name!r} is not a valid module name. Module names must be valid Python "
                f"identifiers (e.g. a valid class name)."
            )
        self._name = name
        self._scope = scoped(name) + "/"

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        restore_parts(self)

    @property
    def name(self) -> str:
        """The name given, or the class name in snake case."""
        # A subclass may have its own __init__ without calling this one.
        return self.__dict__.get("_name") or snake_case(type(self).__name__)

    @property
    def name_scope(self) -> name_scope:
        """The `name_scope` that `with_name_scope` puts around methods."""
        return name_scope(self.__dict__.get("_scope") or self.name + "/")

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All Variables of this module and its submodules."""
        return tuple(self._found(lambda leaf: isinstance(leaf, Variable)))

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those that are trainable."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Variable, ...]:
        """Those that are not trainable."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple[Module, ...]:
        """All modules inside this one, at any depth."""
        return tuple(m for m in self._found(lambda leaf: isinstance(leaf, Module)) if m is not self)

    def _found(self, wanted: Callable[[Any], bool]) -> Iterator[Any]:
        """What is wanted among the attributes: first those of a module, then its submodules'."""
        seen: set[int] = {id(self)}
        waiting: list[Module] = [self]
        while waiting:
            module = waiting.pop(0)
            children: list[Module] = []
            for _, attribute in sorted(vars(module).items()):
                for leaf in nest.flatten(attribute):
                    if id(leaf) in seen or not isinstance(leaf, (Variable, Module)):
                        continue
                    seen.add(id(leaf))
                    if wanted(leaf):
                        yield leaf
                    if isinstance(leaf, Module):
                        children.append(leaf)
            waiting = children + waiting

    @classmethod
    def with_name_scope(cls, method: Method) -> Method:
        """Decorate a method so that Variables made in it get the module's name as prefix.

        Examples
        --------
        >>> import tapegrad as tf
        >>> class Net(tf.Module):
        ...     @tf.Module.with_name_scope
        ...     def build(self):
        ...         return tf.Variable(1.0, name="w")
        >>> Net().build().name
        'net/w:0'
        """

        @functools.wraps(method)
        def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **kwargs)

        return scoped  # type: ignore[return-value]
