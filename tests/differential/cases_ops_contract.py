"""Products that sum over shared axes: matmul, matvec, tensordot, einsum."""

from __future__ import annotations

from tests.differential.harness import Raises
from tests.differential.op_cases import Leaf, OpTable, spread

table = OpTable(__name__, "2.2 linear algebra")


def first(*shape: int) -> Leaf:
    return Leaf(spread(shape))


def second(*shape: int) -> Leaf:
    return Leaf(spread(shape, start=41))


def complex_leaf(*shape: int, start: int = 1) -> Leaf:
    return Leaf(spread(shape, start=start) + 1j * spread(shape, start=start + 20), "complex")


SHAPES = {
    "matrices": ((2, 3), (3, 4)),
    "batch": ((2, 2, 3), (2, 3, 2)),
    "batch_and_matrix": ((2, 2, 3), (3, 2)),
    "matrix_and_batch": ((2, 3), (2, 3, 1)),
    "broadcast_batches": ((2, 1, 2, 3), (3, 3, 2)),
    "row_and_column": ((1, 3), (3, 1)),
    "no_rows": ((0, 3), (3, 2)),
    "nothing_to_sum": ((2, 0), (0, 3)),
}
for op in ("matmul", "linalg.matmul"):
    for variant, (a, b) in SHAPES.items():
        table(op, variant, {"a": first(*a), "b": second(*b)})
    table(op, "transpose_a", {"a": first(3, 2), "b": second(3, 4), "transpose_a": True})
    table(
        op,
        "transpose_b",
        {"a": first(2, 3), "b": second(4, 3), "transpose_a": False, "transpose_b": True},
    )
    table(
        op,
        "transpose_both",
        {"a": first(2, 3, 2), "b": second(4, 3), "transpose_a": True, "transpose_b": True},
    )
    pair = {"a": complex_leaf(2, 3), "b": complex_leaf(3, 2, start=9)}
    table(op, "complex", pair)
    flags = {"transpose_a": False, "transpose_b": False}
    adjoint_a = {
        "a": complex_leaf(3, 2),
        "b": complex_leaf(3, 2, start=9),
        **flags,
        "adjoint_a": True,
    }
    table(op, "adjoint_a", adjoint_a)
    adjoint_b = {"a": complex_leaf(2, 3), "b": complex_leaf(2, 3, start=9), **flags}
    table(op, "adjoint_b", {**adjoint_b, "adjoint_a": False, "adjoint_b": True})
    transposed = {"a": complex_leaf(3, 2), "b": complex_leaf(2, 3, start=9)}
    table(op, "complex_transposed", {**transposed, "transpose_a": True, "transpose_b": True})
table.value(
    "matmul", "of_int32", {"a": Leaf([[1, 2], [3, 4]], "int32"), "b": Leaf([[5], [6]], "int32")}
)
table.value("matmul", "python_list", {"a": Leaf([[1.0, 2.0]]), "b": [[3], [4]]})
for variant, (a, b) in {
    "sizes": ((2, 3), (2, 3)),
    "vector": ((2, 3), (3,)),
    "two_vectors": ((3,), (3,)),
    "batches": ((2, 2, 3), (3, 3, 2)),
}.items():
    table.value("matmul", f"refuses_{variant}", {"a": first(*a), "b": second(*b)})
for variant, (a, b, flags) in {
    "transposed_a": ((2, 3), (3, 2), {"transpose_a": True}),
    "transposed_b": ((2, 3), (3, 2), {"transpose_b": True}),
    "transposed_both": ((2, 3), (3, 4), {"transpose_a": True, "transpose_b": True}),
    "transposed_batch": ((2, 2, 3), (2, 3, 4), {"transpose_a": True}),
}.items():
    table.value("matmul", f"refuses_{variant}", {"a": first(*a), "b": second(*b), **flags})
table.value("matmul", "refuses_dtypes", {"a": Leaf([[1.0]]), "b": Leaf([[1.0]], "float64")})
table.value("matmul", "refuses_bool", {"a": Leaf([[True]], "bool"), "b": Leaf([[True]], "bool")})
table.value(
    "matmul",
    "refuses_transpose_and_adjoint",
    {"a": first(2, 2), "b": second(2, 2), "transpose_a": True, "adjoint_a": True},
)

for variant, (a, b) in {
    "matrix": ((2, 3), (3,)),
    "batch": ((2, 2, 3), (2, 3)),
    "broadcast": ((2, 3), (4, 3)),
}.items():
    table("linalg.matvec", variant, {"a": first(*a), "b": second(*b)})
table("linalg.matvec", "transpose", {"a": first(3, 2), "b": second(3), "transpose_a": True})
adjoint = {
    "a": complex_leaf(3, 2),
    "b": complex_leaf(3, start=9),
    "transpose_a": False,
    "adjoint_a": True,
}
table("linalg.matvec", "adjoint", adjoint)
table.value("linalg.matvec", "refuses_sizes", {"a": first(2, 3), "b": second(2)})
table.value("linalg.matvec", "refuses_vector", {"a": first(3), "b": second(3)})
table.value("linalg.matvec", "refuses_scalar", {"a": first(2, 3), "b": second()})
table.value(
    "linalg.matvec",
    "refuses_transposed_sizes",
    {"a": first(2, 3), "b": second(3), "transpose_a": True},
)
table.value("linalg.matvec", "refuses_batches", {"a": first(2, 2, 3), "b": second(3, 3)})

