"""Reductions, norms and cumulative operations: special points, precision, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tapegrad as tf

INF = float("inf")


def gradient(f: Any, x: Any) -> Any:
    x = tf.constant(x, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x).numpy().tolist()


class TestSpecialPoints:
    def test_extremes_share_the_gradient_of_ties(self) -> None:
        assert gradient(tf.reduce_max, [3.0, 1.0, 3.0]) == [0.5, 0.0, 0.5]
        assert gradient(tf.reduce_min, [[1.0, 1.0], [1.0, 5.0]]) == pytest.approx(
            np.array([[1 / 3, 1 / 3], [1 / 3, 0.0]])
        )
        assert np.isnan(gradient(tf.reduce_max, [1.0, np.nan])).all()

    @pytest.mark.parametrize(
        ("x", "first"),
        [([2.0, 0.0, 3.0], [0.0, 6.0, 0.0]), ([2.0, 0.0, 0.0], [0.0, 0.0, 0.0])],
    )
    def test_products_with_zeros(self, x: Any, first: Any) -> None:
        assert gradient(tf.reduce_prod, x) == first

    def test_second_derivatives_of_products_with_zeros(self) -> None:
        # The gradient of [bc, ac, ab] summed is [b + c, a + c, a + b].
        x = tf.constant([0.0, 1.0, 2.0])
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = tf.reduce_prod(x)
            g = inner.gradient(y, x)
        assert outer.gradient(g, x).numpy().tolist() == [3.0, 2.0, 1.0]

    def test_cumulative_products_with_zeros(self) -> None:
        # Of a + ab + abc + abcd at [2, 0, 3, 4] by a: 1 + b + bc + bcd, by b: a + ac + acd.
        assert gradient(tf.math.cumprod, [2.0, 0.0, 3.0, 4.0]) == [1.0, 32.0, 0.0, 0.0]

    def test_long_cumulative_products(self) -> None:
        x = np.full(20_001, 0.5)
        x[10_000] = 0.0
        g = np.array(gradient(tf.math.cumprod, x))
        assert g[0] == pytest.approx(2.0)  # 1 + 1/2 + 1/4 + ...
        assert not g[10_001:].any()

    def test_logsumexp(self) -> None:
        assert gradient(tf.reduce_logsumexp, [-INF, -INF]) == [0.0, 0.0]
        assert gradient(tf.reduce_logsumexp, [-INF, 0.0]) == [0.0, 1.0]
        assert gradient(tf.reduce_logsumexp, [1000.0, 1000.0]) == [0.5, 0.5]
        assert gradient(tf.reduce_logsumexp, [INF, 0.0]) == [1.0, 0.0]
        assert gradient(tf.reduce_logsumexp, [INF, 0.0, INF]) == [0.5, 0.0, 0.5]

    @pytest.mark.parametrize("order", ["euclidean", 1, 3, INF])
    def test_norms_at_zero(self, order: Any) -> None:
        g = gradient(lambda x: tf.norm(x, ord=order), [0.0, 0.0])
        assert g == [0.0, 0.0]

    def test_deviation_of_a_constant(self) -> None:
        assert gradient(tf.math.reduce_std, [2.0, 2.0, 2.0]) == [0.0, 0.0, 0.0]

    def test_normalisation_and_clipping_at_zero(self) -> None:
        assert gradient(tf.math.l2_normalize, [0.0, 0.0]) == pytest.approx([1e6, 1e6])
        assert gradient(lambda x: tf.clip_by_norm(x, 2.0), [0.0, 0.0]) == [1.0, 1.0]
        assert gradient(lambda x: tf.linalg.global_norm([x]), [0.0, 0.0]) == [0.0, 0.0]

    def test_means_and_extremes_of_nothing(self) -> None:
        empty = tf.zeros([0, 2])
        assert np.isnan(tf.reduce_mean(empty).numpy())
        assert tf.reduce_max(empty, axis=0).numpy().tolist() == [-INF, -INF]
        assert gradient(tf.reduce_mean, np.zeros([0, 2])) == []

    def test_exclusive_logsumexp_starts_with_minus_infinity(self) -> None:
        y = tf.math.cumulative_logsumexp([0.0, 0.0, -INF], exclusive=True)
        np.testing.assert_allclose(y.numpy(), [-INF, 0.0, np.log(2.0)], rtol=1e-6)
        g = gradient(lambda x: tf.math.cumulative_logsumexp(x)[1:], [-INF, 0.0, 0.0])
        assert g == pytest.approx([0.0, 1.5, 0.5])


class TestPrecision:
    def test_float16_is_added_up_in_float32(self) -> None:
        x = tf.constant(np.full([4096], 1.0), tf.float16)
        assert tf.reduce_sum(x).numpy() == 4096
        y = tf.constant(np.full([100], 1000.0), tf.float16)
        assert tf.reduce_mean(y).numpy() == 1000  # the sum is beyond float16
        assert tf.math.reduce_euclidean_norm(y).numpy() == 10000
        assert tf.reduce_mean(y).dtype == tf.float16

    def test_gradient_of_logsumexp_does_not_depend_on_its_size(self) -> None:
        x = tf.constant([1000.0, 1001.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_logsumexp(x)
        expected = 1.0 / (1.0 + np.exp([1.0, -1.0]))
        np.testing.assert_allclose(tape.gradient(y, x).numpy(), expected, rtol=1e-6)

    def test_integers_wrap_and_means_are_rounded_to_zero(self) -> None:
        assert tf.reduce_sum(tf.constant([200, 100], tf.uint8)).numpy() == 44
        assert tf.reduce_mean([-1, -2, -4]).numpy() == -2


class TestAxes:
    def test_kinds_of_axes(self) -> None:
        x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        for axis in (1, -1, np.int64(1), tf.constant(1), [1], (-1,), tf.constant([1])):
            assert tf.reduce_sum(x, axis).numpy().tolist() == [3.0, 7.0]
        assert tf.reduce_sum(x, []).numpy().tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert tf.reduce_sum(x, [0, -1]).numpy() == 10.0

    @pytest.mark.parametrize(
        ("axis", "error", "match"),
        [
            (2, tf.errors.InvalidArgumentError, r"reduce_sum.*axis 2.*\[-2, 2\)"),
            (-3, tf.errors.InvalidArgumentError, "axis -3"),
            ([0, -2], tf.errors.InvalidArgumentError, "duplicate"),
            (1.0, TypeError, r"integer.*1\.0"),
            (tf.constant(1.0), TypeError, "integer"),
            (True, TypeError, "integer"),
        ],
    )
    def test_axes_that_do_not_exist(self, axis: Any, error: Any, match: str) -> None:
        with pytest.raises(error, match=match):
            tf.reduce_sum(tf.zeros([2, 2]), axis)

    def test_dtypes_that_do_not_fit(self) -> None:
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"reduce_sum.*bool"):
            tf.reduce_sum(tf.constant([True]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"reduce_max.*complex"):
            tf.reduce_max(tf.constant([1j]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"reduce_any.*float32"):
            tf.reduce_any(tf.constant([1.0]))
        with pytest.raises(TypeError, match=r"reduce_std.*tf\.cast"):
            tf.math.reduce_std([1, 2])
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"cumsum.*scalar"):
            tf.cumsum(tf.constant(1.0))


class TestNorms:
    MATRIX = np.array([[1.0, -2.0], [3.0, 4.0]])

    @pytest.mark.parametrize("order", [1, 2, INF, "fro", "euclidean"])
    def test_of_matrices(self, order: Any) -> None:
        expected = np.linalg.norm(self.MATRIX, "fro" if order == "euclidean" else order)
        for axis in ([0, 1], (-2, -1)):
            y = tf.norm(tf.constant(self.MATRIX), ord=order, axis=axis)
            assert y.numpy() == pytest.approx(expected)
        kept = tf.norm(tf.constant(self.MATRIX), ord=order, axis=[0, 1], keepdims=True)
        assert kept.shape == [1, 1]

    @pytest.mark.parametrize(("order", "axis"), [("fro", 0), ("nuc", 0), (3, [0, 1]), (2, [0])])
    def test_orders_and_axes_that_do_not_exist(self, order: Any, axis: Any) -> None:
        with pytest.raises(ValueError, match="must be"):
            tf.norm(tf.constant(self.MATRIX), ord=order, axis=axis)

    def test_clipping_to_a_negative_norm_gives_zeros(self) -> None:
        assert tf.clip_by_norm([1.0, 2.0], -1.0).numpy().tolist() == [0.0, 0.0]

    def test_clipping_by_an_infinite_norm_gives_nan(self) -> None:
        (clipped,), length = tf.clip_by_global_norm([tf.constant([INF, 1.0])], 1.0)
        assert np.isnan(clipped.numpy()).all()
        assert length.numpy() == INF

    def test_a_tensor_is_no_list_of_tensors(self) -> None:
        with pytest.raises(TypeError, match="sequence of tensors"):
            tf.clip_by_global_norm(tf.constant([1.0]), 1.0)


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_jacobian_of_a_cumulative_product(exclusive: bool, reverse: bool) -> None:
    x = tf.constant([0.5, 0.0, 2.0, -1.5], tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.cumprod(x, exclusive=exclusive, reverse=reverse)
    expected = np.zeros([4, 4])
    values = x.numpy()
    for i in range(4):
        factors = [j for j in range(4) if (j >= i if reverse else j <= i)]
        if exclusive:
            factors.remove(i)
        for k in factors:
            expected[i, k] = np.prod([values[j] for j in factors if j != k])
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), expected, atol=1e-14)
