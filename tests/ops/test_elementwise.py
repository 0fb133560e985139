"""Elementwise operations and operators: special points, refusals, IndexedSlices."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf


def derivatives(f: Callable[[Any], Any], x: Any) -> tuple[Any, Any]:
    """The first and second derivatives of an elementwise function, as lists."""
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        first = inner.gradient(y, x)
    second = outer.gradient(first, x, unconnected_gradients="zero")
    return first.numpy().tolist(), second.numpy().tolist()


class TestSpecialPoints:
    @pytest.mark.parametrize(
        ("exponent", "first", "second"),
        [
            (0.0, 0.0, 0.0),
            (1.0, 1.0, 0.0),
            (2.0, 0.0, 2.0),
            (3.0, 0.0, 0.0),
            (0.5, np.inf, -np.inf),
        ],
    )
    def test_powers_at_zero(self, exponent: float, first: float, second: float) -> None:
        assert derivatives(lambda x: x**exponent, 0.0) == (first, second)

    def test_base_of_a_power_that_is_not_positive_has_no_exponent_gradient(self) -> None:
        y = tf.constant([2.0, 2.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(y)
            z = tf.constant([-3.0, 0.0, 1.0]) ** y
        assert tape.gradient(z, y).numpy().tolist() == [0.0, 0.0, 0.0]

    def test_root_behind_where_has_no_nan_to_second_order(self) -> None:
        def f(x: Any) -> Any:
            return tf.where(x > 0.0, tf.sqrt(x), 0.0)

        assert derivatives(f, [0.0, 4.0]) == ([0.0, 0.25], [0.0, -0.03125])
        assert derivatives(lambda x: tf.where(x > 0.0, x**0.5, 0.0), [0.0, 4.0])[0] == [0.0, 0.25]

    def test_infinite_cotangents_do_not_pass_where_nothing_was_chosen(self) -> None:
        x, y = tf.constant([1.0, 3.0]), tf.constant([2.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            z = tf.maximum(x, y)
        gx, gy = tape.gradient(z, [x, y], output_gradients=tf.constant([np.inf, np.inf]))
        assert gx.numpy().tolist() == [0.0, np.inf]
        assert gy.numpy().tolist() == [np.inf, 0.0]

    def test_ties_of_maximum_and_minimum_go_to_the_first(self) -> None:
        for f in (tf.maximum, tf.minimum):
            x, y = tf.constant(2.0), tf.constant(2.0)
            with tf.GradientTape() as tape:
                tape.watch([x, y])
                z = f(x, y)
            assert [g.numpy().item() for g in tape.gradient(z, [x, y])] == [1.0, 0.0]

    def test_clipping_on_the_bounds_and_its_bounds(self) -> None:
        x = tf.constant([-2.0, -1.0, 0.0, 1.0, 2.0])
        low, high = tf.constant(-1.0), tf.constant(1.0)
        with tf.GradientTape() as tape:
            tape.watch([x, low, high])
            y = tf.clip_by_value(x, low, high)
        gx, gl, gh = tape.gradient(y, [x, low, high])
        assert gx.numpy().tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]
        assert (gl.numpy(), gh.numpy()) == (1.0, 1.0)

    def test_sign_has_zeros_and_floor_none(self) -> None:
        x = tf.constant([-1.5, 2.5])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            outputs = [tf.floor(x), tf.round(x), tf.math.ceil(x), x // 2.0]
            s = tf.sign(x)
        assert tape.gradient(s, x).numpy().tolist() == [0.0, 0.0]
        assert [tape.gradient(y, x) for y in outputs] == [None] * 4

    def test_derivative_of_digamma_is_trigamma(self) -> None:
        first, second = derivatives(tf.math.digamma, 1.0)
        assert first == pytest.approx(np.pi**2 / 6)
        assert second == pytest.approx(-2.4041138063191885)  # -2 zeta(3)

    def test_absolute_value_of_complex_zero(self) -> None:
        z = tf.constant([0j, 3 + 4j])
        with tf.GradientTape() as tape:
            tape.watch(z)
            r = tf.abs(z)
        assert tape.gradient(r, z).numpy().tolist() == pytest.approx([0j, 0.6 + 0.8j])

    def test_sign_of_complex_numbers_turns(self) -> None:
        # z/|z| only changes across its direction: d/dt of (1 + 1j*t)/|1 + 1j*t| at 0 is 1j.
        z = tf.constant(1 + 0j)
        with tf.autodiff.ForwardAccumulator(z, tf.constant(1j)) as acc:
            across = tf.sign(z)
        assert acc.jvp(across).numpy() == 1j
        with tf.autodiff.ForwardAccumulator(z, tf.constant(1 + 0j)) as acc:
            along = tf.sign(z)
        assert acc.jvp(along).numpy() == 0


class TestOperators:
    def test_equality_with_what_is_no_tensor(self) -> None:
        x = tf.constant([1.0, 2.0])
        assert (x == None) is False  # noqa: E711 - the comparison is what is tested
        assert (x != None) is True  # noqa: E711
        assert (tf.Variable(1.0) == None) is False  # noqa: E711
        assert bool(x == tf.constant([1.0, 2.0, 3.0])) is False
        assert bool(x != tf.constant([1.0, 2.0, 3.0])) is True

    def test_equality_of_two_dtypes_is_refused(self) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"float32.*int32.*tf\.cast"):
            tf.constant(1.0) == tf.constant(1)  # noqa: B015

    def test_arrays_and_lists_on_the_left(self) -> None:
        x = tf.constant([1.0, 2.0])
        for left in (np.array([4.0, 4.0]), [4.0, 4.0]):
            for operation in (operator.sub, operator.truediv, operator.mod, operator.pow):
                y = operation(left, x)
                assert isinstance(y, tf.Tensor)
                expected = operation(np.float32([4, 4]), np.float32([1, 2]))
                np.testing.assert_array_equal(y.numpy(), expected)

    def test_round_of_python(self) -> None:
        assert round(tf.constant([0.5, 1.5, -2.6])).numpy().tolist() == [0.0, 2.0, -3.0]

    def test_bits_and_truth(self) -> None:
        assert (tf.constant([6]) & 3).numpy().tolist() == [2]
        assert (True ^ tf.constant([True, False])).numpy().tolist() == [False, True]
        assert (~tf.constant([True])).numpy().tolist() == [False]
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"int32"):
            tf.constant(1.0) & 1.0
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"integer"):
            ~tf.constant(1.0)

    def test_there_is_no_unary_plus_and_no_divmod(self) -> None:
        with pytest.raises(TypeError):
            +tf.constant(1.0)  # type: ignore[operator]
        with pytest.raises(TypeError):
            divmod(tf.constant(1.0), 2.0)  # type: ignore[operator]


class TestIntegers:
    @pytest.mark.parametrize(
        ("dtype", "quotient"),
        [("int8", "float32"), ("uint16", "float32"), ("int32", "float64"), ("uint64", "float64")],
    )
    def test_quotients_are_floats(self, dtype: str, quotient: str) -> None:
        y = tf.constant([7], dtype) / tf.constant([2], dtype)
        assert y.dtype == quotient
        assert y.numpy().tolist() == [3.5]

    @pytest.mark.parametrize(("dtype", "quotient"), [("int8", "float32"), ("int64", "float64")])
    def test_guarded_quotients_are_floats(self, dtype: str, quotient: str) -> None:
        y = tf.math.divide_no_nan(tf.constant([7, 7], dtype), tf.constant([2, 0], dtype))
        assert y.dtype == quotient
        assert y.numpy().tolist() == [3.5, 0.0]

    @pytest.mark.parametrize("operation", [operator.floordiv, operator.mod, tf.truncatediv])
    def test_division_by_zero(self, operation: Any) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
            operation(tf.constant([1, 2]), tf.constant([1, 0]))

    def test_negative_powers(self) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match="negative integer powers"):
            tf.constant(2) ** -1

    @pytest.mark.parametrize("name", ["sqrt", "exp", "floor", "sigmoid", "sin"])
    def test_functions_of_floats_refuse_them(self, name: str) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=rf"{name}.*int32.*tf\.cast"):
            getattr(tf, name)(tf.constant([1]))

    def test_bools_are_no_numbers(self) -> None:
        b = tf.constant([True])
        for f in (tf.square, tf.abs, tf.negative, lambda x: x + x, lambda x: x * x, tf.sign):
            with pytest.raises(tf.errors.InvalidArgumentError, match="bool"):
                f(b)


class TestCast:
    def test_values(self) -> None:
        assert tf.cast([1.9, -1.9], tf.int32).numpy().tolist() == [1, -1]
        assert tf.cast([0.0, 0.25, -3.0], tf.bool).numpy().tolist() == [False, True, True]
        x = tf.constant(1.0)
        assert tf.cast(x, "float32") is x

    def test_gradient_has_the_dtype_of_the_source(self) -> None:
        x = tf.constant([1.0, 2.0])
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = tf.cast(x, tf.float64) ** 2.0
            cut = tf.cast(tf.cast(x, tf.int32), tf.float32)
        g = tape.gradient(y, x)
        assert g.dtype == tf.float32
        assert g.numpy().tolist() == [2.0, 4.0]
        assert tape.gradient(cut, x) is None

    def test_losing_the_imaginary_part_warns(self) -> None:
        with pytest.warns(np.exceptions.ComplexWarning, match=r"imaginary part.*tf\.math\.real"):
            y = tf.cast(tf.constant(1 + 2j), tf.float64)
        assert y.numpy() == 1.0

    def test_strings_are_refused(self) -> None:
        with pytest.raises(tf.errors.UnimplementedError, match="string"):
            tf.cast(tf.constant("1"), tf.float32)

    @pytest.mark.parametrize("source", ["float32", "float64", "int64"])
    @pytest.mark.parametrize("target", ["int8", "uint8", "int32", "uint32"])
    def test_saturation(self, source: str, target: str) -> None:
        info = np.iinfo(target)
        y = tf.saturate_cast(tf.constant([-(2.0**40), 5.0, 2.0**40], tf.float64), target)
        assert y.dtype == target
        assert y.numpy().tolist() == [info.min, 5, info.max]
        x = tf.cast(tf.constant([-(2**40), 5, 2**40], tf.int64), source)
        low, middle, high = tf.saturate_cast(x, target).numpy().tolist()
        # float32 does not hold 2**31 - 1: the nearest number below it is 127 away.
        assert info.min <= low <= info.min + 128
        assert middle == 5
        assert info.max - 256 <= high <= info.max

    def test_saturation_between_floats(self) -> None:
        y = tf.saturate_cast(tf.constant([1e300, -1e300], tf.float64), tf.float32)
        assert y.numpy().tolist() == [np.finfo("f4").max, np.finfo("f4").min]


class TestIndexedSlices:
    SLICES = tf.IndexedSlices(tf.constant([[3.0], [4.0]]), tf.constant([2, 0]), tf.constant([3, 1]))

    @pytest.mark.parametrize(
        ("operation", "values"),
        [
            (lambda s: tf.scalar_mul(2.0, s), [[6.0], [8.0]]),
            (lambda s: tf.clip_by_value(s, 0.0, 3.5), [[3.0], [3.5]]),
            (lambda s: tf.clip_by_norm(s, 1.0), [[0.6], [0.8]]),
            (lambda s: tf.clip_by_global_norm([s], 1.0)[0][0], [[0.6], [0.8]]),
            (lambda s: tf.cast(s, tf.float64), [[3.0], [4.0]]),
            (tf.identity, [[3.0], [4.0]]),
        ],
    )
    def test_kept(self, operation: Any, values: Any) -> None:
        result = operation(self.SLICES)
        assert isinstance(result, tf.IndexedSlices)
        np.testing.assert_allclose(result.values.numpy(), values, rtol=1e-6)
        assert result.indices.numpy().tolist() == [2, 0]

    @pytest.mark.parametrize(
        ("operation", "expected"),
        [
            (tf.square, [[16.0], [0.0], [9.0]]),
            (tf.reduce_sum, 7.0),
            (lambda s: tf.add_n([s, s]), [[8.0], [0.0], [6.0]]),
        ],
    )
    def test_made_dense(self, operation: Any, expected: Any) -> None:
        assert operation(self.SLICES).numpy().tolist() == expected


def test_add_n_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="at least one"):
        tf.add_n([])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"same size and shape.*broadcast"):
        tf.add_n([tf.constant([1.0, 2.0]), tf.constant([1.0])])
    with pytest.raises(tf.errors.InvalidArgumentError, match="int32"):
        tf.add_n([tf.constant([1.0]), tf.constant([1])])


def test_accumulate_n_checks_what_is_expected() -> None:
    parts = [tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])]
    assert tf.math.accumulate_n(parts, [2], tf.float32).numpy().tolist() == [4.0, 6.0]
    with pytest.raises(ValueError, match="incompatible"):
        tf.math.accumulate_n(parts, shape=[3])
    with pytest.raises(TypeError, match="float32"):
        tf.math.accumulate_n(parts, tensor_dtype=tf.int32)


def test_complex_wants_two_floats_of_one_dtype() -> None:
    with pytest.raises(TypeError, match=r"int32.*tf\.float32"):
        tf.complex([1], [2])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Incompatible shapes"):
        tf.complex([1.0, 2.0], [1.0, 2.0, 3.0])


def test_clipping_refuses_bounds_that_would_broadcast_the_tensor() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[2\].*\[3\]"):
        tf.clip_by_value(tf.constant([1.0, 2.0]), tf.constant([0.0, 0.0, 0.0]), 1.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match="broadcast"):
        tf.clip_by_value(tf.constant(1.0), tf.constant([0.0, 0.0, 0.0]), 1.0)
