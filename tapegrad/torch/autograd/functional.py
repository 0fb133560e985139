"""``torch.autograd.functional``: derivatives of functions at given inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad.torch import modes
from tapegrad.torch.autograd.functional_arguments import (
    OUTPUTS,
    as_tuple,
    check_followed,
    entered,
    filled_up,
    gradients,
    left,
    same_nest,
    vector,
)
from tapegrad.torch.creation import zeros, zeros_like
from tapegrad.torch.jacobians import columns_of, jacobians_of, unit_level
from tapegrad.torch.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def vjp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    """The value of a function, and cotangents pulled back through it.

    Parameters
    ----------
    func
        A function of tensors that returns a tensor or a tuple of tensors.
    inputs
        A tensor or a tuple of tensors.
    v
        The cotangents of the outputs; None for a single output of one element.
    create_graph
        Whether the results can be differentiated.
    strict
        Whether it is an error if an output does not depend on an input.

    Returns
    -------
    tuple
        ``(outputs, cotangents of the inputs)``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([0.0, 1.0])
    >>> torch.autograd.functional.vjp(torch.exp, x, torch.ones(2))
    (tensor([1.0000, 2.7183]), tensor([1.0000, 2.7183]))
    """
    with modes.enable_grad():
        is_tuple, several = as_tuple(inputs, "inputs", "vjp")
        several = entered(several, create_graph, True)
        is_outputs_tuple, outputs = as_tuple(func(*several), OUTPUTS, "vjp")
        check_followed(outputs, "outputs", strict)
        missing = "the user-provided function returns a single Tensor"
        v = vector(v, outputs, is_outputs_tuple, create_graph, "vjp", missing)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = gradients(outputs, several, v, create_graph)
        result = filled_up(found, several, strict, create_graph, "back")
    return (
        same_nest(left(outputs, create_graph), is_outputs_tuple),
        same_nest(left(result, create_graph), is_tuple),
    )


def jvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    """The value of a function and its derivative along tangents, by differentiating backward twice.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    v
        The tangents of the inputs; None for a single input of one element.

    Returns
    -------
    tuple
        ``(outputs, tangents of the outputs)``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([0.0, 1.0])
    >>> torch.autograd.functional.jvp(torch.exp, x, torch.ones(2))
    (tensor([1.0000, 2.7183]), tensor([1.0000, 2.7183]))
    """
    with modes.enable_grad():
        is_tuple, several = as_tuple(inputs, "inputs", "jvp")
        several = entered(several, create_graph, True)
        missing = "the input to the user-provided function is a single Tensor"
        v = vector(v, several, is_tuple, create_graph, "jvp", missing)
        is_outputs_tuple, outputs = as_tuple(func(*several), OUTPUTS, "jvp")
        check_followed(outputs, "outputs", strict)
        seeds = [zeros_like(y, requires_grad=True) for y in outputs]
        pulled = gradients(outputs, several, seeds, True)
        check_followed(pulled, "grad_inputs", strict)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _second(pulled, seeds, v, create_graph)
        result = filled_up(found, outputs, strict, create_graph, "back_trick")
    return (
        same_nest(left(outputs, create_graph), is_outputs_tuple),
        same_nest(left(result, create_graph), is_outputs_tuple),
    )


def _second(
    first: Sequence[Tensor | None], inputs: Sequence[Tensor], v: Any, create_graph: bool
) -> tuple[Tensor | None, ...]:
    vectors = [None] * len(first) if v is None else v
    live = [(y, g) for y, g in zip(first, vectors, strict=True) if y is not None]
    return gradients([y for y, _ in live], inputs, [g for _, g in live], create_graph)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of a function, all rows at once.

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for `vjp`.
    vectorize
        Without effect on the result; what `strategy` needs.
    strategy
        ``"reverse-mode"`` or ``"forward-mode"``.

    Returns
    -------
    Tensor or tuple
        Of shape ``(*output.shape, *input.shape)``; per output and, inside, per input, where there
        are tuples of them.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.autograd.functional.jacobian(torch.exp, torch.tensor([0.0, 1.0]))
    tensor([[1.0000, 0.0000],
            [0.0000, 2.7183]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your '
            'function has more outputs than inputs, "forward-mode" tends to be more performant. '
            'Otherwise, prefer to use "reverse-mode".'
        )
    name = "torch.autograd.functional.jacobian"
    if strategy == "forward-mode":
        for refused, what, instead in (
            (create_graph, "create_graph", "`create_graph=False`"),
            (strict, "strict", "`strict=False`"),
        ):
            if refused:
                kind: Any = NotImplementedError if what == "create_graph" else RuntimeError
                raise kind(
                    f'{name}: `{what}=True` and `strategy="forward-mode"` are not supported '
                    f'together (yet). Please either set {instead} or `strategy="reverse-mode"`.'
                )
        if not vectorize:
            raise NotImplementedError(
                "Computing Jacobian using forward-AD or forward-over-reverse Hessian is"
                "only implemented for `vectorize=True`."
            )
        return _forward(func, inputs)
    with modes.enable_grad():
        is_tuple, several = as_tuple(inputs, "inputs", "jacobian")
        several = entered(several, create_graph, True)
        is_outputs_tuple, outputs = as_tuple(func(*several), OUTPUTS, "jacobian")
        check_followed(outputs, "outputs", strict)
        if vectorize and strict:
            raise RuntimeError(
                f"{name}: `strict=True` and `vectorized=True` are not supported together. Please "
                f"either set `strict=False` or `vectorize=False`."
            )
        rows = []
        found = jacobians_of(outputs, several, create_graph)
        for i, (y, row) in enumerate(zip(outputs, found, strict=True)):
            filled: list[Tensor] = []
            for k, (j, x) in enumerate(zip(row, several, strict=True)):
                if j is None and strict:
                    raise RuntimeError(
                        f"Output {i} of the user-provided function is independent of input {k}. "
                        f"This is not allowed in strict mode."
                    )
                if j is None:
                    j = zeros((*y.shape, *x.shape), dtype=x.dtype)
                elif strict and create_graph and not j.requires_grad:
                    raise RuntimeError(
                        f"The jacobian of the user-provided function is independent of input {i}. "
                        f"This is not allowed in strict mode when create_graph=True."
                    )
                filled.append(j)
            rows.append(same_nest(left(filled, create_graph), is_tuple))
    return same_nest(rows, is_outputs_tuple)


def _forward(func: Callable[..., Any], inputs: Any) -> Any:
    is_tuple, several = as_tuple(inputs, "inputs", "jacobian")
    level, duals = unit_level(several)
    with level:
        is_outputs_tuple, outputs = as_tuple(func(*duals), "outputs", "jacobian")
    rows = [same_nest(columns_of(level, y, several), is_tuple) for y in outputs]
    return same_nest(rows, is_outputs_tuple)


def _single(name: str, outputs: Any) -> Tensor:
    is_tuple, several = as_tuple(outputs, OUTPUTS, name)
    if is_tuple:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if several[0].numel() != 1:
        raise RuntimeError(
            f"The Tensor returned by the function given to {name} should contain a single element"
        )
    return several[0]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a scalar function.

    Parameters
    ----------
    func
        A function of tensors that returns a tensor of one element.
    inputs, create_graph, strict, vectorize
        As for `jacobian`.
    outer_jacobian_strategy
        How the gradient is differentiated: ``"reverse-mode"`` or ``"forward-mode"``.

    Returns
    -------
    Tensor or tuple of tuples
        Of shape ``(*input.shape, *input.shape)``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.autograd.functional.hessian(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    is_tuple, several = as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*args: Tensor) -> Any:
        output = func(*args)
        check_followed(output if isinstance(output, tuple) else (output,), "outputs", strict)
        return _single("hessian", output).squeeze()

    def gradient(*args: Tensor) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            args = tuple([x.requires_grad_(True) for x in args])
        found = jacobian(scalar, args, create_graph=True)
        check_followed(found, "jacobian", strict)
        return found

    found = jacobian(gradient, several, create_graph, strict, vectorize, outer_jacobian_strategy)
    return same_nest([same_nest(row, is_tuple) for row in found], is_tuple)


def vhp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    """The value of a scalar function, and a vector times its Hessian.

    Parameters
    ----------
    func
        A function of tensors that returns a tensor of one element.
    inputs, create_graph, strict
        As for `vjp`.
    v
        The vectors, like the inputs.

    Returns
    -------
    tuple
        ``(output, products)``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([1.0, 2.0])
    >>> torch.autograd.functional.vhp(lambda x: (x**3).sum(), x, torch.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with modes.enable_grad():
        is_tuple, several, v, output, first = _gradient_of(
            "vhp", func, inputs, v, create_graph, strict
        )
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _second(first, several, v, create_graph)
        result = filled_up(found, several, strict, create_graph, "double_back")
    return (
        left([output], create_graph)[0],
        same_nest(left(result, create_graph), is_tuple),
    )


def _gradient_of(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> Any:
    is_tuple, several = as_tuple(inputs, "inputs", name)
    several = entered(several, create_graph, True)
    missing = "the input to the user-provided function is a single Tensor"
    v = vector(v, several, is_tuple, create_graph, name, missing)
    output = func(*several)
    check_followed(output if isinstance(output, tuple) else (output,), "outputs", strict)
    output = _single(name, output)
    first = gradients([output], several, None, True)
    check_followed(first, "jacobian", strict)
    return is_tuple, several, v, output, first


def hvp(
    func: Callable[..., Any],
    inputs: Any,
    v: Any = None,
    create_graph: bool = False,
    strict: bool = False,
) -> Any:
    """The value of a scalar function, and its Hessian times a vector.

    Parameters
    ----------
    func, inputs, v, create_graph, strict
        As for `vhp`, which is cheaper and gives the same where the Hessian is symmetric.

    Returns
    -------
    tuple
        ``(output, products)``.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([1.0, 2.0])
    >>> torch.autograd.functional.hvp(lambda x: (x**3).sum(), x, torch.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with modes.enable_grad():
        is_tuple, several, v, output, first = _gradient_of(
            "hvp", func, inputs, v, create_graph, strict
        )
        seeds = [zeros_like(x, requires_grad=True) for x in several]
        live = [(g, s) for g, s in zip(first, seeds, strict=True) if g is not None]
        twice = gradients([g for g, _ in live], several, [s for _, s in live], True)
        check_followed(first, "hessian", strict)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _second(twice, seeds, v, create_graph)
        result = filled_up(found, several, strict, create_graph, "double_back_trick")
    return (
        left([output], create_graph)[0],
        same_nest(left(result, create_graph), is_tuple),
    )