AXES = {
    "one": ((2, 3), (3, 2), 1),
    "two": ((2, 3, 4), (3, 4, 2), 2),
    "outer": ((2,), (3,), 0),
    "vectors": ((3,), (3,), 1),
    "lists": ((2, 3, 4), (4, 2, 3), [[1, 2], [2, 0]]),
    "scalars": ((2, 3), (3, 2), [[0], [1]]),
    "numbers": ((2, 3), (4, 3), (1, 1)),
    "negative": ((2, 3), (4, 3), [[-1], [-1]]),
}
for op in ("tensordot", "linalg.tensordot"):
    for variant, (a, b, axes) in AXES.items():
        table(op, variant, {"a": first(*a), "b": second(*b), "axes": axes})
table("tensordot", "complex", {"a": complex_leaf(2, 3), "b": complex_leaf(3, start=9), "axes": 1})
table.value("tensordot", "refuses_sizes", {"a": first(2, 3), "b": second(2), "axes": 1})
table.value("tensordot", "refuses_axes", {"a": first(2), "b": second(2), "axes": 2})
table.value(
    "tensordot", "refuses_lengths", {"a": first(2, 2), "b": second(2, 2), "axes": [[0, 1], [0]]}
)


EINSUMS = {
    "matmul": ("ij,jk->ik", first(2, 3), second(3, 2)),
    "implicit": ("ij,jk", first(2, 3), second(3, 2)),
    "implicit_sorted": ("ba", first(2, 3)),
    "dot": ("i,i->", first(3), second(3)),
    "outer": ("i,j->ij", first(2), second(3)),
    "transpose": ("ijk->kij", first(2, 3, 2)),
    "sum": ("ij->", first(2, 3)),
    "sum_rows": ("ij->j", first(2, 3)),
    "diagonal": ("ii->i", first(3, 3)),
    "trace": ("ii->", first(3, 3)),
    "batch": ("bij,bjk->bik", first(2, 2, 3), second(2, 3, 2)),
    "bilinear": ("bi,oij,bj->bo", first(2, 3), second(2, 3, 2), Leaf(spread((2, 2), start=77))),
    "three": ("ij,jk,kl->il", first(2, 3), second(3, 2), Leaf(spread((2, 2), start=77))),
    "attention": ("bqhd,bkhd->bhqk", first(1, 2, 2, 3), second(1, 3, 2, 3)),
    "ellipsis": ("...ij,...jk->...ik", first(2, 1, 2, 3), second(3, 3, 2)),
    "ellipsis_middle": ("i...j->...", first(2, 3, 2)),
    "hadamard": ("ij,ij->ij", first(2, 3), second(2, 3)),
    "broadcast_one": ("ij,j->ij", first(2, 3), second(3)),
    "one_sided_sum": ("ij,k->i", first(2, 3), second(2)),
    "repeated_and_other": ("ii,ij->j", first(3, 3), second(3, 2)),
    "spaces": (" ij , jk -> ik ", first(2, 3), second(3, 2)),
    "scalar": (",i->i", first(), second(3)),
    "complex": ("ij,jk->ik", complex_leaf(2, 2), complex_leaf(2, 2, start=9)),
    "empty": ("ij,jk->ik", first(2, 0), second(0, 3)),
}
for variant, (equation, *inputs) in EINSUMS.items():
    table("einsum", variant, {"equation": equation, "*": inputs})
    table.value("linalg.einsum", variant, {"equation": equation, "*": inputs})
for variant, (equation, *inputs) in {
    "rank": ("ij,jk->ik", first(2, 3), second(3)),
    "sizes": ("ij,jk->ik", first(2, 3), second(2, 2)),
    "count": ("ij,jk->ik", first(2, 3)),
    "unknown_output": ("ij->k", first(2, 3)),
    "repeated_output": ("ij->ii", first(2, 3)),
    "two_arrows": ("ij->i->j", first(2, 3)),
    "bad_letter": ("i1->i", first(2, 3)),
    "diagonal_sizes": ("ii->i", first(2, 3)),
}.items():
    table.value("einsum", f"refuses_{variant}", {"equation": equation, "*": inputs})
table.value(
    "einsum", "refuses_dtypes", {"equation": "i,i->", "*": [first(2), Leaf([1, 2], "int32")]}
)
table.value(
    "einsum", "of_int32", {"equation": "i,i->", "*": [Leaf([1, 2], "int32"), Leaf([3, 4], "int32")]}
)
table("linalg.cross", "vectors", {"a": first(2, 3), "b": second(2, 3)})
table.value("linalg.cross", "refuses_shapes", {"a": first(2, 3), "b": second(1, 3)})
table.value(
    "linalg.cross",
    "refuses_plane",
    {"a": first(2), "b": second(2)},
    differs="TensorFlow says FailedPreconditionError of a wrong shape",
    ours=Raises("InvalidArgumentError", match="3"),
)
table.value("linalg.cross", "refuses_scalars", {"a": first(), "b": second()})
