"""Primitives: the differentiable operations, as the engine sees them.

A primitive is one operation: a NumPy forward function and what its derivatives need. Rules are
written once, against a namespace ``F``:

- ``F = raw``: forward functions on arrays; a first-order gradient with nothing wrapped;
- ``F = recording``: the primitives on Tensors; the gradient is differentiable again;
- ``F`` of `batching`: either of the two over a leading batch axis.

The engine asks two things of a primitive, `pull` and `push`. `define` builds both from the kind of
the operation and its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tapegrad.core.context import (
    MarkedRecorders,
    active_recorders,
    active_tracer,
    restore_float_errors,
    silence_float_errors,
)
from tapegrad.core.convert import operand
from tapegrad.core.table import TABLE, raw, recording
from tapegrad.core.tensor import Tensor, wrap

#: Data inside the engine: an ndarray, or a NumPy scalar for shape ().
Array = Any


class NoRule:
    """A word in place of a derivative rule, with the reason that the operation matrix prints."""

    def __init__(self, kind: str, why: str) -> None:
        self.kind = kind
        self.why = why

    def __repr__(self) -> str:
        return f"{self.kind}: {self.why}"


#: An index, a condition, a count, a rounding: there is no gradient, and asking gives None.
NONDIFF = NoRule("NONDIFF", "piecewise constant or discrete")

#: A step function whose derivative is zero wherever it exists, and which says so with zeros.
ZERO = NoRule("ZERO", "the derivative is zero")


def missing(why: str) -> NoRule:
    """The derivative exists in mathematics, but has no rule here: asking for it raises."""
    return NoRule("missing", why)


class Derivatives(NamedTuple):
    """The attributes of a `Primitive` that derivatives need."""

    pull: Any
    push: Any
    pulls: Sequence[Callable[..., Any]] | None = None
    strong: Sequence[Callable[..., Any]] | None = None
    texts: Sequence[tuple[str, Any] | None] | None = None


class Primitive:
    """One operation.

    Attributes
    ----------
    name
        Its name in the table and in ``F``.
    kind
        What it was defined as: ``"elementwise"``, ``"linear"``, ``"bilinear"`` or ``"general"``.
    forward
        ``forward(*arrays, **params)``: an array, or a tuple of arrays.
    inputs
        Names of its data arguments; one name ending in ``*`` stands for any number of them.
    rules
        One per input: a derivative rule, a constant, or a `NoRule`.
    reads
        Per input: the names that its rule reads, ``"y"`` standing for the output. A record keeps
        nothing else.
    pull
        ``pull(F, g, mask, args, y, params)``: the cotangents of the inputs in `mask`.
    pulls
        For several inputs with a rule each: per input ``pull(F, g, mask, args, y, params)`` giving
        its cotangent alone, so that a sweep computes only those it needs. None otherwise.
    strong
        Of elementwise primitives, the `pulls` in which a cotangent of zero passes nothing; see
        `guarded`. None otherwise.
    texts
        Of elementwise primitives, per input the expression of its pull before broadcasts are summed
        up, with the rule that it calls ``rule``, or None where there is only `pulls`; see
        `straight_line`. None otherwise.
    push
        ``push(F, tangents, args, y, params)``: the tangent of the output.
    pull_in_place
        ``pull_in_place(g, mask, index)`` of a primitive that changes a block of its first input:
        the cotangents of both inputs, the first one being `g` itself, which it changes. None for
        all others.
    push_in_place
        ``push_in_place(t, of_values, index)`` of the same: changes the tangent of the first input
        to that of the output.
    transposes
        Whether `push` transposes the vjp rules, for which it must know the output's shape.
    batch
        ``batch(F, args, params)`` over a leading batch axis, or None where aligning that axis in
        front of all others is enough.
    differentiable
        Bit mask of the inputs that have a derivative; 0 for what is never recorded.
    """

    __slots__ = (
        "_made_of",
        "batch",
        "differentiable",
        "forward",
        "inputs",
        "keeps",
        "keeps_of_two",
        "kind",
        "name",
        "needs_shapes",
        "pull",
        "pull_in_place",
        "pulls",
        "push",
        "push_in_place",
        "reads",
        "rules",
        "strong",
        "texts",
        "transposes",
        "variadic",
    )

    pull: Any
    push: Any
    pulls: Sequence[Callable[..., Any]] | None
    strong: Sequence[Callable[..., Any]] | None
    texts: Sequence[tuple[str, Any] | None] | None

    def __init__(
        self,
        name: str,
        kind: str,
        forward: Callable[..., Any],
        inputs: Sequence[str],
        rules: Sequence[Any],
        reads: Sequence[frozenset[str]],
        pull: Callable[..., Any] | None,
        push: Callable[..., Any] | None,
        batch: Callable[..., Any] | None = None,
        pulls: Sequence[Callable[..., Any]] | None = None,
        transposes: bool = False,
        made_of: Callable[[], Derivatives] | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.forward = forward
        self.inputs = tuple(inputs)
        self.rules = tuple(rules)
        self.reads = tuple(reads)
        self._made_of = made_of
        if made_of is None:
            self._fill(Derivatives(pull, push, pulls))
        self.pull_in_place: Any = None
        self.push_in_place: Any = None
        self.batch = batch
        self.transposes = transposes
        self.variadic = self.inputs[-1].endswith("*") if self.inputs else False
        self.differentiable = (
            -1 if self.variadic else sum(1 << i for i, r in enumerate(rules) if r is not NONDIFF)
        )
        self.keeps = _Keeps(self.inputs, self.reads, self.variadic)
        #: The same for two inputs, flat: by mask whether the first, the second, the output is kept.
        self.keeps_of_two = (
            tuple([(*kept, keep_y) for kept, keep_y in map(self.keeps.__getitem__, range(4))])
            if len(self.inputs) == 2
            else ()
        )
        self.needs_shapes = any("shape" in r or "shapes" in r for r in self.reads)

    def _fill(self, derivatives: Derivatives) -> None:
        self.pull, self.push, self.pulls, self.strong, self.texts = derivatives

    def __getattr__(self, name: str) -> Any:
        """What derivatives need is compiled when the first of them is taken."""
        if name in Derivatives._fields and self._made_of is not None:
            self._fill(self._made_of())
            return getattr(self, name)
        raise AttributeError(f"Primitives have no attribute {name!r}.")

    def register(self) -> Primitive:
        """Enter it into the table and the namespaces."""
        if self.name in TABLE:
            raise ValueError(f"There is a primitive called {self.name!r} already.")
        TABLE[self.name] = self
        setattr(raw, self.name, self.forward)
        setattr(recording, self.name, self)
        return self

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        """Run on tensors, Variables, arrays or numbers; the active recorders see it."""
        if len(inputs) == 1 and self.kind != "elementwise":
            (x,) = inputs
            return apply_one(self, x if x.__class__ is Tensor else operand(x), params)
        return apply(self, [x if x.__class__ is Tensor else operand(x) for x in inputs], params)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


class _Keeps(dict[int, tuple[tuple[bool, ...], bool]]):
    """Mask of followed inputs -> which inputs a record keeps, and whether it keeps the output."""

    def __init__(
        self, inputs: tuple[str, ...], reads: tuple[frozenset[str], ...], variadic: bool
    ) -> None:
        super().__init__()
        self._inputs, self._reads, self._variadic = inputs, reads, variadic

    def __missing__(self, mask: int) -> tuple[tuple[bool, ...], bool]:
        if self._variadic:
            read = self._reads[0]
            kept = tuple(self._inputs[0] in read for _ in range(mask.bit_length()))
        else:
            read = frozenset().union(*(r for i, r in enumerate(self._reads) if mask >> i & 1))
            kept = tuple(name in read for name in self._inputs)
        self[mask] = found = kept, "y" in read
        return found


def apply(primitive: Primitive, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Run a primitive on operands (see `convert.operand`) and show it to the active recorders."""
    token = silence_float_errors()
    try:
        values = primitive.forward(*[x._value for x in inputs], **params)
    except BaseException:
        tell_of_error(primitive)
        raise
    finally:
        restore_float_errors(token)
    outputs: Any = tuple([wrap(v) for v in values]) if values.__class__ is tuple else wrap(values)
    recorders = active_recorders()
    if recorders:
        if not primitive.differentiable:
            pass_by(recorders, primitive, inputs, outputs)
        else:
            if primitive.kind == "elementwise":
                shapes = tuple([x._value.shape for x in inputs])
                same = all(s == outputs._value.shape for s in shapes)
                record(recorders, primitive, inputs, outputs, None if same else shapes)
            else:
                record(recorders, primitive, inputs, outputs, params)
        if recorders.__class__ is MarkedRecorders:
            ids, arrays = [x._id for x in inputs], [x._value for x in inputs]
            trace(recorders, primitive, ids, arrays, outputs, params)
    return outputs


