"""Matrices and products: TensorFlow's ``tf.linalg``."""

from __future__ import annotations

from tapegrad.ops.banded import banded_triangular_solve, solve_banded
from tapegrad.ops.cholesky import cholesky, cholesky_solve, triangular_solve
from tapegrad.ops.clipping import global_norm, l2_normalize
from tapegrad.ops.condition import cond
from tapegrad.ops.contract import matmul, matvec, tensordot
from tapegrad.ops.create import eye
from tapegrad.ops.cross import cross
from tapegrad.ops.determinant import det, logdet, slogdet
from tapegrad.ops.diagonal import (
    band_part,
    diag,
    diag_part,
    set_diag,
    tensor_diag,
    tensor_diag_part,
    trace,
)
from tapegrad.ops.eigen import eigh, eigvalsh
from tapegrad.ops.eigenvalues import eig, eigvals
from tapegrad.ops.einsum import einsum
from tapegrad.ops.inverse import inv, solve
from tapegrad.ops.least_squares import lstsq, matrix_power, matrix_rank, pinv
from tapegrad.ops.lu import lu, lu_matrix_inverse, lu_reconstruct, lu_solve
from tapegrad.ops.matrix_functions import expm, logm, sqrtm
from tapegrad.ops.matrix_products import householder_product, kron, multi_dot, vander
from tapegrad.ops.norms import norm, normalize
from tapegrad.ops.qr import qr
from tapegrad.ops.schur import polar, schur
from tapegrad.ops.shape import adjoint, matrix_transpose
from tapegrad.ops.svd import svd
from tapegrad.ops.sylvester import (
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_sylvester,
)
from tapegrad.ops.tensor_equations import tensorinv, tensorsolve
from tapegrad.ops.tridiagonal import eigh_tridiagonal, tridiagonal_matmul, tridiagonal_solve

__all__ = [
    "adjoint",
    "band_part",
    "banded_triangular_solve",
    "cholesky",
    "cholesky_solve",
    "cond",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eig",
    "eigh",
    "eigh_tridiagonal",
    "eigvals",
    "eigvalsh",
    "einsum",
    "expm",
    "eye",
    "global_norm",
    "householder_product",
    "inv",
    "kron",
    "l2_normalize",
    "logdet",
    "logm",
    "lstsq",
    "lu",
    "lu_matrix_inverse",
    "lu_reconstruct",
    "lu_solve",
    "matmul",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "matvec",
    "multi_dot",
    "norm",
    "normalize",
    "pinv",
    "polar",
    "qr",
    "schur",
    "set_diag",
    "slogdet",
    "solve",
    "solve_banded",
    "solve_continuous_lyapunov",
    "solve_discrete_lyapunov",
    "solve_sylvester",
    "sqrtm",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "tensorinv",
    "tensorsolve",
    "trace",
    "triangular_solve",
    "tridiagonal_matmul",
    "tridiagonal_solve",
    "vander",
]
