"""tf.debugging: assertions about values, shapes, types, and check_numerics."""

from __future__ import annotations

from typing import Any

from tests.differential.expressions import call, expressions
from tests.differential.harness import case, raised

NAN, INF = float("nan"), float("inf")

#: assertion -> arguments that pass, arguments that fail
PAIRS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "assert_equal": (([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0], [1.0, 3.0])),
    "assert_none_equal": (([1, 2], [3, 4]), ([1, 2], [3, 2])),
    "assert_less": (([1, 2], [2, 3]), ([1, 3], [2, 3])),
    "assert_less_equal": (([1, 3], [2, 3]), ([1, 4], [2, 3])),
    "assert_greater": (([2, 3], [1, 2]), ([2, 3], [1, 3])),
    "assert_greater_equal": (([2, 3], [1, 3]), ([2, 3], [1, 4])),
    "assert_near": (([1.0, 2.0], [1.0, 2.0000001]), ([1.0, 2.0], [1.0, 2.001])),
}
SINGLE: dict[str, tuple[Any, Any]] = {
    "assert_negative": ([-1.0, -2.0], [-1.0, 0.0]),
    "assert_positive": ([1.0, 2.0], [1.0, 0.0]),
    "assert_non_negative": ([0.0, 2.0], [0.0, -1.0]),
    "assert_non_positive": ([0.0, -2.0], [0.0, 1.0]),
}

for name, (good, bad) in PAIRS.items():
    function = f"debugging.{name}"
    table = {
        f"{name}_holds": call(function, *good),
        f"{name}_fails": call(function, *bad),
        f"{name}_names": call(function, x=good[0], y=good[1], message="text", summarize=3),
    }
    expressions(__name__, "2.2 debug", table)
for name, (one_good, one_bad) in SINGLE.items():
    function = f"debugging.{name}"
    table = {
        f"{name}_holds": call(function, x=one_good),
        f"{name}_fails": call(function, one_bad),
    }
    expressions(__name__, "2.2 debug", table)


@case("2.2 debug", match="the sums differ")
def message_of_an_assertion(tf: Any) -> Any:
    tf.debugging.assert_equal(tf.constant(1), tf.constant(2), message="the sums differ")


@case("2.2 debug")
def near_with_tolerances(tf: Any) -> Any:
    near = tf.debugging.assert_near
    one = tf.constant(1.0)
    return [
        near(one, 1.1, rtol=0.2),
        near(one, 1.1, atol=0.2),
        raised(lambda: near(one, 1.1, rtol=0.01, atol=0.01)),
        raised(lambda: near(one, 1.1)),
    ]


@case("2.2 debug")
def assertions_broadcast(tf: Any) -> Any:
    return [
        tf.debugging.assert_less([[1, 2], [0, 1]], 3),
        raised(lambda: tf.debugging.assert_less([[1, 2], [0, 3]], 3)),
        tf.debugging.assert_equal([], 5.0),
        tf.debugging.assert_positive([]),
    ]


@case("2.2 debug")
def check_numerics_passes_values_on(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.debugging.check_numerics(x, "fine") ** 2
    return y, tape.gradient(y, x)


@case("2.2 debug", match="loss : .*NaN")
def check_numerics_finds_nan(tf: Any) -> Any:
    return tf.debugging.check_numerics(tensor=tf.constant([1.0, NAN]), message="loss")


@case("2.2 debug", match="loss : .*Inf")
def check_numerics_finds_infinities(tf: Any) -> Any:
    return tf.debugging.check_numerics(tf.constant([1.0, INF]), "loss")


@case("2.2 debug")
def check_numerics_of_others(tf: Any) -> Any:
    check = tf.debugging.check_numerics
    return [
        raised(lambda: check(tf.constant([1.0, -INF]), "x")),
        raised(lambda: check(tf.constant([1]), "x")),
        raised(lambda: check(tf.constant([NAN, INF]), "x")),
        check(tf.constant([], tf.float64), "x"),
    ]


@case("2.2 debug")
def assert_shapes_binds_letters(tf: Any) -> Any:
    x, y = tf.zeros([2, 3]), tf.zeros([3])
    check = tf.debugging.assert_shapes
    return [
        check([(x, ("N", "M")), (y, ("M",))]),
        check(shapes=[(x, (2, "M")), (y, ["M"])]),
        check([(x, (..., 3))]),
        raised(lambda: check([(x, ("N", "N"))])),
        raised(lambda: check([(x, ("N", "M")), (y, ("N",))])),
        raised(lambda: check([(x, (2, 4))])),
        raised(lambda: check([(y, ("N", "M"))])),
    ]


@case("2.2 debug")
def assert_ranks(tf: Any) -> Any:
    x = tf.zeros([2, 3])
    return [
        tf.debugging.assert_rank(x, 2),
        tf.debugging.assert_rank_at_least(x, 1),
        tf.debugging.assert_rank_in(x, [1, 2]),
        tf.debugging.assert_scalar(tf.constant(1.0)),
        raised(lambda: tf.debugging.assert_rank(x, 1)),
        raised(lambda: tf.debugging.assert_rank_at_least(x, 3)),
        raised(lambda: tf.debugging.assert_rank_in(x, [0, 1])),
        raised(lambda: tf.debugging.assert_scalar(x)),
    ]


@case("2.2 debug")
def assert_types(tf: Any) -> Any:
    x = tf.constant([1.0])
    return [
        tf.debugging.assert_type(x, tf.float32),
        raised(lambda: tf.debugging.assert_type(x, tf.int32)),
        tf.debugging.assert_integer(tf.constant(1)),
        raised(lambda: tf.debugging.assert_integer(x)),
        tf.debugging.assert_same_float_dtype([x, tf.constant([2.0])]),
        raised(lambda: tf.debugging.assert_same_float_dtype([x, tf.constant([2.0], tf.float64)])),
        tf.debugging.is_numeric_tensor(x),
        tf.debugging.is_numeric_tensor(tf.constant(True)),
    ]


@case("2.2 debug")
def assert_properties(tf: Any) -> Any:
    return [
        tf.debugging.assert_all_finite(tf.constant([1.0, 2.0]), "message"),
        raised(lambda: tf.debugging.assert_all_finite(tf.constant([1.0, INF]), "message")),
        tf.debugging.Assert(tf.constant(True), ["data"]),
        raised(lambda: tf.debugging.Assert(tf.constant(False), ["data"])),
        tf.debugging.assert_proper_iterable([1, 2]),
        raised(lambda: tf.debugging.assert_proper_iterable(tf.constant([1, 2]))),
        raised(lambda: tf.debugging.assert_proper_iterable("text")),
    ]
