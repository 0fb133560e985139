"""Tensors of which a function sees one example: what `vmap` hands to the function.

A `BatchedTensor` has the shape of one example, and holds a tensor of all of them, whose first axis
counts. An operation on it is done on that tensor (see `vectorizing`); so graph, gradients and
forward mode are those of the whole. Levels nest: the whole may itself be an example of more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple, NoReturn

import numpy as np

from tapegrad.core.context import active_recorders, visible_recorders
from tapegrad.torch.examples import Captured, Example, UnbatchableError, marked
from tapegrad.torch.node import Node
from tapegrad.torch.recorded import Marker
from tapegrad.torch.running import innermost, run
from tapegrad.torch.tensor import Tensor, wrapped
from tapegrad.torch.vectorizing import first, over_batch

_new = object.__new__
_numbers = count(1)

_NO_DATA = "Cannot access data pointer of Tensor that doesn't have storage"
_NOT_REQUIRED = (
    "You are attempting to call Tensor.requires_grad_() (or perhaps using "
    "torch.autograd.functional.* APIs) inside of a function being transformed by a functorch "
    "transform. This is unsupported, please attempt to use the functorch transforms (e.g. grad, "
    "vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
    "transformed instead."
)


class VmapLevel(Marker):
    """One `vmap` that is going on.

    Attributes
    ----------
    size
        How many examples there are.
    randomness
        What random numbers are there.
    number
        Larger for inner ones.
    """

    __slots__ = ("number", "randomness", "size")

    def __init__(self, size: int, randomness: str) -> None:
        super().__init__()
        self.size, self.randomness = size, randomness
        self.number = next(_numbers)


def active_vmaps() -> list[VmapLevel]:
    """The calls of `vmap` going on, outermost first."""
    if not active_recorders():
        return []
    return [r for r in visible_recorders() if r.__class__ is VmapLevel]


class VmapInfo(NamedTuple):
    """What the batching rule of an `autograd.Function` is told."""

    batch_size: int
    randomness: str


class BatchedTensor(Tensor):
    """One example of a tensor whose first axis counts examples.

    Attributes
    ----------
    whole
        That tensor.
    _level
        The `vmap` whose examples they are.
    """

    __slots__ = ("_level", "_seen", "is_shown_elsewhere", "whole")

    whole: Tensor
    _level: VmapLevel
    _seen: Any
    is_shown_elsewhere: bool

    @property
    def _value(self) -> Any:
        """The data of one example, for its shape and type."""
        if self._seen is None:
            self._seen = marked(first(self.whole._value), Captured)
        return self._seen

    @_value.setter
    def _value(self, value: Any) -> None:
        raise UnbatchableError("another array for an example")

    @property
    def _id(self) -> int:  # type: ignore[override]
        return self.whole._id

    @property
    def _node(self) -> Node | None:  # type: ignore[override]
        return self.whole._node

    # What PyTorch refuses

    def _refuse_item(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over "
            "calling .item() on a Tensor, please try to rewrite what you're doing with other "
            "operations. If error is occurring somewhere inside PyTorch internals, please file a "
            "bug report."
        )

    item = __float__ = __int__ = __complex__ = __index__ = __contains__ = _refuse_item

    def _refuse_data(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(_NO_DATA)

    tolist = numpy = data_ptr = __array__ = __dlpack__ = _refuse_data

    def __bool__(self) -> bool:
        raise RuntimeError(
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control "
            "flow. We don't support that yet, please file an issue at "
            "https://github.com/pytorch/pytorch/issues ."
        )

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Refused, as in PyTorch."""
        raise RuntimeError(_NOT_REQUIRED)

    def register_hook(self, hook: Any) -> Any:
        """Hooks see single examples: the function is called for each."""
        raise UnbatchableError("a hook")

    def backward(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused, as in PyTorch."""
        raise RuntimeError(
            "backward() called inside a functorch transform. This is not supported, please use "
            "functorch.grad or functorch.vjp instead or call backward() outside of functorch "
            "transforms."
        )

    # Sharing memory

    def detach(self) -> Tensor:
        """The same memory without the graph."""
        return batched(self.whole.detach(), self._level, self)

    @property
    def data(self) -> Tensor:
        """The same memory without the graph."""
        return batched(self.whole.data, self._level, self)

    @data.setter
    def data(self, value: Any) -> None:
        raise UnbatchableError("another array for an example")

    def __repr__(self) -> str:
        lines = repr(self.whole).split("\n")
        inside = "\n".join(f"    {line}" for line in lines)
        return f"BatchedTensor(lvl={self._level.number}, bdim=0, value=\n{inside}\n)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self) if self._value.ndim else self._refuse_item()

    # What the rest of the dialect asks

    def _run(
        self, function: Callable[..., Any], kind: type[Node], args: Any, kwargs: Any, view: Any
    ) -> Any:
        """An operation of which this tensor is an argument, of the innermost level."""
        return _run_on(self._level, function, kind, args, kwargs, bool(view))

    def _apply(self, cls: Any, args: tuple[Any, ...], is_separate: bool) -> Any:
        """A user's `autograd.Function`, by the batching rule that it brings."""
        level = self._level
        if not is_separate:
            raise RuntimeError(
                "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, "
                "jacrev, ...), it must override the setup_context staticmethod. For more details, "
                "please see https://pytorch.org/docs/main/notes/extending.func.html"
            )
        if cls.generate_vmap_rule:
            raise UnbatchableError(f"{cls.__name__}.generate_vmap_rule")
        if not hasattr(cls, "vmap"):
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please "
                f"override and implement the vmap staticmethod or set generate_vmap_rule=True. For "
                f"more details, please see "
                f"https://pytorch.org/docs/main/notes/extending.func.html"
            )
        of_level = [isinstance(a, Tensor) and a._level is level for a in args]
        lowered = [a.whole if is_one else a for a, is_one in zip(args, of_level, strict=True)]
        dims = tuple([0 if is_one else None for is_one in of_level])
        results, places = cls.vmap(VmapInfo(level.size, level.randomness), dims, *lowered)
        if not isinstance(results, tuple):
            return results if places is None else batched(results.movedim(places, 0), level)
        places = places if isinstance(places, tuple) else (places,) * len(results)
        return tuple(
            [
                y if d is None else batched(y.movedim(d, 0), level)
                for y, d in zip(results, places, strict=True)
            ]
        )

    def _assign(self, result: Tensor, assign: Callable[..., Tensor], name: str) -> Tensor:
        """Write a result into the tensor, by means of `assign`."""
        if self.is_shown_elsewhere:
            raise UnbatchableError("a view is changed in place")
        if result._value.shape != self._value.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape "
                f"{list(result.shape)}"
            )
        over = innermost([result])
        if over is not None and over._level.number > self._level.number:
            return assign(bottom(self), over, name)  # which refuses
        assign(self.whole, _at_level(result, self._level), name)
        self._seen = None
        return self

    def _pull(
        self,
        grad: Callable[..., Any],
        targets: list[Tensor],
        sources: list[Tensor],
        seeds: list[Any],
        options: dict[str, Any],
        is_stacked: bool,
    ) -> tuple[Tensor | None, ...]:
        """Gradients of single examples, by means of `grad`; this tensor is of the innermost level.

        The gradient of the sum of all examples is that of each where each has inputs of its own.
        """
        level = self._level
        of_level = [x._level is level for x in sources]
        if is_stacked or (any(of_level) and not all(of_level)):
            raise UnbatchableError("gradients with respect to what examples share")
        live = [(y, g) for y, g in zip(targets, seeds, strict=True) if y._level is level]
        if not live:
            if any(of_level) or any(g is None for g in seeds):
                raise UnbatchableError("gradients that do not depend on all examples")
            stacks = [_at_level(g, level) for g in seeds]
            found = grad(targets, sources, stacks, is_grads_batched=True, **options)
        elif not all(of_level):
            raise UnbatchableError("gradients with respect to what examples share")
        else:
            wholes = [_whole_seed(y, g, level) for y, g in live]
            found = grad([y.whole for y, _ in live], [x.whole for x in sources], wholes, **options)
        return tuple([None if g is None else batched(g, level) for g in found])


