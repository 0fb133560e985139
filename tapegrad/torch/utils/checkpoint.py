"""``torch.utils.checkpoint``: compute again in the backward pass what was not kept."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tapegrad.torch import backward, modes
from tapegrad.torch.autograd.function import Function
from tapegrad.torch.autograd.graph import saved_tensors_hooks
from tapegrad.torch.random import default_generator
from tapegrad.torch.tensor import Tensor

__all__ = ["CheckpointError", "checkpoint", "checkpoint_sequential"]


class CheckpointError(RuntimeError):
    """A function did something else when it was run again.

    Examples
    --------
    >>> from tapegrad.torch.utils.checkpoint import CheckpointError
    >>> issubclass(CheckpointError, RuntimeError)
    True
    """


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Any] | None = None,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Run a function and keep none of its intermediate values: it runs again for its gradient.

    Parameters
    ----------
    function
        A function of tensors and other things.
    args, kwargs
        Its arguments; keywords only without `use_reentrant`.
    use_reentrant
        Whether the second run is a backward pass of its own, for which
        `torch.autograd.grad` does not work. Should be given; False is the better choice.
    context_fn
        Returns two context managers, for the first and for the second run.
    determinism_check, debug, early_stop
        Without effect.
    preserve_rng_state
        Whether both runs see the same random numbers.

    Returns
    -------
    Any
        What `function` returns.

    Raises
    ------
    CheckpointError
        In the backward pass, if the second run does not do what the first did.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([0.0, 1.0], requires_grad=True)
    >>> y = torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=False)
    >>> y.sum().backward()
    >>> x.grad
    tensor([1.0000, 0.5403])
    """
    if use_reentrant is None:
        _ask_for_reentrant("torch.utils.checkpoint", "Starting in PyTorch 2.9, calling checkpoint")
        use_reentrant = True
    if not use_reentrant:
        return _without_reentrance(function, args, kwargs, context_fn, preserve_rng_state)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if context_fn is not None or debug:
        raise ValueError(
            "Passing `context_fn` or `debug` is only supported when use_reentrant=False."
        )
    if not any(isinstance(a, Tensor) and a.requires_grad for a in args):
        warnings.warn(
            "None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2
        )
    return CheckpointFunction.apply(function, preserve_rng_state, *args)


def _ask_for_reentrant(name: str, what: str) -> None:
    warnings.warn(
        f"{name}: the use_reentrant parameter should be passed explicitly. {what} without "
        f"use_reentrant will raise an exception. use_reentrant=False is recommended, but if you "
        f"need to preserve the current default behavior, you can pass use_reentrant=True. Refer to "
        f"docs for more details on the differences between the two variants.",
        stacklevel=3,
    )


@contextlib.contextmanager
def _random_state(state: Any) -> Iterator[None]:
    """Random numbers from a state on, if there is one, and afterwards from where they were."""
    if state is None:
        yield
        return
    before = default_generator.get_state()
    default_generator.set_state(state)
    try:
        yield
    finally:
        default_generator.set_state(before)


def _detached(x: Any) -> Any:
    return x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x


class CheckpointFunction(Function):
    """The function whose backward pass contains another."""

    @staticmethod
    def forward(ctx: Any, function: Any, preserve: bool, *args: Any) -> Any:
        """Run the function without a graph."""
        ctx.function = function
        ctx.state = default_generator.get_state() if preserve else None
        ctx.save_for_backward(*[a if isinstance(a, Tensor) else None for a in args])
        ctx.others = [None if isinstance(a, Tensor) else a for a in args]
        return function(*args)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Run it with one, and go backward there."""
        if not backward.adds_to_leaves():
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or "
                "passing an `inputs` parameter to .backward(). To resolve this error, you can "
                "either set use_reentrant=False, or call .backward() without passing the `inputs` "
                "argument."
            )
        args = [
            other if saved is None else _detached(saved)
            for saved, other in zip(ctx.saved_tensors, ctx.others, strict=True)
        ]
        with _random_state(ctx.state), modes.enable_grad():
            outputs = ctx.function(*args)
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        live = [
            (y, g)
            for y, g in zip(several, grad_outputs, strict=True)
            if isinstance(y, Tensor) and y.requires_grad
        ]
        if not live:
            raise RuntimeError(
                "none of output has requires_grad=True, this checkpoint() is not necessary"
            )
        backward.backward([y for y, _ in live], [g for _, g in live])
        return None, None, *[a._grad if isinstance(a, Tensor) else None for a in args]


def _without_reentrance(
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    context_fn: Callable[[], Any] | None,
    preserve: bool,
) -> Any:
    first: Any
    second: Any
    first, second = context_fn() if context_fn else (contextlib.nullcontext(),) * 2
    state = default_generator.get_state() if preserve else None
    again: dict[int, Any] = {}
    count = 0

    def pack(_: Any) -> int:
        nonlocal count
        count += 1
        return count - 1

    def unpack(number: int) -> Any:
        if number not in again:
            _run_again()
        return again.pop(number)

    def _run_again() -> None:
        saved: list[Any] = []

        def keep(tensor: Any) -> Any:
            saved.append(tensor.detach())
            return tensor.detach()

        with (
            second,
            _random_state(state),
            modes.enable_grad(),
            saved_tensors_hooks(keep, lambda tensor: tensor),
        ):
            function(*[_detached(a) for a in args], **{k: _detached(v) for k, v in kwargs.items()})
        if len(saved) != count:
            raise CheckpointError(
                f"torch.utils.checkpoint: A different number of tensors was saved during the "
                f"original forward and recomputation.\nNumber of tensors saved during forward: "
                f"{count}\nNumber of tensors saved during recomputation: {len(saved)}."
            )
        again.update(enumerate(saved))

    with first, saved_tensors_hooks(pack, unpack):
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any,
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
) -> Any:
    """Run functions one after the other, in segments of which each is a `checkpoint`.

    Parameters
    ----------
    functions
        A sequence of functions, or a `torch.nn.Sequential`.
    segments
        How many; the last one keeps its intermediate values.
    input
        What the first function takes.
    use_reentrant, preserve_rng_state
        As for `checkpoint`.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> from tapegrad.torch.utils.checkpoint import checkpoint_sequential
    >>> checkpoint_sequential([torch.sin, torch.exp], 2, torch.zeros(1), use_reentrant=False)
    tensor([1.])
    """
    if use_reentrant is None:
        _ask_for_reentrant(
            "torch.utils.checkpoint.checkpoint_sequential",
            "In version 2.9 we will raise an exception if use_reentrant is not passed. Calling it",
        )
        use_reentrant = True
    steps = list(functions.children()) if hasattr(functions, "children") else list(functions)
    size = max(1, len(steps) // segments)
    end = -1
    for start in range(0, size * (segments - 1), size):
        end = start + size - 1
        input = checkpoint(
            _chain(steps[start : end + 1]),
            input,
            use_reentrant=use_reentrant,
            preserve_rng_state=preserve_rng_state,
        )
    return _chain(steps[end + 1 :])(input)


def _chain(steps: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return run
