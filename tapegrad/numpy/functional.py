"""Derivatives of functions: transformations that take a function and give one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core import derivatives, nest, second_order
from tapegrad.core.custom import recompute_grad
from tapegrad.core.primals import watching
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap_constant
from tapegrad.numpy.array import holding, leave, ndarray, tensor_of
from tapegrad.numpy.documentation import documented

__all__ = [
    "checkpoint",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]

_SQUARES = "np.array([1.0, 2.0])"


#: What is no structure, without asking `nest`: a third of the time of a small gradient.
_LEAVES = frozenset((ndarray, Tensor, np.ndarray, float))


def _mapped(function: Callable[[Any], Any], structure: Any) -> Any:
    if structure.__class__ in _LEAVES:
        return function(structure)
    return nest.map_structure(function, structure)


class _Call:
    """A call of a function, some of whose arguments are differentiated by.

    Attributes
    ----------
    chosen
        The arguments to differentiate by: one, or a tuple of several.
    """

    def __init__(self, op: str, fun: Any, argnums: Any, args: Any, kwargs: Any) -> None:
        if not callable(fun):
            raise TypeError(f"{op} takes a function, not {type(fun).__name__}.")
        self.op, self.fun, self.args, self.kwargs = op, fun, list(args), kwargs
        if argnums == 0 and argnums.__class__ is int and args:  # nearly always
            self.single, self.numbers = True, [0]
            self.chosen = _mapped(self._leaf, args[0])
            return
        self.single = isinstance(argnums, (int, np.integer))
        numbers = [argnums] if self.single else list(argnums)
        for i in numbers:
            if not -len(args) <= i < len(args):
                raise TypeError(
                    f"{op}: argnums names the argument {i}, but the function was called with "
                    f"{len(args)} positional arguments."
                )
        self.numbers = [int(i) % len(args) for i in numbers]
        given = [self.args[i] for i in self.numbers]
        self.chosen = _mapped(self._leaf, given[0] if self.single else tuple(given))

    def _leaf(self, value: Any) -> Tensor:
        x = tensor_of(value)
        if not is_differentiable(x._value):
            raise TypeError(
                f"{self.op} requires real- or complex-valued inputs (input dtype that is a "
                f"sub-dtype of np.inexact), but got {x._value.dtype.name}. Write the number with a "
                f"point, or convert it: np.asarray(x, float)."
            )
        return recording.identity(x) if isinstance(value, ArrayLike) else x

    def __call__(self, *chosen: Any) -> Any:
        """Call the function with other values for the chosen arguments."""
        args = list(self.args)
        for i, value in zip(self.numbers, chosen, strict=True):
            args[i] = _mapped(holding, value)
        return self.fun(*args, **self.kwargs)

    def primals(self) -> tuple[Any, ...]:
        """The chosen arguments as a tuple."""
        return (self.chosen,) if self.single else self.chosen

    def packed(self, values: Any) -> Any:
        """What belongs to the chosen arguments, as the caller named them."""
        return leave_all(values[0] if self.single else values)


def leave_all(structure: Any) -> Any:
    """A structure of tensors as one of arrays."""
    return _mapped(leave, structure)


def as_tensors(structure: Any) -> Any:
    """A structure of arrays, or of what becomes one, as one of tensors."""
    return nest.map_structure(tensor_of, structure)


def _scalar(op: str, y: Any) -> Tensor:
    if y.__class__ not in _LEAVES and nest.is_nested(y):
        raise TypeError(
            f"{op}: the function returned a {type(y).__name__}, but has to return one number. "
            f"Return the first part of it, or use has_aux=True."
        )
    if y is None:
        raise TypeError(f"{op}: the function returned None. Does it lack a return statement?")
    x = tensor_of(y)
    if x._value.size != 1:
        raise TypeError(
            f"{op} only differentiates functions that return a number, but this one returned an "
            f"array of shape {x._value.shape}. Return its sum, or use jacobian or "
            f"elementwise_grad."
        )
    if not is_differentiable(x._value):
        raise TypeError(
            f"{op}: the function returned a number of type {x._value.dtype.name}, which has no "
            f"derivative."
        )
    if x._value.dtype.kind == "c":
        raise TypeError(
            f"{op} requires real-valued outputs, but the function returned a number of type "
            f"{x._value.dtype.name}. Return np.real(y), np.imag(y) or np.abs(y); the derivative of "
            f"a holomorphic function f is np.conj(np.grad(lambda z: np.real(f(z)))(z))."
        )
    return x if x._value.shape == () else recording.reshape(x, to=())


def _value_and_grad(op: str, fun: Any, argnums: Any, has_aux: bool, args: Any, kwargs: Any) -> Any:
    call = _Call(op, fun, argnums, args, kwargs)
    primals = call.primals()
    plain = all(x.__class__ is Tensor for x in primals)
    sources = list(primals) if plain else nest.flatten(primals)
    tape = watching(sources)
    with tape:
        y, aux = _with_aux(op, call(*primals), has_aux)
        target = _scalar(op, y)
    found = tape._gradients_of((target,), (None,), sources, True)
    gradients = tuple([_dense(g) for g in found])
    if not plain:
        gradients = nest.pack_sequence_as(primals, gradients)
    return (leave(tensor_of(y)), aux), call.packed(gradients)


def _dense(g: Any) -> Any:
    return g if isinstance(g, Tensor) else g._to_tensor()


def _with_aux(op: str, y: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return y, None
    if not isinstance(y, tuple) or len(y) != 2:
        raise TypeError(f"{op}: with has_aux=True the function returns a pair, (value, aux).")
    return y


def named(made: Callable[..., Any], fun: Any, op: str) -> Callable[..., Any]:
    """A function that was made of another, with a name that says so."""
    if callable(fun):
        functools.update_wrapper(made, fun)
    made.__name__ = f"{op}_of_{getattr(fun, '__name__', 'function')}"
    return made


@documented("np.grad(lambda x: (x**2).sum())(np.array([1.0, 2.0]))", "array([2., 4.])")
def grad(fun: Any, argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the gradient of a function whose results are real numbers.

    The function returns a number, or an array of size 1. Arguments may be arrays, numbers, or
    nested lists, dicts and dataclasses of these; the gradient has the same structure. It can be
    differentiated again.
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        (_, aux), found = _value_and_grad("grad", fun, argnums, has_aux, args, kwargs)
        return (found, aux) if has_aux else found

    return named(gradient, fun, "grad")


@documented(
    "np.value_and_grad(lambda x: (x**2).sum())(np.array([1.0, 2.0]))",
    "(array(5.), array([2., 4.]))",
)
def value_and_grad(fun: Any, argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives a function's value and its gradient."""

    def both(*args: Any, **kwargs: Any) -> Any:
        (y, aux), found = _value_and_grad("value_and_grad", fun, argnums, has_aux, args, kwargs)
        return ((y, aux) if has_aux else y), found

    return named(both, fun, "value_and_grad")


