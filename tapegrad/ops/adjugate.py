"""Adjugates and their derivatives of every order, which exist where inverses do not.

The adjugate is the derivative of the determinant, both polynomials of the entries. They are
computed from the singular values, so that none of them is divided by when it is small.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.define import general
from tapegrad.ops.matrices import adjoint, each_matrix, magnification


class _Spectrum(NamedTuple):
    """A singular value decomposition ``A = u diag(s) vh``, and ``det(u) * det(vh)``."""

    u: Any
    s: Any
    vh: Any
    orientation: Any


def _spectrum(x: Any) -> _Spectrum:
    u, s, vh = np.linalg.svd(x)
    orientation = np.linalg.det(u) * np.linalg.det(vh)
    return _Spectrum(u, s, vh, orientation[..., None, None])


def _products_without(s: Any, count: int) -> Any:
    """Products of all singular values but one (``(..., n)``) or but two (``(..., n, n)``)."""
    n = s.shape[-1]
    kept = ~np.eye(n, dtype=np.bool_)
    if count == 2:
        kept = kept[:, None, :] & kept[None, :, :]
    factors = s[(..., *(None,) * count, slice(None))]
    return np.multiply.reduce(np.where(kept, factors, s.dtype.type(1)), axis=-1)


def _adjugate(x: Any) -> Any:
    found = _from_inverse(x)
    if found is not None:
        return found
    u, s, vh, orientation = _spectrum(x)
    return orientation * ((vh.mT.conj() * _products_without(s, 1)[..., None, :]) @ u.mT.conj())


def _from_inverse(x: Any) -> Any:
    """The same at less cost, where that loses few digits in none of the matrices; else None."""
    det = np.linalg.det(x)[..., None, None]
    if not (np.isfinite(det) & (np.abs(det) > np.finfo(x.dtype).tiny)).all():
        return None
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return None
    return det * inverse if magnification(x, inverse).max(initial=0) < 1e3 else None


def _along_one(x: Any, t: Any) -> Any:
    """The derivative of the adjugate of `x` along `t`."""
    u, s, vh, orientation = _spectrum(x)
    n = s.shape[-1]
    pairs = np.where(np.eye(n, dtype=np.bool_), s.dtype.type(0), _products_without(s, 2))
    turned = u.mT.conj() @ t @ vh.mT.conj()
    moved = -pairs * turned
    diagonal = np.arange(n)
    along = np.diagonal(turned, axis1=-2, axis2=-1)
    moved[..., diagonal, diagonal] = (pairs @ along[..., None])[..., 0]
    return orientation * (vh.mT.conj() @ moved @ u.mT.conj())


# Polynomials in numbers e_1, e_2, ... whose squares are 0: dictionaries from bit masks of these
# numbers to coefficients. Arithmetic with them is exact, and what stands at the product of all of
# them is the derivative along all directions.

_Polynomial = dict[int, Any]


def _product(a: _Polynomial, b: _Polynomial) -> _Polynomial:
    found: _Polynomial = {}
    for i, x in a.items():
        for j, y in b.items():
            if not i & j:
                term = x @ y if np.ndim(x) and np.ndim(y) else x * y
                found[i | j] = found[i | j] + term if i | j in found else term
    return found


def _sum(a: _Polynomial, b: _Polynomial, factor: Any = 1) -> _Polynomial:
    found = dict(a)
    for i, y in b.items():
        found[i] = found[i] + factor * y if i in found else factor * y
    return found


def _trace(a: _Polynomial) -> _Polynomial:
    return {i: np.trace(x) for i, x in a.items()}


def _block(a: _Polynomial, rows: slice, columns: slice) -> _Polynomial:
    return {i: x[rows, columns] for i, x in a.items()}


def _inverse_and_det(a: _Polynomial, s: Any, order: int) -> tuple[_Polynomial, _Polynomial]:
    """Of a polynomial that begins with the regular matrix ``diag(s)``."""
    start: _Polynomial = {0: np.diag(1 / s).astype(a[0].dtype)}
    rest = _product(start, {i: x for i, x in a.items() if i})
    logarithm: _Polynomial = {}
    inverse, power = start, start
    turned = rest
    for j in range(1, order + 1):
        logarithm = _sum(logarithm, _trace(turned), (-1) ** (j + 1) / j)
        turned = _product(turned, rest)
        power = {i: -x for i, x in _product(rest, power).items()}
        inverse = _sum(inverse, power)
    det: _Polynomial = {0: np.prod(s)}
    term = det
    for j in range(1, order + 1):
        term = {i: x / j for i, x in _product(term, logarithm).items()}
        det = _sum(det, term)
    return inverse, det


def _adjugate_and_det(a: _Polynomial, n: int) -> tuple[_Polynomial, _Polynomial]:
    """By the algorithm of Faddeev and LeVerrier, which does not divide by anything but integers."""
    one: _Polynomial = {0: np.eye(n, dtype=a[0].dtype)}
    if not n:
        return one, {0: a[0].dtype.type(1)}
    m = one
    for k in range(1, n):
        product = _product(a, m)
        m = _sum(product, _product({i: -x / k for i, x in _trace(product).items()}, one))
    sign = (-1) ** (n - 1)
    det = _trace(_product(a, m))
    return {i: sign * x for i, x in m.items()}, {i: sign * x / n for i, x in det.items()}


def _along_several(xs: Any) -> Any:
    order, n = len(xs) - 1, xs.shape[-1]
    u, s, vh, orientation = _spectrum(xs[0])
    full = (1 << order) - 1
    a: _Polynomial = {0: np.diag(s).astype(xs.dtype)}
    for i in range(order):
        a[1 << i] = u.conj().T @ xs[i + 1] @ vh.conj().T
    # Small singular values stay apart, in the last block, and the rest is eliminated: so do as many
    # as the directions can take out of a product, if they are small at all.
    tiny = 10 * np.finfo(s.dtype).eps
    small, zero = (int(np.count_nonzero(s <= part * s[:1])) for part in (0.1, tiny))
    k = n - max(zero, min(small, order + 1))
    first, last = slice(0, k), slice(k, n)
    inverse, det = _inverse_and_det(_block(a, first, first), s[:k], order)
    right = _product(inverse, _block(a, first, last))
    left = _product(_block(a, last, first), inverse)
    corner = _sum(_block(a, last, last), _product(_block(a, last, first), right), -1)
    corner_adjugate, corner_det = _adjugate_and_det(corner, n - k)
    left = _product(corner_adjugate, left)
    moved = np.zeros((n, n), xs.dtype)
    for rows, columns, part in (
        (first, first, _sum(_product(corner_det, inverse), _product(right, left))),
        (first, last, {i: -x for i, x in _product(right, corner_adjugate).items()}),
        (last, first, {i: -x for i, x in left.items()}),
        (last, last, corner_adjugate),
    ):
        found = _product(det, part).get(full)
        if found is not None:
            moved[rows, columns] = found
    return orientation * (vh.conj().T @ moved @ u.conj().T)


def _along(xs: Any) -> Any:
    if xs.shape[-3] == 2:
        return _along_one(xs[..., 0, :, :], xs[..., 1, :, :])
    lead, (count, n) = xs.shape[:-3], xs.shape[-3:-1]

    def one(flat: Any) -> Any:
        return _along_several(flat.reshape(count, n, n))

    return each_matrix(one, xs.reshape(*lead, count * n, n)).astype(xs.dtype, copy=False)


def _along_vjp(F: Any, g: Any, xs: Any, shape: Any) -> Any:
    *_, count, n, _ = shape
    turned = adjoint(F, g)
    turned = F.reshape(turned, to=(*tuple(turned.shape)[:-2], 1, n, n))

    def without(i: int) -> Any:
        before, after = (
            F.getitem(xs, index=(Ellipsis, part, slice(None), slice(None)))
            for part in (slice(0, i), slice(i + 1, None))
        )
        return F.adjugate_along(F.concat(before, after, turned, axis=-3))

    parts = [F.adjugate_along(F.concat(xs, turned, axis=-3)), *map(without, range(1, count))]
    return adjoint(F, F.stack(*parts, axis=-3))


general(
    "adjugate",
    _adjugate,
    lambda F, g, x: adjoint(F, F.adjugate_along(F.stack(x, adjoint(F, g), axis=-3))),
    jvps=(lambda F, t, x: F.adjugate_along(F.stack(x, t, axis=-3)),),
)
# The derivative of the adjugate of the first matrix along all others, symmetric in these.
general("adjugate_along", _along, _along_vjp, inputs="xs")
