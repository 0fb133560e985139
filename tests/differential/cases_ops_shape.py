"""Operations that move, repeat and join entries without computing with them."""

from __future__ import annotations

from tests.differential.op_cases import Held, Leaf, Operations, OpTable, Variants, spread

table = OpTable(__name__, "2.2 shape")

VECTOR = spread([6])
MATRIX = spread([2, 3])
CUBE = spread([2, 3, 2])
COMPLEX = [[1.5 + 0.5j, -0.75 + 1.25j], [0.25 - 1.5j, 1.0 - 0.5j]]
EMPTY = spread([0, 3])

VARIANTS: Operations = {
    "reshape": {
        "matrix": {"tensor": Leaf(VECTOR), "shape": [2, 3]},
        "inferred": {"tensor": Leaf(CUBE), "shape": (4, -1)},
        "flat": {"tensor": Leaf(CUBE), "shape": [-1]},
        "to_scalar": {"tensor": Leaf([[1.5]]), "shape": []},
        "empty": {"tensor": Leaf(EMPTY), "shape": [3, 0, 2]},
        "tensor_shape": {"tensor": Leaf(VECTOR), "shape": Held([3, 2], "int64")},
    },
    "transpose": {
        "default": {"a": Leaf(CUBE)},
        "perm": {"a": Leaf(CUBE), "perm": [1, 2, 0]},
        "tensor_perm": {"a": Leaf(MATRIX), "perm": Held([1, 0], "int32")},
        "scalar": {"a": Leaf(1.5)},
        "vector": {"a": Leaf(VECTOR)},
        "conjugate": {"a": Leaf(COMPLEX, "complex"), "perm": [1, 0], "conjugate": True},
        "complex": {"a": Leaf(COMPLEX, "complex")},
    },
    "linalg.matrix_transpose": {
        "cube": {"a": Leaf(CUBE)},
        "conjugate": {"a": Leaf(COMPLEX, "complex"), "name": "t", "conjugate": True},
    },
    "linalg.adjoint": {
        "complex": {"matrix": Leaf(COMPLEX, "complex")},
        "real": {"matrix": Leaf(CUBE)},
    },
    "squeeze": {
        "all": {"input": Leaf(spread([1, 3, 1]))},
        "axis": {"input": Leaf(spread([1, 3, 1])), "axis": [-1]},
        "int_axis": {"input": Leaf(spread([1, 3, 1])), "axis": 0},
        "to_scalar": {"input": Leaf([[1.5]])},
    },
    "expand_dims": {
        "first": {"input": Leaf(MATRIX), "axis": 0},
        "last": {"input": Leaf(MATRIX), "axis": -1},
        "middle": {"input": Leaf(MATRIX), "axis": 1},
        "scalar": {"input": Leaf(1.5), "axis": 0},
    },
    "concat": {
        "rows": {"values": [Leaf(MATRIX), Leaf(spread([1, 3], start=9))], "axis": 0},
        "columns": {
            "values": [Leaf(MATRIX), Leaf(spread([2, 1], start=9)), Leaf(MATRIX)],
            "axis": -1,
        },
        "with_empty": {"values": [Leaf(EMPTY), Leaf(MATRIX)], "axis": 0},
        "one": {"values": [Leaf(MATRIX)], "axis": 1},
        "tuple": {"values": (Leaf(VECTOR), Leaf(VECTOR)), "axis": 0},
    },
    "stack": {
        "first": {"values": [Leaf(VECTOR), Leaf(spread([6], start=9))]},
        "last": {"values": [Leaf(MATRIX), Leaf(spread([2, 3], start=9))], "axis": -1},
        "middle": {"values": [Leaf(MATRIX), Leaf(spread([2, 3], start=9))], "axis": 1},
        "scalars": {"values": [Leaf(1.5), Leaf(-2.0), 3.0]},
    },
    "unstack": {
        "first": {"value": Leaf(MATRIX)},
        "axis": {"value": Leaf(MATRIX), "num": None, "axis": 1},
        "num": {"value": Leaf(MATRIX), "num": 2},
        "negative": {"value": Leaf(CUBE), "num": 2, "axis": -1},
    },
    "split": {
        "equal": {"value": Leaf(VECTOR), "num_or_size_splits": 3},
        "sizes": {"value": Leaf(MATRIX), "num_or_size_splits": [1, 2], "axis": 1},
        "rest": {"value": Leaf(MATRIX), "num_or_size_splits": [2, -1], "axis": -1},
        "size_zero": {"value": Leaf(VECTOR), "num_or_size_splits": [0, 6]},
    },
    "tile": {
        "matrix": {"input": Leaf(MATRIX), "multiples": [2, 3]},
        "ones": {"input": Leaf(MATRIX), "multiples": [1, 1]},
        "zero": {"input": Leaf(MATRIX), "multiples": [0, 1]},
        "tensor": {"input": Leaf(VECTOR), "multiples": Held([2], "int64")},
    },
    "repeat": {
        "flat": {"input": Leaf(MATRIX), "repeats": 2},
        "axis": {"input": Leaf(MATRIX), "repeats": 2, "axis": 1},
        "each": {"input": Leaf(MATRIX), "repeats": [2, 0, 1], "axis": 1},
        "each_row": {"input": Leaf(MATRIX), "repeats": Held([1, 3], "int32"), "axis": 0},
        "scalar": {"input": Leaf(1.5), "repeats": 3},
    },
    "pad": {
        "zeros": {"tensor": Leaf(MATRIX), "paddings": [[1, 0], [2, 1]]},
        "value": {
            "tensor": Leaf(MATRIX),
            "paddings": [[0, 1], [1, 0]],
            "mode": "CONSTANT",
            "constant_values": 7.0,
        },
        "reflect": {"tensor": Leaf(MATRIX), "paddings": [[1, 1], [2, 0]], "mode": "REFLECT"},
        "symmetric": {"tensor": Leaf(MATRIX), "paddings": [[1, 2], [3, 1]], "mode": "SYMMETRIC"},
        "lower_case_mode": {"tensor": Leaf(VECTOR), "paddings": [[1, 1]], "mode": "reflect"},
        "nothing": {"tensor": Leaf(VECTOR), "paddings": [[0, 0]]},
    },
    "reverse": {
        "one": {"tensor": Leaf(MATRIX), "axis": [1]},
        "two": {"tensor": Leaf(CUBE), "axis": [0, -1]},
        "none": {"tensor": Leaf(MATRIX), "axis": []},
    },
    "roll": {
        "vector": {"input": Leaf(VECTOR), "shift": 2, "axis": 0},
        "negative": {"input": Leaf(MATRIX), "shift": -1, "axis": 1},
        "two": {"input": Leaf(CUBE), "shift": [1, -2], "axis": [0, 1]},
        "same_axis_twice": {"input": Leaf(VECTOR), "shift": [1, 1], "axis": [0, 0]},
    },
    "broadcast_to": {
        "row": {"input": Leaf(VECTOR), "shape": [2, 6]},
        "column": {"input": Leaf(spread([2, 1])), "shape": [2, 3]},
        "scalar": {"input": Leaf(1.5), "shape": [2, 2]},
        "same": {"input": Leaf(MATRIX), "shape": [2, 3]},
        "empty": {"input": Leaf(spread([1, 3])), "shape": [0, 3]},
    },
    "slice": {
        "inside": {"input_": Leaf(MATRIX), "begin": [0, 1], "size": [1, 2]},
        "rest": {"input_": Leaf(CUBE), "begin": [1, 0, 1], "size": [-1, 2, -1]},
        "nothing": {"input_": Leaf(VECTOR), "begin": [2], "size": [0]},
    },
    "strided_slice": {
        "steps": {"input_": Leaf(VECTOR), "begin": [0], "end": [6], "strides": [2]},
        "backwards": {
            "input_": Leaf(MATRIX),
            "begin": [1, -1],
            "end": [-3, 0],
            "strides": [-1, -1],
        },
        "default_strides": {"input_": Leaf(MATRIX), "begin": [0, 1], "end": [1, 3]},
        "begin_mask": {
            "input_": Leaf(MATRIX),
            "begin": [1, 1],
            "end": [2, 3],
            "strides": [1, 1],
            "begin_mask": 1,
        },
        "end_mask": {
            "input_": Leaf(MATRIX),
            "begin": [0, 1],
            "end": [1, 2],
            "strides": [1, 1],
            "begin_mask": 0,
            "end_mask": 2,
        },
        "ellipsis_mask": {
            "input_": Leaf(CUBE),
            "begin": [0, 1],
            "end": [0, 2],
            "strides": [1, 1],
            "begin_mask": 0,
            "end_mask": 0,
            "ellipsis_mask": 1,
        },
        "new_axis_mask": {
            "input_": Leaf(VECTOR),
            "begin": [0, 1],
            "end": [0, 4],
            "strides": [1, 1],
            "begin_mask": 0,
            "end_mask": 0,
            "ellipsis_mask": 0,
            "new_axis_mask": 1,
        },
        "shrink_axis_mask": {
            "input_": Leaf(MATRIX),
            "begin": [1, 0],
            "end": [2, 3],
            "strides": [1, 1],
            "begin_mask": 0,
            "end_mask": 0,
            "ellipsis_mask": 0,
            "new_axis_mask": 0,
            "shrink_axis_mask": 1,
        },
    },
    "meshgrid": {
        "two": {"*": [Leaf([1.0, 2.0]), Leaf([3.0, 4.0, 5.0])]},
        "ij": {"*": [Leaf([1.0, 2.0]), Leaf([3.0, 4.0, 5.0])], "indexing": "ij"},
        "three": {"*": [Leaf([1.0, 2.0]), Leaf([3.0]), Leaf([4.0, 5.0])]},
    },
    "ensure_shape": {
        "exact": {"x": Leaf(MATRIX), "shape": [2, 3]},
        "open": {"x": Leaf(MATRIX), "shape": [None, 3]},
        "unknown": {"x": Leaf(MATRIX), "shape": None},
    },
    "identity_n": {"two": {"input": [Leaf(VECTOR), Leaf(1.5)]}},
    "reverse_sequence": {
        "rows": {"input": Leaf(MATRIX), "seq_lengths": [3, 2], "seq_axis": 1, "batch_axis": 0},
        "columns": {
            "input": Leaf(spread([4, 3])),
            "seq_lengths": Held([1, 4, 3], "int64"),
            "seq_axis": 0,
            "batch_axis": 1,
        },
        "middle": {"input": Leaf(CUBE), "seq_lengths": [2, 3], "seq_axis": 1, "batch_axis": 2},
        "default_batch": {"input": Leaf(CUBE), "seq_lengths": [0, 2], "seq_axis": 1},
    },
    "batch_to_space": {
        "square": {
            "input": Leaf(spread([4, 1, 2, 1])),
            "block_shape": [2, 2],
            "crops": [[0, 0], [0, 1]],
        },
    },
    "space_to_batch": {
        "square": {
            "input": Leaf(spread([1, 2, 3, 1])),
            "block_shape": [2, 2],
            "paddings": [[0, 0], [0, 1]],
        },
    },
    "nn.depth_to_space": {"two": {"input": Leaf(spread([1, 1, 2, 8])), "block_size": 2}},
}
for op, variants in VARIANTS.items():
    for variant, arguments in variants.items():
        table(op, variant, arguments)

