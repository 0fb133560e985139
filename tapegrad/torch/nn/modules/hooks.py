"""Hooks: functions that a module calls before and after it runs, forward and backward."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from tapegrad.core.structural import identity
from tapegrad.torch.modes import is_grad_enabled
from tapegrad.torch.nn.modules.state import State
from tapegrad.torch.node import Node, RemovableHandle, node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

_PASSED = node_type("BackwardHookFunctionBackward")
_WITHOUT_INPUTS = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since "
    "no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/"
    "torch.nn.Module.html#torch.nn.Module.register_full_backward_hook for more details."
)


def _passed_on(tensors: list[Tensor]) -> tuple[list[Tensor], Node | None]:
    """The same values as results of one node, which can have hooks."""
    if not is_grad_enabled() or not any(t._node is not None for t in tensors):
        return tensors, None

    def same(*values: Any) -> tuple[Any, ...]:
        return tuple([identity(v) for v in values])

    results = run(same, _PASSED, tuple(tensors), {})
    return list(results), next(r._node for r in results if r._node is not None)


class BackwardHooks:
    """What watches the gradients at the ends of one call of a module."""

    def __init__(self, module: Any, after: list[Any], before: list[Any]) -> None:
        self.module, self.after, self.before = module, after, before
        self.grad_outputs: Any = None
        self.inputs = 0
        self.watches_inputs = False

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, whose tensors come from a node that calls the hooks."""
        places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        self.inputs = len(places)
        tensors, node = _passed_on([args[i] for i in places])
        if node is None:
            return args
        self.watches_inputs = True
        node.register_hook(lambda grad_inputs, _: self.finish(grad_inputs))
        changed = list(args)
        for i, t in zip(places, tensors, strict=True):
            changed[i] = t
        return tuple(changed)

    def leave(self, result: Any) -> Any:
        """The results, which come from a node that is told their gradients."""
        several = isinstance(result, tuple)
        parts = list(result) if several else [result]
        places = [i for i, r in enumerate(parts) if isinstance(r, Tensor)]
        tensors, node = _passed_on([parts[i] for i in places])
        if node is None:
            return result
        node.register_prehook(self.begin)
        for i, t in zip(places, tensors, strict=True):
            parts[i] = t
        return tuple(parts) if several else parts[0]

    def begin(self, grad_outputs: Any) -> Any:
        """Called with the gradients of the results."""
        self.grad_outputs = grad_outputs
        for hook in self.before:
            changed = hook(self.module, self.grad_outputs)
            if changed is not None:
                self.grad_outputs = changed if isinstance(changed, tuple) else (changed,)
        if not self.watches_inputs and self.after:
            warnings.warn(_WITHOUT_INPUTS, UserWarning, stacklevel=2)
            self.finish((None,) * self.inputs)
        return self.grad_outputs if self.before else None

    def finish(self, grad_inputs: Any) -> Any:
        """Called with the gradients of the arguments, which hooks may replace.

        Raises
        ------
        RuntimeError
            If a hook gives another number of gradients.
        """
        given = grad_inputs
        for hook in self.after:
            changed = hook(self.module, grad_inputs, self.grad_outputs)
            if changed is not None:
                changed = changed if isinstance(changed, tuple) else (changed,)
                if len(changed) != len(grad_inputs):
                    raise RuntimeError(
                        f"Backward hook returned an invalid number of grad_input, got "
                        f"{len(changed)}, but expected {len(grad_inputs)}"
                    )
                grad_inputs = changed
        return None if grad_inputs is given else grad_inputs


class Hooked(State):
    """Calling, with hooks."""

    forward: Callable[..., Any]
    _forward_hooks: dict[int, Callable[..., Any]]
    _forward_pre_hooks: dict[int, Callable[..., Any]]
    _backward_hooks: dict[int, Callable[..., Any]]
    _backward_pre_hooks: dict[int, Callable[..., Any]]
    _with_kwargs: set[int]
    _always_called: set[int]

    def _hook(
        self, hooks: Any, hook: Any, prepend: bool, with_kwargs: bool = False, always: bool = False
    ) -> RemovableHandle:
        handle = RemovableHandle(hooks, hook)
        if with_kwargs:
            self._with_kwargs.add(handle.id)
        if always:
            self._always_called.add(handle.id)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before `forward`; what it returns takes the arguments' place.

        Parameters
        ----------
        hook
            ``hook(module, args)``, or ``hook(module, args, kwargs)`` for `with_kwargs`.
        prepend
            Whether it is called before the hooks that are there.
        with_kwargs
            Whether it is told the keyword arguments; it then returns both.
        """
        return self._hook(self._forward_pre_hooks, hook, prepend, with_kwargs)

    def register_forward_hook(
        self,
        hook: Callable[..., Any],
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after `forward`; what it returns replaces the output.

        Parameters
        ----------
        hook
            ``hook(module, args, output)``, or ``hook(module, args, kwargs, output)``.
        prepend
            Whether it is called before the hooks that are there.
        with_kwargs
            Whether it is told the keyword arguments.
        always_call
            Whether it is called even if `forward` raises.
        """
        return self._hook(self._forward_hooks, hook, prepend, with_kwargs, always_call)

    def register_full_backward_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when these gradients are known.

        Parameters
        ----------
        hook
            What it returns replaces the gradients of the arguments.
        prepend
            Whether it is called before the hooks that are there.
        """
        return self._hook(self._backward_hooks, hook, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """`register_full_backward_hook` under its old name."""
        return self._hook(self._backward_hooks, hook, False)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` when the gradients of the results are known.

        Parameters
        ----------
        hook
            What it returns replaces these gradients.
        prepend
            Whether it is called before the hooks that are there.
        """
        return self._hook(self._backward_pre_hooks, hook, prepend)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What `forward` gives, with the hooks around it."""
        if not (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
        ):
            return self.forward(*args, **kwargs)
        called: set[int] = set()
        try:
            return self._call_with_hooks(args, kwargs, called)
        except Exception:
            for number, hook in self._forward_hooks.items():
                if number in self._always_called and number not in called:
                    self._call_forward_hook(number, hook, args, kwargs, None)
            raise

    def _call_forward_hook(self, number: int, hook: Any, args: Any, kwargs: Any, out: Any) -> Any:
        if number in self._with_kwargs:
            return hook(self, args, kwargs, out)
        return hook(self, args, out)

    def _call_with_hooks(self, args: Any, kwargs: Any, called: set[int]) -> Any:
        for number, hook in list(self._forward_pre_hooks.items()):
            if number in self._with_kwargs:
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not (isinstance(changed, tuple) and len(changed) == 2):
                        raise RuntimeError(
                            f"forward pre-hook must return None or a tuple of (new_args, "
                            f"new_kwargs), but got {changed}."
                        )
                    args, kwargs = changed
            else:
                changed = hook(self, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)
        watch = None
        if self._backward_hooks or self._backward_pre_hooks:
            watch = BackwardHooks(
                self, list(self._backward_hooks.values()), list(self._backward_pre_hooks.values())
            )
            args = watch.enter(args)
        result = self.forward(*args, **kwargs)
        for number, hook in list(self._forward_hooks.items()):
            called.add(number)
            changed = self._call_forward_hook(number, hook, args, kwargs, result)
            if changed is not None:
                result = changed
        if watch is None:
            return result
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(
                f"For backward hooks to be called, module output should be a Tensor or a tuple of "
                f"Tensors but received {type(result)}",
                UserWarning,
                stacklevel=3,
            )
        return watch.leave(result)
