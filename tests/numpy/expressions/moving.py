"""Shapes, moving and joining."""

from __future__ import annotations

SMOOTH = """
x.T; T.mT; T.transpose(1, 0, 2); np.reshape(A, (2, 6)); A.reshape(-1); A.reshape(4, 3)
np.reshape(A, (4, 3), order="F"); A.ravel(); np.ravel(A, "F"); A.flatten(); np.transpose(A)
np.ravel(A.T, "A"); np.ravel(T.swapaxes(1, 2), order="K"); A.T.flatten("K"); A[::-1].ravel("K")
A.T.reshape(6, 2, order="A"); T[:, ::2].reshape(-1, order="A"); A.T.ravel("F")
np.transpose(T, (2, 0, 1)); np.permute_dims(A, (1, 0)); np.swapaxes(T, 0, 2); T.swapaxes(0, 1)
np.moveaxis(T, 0, -1); np.rollaxis(T, 2); np.expand_dims(x, 0); np.expand_dims(A, (0, 3))
np.squeeze(A[:, :1]); A[:1].squeeze(0); np.matrix_transpose(T); np.broadcast_to(x, (3, 4))
np.flip(A); np.flip(A, 1); np.fliplr(A); np.flipud(A); np.rot90(A); np.rot90(A, 2); np.roll(x, 1)
np.roll(A, (1, 2), axis=(0, 1)); np.repeat(x, 2); np.repeat(A, [1, 0, 2], axis=0)
A.repeat(2, axis=1); np.tile(x, 2); np.tile(A, (2, 1)); np.resize(x, (2, 3)); np.delete(x, 1)
np.delete(A, [0, 2], axis=1); np.diagonal(A); A.diagonal(1); np.diagonal(T, 0, 1, 2); np.diag(x)
np.diag(S); np.diag(S, 1); np.diagflat(x, 1); np.tril(S); np.triu(T, 1); np.split(x, 2)
np.split(x, [1, 3]); np.array_split(x, 3); np.hsplit(A, 2); np.vsplit(B, 2); np.dsplit(T, 2)
np.unstack(A); np.concatenate([x, y]); np.concatenate([A, A * 2], axis=1)
np.concatenate([A, B], axis=None); np.concat([x, u]); np.stack([x, y]); np.stack([x, y], axis=1)
np.stack([x, y], -1); np.hstack([x, y]); np.hstack([A, S]); np.vstack([x, y]); np.vstack([A, x])
np.dstack([x, y]); np.column_stack([x, y]); np.block([[S, A], [A, S]]); np.append(x, y)
np.append(A, A, axis=0); np.astype(x, np.float32); x.astype(np.float64); np.atleast_1d(s)
np.atleast_2d(x); np.atleast_3d(A)
"""

VALUES = """
np.concatenate([n, x]); np.concatenate([m, m], axis=1); np.stack([n, x]); np.hstack([n, b])
np.append(n, 2.5); m.T; n.reshape(2, 2); np.roll(n, 1); np.diag(n); np.tril(m); np.repeat(n, 2)
n.astype(float); x.astype(int); m.astype(np.float32); np.hstack([f, x])
"""

ERRORS = """
A.reshape(-1, order="K"); x.astype(int, casting="same_value")
np.reshape(x, (3, 3)); np.concatenate([x, A]); np.concatenate([A, B]); np.stack([x, f])
np.transpose(A, (0, 0)); np.squeeze(A, 0); np.swapaxes(A, 0, 5); np.split(x, 3)
x.astype("nonsense"); np.broadcast_to(x, (2, 3)); np.moveaxis(A, 0, 4); np.diag(T); np.unstack(s)
np.repeat(x, [1, 2]); np.expand_dims(x, 5)
"""
