"""Forward mode: tangents computed along with each operation."""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import (
    active_recorders,
    only_recorders,
    push_recorder,
    remove_recorder,
    restore_float_errors,
    silence_float_errors,
    visible_recorders,
)
from tapegrad.core.convert import operand
from tapegrad.core.guarded import guard, guarding, has_nan, unguarded
from tapegrad.core.primitive import Array, Primitive
from tapegrad.core.table import raw, recording
from tapegrad.core.tape import is_differentiable, live_tapes
from tapegrad.core.tensor import ArrayLike, Tensor, rewrap, wrap
from tapegrad.core.unconnected import UnconnectedGradients, wants_zeros, zeros_for
from tapegrad.errors import NonDifferentiableWarning


class _Guard(weakref.ref[Any]):
    """Notices the end of a value, which had this identity."""

    __slots__ = ("identity", "is_scalar")

    identity: int
    is_scalar: bool


class ForwardAccumulator:
    r"""Compute Jacobian-vector products along with the operations of a block.

    Each operation on a value with a tangent computes the tangent of its result at once,
    :math:`\dot y = \sum_i \partial y / \partial x_i \; \dot x_i`, so that `jvp` only looks it up.

    Parameters
    ----------
    primals
        A tensor or Variable, or a structure of them.
    tangents
        The same structure, of the same shapes; Python and NumPy values take the primal's dtype.

    Raises
    ------
    ValueError
        If structures, shapes or dtypes do not match, or a primal occurs twice.

    Notes
    -----
    Accumulators nest by order of entry: operations that an inner accumulator performs to compute
    its tangents are seen by the outer ones, so second derivatives are ``outer.jvp(inner.jvp(y))``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([2.0, 3.0])
    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as acc:
    ...     y = tf.reduce_sum(x * x)
    >>> acc.jvp(y).numpy()
    np.float32(4.0)
    """

    __slots__ = (
        "__weakref__",
        "_forget",
        "_guards",
        "followed",
        "is_recording",
        "variables",
        "watch_accessed",
    )

    def __init__(self, primals: Any, tangents: Any) -> None:
        try:
            nest.assert_same_structure(primals, tangents)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"primals and tangents don't have the same nested structure: {error}"
            ) from error
        self.followed: dict[int, Tensor] = {}
        self.variables: dict[int, Any] = {}
        self.watch_accessed = False
        self.is_recording = False
        self._guards: dict[int, _Guard] = {}
        itself = weakref.ref(self)

        def forget(guard: _Guard) -> None:
            accumulator = itself()
            if accumulator is not None and not (guard.is_scalar and live_tapes):
                accumulator.followed.pop(guard.identity, None)
                accumulator._guards.pop(guard.identity, None)

        self._forget = forget
        for primal, tangent in zip(nest.flatten(primals), nest.flatten(tangents), strict=True):
            self._seed(primal, tangent)

    def _seed(self, primal: Any, tangent: Any) -> None:
        if not isinstance(primal, ArrayLike):
            raise TypeError(
                f"Primals are tensors or Variables, not {type(primal).__name__}: "
                f"make one with tf.constant(...)."
            )
        if primal._id in self.followed:
            raise ValueError(
                f"Tensor {primal!r} was specified as a primal multiple times. This may indicate "
                f"an error. If it was intended, please sum the corresponding tangents."
            )
        if not is_differentiable(primal._value):
            warnings.warn(
                f"The dtype of a primal must be floating (e.g. tf.float32), got {primal.dtype!r}: "
                f"it has no tangent. Use tf.cast(x, tf.float32).",
                NonDifferentiableWarning,
                stacklevel=3,
            )
            return
        t = operand(tangent, primal._value.dtype)
        if t._value.dtype != primal._value.dtype:
            raise ValueError(
                f"The tangent's dtype {t.dtype.name} is not that of its primal, "
                f"{primal.dtype.name}: use tf.cast."
            )
        if t._value.shape != primal._value.shape:
            raise ValueError(
                f"The tangent's shape {t.shape} is not that of its primal, {primal.shape}."
            )
        self.followed[primal._id] = wrap(t._value) if not isinstance(t, Tensor) else t

    def _follow(self, primal: Tensor, tangent: Tensor) -> None:
        """Remember the tangent of a result for as long as the result's data lives.

        The data, not the Tensor: a tape that saved it brings the value back under the same
        identity (forward over reverse). NumPy scalars cannot be observed: theirs is taken to live
        as long as the Tensor, or as any tape.
        """
        identity, data = primal._id, primal._value
        self.followed[identity] = tangent
        is_scalar = data.__class__ is not np.ndarray
        guard = _Guard(primal if is_scalar else data, self._forget)
        guard.identity, guard.is_scalar = identity, is_scalar
        self._guards[identity] = guard

    def __enter__(self) -> ForwardAccumulator:
        if self.is_recording:
            raise ValueError("Accumulator is already recording.")
        push_recorder(self)
        self.is_recording = True
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self.is_recording:
            remove_recorder(self)
            self.is_recording = False

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The tangents of values computed in the block.

        Parameters
        ----------
        primals
            A tensor or a structure of tensors.
        unconnected_gradients
            Whether a value without tangent gives None or zeros.

        Returns
        -------
        Tensor, None or structure
            Tangents in the structure of `primals`.
        """
        zeros = wants_zeros(unconnected_gradients)

        def lookup(x: Any) -> Tensor | None:
            if not isinstance(x, ArrayLike):
                raise TypeError(f"jvp takes tensors and Variables, not {type(x).__name__}.")
            t = self.followed.get(x._id)
            found = x._in_dialect(zeros_for(x) if t is None and zeros else t)
            return found  # type: ignore[no-any-return]

        return nest.map_structure(lookup, primals)

    # The recorder's side; see `tape.Tape` for the arguments.

    def watch_variable(self, variable: Any) -> None:
        """Accumulators know only their primals."""

    def pass_by(self, primitive: Primitive, ids: Any, outs: Any) -> None:
        """What has no tangent needs none pushed."""

    def leave(self, identity: int, use: str) -> bool:
        """Nothing is remembered; True if the value has a tangent."""
        return identity in self.followed

    def overwrite(self, variable: int, value: int) -> None:
        """Nothing is remembered."""

    def record_unary(
        self, primitive: Primitive, x: Any, keep_x: bool, keep_y: bool, out: Tensor
    ) -> None:
        """Push the tangent through an elementwise primitive of one input."""
        self.record(primitive, (x,), 1, out, None)

    def record_binary(
        self,
        primitive: Primitive,
        ids: tuple[int, int],
        a: Array,
        b: Array,
        mask: int,
        out: Tensor,
    ) -> None:
        """Push tangents through an elementwise primitive of two inputs."""
        shape = out._value.shape
        shapes = None if a.shape == shape == b.shape else (a.shape, b.shape)
        self.record(primitive, (rewrap(a, ids[0]), rewrap(b, ids[1])), mask, out, shapes)

    def record(
        self,
        primitive: Primitive,
        inputs: Sequence[Any],
        mask: int,
        outputs: Any,
        params: Any,
    ) -> None:
        """Push tangents through any primitive, in sight of the recorders outside this one."""
        tangents: list[Any] = [
            self.followed[x._id] if mask >> i & 1 else None for i, x in enumerate(inputs)
        ]
        if primitive.kind != "elementwise":
            params = dict(params or ())
            params["shapes"] = tuple([x._value.shape for x in inputs])
        elif params is None or params == {}:
            shapes = [x._value.shape for x in inputs]
            same = all(s == outputs._value.shape for s in shapes)
            params = None if same else tuple(shapes)
        active = visible_recorders()
        outer = active[: active.index(self)]
        F = recording if outer else raw
        args: Any = list(inputs)
        y = outputs
        if not outer:
            tangents = [None if t is None else t._value for t in tangents]
            args = [x._value for x in inputs]
            y = tuple(o._value for o in y) if y.__class__ is tuple else y._value
        single = len(primitive.inputs) == 1 and not primitive.variadic
        token = silence_float_errors()
        try:
            with only_recorders(outer):
                args = args[0] if single else tuple(args)
                pushed = primitive.push(F, tangents, args, y, params)
                if primitive.kind != "custom" and has_nan(pushed):
                    strong = guarding(F)
                    pushed = primitive.push(strong, guard(tangents, strong), args, y, params)
                    pushed = unguarded(pushed)
                if outputs.__class__ is not tuple:
                    outputs, pushed = (outputs,), (pushed,)
                pushed = [_of_dtype(F, t, o) for o, t in zip(outputs, pushed or (), strict=False)]
        finally:
            restore_float_errors(token)
        for out, t in zip(outputs, pushed, strict=False):
            if t is not None:
                self._follow(out, t if isinstance(t, Tensor) else wrap(t))

    def record_in_place(
        self, primitive: Primitive, inputs: Sequence[Any], mask: int, outputs: Any, params: Any
    ) -> None:
        """Push tangents through a call that has written its result over its first input.

        Nobody holds that input any more: its tangent is forgotten, and changed in place where
        nobody holds it either.
        """
        gone, values = [x._id for x in inputs]
        if mask & 1 and visible_recorders()[0] is self and self._owns_tangent(gone):
            t = self.followed.pop(gone)._value
            self._guards.pop(gone, None)
            of_values = self.followed[values]._value if mask & 2 else None
            primitive.push_in_place(t, of_values, params["index"])
            self._follow(outputs, wrap(t))
            return
        self.record(primitive, inputs, mask, outputs, params)
        self.followed.pop(gone, None)
        self._guards.pop(gone, None)

    def _owns_tangent(self, identity: int) -> bool:
        """Whether the memory of a tangent is held by nobody else."""
        if _references(self.followed, identity) != _ALONE:
            return False
        t = self.followed[identity]._value
        return t.__class__ is np.ndarray and t.flags.owndata and t.flags.writeable


def _references(followed: dict[int, Tensor], identity: int) -> tuple[int, int]:
    """How many know a tangent, and how many its data."""
    return sys.getrefcount(followed[identity]), sys.getrefcount(followed[identity]._value)


#: What `_references` gives where the accumulator is the only one.
_ALONE = _references({0: wrap(np.zeros(2))}, 0)


def _of_dtype(F: Any, t: Any, out: Tensor) -> Any:
    """A tangent in its value's dtype: NumPy makes float32 of bfloat16 beside a Python number."""
    if t is None or not is_differentiable(out._value):
        return None
    source, dtype = (t._value if t.__class__ is Tensor else t).dtype, out._value.dtype
    return t if source == dtype else F.cast(t, dtype=dtype, source=source)


def any_accumulator() -> bool:
    """True if forward mode is active in this context."""
    return any(isinstance(r, ForwardAccumulator) for r in active_recorders())
