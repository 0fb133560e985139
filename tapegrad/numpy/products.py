"""Products of vectors, matrices and arrays of any rank."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from tapegrad.core.host import computed
from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy import universal
from tapegrad.numpy.array import holding, of_type, plain, tensor_of
from tapegrad.numpy.function import function, not_differentiable
from tapegrad.numpy.moving import diagonal, moveaxis
from tapegrad.numpy.reducing import is_exact
from tapegrad.ops import contract, matrix_products
from tapegrad.ops import cross as engine_cross  # noqa: F401 - as R.cross
from tapegrad.ops import einsum as engine_einsum

__all__ = [
    "cross",
    "dot",
    "einsum",
    "einsum_path",
    "inner",
    "kron",
    "outer",
    "tensordot",
    "trace",
    "vdot",
]

_LETTERS = string.ascii_uppercase + string.ascii_lowercase
_V = "np.array([1.0, 2.0])"


def _pair(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    x, y = tensor_of(a), tensor_of(b)
    if x._value.dtype is y._value.dtype:
        return x, y
    dtype = np.result_type(x._value.dtype, y._value.dtype)
    return of_type(x, dtype), of_type(y, dtype)


@function(f"np.dot({_V}, {_V})", method=True)
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The sum product over the last axis of one and the second to last of the other array."""
    x, y = _pair(a, b)
    if is_exact(x):
        return computed(np.dot, x, y)
    if not x._value.ndim or not y._value.ndim:
        return R.multiply(x, y)
    axis = max(y._value.ndim - 2, 0)
    m, n = x._value.shape[-1], y._value.shape[axis]
    if m != n:
        raise ValueError(
            f"shapes {x._value.shape} and {y._value.shape} not aligned: {m} (dim "
            f"{x._value.ndim - 1}) != {n} (dim {axis})"
        )
    if max(x._value.ndim, y._value.ndim) <= 2:
        product: Any = universal.UNIVERSAL["matmul"].compute
        return product(x, y)  # of one type already
    return contract.tensordot(x, y, [[x._value.ndim - 1], [axis]])


@function(f"np.vdot({_V}, {_V})")
def vdot(a: Any, b: Any, /) -> Any:
    """The inner product of all elements, of which the first are conjugated."""
    x, y = _pair(a, b)
    if is_exact(x):
        return computed(np.vdot, x, y)
    x, y = [R.reshape(t, to=(t._value.size,)) for t in (x, y)]
    return universal.UNIVERSAL["vecdot"](holding(x), holding(y))


@function(f"np.inner({_V}, {_V})")
def inner(a: Any, b: Any, /) -> Any:
    """The sum products over the last axes."""
    x, y = _pair(a, b)
    if is_exact(x):
        return computed(np.inner, x, y)
    if not x._value.ndim or not y._value.ndim:
        return R.multiply(x, y)
    if x._value.shape[-1] != y._value.shape[-1]:
        raise ValueError(
            f"shapes {x._value.shape} and {y._value.shape} not aligned: {x._value.shape[-1]} != "
            f"{y._value.shape[-1]}"
        )
    return contract.tensordot(x, y, [[x._value.ndim - 1], [y._value.ndim - 1]])


@function(f"np.outer({_V}, {_V})")
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """The products of each element with each."""
    x, y = tensor_of(a), tensor_of(b)
    x, y = [R.reshape(t, to=(t._value.size,)) for t in (x, y)]
    return universal.UNIVERSAL["multiply"].outer(holding(x), holding(y))._tensor


@function(f"np.tensordot({_V}, {_V}, 1)", axes="How many axes meet, or which ones of each.")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sum products over chosen axes."""
    x, y = _pair(a, b)
    axes = plain(axes)
    if is_exact(x):
        return computed(lambda x, y: np.tensordot(x, y, axes), x, y)
    model: Any = np.tensordot
    model(*[np.broadcast_to(0.0, t._value.shape) for t in (x, y)], axes)  # checks them
    if not isinstance(axes, (int, np.integer)):
        axes = [np.atleast_1d(part).tolist() for part in axes]
    return contract.tensordot(x, y, axes)


@function(
    f"np.einsum('i,i', {_V}, {_V})",
    operands="The subscripts as text and the arrays; or each array followed by the numbers of its "
    "axes, and at the end those of the result.",
    optimize="Without effect.",
    kwargs="NumPy's dtype, order and casting.",
)
def einsum(*operands: Any, out: Any = None, optimize: Any = False, **kwargs: Any) -> Any:
    """Sums of products in Einstein's notation."""
    if operands and isinstance(operands[0], str):
        subscripts, *operands = operands  # type: ignore[assignment]
    else:
        subscripts, operands = _in_letters(operands)
    given = [tensor_of(a) for a in operands]
    dtype = np.dtype(kwargs.get("dtype") or np.result_type(*[x._value.dtype for x in given]))
    given = [of_type(x, dtype) for x in given]
    np.einsum(subscripts, *[np.broadcast_to(0.0, x._value.shape) for x in given])  # checks them
    if dtype.kind not in "fc":
        return computed(lambda *arrays: np.einsum(subscripts, *arrays), *given)
    subscripts, given = _without_ones(subscripts, given)
    return engine_einsum.einsum(subscripts, *given)


