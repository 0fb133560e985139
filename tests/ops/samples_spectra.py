"""Samples of spectra and orthogonal factors: eigh, svd, qr."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import Maker, fixed, positive, reals, sample
from tests.ops.samples_linalg import PRECISIONS, STACKS


def apart(*shape: int) -> Maker:
    """Matrices whose eigenvalues and singular values keep a distance from one another."""
    m, n = shape[-2:]
    ladder = np.eye(m, n) * (1.0 + 2.0 * np.arange(n))
    return lambda rng: 0.3 * reals(*shape)(rng) + ladder


def of_lower(x: np.ndarray) -> np.ndarray:
    below = np.tril(x, -1)
    return below + below.mT.conj() + np.real(np.tril(x) - below)


def eigenvalues(x: np.ndarray) -> np.ndarray:
    return np.sort(np.linalg.eigvals(of_lower(x)).real, axis=-1)


def reciprocal_gaps(x: np.ndarray, slack: int) -> np.ndarray:
    y = np.zeros((*x.shape, x.shape[-1]), x.dtype)
    for i, j in np.ndindex(y.shape[-2:]):
        if i != j:
            y[..., i, j] = 1 / (x[..., j] - x[..., i])
    return y


def singular_values(x: np.ndarray) -> np.ndarray:
    squares = np.linalg.eigvals(x @ x.mT.conj() if x.shape[-2] <= x.shape[-1] else x.mT.conj() @ x)
    return np.sqrt(np.sort(squares.real, axis=-1)[..., ::-1])


for label, shape in STACKS.items():
    matrix = apart(*shape)
    sample(
        "eigvalsh",
        matrix,
        label=label,
        reference=eigenvalues,
        complex=True,
        dtypes=PRECISIONS,
    )
    sample("eigvals", matrix, label=label, complex=True, dtypes=PRECISIONS)
    # Real matrices with real eigenvalues, whose eigenvectors are determined up to a sign.
    sample("eig", matrix, label=label, dtypes=PRECISIONS)
    sample(
        "eigenbasis",
        matrix,
        label=label,
        reference=lambda v: v,
        complex=True,
        dtypes=PRECISIONS,
    )
    # The phase of complex eigenvectors is not determined: see test_spectra.py.
    sample("eigh", matrix, label=label, dtypes=PRECISIONS)
    sample(
        "qr", matrix, params={"full_matrices": True}, label=label, complex=True, dtypes=PRECISIONS
    )
    sample(
        "reciprocal_gaps",
        positive(*shape[:-1]),
        label=label,
        params={"slack": 1},
        reference=reciprocal_gaps,
        complex=True,
        dtypes=PRECISIONS,
    )
RECTANGLES = {**STACKS, "tall": (4, 2), "wide": (2, 4), "tall_stack": (2, 3, 1), "no_rows": (0, 2)}
for label, shape in RECTANGLES.items():
    matrix = apart(*shape)
    sample(
        "singular_values",
        matrix,
        label=label,
        reference=singular_values,
        complex=True,
        dtypes=PRECISIONS,
    )
    thin = {"params": {"full_matrices": False}, "dtypes": PRECISIONS, "label": label}
    sample("svd", matrix, **thin)
    sample("qr", matrix, complex=True, **{**thin, "label": f"{label}_thin"})
sample(
    "svd",
    apart(3, 2),
    params={"full_matrices": True},
    label="full",
    order=1,
    dtypes=PRECISIONS,
)
sample(
    "significant",
    fixed([[3.0, 1e-3, 1e-20], [0.0, 0.0, 0.0]]),
    reference=lambda s: np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
    order=0,
    dtypes=PRECISIONS,
)


def lower_part_by_equations(t: np.ndarray, m: np.ndarray, adjoint: bool) -> np.ndarray:
    """All equations for the entries below the diagonal, solved at once."""
    n = t.shape[-1]
    lead = np.broadcast_shapes(t.shape[:-2], m.shape[:-2])
    t, m = (np.broadcast_to(x, lead + x.shape[-2:]) for x in (np.triu(t), m))
    w = np.zeros(m.shape, np.result_type(t, m))
    rows, columns = np.tril_indices(n, -1)
    for i in np.ndindex(*lead):
        a = t[i].conj().T if adjoint else t[i]
        system = np.zeros((len(rows), len(rows)), w.dtype)
        for k, (r, c) in enumerate(zip(rows, columns, strict=True)):
            unit = np.zeros((n, n))
            unit[r, c] = 1.0
            system[:, k] = (unit @ a - a @ unit)[rows, columns]
        w[(*i, rows, columns)] = np.linalg.solve(system, m[i][rows, columns])
    return w


for label, (t, m) in {
    "one": ((3, 3), (3, 3)),
    "stack": ((2, 3, 3), (2, 3, 3)),
    "stacks": ((2, 2), (3, 2, 2)),
    "number": ((1, 1), (1, 1)),
    "empty": ((0, 0), (0, 0)),
}.items():
    for adjoint in (False, True):
        sample(
            "commutator_solve",
            apart(*t),
            reals(*m),
            params={"adjoint": adjoint},
            label=label + ("_adjoint" if adjoint else ""),
            reference=lower_part_by_equations,
            complex=True,
            dtypes=PRECISIONS,
        )
sample(
    "independent",
    fixed([[[2.0, 3.0], [0.0, 1e-9]]]),
    reference=lambda r: r,
    among=np.triu,
    dtypes=("float64",),
)
sample(
    "independent",
    fixed([[[2.0, 3.0], [0.0, 1.0]]]),
    label="far",
    reference=lambda r: r,
    among=np.triu,
    complex=True,
    dtypes=PRECISIONS,
)
sample("triangular", fixed(np.triu(np.ones((2, 3, 3)))), reference=np.triu, among=np.triu)
for label, shape in STACKS.items():
    # Matrices with real eigenvalues, whose vectors are determined up to a sign.
    sample("schur", apart(*shape), params={"output": "real"}, label=label, dtypes=PRECISIONS)
for label, shape in {**STACKS, "tall": (4, 2), "tall_stack": (2, 3, 1)}.items():
    sample("polar", apart(*shape), label=label, complex=True, dtypes=PRECISIONS)
