"""``torch.autograd.graph``: nodes, and what they save."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from tapegrad.torch import mutations
from tapegrad.torch.graph import Pass
from tapegrad.torch.node import Node, RemovableHandle
from tapegrad.torch.saved import SavedHooks, active_hooks
from tapegrad.torch.tensor import Tensor, mutation_holder

__all__ = [
    "GradientEdge",
    "Node",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class GradientEdge(NamedTuple):
    """Where a gradient goes in the graph.

    Parameters
    ----------
    node
        The node.
    output_nr
        Which of its outputs.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x * 2).output_nr
    0
    """

    node: Node
    output_nr: int


def get_gradient_edge(tensor: Any) -> GradientEdge:
    """Where the gradient of a tensor goes.

    Parameters
    ----------
    tensor
        A tensor that requires a gradient.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor(1.0, requires_grad=True)
    >>> torch.autograd.graph.get_gradient_edge(x.exp()).node.name()
    'ExpBackward0'
    """
    if not tensor.requires_grad:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not "
            "require gradients"
        )
    return GradientEdge(tensor._node, tensor.output_nr)


def increment_version(tensor: Any) -> None:
    """Say that the memory of tensors was changed by somebody else.

    Parameters
    ----------
    tensor
        A tensor, or several.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.zeros(2)
    >>> torch.autograd.graph.increment_version(x)
    >>> x._version
    1
    """
    for x in (tensor,) if isinstance(tensor, Tensor) else tensor:
        mutations.stamp(mutation_holder(x))


#: Why hooks on saved tensors are not allowed now; empty if they are.
_DISABLED: ContextVar[str] = ContextVar("tapegrad_torch_no_saved_hooks", default="")


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Allow no `saved_tensors_hooks` in a block.

    Parameters
    ----------
    error_message
        What the error for them says.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> graph = torch.autograd.graph
    >>> with graph.disable_saved_tensors_hooks("not here"):
    ...     with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
    ...         pass
    Traceback (most recent call last):
        ...
    RuntimeError: not here
    """
    if active_hooks() is not None:
        raise RuntimeError(error_message)
    token = _DISABLED.set(error_message)
    try:
        yield
    finally:
        _DISABLED.reset(token)


class saved_tensors_hooks:
    """Pack what operations in a block save for their derivatives, and unpack it for these.

    Parameters
    ----------
    pack_hook
        Takes a tensor and returns anything.
    unpack_hook
        Takes what `pack_hook` has returned, and returns the tensor.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([2.0], requires_grad=True)
    >>> with torch.autograd.graph.saved_tensors_hooks(lambda t: t.numpy(force=True), torch.tensor):
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor([4.])
    """

    def __init__(self, pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def __enter__(self) -> None:
        if _DISABLED.get():
            raise RuntimeError(_DISABLED.get())
        self._hooks = SavedHooks(self.pack_hook, self.unpack_hook)
        self._hooks.__enter__()

    def __exit__(self, *exc_info: object) -> None:
        self._hooks.__exit__()


class save_on_cpu(saved_tensors_hooks):
    """Keep saved tensors in the processor's memory: copies of them, as there is no other.

    Parameters
    ----------
    pin_memory, device_type
        Without effect.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([3.0], requires_grad=True)
    >>> with torch.autograd.graph.save_on_cpu():
    ...     y = x * x
    >>> y.backward()
    >>> x.grad
    tensor([6.])
    """

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: tensor.detach().clone(), lambda packed: packed)


class _Handles:
    """Handles of several hooks."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        self.handles = tuple(handles)

    def remove(self) -> None:
        """Take all the hooks away."""
        for handle in self.handles:
            handle.remove()

    def __enter__(self) -> _Handles:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[[Any], Any], *, mode: str = "all"
) -> Any:
    """Call a function once in each backward pass, with the gradients of several tensors.

    Parameters
    ----------
    tensors
        Tensors that require gradients.
    fn
        Takes the list of gradients, with None where the pass finds none; or the first of them.
    mode
        ``"all"`` waits for all gradients that the pass will find, ``"any"`` for the first one.

    Returns
    -------
    handle
        `remove` takes the hook away.

    Raises
    ------
    ValueError
        For another mode.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    >>> handle = torch.autograd.graph.register_multi_grad_hook((a, b), print)
    >>> (2 * a + 3 * b).backward()
    [tensor([2.]), tensor([3.])]
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if mode == "any":
        first = _First(fn)
        return _Handles([t.register_hook(first) for t in tensors if t.requires_grad])
    together = _Together(tensors, fn)
    return _Handles([t.register_hook(partial(together, i)) for i, t in enumerate(tensors)])


class _First:
    """Calls a function with the first gradient of each pass."""

    def __init__(self, fn: Callable[[Any], Any]) -> None:
        self.fn = fn
        self.seen: Any = None
        self.__name__ = getattr(fn, "__name__", "<unknown>")

    def __call__(self, grad: Tensor) -> None:
        if self.seen is not Pass.current.get():
            self.seen = Pass.current.get()
            self.fn(grad)


class _Together:
    """Calls a function when the last gradient of a pass is there."""

    def __init__(self, tensors: Sequence[Tensor], fn: Callable[[Any], Any]) -> None:
        self.nodes = [t._node for t in tensors]
        self.fn = fn
        self.found: WeakKeyDictionary[Pass, dict[int, Tensor]] = WeakKeyDictionary()

    def __call__(self, position: int, grad: Tensor) -> None:
        now = Pass.current.get()
        assert now is not None
        found = self.found.setdefault(now, {})
        found[position] = grad
        expected = set(now.nodes)
        if len(found) == sum(node in expected for node in self.nodes):
            del self.found[now]
            self.fn([found.get(i) for i in range(len(self.nodes))])
