"""Derivative rules written by users: custom_gradient, recompute_grad, grad_pass_through."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.batching import Batched, BatchedNamespace
from tapegrad.core.context import (
    MarkedRecorders,
    active_recorders,
    only_recorders,
    visible_recorders,
)
from tapegrad.core.convert import as_tensor
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.leaks import begin_own_gradient, end_own_gradient
from tapegrad.core.primitive import record
from tapegrad.core.remains import CustomPrimitive
from tapegrad.core.slices import Slices
from tapegrad.core.table import recording
from tapegrad.core.tape import Spec, is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor, wrap, wrap_constant
from tapegrad.core.transpose import push_by_transposing
from tapegrad.errors import InvalidArgumentError

Pullback = Callable[[list[Any]], Sequence[Any]]


def attach(inputs: Sequence[Any], outputs: Sequence[Tensor], pullback: Pullback, name: str) -> None:
    """Record `outputs` as computed from `inputs` by something whose derivative is `pullback`.

    Parameters
    ----------
    inputs
        Tensors and Variables.
    outputs
        Fresh tensors.
    pullback
        Takes one Tensor per output, the cotangents; returns one Tensor, IndexedSlices or None per
        input. Its operations are recorded when a tape is active.
    name
        What the record is called in pictures and errors.
    """
    recorders = active_recorders()
    if not recorders:
        return
    specs = [Spec(x._value.shape, x._value.dtype) for x in inputs]

    def pull(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        cotangents = [
            wrap_constant(np.zeros(o._value.shape, o._value.dtype)[()]) if c is None else c
            for c, o in zip(g, outputs_shape, strict=True)
        ]
        if isinstance(F, BatchedNamespace):
            return _row_by_row(F, cotangents, pullback, specs)
        wrapped = [c if isinstance(c, Tensor) else wrap(c) for c in cotangents]
        found = pullback(wrapped)
        returned_none.update(i for i, gx in enumerate(found) if gx is None)
        return [
            _checked(gx, spec, name, raw_result=F is not recording)
            for gx, spec in zip(found, specs, strict=True)
        ]

    outputs_shape = [_Shape(o._value) for o in outputs]
    returned_none: set[int] = set()
    push = push_by_transposing(pull)
    primitive = CustomPrimitive(
        name, "custom", _no_forward, ("values*",), (pullback,), [frozenset()], pull, push
    )
    primitive.returned_none = returned_none
    record(recorders, primitive, list(inputs), tuple(outputs), {})
    if recorders.__class__ is MarkedRecorders and recorders.tracer is not None:
        recorders.tracer.same(outputs)


class _Shape:
    """Shape and dtype of an output, without keeping its data."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = Spec(value.shape, value.dtype)


def _no_forward(*args: Any, **params: Any) -> Any:
    raise NotImplementedError("A custom gradient is recorded after its forward function has run.")


def _row_by_row(
    F: BatchedNamespace, cotangents: list[Any], pullback: Pullback, specs: list[Spec]
) -> list[Any]:
    """User code sees ordinary tensors, one row of a Jacobian after the other."""
    size = next(c.value.shape[0] for c in cotangents if isinstance(c, Batched))
    rows = []
    for i in range(size):
        row = []
        for c in cotangents:
            if isinstance(c, Batched):
                c = F.base.getitem(c.value, index=(i, Ellipsis))
            row.append(c if isinstance(c, Tensor) else wrap(c))
        rows.append(pullback(row))
    stacked: list[Any] = []
    for column, spec in zip(zip(*rows, strict=True), specs, strict=True):
        if all(g is None for g in column):
            stacked.append(None)
            continue
        dense = [
            wrap_constant(np.zeros(spec.shape, spec.dtype)[()])
            if g is None
            else _checked(g, spec, "custom gradient", raw_result=False, dense=True)
            for g in column
        ]
        whole = recording.stack(*dense, axis=-1 - len(spec.shape))
        stacked.append(Batched(whole if F.base is recording else whole._value, F))
    return stacked


def _checked(g: Any, spec: Spec, name: str, *, raw_result: bool, dense: bool = False) -> Any:
    """A cotangent that user code returned, converted to what the engine expects."""
    if g is None or not is_differentiable(spec):
        return None
    if isinstance(g, IndexedSlices):
        if not dense:
            indices, values = g._as_rows()
            return Slices(values if raw_result else g.values, indices, spec.shape)
        g = g._to_tensor()
    t = as_tensor(g, spec.dtype)
    if t._value.shape != spec.shape or t._value.dtype != spec.dtype:
        raise InvalidArgumentError(
            f"The gradient function of {name} returned a gradient of shape "
            f"{t._value.shape} and dtype {t._value.dtype} for an input of shape {spec.shape} and "
            f"dtype {spec.dtype}: return one of the input's shape and dtype, for example "
            f"dy * tf.ones_like(x)."
        )
    return t._value if raw_result else t


