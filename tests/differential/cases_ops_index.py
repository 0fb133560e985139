"""Operations that pick, replace and scatter entries by index or by mask."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, Operations, OpTable, spread

table = OpTable(__name__, "2.2 indexing")

VECTOR = spread([5])
MATRIX = spread([3, 4])
CUBE = spread([2, 3, 2])
EMPTY = spread([0, 3])


def ints(values: object, dtype: str = "int32") -> Held:
    return Held(values, dtype)


def bools(values: object) -> Held:
    return Held(values, "bool")


VARIANTS: Operations = {
    "gather": {
        "vector": {"params": Leaf(VECTOR), "indices": [3, 0, 3]},
        "rows": {"params": Leaf(MATRIX), "indices": ints([[2, 0], [2, 2]])},
        "scalar_index": {"params": Leaf(MATRIX), "indices": ints(1)},
        "int64": {"params": Leaf(MATRIX), "indices": ints([1], "int64")},
        "no_indices": {"params": Leaf(MATRIX), "indices": ints([])},
        "axis_1": {
            "params": Leaf(MATRIX),
            "indices": [3, 3, 1],
            "validate_indices": None,
            "axis": 1,
        },
        "axis_minus_1": {
            "params": Leaf(CUBE),
            "indices": [[1, 0]],
            "validate_indices": None,
            "axis": -1,
        },
        "axis_middle_scalar": {
            "params": Leaf(CUBE),
            "indices": 2,
            "validate_indices": None,
            "axis": 1,
        },
        "batch": {
            "params": Leaf(MATRIX),
            "indices": ints([[0, 0], [3, 1], [2, 2]]),
            "validate_indices": None,
            "axis": None,
            "batch_dims": 1,
        },
        "batch_axis": {
            "params": Leaf(CUBE),
            "indices": ints([[1, 1, 0], [0, 0, 0]]),
            "validate_indices": None,
            "axis": 2,
            "batch_dims": 1,
        },
        "batch_negative": {
            "params": Leaf(CUBE),
            "indices": ints([[1, 2], [0, 0]]),
            "validate_indices": None,
            "axis": -2,
            "batch_dims": -1,
        },
    },
    "gather_nd": {
        "entries": {"params": Leaf(MATRIX), "indices": [[0, 1], [2, 3], [0, 1]]},
        "nested": {"params": Leaf(CUBE), "indices": [[[0, 1]], [[1, 2]]]},
        "batch": {"params": Leaf(CUBE), "indices": ints([[[1]], [[2]]]), "batch_dims": 1},
        "batch_entries": {"params": Leaf(CUBE), "indices": ints([[0, 1], [2, 0]]), "batch_dims": 1},
        "nothing": {"params": Leaf(MATRIX), "indices": ints(spread([0, 2]))},
    },
    "boolean_mask": {
        "vector": {"tensor": Leaf(VECTOR), "mask": [True, False, True, True, False]},
        "rows": {"tensor": Leaf(MATRIX), "mask": bools([True, False, True])},
        "entries": {"tensor": Leaf(MATRIX), "mask": bools(MATRIX > 0.5)},
        "axis": {"tensor": Leaf(MATRIX), "mask": [True, False, True, True], "axis": 1},
        "nothing": {"tensor": Leaf(VECTOR), "mask": [False] * 5},
    },
    "where": {
        "same": {
            "condition": bools([True, False, True]),
            "x": Leaf([1.0, 2.0, 3.0]),
            "y": Leaf([-1.0, -2.0, -3.0]),
        },
        "broadcast": {
            "condition": bools([[True], [False]]),
            "x": Leaf([1.0, 2.0, 3.0]),
            "y": Leaf(0.5),
        },
        "scalar_condition": {
            "condition": False,
            "x": Leaf(VECTOR),
            "y": Leaf(spread([5], start=9)),
        },
        "numbers": {"condition": bools([True, False]), "x": Leaf([1.5, 2.5]), "y": 0.0},
        "empty": {"condition": bools(EMPTY), "x": Leaf(EMPTY), "y": Leaf(1.0)},
    },
    "scatter_nd": {
        "vector": {"indices": [[4], [3], [1]], "updates": Leaf([9.0, 10.0, 11.0]), "shape": [6]},
        "duplicates": {
            "indices": [[1], [1], [0]],
            "updates": Leaf([9.0, 10.0, 11.0]),
            "shape": [3],
        },
        "rows": {"indices": [[2], [0]], "updates": Leaf(spread([2, 3])), "shape": [4, 3]},
        "entries": {"indices": [[0, 1], [2, 2]], "updates": Leaf([1.5, -2.5]), "shape": [3, 3]},
        "nested": {
            "indices": [[[0], [1]], [[1], [2]]],
            "updates": Leaf(spread([2, 2, 3])),
            "shape": ints([4, 3]),
        },
        "nothing": {"indices": ints(spread([0, 1])), "updates": Leaf([]), "shape": [3]},
    },
    "tensor_scatter_nd_add": {
        "duplicates": {
            "tensor": Leaf(VECTOR),
            "indices": [[1], [1], [4]],
            "updates": Leaf([0.5, 0.25, 2.0]),
        },
        "rows": {
            "tensor": Leaf(MATRIX),
            "indices": [[2], [0]],
            "updates": Leaf(spread([2, 4], start=60)),
        },
        "entries": {"tensor": Leaf(MATRIX), "indices": [[2, 1]], "updates": Leaf([3.0])},
    },
    "tensor_scatter_nd_sub": {
        "duplicates": {
            "tensor": Leaf(VECTOR),
            "indices": [[1], [1], [4]],
            "updates": Leaf([0.5, 0.25, 2.0]),
        },
        "rows": {
            "tensor": Leaf(MATRIX),
            "indices": [[2], [0]],
            "updates": Leaf(spread([2, 4], start=60)),
        },
    },
    "tensor_scatter_nd_update": {
        "vector": {"tensor": Leaf(VECTOR), "indices": [[1], [4]], "updates": Leaf([0.5, 2.0])},
        "rows": {
            "tensor": Leaf(MATRIX),
            "indices": ints([[2], [0]], "int64"),
            "updates": Leaf(spread([2, 4], start=60)),
        },
        "entries": {
            "tensor": Leaf(MATRIX),
            "indices": [[2, 1], [0, 0]],
            "updates": Leaf([3.0, 4.0]),
        },
        "nothing": {"tensor": Leaf(VECTOR), "indices": ints(spread([0, 1])), "updates": Leaf([])},
    },
    "tensor_scatter_nd_max": {
        "vector": {
            "tensor": Leaf([1.0, 5.0, 2.0]),
            "indices": [[0], [1]],
            "updates": Leaf([3.0, 4.0]),
        },
        "rows": {
            "tensor": Leaf(MATRIX),
            "indices": [[2], [0]],
            "updates": Leaf(spread([2, 4], start=60)),
        },
    },
    "tensor_scatter_nd_min": {
        "vector": {
            "tensor": Leaf([1.0, 5.0, 2.0]),
            "indices": [[0], [1]],
            "updates": Leaf([3.0, 4.0]),
        },
        "rows": {
            "tensor": Leaf(MATRIX),
            "indices": [[2], [0]],
            "updates": Leaf(spread([2, 4], start=60)),
        },
    },
    "dynamic_partition": {
        "vector": {"data": Leaf(VECTOR), "partitions": [0, 2, 0, 1, 2], "num_partitions": 4},
        "rows": {"data": Leaf(MATRIX), "partitions": [1, 0, 1], "num_partitions": 2},
    },
    "dynamic_stitch": {
        "vector": {
            "indices": [ints([0, 2]), ints([1, 3])],
            "data": [Leaf([1.0, 2.0]), Leaf([3.0, 4.0])],
        },
        "rows": {
            "indices": [ints([1]), ints([0, 2])],
            "data": [Leaf(spread([1, 3])), Leaf(spread([2, 3], start=9))],
        },
    },
    "nn.embedding_lookup": {
        "rows": {"params": Leaf(MATRIX), "ids": ints([[2, 0], [2, 1]])},
        "max_norm": {"params": Leaf(MATRIX), "ids": ints([2, 0, 2]), "max_norm": 1.5},
    },
    "linalg.trace": {
        "square": {"x": Leaf(spread([3, 3]))},
        "batch": {"x": Leaf(spread([2, 3, 2]))},
    },
    "linalg.diag": {
        "vector": {"diagonal": Leaf(VECTOR)},
        "batch": {"diagonal": Leaf(spread([2, 3]))},
    },
    "linalg.diag_part": {
        "square": {"input": Leaf(spread([3, 3]))},
        "wide": {"input": Leaf(spread([2, 2, 3]))},
    },
    "linalg.set_diag": {
        "square": {"input": Leaf(spread([3, 3])), "diagonal": Leaf([1.0, 2.0, 3.0])}
    },
    "linalg.band_part": {
        "lower": {"input": Leaf(spread([3, 4])), "num_lower": -1, "num_upper": 0},
        "band": {"input": Leaf(spread([2, 3, 3])), "num_lower": 1, "num_upper": 1},
    },
}
for op, variants in VARIANTS.items():
    for variant, arguments in variants.items():
        table(op, variant, arguments)

# TensorFlow makes IndexedSlices of the gradient of whole rows and cannot differentiate them again.
table(
    "gather_nd",
    "rows",
    {"params": Leaf(MATRIX), "indices": [[2], [0]]},
    second=False,
    tangents=False,
)

REFUSED: Operations = {
    "gather": {
        "large_index": {"params": Leaf(VECTOR), "indices": [5]},
        "negative_index": {"params": Leaf(VECTOR), "indices": [-1]},
        "float_index": {"params": Leaf(VECTOR), "indices": [0.0]},
        "axis": {"params": Leaf(VECTOR), "indices": [0], "axis": 1},
        "scalar": {"params": Leaf(1.0), "indices": [0]},
        "batch_dims": {"params": Leaf(VECTOR), "indices": [0], "batch_dims": 2},
        "batch_sizes": {"params": Leaf(MATRIX), "indices": [[0], [1]], "batch_dims": 1},
    },
    "gather_nd": {
        "index": {"params": Leaf(MATRIX), "indices": [[3, 0]]},
        "depth": {"params": Leaf(MATRIX), "indices": [[0, 0, 0]]},
        "float_index": {"params": Leaf(MATRIX), "indices": [[0.0]]},
        "negative": {"params": Leaf(MATRIX), "indices": [[-1]]},
    },
    "boolean_mask": {
        "shape": {"tensor": Leaf(VECTOR), "mask": [True, False]},
        "scalar_mask": {"tensor": Leaf(VECTOR), "mask": True},
        "rank": {"tensor": Leaf(VECTOR), "mask": [[True] * 5]},
    },
    "where": {
        "shapes": {"condition": [True, False], "x": Leaf([1.0, 2.0, 3.0]), "y": Leaf(0.0)},
        "dtypes": {"condition": [True], "x": Leaf([1.0]), "y": Leaf([1], "int32")},
        "only_x": {"condition": [True], "x": Leaf([1.0])},
    },
    "scatter_nd": {
        "index": {"indices": [[3]], "updates": Leaf([1.0]), "shape": [3]},
        "negative": {"indices": [[-1]], "updates": Leaf([1.0]), "shape": [3]},
        "updates": {"indices": [[0], [1]], "updates": Leaf([1.0]), "shape": [3]},
    },
    "tensor_scatter_nd_update": {
        "index": {"tensor": Leaf(VECTOR), "indices": [[5]], "updates": Leaf([1.0])},
        "shape": {"tensor": Leaf(VECTOR), "indices": [[0]], "updates": Leaf([1.0, 2.0])},
        "dtype": {"tensor": Leaf(VECTOR), "indices": [[0]], "updates": Leaf([1], "int32")},
    },
    "tensor_scatter_nd_add": {
        "index": {"tensor": Leaf(VECTOR), "indices": [[-1]], "updates": Leaf([1.0])},
    },
    "dynamic_partition": {
        "shape": {"data": Leaf(VECTOR), "partitions": [0, 1], "num_partitions": 2},
        "number": {"data": Leaf([1.0]), "partitions": [2], "num_partitions": 2},
        "no_partitions": {"data": Leaf([1.0]), "partitions": [0], "num_partitions": 0},
        "negative": {"data": Leaf([1.0]), "partitions": [-1], "num_partitions": 2},
    },
    "nn.embedding_lookup": {
        "index": {"params": Leaf(MATRIX), "ids": [3]},
        "negative": {"params": Leaf(MATRIX), "ids": [-1]},
    },
}
for op, variants in REFUSED.items():
    for variant, arguments in variants.items():
        table.value(op, f"refuses_{variant}", arguments)

table.value("gather_nd", "one_entry", {"params": Leaf(MATRIX), "indices": [1, 1]})
table.value("where", "positions", {"condition": bools([[True, False], [True, True]])})
table.value("where", "positions_of_vector", {"condition": [False, True, True]})
table.value("where", "positions_of_numbers", {"condition": Leaf([0.0, 2.0, -1.0])})
table.value("where", "positions_of_none", {"condition": bools([False])})
table.value("gather", "of_int32", {"params": [10, 20, 30], "indices": [2, 0]})
table.value(
    "scatter_nd", "of_int32", {"indices": [[1], [1]], "updates": ints([5, 6]), "shape": [3]}
)
table.value("sequence_mask", "default", {"lengths": [1, 3, 0]})
table.value("sequence_mask", "dtype", {"lengths": [[1, 2]], "maxlen": 4, "dtype": "float32"})
