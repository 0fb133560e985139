"""``torch.autograd.Function``: derivatives written by hand."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.autograd.function_calls import applied
from tapegrad.torch.autograd.function_context import BackwardCFunction, FunctionCtx
from tapegrad.torch.tensor import Tensor

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionMeta(type):
    """Gives every subclass of `Function` a class of nodes."""

    _backward_cls: type[BackwardCFunction]

    def __init__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> None:
        cls._backward_cls = type(
            f"{name}Backward",
            (BackwardCFunction,),
            {"__slots__": (), "_forward_cls": cls, "__module__": "torch.autograd.function"},
        )
        super().__init__(name, bases, attributes)


class _SingleLevelFunction(metaclass=FunctionMeta):
    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the results: ``forward(ctx, *args)``, or ``forward(*args)`` if there is a
        `setup_context`.

        Parameters
        ----------
        args, kwargs
            What `apply` was called with.
        """
        raise NotImplementedError(
            "You must implement the forward function for custom autograd.Function."
        )

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save what the derivative needs, if `forward` does not take the context itself.

        Parameters
        ----------
        ctx
            The context.
        inputs, output
            What `forward` was called with, and what it returned.
        """
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The vjp: one gradient, or None, per argument of `apply`.

        Parameters
        ----------
        ctx
            The context.
        grad_outputs
            One cotangent per output.
        """
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom "
            "autograd.Function to use it with backward mode AD."
        )

    vjp = backward

    @classmethod
    def _derivative(cls) -> Callable[..., Any]:
        """What the user has written: `backward` or `vjp`."""
        if cls.vjp is not _SingleLevelFunction.vjp:
            if cls.backward is not _SingleLevelFunction.backward:
                raise RuntimeError(
                    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. "
                    "You should only implement one of them."
                )
            return cls.vjp
        return cls.backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """One tangent, or None, per output.

        Parameters
        ----------
        ctx
            The context.
        grad_inputs
            One tangent per argument, None for what is no tensor.
        """
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with "
            "forward mode AD."
        )


class Function(_SingleLevelFunction):
    """An operation with a derivative of its own: subclass it, and call `apply`.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> class Exp(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         y = x.exp()
    ...         ctx.save_for_backward(y)
    ...         return y
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         (y,) = ctx.saved_tensors
    ...         return grad * y
    >>> x = torch.tensor([0.0, 1.0], requires_grad=True)
    >>> Exp.apply(x)
    tensor([1.0000, 2.7183], grad_fn=<ExpBackward>)
    """

    generate_vmap_rule = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{self.__class__} should not be instantiated. Methods on autograd functions are all "
            f"static, so you should invoke them on the class itself. Instantiating an autograd "
            f"function will raise an error in a future version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Raise: the function itself is called by `apply`."""
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use "
            "new-style autograd function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Compute the results, and remember how to differentiate them.

        Parameters
        ----------
        args, kwargs
            What `forward` takes. Only tensors among `args` get gradients.
        """
        is_separate = cls.setup_context is not _SingleLevelFunction.setup_context
        return applied(cls, args, kwargs, is_separate)


def once_differentiable(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a `backward` that is not differentiable itself: to try is an error.

    Parameters
    ----------
    function
        The static method.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...
    ...     @staticmethod
    ...     @torch.autograd.function.once_differentiable
    ...     def backward(ctx, grad):
    ...         return torch.from_numpy(2 * grad.numpy())
    >>> x = torch.tensor([1.0], requires_grad=True)
    >>> torch.autograd.grad(Double.apply(x).sum(), x)
    (tensor([2.]),)
    """

    @functools.wraps(function)
    def once(ctx: Any, *args: Any, **kwargs: Any) -> Any:
        with modes.set_grad_enabled(False):
            outputs = function(ctx, *args, **kwargs)
        if not modes.builds_graph():
            return outputs
        followed = [a for a in args if isinstance(a, Tensor) and a.requires_grad]
        if not followed:
            return outputs
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        return tuple([o if o is None else _Once.apply(o.detach(), *followed) for o in several])

    return once


class _Once(Function):
    """A gradient that must not be differentiated."""

    @staticmethod
    def forward(ctx: Any, x: Any, *followed: Any) -> Any:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


_Once._backward_cls.__name__ = "DelayedError"