def _without_ones(subscripts: str, given: list[Tensor]) -> tuple[str, list[Tensor]]:
    """Without the axes of size 1 that NumPy spreads along those of another operand."""
    inputs, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    places = [_places(term, x._value.ndim) for term, x in zip(terms, given, strict=True)]
    sizes: dict[str, set[int]] = {}
    for x, where in zip(given, places, strict=True):
        for axis, letter in where.items():
            sizes.setdefault(letter, set()).add(x._value.shape[axis])
    spread = {letter for letter, found in sizes.items() if len(found) > 1}
    if not spread:
        return subscripts, given
    if not arrow:
        text = inputs.replace(",", "").replace("...", "")
        once = sorted({letter for letter in text if text.count(letter) == 1})
        result = ("..." if "..." in inputs else "") + "".join(once)
    for i, (x, where) in enumerate(zip(given, places, strict=True)):
        ones = {a for a, letter in where.items() if letter in spread and x._value.shape[a] == 1}
        if ones:
            gone = {where[a] for a in ones}
            terms[i] = "".join([letter for letter in terms[i] if letter not in gone])
            shape = tuple([n for a, n in enumerate(x._value.shape) if a not in ones])
            given[i] = R.reshape(x, to=shape)
    return f"{','.join(terms)}->{result}", given


def _places(term: str, ndim: int) -> dict[int, str]:
    """Which axis has which letter; those of an ellipsis have none."""
    front, _, back = term.partition("...")
    return {
        **dict(enumerate(front)),
        **{ndim - len(back) + i: letter for i, letter in enumerate(back)},
    }


def _in_letters(operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Subscripts as text, of arrays each followed by the numbers of its axes."""
    pairs = len(operands) // 2
    lists = [operands[2 * i + 1] for i in range(pairs)]
    texts = ["".join(["..." if k is Ellipsis else _LETTERS[k] for k in axes]) for axes in lists]
    text = ",".join(texts)
    if len(operands) % 2:
        text += "->" + "".join(["..." if k is Ellipsis else _LETTERS[k] for k in operands[-1]])
    return text, tuple([operands[2 * i] for i in range(pairs)])


einsum_path = not_differentiable(
    "einsum_path",
    "The order in which products of several arrays are cheapest, and a report about it.",
    "np.einsum_path('ij,jk', np.ones((2, 2)), np.ones((2, 2)))[0]",
    optimize="How to look for it, and how large arrays may get in between.",
    einsum_call="Whether to return what NumPy's einsum needs.",
)


@function(f"np.kron({_V}, {_V})")
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product."""
    x, y = _pair(a, b)
    if is_exact(x) or not x._value.ndim or not y._value.ndim:
        return computed(np.kron, x, y) if is_exact(x) else R.multiply(x, y)
    ndim = max(x._value.ndim, y._value.ndim)
    x, y = [R.reshape(t, to=(1,) * (ndim - t._value.ndim) + t._value.shape) for t in (x, y)]
    if ndim <= 2:
        return matrix_products.kron(x, y)
    apart = [
        R.reshape(t, to=tuple([size for pair in zip(*order, strict=True) for size in pair]))
        for t, order in (
            (x, (x._value.shape, (1,) * ndim)),
            (y, ((1,) * ndim, y._value.shape)),
        )
    ]
    sizes = [m * n for m, n in zip(x._value.shape, y._value.shape, strict=True)]
    return R.reshape(R.multiply(*apart), to=tuple(sizes))


@function("np.trace(np.eye(2))", method=True)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of a diagonal."""
    return diagonal(a, offset, axis1, axis2).sum(-1, dtype)


@function(
    "np.cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))",
    axisa="Where the vectors stand in the first array.",
    axisb="Where the vectors stand in the second array.",
    axisc="Where the products are to stand.",
)
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The vector product in three dimensions; vectors of two have zero as their third."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = _pair(a, b)
    shapes = [t._value.shape for t in (x, y)]
    if not all(shapes):
        raise ValueError("At least one array has zero dimension")
    at = [
        np.lib.array_utils.normalize_axis_index(plain(k), len(shape), name)
        for k, shape, name in zip((axisa, axisb), shapes, ("axisa", "axisb"), strict=True)
    ]
    sizes = [shape[k] for k, shape in zip(at, shapes, strict=True)]
    if not {2, 3}.issuperset(sizes):
        raise ValueError("incompatible dimensions for cross product\n(dimension must be 2 or 3)")
    vectors = [moveaxis(holding(t), k, -1)._tensor for t, k in zip((x, y), at, strict=True)]
    lead = np.broadcast_shapes(*[v._value.shape[:-1] for v in vectors])
    vectors = [R.broadcast_to(v, to=(*lead, size)) for v, size in zip(vectors, sizes, strict=True)]
    if is_exact(x):
        product = computed(np.cross, *[_in_space(v) for v in vectors])
    else:
        product = R.cross(*[_in_space(v) for v in vectors])
    if sizes == [2, 2]:
        return R.getitem(product, index=(Ellipsis, 2))
    return moveaxis(holding(product), -1, axisc)._tensor


def _in_space(v: Tensor) -> Tensor:
    """Vectors of three components."""
    *lead, size = v._value.shape
    if size == 3:
        return v
    extended: Tensor = R.concat(v, wrap_constant(np.zeros((*lead, 1), v._value.dtype)), axis=-1)
    return extended
