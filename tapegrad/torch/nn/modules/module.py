"""Module: what layers and models are made of."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

from tapegrad.torch import modes
from tapegrad.torch.dtypes import bfloat16, dtype, float16, float32, float64, to_numpy
from tapegrad.torch.nn.modules.hooks import Hooked
from tapegrad.torch.tensor import Tensor

__all__ = ["Module"]


def indented(text: str) -> str:
    """The text with all lines but the first moved by two spaces."""
    first, *rest = text.split("\n")
    return "\n".join([first, *[f"  {line}" if line.strip() else "" for line in rest]])


class Module(Hooked):
    """A part of a model: it has parameters and other modules, and computes in `forward`.

    Parameters, buffers and modules that are assigned to attributes are registered. Subclasses call
    ``super().__init__()`` first.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> class Shift(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.by = torch.nn.Parameter(torch.ones(1))
    ...     def forward(self, x):
    ...         return x + self.by
    >>> Shift()(torch.zeros(1))
    tensor([1.], grad_fn=<AddBackward0>)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument "
                f"'{next(iter(kwargs))}'"
            )
        if args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but "
                f"{len(args) + 1} were given"
            )
        state = self.__dict__
        state["training"] = True
        for name in ("_parameters", "_buffers", "_modules"):
            state[name] = {}
        for name in (
            "_forward_hooks",
            "_forward_pre_hooks",
            "_backward_hooks",
            "_backward_pre_hooks",
            "_state_dict_hooks",
            "_state_dict_pre_hooks",
            "_load_state_dict_pre_hooks",
            "_load_state_dict_post_hooks",
        ):
            state[name] = OrderedDict()
        for name in ("_non_persistent_buffers_set", "_with_kwargs", "_always_called"):
            state[name] = set()

    def _no_forward(self, *input: Any) -> Any:
        """What the module computes, written by subclasses."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    forward = _no_forward

    # Training, evaluation, types

    def train(self, mode: bool = True) -> Self:
        """Tell the module, and all inside, whether it is being trained.

        Raises
        ------
        ValueError
            For anything but a bool.
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Tell the module, and all inside, that it is being evaluated."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set whether the parameters are followed."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for parameter in self.parameters():
            if parameter._grad is not None:
                if set_to_none:
                    parameter._grad = None
                else:
                    parameter._grad = parameter._grad.detach().zero_()

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call a function with all modules inside, then this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace the values of all parameters, gradients and buffers."""
        if recurse:
            for module in self.children():
                module._apply(fn, recurse)
        with modes.no_grad():
            for parameter in self._parameters.values():
                if parameter is not None:
                    grad = parameter._grad
                    parameter._grad = None
                    parameter.data = fn(parameter.detach())
                    if grad is not None:
                        parameter._grad = fn(grad.detach())
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert floating point parameters and buffers: ``to(dtype)``, ``to(device)``, ``to(x)``.

        Raises
        ------
        TypeError
            For types that are not floating point or complex.
        """
        given = [*args, *kwargs.values()]
        target = next((a for a in given if isinstance(a, dtype)), None)
        if target is None:
            target = next((a.dtype for a in given if isinstance(a, Tensor)), None)
        if target is None:
            return self
        if not (target.is_floating_point or target.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired "
                f"dtype={target}"
            )
        wanted = target

        def convert(x: Tensor) -> Tensor:
            return x.to(wanted) if x.is_floating_point() or x.is_complex() else x

        return self._apply(convert)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers."""
        to_numpy(dst_type)
        return self._apply(lambda x: x.to(dst_type))

    def _as(self, target: dtype) -> Self:
        return self._apply(lambda x: x.to(target) if x.is_floating_point() else x)

    def float(self) -> Self:
        """Convert floating point parameters and buffers to float32."""
        return self._as(float32)

    def double(self) -> Self:
        """Convert floating point parameters and buffers to float64."""
        return self._as(float64)

    def half(self) -> Self:
        """Convert floating point parameters and buffers to float16."""
        return self._as(float16)

    def bfloat16(self) -> Self:
        """Convert floating point parameters and buffers to bfloat16."""
        return self._as(bfloat16)

    def cpu(self) -> Self:
        """The module itself: there is only the processor."""
        return self

    def share_memory(self) -> Self:
        """The module itself: without effect."""
        return self

    # Texts

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What the text of the module says between parentheses, written by subclasses."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        about = extra.split("\n") if extra else []
        inside = [f"({name}): {indented(repr(m))}" for name, m in self._modules.items()]
        lines = about + inside
        if not lines:
            return f"{self._get_name()}()"
        if len(about) == 1 and not inside:
            return f"{self._get_name()}({about[0]})"
        listed = "\n  ".join(lines)
        return f"{self._get_name()}(\n  {listed}\n)"
