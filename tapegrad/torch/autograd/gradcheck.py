"""``torch.autograd.gradcheck``: derivatives against differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.torch import backward
from tapegrad.torch.autograd import forward_ad
from tapegrad.torch.dtypes import category
from tapegrad.torch.jacobians import rows_of
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(RuntimeError):
    """A derivative is not what differences say.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> issubclass(torch.autograd.gradcheck.__globals__["GradcheckError"], RuntimeError)
    True
    """


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Compare the derivatives of a function with central differences.

    Parameters
    ----------
    func
        A function of tensors that returns a tensor or a tuple of tensors.
    inputs
        Its arguments; those that require gradients are checked, and should be float64.
    eps
        Half of the step of the differences.
    atol, rtol
        How far derivatives may be off.
    raise_exception
        Whether a wrong derivative is an error, or gives False.
    nondet_tol
        How far two backward passes may differ.
    check_undefined_grad
        Whether cotangents of zero must give zeros.
    check_grad_dtypes
        Whether gradients must have the types of their inputs.
    check_batched_grad, check_batched_forward_grad
        Without effect.
    check_forward_ad, check_backward_ad
        Which modes are checked.
    fast_mode
        Without effect: all entries are checked.
    masked
        Without effect.

    Returns
    -------
    bool

    Raises
    ------
    GradcheckError
        If a derivative is wrong.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(torch.sin, (x,))
    True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError(
            "Expected at least one of check_forward_ad or check_backward_ad to be True"
        )
    args = _as_tuple(inputs)
    _check_inputs(args)
    try:
        outputs = _differentiable(func(*args))
        check = _Check(func, args, outputs, eps, atol, rtol)
        if check_backward_ad:
            check.backward(nondet_tol, check_grad_dtypes)
            if check_undefined_grad:
                check.zeros()
        if check_forward_ad:
            check.forward()
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Compare the derivatives of a function's gradient with central differences.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception, nondet_tol, check_undefined_grad
        As for `gradcheck`.
    grad_outputs
        The cotangents of the outputs; random ones by default.
    gen_non_contig_grad_outputs
        Without effect.
    check_grad_dtypes, check_batched_grad, fast_mode, masked
        As for `gradcheck`.
    check_fwd_over_rev, check_rev_over_rev
        In which modes the gradient is differentiated.

    Returns
    -------
    bool

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> x = torch.tensor([0.3, 0.7], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradgradcheck(torch.sin, (x,))
    True
    """
    args = _as_tuple(inputs)
    if grad_outputs is None:
        seeds = tuple([_random_like(y) for y in _differentiable(func(*args))])
    else:
        seeds = _as_tuple(grad_outputs)
    followed = [i for i, x in enumerate(args) if isinstance(x, Tensor) and x.requires_grad]

    def gradient(*values: Any) -> Any:
        own = values[: -len(seeds)]
        outputs = _differentiable(func(*own))
        found = backward.grad(
            outputs,
            [own[i] for i in followed],
            values[-len(seeds) :],
            create_graph=True,
            allow_unused=True,
        )
        return tuple([g for g in found if g is not None])

    return gradcheck(
        gradient,
        (*args, *seeds),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
    )


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _differentiable(outputs: Any) -> list[Tensor]:
    return [y for y in _as_tuple(outputs) if isinstance(y, Tensor) and y.requires_grad]


def _random_like(y: Tensor) -> Tensor:
    rng = np.random.default_rng(0)
    values: Any = rng.uniform(-1, 1, y._value.shape)
    if y._value.dtype.kind == "c":
        values = values + 1j * rng.uniform(-1, 1, y._value.shape)
    return wrapped(np.asarray(values).astype(y._value.dtype)).requires_grad_()


def _check_inputs(inputs: Sequence[Any]) -> None:
    any_followed = False
    for i, x in enumerate(inputs):
        if isinstance(x, Tensor) and x.requires_grad:
            any_followed = True
            if x._value.dtype not in (np.float64, np.complex128):
                warnings.warn(
                    f"Input #{i} requires gradient and is not a double precision floating point "
                    f"or complex. This check will likely fail if all the inputs are not of double "
                    f"precision floating point or complex. ",
                    stacklevel=3,
                )
    if not any_followed:
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them "
            "have requires_grad=True."
        )