@documented("np.elementwise_grad(np.sin)(np.array([0.0, 1.0]))", "array([1.        , 0.54030231])")
def elementwise_grad(fun: Any, argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives the derivative of each element of a function's result.

    Right for functions whose elements each depend on one element of the argument; otherwise it is
    the gradient of the sum.
    """

    def slopes(*args: Any, **kwargs: Any) -> Any:
        kept: list[Any] = [None]

        def total(*now: Any, **named: Any) -> Any:
            y, kept[0] = _with_aux("elementwise_grad", fun(*now, **named), has_aux)
            parts = [tensor_of(leaf) for leaf in nest.flatten(y)]
            sums = [
                recording.reduce_sum(x, axes=tuple(range(-x._value.ndim, 0)), keepdims=False)
                for x in parts
            ]
            return holding(functools.reduce(recording.add, sums))

        _, found = _value_and_grad("elementwise_grad", total, argnums, False, args, kwargs)
        return (found, kept[0]) if has_aux else found

    return named(slopes, fun, "elementwise_grad")


@documented(f"np.jacobian(lambda x: x**2)({_SQUARES})", "array([[2., 0.],\n       [0., 4.]])")
def jacobian(fun: Any, argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that gives all derivatives of all elements of a function's result.

    For each array of the result a structure like the arguments', of arrays with the result's axes
    in front. Walks the tape in the cheaper direction, for all rows at once.
    """

    def matrix(*args: Any, **kwargs: Any) -> Any:
        call = _Call("jacobian", fun, argnums, args, kwargs)
        kept: list[Any] = [None]

        def outputs(*chosen: Any) -> Any:
            y, kept[0] = _with_aux("jacobian", call(*chosen), has_aux)
            return as_tensors(y)

        primals = call.primals()
        found = derivatives.jacobian(outputs, primals, unconnected_gradients="zero")
        if call.single:
            found = _first_of_each(found, primals)
        result = leave_all(found)
        return (result, kept[0]) if has_aux else result

    return named(matrix, fun, "jacobian")


def _first_of_each(found: Any, primals: tuple[Any, ...]) -> Any:
    """Without the tuple around the only argument, which stands at every output."""
    if isinstance(found, tuple) and len(found) == 1 and _is_like(found[0], primals[0]):
        return found[0]
    return nest.rebuilt(found, [_first_of_each(part, primals) for part in nest.children_of(found)])


def _is_like(found: Any, primal: Any) -> bool:
    try:
        nest.assert_same_structure(found, primal)
    except (ValueError, TypeError):
        return False
    return True


@documented(
    f"np.hessian(lambda x: (x**3).sum())({_SQUARES})", "array([[ 6.,  0.],\n       [ 0., 12.]])"
)
def hessian(fun: Any, argnums: Any = 0) -> Callable[..., Any]:
    """The function that gives all second derivatives of a function of numbers."""

    def matrix(*args: Any, **kwargs: Any) -> Any:
        call = _Call("hessian", fun, argnums, args, kwargs)
        primals = call.primals()
        found = second_order.hessian(
            lambda *chosen: _connected(_scalar("hessian", call(*chosen)), chosen),
            primals,
            unconnected_gradients="zero",
        )
        if call.single:
            found = found[0]
            pieces = [row[0] for row in _rows(found, primals[0])]
            found = (
                nest.pack_sequence_as(primals[0], pieces)
                if nest.is_nested(primals[0])
                else pieces[0]
            )
        return leave_all(found)

    return named(matrix, fun, "hessian")


def _rows(found: Any, primal: Any) -> list[Any]:
    """The rows of a block matrix of structures."""
    if not nest.is_nested(primal):
        return [found]
    rows: list[Any] = []
    for block, part in zip(nest.children_of(found), nest.children_of(primal), strict=True):
        rows += _rows(block, part)
    return rows


def _connected(y: Tensor, chosen: Any) -> Tensor:
    """A function's value, as one that depends on the arguments, if only by nothing."""
    off = wrap_constant(np.bool_(False))
    for x in nest.flatten(chosen):
        nothing = recording.reduce_sum(
            recording.masked(x, off), axes=tuple(range(-x._value.ndim, 0)), keepdims=False
        )
        if nothing._value.dtype == y._value.dtype:
            y = recording.add(y, nothing)
    return y


@documented(
    f"y, pullback = np.vjp(lambda x: x**2, {_SQUARES})\npullback(np.array([1.0, 1.0]))",
    "(array([2., 4.]),)",
    primals="Its arguments.",
)
def vjp(fun: Any, *primals: Any, has_aux: bool = False) -> Any:
    """Run a function, and return its value and what pulls cotangents of it back.

    The pullback returns a tuple with one cotangent for each argument. It can be called many times.
    """
    call = _Call("vjp", fun, tuple(range(len(primals))), primals, {})
    kept: list[Any] = [None]

    def outputs(*chosen: Any) -> Any:
        y, kept[0] = _with_aux("vjp", call(*chosen), has_aux)
        return as_tensors(y)

    y, pullback = derivatives.vjp(outputs, call.primals())

    def pull(cotangents: Any) -> Any:
        """The cotangents of the arguments."""
        like = nest.map_structure(lambda g, x: tensor_of(g, x._value.dtype), cotangents, y)
        return leave_all(pullback(like, unconnected_gradients="zero"))

    return (leave_all(y), pull, kept[0]) if has_aux else (leave_all(y), pull)


@documented(
    f"np.jvp(lambda x: x**2, ({_SQUARES},), (np.array([1.0, 0.0]),))",
    "(array([1., 4.]), array([2., 0.]))",
    primals="A tuple of its arguments.",
    tangents="The directions, in the same structure.",
)
def jvp(fun: Any, primals: Any, tangents: Any, has_aux: bool = False) -> Any:
    """Run a function, and return its value and its derivative along a direction."""
    primals, tangents = tuple(primals), tuple(tangents)
    call = _Call("jvp", fun, tuple(range(len(primals))), primals, {})
    kept: list[Any] = [None]

    def outputs(*chosen: Any) -> Any:
        y, kept[0] = _with_aux("jvp", call(*chosen), has_aux)
        return as_tensors(y)

    chosen = call.primals()
    directions = nest.map_structure(lambda t, x: tensor_of(t, x._value.dtype), tangents, chosen)
    found = derivatives.jvp(outputs, chosen, directions, unconnected_gradients="zero")
    y, t = map(leave_all, found)
    return (y, t, kept[0]) if has_aux else (y, t)


@documented(
    f"np.hvp(lambda x: (x**3).sum(), ({_SQUARES},), (np.array([1.0, 0.0]),))",
    "(array([6., 0.]),)",
    primals="A tuple of its arguments.",
    vectors="The vectors, in the same structure.",
)
def hvp(fun: Any, primals: Any, vectors: Any) -> Any:
    """The product of a function's Hessian with a vector, without the matrix."""
    primals, vectors = tuple(primals), tuple(vectors)
    call = _Call("hvp", fun, tuple(range(len(primals))), primals, {})
    chosen = call.primals()
    along = nest.map_structure(lambda t, x: tensor_of(t, x._value.dtype), vectors, chosen)
    found = second_order.hvp(
        lambda *now: _connected(_scalar("hvp", call(*now)), now),
        chosen,
        along,
    )
    return leave_all(found)


@documented("np.grad(np.checkpoint(lambda x: np.sin(x) ** 2))(0.5)", "array(0.84147098)")
def checkpoint(fun: Any) -> Callable[..., Any]:
    """The same function, which keeps its arguments only and runs again when the gradient is asked.

    Saves memory where a tape would keep many values between, at the cost of computing them twice.
    """

    def entered(*args: Any, **kwargs: Any) -> Any:
        now = nest.map_structure(lambda x: holding(x) if isinstance(x, Tensor) else x, args)
        return as_tensors(fun(*now, **kwargs))

    recomputed = recompute_grad(entered)

    def call(*args: Any, **kwargs: Any) -> Any:
        given = nest.map_structure(
            lambda x: tensor_of(x) if isinstance(x, (ArrayLike, np.ndarray, float)) else x, args
        )
        return leave_all(recomputed(*given, **kwargs))

    return named(call, fun, "checkpoint")
