"""Products with sums: ``addmm`` and its kin, einsum, outer and cross products, distances."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.structural import reshape
from tapegrad.core.table import TABLE
from tapegrad.ops import contract, elementwise
from tapegrad.ops import cross as core_cross
from tapegrad.ops import einsum as core_einsum
from tapegrad.ops import matrix_products as core_matrices
from tapegrad.ops.cast import in_dtype
from tapegrad.ops.reduce import reduce_sum
from tapegrad.torch.affine import affine
from tapegrad.torch.documentation import documented
from tapegrad.torch.operation import operation, takes_out
from tapegrad.torch.promotion import promoted
from tapegrad.torch.reductions import vector_norm
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor

__all__ = [
    "addbmm",
    "addmm",
    "addmv",
    "addr",
    "baddbmm",
    "cdist",
    "chain_matmul",
    "cross",
    "einsum",
    "ger",
    "inner",
    "kron",
    "outer",
    "renorm",
    "tensordot",
    "vdot",
]


def _scaled(x: Any, factor: Any) -> Any:
    return x if factor == 1 else elementwise.multiply(x, in_dtype(factor, x._value.dtype))


def _with_product(
    name: str,
    product: Callable[[Any, Any], Any],
    dims: tuple[int, int],
    words: str,
    example: str,
    short: Callable[..., Any] | None = None,
) -> Any:
    def call(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
        for x, ndim, label in ((mat1, dims[0], "mat1"), (mat2, dims[1], "mat2")):
            if x._value.ndim != ndim:
                raise RuntimeError(
                    f"{label} must be a {ndim}-D tensor, got {x._value.ndim}-D tensor"
                )
        inner = mat1._value.shape[-1], mat2._value.shape[-2 if dims[1] > 1 else 0]
        if name != "addr" and inner[0] != inner[1]:
            sizes = ["x".join(map(str, x._value.shape[-2:])) for x in (mat1, mat2)]
            raise RuntimeError(
                f"mat1 and mat2 shapes cannot be multiplied ({sizes[0]} and {sizes[1]})"
            )
        found = _scaled(product(mat1, mat2), alpha)
        if beta == 0:
            zero = in_dtype(0, found._value.dtype)
            input = TABLE["masked"](input, in_dtype(False, np.dtype(np.bool_)))
            return elementwise.add(elementwise.add(input, found), zero)
        return elementwise.add(_scaled(input, beta), found)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"``beta * input + alpha *`` the product of {words}."
    return documented(
        f"torch.{name}({example})",
        "",
        mat1="The first factor.",
        mat2="The second factor.",
        beta="A number that `input` is multiplied by; 0 ignores its values.",
        alpha="A number that the product is multiplied by.",
    )(operation(in_place=True, short=short)(call))


def _vector(matrix: Any, vector: Any) -> Any:
    product = contract.matmul(matrix, reshape(vector, to=(*vector._value.shape, 1)))
    return reshape(product, to=product._value.shape[:-1])


def _outer(a: Any, b: Any) -> Any:
    column = reshape(a, to=(a._value.size, 1))
    return elementwise.multiply(column, reshape(b, to=(1, b._value.size)))


def _summed_products(a: Any, b: Any) -> Any:
    return reduce_sum(contract.matmul(a, b), 0)


_EYE = "torch.eye(2), torch.ones(2, 2), torch.ones(2, 2)"
_STACKS = "torch.eye(2), torch.ones(1, 2, 2), torch.ones(1, 2, 2)"
_VECTORS = "torch.zeros(2, 2), torch.ones(2), torch.ones(2)"
addmm = _with_product(
    "addmm",
    contract.matmul,
    (2, 2),
    "two matrices",
    _EYE,
    lambda *args: affine(args[1], args[2], args[0]) if len(args) == 3 else None,
)
addmv = _with_product(
    "addmv", _vector, (2, 1), "a matrix and a vector", "torch.ones(2), torch.eye(2), torch.ones(2)"
)
addr = _with_product("addr", _outer, (1, 1), "two vectors, each element with each", _VECTORS)
baddbmm = _with_product("baddbmm", contract.matmul, (3, 3), "two stacks of matrices", _STACKS)
addbmm = _with_product(
    "addbmm", _summed_products, (3, 3), "two stacks of matrices, summed", _STACKS
)


@documented("torch.outer(torch.tensor([1.0, 2.0]), torch.ones(2))", "", vec2="The second vector.")
@operation("MulBackward0")
def outer(input: Any, vec2: Any) -> Any:
    """The products of each element of a vector with each of another."""
    for label, x in (("self", input), ("vec2", vec2)):
        if x._value.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {label}, but got {x._value.ndim}-D")
    return _outer(*promoted(input, vec2))


ger = outer


@documented("torch.vdot(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))", "")
@operation()
def vdot(input: Any, other: Any) -> Any:
    """The sum of the products of two vectors' elements, the first conjugated."""
    if input._value.ndim != 1 or other._value.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {input._value.ndim}D and {other._value.ndim}D tensors"
        )
    return reduce_sum(elementwise.multiply(TABLE["conj"](input), other))


