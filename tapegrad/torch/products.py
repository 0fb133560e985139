"""Products of matrices and vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core.context import active_recorders
from tapegrad.core.graph_calls import remember
from tapegrad.core.places import Lines
from tapegrad.core.structural import reshape
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import next_id
from tapegrad.ops import contract as core
from tapegrad.ops.elementwise import multiply
from tapegrad.ops.reduce import reduce_sum
from tapegrad.torch.anomaly import check_gradient
from tapegrad.torch.documentation import documented
from tapegrad.torch.modes import builds_graph, why_bare
from tapegrad.torch.node import node_type
from tapegrad.torch.operation import into
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor, install

__all__ = ["bmm", "dot", "matmul", "mm", "mv"]


_new = object.__new__


def _same_type(a: Tensor, b: Tensor) -> None:
    if a._value.dtype != b._value.dtype:
        first, second = (x.dtype.c_name for x in (a, b))
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {first} != {second}"
        )


def _matrix_vector(a: Any, b: Any) -> Any:
    product = core.matmul(a, reshape(b, to=(*b._value.shape, 1)))
    return reshape(product, to=product._value.shape[:-1])


def _vector_matrix(a: Any, b: Any) -> Any:
    product = core.matmul(reshape(a, to=(1, *a._value.shape)), b)
    return reshape(product, to=(*product._value.shape[:-2], product._value.shape[-1]))


def _vectors(a: Any, b: Any) -> Any:
    return reduce_sum(multiply(a, b))


_MM = node_type("MmBackward0")
_dot = TABLE["dot"]


def _short_way(a: Tensor, b: Tensor) -> Tensor:
    """The product of two matrices of one type that no tape but the graph follows."""
    value = _dot.forward(a._value, b._value)
    out = _new(Tensor)
    out._value = value
    out._id = identity = next_id()
    first, second = a._node, b._node
    if Lines.left:
        remember("mm", (a._id, b._id), (identity,), why_bare(first, second))
    if (first is None and second is None) or not builds_graph():
        out._node = None
        return out
    mask = (first is not None) + 2 * (second is not None)
    (keep_a, keep_b), _ = _dot.keeps[mask]
    out._node = node = _new(_MM)
    node.number = identity
    node.edges = (first, second)
    node.ids = ids = (a._id, b._id)
    kept = (a._value if keep_a else None, b._value if keep_b else None)
    node.records = ((_dot, ids, mask, kept, identity, None, {}),)
    return out


def _product(
    name: str, a: Tensor, b: Tensor, kind: str, function: Callable[..., Any], out: Any
) -> Any:
    _same_type(a, b)
    result = run(function, node_type(kind), (a, b), {})
    return result if out is None else into(out, name, result, (a, b))


def matmul(input: Tensor, other: Tensor, *, out: Any = None) -> Any:
    """The product of matrices, stacks of matrices, or vectors: ``input @ other``.

    Parameters
    ----------
    input, other
        Of shapes ``(..., m, n)`` and ``(..., n, k)``, or ``(n,)`` for vectors, of one type.
    out
        A tensor to write to.

    Returns
    -------
    Tensor
        Of shape ``(..., m, k)``, without the axes that vectors do not have.

    Raises
    ------
    RuntimeError
        If shapes or types do not fit together.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.matmul(torch.ones(2, 3), torch.ones(3))
    tensor([3., 3.])
    """
    for position, x in (("input", input), ("other", other)):
        if not isinstance(x, Tensor):
            raise TypeError(
                f"matmul(): argument '{position}' must be Tensor, not {type(x).__name__}"
            )
    dims = input._value.ndim, other._value.ndim
    if 0 in dims:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {dims[0]}D and "
            f"{dims[1]}D"
        )
    if dims == (2, 2):
        return mm(input, other, out=out)
    if dims == (1, 1):
        return dot(input, other, out=out)
    if dims == (2, 1):
        return mv(input, other, out=out)
    shapes = input._value.shape, other._value.shape
    inner = shapes[0][-1], shapes[1][-2] if dims[1] > 1 else shapes[1][0]
    if inner[0] != inner[1]:
        if dims[0] == 1:
            raise _cannot_multiply(f"1x{inner[0]}", f"{inner[1]}x{shapes[1][-1]}")
        if dims[1] <= 2:
            rows = input._value.size // max(inner[0], 1)
            columns = shapes[1][-1] if dims[1] > 1 else 1
            raise _cannot_multiply(f"{rows}x{inner[0]}", f"{inner[1]}x{columns}")
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: "
            f"[{shapes[1][0]}, {inner[0]}] but got: [{shapes[1][0]}, {inner[1]}]."
        )
    if dims[1] == 1:
        return _product("matmul", input, other, "ViewBackward0", _matrix_vector, out)
    if dims[0] == 1:
        return _product("matmul", input, other, "SqueezeBackward4", _vector_matrix, out)
    return _product("matmul", input, other, "UnsafeViewBackward0", core.matmul, out)


def _cannot_multiply(first: str, second: str) -> RuntimeError:
    return RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({first} and {second})")


@documented("torch.mm(torch.eye(2), torch.ones(2, 1))", "", mat2="The second matrix.")
def mm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Any:
    """The product of two matrices."""
    a, b = input._value, mat2._value
    if a.ndim != 2 or b.ndim != 2:
        wrong = "self" if a.ndim != 2 else "mat2"
        raise RuntimeError(f"{wrong} must be a matrix")
    if a.shape[1] != b.shape[0]:
        raise _cannot_multiply(f"{a.shape[0]}x{a.shape[1]}", f"{b.shape[0]}x{b.shape[1]}")
    if (
        a.dtype is b.dtype
        and out is None
        and not active_recorders()
        and not check_gradient.enabled
        and a.dtype.kind == "f"
    ):
        return _short_way(input, mat2)
    return _product("mm", input, mat2, "MmBackward0", core.matmul, out)


@documented("torch.mv(torch.eye(2), torch.ones(2))", "", vec="The vector.")
def mv(input: Tensor, vec: Tensor, *, out: Any = None) -> Any:
    """The product of a matrix and a vector."""
    a, b = input._value, vec._value
    if a.ndim != 2 or b.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got {b.ndim}, {a.ndim}, {b.ndim}")
    if a.shape[1] != b.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({a.shape[0]}), mat ({a.shape[0]}x{a.shape[1]}), vec "
            f"({b.shape[0]})"
        )
    return _product("mv", input, vec, "MvBackward0", _matrix_vector, out)


@documented("torch.dot(torch.ones(2), torch.tensor([1.0, 2.0]))", "", tensor="The second vector.")
def dot(input: Tensor, tensor: Tensor, *, out: Any = None) -> Any:
    """The sum of the products of two vectors' elements; nothing is conjugated."""
    a, b = input._value, tensor._value
    if a.ndim != 1 or b.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {a.ndim}D and {b.ndim}D tensors")
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.size}] and src [{b.size}] to have the "
            f"same number of elements, but got {a.size} and {b.size} elements respectively"
        )
    return _product("dot", input, tensor, "DotBackward0", _vectors, out)


@documented("torch.bmm(torch.ones(1, 1, 2), torch.ones(1, 2, 1))", "", mat2="The second stack.")
def bmm(input: Tensor, mat2: Tensor, *, out: Any = None) -> Any:
    """The products of the matrices in two stacks."""
    a, b = input._value, mat2._value
    if a.ndim != 3 or b.ndim != 3:
        raise RuntimeError(
            "batch1 must be a 3D tensor" if a.ndim != 3 else "batch2 must be a 3D tensor"
        )
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: "
            f"[{a.shape[0]}, {a.shape[2]}] but got: [{b.shape[0]}, {b.shape[1]}]."
        )
    return _product("bmm", input, mat2, "BmmBackward0", core.matmul, out)


install(matmul=matmul, mm=mm, mv=mv, dot=dot, bmm=bmm)
