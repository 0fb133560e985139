"""Registry: classes and functions that users may call by name, or describe by plain dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tapegrad.core.names import snake_case


class Registry:
    """Things of one kind, by their names.

    Parameters
    ----------
    kind
        What they are called in messages, ``"initializer"``.
    module
        Where Keras has them, ``"keras.initializers"``.
    classes, functions
        The things.
    aliases
        Further names.
    snake_cased
        Whether classes are known in snake case and in small letters, too.
    """

    def __init__(
        self,
        kind: str,
        module: str,
        classes: Iterable[type],
        functions: Iterable[Callable[..., Any]] = (),
        aliases: Mapping[str, Any] | None = None,
        snake_cased: bool = True,
    ) -> None:
        self.kind = kind
        self.module = module
        self.by_name: dict[str, Any] = {}
        for cls in classes:
            name = cls.__name__
            for form in (name, snake_case(name), name.lower()) if snake_cased else (name,):
                self.by_name[form] = cls
        self.by_name |= {f.__name__: f for f in functions} | dict(aliases or {})

    def get(self, identifier: Any) -> Any:
        """The thing itself: from its name, its description, its class, or as it is; None of None.

        Raises
        ------
        ValueError
            For anything else.
        """
        if identifier is None:
            return None
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        found = self.by_name.get(identifier) if isinstance(identifier, str) else identifier
        if isinstance(found, type):
            found = found()
        if not callable(found):
            raise self._unknown(identifier)
        return found

    def serialize(self, thing: Any) -> Any:
        """What Keras writes into a configuration for an object, or a function."""
        if hasattr(thing, "get_config"):
            return {
                "module": self.module,
                "class_name": type(thing).__name__,
                "config": thing.get_config(),
                "registered_name": None,
            }
        name = getattr(thing, "__name__", repr(thing))
        if self.by_name.get(name) is thing:
            return name
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": name,
        }

    def optional(self, thing: Any) -> Any:
        """`serialize`, and None of None."""
        return None if thing is None else self.serialize(thing)

    def deserialize(
        self, config: Any, custom_objects: Mapping[str, Callable[..., Any]] | None = None
    ) -> Any:
        """What `serialize` described.

        Raises
        ------
        ValueError
            If there is nothing of that name.
        """
        known = self.by_name | dict(custom_objects or {})
        if not isinstance(config, Mapping):
            name, arguments = config, None
        else:
            name, arguments = config["class_name"], config.get("config", {})
            if name == "function":
                name, arguments = arguments, None
        found = known.get(name)
        if found is None:
            raise self._unknown(name)
        if not isinstance(found, type):
            return found
        return (
            found.from_config(arguments or {})
            if hasattr(found, "from_config")
            else (found(**(arguments or {})))
        )

    def _unknown(self, identifier: Any) -> ValueError:
        return ValueError(
            f"Could not interpret {self.kind} identifier: {identifier}. Known are "
            f"{', '.join(self.by_name)}; or give an object, or a function, of your own (by name in "
            f"`custom_objects`)."
        )