def batched(whole: Tensor, level: VmapLevel, shown: BatchedTensor | None = None) -> BatchedTensor:
    """One example of a tensor.

    Parameters
    ----------
    whole
        The examples along the first axis.
    level
        Whose examples they are.
    shown
        The tensor whose memory the new one shares, if there is one.
    """
    example: BatchedTensor = _new(BatchedTensor)
    example.whole, example._level, example._seen = whole, level, None
    example.is_shown_elsewhere = shown is not None
    if shown is not None:
        shown.is_shown_elsewhere = True
    return example


def as_input(x: Tensor, level: VmapLevel) -> Tensor:
    """One example of an argument, whose memory is not the function's own."""
    example = batched(x, level)
    example.is_shown_elsewhere = True
    return example


def _at_level(x: Tensor, level: VmapLevel) -> Tensor:
    """All examples of a tensor, along the first axis, also of one that has none."""
    if x._level is level:
        whole: Tensor = x.whole
        return whole
    spread: Tensor = x.expand((level.size, *x._value.shape))
    return spread


def expanded(x: Tensor, levels: Sequence[VmapLevel] | None = None) -> Tensor:
    """The tensor with memory, and thus with derivatives, of its own for every example."""
    levels = active_vmaps() if levels is None else levels
    if not levels:
        return x
    level = levels[-1]
    return batched(expanded(_at_level(x, level), levels[:-1]), level)