def apply_one(primitive: Primitive, x: Any, params: dict[str, Any]) -> Any:
    """What `apply` does, written for speed: one input, and an operation that is not elementwise."""
    array = x._value
    token = silence_float_errors()
    try:
        value = primitive.forward(array, **params)
    except BaseException:
        tell_of_error(primitive)
        raise
    finally:
        restore_float_errors(token)
    outputs: Any = tuple([wrap(v) for v in value]) if value.__class__ is tuple else wrap(value)
    recorders = active_recorders()
    if recorders:
        i = x._id
        for recorder in recorders:
            if i in recorder.followed and primitive.differentiable:
                recorder.record(primitive, (x,), 1, outputs, params)
            else:
                pass_by((recorder,), primitive, (x,), outputs)
        if recorders.__class__ is MarkedRecorders:
            trace(recorders, primitive, (i,), (array,), outputs, params)
    return outputs


def apply_pair(primitive: Primitive, a: Any, b: Any) -> Tensor:
    """What `apply` does, written for speed: two inputs, one output, and nothing else to know."""
    x, y = a._value, b._value
    token = silence_float_errors()
    try:
        value = primitive.forward(x, y)
    except BaseException:
        tell_of_error(primitive)
        raise
    finally:
        restore_float_errors(token)
    out = wrap(value)
    recorders = active_recorders()
    if recorders:
        i, j = a._id, b._id
        for recorder in recorders:
            followed = recorder.followed
            if i in followed:
                mask = 3 if j in followed else 1
            else:
                mask = 2 if j in followed else 0
            mask &= primitive.differentiable
            if mask:
                recorder.record(primitive, (a, b), mask, out, {})
            else:
                recorder.pass_by(primitive, (i, j), out._id)
        if recorders.__class__ is MarkedRecorders:
            trace(recorders, primitive, (i, j), (x, y), out, {})
    return out


