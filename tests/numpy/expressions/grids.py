"""Grids, index tables, broadcasting, and functions applied along axes."""

from __future__ import annotations

SMOOTH = """
np.lib.stride_tricks.sliding_window_view(x, 2); np.lib.stride_tricks.sliding_window_view(A, (2, 3))
np.lib.stride_tricks.sliding_window_view(A, 2, axis=1) * 2; np.lib.scimath.sqrt(u)
np.meshgrid(x, y); np.meshgrid(x, y[:2], u, indexing="ij"); np.meshgrid(x, y, sparse=True)
np.meshgrid(s, x); np.meshgrid(A[:1, :2], x[:1]); np.meshgrid(x); np.broadcast_arrays(x, A, s)
np.broadcast_arrays(x[:, None], y); np.r_[x, s, 2.0, y]; np.r_[x, 0:3, [1.0, 2.0]]
np.r_["-1", A, A * 2]; np.r_["0,2", x, y]; np.r_["0,2,0", x, y]; np.r_["1,3,1", x, y]
np.r_[0:1:5j, x]; np.c_[x, y]; np.c_[A, S[:, 0], S]; np.c_[x, [1, 2, 3, 4]]; np.r_[s, s]
np.c_[A[:, :1], s * np.ones(3)]; np.ix_(x, y)[0] * 2; A[np.ix_([0, 2], [1, 3])]
A[np.ix_([True, False, True], [0])]; A[np.tril_indices(3)]; S[np.triu_indices(3, 1)]
A[np.tril_indices_from(A, -1)]; S[np.diag_indices(3)]; S[np.diag_indices_from(S)]
A[np.triu_indices(3, 0, 4)]; S[np.mask_indices(3, np.triu, 1)]
A[np.unravel_index([0, 5, 11], A.shape)]
A.ravel()[np.ravel_multi_index(([0, 2], [3, 1]), A.shape)]
np.apply_along_axis(lambda v: v * v[0], 0, A); np.apply_along_axis(np.sum, 1, A)
np.apply_along_axis(np.sort, -1, T); np.apply_along_axis(lambda v: np.outer(v, v), 1, A)
np.apply_along_axis(lambda v, k, p=1: v[:2] ** k * p, 1, T, 2, p=3.0)
np.apply_over_axes(np.sum, T, [0, 2]); np.apply_over_axes(np.mean, A, 1)
np.apply_over_axes(np.max, T, (0, -1)); np.vectorize(lambda v: v**2 if v > 0 else -v)(x)
np.vectorize(lambda v, k: v * k)(A, x); np.vectorize(lambda v: (v, v**2))(x)
np.vectorize(lambda v, k: v * k[1], excluded=[1])(x, y)
np.vectorize(lambda v, k=1.0: v + k)(x, k=y); np.vectorize(np.dot, signature="(n),(n)->()")(A, x)
np.vectorize(lambda v: np.outer(v, v), signature="(n)->(n,n)")(A)
np.vectorize(lambda a, b: (a @ b, b), signature="(m,n),(n)->(m),(n)")(T, x)
np.vectorize(lambda v: v * 2, otypes=[np.float32])(x); np.vectorize(otypes="d")(lambda v: v * v)(A)
[v * v for v in x.flat]; x.flat[1] * A.flat[5]; A.flat[[1, 3]]; A.flat[2:5]
[v * (i[0] + 1) for i, v in np.ndenumerate(A)]; [a * c for a, c in np.broadcast(x, A)]
[A[i] for i in np.ndindex(2, 3)]; np.einsum(A, [0, 1], B, [1, 2], [0, 2]); np.einsum(S, [0, 0])
np.einsum(A, [0, 1], [1, 0]); np.einsum(T, [Ellipsis, 1], x, [1])
"""

VALUES = """
np.mgrid[0:3]; np.mgrid[0:2, 0:3]; np.mgrid[0:1:3j]; np.mgrid[0:1:0.25, 1:2]; np.ogrid[0:3]
np.ogrid[0:2, 0:3]; np.r_[0:3]; np.r_[1, 2.5]; np.r_[n, 1]; np.r_[m[0], 1]; np.r_[f, 1.0]
np.r_[f, x]; np.c_[n, n]; np.r_[True, b]; np.r_[0:1:3j]; np.meshgrid(n, b); np.meshgrid()
np.meshgrid(n, n, copy=False); np.broadcast_arrays(n, s); np.broadcast_arrays()
np.broadcast_shapes((2, 1), (3,)); np.ix_(n, [1, 2]); np.ix_([True, False], n); np.ix_([])
np.tril_indices(3); np.triu_indices(2, 1, 4); np.tril_indices_from(m); np.triu_indices_from(A)
np.diag_indices(2, 3); np.mask_indices(3, np.tril); np.unravel_index(5, (2, 3))
np.unravel_index(n + 1, (3, 3), order="F"); np.ravel_multi_index(m.astype(int), (6, 6))
np.ravel_multi_index((7, 1), (3, 4), mode="clip"); np.apply_along_axis(np.sum, 0, m)
np.apply_along_axis(lambda v: 1, 0, A); np.apply_over_axes(np.sum, m, 0)
np.vectorize(lambda v: v + 1)(n); np.vectorize(lambda v: v > 1)(n); np.vectorize(int)(x)
np.vectorize(lambda v: v, otypes=[float])(np.zeros((0, 2)))
np.vectorize(lambda v: 2, otypes="i")(x); np.vectorize(float)(s)
np.vectorize(np.sum, signature="(n)->()")(m); np.vectorize(abs, doc="text").__doc__
np.vectorize(lambda: 3.0)(); x.flat.index; A.flat[1:3]; len(A.flat); list(n.flat); n.flat.coords
np.broadcast(n, A).shape; np.broadcast(x, s).size; np.broadcast(x, A).nd; list(np.ndindex(2, 2))
[i for i, _ in np.ndenumerate(m)]; np.einsum_path("ij,jk,kl", A, B, A)[0]; np.broadcast(x).numiter
np.einsum(n, [0], n, [0]); np.index_exp[1:2, ...]; np.s_[::2]
"""

ERRORS = """
np.lib.stride_tricks.sliding_window_view(x, 9); np.lib.nonsense; np.meshgrid(x, indexing="yx")
np.broadcast_arrays(x, A[:, :3]); np.r_[x, A]; np.c_[A, x]; np.ix_(A); np.ix_([[True]])
np.tril_indices_from(x); np.diag_indices_from(A); np.unravel_index(9, (2, 3))
np.ravel_multi_index((7, 1), (3, 4)); np.apply_along_axis(np.sum, 3, A)
np.apply_along_axis(np.sum, 0, np.zeros((2, 0))); np.apply_over_axes(lambda a, i: s, T, 0)
np.vectorize(3); np.vectorize(lambda v: v)(np.zeros(0)); np.vectorize(lambda v: [v, v])(x) + 0
np.vectorize(np.sum, signature="nonsense"); np.vectorize(np.dot, signature="(n),(n)->()")(x, y[:3])
np.vectorize(np.dot, signature="(n),(n)->()")(x); np.vectorize(abs)(x, y, u)
np.vectorize(np.sum, signature="(n)->()")(s); np.broadcast(x, A[:, :3]); np.einsum(A, [0, 1, 2])
np.mgrid["a"]; A.flat[99]; np.vectorize(lambda v: (v, v), otypes="d")(x)
"""