def _whole_seed(y: Tensor, g: Tensor | None, level: VmapLevel) -> Tensor | None:
    if g is not None:
        return _at_level(g, level)
    if y._value.size != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    ones: Tensor = wrapped(np.ones((level.size, *y._value.shape), y._value.dtype))
    return ones


def like_example(made: Tensor, x: Tensor) -> Tensor:
    """A new tensor with memory for every example of `x`, if that is an example."""
    levels = levels_of(x)
    if not levels:
        return made
    sizes = [level.size for level in levels]
    return as_example(made.expand((*sizes, *made._value.shape)).clone(), levels)


def bottom(x: Tensor) -> Tensor:
    """The tensor of all examples of all levels; its first axes count them, outermost first."""
    while isinstance(x, BatchedTensor):
        x = x.whole
    return x


def levels_of(x: Tensor) -> list[VmapLevel]:
    """Whose example a tensor is, outermost first."""
    levels = []
    while isinstance(x, BatchedTensor):
        levels.append(x._level)
        x = x.whole
    return levels[::-1]


def as_example(x: Tensor, levels: Sequence[VmapLevel]) -> Tensor:
    """One example of a tensor whose first axes count the examples of these levels."""
    for level in levels:
        x = batched(x, level)
    return x


def require_gradient(x: Tensor) -> Node:
    """Make a tensor a leaf, also if it is an example; returns its node."""
    leaf: Any = bottom(x).requires_grad_()._node
    return leaf


def without_graph(x: Tensor) -> Tensor:
    """The same value under the same identity, but without its node."""
    if isinstance(x, BatchedTensor):
        return batched(without_graph(x.whole), x._level)
    return wrapped(x._value, None, x._id)


def _run_on(
    level: VmapLevel,
    function: Callable[..., Any],
    kind: type[Node],
    args: Any,
    kwargs: dict[str, Any],
    is_view: bool,
) -> Any:
    flags: list[bool] = []
    taken: list[Any] = []

    def lower(value: Any) -> Any:
        if isinstance(value, Tensor):
            is_batched = value._level is level
            flags.append(is_batched)
            if is_batched:
                taken.append(value)
                return value.whole
            if value._level is None and isinstance(value._value, Example):
                raise UnbatchableError("a tensor was made of examples outside of an operation")
            return value
        if value.__class__ is list or value.__class__ is tuple:
            return value.__class__([lower(v) for v in value])
        return value

    lowered = tuple([lower(a) for a in args])
    named = {k: lower(v) for k, v in kwargs.items()}
    outputs: list[bool] = []

    def on_all(*entered: Any, **also: Any) -> Any:
        result, found = over_batch(function, entered, also, flags)
        outputs[:] = found
        return result

    on_all.__name__ = getattr(function, "__name__", kind.__name__)
    result = run(on_all, kind, lowered, named)
    remaining = iter(outputs)

    def raised(value: Any) -> Any:
        if isinstance(value, Tensor):
            if not next(remaining):
                return value
            for x in taken:
                if x.whole is value:
                    return x
            return batched(value, level, taken[0] if is_view and taken else None)
        if isinstance(value, (tuple, list)):
            parts = [raised(v) for v in value]
            made: Any = type(value)
            return made(*parts) if hasattr(value, "_fields") else made(parts)
        return value

    return raised(result)
