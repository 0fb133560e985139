"""``np.polynomial``: series in all families of polynomials, by the same rows for each."""

from __future__ import annotations

_FAMILIES = {
    "polynomial": "poly",
    "chebyshev": "cheb",
    "legendre": "leg",
    "hermite": "herm",
    "hermite_e": "herme",
    "laguerre": "lag",
}
_CLASSES = ("Polynomial", "Chebyshev", "Legendre", "Hermite", "HermiteE", "Laguerre")


def _of_all(rows: str) -> str:
    """Rows for every family: ``P`` stands for the module and the prefix of its names."""
    return "\n".join(
        row.replace("P.", f"np.polynomial.{title}.{prefix}")
        for title, prefix in _FAMILIES.items()
        for row in rows.strip().splitlines()
    )


def _of_classes(rows: str) -> str:
    return "\n".join(
        row.replace("C(", f"np.polynomial.{name}(").replace("C.", f"np.polynomial.{name}.")
        for name in _CLASSES
        for row in rows.strip().splitlines()
    )


SMOOTH = (
    _of_all("""
P.val(x, y); P.val(x, A.T); P.val(x, A, tensor=False); P.val(s, x[:1]); P.val2d(x, y, S)
P.val3d(x, y, u, T); P.grid2d(x, y[:2], A); P.grid3d(x[:2], y[:3], u, T); P.vander(x, 3)
P.vander(A, 0); P.vander2d(x, y, [1, 2]); P.vander3d(x, y, u, [1, 0, 2]); P.der(x); P.der(A, 2)
P.der(A, axis=1, scl=2.0); P.int(x); P.int(A, 2, [1.0, 2.0], 0.5); P.int(x, scl=0.3, k=2.0)
P.add(x, y[:2]); P.sub(x, y); P.mul(x, y); P.div(x, y[:2]); P.mulx(x); P.pow(x[:2], 3)
P.fromroots(x); P.fit(x, y, 2); P.fit(x, A.T, [0, 2]); P.fit(x, y, 1, w=u); P.companion(x)
P.roots(x[[1, 0, 2]]).real; np.abs(P.roots(x)); P.trim(x, 0.5); P.fit(x, y, 1, full=True)[1][0]
""")
    + "\n"
)
SMOOTH += (
    _of_classes("""
C(x)(y); C(x, [-2.0, 3.0], [0.0, 1.0])(y); C(x).deriv(2)(s); C(x).integ(1, k=[2.0])(s)
(C(x) * C(y) - 2.0 * C(x))(s); (C(x) ** 2)(s); (C(x) // C(y[:2]))(s); C.fit(x, y, 2).coef
C.fromroots(x).coef; C(x).convert(kind=np.polynomial.Chebyshev).coef; np.abs(C(x).roots())
C.basis(3)(x); C(x).linspace(3)[1]; C(x).cutdeg(2)(s)
""")
    + "\n"
)
SMOOTH += """
np.polynomial.polynomial.polyvalfromroots(x, y); np.polynomial.polynomial.polyvalfromroots(x, A)
np.polynomial.chebyshev.cheb2poly(x); np.polynomial.chebyshev.poly2cheb(x)
np.polynomial.legendre.leg2poly(x); np.polynomial.legendre.poly2leg(x)
np.polynomial.hermite.herm2poly(x); np.polynomial.hermite.poly2herm(x)
np.polynomial.hermite_e.herme2poly(x); np.polynomial.hermite_e.poly2herme(x)
np.polynomial.laguerre.lag2poly(x); np.polynomial.laguerre.poly2lag(x)
np.polynomial.chebyshev.chebweight(x / 3); np.polynomial.laguerre.lagweight(x)
np.polynomial.chebyshev.chebinterpolate(lambda t: np.exp(s * t), 4)
"""

VALUES = (
    _of_all("""
P.val(n, n); P.val(f, f); P.val(2, [1, 2, 3]); P.val(z, z); P.der(n); P.int(n); P.add(n, n)
P.mul(n, f); P.roots(n); P.roots([1.0]); P.roots([2.0, 1.0]); P.domain; P.one; P.zero; P.x
P.line(1.0, 0.0); P.div(n, n); P.der(x, 9); P.val(x, z)
""")
    + "\n"
)
VALUES += _of_all("P.gauss(3); P.weight(u)").replace("np.polynomial.polynomial.polygauss(3)", "0")
VALUES = VALUES.replace("np.polynomial.polynomial.polyweight(u)", "1") + "\n"
VALUES += _of_classes("""
str(C([1.0, 2.0])); repr(C([1, 2])); C([1, 2]).degree(); C([1.0, 2.0]) == C([1.0, 2.0])
C([1.0, 2.0]).has_samecoef(C([1.0])); C.identity().coef
""")

ERRORS = _of_all("""
P.val2d(x, y[:3], S); P.der(x, -1); P.der(x, 0.5); P.int(x, 1, [1, 2]); P.add(A, x); P.mul([], x)
P.div(x, [0.0]); P.pow(x, -1); P.vander(x, -1); P.fit(x, y, -1); P.fit(x, y[:3], 1)
P.companion([1.0])
""")