class _VariableReads:
    """A recorder that only notes which trainable Variables are read."""

    watch_accessed = True
    is_recording = True
    followed: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self.variables: dict[int, Any] = {}

    def watch_variable(self, variable: Any) -> None:
        self.variables[variable._id] = variable

    def pass_by(self, primitive: Any, ids: Any, outs: Any) -> None: ...

    def leave(self, identity: int, use: str) -> bool:
        return False

    def overwrite(self, variable: int, value: int) -> None: ...


class _Wrapped:
    """A function with a derivative of its own; bound to its object when used as a method."""

    def __init__(self, f: Callable[..., Any], call: Callable[..., Any]) -> None:
        functools.update_wrapper(self, f)
        self._f = f
        self._call = call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(self._f, args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        return _Wrapped(functools.wraps(self._f)(functools.partial(self._f, instance)), self._call)


def custom_gradient(f: Callable[..., Any] | None = None) -> Any:
    """Decorate a function that brings its own gradient.

    Parameters
    ----------
    f
        ``f(*x)`` returning ``(y, grad_fn)``: the result (a tensor or a structure of them) and a
        function from the cotangents of its flattened outputs to one gradient (or None) for each
        flattened argument. If `f` reads trainable Variables that are not arguments, `grad_fn` must
        take a keyword argument ``variables`` and return ``(grads_of_x, grads_of_variables)``.

    Returns
    -------
    callable
        A function returning ``y``. Keyword arguments are matched with the positional parameters.

    Raises
    ------
    TypeError
        If `f` does not return a pair, or reads Variables and `grad_fn` does not take them.
    ValueError
        From ``tape.gradient``, if `grad_fn` returns the wrong number of gradients.

    Examples
    --------
    >>> import tapegrad as tf
    >>> @tf.custom_gradient
    ... def log1pexp(x):
    ...     e = tf.exp(x)
    ...     return tf.math.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))
    >>> x = tf.constant(100.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = log1pexp(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(1.0)
    """
    if f is None:
        return custom_gradient
    return _Wrapped(f, _call_with_gradient)


def _call_with_gradient(f: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    args, kwargs = by_position(f, args, kwargs)
    given = nest.flatten(args)
    tensors = [as_tensor(x) for x in given]
    reads = _VariableReads()
    token = begin_own_gradient()
    try:
        with only_recorders((*visible_recorders(), reads)):
            returned = f(*nest.pack_sequence_as(args, tensors), **kwargs)
    finally:
        end_own_gradient(token)
    try:
        result, grad_fn = returned
    except (TypeError, ValueError):
        raise TypeError(
            f"The function decorated with tf.custom_gradient must return (y, grad_fn), but "
            f"{_name(f)} returned {type(returned).__name__}: write `return y, grad_fn`."
        ) from None
    arguments = {x._id for x in given if isinstance(x, ArrayLike)}
    variables = [v for i, v in sorted(reads.variables.items()) if i not in arguments]
    if variables and not _takes_variables(grad_fn):
        raise TypeError(
            "If using @custom_gradient with a function that uses variables, then grad_fn must "
            "accept keyword argument 'variables', since function uses variables: "
            f"{variables}. Write `def grad_fn(*dy, variables=None): ... return grads, "
            f"variable_grads`."
        )
    flat = [as_tensor(y) for y in nest.flatten(result)]
    outputs = [wrap(y._value) for y in flat]

    def pullback(cotangents: list[Any]) -> Sequence[Any]:
        return _user_gradients(grad_fn, cotangents, variables, len(tensors), args)

    attach([*tensors, *variables], outputs, pullback, _name(f))
    return nest.pack_sequence_as(result, outputs)


def _user_gradients(
    grad_fn: Callable[..., Any], cotangents: list[Any], variables: list[Any], count: int, args: Any
) -> list[Any]:
    if variables:
        returned = grad_fn(*cotangents, variables=variables)
        if not isinstance(returned, tuple) or len(returned) != 2:
            raise ValueError(
                "A grad_fn of a function that uses variables must return (input_gradients, "
                "variable_gradients)."
            )
        of_inputs, of_variables = returned
        flat_variables = nest.flatten(of_variables)
        if len(flat_variables) != len(variables):
            raise ValueError(
                f"Must return gradient for each variable from @custom_gradient grad_fn: "
                f"{len(variables)} variables, {len(flat_variables)} gradients."
            )
    else:
        of_inputs, flat_variables = grad_fn(*cotangents), []
    flat_inputs = nest.flatten(of_inputs)
    if len(flat_inputs) != count:
        raise ValueError(
            f"custom_gradient function expected to return {count} gradients, but returned "
            f"{len(flat_inputs)} instead."
        )
    return [*flat_inputs, *flat_variables]


def _name(f: Any) -> str:
    return getattr(f, "__name__", type(f).__name__)


def by_position(f: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Move keyword arguments to the positional parameters they name, so that they get gradients."""
    if not kwargs:
        return tuple(args), kwargs
    bound = inspect.signature(f).bind(*args, **kwargs)
    for key, value in bound.kwargs.items():
        if any(isinstance(leaf, ArrayLike) for leaf in nest.flatten(value)):
            raise TypeError(
                f"The keyword argument {key!r} of {_name(f)} is a tensor, which would get no "
                f"gradient: pass it, and those before it, by position."
            )
    return bound.args, bound.kwargs


def _takes_variables(grad_fn: Any) -> bool:
    parameters = inspect.signature(grad_fn).parameters.values()
    return any(
        p.kind is p.VAR_KEYWORD
        or (p.name == "variables" and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY))
        for p in parameters
    )


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """Trade time for memory: keep nothing of `f`'s inside, run it again for its gradient.

    Parameters
    ----------
    f
        A function of tensors; it is run once forward and once more for each gradient.

    Returns
    -------
    callable
        A function with the same results. Its gradients with respect to arguments and Variables
        are those of `f`; arguments that do not matter get zeros.

    Examples
    --------
    >>> import tapegrad as tf
    >>> cube = tf.recompute_grad(lambda x: x * x * x)
    >>> x = tf.constant(2.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = cube(x)
    >>> tape.gradient(y, x).numpy()
    np.float32(12.0)
    """
    return _Wrapped(f, _call_recomputing)


def _call_recomputing(f: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
    structure = (args, kwargs)
    leaves = nest.flatten(structure)
    places = [i for i, x in enumerate(leaves) if isinstance(x, (ArrayLike, np.ndarray))]
    tensors = [as_tensor(leaves[i]) for i in places]
    reads = _VariableReads()

    def run(values: Sequence[Tensor]) -> Any:
        filled = list(leaves)
        for i, v in zip(places, values, strict=True):
            filled[i] = v
        new_args, new_kwargs = nest.pack_sequence_as(structure, filled)
        return f(*new_args, **new_kwargs)

    with only_recorders((reads,)):
        result = run(tensors)
    variables = [v for _, v in sorted(reads.variables.items())]
    for v in variables:
        v._touch()
    outputs = [wrap(as_tensor(y)._value) for y in nest.flatten(result)]

    def pullback(cotangents: list[Any]) -> Sequence[Any]:
        # Copies, because the same tensor may be given twice and each place has its own gradient.
        copies = [recording.identity(x) for x in tensors]
        with GradientTape() as tape:
            tape.watch([x for x in copies if x.dtype.is_differentiable])
            again = run(copies)
        sources = [*copies, *variables]
        live = [i for i, x in enumerate(sources) if x.dtype.is_differentiable]
        found = tape.gradient(
            nest.flatten(again),
            [sources[i] for i in live],
            output_gradients=cotangents,
            unconnected_gradients="zero",
        )
        gradients: list[Any] = [None] * len(sources)
        for i, g in zip(live, found, strict=True):
            gradients[i] = g
        return gradients

    attach([*tensors, *variables], outputs, pullback, _name(f))
    return nest.pack_sequence_as(result, outputs)


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """Run `f` forward, but let gradients pass as if it were the identity.

    Parameters
    ----------
    f
        A function of one tensor. Variables that it reads get no gradient.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(1.6)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = tf.grad_pass_through(tf.round)(x) * 3.0
    >>> tape.gradient(y, x).numpy()
    np.float32(3.0)
    """

    def passing(*args: Any, **kwargs: Any) -> Any:
        def grad_fn(*dys: Any, variables: Any = None) -> Any:
            grads = [*dys, *[None] * (len(args) - len(dys))]
            return (grads, [None] * len(variables)) if variables is not None else grads

        return f(*args, **kwargs), grad_fn

    functools.update_wrapper(passing, f)
    return _Wrapped(passing, _call_with_gradient)
