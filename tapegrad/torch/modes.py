"""Whether operations build a graph: per thread and asyncio task."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from tapegrad.core.graph_calls import BARE, SWITCHED_OFF

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_grad_enabled",
]


_GRAD: ContextVar[bool] = ContextVar("tapegrad_torch_grad", default=True)
_INFERENCE: ContextVar[bool] = ContextVar("tapegrad_torch_inference", default=False)

#: The questions that every operation asks.
builds_graph: Callable[[], bool] = _GRAD.get
in_inference_mode: Callable[[], bool] = _INFERENCE.get


def why_bare(*nodes: Any) -> str:
    """Why the result of a call has no graph, from the nodes of its inputs; empty if it has one."""
    if all(node is None for node in nodes):
        return BARE
    return "" if _GRAD.get() else SWITCHED_OFF


def is_grad_enabled() -> bool:
    """Whether operations build a graph.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.is_grad_enabled()
    True
    """
    return _GRAD.get()


def is_inference_mode_enabled() -> bool:
    """Whether `inference_mode` is on.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.is_inference_mode_enabled()
    False
    """
    return _INFERENCE.get()


class _Mode:
    """A context manager that is a decorator too, of functions, generators and coroutines."""

    def __call__(self, function: Any) -> Any:
        if inspect.isclass(function):
            type.__setattr__(function, "__init__", self(function.__init__))
            return function
        if inspect.isgeneratorfunction(function):
            return self._around_generator(function)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def waiting(*args: Any, **kwargs: Any) -> Any:
                with self.clone():
                    return await function(*args, **kwargs)

            return waiting

        @functools.wraps(function)
        def within(*args: Any, **kwargs: Any) -> Any:
            with self.clone():
                return function(*args, **kwargs)

        return within

    def _around_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def generate(*args: Any, **kwargs: Any) -> Any:
            # The mode holds while the generator runs, not while it waits.
            generator = function(*args, **kwargs)
            step, value = generator.send, None
            while True:
                try:
                    with self.clone():
                        item = step(value)
                except StopIteration as end:
                    return end.value
                try:
                    value = yield item
                    step = generator.send
                except GeneratorExit:
                    with self.clone():
                        generator.close()
                    raise
                except BaseException as error:  # noqa: BLE001  # thrown into the generator
                    step, value = generator.throw, error

        return generate

    def clone(self) -> _Mode:
        """A fresh one for each use: decorated functions may call themselves."""
        return type(self)()

    def __enter__(self) -> Any:
        """Begin."""
        raise NotImplementedError

    def __exit__(self, *exc_info: object) -> None:
        raise NotImplementedError


class _Switch(_Mode):
    """Switches the graph on or off for a block."""

    enabled: bool

    def __enter__(self) -> None:
        self._before = _GRAD.get()
        _GRAD.set(self.enabled)

    def __exit__(self, *exc_info: object) -> None:
        _GRAD.set(self._before)


class _Bare(_Switch):
    """May decorate without parentheses, ``@torch.no_grad``."""

    def __new__(cls, function: Any = None) -> Any:
        new = super().__new__(cls)
        return new if function is None else new(function)


class no_grad(_Bare):
    """Build no graph in a block or a decorated function: results do not require gradients.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> with torch.no_grad():
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    enabled = False


class enable_grad(_Bare):
    """Build the graph in a block or a decorated function, inside of `no_grad`.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.ones(1, requires_grad=True)
    >>> with torch.no_grad(), torch.enable_grad():
    ...     y = x * 2
    >>> y.requires_grad
    True
    """

    enabled = True


class set_grad_enabled(_Switch):
    """Switch the graph on or off, at once; as a context manager for a block only.

    Parameters
    ----------
    mode
        Whether to build it.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.ones(1, requires_grad=True)
    >>> with torch.set_grad_enabled(False):
    ...     y = x * 2
    >>> y.requires_grad
    False
    """

    def __init__(self, mode: bool) -> None:  # switches at once
        self._before = _GRAD.get()
        self.mode = self.enabled = bool(mode)
        _GRAD.set(self.enabled)

    def __call__(self, function: Any) -> Any:
        """Decorate a function: the switch holds while it runs, and not at once."""
        _GRAD.set(self._before)
        return super().__call__(function)

    def __enter__(self) -> None:
        _GRAD.set(self.enabled)

    def clone(self) -> _Mode:
        """Another for the same mode."""
        return set_grad_enabled(self.mode)


#: Whether inference mode was ever entered: until then nobody need look for its tensors.
inference_before = [False]


class inference_mode(_Mode):
    """Like `no_grad`, and what is made inside can never take part in a graph.

    Parameters
    ----------
    mode
        False switches a surrounding inference mode off.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> with torch.inference_mode():
    ...     y = torch.ones(1) * 2
    >>> y.is_inference()
    True
    """

    def __new__(cls, mode: Any = True) -> Any:
        """Without parentheses it decorates a function."""
        if callable(mode):
            return cls()(mode)
        return super().__new__(cls)

    def __init__(self, mode: bool = True) -> None:
        if not callable(mode):
            self.mode = bool(mode)

    def __enter__(self) -> None:
        inference_before[0] = True
        self._before = _GRAD.get(), _INFERENCE.get()
        _INFERENCE.set(self.mode)
        _GRAD.set(not self.mode and True)

    def __exit__(self, *exc_info: object) -> None:
        _GRAD.set(self._before[0])
        _INFERENCE.set(self._before[1])

    def clone(self) -> _Mode:
        """Another for the same mode."""
        return inference_mode(self.mode)
