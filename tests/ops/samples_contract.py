"""Samples of the products that sum over shared axes."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import reals, sample


def matrix_product(
    a: np.ndarray, b: np.ndarray, transpose_a: bool, transpose_b: bool
) -> np.ndarray:
    left = "...ji" if transpose_a else "...ij"
    right = "...kj" if transpose_b else "...jk"
    return np.einsum(f"{left},{right}->...ik", a, b)


def summed(*arrays: np.ndarray, equation: str) -> np.ndarray:
    return np.einsum(equation, *arrays)


MATRICES = {
    "matrices": ((2, 3), (3, 4), False, False),
    "transpose_a": ((3, 2), (3, 4), True, False),
    "transpose_b": ((2, 3), (4, 3), False, True),
    "transpose_both": ((3, 2), (4, 3), True, True),
    "batch": ((2, 2, 3), (2, 3, 2), False, False),
    "batch_transpose_both": ((2, 3, 2), (2, 4, 3), True, True),
    "batch_and_matrix": ((2, 2, 3), (3, 2), False, False),
    "batch_transpose_a_and_matrix": ((2, 3, 2), (3, 2), True, False),
    "batch_and_matrix_transpose_b": ((2, 2, 3), (2, 3), False, True),
    "matrix_and_batch": ((2, 3), (2, 3, 2), False, False),
    "matrix_and_columns": ((2, 3), (2, 3, 1), False, False),
    "transposed_matrix_and_columns": ((3, 2), (2, 3, 1), True, False),
    "broadcast_batches": ((2, 1, 2, 3), (3, 3, 2), False, False),
    "batch_of_one": ((1, 2, 3), (2, 3, 2), False, False),
    "row_and_column": ((1, 3), (3, 1), False, False),
    "no_rows": ((0, 3), (3, 2), False, False),
    "nothing_to_sum": ((2, 0), (0, 3), False, False),
    "empty_batch": ((0, 2, 3), (3, 2), False, False),
}
for label, (a, b, transpose_a, transpose_b) in MATRICES.items():
    sample(
        "matmul",
        reals(*a),
        reals(*b),
        params={"transpose_a": transpose_a, "transpose_b": transpose_b},
        label=label,
        reference=matrix_product,
        complex=True,
    )

PRODUCTS = {
    "matmul": ("ij,jk->ik", (2, 3), (3, 4)),
    "matmul_to_transpose": ("ij,jk->ki", (2, 3), (3, 4)),
    "transposes": ("ji,kj->ik", (3, 2), (4, 3)),
    "vector_matrix": ("i,ij->j", (3,), (3, 2)),
    "matrix_vector": ("ij,j->i", (2, 3), (3,)),
    "dot": ("i,i->", (3,), (3,)),
    "double_dot": ("ij,ij->", (2, 3), (2, 3)),
    "double_dot_transposed": ("ij,ji->", (2, 3), (3, 2)),
    "outer": ("i,j->ji", (2,), (3,)),
    "hadamard": ("ij,ji->ij", (2, 3), (3, 2)),
    "scalar": (",ij->ij", (), (2, 3)),
    "scalars": (",->", (), ()),
    "row_dots": ("bi,bi->b", (2, 3), (2, 3)),
    "row_dots_transposed": ("ib,bi->b", (3, 2), (2, 3)),
    "batch": ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
    "batch_vectors": ("bi,bij->bj", (2, 3), (2, 3, 2)),
    "batch_in_the_middle": ("ibj,jbk->kbi", (2, 2, 3), (3, 2, 2)),
    "two_summed": ("ijk,kjl->il", (2, 3, 2), (2, 3, 2)),
    "two_free": ("ijk,kl->jil", (2, 3, 2), (2, 3)),
    "attention": ("bqhd,bkhd->bhqk", (1, 2, 2, 3), (1, 3, 2, 3)),
    "stacked": ("kij,nkj->nki", (2, 3, 2), (3, 2, 2)),
    "nothing_to_sum": ("ij,jk->ik", (2, 0), (0, 3)),
    "no_rows": ("ij,jk->ik", (0, 3), (3, 2)),
}
for label, (equation, *shapes) in PRODUCTS.items():
    sample(
        "einsum",
        *[reals(*shape) for shape in shapes],
        params={"equation": equation},
        label=label,
        reference=summed,
        complex=True,
    )

ALONE = {
    "transpose": ("ijk->kij", (2, 3, 2)),
    "sum": ("ij->", (2, 3)),
    "sum_rows": ("ij->j", (2, 3)),
    "sum_and_transpose": ("ijk->ki", (2, 3, 2)),
    "diagonal": ("ii->i", (3, 3)),
    "trace": ("ii->", (3, 3)),
    "diagonal_of_stack": ("iji->ji", (3, 2, 3)),
    "triple_diagonal": ("iii->i", (2, 2, 2)),
    "scalar": ("->", ()),
    "empty": ("ij->j", (0, 3)),
}


def spread(g: np.ndarray, equation: str, to: tuple[int, ...]) -> np.ndarray:
    target, source = equation.split("->")
    y = np.zeros(to, g.dtype)
    for place in np.ndindex(to):
        index = dict(zip(source, place, strict=True))
        if all(index[x] == i for x, i in zip(source, place, strict=True)):
            y[place] = g[tuple([index[x] for x in target])]
    return y


for label, (equation, shape) in ALONE.items():
    sample(
        "einsum_one",
        reals(*shape),
        params={"equation": equation},
        label=label,
        reference=summed,
        complex=True,
    )
    source, target = equation.split("->")
    reduced = np.einsum(equation, np.ones(shape)).shape
    sample(
        "einsum_spread",
        reals(*reduced),
        params={"equation": f"{target}->{source}", "to": shape},
        label=label,
        reference=spread,
        complex=True,
    )


def crosswise(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    symbol = np.zeros((3, 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        symbol[i, j, k], symbol[i, k, j] = 1, -1
    return np.einsum("ijk,...j,...k->...i", symbol, a, b)


for label, shape in {"vector": (3,), "rows": (2, 3), "empty": (0, 3)}.items():
    sample("cross", reals(*shape), reals(*shape), label=label, reference=crosswise, complex=True)

sample("dot", reals(2, 3), reals(3, 4), reference=np.dot, complex=True)
sample("dot", reals(0, 3), reals(3, 2), label="empty", reference=np.dot)
