"""Functions of matrices: expm, sqrtm; and the equation of Sylvester behind square roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.structural import along
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.matrices import adjoint, each_matrix, square_matrices, times, unsuitable

__all__ = ["expm", "sqrtm"]


def _exponential(x: Any) -> Any:
    from scipy import linalg

    return linalg.expm(x) if x.size else x


def _slope(F: Any, x: Any, t: Any) -> Any:
    """The derivative at `x` along `t`: it stands in the exponential of ``[[x, t], [0, x]]``."""
    n = x.shape[-1]
    zeros = F.zeros_like(t, to=tuple(t.shape))
    x = x + zeros
    blocks = F.concat(F.concat(x, t, axis=-1), F.concat(zeros, x, axis=-1), axis=-2)
    rows = F.getitem(F.expm(blocks), index=(Ellipsis, slice(0, n), slice(None)))
    return F.getitem(rows, index=along(-1, slice(n, None)))


_expm = general(
    "expm",
    _exponential,
    lambda F, g, x: _slope(F, adjoint(F, x), g),
    jvps=(lambda F, t, x: _slope(F, x, t),),
)


def _solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    from scipy import linalg

    def one(a: Any, b: Any, q: Any) -> Any:
        if not q.size:
            return q
        sums = np.linalg.eigvals(a)[:, None] + np.linalg.eigvals(b)
        size = np.abs(a).max() + np.abs(b).max()
        if not np.abs(sums).min() > np.finfo(q.dtype).eps * size:
            raise InvalidArgumentError(
                f"sylvester: a x + x b = q has no unique solution: eigenvalues of a and -b are "
                f"equal (shapes {list(a.shape)} and {list(b.shape)}). Square roots of singular "
                f"matrices have no derivative."
            )
        return linalg.solve_sylvester(a, b, q)

    return each_matrix(one, a, b, q).astype(q.dtype, copy=False)


def _back(F: Any, g: Any, a: Any, b: Any) -> Any:
    return F.sylvester(adjoint(F, a), adjoint(F, b), g)


def _sylvester_vjp_a(F: Any, g: Any, a: Any, b: Any, y: Any, shapes: Any) -> Any:
    return F.sum_to(-times(F, _back(F, g, a, b), y, adjoint_b=True), to=shapes[0])


def _sylvester_vjp_b(F: Any, g: Any, a: Any, b: Any, y: Any, shapes: Any) -> Any:
    return F.sum_to(-times(F, y, _back(F, g, a, b), adjoint_a=True), to=shapes[1])


def _sylvester_vjp_q(F: Any, g: Any, a: Any, b: Any, shapes: Any) -> Any:
    return F.sum_to(_back(F, g, a, b), to=shapes[2])


general(
    "sylvester",
    _solve_sylvester,
    _sylvester_vjp_a,
    _sylvester_vjp_b,
    _sylvester_vjp_q,
    inputs="a b q",
)


def _square_root(x: Any) -> Any:
    from scipy import linalg

    y = each_matrix(lambda a: linalg.sqrtm(a) if a.size else a, x)
    if y.dtype.kind == "c" and x.dtype.kind != "c":
        raise unsuitable(
            "sqrtm",
            x,
            "A real matrix has no real square root: it has negative eigenvalues",
            "Use complex numbers, tf.cast(x, tf.complex64) or tf.complex128.",
        )
    return y.astype(x.dtype, copy=False)


def _sqrtm_vjp(F: Any, g: Any, y: Any) -> Any:
    root = adjoint(F, y)
    return F.sylvester(root, root, g)


_sqrtm = general("sqrtm", _square_root, _sqrtm_vjp, jvps=(lambda F, t, y: F.sylvester(y, y, t),))


def expm(input: Any, name: str | None = None) -> Tensor:
    r"""Exponentials of matrices, :math:`\sum_k A^k / k!`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square.

    Notes
    -----
    The derivative along `T` stands beside the diagonal of the exponential of the block matrix
    :math:`\begin{pmatrix} A & T \\ 0 & A \end{pmatrix}`.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]).numpy().tolist()
    [[1.0, 1.0], [0.0, 1.0]]
    """
    x = square_matrices("expm", input)
    return apply(_expm, (x,), {})  # type: ignore[no-any-return]


def sqrtm(input: Any, name: str | None = None) -> Tensor:
    r"""Principal square roots of matrices: :math:`Y Y = A`, with eigenvalues in the right half.

    The cotangent :math:`\bar A` solves Sylvester's equation
    :math:`Y^H \bar A + \bar A Y^H = \bar Y`.

    Parameters
    ----------
    input
        Tensor of shape ``(..., n, n)``, in single or double precision, real or complex.

    Returns
    -------
    Tensor
        Of the same shape and dtype.

    Raises
    ------
    InvalidArgumentError
        If the matrices are not square, or a real one has negative eigenvalues; by the gradient
        also if one is singular.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.sqrtm([[4.0, 0.0], [0.0, 9.0]]).numpy().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    x = square_matrices("sqrtm", input)
    return apply(_sqrtm, (x,), {})  # type: ignore[no-any-return]