@documented("torch.inner(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))", "")
@operation("SumBackward1")
def inner(input: Any, other: Any) -> Any:
    """The sums of products over the last dimension of both."""
    if not input._value.ndim or not other._value.ndim:
        return elementwise.multiply(*promoted(input, other))
    if input._value.shape[-1] != other._value.shape[-1]:
        raise RuntimeError(
            f"inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input._value.shape)} and {list(other._value.shape)}"
        )
    return contract.tensordot(input, other, [[-1], [-1]])


@documented(
    "torch.tensordot(torch.ones(2, 3), torch.ones(3, 2), 1)",
    "",
    a="The first tensor.",
    b="The second tensor.",
    dims="How many dimensions to sum over, or which of either.",
)
def tensordot(a: Tensor, b: Tensor, dims: Any = 2, out: Any = None) -> Tensor:
    """Products summed over some dimensions of both tensors."""
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if not hasattr(dims, "__index__"):
        dims = [[int(d) for d in part] for part in dims]
    return _tensordot(a, b, dims) if out is None else _tensordot(a, b, dims, out=out)


@operation("TensordotBackward0", method=False)
def _tensordot(a: Any, b: Any, dims: Any) -> Any:
    if not hasattr(dims, "__index__"):
        for i, j in zip(*dims, strict=True):
            n, m = a._value.shape[i], b._value.shape[j]
            if n != m and 1 not in (n, m):
                raise RuntimeError(
                    f"contracted dimensions need to match, but first has size {n} in dim {i} and "
                    f"second has size {m} in dim {j}"
                )
        # PyTorch lets a dimension of size 1 stand for any: it is summed on its own first.
        for i, j in zip(*dims, strict=True):
            n, m = a._value.shape[i], b._value.shape[j]
            if n == 1 and m > 1:
                b = reduce_sum(b, j, True)
            elif m == 1 and n > 1:
                a = reduce_sum(a, i, True)
    return contract.tensordot(a, b, dims)


@documented(
    "torch.einsum('ij,j->i', torch.ones(2, 3), torch.ones(3))",
    "",
    equation="Letters for dimensions, as in ``'ij,jk->ik'``.",
    operands="The tensors.",
)
def einsum(equation: Any, *operands: Any) -> Tensor:
    """Products of tensors, summed over the letters that the result does not have."""
    if not isinstance(equation, str):
        equation, operands = _from_lists((equation, *operands))
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    return _einsum(equation, list(operands))


