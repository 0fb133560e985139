"""Linear equations for matrices: solve_sylvester, and Lyapunov's equations."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.define import general
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.matrices import adjoint, each_matrix, require_square, square_matrices, times
from tapegrad.ops.operands import operand_pair, require_same_dtype

__all__ = ["solve_continuous_lyapunov", "solve_discrete_lyapunov", "solve_sylvester"]


def _eigenvalues(a: Any) -> Any:
    return np.linalg.eigvals(a) if np.isfinite(a).all() else np.full(len(a), np.nan)


def _each(solver: Any, distances: Any, message: str, *stacks: Any) -> Any:
    """Solve along the leading axes what has a unique solution: no distance is 0."""
    closest: list[Any] = []

    def one(*matrices: Any) -> Any:
        q = matrices[-1]
        if not q.size:
            return q
        apart, size = distances(*matrices[:-1])
        closest.append(apart.min() / size if size else 0.0)
        unique = closest[-1] > 4 * np.finfo(q.dtype).eps
        return solver(*matrices).astype(q.dtype, copy=False) if unique else q

    lead = np.broadcast_shapes(*[x.shape[:-2] for x in stacks])
    x = each_matrix(one, *stacks)
    if 0 not in lead:
        for i, distance in enumerate(closest):
            if not distance > 4 * np.finfo(x.dtype).eps:
                at = [int(k) for k in np.unravel_index(i, lead)] if lead else None
                which = f"the matrices at {at}" if at else "the matrices"
                shapes = " and ".join(str(list(s.shape)) for s in stacks)
                raise InvalidArgumentError(
                    f"{message} (shapes {shapes}): for {which} the relative distance is "
                    f"{distance:.3g}."
                )
    return x


def _sums(a: Any, b: Any) -> tuple[Any, Any]:
    sums = np.abs(_eigenvalues(a)[:, None] + _eigenvalues(b))
    return sums, np.abs(a).max() + np.abs(b).max()


def _solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    from scipy import linalg

    message = (
        "solve_sylvester: a x + x b = q has no unique solution, eigenvalues of a and -b are equal; "
        "square roots of singular matrices have no derivative"
    )
    return _each(linalg.solve_sylvester, _sums, message, a, b, q)


def _back(F: Any, g: Any, a: Any, b: Any) -> Any:
    return F.sylvester(adjoint(F, a), adjoint(F, b), g)


def _sylvester_vjp_a(F: Any, g: Any, a: Any, b: Any, y: Any, shapes: Any) -> Any:
    return F.sum_to(-times(F, _back(F, g, a, b), y, adjoint_b=True), to=shapes[0])


def _sylvester_vjp_b(F: Any, g: Any, a: Any, b: Any, y: Any, shapes: Any) -> Any:
    return F.sum_to(-times(F, y, _back(F, g, a, b), adjoint_a=True), to=shapes[1])


def _sylvester_vjp_q(F: Any, g: Any, a: Any, b: Any, shapes: Any) -> Any:
    return F.sum_to(_back(F, g, a, b), to=shapes[2])


_sylvester = general(
    "sylvester",
    _solve_sylvester,
    _sylvester_vjp_a,
    _sylvester_vjp_b,
    _sylvester_vjp_q,
    inputs="a b q",
)


def _products(a: Any) -> tuple[Any, Any]:
    e = _eigenvalues(a)
    products = e[:, None] * e.conj()
    return np.abs(1 - products), 1 + np.abs(products).max()


def _solve_stein(a: Any, q: Any) -> Any:
    from scipy import linalg

    message = (
        "solve_discrete_lyapunov: a x a^H - x + q = 0 has no unique solution, an eigenvalue of a "
        "times the conjugate of one is 1"
    )
    return _each(linalg.solve_discrete_lyapunov, _products, message, a, q)


def _stein_vjp_a(F: Any, g: Any, a: Any, y: Any, shapes: Any) -> Any:
    g = F.stein(adjoint(F, a), g)
    left = times(F, g, times(F, a, y, adjoint_b=True))
    right = times(F, g, times(F, a, y), adjoint_a=True)
    return F.sum_to(left + right, to=shapes[0])


def _stein_vjp_q(F: Any, g: Any, a: Any, shapes: Any) -> Any:
    return F.sum_to(F.stein(adjoint(F, a), g), to=shapes[1])


_stein = general("stein", _solve_stein, _stein_vjp_a, _stein_vjp_q, inputs="a q")


def _require_fit(op: str, a: Any, b: Any, q: Any) -> None:
    rows, columns = a._value.shape[-1], b._value.shape[-1]
    shape = q._value.shape
    if shape[-2:] != (rows, columns):
        raise InvalidArgumentError(
            f"{op}: q does not fit matrices of shapes {list(a._value.shape)} and "
            f"{list(b._value.shape)}. Expected shape: [..., {rows}, {columns}]. Actual shape: "
            f"{list(shape)}."
        )
    try:
        np.broadcast_shapes(a._value.shape[:-2], b._value.shape[:-2], shape[:-2])
    except ValueError:
        raise InvalidArgumentError(
            f"{op}: leading axes must broadcast, but the shapes are {list(a._value.shape)}, "
            f"{list(b._value.shape)} and {list(shape)}."
        ) from None


def solve_sylvester(a: Any, b: Any, q: Any, name: str | None = None) -> Tensor:
    r"""Solve Sylvester's equation :math:`A X + X B = Q` (Bartels and Stewart, 1972).

    With :math:`\bar Q`, which solves :math:`A^H \bar Q + \bar Q B^H = \bar X`, the other cotangents
    are :math:`\bar A = -\bar Q X^H` and :math:`\bar B = -X^H \bar Q`.

    Parameters
    ----------
    a, b
        Tensors of shapes ``(..., m, m)`` and ``(..., n, n)`` and of one dtype, in single or double
        precision, real or complex.
    q
        Tensor of shape ``(..., m, n)`` and of the same dtype. The leading axes of all broadcast.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., m, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or the solution is not unique, because A and -B have an
        eigenvalue in common.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.solve_sylvester([[2.0]], [[1.0]], [[6.0]]).numpy().tolist()
    [[2.0]]
    """
    op = "solve_sylvester"
    x, y = operand_pair(a, b)
    x, z = operand_pair(x, q)
    require_same_dtype(op, x, y, z)
    require_square(op, x)
    require_square(op, y)
    _require_fit(op, x, y, z)
    return apply(_sylvester, (x, y, z), {})  # type: ignore[no-any-return]


def solve_continuous_lyapunov(a: Any, q: Any, name: str | None = None) -> Tensor:
    r"""Solve Lyapunov's equation in continuous time, :math:`A X + X A^H = Q`.

    Parameters
    ----------
    a, q
        Tensors of shape ``(..., n, n)`` and of one dtype, in single or double precision, real or
        complex. The leading axes broadcast.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or the solution is not unique, because two eigenvalues of
        :math:`A` are negative conjugates of each other.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.solve_continuous_lyapunov([[2.0]], [[8.0]]).numpy().tolist()
    [[2.0]]
    """
    op = "solve_continuous_lyapunov"
    x, z = operand_pair(a, q)
    require_same_dtype(op, x, z)
    require_square(op, x)
    _require_fit(op, x, x, z)
    return apply(_sylvester, (x, adjoint(recording, x), z), {})  # type: ignore[no-any-return]


def solve_discrete_lyapunov(a: Any, q: Any, name: str | None = None) -> Tensor:
    r"""Solve Lyapunov's equation in discrete time, :math:`A X A^H - X + Q = 0`.

    The cotangent :math:`\bar Q` solves :math:`A^H \bar Q A - \bar Q + \bar X = 0`, and
    :math:`\bar A = \bar Q A X^H + \bar Q^H A X`.

    Parameters
    ----------
    a, q
        Tensors of shape ``(..., n, n)`` and of one dtype, in single or double precision, real or
        complex. The leading axes broadcast.

    Returns
    -------
    Tensor
        :math:`X`, of shape ``(..., n, n)``.

    Raises
    ------
    InvalidArgumentError
        If shapes or dtypes do not fit, or the solution is not unique, because an eigenvalue of
        :math:`A` times the conjugate of one is 1.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.linalg.solve_discrete_lyapunov([[0.5]], [[3.0]]).numpy().round(5).tolist()
    [[4.0]]
    """
    op = "solve_discrete_lyapunov"
    x, z = operand_pair(a, q)
    require_same_dtype(op, x, z)
    x = square_matrices(op, x)
    _require_fit(op, x, x, z)
    return apply(_stein, (x, z), {})  # type: ignore[no-any-return]