REFUSED: Operations = {
    "reshape": {
        "size": {"tensor": Leaf(VECTOR), "shape": [4]},
        "two_unknown": {"tensor": Leaf(VECTOR), "shape": [-1, -1]},
        "indivisible": {"tensor": Leaf(VECTOR), "shape": [4, -1]},
        "negative": {"tensor": Leaf(VECTOR), "shape": [-2, -3]},
        "float_shape": {"tensor": Leaf(VECTOR), "shape": [2.0, 3.0]},
    },
    "transpose": {
        "short_perm": {"a": Leaf(MATRIX), "perm": [0]},
        "repeated_perm": {"a": Leaf(MATRIX), "perm": [0, 0]},
        "large_perm": {"a": Leaf(MATRIX), "perm": [0, 2]},
    },
    "linalg.matrix_transpose": {"vector": {"a": Leaf(VECTOR)}},
    "squeeze": {
        "axis": {"input": Leaf(MATRIX), "axis": [0]},
        "far_axis": {"input": Leaf(MATRIX), "axis": [5]},
    },
    "expand_dims": {
        "axis": {"input": Leaf(MATRIX), "axis": 3},
        "negative_axis": {"input": Leaf(MATRIX), "axis": -4},
    },
    "concat": {
        "ranks": {"values": [Leaf(VECTOR), Leaf(MATRIX)], "axis": 0},
        "sizes": {"values": [Leaf(MATRIX), Leaf(spread([2, 2]))], "axis": 0},
        "dtypes": {"values": [Leaf([1.0]), Leaf([1], "int32")], "axis": 0},
        "axis": {"values": [Leaf(VECTOR), Leaf(VECTOR)], "axis": 1},
        "scalars": {"values": [Leaf(1.0), Leaf(2.0)], "axis": 0},
        "nothing": {"values": [], "axis": 0},
    },
    "stack": {
        "shapes": {"values": [Leaf(VECTOR), Leaf([1.0])]},
        "dtypes": {"values": [Leaf([1.0]), Leaf([1], "int32")]},
        "axis": {"values": [Leaf(VECTOR), Leaf(VECTOR)], "axis": 2},
        "nothing": {"values": []},
    },
    "unstack": {
        "scalar": {"value": Leaf(1.0)},
        "axis": {"value": Leaf(VECTOR), "num": None, "axis": 1},
        "num": {"value": Leaf(VECTOR), "num": 5},
    },
    "split": {
        "unequal": {"value": Leaf(VECTOR), "num_or_size_splits": 4},
        "sizes": {"value": Leaf(VECTOR), "num_or_size_splits": [2, 2]},
        "axis": {"value": Leaf(VECTOR), "num_or_size_splits": 2, "axis": 1},
        "zero": {"value": Leaf(VECTOR), "num_or_size_splits": 0},
    },
    "tile": {
        "rank": {"input": Leaf(VECTOR), "multiples": [1, 2]},
        "negative": {"input": Leaf(VECTOR), "multiples": [-1]},
    },
    "repeat": {"length": {"input": Leaf(VECTOR), "repeats": [1, 2], "axis": 0}},
    "pad": {
        "one_column": {"tensor": Leaf(VECTOR), "paddings": [[1]]},
        "rank": {"tensor": Leaf(VECTOR), "paddings": [[1, 1], [1, 1]]},
        "mode": {"tensor": Leaf(VECTOR), "paddings": [[1, 1]], "mode": "WRAP"},
        "reflect_too_far": {"tensor": Leaf(VECTOR), "paddings": [[6, 0]], "mode": "REFLECT"},
        "symmetric_too_far": {"tensor": Leaf(VECTOR), "paddings": [[7, 0]], "mode": "SYMMETRIC"},
        "negative": {"tensor": Leaf(VECTOR), "paddings": [[-1, 0]]},
    },
    "reverse": {
        "axis": {"tensor": Leaf(VECTOR), "axis": [1]},
        "repeated_axis": {"tensor": Leaf(MATRIX), "axis": [0, -2]},
    },
    "roll": {
        "axis": {"input": Leaf(VECTOR), "shift": 1, "axis": 1},
        "lengths": {"input": Leaf(VECTOR), "shift": [1, 2], "axis": [0]},
        "scalar": {"input": Leaf(1.0), "shift": 1, "axis": 0},
    },
    "broadcast_to": {
        "smaller": {"input": Leaf(VECTOR), "shape": [2]},
        "lower_rank": {"input": Leaf(MATRIX), "shape": [3]},
    },
    "slice": {
        "size": {"input_": Leaf(VECTOR), "begin": [4], "size": [3]},
        "begin": {"input_": Leaf(VECTOR), "begin": [7], "size": [0]},
        "negative_begin": {"input_": Leaf(VECTOR), "begin": [-1], "size": [1]},
        "rank": {"input_": Leaf(MATRIX), "begin": [0], "size": [1]},
    },
    "strided_slice": {
        "zero_stride": {"input_": Leaf(VECTOR), "begin": [0], "end": [6], "strides": [0]}
    },
    "reverse_sequence": {
        "length": {"input": Leaf(MATRIX), "seq_lengths": [4, 2], "seq_axis": 1},
        "number": {"input": Leaf(MATRIX), "seq_lengths": [1, 2, 3], "seq_axis": 1},
        "same_axes": {"input": Leaf(MATRIX), "seq_lengths": [1, 2], "seq_axis": 0},
    },
    "ensure_shape": {
        "size": {"x": Leaf(MATRIX), "shape": [2, 2]},
        "rank": {"x": Leaf(MATRIX), "shape": [None]},
    },
}
for op, variants in REFUSED.items():
    for variant, arguments in variants.items():
        table.value(op, f"refuses_{variant}", arguments)

OTHER_DTYPES: Variants = {
    "reshape": {"tensor": Leaf([1, 2], "int32"), "shape": [2, 1]},
    "transpose": {"a": Leaf([[True, False]], "bool")},
    "tile": {"input": Leaf([1, 2], "int64"), "multiples": [2]},
    "pad": {"tensor": Leaf([1, 2], "int32"), "paddings": [[1, 1]]},
    "reverse": {"tensor": Leaf([True, False], "bool"), "axis": [0]},
    "roll": {"input": Leaf([1, 2, 3], "int32"), "shift": 4, "axis": 0},
    "expand_dims": {"input": [1, 2], "axis": 0},
    "repeat": {"input": [[1, 2], [3, 4]], "repeats": [1, 2], "axis": 0},
}
for op, arguments in OTHER_DTYPES.items():
    table.value(op, "of_other_dtype", arguments)
