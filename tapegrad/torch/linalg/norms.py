"""Norms of vectors and matrices, condition numbers, and small products."""

from __future__ import annotations

from typing import Any

from tapegrad.core.table import TABLE
from tapegrad.ops import complex as core_complex
from tapegrad.ops import elementwise
from tapegrad.ops import reduce as core_reduce
from tapegrad.ops import svd as core_svd
from tapegrad.torch.counting import powers_of
from tapegrad.torch.diagonals import diagonal as _diagonal
from tapegrad.torch.documentation import documented
from tapegrad.torch.linalg.arguments import require_matrices
from tapegrad.torch.linalg.factors import svdvals
from tapegrad.torch.linalg.solving import inv
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import into, operation, takes_out
from tapegrad.torch.products_of_many import chain_matmul
from tapegrad.torch.products_of_many import cross as _cross
from tapegrad.torch.promotion import promoted
from tapegrad.torch.reductions import reduced
from tapegrad.torch.reductions import vector_norm as core_vector_norm
from tapegrad.torch.running import run
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor

__all__ = [
    "cond",
    "cross",
    "diagonal",
    "matrix_norm",
    "multi_dot",
    "norm",
    "vander",
    "vecdot",
    "vector_norm",
]


@documented(
    "torch.linalg.vector_norm(torch.tensor([3.0, 4.0]))",
    "",
    x="A tensor.",
    ord="The exponent.",
)
def vector_norm(
    x: Tensor,
    ord: Any = 2,
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Tensor:
    """The norm of vectors, or of all elements."""
    if dtype is not None:
        x = x.to(dtype)
    if x._value.dtype.kind not in "fcV":
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{x.dtype.abbreviation}"
        )

    def magnitude(v: Any, axes: list[int], keepdims: bool) -> Any:
        return core_vector_norm(v, float(ord), axes, keepdims)

    return reduced("vector_norm", "LinalgVectorNormBackward0", magnitude, x, dim, keepdim, out)


def _matrix_norm(x: Any, order: Any, rows: int, columns: int, keepdim: bool) -> Any:
    ndim = x._value.ndim
    if order == "fro":
        return core_vector_norm(x, 2.0, [rows, columns], keepdim)
    if order in (1, -1, float("inf"), float("-inf")):
        summed, kept = (rows, columns) if order in (1, -1) else (columns, rows)
        sums = core_reduce.reduce_sum(core_complex.abs(x), [summed], True)
        extreme = core_reduce.reduce_max if order > 0 else core_reduce.reduce_min
        found = extreme(sums, [kept], True)
    else:
        others = [d for d in range(ndim) if d not in (rows, columns)]
        order_of_axes = (*others, rows, columns)
        turned = TABLE["transpose"](x, axes=tuple(d - ndim for d in order_of_axes))
        values = core_svd.svd(turned, compute_uv=False)
        last = [values._value.ndim - 1]
        pick = {
            "nuc": core_reduce.reduce_sum,
            2: core_reduce.reduce_max,
            -2: core_reduce.reduce_min,
        }.get(order)
        if pick is None:
            raise RuntimeError(f"linalg.matrix_norm: Order {order} not supported.")
        found = pick(values, last)
        if not keepdim:
            return found
        shape = tuple(1 if d in (rows, columns) else n for d, n in enumerate(x._value.shape))
        return TABLE["reshape"](found, to=shape)
    if keepdim:
        return found
    shape = tuple(n for d, n in enumerate(x._value.shape) if d not in (rows, columns))
    return TABLE["reshape"](found, to=shape)