class _Check:
    """One function at one place; matrices have a row for each entry of the input."""

    def __init__(
        self,
        func: Callable[..., Any],
        inputs: tuple[Any, ...],
        outputs: list[Tensor],
        eps: float,
        atol: float,
        rtol: float,
    ) -> None:
        self.func, self.inputs, self.outputs = func, inputs, outputs
        self.eps, self.atol, self.rtol = eps, atol, rtol
        self.places = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        self.differences = [self._differences(place) for place in self.places]

    def _values(self, place: int, value: Any) -> list[Any]:
        x = self.inputs[place]
        moved = wrapped(value[()] if value.ndim == 0 else value).requires_grad_()
        results = _as_tuple(
            self.func(*[moved if k == place else a for k, a in enumerate(self.inputs)])
        )
        del x
        kept = [y for y in results if isinstance(y, Tensor) and category(y._value.dtype) >= 2]
        return [np.array(y._value) for y in kept][: len(self.outputs) or None]

    def _differences(self, place: int) -> list[list[Any]]:
        """Per output one matrix for each direction: along real, and along imaginary numbers."""
        x = np.asarray(self.inputs[place]._value)
        directions = [1.0, 1j] if x.dtype.kind == "c" else [1.0]
        found: list[list[Any]] = [[] for _ in self.outputs]
        for direction in directions:
            columns: list[list[Any]] = [[] for _ in self.outputs]
            for flat in range(x.size):
                ends = []
                for sign in (1, -1):
                    moved = np.array(x)
                    moved.reshape(-1)[flat] += sign * direction * self.eps
                    ends.append(self._values(place, moved))
                for k, (up, down) in enumerate(zip(*ends, strict=True)):
                    columns[k].append(((up - down) / (2 * self.eps)).reshape(-1))
            for k, y in enumerate(self.outputs):
                size = int(y._value.size)
                matrix = np.array(columns[k]) if columns[k] else np.zeros((0, size))
                found[k].append(matrix.reshape(x.size, size))
        return found

    def _compare(self, found: Any, expected: Any, output: int, number: int, mode: str) -> None:
        if not np.allclose(found, expected, rtol=self.rtol, atol=self.atol, equal_nan=False):
            raise GradcheckError(
                f"Jacobian {mode}mismatch for output {output} with respect to input {number},\n"
                f"numerical:{wrapped(np.array(expected))}\nanalytical:{wrapped(np.array(found))}\n"
            )

    def backward(self, nondet_tol: float, check_dtypes: bool) -> None:
        """Reverse mode."""
        inputs = [self.inputs[place] for place in self.places]
        for k, y in enumerate(self.outputs):
            for part in (1.0, 1j) if y._value.dtype.kind == "c" else (1.0,):
                passes = [_rows(y, inputs, part) for _ in range(2)]
                for number, x in enumerate(inputs):
                    first, second = (p[number] for p in passes)
                    if check_dtypes and first is not None and first.dtype != x._value.dtype:
                        raise GradcheckError("Gradient has dtype mismatch")
                    matrix = _matrix(first, x, y)
                    if np.abs(matrix - _matrix(second, x, y)).max(initial=0) > nondet_tol:
                        raise GradcheckError(
                            f"Backward is not reentrant, i.e., running backward with same input "
                            f"and grad_output multiple times gives different values, although "
                            f"analytical gradient matches numerical gradient.The tolerance for "
                            f"nondeterminism was {nondet_tol}."
                        )
                    take = np.real if part == 1.0 else np.imag
                    along = [take(d) for d in self.differences[number][k]]
                    expected = along[0] if len(along) == 1 else along[0] + 1j * along[1]
                    self._compare(matrix, expected, k, number, "")

    def zeros(self) -> None:
        """Cotangents of zero give zeros."""
        inputs = [self.inputs[place] for place in self.places]
        if not self.outputs:
            return
        seeds = [wrapped(np.zeros(y._value.shape, y._value.dtype)[()]) for y in self.outputs]
        found = backward.grad(self.outputs, inputs, seeds, retain_graph=True, allow_unused=True)
        for g in found:
            if g is not None and np.any(g._value != 0):
                raise GradcheckError("backward not multiplied by grad_output")

    def forward(self) -> None:
        """Forward mode."""
        for number, place in enumerate(self.places):
            x = self.inputs[place]
            for which, direction in enumerate((1.0, 1j) if x._value.dtype.kind == "c" else (1.0,)):
                columns: list[list[Any]] = [[] for _ in self.outputs]
                for flat in range(int(x._value.size)):
                    seed = np.zeros(x._value.shape, x._value.dtype)
                    seed.reshape(-1)[flat] = direction
                    for k, t in enumerate(self._pushed(place, seed)):
                        columns[k].append(t)
                for k, y in enumerate(self.outputs):
                    expected = self.differences[number][k][which]
                    found = np.array(columns[k]).reshape(expected.shape)
                    del y
                    self._compare(found, expected, k, number, "computed with forward mode ")

    def _pushed(self, place: int, seed: Any) -> list[Any]:
        with forward_ad.dual_level():
            x = self.inputs[place].detach().requires_grad_()
            dual = forward_ad.make_dual(x, wrapped(seed[()] if seed.ndim == 0 else seed))
            outputs = _differentiable(
                self.func(*[dual if k == place else a for k, a in enumerate(self.inputs)])
            )
            tangents = [forward_ad.unpack_dual(y).tangent for y in outputs]
            return [
                np.zeros(y._value.size) if t is None else np.asarray(t._value).reshape(-1)
                for y, t in zip(outputs, tangents, strict=True)
            ]


def _rows(y: Tensor, inputs: list[Tensor], part: complex) -> list[Any]:
    """Gradients of the real, or the imaginary, part of each entry of an output."""
    if part == 1.0:
        rows = rows_of(y, inputs, False)
    else:
        rows = rows_of(y.imag, inputs, False)
    return [None if r is None else r._value for r in rows]


def _matrix(rows: Any, x: Tensor, y: Tensor) -> Any:
    if rows is None:
        return np.zeros((int(x._value.size), int(y._value.size)))
    return np.asarray(rows).reshape(int(y._value.size), int(x._value.size)).T
