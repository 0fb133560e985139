"""``torch.autograd.Function``: derivatives written by hand."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core.context import only_recorders, visible_recorders
from tapegrad.core.tensor import next_id
from tapegrad.torch import modes
from tapegrad.torch.dtypes import category
from tapegrad.torch.node import FREED, AccumulateGrad, Node, next_number
from tapegrad.torch.recorded import Level, active_levels, have_tangents
from tapegrad.torch.saved import Saved, all_saved
from tapegrad.torch.tensor import Tensor, shared, wrapped

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx:
    """What `Function.forward` leaves for `Function.backward`: any attributes, and saved tensors.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> class Scale(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x, factor):
    ...         ctx.factor = factor
    ...         return x * factor
    ...
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * ctx.factor, None
    >>> x = torch.tensor(2.0, requires_grad=True)
    >>> Scale.apply(x, 3.0).backward()
    >>> x.grad
    tensor(3.)
    """

    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] | None = None
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    materialize_grads = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep inputs and outputs for `backward`, which finds them in ``ctx.saved_tensors``.

        Parameters
        ----------
        tensors
            Tensors, or None.
        """
        self.to_save = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """Keep tensors for `jvp`, which finds them in ``ctx.saved_tensors``.

        Parameters
        ----------
        tensors
            Tensors, or None.
        """
        for tensor in tensors:
            if not (isinstance(tensor, Tensor) or tensor is None):
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save "
                    "non-tensors as attributes on ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Say which inputs `forward` has changed in place; it must return them.

        Parameters
        ----------
        args
            Inputs.
        """
        self.dirty_tensors = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Say which outputs have no derivative.

        Parameters
        ----------
        args
            Outputs.
        """
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether `backward` gets zeros, and not None, for outputs that were not used.

        Parameters
        ----------
        value
            True is the default.
        """
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """The node of a `Function`, and the context of its methods."""

    __slots__ = ()

    is_custom = is_marked = True
    _forward_cls: type[_SingleLevelFunction]

    needs_input_grad: tuple[bool, ...]
    _saved: list[Saved] | None
    _positions: tuple[int | None, ...]  # per argument its place among the tensors
    _places: tuple[int | None, ...]  # per output its place among those that have gradients
    _specs: tuple[Any, ...]  # per output its shape and type, None for what is no tensor

    def __init__(self) -> None:
        super().__init__((), (), (), ())

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` was given.

        Raises
        ------
        RuntimeError
            If the graph was freed, or one of them was changed in place.
        """
        state = self.__dict__
        if "_in_jvp" in state and self.saved_for_forward is not None:
            return self.saved_for_forward
        if "_saved" not in state:
            return self.to_save
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple([saved.tensor(self) for saved in self._saved])

    def free(self) -> None:
        """Drop what was saved."""
        if self._saved:
            self._saved = None

    def run_backward(self, gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
        """The user's derivative.

        Parameters
        ----------
        gradients
            One per output that has a gradient.

        Returns
        -------
        list
            One per input that is a tensor.

        Raises
        ------
        RuntimeError
            If the user's function returns something else than gradients of the inputs.
        """
        given: list[Tensor | None] = []
        for place, spec in zip(self._places, self._specs, strict=True):
            g = None if place is None else gradients[place]
            if g is None and spec is not None and self.materialize_grads:
                g = wrapped(np.zeros(*spec)[()])
            given.append(g)
        returned = self._derivative()(self, *given)
        results = returned if isinstance(returned, tuple) else (returned,)
        name, expected = type(self).__name__, len(self._positions)
        if len(results) > expected and all(r is None for r in results[expected:]):
            results = results[:expected]
        if len(results) != expected:
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {expected}, "
                f"got {len(results)})"
            )
        found: list[Tensor | None] = []
        for i, (position, g) in enumerate(zip(self._positions, results, strict=True)):
            if g is not None and not isinstance(g, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(g).__name__})")
            if position is not None:
                found.append(None if g is None else self._fitting(position, g))
            elif g is not None:
                raise RuntimeError(
                    f"function {name} returned a gradient different than None at position "
                    f"{i + 1}, but the corresponding forward input was not a Variable"
                )
        return found

    def _derivative(self) -> Callable[..., Any]:
        owner = self._forward_cls
        if owner.vjp is not _SingleLevelFunction.vjp:
            if owner.backward is not _SingleLevelFunction.backward:
                raise RuntimeError(
                    "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. "
                    "You should only implement one of them."
                )
            return owner.vjp
        return owner.backward

    def _fitting(self, position: int, g: Tensor) -> Tensor:
        """A gradient of the shape and type of its input."""
        shape, dtype = self._inputs[position]
        given = g._value.shape
        if given != shape:
            extra = len(given) - len(shape)
            if extra < 0 or any(n not in (1, m) for n, m in zip(shape, given[extra:], strict=True)):
                raise RuntimeError(
                    f"Function {type(self).__name__} returned an invalid gradient at index "
                    f"{position} - got {list(given)} but expected shape compatible with "
                    f"{list(shape)}"
                )
            g = g.sum_to_size(shape)
        if g._value.dtype != dtype:
            g = g.type(wrapped(np.zeros((), dtype)[()]).dtype)
        return g

    _inputs: tuple[Any, ...]


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
        return _applied(cls, args, kwargs)


