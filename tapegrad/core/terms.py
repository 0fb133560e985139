r"""Derivatives of each entry as a few weights on entries of the inputs, where that is their form.

A value computed by slices, shifts and functions of each entry depends on its inputs by

.. math:: dv_i = \sum_k w_k[i] \, dx[m_k[i]]

with a few *terms*: the maps `m_k` follow from shapes and indices alone and are found once, the
weights are pushed through the records as tangents are. A slice of a value has slices of its weights
and costs nothing, and a product of two slices has these slices as weights. So the Jacobian of a
tridiagonal residual costs about what the residual costs, where products with the vectors of a
colouring multiply mostly by zero (the idea is that of the derivative by diagonals, without their
restriction to one shape).

Programs of another form (sums over many entries, matrix products) have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.define import Along, Choice, Gate
from tapegrad.core.primitive import ZERO, NoRule
from tapegrad.core.replay import Plan
from tapegrad.core.sparsity import ENTRYWISE, sources_of_moves
from tapegrad.core.table import raw
from tapegrad.core.tape import Record
from tapegrad.core.uniform import Uniform

#: Values with more terms than this are left to the products with vectors.
_MOST = 64

#: Products: the derivative by one factor is the other. A NaN for that reason is looked into.
_PRODUCTS = frozenset(("multiply", "multiply_no_nan", "multiply_nonzero"))

Map = np.ndarray[Any, np.dtype[np.intp]]
#: The weights of a value, one for each of its terms.
Weights = list[Any]


class Step(NamedTuple):
    """How the weights of a value come from those of the values that it is computed from.

    Attributes
    ----------
    record
        The number of the record.
    run
        ``run(record, weights)``: the weights of its output, from those of each input.
    inputs
        The numbers of the inputs' values; None for those that do not depend on the sources.
    out
        The number of the output.
    ending
        The numbers of inputs that nothing later reads.
    """

    record: int
    run: Callable[[Record, list[Weights | None]], Weights]
    inputs: tuple[int | None, ...]
    out: int
    ending: tuple[int, ...]


class Terms:
    """The terms of one value in entries of sources.

    Attributes
    ----------
    maps
        For each term, and each entry of the value, the number of the entry of the sources that it
        depends on; -1 for none, where its weight says nothing.
    uniform
        For each term whether its weight is one number.
    """

    def __init__(self, steps: list[Step], sources: int, end: _Known) -> None:
        self._steps, self._y = steps, end.number
        self._start: list[Weights] = [[Uniform(1.0)] for _ in range(sources)]
        self.maps = [term.map for term in end.terms]
        self.uniform = [term.uniform for term in end.terms]

    def weights(self, records: Sequence[Record]) -> Weights:
        """The weights, from the records of a run of the same program."""
        found: dict[int, Weights] = dict(enumerate(self._start))
        for step in self._steps:
            inputs = [None if i is None else found[i] for i in step.inputs]
            found[step.out] = step.run(records[step.record], inputs)
            for i in step.ending:  # their memory serves again while it is in the cache
                del found[i]
        return found[self._y]


class _Term(NamedTuple):
    """A term while terms are found.

    Attributes
    ----------
    map
        See `Terms`.
    uniform
        Whether its weight is one number.
    clean
        Whether the weight is zero where the map has no entry.
    """

    map: Map
    uniform: bool
    clean: bool


class _Known(NamedTuple):
    """A value while terms are found."""

    number: int
    shape: tuple[int, ...]
    dtype: Any
    terms: list[_Term]


def terms_of(records: Sequence[Record], way: Plan, sources: Sequence[Any], y: Any) -> Terms | None:
    """The terms of `y`, or None if it has too many or none of this form.

    Parameters
    ----------
    records
        Of a run from `sources` to `y`.
    way
        Those on the way; see `replay.plan`.
    """
    if any(x._value.dtype.kind != "f" for x in (*sources, y)):
        return None
    known: dict[int, _Known] = {}
    start = 0
    for x in sources:
        size = x._value.size
        places = np.arange(start, start + size, dtype=np.intp)
        term = _Term(places, True, True)
        known[x._id] = _Known(len(known), x._value.shape, x._value.dtype, [term])
        start += size
    positions = {id(record): i for i, record in enumerate(records)}
    steps = []
    for record, ending in way.steps:
        primitive, ids, mask, _, out, _, _ = record
        if out.__class__ is not int:
            return None
        every = (ids,) if ids.__class__ is int else ids
        inputs = [known.get(x) if mask >> i & 1 else None for i, x in enumerate(every)]
        found = _step_of(record, primitive, inputs)
        if found is None or len(found[1]) > _MOST:
            return None
        run, terms, shape, dtype = found
        known[out] = _Known(len(known), shape, dtype, terms)
        numbers = tuple([None if k is None else k.number for k in inputs])
        gone = tuple([known[x].number for x in ending])
        steps.append(Step(positions[id(record)], run, numbers, known[out].number, gone))
    if y._id not in known:
        return None
    return Terms(steps, len(sources), known[y._id])


_Found = tuple[Callable[..., Weights], list[_Term], tuple[int, ...], Any]


def _step_of(record: Record, primitive: Any, inputs: list[_Known | None]) -> _Found | None:
    followed = [i for i, known in enumerate(inputs) if known is not None]
    if primitive.kind == "elementwise" or primitive.name == "add_n":
        return _entry_by_entry(record, primitive, inputs, followed)
    if primitive.name in ("concat", "stack"):
        return _joined(record, primitive, inputs, followed)
    if len(followed) != 1:
        return None
    (i,) = followed
    x: Any = inputs[i]
    if primitive.name == "identity":
        return lambda record, weights: weights[0], x.terms, x.shape, x.dtype
    if primitive.name == "cast":
        return _cast(record, x)
    return _moved(record, primitive, x, i, len(inputs))


def _push(record: Record, i: int, t: Any) -> Any:
    """The tangent of the output, of a tangent of input `i` alone."""
    primitive, ids, _, args, _, y, params = record
    tangents = [None] * (1 if ids.__class__ is int else len(ids))
    tangents[i] = t
    return primitive.push(raw, tangents, args, y, params)


def _cast(record: Record, x: _Known) -> _Found | None:
    def run(record: Record, weights: list[Any]) -> Weights:
        return [w if w.__class__ is Uniform else _push(record, 0, w) for w in weights[0]]

    dtype = np.dtype(record[6]["dtype"])
    return (run, x.terms, x.shape, dtype) if dtype.kind == "f" else None


def _moved(record: Record, primitive: Any, x: _Known, i: int, count: int) -> _Found | None:
    """Of an operation that takes each entry of its output from its input, or makes it zero."""
    if primitive.name in ENTRYWISE:
        shape = np.shape(_push(record, i, np.ones(x.shape, x.dtype)))
        if shape != x.shape:
            return None
        terms = [t._replace(uniform=False) for t in x.terms]
    else:
        shapes = []

        def move(names: Any) -> Any:
            moved = _push(record, i, names.reshape(x.shape)[()])
            shapes.append(np.shape(moved))
            return np.ravel(moved)

        if primitive.kind != "linear" and count == 1:
            return None
        sources = sources_of_moves(move, prod(x.shape), np.random.default_rng(0))
        if sources is None:
            return None
        shape, fills = shapes[0], bool((sources < 0).any())
        terms = [
            _Term(np.append(t.map, -1)[sources], t.uniform, t.clean and not (t.uniform and fills))
            for t in x.terms
        ]
    stays = [t.uniform for t in terms]

    def run(record: Record, weights: list[Any]) -> Weights:
        found = []
        for w, uniform in zip(weights[i], stays, strict=True):
            if uniform:
                found.append(w)
                continue
            if w.__class__ is Uniform:
                w = w.spread(x.shape, x.dtype)
            found.append(_push(record, i, w if w.shape == x.shape else np.broadcast_to(w, x.shape)))
        return found

    return run, terms, shape, x.dtype


def _entry_by_entry(
    record: Record, primitive: Any, inputs: list[_Known | None], followed: list[int]
) -> _Found | None:
    """Of a function of each entry: weights times partial derivatives."""
    params = record[6]
    broadcast = params.__class__ is tuple
    some: Any = inputs[followed[0]]
    shape = np.broadcast_shapes(*params) if broadcast else some.shape
    dtype = some.dtype
    partials = {}
    for i in followed:
        rule = 1 if primitive.name == "add_n" else primitive.rules[i]
        if rule is ZERO:
            continue
        if isinstance(rule, NoRule):
            return None
        partials[i] = _partial_of(primitive, rule, i, len(inputs), shape, dtype)
    terms: list[_Term] = []
    parts: list[list[tuple[int, int]]] = []
    for i, partial in partials.items():
        x: Any = inputs[i]
        constant = partial(record).__class__ is Uniform
        for k, term in enumerate(x.terms):
            m = term.map
            if x.shape != shape:
                m = np.broadcast_to(m.reshape(x.shape), shape).reshape(-1)
            _enter(terms, parts, _Term(m, term.uniform and constant, term.clean), (i, k))

    def run(record: Record, weights: list[Any]) -> Weights:
        factors = {i: partial(record) for i, partial in partials.items()}
        found = []
        for part in parts:
            total: Any = None
            fresh = False
            for i, k in part:
                w, p = weights[i][k], factors[i]
                term = w * p
                if total is None:
                    total, fresh = term, term is not w and term is not p
                elif fresh and total.__class__ is np.ndarray is term.__class__:
                    np.add(total, term, total)
                else:
                    total, fresh = total + term, True
            if total.__class__ is not Uniform and total.shape != shape:
                total = np.broadcast_to(total, shape)
            found.append(total)
        return found

    return run, terms, shape, dtype


def _partial_of(
    primitive: Any, rule: Any, i: int, count: int, shape: tuple[int, ...], dtype: Any
) -> Callable[[Record], Any]:
    """What gives the partial derivative by input `i`: the pull of a cotangent of ones."""
    if not callable(rule) and not isinstance(rule, (Gate, Choice, Along)):
        number = Uniform(float(rule))
        return lambda record: number
    if primitive.name in _PRODUCTS:

        def factor(record: Record) -> Any:
            other = record[3][1 - i]
            return other if other.shape else Uniform(float(other))

        return factor
    pull = primitive.pull if count == 1 else primitive.pulls[i]
    plain = not isinstance(rule, (Gate, Along))
    ones = Uniform(1.0) if plain else np.ones(shape, dtype)

    def partial(record: Record) -> Any:
        _, _, mask, args, _, y, _ = record
        p = pull(raw, ones, mask, args, y, None)
        return p if p.__class__ is Uniform or p.shape else Uniform(float(p))

    return partial


def _enter(terms: list[_Term], parts: list[list[Any]], new: _Term, part: Any) -> None:
    """Add a term, to one that goes to other entries nowhere if there is such a one."""
    for k, old in enumerate(terms):
        clean = old.clean and new.clean
        uniform = old.uniform and new.uniform
        if old.map is new.map or np.array_equal(old.map, new.map):
            united: Map | None = old.map
        elif clean and not (old.uniform or new.uniform):
            united = _united(old.map, new.map)
        else:
            united = None
        if united is not None:
            terms[k] = _Term(united, uniform, clean)
            parts[k].append(part)
            return
    terms.append(new)
    parts.append([part])


def _united(a: Map, b: Map) -> Map | None:
    """One map for the terms of two, None if they go to different entries anywhere."""
    both = (a >= 0) & (b >= 0)
    return np.maximum(a, b) if np.array_equal(a[both], b[both]) else None


def _joined(
    record: Record, primitive: Any, inputs: list[_Known | None], followed: list[int]
) -> _Found | None:
    """Of values put side by side: terms side by side, and zeros where one has fewer."""
    params = record[6]
    shapes = params["shapes"]
    axis = params["axis"]
    some: Any = inputs[followed[0]]
    join = getattr(raw, primitive.name)
    count = max(1, *[len(known.terms) for known in inputs if known is not None])
    terms = []
    shape: tuple[int, ...] = ()
    for k in range(count):
        given = [known.terms[k] if known and k < len(known.terms) else None for known in inputs]
        maps = [
            np.full(s, -1, np.intp) if term is None else term.map.reshape(s)
            for term, s in zip(given, shapes, strict=True)
        ]
        whole = join(*maps, axis=axis)
        shape = whole.shape
        clean = all(term.clean for term in given if term is not None)
        terms.append(_Term(whole.reshape(-1), False, clean))

    def run(record: Record, weights: list[Weights | None]) -> Weights:
        found = []
        for k in range(count):
            parts = []
            for ws, s in zip(weights, shapes, strict=True):
                w: Any = ws[k] if ws is not None and k < len(ws) else Uniform(0.0)
                parts.append(
                    w.spread(s, some.dtype) if w.__class__ is Uniform else np.broadcast_to(w, s)
                )
            found.append(join(*parts, axis=axis))
        return found

    return run, terms, shape, some.dtype
