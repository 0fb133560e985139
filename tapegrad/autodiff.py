"""``tf.autodiff``: the tape, the accumulator, and derivatives of functions."""

from __future__ import annotations

from tapegrad.core.derivatives import jacobian, jvp, vjp
from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gauss_newton import gauss_newton_matrix, gauss_newton_product
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.second_order import hessian, hessians, hvp
from tapegrad.core.sparse_derivatives import (
    SparseHessian,
    SparseJacobian,
    sparse_hessian,
    sparse_jacobian,
)

__all__ = [
    "ForwardAccumulator",
    "GradientTape",
    "SparseHessian",
    "SparseJacobian",
    "gauss_newton_matrix",
    "gauss_newton_product",
    "hessian",
    "hessians",
    "hvp",
    "jacobian",
    "jvp",
    "sparse_hessian",
    "sparse_jacobian",
    "vjp",
]