def _applied(cls: type[_SingleLevelFunction], args: tuple[Any, ...], kwargs: Any) -> Any:
    ctx: Any = cls._backward_cls()
    is_separate = cls.setup_context is not _SingleLevelFunction.setup_context
    if is_separate:
        bound = inspect.signature(cls.forward).bind(*args, **kwargs)
        bound.apply_defaults()
        args, kwargs = bound.args, bound.kwargs
    tensors = [a for a in args if isinstance(a, Tensor)]
    ctx.needs_input_grad = tuple([isinstance(a, Tensor) and a.requires_grad for a in args])
    places = iter(range(len(tensors)))
    ctx._positions = tuple([next(places) if isinstance(a, Tensor) else None for a in args])
    ctx._inputs = tuple([(x._value.shape, x._value.dtype) for x in tensors])
    ctx.edges, ctx.ids = tuple([x._node for x in tensors]), tuple([x._id for x in tensors])
    levels = active_levels()
    hidden = [r for r in visible_recorders() if r.__class__ is not Level]
    with modes.set_grad_enabled(False), only_recorders(tuple(hidden)):
        if is_separate:
            output = cls.forward(*args, **kwargs)
            cls.setup_context(ctx, args, output)
        else:
            output = cls.forward(ctx, *args, **kwargs)
    is_followed = modes.builds_graph() and any(x._node is not None for x in tensors)
    several = isinstance(output, (tuple, list))
    outputs = list(output) if several else [output]
    _check_marks(ctx, outputs)
    results = _results(ctx, outputs, tensors, is_followed)
    ctx._saved = all_saved(ctx.to_save, results, ctx._places) if is_followed else []
    ctx.__dict__.pop("to_save", None)
    if have_tangents(levels, ctx.ids):
        _push_tangents(cls, ctx, args, tensors, results, levels)
    ctx.number = next_number()
    return tuple(results) if several else results[0]


def _check_marks(ctx: Any, outputs: list[Any]) -> None:
    for i, x in enumerate(ctx.to_save):
        if x is not None and not isinstance(x, Tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {i} is of type "
                f"{type(x).__name__}"
            )
    for x in ctx.dirty_tensors:
        if not any(x is o for o in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as "
                "output. The inputs that are modified inplace must all be outputs of the Function."
            )


def _results(ctx: Any, outputs: list[Any], tensors: list[Tensor], is_followed: bool) -> list[Any]:
    """The outputs as results of the node."""
    results: list[Any] = []
    outs: list[int] = []
    places: list[int | None] = []
    for output in outputs:
        if not isinstance(output, Tensor):
            places.append(None)
            results.append(output)
            continue
        is_dirty = any(output is x for x in ctx.dirty_tensors)
        is_input = any(output is x for x in tensors)
        is_fixed = any(output is x for x in ctx.non_differentiable)
        has_node = is_followed and not is_fixed and category(output._value.dtype) >= 2
        result = output
        if is_dirty and is_input:
            if has_node and output._node.__class__ is AccumulateGrad:
                raise RuntimeError(
                    "a leaf Variable that requires grad has been used in an in-place operation."
                )
        elif is_input:
            result = wrapped(shared(output))
            result._view = output._view
        elif output._view is not None:
            result = wrapped(output._value)
        if has_node or result is not output or not is_dirty:
            result._id = next_id()
            result._node = ctx if has_node else None
        places.append(len(outs) if has_node else None)
        if has_node:
            outs.append(result._id)
        results.append(result)
    ctx.outs = tuple(outs)
    ctx._places = tuple(places)
    ctx._specs = tuple(
        [(r._value.shape, r._value.dtype) if isinstance(r, Tensor) else None for r in results]
    )
    return results


def _push_tangents(
    cls: type[_SingleLevelFunction],
    ctx: Any,
    args: tuple[Any, ...],
    tensors: list[Tensor],
    results: list[Any],
    levels: list[Level],
) -> None:
    """Let the user's jvp compute tangents, of the outermost level first."""
    ctx._in_jvp = True
    for position, level in enumerate(levels):
        if not have_tangents([level], ctx.ids):
            continue
        many: list[list[Any]] = []
        for row in range(level.rows or 1):
            given = [
                _tangent(level, a, row, ctx.materialize_grads) if isinstance(a, Tensor) else None
                for a in args
            ]
            with only_recorders(tuple(levels[:position])):
                found = cls.jvp(ctx, *given)
            many.append(list(found) if isinstance(found, tuple) else [found])
        for result, column in zip(results, zip(*many, strict=True), strict=True):
            if isinstance(result, Tensor) and column[0] is not None:
                with only_recorders(tuple(levels[:position])):
                    level.enter(
                        result, column[0] if level.rows is None else column[0].stack(column)
                    )
    del ctx.__dict__["_in_jvp"]


def _tangent(level: Level, x: Tensor, row: int, is_materialized: bool) -> Tensor | None:
    t = level.tangent(x._id)
    if t is None:
        return wrapped(np.zeros_like(x._value)[()]) if is_materialized else None
    one: Any = t if level.rows is None else t[row]
    return one


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