def tell_of_error(primitive: Primitive) -> None:
    """Let the tracer, if there is one, know that a call raised an error."""
    tracer = active_tracer()
    if tracer is not None:
        tracer.failed(primitive.name)


def trace(
    recorders: Any,
    primitive: Primitive,
    ids: Sequence[int],
    arrays: Sequence[Any],
    outputs: Any,
    params: Any,
) -> None:
    """Show a call to the tracer, if there is one; it wants all calls, whatever is followed."""
    tracer = recorders.tracer
    if tracer is not None:
        tracer.see(primitive, ids, arrays, outputs, params)


def record(
    recorders: Sequence[Any],
    primitive: Primitive,
    inputs: Sequence[Any],
    outputs: Any,
    params: Any,
) -> None:
    """Show a call to each recorder that follows one of its differentiable inputs."""
    for recorder in recorders:
        followed = recorder.followed
        mask = 0
        bit = 1
        for x in inputs:
            if x._id in followed:
                mask |= bit
            bit <<= 1
        mask &= primitive.differentiable
        if mask:
            recorder.record(primitive, inputs, mask, outputs, params)
        else:
            pass_by((recorder,), primitive, inputs, outputs)


def pass_by(
    recorders: Sequence[Any], primitive: Primitive, inputs: Sequence[Any], outputs: Any
) -> None:
    """Show recorders a call that they do not record."""
    ids = tuple([x._id for x in inputs])
    outs = tuple([t._id for t in outputs]) if outputs.__class__ is tuple else outputs._id
    for recorder in recorders:
        recorder.pass_by(primitive, ids, outs)
