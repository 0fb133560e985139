"""Dtypes: what values become, what may be mixed, and the DType objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from tests.differential.expressions import call, expressions
from tests.differential.harness import Raises, case, raised

FLOATING = ("float16", "float32", "float64")
COMPLEX = ("complex64", "complex128")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
ALL = (*FLOATING, *COMPLEX, *INTEGERS, "bool")

DEFAULTS: dict[str, Any] = {
    "float": 1.5,
    "int": 3,
    "int_too_large": 2**40,
    "negative_int_too_large": -(2**40),
    "bool": True,
    "complex": 1 + 2j,
    "numpy_float64": np.float64(1.5),
    "numpy_float32": np.float32(1.5),
    "numpy_int64": np.int64(3),
    "numpy_bool": np.True_,
    "array_float64": np.array([1.5]),
    "array_int64": np.array([1]),
    "array_uint8": np.array([1], np.uint8),
    "array_half": np.array([1.5], np.float16),
    "list_of_floats": [1.5, 2.5],
    "list_of_ints": [1, 2],
    "list_of_int_and_float": [1, 2.5],
    "list_of_float_and_int": [2.5, 1],
    "list_of_int_and_bool": [1, True],
    "list_of_bool_and_float": [True, 1.5],
    "list_of_complex": [1.0, 2j],
    "list_of_large_ints": [1, 2**40],
    "list_of_numpy": [np.float64(1.5), np.float64(2.5)],
    "list_of_numpy_and_python": [np.float64(1.5), 2.5],
    "list_of_arrays": [np.array([1.0, 2.0]), np.array([3.0, 4.0])],
    "empty_list": [],
    "empty_lists": [[], []],
    "range": range(2),
}
for maker in ("constant", "convert_to_tensor", "Variable"):
    table = {f"{maker}_of_{name}": call(maker, value) for name, value in DEFAULTS.items()}
    expressions(__name__, 175, table)


def outcome(tf: Any, call: Callable[[], Any]) -> Any:
    """The dtype of the result, or that there is none."""
    try:
        return call().dtype.name
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, TypeError, ValueError):
        return "refused"
    except tf.errors.NotFoundError:  # TensorFlow has no kernel
        return "refused"


def pairs(operate: Callable[[Any, Any], Any], dtypes: tuple[str, ...]) -> Callable[[Any], Any]:
    def run(tf: Any) -> Any:
        ones = {name: tf.cast([[1]], name) for name in dtypes}
        return [
            [a, b, outcome(tf, partial(operate, ones[a], ones[b]))] for a in dtypes for b in dtypes
        ]

    return run


def each(function: str, dtypes: tuple[str, ...]) -> Callable[[Any], Any]:
    def run(tf: Any) -> Any:
        apply = getattr(tf, function)
        return [[name, outcome(tf, partial(apply, tf.cast([1, 2], name)))] for name in dtypes]

    return run


expressions(
    __name__,
    "176, 180, 181",
    {
        "dtypes_of_sums": pairs(lambda a, b: a + b, ALL[:-1]),
        "dtypes_of_differences": pairs(lambda a, b: a - b, ALL[:-1]),
        "dtypes_of_quotients": pairs(lambda a, b: a / b, ("float32", "float64", *INTEGERS)),
        "dtypes_of_floor_quotients": pairs(lambda a, b: a // b, ("float32", "float64", *INTEGERS)),
        "dtypes_of_remainders": pairs(lambda a, b: a % b, ("float32", "float64", *INTEGERS)),
        "dtypes_of_comparisons": pairs(
            lambda a, b: a < b, ("float32", "float64", "int32", "int64")
        ),
        "dtypes_of_equality": pairs(lambda a, b: a == b, ("float32", "int32", "bool", "complex64")),
        "dtypes_of_matmul": pairs(lambda a, b: a @ b, ("float32", "float64", "int32", "complex64")),
        "dtypes_of_and": pairs(lambda a, b: a & b, ("bool", "int32", "uint8", "float32")),
    },
)
UNARY = "sqrt exp sin tanh square negative abs sign round floor".split()
SIGNED = (*FLOATING, *COMPLEX, "int32", "int64", "bool")
expressions(__name__, 182, {f"dtypes_of_{name}": each(name, SIGNED) for name in UNARY})
REDUCTIONS = "reduce_sum reduce_mean reduce_max reduce_prod cumsum argmax".split()
REAL = (*FLOATING, "int32", "int64", "uint8", "bool")
expressions(__name__, "182, 187", {f"dtypes_of_{name}": each(name, REAL) for name in REDUCTIONS})

expressions(
    __name__,
    "177, 178",
    {
        "float32_and_python_numbers": lambda tf: [
            tf.constant([1.5]) + 1,
            2 ** tf.constant([1.5]),
            tf.constant([1.5]) + True,
            1.5 - tf.constant([1.5]),
            tf.constant([1.5]) * [2],
        ],
        "float64_keeps_python_digits": lambda tf: tf.constant([1.0], tf.float64) * 0.1,
        "float16_and_python_numbers": lambda tf: tf.constant([1.5], tf.float16) * 0.1 + 1,
        "complex_and_python_numbers": lambda tf: [
            tf.constant([1j]) * 2,
            tf.constant([1j]) * 2.5,
            tf.constant([1j]) * (1 + 1j),
            tf.constant([1j], tf.complex64) + 1,
        ],
        "int_and_python_numbers": lambda tf: [
            tf.constant([3]) + 1,
            5 - tf.constant([3], tf.int64),
            tf.constant([3], tf.uint8) * 2,
        ],
        "float32_and_arrays": lambda tf: [
            tf.constant([1.5]) + np.array([1.0]),
            np.array([1]) * tf.constant([1.5]),
            tf.constant([1.5]) - np.float64(0.1),
        ],
        "int32_and_int64_array": lambda tf: tf.constant([1]) + np.array([2]),
        "float_and_complex_literal": lambda tf: raised(lambda: tf.constant([1.5]) * 1j),
        "uint8_wraps": lambda tf: tf.constant([200], tf.uint8) + tf.constant([100], tf.uint8),
        "bool_refuses_sum": lambda tf: tf.constant(True) + tf.constant(True),
        "bool_refuses_difference": lambda tf: tf.constant(True) - tf.constant(False),
        "int_power_negative": lambda tf: tf.constant(2) ** -1,
        "int_floor_divide_by_zero": lambda tf: tf.constant([1, 2]) // 0,
        "int_modulo_by_zero": lambda tf: tf.constant([1, 2]) % 0,
        "int_divide_by_zero": lambda tf: tf.constant([1, 0, -1]) / 0,
        "large_unsigned_numbers": lambda tf: [
            tf.constant(2**63, tf.uint64),
            tf.constant(2**63 - 1),
            tf.constant(-(2**63)),
        ],
        "float_divide_by_zero": lambda tf: [
            tf.constant([1.0, 0.0, -1.0]) / 0.0,
            tf.constant([1.0, 0.0, -1.0]) // 0.0,
            tf.constant([1.0, 0.0, -1.0]) % 0.0,
        ],
    },
)


@case(178)
def int_tensor_times_float(tf: Any) -> Any:
    return tf.constant([1, 2]) * 2.0


@case(
    178,
    differs="TensorFlow says InvalidArgumentError here and TypeError for a whole number",
    ours=Raises("TypeError", match="int32"),
)
def int_tensor_plus_fraction(tf: Any) -> Any:
    return tf.constant([1, 2]) + 1.5


@case(
    178,
    differs="TensorFlow says InvalidArgumentError: the sum of bools is refused before the literal",
    ours=Raises("TypeError", match="bool"),
)
def bool_tensor_plus_number(tf: Any) -> Any:
    return tf.constant(True) + 1


@case(
    181,
    differs="TensorFlow's product of bools is a bool",
    ours=Raises("InvalidArgumentError", match="bool"),
)
def bool_times_bool(tf: Any) -> Any:
    return tf.constant([True, False]) * tf.constant([True, True])


@case(179)
def first_argument_decides(tf: Any) -> Any:
    t = tf.constant([1.0])
    return tf.add(t, np.array([2.0])), raised(lambda: tf.add(np.array([2.0]), t))


@case(179)
def python_number_in_first_place(tf: Any) -> Any:
    t, i = tf.constant([2.0], tf.float64), tf.constant([2], tf.int64)
    return [
        tf.subtract(1.5, t),
        tf.maximum(1.0, t),
        tf.pow(2, i),
        raised(lambda: tf.pow(2.5, i)),
    ]


@case(
    179,
    differs="Of all functions, TensorFlow's add and truediv alone take a Python number in first "
    "place for a float32",
    ours=[np.array([3.5]), np.array([0.75])],
)
def python_number_in_first_place_of_a_sum(tf: Any) -> Any:
    t = tf.constant([2.0], tf.float64)
    return [tf.add(1.5, t), tf.truediv(1.5, t)]


@case(176)
def functions_refuse_two_dtypes(tf: Any) -> Any:
    f, i = tf.constant([1.0]), tf.constant([1])
    return [
        raised(lambda: tf.add(f, i)),
        raised(lambda: tf.maximum(f, i)),
        raised(lambda: tf.where([True], f, i)),
        raised(lambda: tf.concat([f, i], 0)),
        raised(lambda: tf.stack([f, i])),
        raised(lambda: tf.matmul(f[None], i[None])),
    ]


@case(176, match="int32|float")
def mixed_dtypes_are_named(tf: Any) -> Any:
    return tf.constant([1.0]) + tf.constant([1])


@case(184)
def converting_literals(tf: Any) -> Any:
    return [
        raised(lambda: tf.constant(1.5, dtype=tf.int32)),
        raised(lambda: tf.constant([1.0], dtype=tf.int32)),
        tf.constant(np.array([1.5, -1.5]), tf.int32),
        tf.constant(1, tf.float64),
        tf.constant(1.5, tf.complex64),
        tf.constant([True, False], tf.bool),
        raised(lambda: tf.constant("a", tf.float32)),
        raised(lambda: tf.constant(1j, tf.float32)),
        raised(lambda: tf.constant(1, tf.bool)),
    ]


@case(184)
def converting_tensors(tf: Any) -> Any:
    t, v = tf.constant(1.0), tf.Variable(1.0)
    return [
        raised(lambda: tf.constant(t, tf.float64)),
        raised(lambda: tf.convert_to_tensor(t, tf.float64)),
        raised(lambda: tf.convert_to_tensor(v, tf.float64)),
        tf.convert_to_tensor(v, tf.float32),
        tf.convert_to_tensor(1, dtype_hint=tf.float64),
        tf.convert_to_tensor(1.5, dtype_hint=tf.int32),
    ]


@case(184)
def converting_nothing(tf: Any) -> Any:
    things = [None, object(), {}, {1}, lambda: 1]
    return [raised(partial(tf.convert_to_tensor, thing)) for thing in things]


@case(204)
def converting_lists_of_tensors(tf: Any) -> Any:
    a, b = tf.constant(1.0), tf.Variable(2.0)
    return [
        tf.convert_to_tensor([a, b]),
        tf.convert_to_tensor([[a, 3.0], [b, a]]),
        raised(lambda: tf.constant([a, b])),
        raised(lambda: tf.convert_to_tensor([a, tf.constant(1)])),
    ]


@case(185)
def names_of_dtypes(tf: Any) -> Any:
    ways = [tf.float64, "float64", np.float64, float, np.dtype("float64"), "double"]
    first = [tf.zeros([1], dtype=way) for way in ways[:3]]
    return first, [tf.as_dtype(way) for way in (*ways, bool, "half", "float")]


@case(185)
def refused_names_of_dtypes(tf: Any) -> Any:
    return [
        raised(lambda: tf.as_dtype(int)),
        raised(lambda: tf.as_dtype("foo")),
        raised(lambda: tf.cast(1.0, int)),
        raised(lambda: tf.zeros([1], "foo")),
        raised(lambda: tf.constant(1, [])),
    ]


@case(185)
def dtypes_compare(tf: Any) -> Any:
    f = tf.float32
    return [
        [f == np.float32, f == "float32", f == tf.float32, f == tf.float64, f != "float64"],
        [tf.constant(1.0).dtype is tf.float32, tf.constant(1.0).dtype == np.float32],
        [hash(f) == hash(tf.as_dtype("float32")), {f: 1}[tf.constant(1.0).dtype], f == None],  # noqa: E711
    ]


@case("185, 188")
def properties_of_dtypes(tf: Any) -> Any:
    rows = []
    for name in ALL:
        d = tf.as_dtype(name)
        rows.append(
            [
                [d.name, repr(d), str(d), d.size, d.as_numpy_dtype.__name__],
                [d.is_floating, d.is_integer, d.is_complex, d.is_bool, d.is_unsigned],
                [d.real_dtype, d.base_dtype],
            ]
        )
    return rows


@case("185, 188")
def properties_of_bfloat16(tf: Any) -> Any:
    d = tf.bfloat16
    return [d.name, repr(d), str(d), d.size, d.is_floating, d.is_integer, d.is_complex]


@case(185)
def limits_of_dtypes(tf: Any) -> Any:
    names = (*FLOATING, *INTEGERS)
    return [[name, float(tf.as_dtype(name).min), float(tf.as_dtype(name).max)] for name in names]


@case(186)
def cast_truncates(tf: Any) -> Any:
    return [
        tf.cast([1.9, -1.9, 0.5, -0.5], tf.int32),
        tf.cast([0.0, 0.25, -3.0, float("nan")], tf.bool),
        tf.cast([True, False], tf.float32),
        tf.cast(tf.constant([1 + 2j, 3 - 1j]), tf.float64),
        tf.cast(1.5, tf.complex64),
        tf.cast(tf.constant([300, -1]), tf.uint8),
        tf.cast(tf.constant([2**40 + 5], tf.int64), tf.int32),
        tf.cast(np.array([1.5]), tf.float32),
        tf.cast([1, 2], "float16"),
    ]


@case(187)
def dtypes_of_results(tf: Any) -> Any:
    x = tf.constant([[1.0, 3.0], [2.0, 0.5]])
    return [
        tf.argmax(x).dtype,
        tf.where(x > 1.0).dtype,
        tf.shape(x).dtype,
        tf.size(x).dtype,
        tf.rank(x).dtype,
        tf.range(3).dtype,
        tf.math.top_k(x).indices.dtype,
        tf.argsort(x).dtype,
        tf.zeros([1]).dtype,
        tf.eye(1).dtype,
        tf.linspace(0, 1, 2).dtype,
        tf.math.count_nonzero(x).dtype,
        tf.one_hot([0], 2).dtype,
        (x > 1.0).dtype,
        tf.fill([1], 1.5).dtype,
    ]


@case(188)
def watched_dtypes_with_gradients(tf: Any) -> Any:
    found = []
    for name in (*FLOATING, *COMPLEX, "int32", "bool"):
        x = tf.cast([2], name)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.identity(x)
        g = tape.gradient(y, x)
        found.append([name, None if g is None else g.dtype.name])
    return found


@case("183, 269")
def sums_keep_small_dtypes(tf: Any) -> Any:
    x = tf.cast([1.5, 2.25], tf.float16)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x) + tf.reduce_mean(x)
    return y, tape.gradient(y, x)


@case(182)
def mean_of_integers(tf: Any) -> Any:
    return [
        tf.reduce_mean([1, 2, 4]),
        tf.reduce_mean([-1, -2, -4]),
        tf.reduce_mean(tf.constant([[1, 2], [4, 4]], tf.int64), axis=1),
    ]
