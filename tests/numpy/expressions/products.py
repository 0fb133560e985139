"""Products of vectors, matrices and arrays of any rank."""

from __future__ import annotations

SMOOTH = """
np.dot(x, y); np.dot(A, x); np.dot(A, B); np.dot(T, B); A.dot(x); np.dot(x, 2.0); np.vdot(A, A)
np.inner(x, y); np.inner(T, A); np.outer(x, y); np.outer(A, s); np.tensordot(A, B, 1)
np.tensordot(A, A); np.tensordot(T, A, axes=([1, 2], [0, 1])); np.einsum("ij,jk->ik", A, B)
np.einsum("ij->j", A);
np.einsum("ij,jk", A[:, :1], B); np.einsum("mnd,mdo->mno", T[:1], T.mT); np.einsum("i,ij", x[:1], A)
np.einsum("i...,i...->...", A[:, :1], A); np.einsum(A[:1], [0, 1], A, [0, 1])
np.einsum("ii", S); np.einsum("i,i,i", x, y, u); np.einsum("...j,j", T, x)
np.kron(A, x); np.kron(S, S); np.kron(T, A); np.trace(S); A.trace(1)
"""

VALUES = """
np.dot(n, n); np.einsum("i,i", n, n); np.kron(n, n); np.outer(n, n); np.inner(m, m)
np.tensordot(m, m); np.vdot(z, z); np.trace(m)
"""

ERRORS = """
np.dot(A, A); np.inner(x, A[0, :3]); np.einsum("ij,jk", A, A); np.tensordot(A, A, 1)
"""
