"""Sparse Jacobians and Hessians: a pattern, a colouring, and what a product is."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.coloring import color_columns, color_star, symmetric_places
from tapegrad.core.compressed import Compressed
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.primals import (
    Function,
    Primals,
    dense,
    joined,
    or_zeros,
    outputs_of,
    watching,
)


class SparseJacobian(Compressed):
    r"""The Jacobian of a function as a sparse matrix: coloured once, evaluated many times.

    The function runs once to find out which outputs depend on which inputs, entry by entry. Columns
    that share no row are then added up in one product in forward mode, or rows that share no column
    in one product in reverse mode, whichever takes fewer. If Python takes another way at another
    point, or picks other entries by index, the pattern is found anew.

    Parameters
    ----------
    f
        A function of tensors that returns a real tensor, or a structure of them of one dtype.
    primals
        Its arguments, where the pattern is found: a tuple stands for several, anything else (a
        tensor, a Variable, a list or dict of them) for one.
    mode
        ``'forward'``, ``'reverse'``, or None for the one of fewer products.

    Attributes
    ----------
    pattern : scipy.sparse.csr_array
        What may be different from zero. Rows count the entries of the results one after the other,
        columns those of the primals that have derivatives, each flat in C order.
    colors : numpy.ndarray
        For each column (or row) the product that holds it.
    products : int
        The number of products.

    Raises
    ------
    TypeError
        If a primal or a result is not real.
    ValueError
        If `mode` is none of these, or forward mode is asked for through a custom gradient.

    See Also
    --------
    sparse_jacobian : For one evaluation.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> x = np.linspace(0.0, 1.0, 6)
    >>> jacobian = tf.autodiff.SparseJacobian(lambda x: x[1:] * x[:-1], x)
    >>> jacobian.products, jacobian.pattern.nnz
    (2, 10)
    >>> jacobian(x + 1.0).toarray()[0].round(3).tolist()
    [1.2, 1.0, 0.0, 0.0, 0.0, 0.0]
    """

    _op = "sparse_jacobian"

    def __init__(self, f: Function, primals: Any, mode: str | None = None) -> None:
        if mode not in (None, "forward", "reverse"):
            raise ValueError(f"{self._op}: mode is 'forward', 'reverse' or None, not {mode!r}.")
        self._mode = mode
        super().__init__(f, primals)

    def _run(self, arguments: Primals) -> tuple[GradientTape, Any]:
        tape = watching(arguments.sources, persistent=True)
        with tape:
            outputs = outputs_of(self._op, arguments.call())
            arguments.require_real(outputs, "f returned")
            y = outputs[0] if len(outputs) == 1 else joined(self._op, outputs)
        return tape, y

    def _color(self, pattern: Any) -> None:
        by_columns = by_rows = None
        if self._mode == "forward" or (self._mode is None and not self._has_custom):
            by_columns = color_columns(pattern)
        if self._mode != "forward":
            # Rows take as many products as the fullest column has entries, or more.
            fullest = int(np.bincount(pattern.indices).max(initial=0))
            if by_columns is None or fullest <= by_columns.max(initial=-1):
                by_rows = color_columns(pattern.T)
        self._forward = by_columns is not None and (
            by_rows is None or by_columns.max(initial=-1) <= by_rows.max(initial=-1)
        )
        self.pattern = pattern
        self.colors = by_columns if self._forward else by_rows
        rows, columns = _entries(pattern)
        if self._forward:
            self._places = self.colors[columns] * pattern.shape[0] + rows
        else:
            self._places = self.colors[rows] * pattern.shape[1] + columns


class SparseHessian(Compressed):
    r"""The Hessian of a scalar function as a sparse matrix: coloured once, evaluated many times.

    The pattern is that of the derivatives of the gradient, whose record tells it entry by entry.
    A star colouring then finds products with few vectors, each of them the gradient's derivative in
    forward mode, from which every entry or its mirror image can be read.

    Parameters
    ----------
    f
        A function of tensors that returns one real scalar.
    primals
        Its arguments, where the pattern is found: a tuple stands for several, anything else for
        one.

    Attributes
    ----------
    pattern : scipy.sparse.csr_array
        What may be different from zero, and the diagonal. Rows and columns count the entries of
        the primals that have derivatives, one after the other, each flat in C order.
    colors : numpy.ndarray
        For each column the product that holds it.
    products : int
        The number of products.

    Raises
    ------
    InvalidArgumentError
        If `f` does not return a scalar, or primals are of several dtypes.
    TypeError
        If a primal or the result is not real.

    See Also
    --------
    sparse_hessian : For one evaluation.

    Examples
    --------
    >>> import tapegrad as tf
    >>> import numpy as np
    >>> def chain(x):
    ...     return tf.reduce_sum((x[1:] - x[:-1] ** 2) ** 2)
    >>> hessian = tf.autodiff.SparseHessian(chain, np.ones(1000))
    >>> hessian.products, hessian.pattern.nnz
    (3, 2998)
    >>> hessian(np.ones(1000)).toarray()[:2, :3].tolist()
    [[8.0, -4.0, 0.0], [-4.0, 10.0, -4.0]]
    """

    _op = "sparse_hessian"
    _symmetric = True

    def _run(self, arguments: Primals) -> tuple[GradientTape, Any]:
        sources = arguments.sources
        outer = watching(sources, persistent=True)
        with outer:
            inner = watching(sources)
            with inner:
                value = arguments.scalar(arguments.call())
            gradients = [dense(g) for g in inner.gradient(value, sources)]
            arguments.require_connected(gradients)
            filled = [or_zeros(g, x) for g, x in zip(gradients, sources, strict=True)]
            y = filled[0] if len(filled) == 1 else joined(self._op, filled)
        return outer, y

    def _color(self, pattern: Any) -> None:
        from scipy import sparse

        diagonal = sparse.eye_array(pattern.shape[0], dtype=bool, format="csr")
        pattern = (pattern + pattern.T + diagonal).tocsr()
        pattern.sort_indices()
        self._forward = True
        self.pattern = pattern
        self.colors = color_star(pattern)
        products, rows = symmetric_places(pattern, self.colors)
        self._places = products * pattern.shape[0] + rows


def _entries(pattern: Any) -> tuple[Any, Any]:
    """Rows and columns of the stored entries."""
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    return rows, pattern.indices.astype(np.intp)


def sparse_jacobian(f: Function, primals: Any, mode: str | None = None) -> Any:
    r"""The Jacobian :math:`\partial f_i / \partial x_j` as a sparse matrix.

    Takes as many products as the rows (or columns) have entries, not as many as there are rows.
    For more than one point make a `SparseJacobian` and call it.

    Parameters
    ----------
    f
        A function of tensors that returns a real tensor, or a structure of them of one dtype.
    primals
        Its arguments: a tuple stands for several, anything else for one.
    mode
        ``'forward'``, ``'reverse'``, or None for the one of fewer products.

    Returns
    -------
    scipy.sparse.csr_array
        Rows count the entries of the results, columns those of the primals, each flat in C order
        and one after the other. SciPy's matrices are not followed by tapes.

    Raises
    ------
    TypeError
        If a primal or a result is not real.
    ValueError
        If `mode` is none of these, or forward mode is asked for through a custom gradient.

    Warns
    -----
    NonDifferentiableWarning
        If a tape or an accumulator follows a primal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 2.0, 3.0])
    >>> tf.autodiff.sparse_jacobian(lambda x: x ** 2, x).toarray().tolist()
    [[2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 6.0]]
    """
    return SparseJacobian(f, primals, mode)()


def sparse_hessian(f: Function, primals: Any) -> Any:
    r"""The Hessian :math:`\partial^2 f / \partial x_i \partial x_j` as a sparse matrix.

    For more than one point make a `SparseHessian` and call it.

    Parameters
    ----------
    f
        A function of tensors that returns one real scalar.
    primals
        Its arguments: a tuple stands for several, anything else for one.

    Returns
    -------
    scipy.sparse.csr_array
        Rows and columns count the entries of the primals, each flat in C order and one after the
        other. SciPy's matrices are not followed by tapes.

    Raises
    ------
    InvalidArgumentError
        If `f` does not return a scalar, or primals are of several dtypes.
    TypeError
        If a primal or the result is not real.

    Warns
    -----
    NonDifferentiableWarning
        If a tape or an accumulator follows a primal.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant([1.0, 2.0, 3.0])
    >>> tf.autodiff.sparse_hessian(lambda x: x[0] ** 2 * x[1] + x[2], x).toarray().tolist()
    [[4.0, 2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    return SparseHessian(f, primals)()
