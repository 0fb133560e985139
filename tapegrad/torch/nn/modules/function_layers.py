"""Layers that are a function and its arguments: no parameters, no state."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module

_REQUIRED = inspect.Parameter.empty


class FunctionLayer(Module):
    """A layer whose arguments are attributes, handed to a function with every call.

    Subclasses are made by `function_layer`.
    """

    _signature: inspect.Signature
    _function: Callable[..., Any]
    _handed: tuple[str, ...] = ()
    _shown: str | tuple[str, ...] = ()
    _finish: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        bound = bind(type(self), args, kwargs)
        for name, value in bound.items():
            setattr(self, name, value)
        if self._finish is not None:
            self._finish()

    def forward(self, *inputs: Any, **more: Any) -> Any:
        """The function of the inputs."""
        options = {name: getattr(self, name) for name in self._handed}
        return self._function(*inputs, **options, **more)

    def extra_repr(self) -> str:
        """The arguments."""
        if isinstance(self._shown, str):
            return self._shown.format(self=self)
        return ", ".join(
            f"{name}={getattr(self, name)}"
            for name in self._shown
            if name != "inplace" or self.inplace
        )


def bind(kind: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name, as the signature of a class says.

    Raises
    ------
    TypeError
        If they do not fit, worded as by Python.
    """
    try:
        bound = kind._signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{kind.__name__}.__init__() {error}") from None
    bound.apply_defaults()
    return dict(bound.arguments)


def signature_of(**options: Any) -> inspect.Signature:
    """The signature with these names and defaults; ... stands for what must be given."""
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=_REQUIRED if default is ... else default,
            )
            for name, default in options.items()
        ]
    )


def function_layer(
    module: str,
    name: str,
    function: Callable[..., Any],
    summary: str,
    example: str,
    result: str,
    shown: str | tuple[str, ...] | None = None,
    handed: tuple[str, ...] | None = None,
    finish: Callable[[Any], None] | None = None,
    **options: Any,
) -> Any:
    """Make a layer of a function.

    Parameters
    ----------
    module, name
        Where the class stands, and what it is called.
    function
        Called with the inputs and the options.
    summary, example, result
        For the docstring.
    shown
        The options in the layer's text, or a format of `self`; all by default.
    handed
        The options that the function takes; all by default.
    finish
        Called with a new layer, when it has its arguments.
    options
        Names and defaults of the arguments; ... for what must be given.
    """
    kind = type(
        name,
        (FunctionLayer,),
        {
            "__module__": module,
            "__doc__": summary,
            "_function": staticmethod(function),
            "_handed": tuple(options) if handed is None else handed,
            "_finish": None if finish is None else partialmethod(finish),
            "_shown": tuple(options) if shown is None else shown,
            "_signature": signature_of(**options),
            "__signature__": signature_of(**options),
        },
    )
    return documented(example, result)(kind)
