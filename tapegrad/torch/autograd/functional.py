"""``torch.autograd.functional``: derivatives of functions at given inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad.torch import backward, modes
from tapegrad.torch.creation import zeros, zeros_like
from tapegrad.torch.jacobians import columns_of, jacobians_of, unit_level
from tapegrad.torch.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

_OUTPUTS = "outputs of the user-provided function"


def _as_tuple(value: Any, what: str, function: str) -> tuple[bool, tuple[Tensor, ...]]:
    is_tuple = isinstance(value, tuple)
    several = value if is_tuple else (value,)
    for i, x in enumerate(several):
        if not isinstance(x, Tensor):
            where = f"value at index {i}" if is_tuple else f"given {what}"
            raise TypeError(
                f"The {what} given to {function} must be either a Tensor or a tuple of Tensors but "
                f"the {where} has type {type(x)}."
            )
    return is_tuple, several


def _entered(inputs: Sequence[Tensor], create_graph: bool, need_graph: bool) -> tuple[Tensor, ...]:
    return tuple(
        [
            x.view_as(x)
            if create_graph and x.requires_grad
            else x.detach().requires_grad_(need_graph)
            for x in inputs
        ]
    )


def _left(tensors: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    return tuple(tensors) if create_graph else tuple([t.detach() for t in tensors])


def _same(results: Sequence[Any], is_tuple: bool) -> Any:
    return tuple(results) if is_tuple else results[0]


def _gradients(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], seeds: Any, create_graph: bool
) -> tuple[Tensor | None, ...]:
    seeds = [None] * len(outputs) if seeds is None else seeds
    live = [
        (y, g) for y, g in zip(outputs, seeds, strict=True) if y is not None and y._node is not None
    ]
    if not live:
        return (None,) * len(inputs)
    return backward.grad(
        [y for y, _ in live],
        inputs,
        [g for _, g in live],
        allow_unused=True,
        create_graph=create_graph,
    )


def _check_vector(v: Sequence[Tensor], other: Sequence[Tensor], is_tuple: bool) -> None:
    if len(other) != len(v):
        if is_tuple:
            raise RuntimeError(
                f"v is a tuple of invalid length: should be {len(other)} but got {len(v)}."
            )
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (a, b) in enumerate(zip(v, other, strict=True)):
        if a.size() != b.size():
            prefix = f"Entry {i} in " if is_tuple else ""
            raise RuntimeError(
                f"{prefix}v has invalid size: should be {b.size()} but got {a.size()}."
            )


def _vector(
    v: Any, other: Sequence[Tensor], is_tuple: bool, create_graph: bool, name: str, missing: str
) -> tuple[Tensor, ...] | None:
    """The cotangents or tangents, checked; None stands for a single one."""
    if v is not None:
        _, v = _as_tuple(v, "v", name)
        v = _entered(v, create_graph, False)
        _check_vector(v, other, is_tuple)
        return v
    if len(other) != 1 or other[0].numel() != 1:
        raise RuntimeError(f"The vector v can only be None if {missing} with a single element.")
    return None


_BY_KIND = {
    "hessian": (
        "The hessian of the user-provided function with respect to input {} is independent of the "
        "input. This is not allowed in strict mode. You should ensure that your function is thrice "
        "differentiable and that the hessian depends on the inputs."
    ),
    "jacobian": (
        "While computing the hessian, found that the jacobian of the user-provided function with "
        "respect to input {} is independent of the input. This is not allowed in strict mode. You "
        "should ensure that your function is twice differentiable and that the jacobian depends on "
        "the inputs (this would be violated by a linear function for example)."
    ),
    "grad_inputs": (
        "The gradient with respect to input {} is independent of the inputs of the user-provided "
        "function. This is not allowed in strict mode."
    ),
    "outputs": (
        "Output {} of the user-provided function does not require gradients. The outputs must be "
        "computed in a differentiable manner from the input when running in strict mode."
    ),
}


def _check_followed(tensors: Sequence[Tensor | None], kind: str, strict: bool) -> None:
    for i, x in enumerate(tensors if strict else ()):
        if x is None:
            raise RuntimeError(
                f"The output of the user-provided function is independent of input {i}. This is "
                f"not allowed in strict mode."
            )
        if not x.requires_grad:
            raise RuntimeError(_BY_KIND[kind].format(i))


_INDEPENDENT = {
    "back": (
        "The output of the user-provided function is independent of input {}. This is not allowed "
        "in strict mode."
    ),
    "back_trick": (
        "The gradient with respect to the input is independent of entry {} in the grad_outputs "
        "when using the double backward trick to compute forward mode gradients. This is not "
        "allowed in strict mode."
    ),
    "double_back": (
        "The jacobian of the user-provided function is independent of input {}. This is not "
        "allowed in strict mode."
    ),
    "double_back_trick": (
        "The hessian of the user-provided function is independent of entry {} in the "
        "grad_jacobian. This is not allowed in strict mode as it prevents from using the double "
        "backward trick to replace forward mode AD."
    ),
}


def _filled(
    found: Sequence[Tensor | None],
    like: Sequence[Tensor],
    strict: bool,
    create_graph: bool,
    stage: str,
) -> tuple[Tensor, ...]:
    results: list[Tensor] = []
    for i, (g, x) in enumerate(zip(found, like, strict=True)):
        if g is None:
            if strict:
                raise RuntimeError(_INDEPENDENT[stage].format(i))
            results.append(zeros_like(x))
            continue
        if strict and create_graph and not g.requires_grad:
            what = "hessian" if "double" in stage else "jacobian"
            raise RuntimeError(
                f"The {what} of the user-provided function is independent of input {i}. This is "
                f"not allowed in strict mode when create_graph=True."
            )
        results.append(g)
    return tuple(results)


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
        is_tuple, several = _as_tuple(inputs, "inputs", "vjp")
        several = _entered(several, create_graph, True)
        is_outputs_tuple, outputs = _as_tuple(func(*several), _OUTPUTS, "vjp")
        _check_followed(outputs, "outputs", strict)
        missing = "the user-provided function returns a single Tensor"
        v = _vector(v, outputs, is_outputs_tuple, create_graph, "vjp", missing)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _gradients(outputs, several, v, create_graph)
        result = _filled(found, several, strict, create_graph, "back")
    return (
        _same(_left(outputs, create_graph), is_outputs_tuple),
        _same(_left(result, create_graph), is_tuple),
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
        is_tuple, several = _as_tuple(inputs, "inputs", "jvp")
        several = _entered(several, create_graph, True)
        missing = "the input to the user-provided function is a single Tensor"
        v = _vector(v, several, is_tuple, create_graph, "jvp", missing)
        is_outputs_tuple, outputs = _as_tuple(func(*several), _OUTPUTS, "jvp")
        _check_followed(outputs, "outputs", strict)
        seeds = [zeros_like(y, requires_grad=True) for y in outputs]
        pulled = _gradients(outputs, several, seeds, True)
        _check_followed(pulled, "grad_inputs", strict)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _second(pulled, seeds, v, create_graph)
        result = _filled(found, outputs, strict, create_graph, "back_trick")
    return (
        _same(_left(outputs, create_graph), is_outputs_tuple),
        _same(_left(result, create_graph), is_outputs_tuple),
    )


def _second(
    first: Sequence[Tensor | None], inputs: Sequence[Tensor], v: Any, create_graph: bool
) -> tuple[Tensor | None, ...]:
    vectors = [None] * len(first) if v is None else v
    live = [(y, g) for y, g in zip(first, vectors, strict=True) if y is not None]
    return _gradients([y for y, _ in live], inputs, [g for _, g in live], create_graph)


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
        is_tuple, several = _as_tuple(inputs, "inputs", "jacobian")
        several = _entered(several, create_graph, True)
        is_outputs_tuple, outputs = _as_tuple(func(*several), _OUTPUTS, "jacobian")
        _check_followed(outputs, "outputs", strict)
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
            rows.append(_same(_left(filled, create_graph), is_tuple))
    return _same(rows, is_outputs_tuple)


def _forward(func: Callable[..., Any], inputs: Any) -> Any:
    is_tuple, several = _as_tuple(inputs, "inputs", "jacobian")
    level, duals = unit_level(several)
    with level:
        is_outputs_tuple, outputs = _as_tuple(func(*duals), "outputs", "jacobian")
    rows = [_same(columns_of(level, y, several), is_tuple) for y in outputs]
    return _same(rows, is_outputs_tuple)


def _single(name: str, outputs: Any) -> Tensor:
    is_tuple, several = _as_tuple(outputs, _OUTPUTS, name)
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
    is_tuple, several = _as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def scalar(*args: Tensor) -> Any:
        output = func(*args)
        _check_followed(output if isinstance(output, tuple) else (output,), "outputs", strict)
        return _single("hessian", output).squeeze()

    def gradient(*args: Tensor) -> Any:
        if outer_jacobian_strategy == "forward-mode":
            args = tuple([x.requires_grad_(True) for x in args])
        found = jacobian(scalar, args, create_graph=True)
        _check_followed(found, "jacobian", strict)
        return found

    found = jacobian(gradient, several, create_graph, strict, vectorize, outer_jacobian_strategy)
    return _same([_same(row, is_tuple) for row in found], is_tuple)


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
        result = _filled(found, several, strict, create_graph, "double_back")
    return (
        _left([output], create_graph)[0],
        _same(_left(result, create_graph), is_tuple),
    )


def _gradient_of(
    name: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool
) -> Any:
    is_tuple, several = _as_tuple(inputs, "inputs", name)
    several = _entered(several, create_graph, True)
    missing = "the input to the user-provided function is a single Tensor"
    v = _vector(v, several, is_tuple, create_graph, name, missing)
    output = func(*several)
    _check_followed(output if isinstance(output, tuple) else (output,), "outputs", strict)
    output = _single(name, output)
    first = _gradients([output], several, None, True)
    _check_followed(first, "jacobian", strict)
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
        twice = _gradients([g for g, _ in live], several, [s for _, s in live], True)
        _check_followed(first, "hessian", strict)
    with modes.set_grad_enabled(create_graph or modes.builds_graph()):
        found = _second(twice, seeds, v, create_graph)
        result = _filled(found, several, strict, create_graph, "double_back_trick")
    return (
        _left([output], create_graph)[0],
        _same(_left(result, create_graph), is_tuple),
    )
