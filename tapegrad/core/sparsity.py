"""Which entries of a result depend on which entries of an input, for one call of a primitive.

The answer is a superset that holds for all values, not only for those of the call: a Jacobian that
is zero by chance is not taken to be sparse. Only integer inputs, as those of `gather`, count as
they are.

- Elementwise primitives depend on the entry at the same place, but for broadcasting.
- What is linear in an input is asked: moves of entries by one run on their positions, all else by
  runs on random numbers in ever smaller blocks (`_by_halves`).
- Reductions, and operations along an axis, mix the entries of their lines.
- Everything else is taken to depend on everything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import numpy as np

from tapegrad.core.coloring import color_columns
from tapegrad.core.context import restore_float_errors, silence_float_errors
from tapegrad.core.primitive import NONDIFF, ZERO, Primitive

#: Of shape (entries of the output, entries of the input); None where nothing moves or mixes.
Structure = Any

_SAME = frozenset("identity stop_gradient cast conj real imag check_numerics complex add_n".split())

#: Primitives of kind "general" that work entry by entry, as elementwise ones do.
ENTRYWISE = frozenset(
    """modulus angle masked leaky_step leaky_relu sinc_slope bessel_slope hyp2f1 elliptic_moment
    betainc_slope igamma_slope fresnel_wave lambertw zeta_slope lerp""".split()
)

#: Reductions over `axes`.
_REDUCTIONS = frozenset(
    """reduce_sum reduce_mean reduce_prod reduce_max reduce_min reduce_logsumexp reduce_p_norm
    reduce_euclidean_norm variance nanmax nanmin""".split()
)

#: Operations that mix the entries along `axis` and keep the shape.
_ALONG = frozenset(
    "cumsum cumprod cumulative_logsumexp softmax log_softmax sort linear_recurrence".split()
)

#: Primitives of kind "general" that are linear in their numbers, for given integers.
_LINEAR = frozenset(
    """gather gather_rows scatter_rows take_along_axis put_along_axis replace_rows set_block
    segment_sum segment_rows""".split()
)

#: A linear map that takes more runs than this to find out about is taken to be dense.
_MOST_COLORS = 64


def structure(
    primitive: Primitive, i: int, arrays: Sequence[Any], outputs: Sequence[Any], params: Any
) -> list[Structure]:
    """The factors whose product says how the outputs of a call depend on its input `i`.

    Parameters
    ----------
    primitive
        The primitive.
    i
        Position of the input.
    arrays, outputs
        The data; the entries of several outputs count one after the other.
    params
        What the primitive was called with besides.

    Returns
    -------
    list
        scipy.sparse arrays, the one next to the output first. Dense blocks are products of two.
    """
    name, kind = primitive.name, primitive.kind
    total = sum(y.size for y in outputs)
    flat = not primitive.variadic and primitive.rules[i] in (NONDIFF, ZERO)
    if flat or not total or not arrays[i].size:
        return [_empty(total, arrays[i].size)]
    shape, to = arrays[i].shape, outputs[0].shape
    if kind == "elementwise" or name in _SAME or name in ENTRYWISE:
        return [] if shape == to else [_picking(_spread(np.arange(prod(shape)), shape, to), shape)]
    if name in _REDUCTIONS and "axes" in (params or {}):
        lines = _lines(shape, params["axes"])
        if lines.max(initial=-1) + 1 == prod(to):
            return [_grouping(lines)]
    if name in _ALONG and "axis" in (params or {}) and shape == to:
        lines = _lines(shape, (params["axis"],))
        return [_picking(lines, None), _grouping(lines)]
    if name in ("matmul", "dot"):
        return _of_product(i, [a.shape for a in arrays], to, params or {})
    if kind in ("linear", "bilinear") or name in _LINEAR:
        found = _of_linear(primitive, i, arrays, params or {})
        if found is not None:
            return [found]
    everything = np.zeros(arrays[i].size, np.intp)
    return [_picking(np.zeros(total, np.intp), (1,)), _grouping(everything, 1)]


def _spread(positions: Any, shape: tuple[int, ...], to: tuple[int, ...]) -> Any:
    return np.broadcast_to(positions.reshape(shape), to).ravel()


def _lines(shape: tuple[int, ...], axes: Sequence[int]) -> Any:
    """For each entry the number of the line, along `axes`, in which it stands."""
    ndim = len(shape)
    summed = {a % ndim for a in axes} if ndim else set()
    kept = tuple([1 if a in summed else n for a, n in enumerate(shape)])
    return _spread(np.arange(prod(kept)), kept, shape)


def _picking(sources: Any, shape: tuple[int, ...] | None, size: int | None = None) -> Structure:
    """Output ``k`` depends on input ``sources[k]`` only, on none if that is -1."""
    from scipy import sparse

    if size is None:
        size = int(sources.max(initial=-1)) + 1 if shape is None else prod(shape)
    known = sources >= 0
    ends = np.concatenate(([0], np.cumsum(known)))
    found = sources[known]
    return sparse.csr_array((np.ones(found.size, bool), found, ends), shape=(sources.size, size))


def _grouping(groups: Any, count: int | None = None) -> Structure:
    """Output ``groups[k]`` depends on input ``k``, for all ``k``."""
    return _picking(groups, None, count).T.tocsr()


def _empty(rows: int, columns: int) -> Structure:
    from scipy import sparse

    return sparse.csr_array((rows, columns), dtype=bool)


def _of_product(
    i: int, shapes: Sequence[tuple[int, ...]], to: tuple[int, ...], params: dict[str, Any]
) -> list[Structure]:
    """Of a matrix product: rows of the left factor, or columns of the right one, are mixed."""
    shape = shapes[i]
    turned = params.get("transpose_b" if i else "transpose_a", False)
    mixed = -2 if (i == 1) != turned else -1
    lines = _lines(shape, (mixed,))
    kept = [*shape[:-2], shape[-1] if mixed == -2 else shape[-2]]
    kept.insert(len(kept) if i == 0 else len(kept) - 1, 1)
    count = prod(kept)
    places = _spread(np.arange(count), tuple(kept), to)
    return [_picking(places, None, count), _grouping(lines, count)]


def _of_linear(
    primitive: Primitive, i: int, arrays: Sequence[Any], params: dict[str, Any]
) -> Structure | None:
    """Of what is linear in input `i`, found by running it; None if that would take too long."""
    rng = np.random.default_rng(0)
    others: list[Any] = []
    for a in arrays:
        if a.dtype.kind not in "fcV":
            others.append(a)
        elif primitive.kind == "bilinear":
            others.append(rng.uniform(1.0, 2.0, a.shape))
        else:
            others.append(np.zeros(a.shape))
    own = arrays[i]

    def run(x: Any) -> Any:
        inputs = list(others)
        inputs[i] = x.reshape(own.shape)[()]
        token = silence_float_errors()
        try:
            y = primitive.forward(*inputs, **params)
        finally:
            restore_float_errors(token)
        return np.concatenate([np.ravel(v) for v in y]) if y.__class__ is tuple else np.ravel(y)

    if primitive.kind != "bilinear":
        sources = sources_of_moves(run, own.size, rng)
        if sources is not None:
            return _picking(sources, (own.size,))
    return _by_halves(run, own.size, rng)


def sources_of_moves(run: Callable[[Any], Any], size: int, rng: Any) -> Any:
    """By output the input that it is, or -1 for zero; None for a map of another kind.

    Parameters
    ----------
    run
        The map, of a vector to a vector.
    size
        The number of inputs.
    rng
        A generator of random numbers.
    """
    names = rng.permutation(size) + 1.0
    y = run(names)
    if y.dtype.kind != "f" or not ((y >= 0) & (y <= size) & (y == np.rint(y))).all():
        return None
    places = np.full(size + 1, -1)
    places[names.astype(np.intp)] = np.arange(size)
    sources = places[y.astype(np.intp)]
    x = rng.standard_normal(size)
    return sources if np.array_equal(run(x), np.append(x, 0.0)[sources]) else None


def _by_halves(run: Callable[[Any], Any], size: int, rng: Any) -> Structure | None:
    """The structure of a linear map, by runs on random numbers within blocks of inputs.

    Knowing which outputs depend on which blocks, blocks that share no output are run together, one
    half of each at a time; so each step halves the blocks by few runs.
    """
    from scipy import sparse

    width = 1 << max(size - 1, 0).bit_length()
    numbers = rng.uniform(1.0, 2.0, size)
    reached = np.flatnonzero(run(numbers))
    outputs = run(np.zeros(size)).size
    found = sparse.csr_array(
        (np.ones(reached.size, bool), (reached, np.zeros(reached.size, np.intp))), (outputs, 1)
    )
    while width > 1:
        width //= 2
        entries = found.tocoo()
        rows = np.repeat(entries.row, 2)
        halves = np.repeat(2 * entries.col, 2)
        halves[1::2] += 1
        inside = halves * width < size
        rows, halves = rows[inside], halves[inside]
        shape = (outputs, -(-size // width))
        colors = color_columns(sparse.csr_array((np.ones(rows.size, bool), (rows, halves)), shape))
        count = int(colors.max(initial=0)) + 1
        if count > _MOST_COLORS:
            return None
        of_entry = np.repeat(colors, width)[:size]
        depends = np.zeros(rows.size, bool)
        for color in range(count):
            own = colors[halves] == color
            depends[own] = run(np.where(of_entry == color, numbers, 0.0))[rows[own]] != 0
        rows, halves = rows[depends], halves[depends]
        found = sparse.csr_array((np.ones(rows.size, bool), (rows, halves)), shape)
    return found