def _from_lists(arguments: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The letters for ``einsum(a, [0, 1], b, [1], [0])``."""

    def letters(numbers: Any) -> str:
        return "".join("..." if n is Ellipsis else chr(97 + n) for n in numbers)

    pairs, rest = len(arguments) // 2, len(arguments) % 2
    operands = arguments[0 : 2 * pairs : 2]
    equation = ",".join(letters(arguments[2 * i + 1]) for i in range(pairs))
    return (f"{equation}->{letters(arguments[-1])}" if rest else equation), operands


@operation("EinsumBackward0", method=False)
def _einsum(equation: str, operands: Any) -> Any:
    equation, operands = equation.replace(" ", ""), promoted(*operands)
    terms, arrow, wanted = equation.partition("->")
    if not arrow or "..." not in terms or "..." in wanted:
        return core_einsum.einsum(equation, *operands)
    # The axes that the ellipsis stands for are summed over.
    found = core_einsum.einsum(f"{terms}->...{wanted}", *operands)
    spread = found._value.ndim - len(wanted)
    return reduce_sum(found, list(range(spread))) if spread else found


@documented("torch.kron(torch.eye(2), torch.ones(1, 2))", "")
@operation()
def kron(input: Any, other: Any) -> Any:
    """The tensor in which each element of `input` is replaced by its product with `other`."""
    a, b = promoted(input, other)
    return core_matrices.kron(a, b)


@documented("torch.cross(torch.tensor([1.0, 0.0, 0.0]), torch.tensor([0.0, 1.0, 0.0]), dim=0)", "")
@operation("LinalgCrossBackward0")
def cross(input: Any, other: Any, dim: int | None = None) -> Any:
    """The vector product in three dimensions; without `dim` along the first of size 3."""
    a, b = promoted(input, other)
    shape = np.broadcast_shapes(a._value.shape, b._value.shape)
    if dim is None:
        if 3 not in shape:
            raise RuntimeError("no dimension of size 3 in input")
        at = shape.index(3)
    else:
        at = dimension(dim, len(shape))
        if a._value.shape[at] != 3 or b._value.shape[at] != 3:
            raise RuntimeError(
                f"linalg.cross: inputs dimension {dim} must have length 3. Got "
                f"{a._value.shape[at]} and {b._value.shape[at]}"
            )
    a, b = (TABLE["broadcast_to"](x, to=shape) for x in (a, b))
    order = [d for d in range(len(shape)) if d != at] + [at]
    back = [order.index(d) for d in range(len(shape))]
    turn = TABLE["transpose"]
    n = len(shape)
    product = core_cross.cross(*[turn(x, axes=tuple(d - n for d in order)) for x in (a, b)])
    return turn(product, axes=tuple(d - n for d in back))


@takes_out
def chain_matmul(*matrices: Tensor, out: Any = None) -> Tensor:
    """The product of several matrices, in the cheapest order."""
    return _multi_dot(list(matrices))


documented("torch.chain_matmul(torch.eye(2), torch.ones(2, 1))", "", matrices="The matrices.")(
    chain_matmul
)


@operation("LinalgMultiDotBackward0", method=False)
def _multi_dot(matrices: Any) -> Any:
    return core_matrices.multi_dot(matrices)


@documented(
    "torch.cdist(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))",
    "",
    x1="Points of shape (..., n, k).",
    x2="Points of shape (..., m, k).",
    p="The norm's exponent.",
    compute_mode="Without effect.",
)
@operation(method=False)
def cdist(x1: Any, x2: Any, p: float = 2.0, compute_mode: Any = None) -> Any:
    """The p-norm distances of each point of one set from each of another."""
    if x1._value.shape[-1] != x2._value.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1._value.shape[-1]} X2: "
            f"{x2._value.shape[-1]}"
        )
    a = reshape(x1, to=(*x1._value.shape[:-1], 1, x1._value.shape[-1]))
    b = reshape(x2, to=(*x2._value.shape[:-2], 1, *x2._value.shape[-2:]))
    away = elementwise.subtract(*promoted(a, b))
    return vector_norm(away, float(p), [away._value.ndim - 1], False)


@documented(
    "torch.renorm(torch.tensor([[3.0, 4.0], [0.3, 0.4]]), 2, 0, 1.0)",
    "",
    p="The norm's exponent.",
    maxnorm="The largest norm that stays.",
)
@operation(in_place=True)
def renorm(input: Any, p: float, dim: int, maxnorm: float) -> Any:
    """The entries of a dimension, with norms above `maxnorm` scaled down to it."""
    at = dimension(dim, input._value.ndim)
    others = [d for d in range(input._value.ndim) if d != at]
    norms = vector_norm(input, float(p), others, True)
    limit = in_dtype(maxnorm, norms._value.dtype)
    tiny = in_dtype(1e-7, norms._value.dtype)
    factor = elementwise.divide(limit, elementwise.add(norms, tiny))
    too_long = TABLE["greater"](norms, limit)
    scale = TABLE["where"](too_long, factor, in_dtype(1, norms._value.dtype))
    return elementwise.multiply(input, in_dtype(scale, input._value.dtype))
