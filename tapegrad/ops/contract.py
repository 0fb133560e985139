"""Matrix products: matmul, matvec, tensordot. The general case is in `einsum`."""

from __future__ import annotations

from math import prod
from string import ascii_letters
from typing import Any

from tapegrad.core.batching import align
from tapegrad.core.calls import install_operator, operand_or_refuse
from tapegrad.core.convert import operand
from tapegrad.core.define import bilinear
from tapegrad.core.dtypes import as_dtype, from_numpy
from tapegrad.core.primitive import apply, apply_pair
from tapegrad.core.table import recording
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import axis_argument, int_argument, ints_argument
from tapegrad.ops.einsum import contraction
from tapegrad.ops.operands import operand_pair, require_same_dtype
from tapegrad.ops.products import matrix_product

__all__ = ["matmul", "matvec", "tensordot"]


def _forward(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    if a.ndim == 2 == b.ndim:
        return matrix_product(a.T if transpose_a else a, b.T if transpose_b else b)
    if transpose_a:
        a = a.mT
    if transpose_b:
        b = b.mT
    if a.ndim > 2 and b.ndim == 2 and (not transpose_a or a.shape[-2] < 32):
        # One large product instead of many small ones, even if that takes a copy.
        *leading, rows, inner = a.shape
        stacked = a.reshape(prod(leading) * rows, inner)
        return matrix_product(stacked, b).reshape(*leading, rows, b.shape[-1])
    if a.ndim == 2 and b.ndim > 2 and b.shape[-1] == 1:
        *leading, inner, _ = b.shape
        stacked = b.reshape(prod(leading), inner)
        return matrix_product(stacked, a.T).reshape(*leading, a.shape[0], 1)
    return matrix_product(a, b)


def _vjp_a(F: Any, g: Any, b: Any, transpose_a: bool, transpose_b: bool, shapes: Any) -> Any:
    if b.dtype.kind == "c":
        b = F.conj(b)
    if transpose_a:
        ga = F.matmul(b, g, transpose_a=transpose_b, transpose_b=True)
    else:
        ga = F.matmul(g, b, transpose_a=False, transpose_b=not transpose_b)
    return _summed(F, ga, *shapes)


def _vjp_b(F: Any, g: Any, a: Any, transpose_a: bool, transpose_b: bool, shapes: Any) -> Any:
    if a.dtype.kind == "c":
        a = F.conj(a)
    shape_a, shape_b = shapes
    if len(shape_b) == 2 < len(shape_a) and not transpose_a:
        # The sum over the leading axes is part of the product.
        rows = prod(shape_a[:-1])
        a = F.reshape(a, to=(rows, shape_a[-1]))
        g = F.reshape(g, to=(rows, shape_b[0] if transpose_b else shape_b[1]))
        shape_a = shape_b
    if transpose_b:
        gb = F.matmul(g, a, transpose_a=True, transpose_b=transpose_a)
    else:
        gb = F.matmul(a, g, transpose_a=not transpose_a, transpose_b=False)
    return _summed(F, gb, shape_b, shape_a)


def _summed(F: Any, g: Any, shape: tuple[int, ...], other: tuple[int, ...]) -> Any:
    """Sum over the leading axes along which an operand was broadcast."""
    return g if shape[:-2] == other[:-2] else F.sum_to(g, to=shape)


_matmul = bilinear("matmul", _forward, _vjp_a, _vjp_b)


def _dot_vjp_a(F: Any, g: Any, b: Any) -> Any:
    if b.dtype.kind == "c":
        b = F.conj(b)
    return F.matmul(g, b, transpose_a=False, transpose_b=True)


def _dot_vjp_b(F: Any, g: Any, a: Any) -> Any:
    if a.dtype.kind == "c":
        a = F.conj(a)
    return F.matmul(a, g, transpose_a=True, transpose_b=False)


def _batched_dot(F: Any, args: Any, params: Any) -> Any:
    return F.matmul(*align(F, args), transpose_a=False, transpose_b=False)


# The common case, two matrices as they are: no flags and no shapes to keep.
_dot = bilinear("dot", matrix_product, _dot_vjp_a, _dot_vjp_b, batch=_batched_dot)


def _recorded(a: Any, b: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> Tensor:
    """The primitive on tensors, with its flags filled in for rules that write ``a @ b``."""
    params = {"transpose_a": transpose_a, "transpose_b": transpose_b}
    product: Tensor = apply(_matmul, (a, b), params)
    return product


recording.matmul = _recorded


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Tensor:
    """Multiply matrices, or stacks of matrices: the operator ``a @ b``.

    Parameters
    ----------
    a, b
        Tensors of shapes ``(..., m, n)`` and ``(..., n, k)`` and of one dtype (floating point,
        complex or integer). Their leading axes broadcast.
    transpose_a, transpose_b
        Transpose the last two axes of the operand first. Nothing is copied for it.
    adjoint_a, adjoint_b
        Transpose and conjugate the operand first.
    a_is_sparse, b_is_sparse
        Hints of TensorFlow's, without effect here.
    output_type
        ``tf.int32`` for a product of 8-bit integers that does not wrap around; otherwise the
        result's dtype is that of the operands.
    grad_a, grad_b
        Hints of TensorFlow's, without effect here.

    Returns
    -------
    Tensor
        Shape ``(..., m, k)``. float16 is summed in float32 and rounded once.

    Raises
    ------
    InvalidArgumentError
        If an operand is no matrix, or shapes or dtypes do not fit together.
    ValueError
        If an operand is both transposed and adjoint.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.matmul(a, a, transpose_b=True).numpy().tolist()
    [[5.0, 11.0], [11.0, 25.0]]
    """
    if isinstance(a, ArrayLike) and isinstance(b, ArrayLike):
        if a.__class__ is not Tensor:
            a._touch()
        if b.__class__ is not Tensor:
            b._touch()
    else:
        a, b = operand_pair(a, b)
    if adjoint_a or adjoint_b:
        a, transpose_a = _adjoint(a, "a", transpose_a, adjoint_a)
        b, transpose_b = _adjoint(b, "b", transpose_b, adjoint_b)
    if output_type is not None:
        a, b = _widened(a, b, output_type)
    return _product(a, b, bool(transpose_a), bool(transpose_b))


def _product(a: Any, b: Any, transpose_a: bool, transpose_b: bool) -> Tensor:
    """The product of two operands, checked."""
    x, y = a._value, b._value
    dtype = x.dtype
    if dtype is not y.dtype:
        require_same_dtype("matmul", a, b)
    if x.ndim < 2 or y.ndim < 2 or dtype.kind in "bO":
        raise _not_matrices(a, b)
    try:
        if not (transpose_a or transpose_b) and x.ndim == 2 == y.ndim:
            return apply_pair(_dot, a, b)
        return _recorded(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
    except ValueError:
        raise _cannot_multiply(x.shape, y.shape, transpose_a, transpose_b) from None


def _operator(a: Any, b: Any) -> Any:
    """``a @ b`` without the way through `matmul`'s arguments."""
    if a.__class__ is not Tensor:
        a._touch()
    if b.__class__ is not Tensor:
        b = operand_or_refuse(b, a._value.dtype)
        if b is NotImplemented:
            return b
    return _product(a, b, False, False)


install_operator("matmul", _operator, converts=True)


def _adjoint(x: Any, which: str, transpose: bool, adjoint: bool) -> tuple[Any, bool]:
    if transpose and adjoint:
        raise ValueError(
            f"matmul: Only one of `transpose_{which}` and `adjoint_{which}` can be True. Received "
            f"`transpose_{which}`={transpose}, `adjoint_{which}`={adjoint}."
        )
    if adjoint and x._value.dtype.kind == "c":
        x = recording.conj(x)
    return x, transpose or adjoint


def _widened(a: Any, b: Any, output_type: Any) -> tuple[Any, Any]:
    wanted, given = as_dtype(output_type), a.dtype
    if wanted == given:
        return a, b
    if wanted.name != "int32" or given.name not in ("int8", "uint8"):
        raise InvalidArgumentError(
            f"matmul: output_type {wanted.name} is not possible for operands of dtype "
            f"{given.name}: it is there for 8-bit integers, with tf.int32. Convert the operands "
            f"first, tf.cast(a, tf.{wanted.name})."
        )
    require_same_dtype("matmul", a, b)
    dtype = wanted.numpy_dtype
    widened = [recording.cast_discrete(x, dtype=dtype, source=x._value.dtype) for x in (a, b)]
    return widened[0], widened[1]


def _not_matrices(a: Any, b: Any) -> InvalidArgumentError:
    for i, x in enumerate((a._value, b._value)):
        if x.dtype.kind in "bO":
            return InvalidArgumentError(
                f"matmul: tensors of dtype {from_numpy(x.dtype).name} cannot be multiplied. "
                f"Convert first, for example tf.cast(x, tf.float32)."
            )
        if x.ndim < 2:
            return InvalidArgumentError(
                f"matmul: In[{i}] ndims must be >= 2, but its shape is {list(x.shape)} (the other "
                f"operand's is {list((b, a)[i]._value.shape)}). For a vector use "
                f"tf.linalg.matvec(a, b), tf.tensordot(a, b, 1) or tf.expand_dims."
            )
    raise AssertionError("unreachable")


def _cannot_multiply(
    a: tuple[int, ...], b: tuple[int, ...], transpose_a: bool, transpose_b: bool
) -> InvalidArgumentError:
    inner_a, inner_b = a[-2 if transpose_a else -1], b[-1 if transpose_b else -2]
    flags = f" (transpose_a={bool(transpose_a)}, transpose_b={bool(transpose_b)})"
    shapes = f"In[0]: {list(a)}, In[1]: {list(b)}{flags if transpose_a or transpose_b else ''}"
    if inner_a != inner_b:
        return InvalidArgumentError(
            f"matmul: Matrix size-incompatible: {shapes}. The inner sizes, {inner_a} and "
            f"{inner_b}, must be equal: use transpose_a=True or transpose_b=True, or tf.reshape."
        )
    return InvalidArgumentError(
        f"matmul: In[0] and In[1] must have compatible batch dimensions: {shapes}. Leading axes "
        f"broadcast from the right, where sizes must be equal or 1."
    )


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """Multiply a matrix by a vector, or stacks of them.

    Parameters
    ----------
    a
        Matrices, shape ``(..., m, n)``.
    b
        Vectors of the same dtype, shape ``(..., n)``. The leading axes of both broadcast.
    transpose_a
        Transpose `a` first.
    adjoint_a
        Transpose and conjugate `a` first.
    a_is_sparse, b_is_sparse
        Hints of TensorFlow's, without effect here.

    Returns
    -------
    Tensor
        Shape ``(..., m)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit together.
    ValueError
        If `a` is to be both transposed and adjoint.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.linalg.matvec(a, [1.0, 10.0]).numpy().tolist()
    [21.0, 43.0]
    """
    a, b = operand_pair(a, b)
    a, transposed = _adjoint(a, "a", transpose_a, adjoint_a)
    require_same_dtype("matvec", a, b)
    shape, size = a._value.shape, b._value.shape
    inner = -2 if transposed else -1
    if len(shape) < 2 or len(size) < 1 or shape[inner] != size[-1]:
        raise InvalidArgumentError(
            f"matvec: Matrix size-incompatible: In[0]: {list(shape)}, In[1]: {list(size)}. It "
            f"takes (..., m, n) and (..., n); here a's inner size is axis {inner}, "
            f"transpose_a={transposed}."
        )
    return contraction("...ji,...j->...i" if transposed else "...ij,...j->...i", (a, b))


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    r"""Sum products over chosen axes: the tensor contraction of `a` and `b`.

    With ``axes=1``, :math:`c_{ik} = \sum_j a_{ij} b_{jk}` for any number of axes in place of
    `i` and `k`.

    Parameters
    ----------
    a, b
        Tensors of one dtype.
    axes
        A number ``n``: the last ``n`` axes of `a` with the first ``n`` of `b` (0: the outer
        product). Or a pair ``(axes_a, axes_b)`` of axes or lists of axes, taken in this order.

    Returns
    -------
    Tensor
        The remaining axes of `a`, then those of `b`.

    Raises
    ------
    InvalidArgumentError
        If sizes or dtypes do not fit together, or an axis does not exist.
    ValueError
        If `axes` is too large, or its two lists differ in length.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.ones([2, 3, 4])
    >>> tf.tensordot(a, tf.ones([4, 3, 5]), [[1, 2], [1, 0]]).shape
    TensorShape([2, 5])
    """
    a, b = operand_pair(a, b)
    require_same_dtype("tensordot", a, b)
    shape_a, shape_b = a._value.shape, b._value.shape
    axes_a, axes_b = _contracted_axes(axes, len(shape_a), len(shape_b))
    for i, j in zip(axes_a, axes_b, strict=True):
        if shape_a[i] != shape_b[j]:
            raise InvalidArgumentError(
                f"tensordot: Matrix size-incompatible: In[0]: {list(shape_a)}, In[1]: "
                f"{list(shape_b)}: axis {i} of a has size {shape_a[i]}, axis {j} of b has size "
                f"{shape_b[j]}. Axes that are summed over must be equal: check axes={axes!r}."
            )
    letters = iter(ascii_letters)
    names_a = [next(letters) for _ in shape_a]
    names_b = [next(letters) for _ in shape_b]
    for i, j in zip(axes_a, axes_b, strict=True):
        names_b[j] = names_a[i]
    free_a = [x for x in names_a if x not in names_b]
    free_b = [x for x in names_b if x not in names_a]
    subscripts = ["".join(x) for x in (names_a, names_b, free_a + free_b)]
    return contraction("{},{}->{}".format(*subscripts), (a, b))


def _contracted_axes(axes: Any, ndim_a: int, ndim_b: int) -> tuple[list[int], list[int]]:
    """The axes of each operand that are summed over, as non-negative numbers."""
    if hasattr(axes, "dtype"):
        axes = operand(axes)._read().tolist()
    if not isinstance(axes, (list, tuple)):
        count = int_argument(axes, "tensordot", "axes")
        if not 0 <= count <= min(ndim_a, ndim_b):
            raise ValueError(
                f"tensordot: `axes` must not be negative or larger than the number of dimensions "
                f"of the tensors. Received {count}, vs tensor dimensions {ndim_a} and {ndim_b}."
            )
        return list(range(ndim_a - count, ndim_a)), list(range(count))
    if len(axes) != 2:
        raise ValueError(
            f"tensordot: `axes` must be an integer or have length 2. Received {axes!r}."
        )
    axes_a, axes_b = (ints_argument(x, "tensordot", "axes") for x in axes)
    if len(axes_a) != len(axes_b):
        raise ValueError(
            f"tensordot: Different number of contraction axes `a` and `b`, {len(axes_a)} != "
            f"{len(axes_b)}."
        )
    found = (
        [axis_argument(axis, ndim_a, "tensordot") + ndim_a for axis in axes_a],
        [axis_argument(axis, ndim_b, "tensordot") + ndim_b for axis in axes_b],
    )
    for own, given in zip(found, (axes_a, axes_b), strict=True):
        if len(set(own)) != len(own):
            raise InvalidArgumentError(f"tensordot: the axes {list(given)} name one axis twice.")
    return found
