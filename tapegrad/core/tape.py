"""Tape: a flat list of records, in order.

A record is a tuple, made for every primitive call that has an input which the tape follows::

    (primitive, ids, mask, args, out, y, params)

=========  ======================================================================================
primitive  the `Primitive`
ids        identities of the inputs (a tuple; for primitives with one input the number itself)
mask       bit i is set if input i is followed
args       the input arrays that the rules of the followed inputs read, None for the others
           (like `ids`: a tuple, or the array itself)
out        identity of the output (a tuple for primitives with several outputs)
y          the output array if a rule reads it, else None, or a `Spec` where forward mode needs
           one; with several outputs always a tuple, of arrays or of `Spec`
params     what the primitive was called with besides data; for elementwise primitives the shapes
           of the inputs if they were broadcast, else None
=========  ======================================================================================

Tensors themselves are never kept: only identities and the arrays that a rule will read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import ref

from tapegrad.core.places import note
from tapegrad.core.primitive import Array, Primitive
from tapegrad.core.tensor import Tensor

Record = tuple[Any, ...]

#: The `args` of a record of two inputs that keeps none of them.
NOTHING = (None, None)

#: Weak references to all tapes that exist: any of them may keep values whose Tensor is gone.
live_tapes: set[ref[Tape]] = set()


class Spec(NamedTuple):
    """Shape and dtype of an output whose value no rule reads."""

    shape: tuple[int, ...]
    dtype: Any


class Tape:
    """Records what happens to the values that it follows.

    Attributes
    ----------
    followed
        Identities of the values that depend on something watched.
    roots
        Identities of what was watched itself.
    records
        The records, in order of execution.
    variables
        The Variables that were watched or read, by identity.
    watch_accessed
        Whether reading a trainable Variable watches it.
    is_recording
        Whether it is among the active recorders of its context, maybe hidden for a while.
    """

    __slots__ = (
        "__weakref__",
        "followed",
        "is_recording",
        "records",
        "roots",
        "variables",
        "watch_accessed",
    )

    def __init__(self, watch_accessed: bool = True) -> None:
        self.watch_accessed = watch_accessed
        self.is_recording = True
        live_tapes.add(ref(self, live_tapes.discard))
        self.followed: set[int] = set()
        self.roots: set[int] = set()
        self.records: list[Record] = []
        self.variables: dict[int, Any] = {}

    def follow(self, x: Any) -> None:
        """Follow a tensor or variable from now on, if its dtype can carry a gradient."""
        if is_differentiable(x._value):
            self.followed.add(x._id)
            self.roots.add(x._id)

    def watch_variable(self, variable: Any) -> None:
        """Follow a Variable, and remember it."""
        self.variables[variable._id] = variable
        self.follow(variable)

    def clear(self) -> None:
        """Forget everything."""
        self.followed, self.roots, self.records, self.variables = set(), set(), [], {}

    # What only tapes of users remember, for explanations; see `memory`.

    places: Any = None

    def pass_by(self, primitive: Primitive, ids: Any, outs: Any) -> None:
        """Meet a call that is not recorded, because nothing in it is followed or differentiable."""

    def leave(self, identity: int, use: str) -> bool:
        """Meet a value that is turned into Python's or NumPy's; True if it is followed."""
        return identity in self.followed

    def overwrite(self, variable: int, value: int) -> None:
        """Meet an assignment to a Variable."""

    # The three ways in: elementwise primitives of one and two inputs call the first two directly.

    def record_unary(
        self, primitive: Primitive, x: Tensor, keep_x: bool, keep_y: bool, out: Tensor
    ) -> None:
        """Keep a call of an elementwise primitive of one input."""
        self.followed.add(out._id)
        self.records.append(
            (
                primitive,
                x._id,
                1,
                x._value if keep_x else None,
                out._id,
                out._value if keep_y else None,
                None,
            )
        )
        if self.places is not None:
            note(self)

    def record_binary(
        self,
        primitive: Primitive,
        ids: tuple[int, int],
        a: Array,
        b: Array,
        mask: int,
        out: Tensor,
    ) -> None:
        """Keep a call of an elementwise primitive of two inputs."""
        y = out._value
        identity = out._id
        keep_a, keep_b, keep_y = primitive.keeps_of_two[mask]
        self.followed.add(identity)
        self.records.append(
            (
                primitive,
                ids,
                mask,
                (a if keep_a else None, b if keep_b else None) if keep_a or keep_b else NOTHING,
                identity,
                y if keep_y else None,
                None if a.shape == b.shape else (a.shape, b.shape),
            )
        )
        if self.places is not None:
            note(self)

    def record(
        self,
        primitive: Primitive,
        inputs: Sequence[Any],
        mask: int,
        outputs: Any,
        params: Any,
    ) -> None:
        """Keep a call of any primitive."""
        if self.places is not None:
            note(self)
        kept, keep_y = primitive.keeps[mask]
        ids: Any
        args: Any
        out: Any
        y: Any
        if len(inputs) == 1 and outputs.__class__ is Tensor and not primitive.variadic:
            # The common case of moving entries around, written for speed.
            (x,) = inputs
            if primitive.needs_shapes:
                params = {**params, "shapes": (x._value.shape,)}
            out = outputs._id
            self.followed.add(out)
            args = x._value if kept[0] else None
            y = outputs._value if keep_y else _spec_of(outputs) if primitive.transposes else None
            self.records.append((primitive, x._id, mask, args, out, y, params))
            return
        if len(inputs) == 2 and outputs.__class__ is Tensor and not primitive.variadic:
            # Products, mostly.
            a, b = inputs
            if primitive.needs_shapes:
                params = {**params, "shapes": (a._value.shape, b._value.shape)}
            out = outputs._id
            self.followed.add(out)
            args = (a._value if kept[0] else None, b._value if kept[1] else None)
            y = outputs._value if keep_y else _spec_of(outputs) if primitive.transposes else None
            self.records.append((primitive, (a._id, b._id), mask, args, out, y, params))
            return
        if primitive.variadic:
            ids = tuple([x._id for x in inputs])
            args = tuple([x._value for x in inputs]) if kept[0] else (None,) * len(ids)
        elif len(inputs) == 1:
            ids = inputs[0]._id
            args = inputs[0]._value if kept[0] else None
        else:
            ids = tuple([x._id for x in inputs])
            args = tuple([x._value if k else None for x, k in zip(inputs, kept, strict=True)])
        if outputs.__class__ is tuple:
            out = tuple([t._id for t in outputs])
            y = tuple(
                [t._value if keep_y else Spec(t._value.shape, t._value.dtype) for t in outputs]
            )
            self.followed.update(t._id for t in outputs if is_differentiable(t._value))
        else:
            out = outputs._id
            y = outputs._value if keep_y else _spec_of(outputs) if primitive.transposes else None
            self.followed.add(out)
        if primitive.needs_shapes:
            params = (
                {**params, "shapes": tuple([x._value.shape for x in inputs])}
                if params
                else {"shapes": tuple([x._value.shape for x in inputs])}
            )
        self.records.append((primitive, ids, mask, args, out, y, params))

    def record_in_place(
        self, primitive: Primitive, inputs: Sequence[Any], mask: int, outputs: Any, params: Any
    ) -> None:
        """Keep a call that has written its result over its first input, which nobody else holds."""
        self.record(primitive, inputs, mask, outputs, params)


def _spec_of(output: Tensor) -> Spec:
    return Spec(output._value.shape, output._value.dtype)


def is_differentiable(value: Array) -> bool:
    """True for real and complex floating point data."""
    dtype = value.dtype
    return dtype.kind in "fc" or dtype.name == "bfloat16"