@documented(
    "torch.linalg.matrix_norm(torch.eye(2))",
    "",
    A="Matrices.",
    ord="``'fro'``, ``'nuc'``, 1, -1, 2, -2, inf or -inf.",
)
def matrix_norm(
    A: Tensor,
    ord: Any = "fro",
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Tensor:
    """The norm of matrices."""
    if dtype is not None:
        A = A.to(dtype)
    require_matrices("matrix_norm", A)
    rows, columns = (dimension(d, A._value.ndim) for d in dim)
    if rows == columns:
        raise RuntimeError(f"linalg.matrix_norm: dims must be different. Got ({rows}, {columns})")

    def magnitude(x: Any) -> Any:
        return _matrix_norm(x, ord, rows, columns, keepdim)

    result = run(magnitude, node_type("LinalgMatrixNormBackward0"), (A,), {})
    return result if out is None else into(out, "matrix_norm", result, (A,))


@documented(
    "torch.linalg.norm(torch.tensor([3.0, 4.0]))",
    "",
    A="A tensor.",
    ord="The order of a vector norm or of a matrix norm.",
)
def norm(
    A: Tensor,
    ord: Any = None,
    dim: Any = None,
    keepdim: bool = False,
    *,
    out: Any = None,
    dtype: Any = None,
) -> Tensor:
    """The norm of vectors or matrices; without an order that of all elements."""
    dims = None if dim is None else [dim] if hasattr(dim, "__index__") else list(dim)
    if ord is not None and (
        (dims is not None and len(dims) == 2) or (dims is None and A._value.ndim == 2)
    ):
        return matrix_norm(A, ord, dims or (0, 1), keepdim, dtype=dtype, out=out)
    if isinstance(ord, str):
        raise RuntimeError(
            f"linalg.norm: If dim is specified, it must be of length 1 or 2. Got {dims}"
        )
    if dims is None and ord is not None and A._value.ndim > 2:
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{A._value.ndim}D."
        )
    return vector_norm(A, 2 if ord is None else ord, dims, keepdim, dtype=dtype, out=out)


@documented(
    "torch.linalg.cond(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))",
    "",
    A="Matrices.",
    p="The norm's order.",
)
@takes_out
def cond(A: Tensor, p: Any = None, *, out: Any = None) -> Tensor:
    """Condition numbers: how much errors may grow in solving a system."""
    if p in (None, 2, -2):
        values = svdvals(A)
        large, small = values[..., 0], values[..., -1]
        return small / large if p == -2 else large / small
    return matrix_norm(A, p) * matrix_norm(inv(A), p)


@documented(
    "torch.linalg.vecdot(torch.ones(2, 3), torch.ones(2, 3))",
    "",
    x="Vectors, which are conjugated.",
    y="Vectors.",
)
@operation("LinalgVecdotBackward0", method=False)
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Any:
    """The inner products of vectors along a dimension."""
    a, b = promoted(x, y)
    if a._value.dtype.kind == "c":
        a = core_complex.conj(a)
    product = elementwise.multiply(a, b)
    return core_reduce.reduce_sum(product, [dimension(dim, product._value.ndim)])


@documented(
    "torch.linalg.multi_dot([torch.eye(2), torch.ones(2, 1)])",
    "",
    tensors="Matrices; the first and the last may be vectors.",
)
@takes_out
def multi_dot(tensors: Any, *, out: Any = None) -> Tensor:
    """The product of several matrices, in the cheapest order."""
    return chain_matmul(*tensors)


@documented("torch.linalg.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]))", "")
@takes_out
def cross(input: Tensor, other: Tensor, *, dim: int = -1, out: Any = None) -> Tensor:
    """The vector product in three dimensions."""
    return _cross(input, other, dim)


@documented(
    "torch.linalg.diagonal(torch.eye(2))",
    "",
    A="Matrices.",
    offset="How far above the main diagonal.",
    dim1="The rows.",
    dim2="The columns.",
)
def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The diagonals of matrices, as a view."""
    return _diagonal(A, offset, dim1, dim2)


@documented("torch.linalg.vander(torch.tensor([2.0, 3.0]))", "", x="Vectors.", N="How many powers.")
def vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The matrices of powers of vectors' elements, from the power 0 on."""
    if N is not None and N <= 1:
        raise RuntimeError("N must be greater than 1.")
    rows = x if x.ndim else x.reshape(1)
    return powers_of(rows, rows.shape[-1] if N is None else N, True)
