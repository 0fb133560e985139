"""check_gradients: right functions pass in every form, and each mistake is found and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core.primitive import Primitive, apply
from tapegrad.errors import GradientCheckError
from tapegrad.testing import check_gradients

RNG = np.random.default_rng(5)
A = RNG.standard_normal((3, 3))
X = RNG.standard_normal((2, 3))
V = np.array([0.3, -1.2, 2.1])


def with_rule(f: Callable[..., Any], rule: Callable[..., Any]) -> Any:
    """`f` with ``rule(dy, *x)`` as its gradient."""

    @tf.custom_gradient
    def ruled(*x: Any) -> Any:
        return f(*x), lambda dy: rule(dy, *x)

    return ruled


def failure(f: Callable[..., Any], *args: Any, **options: Any) -> GradientCheckError:
    with pytest.raises(GradientCheckError) as caught:
        check_gradients(f, *args, **options)
    return caught.value


# What is right passes.


class Layer(NamedTuple):
    weight: Any
    bias: Any


def test_structures_of_everything() -> None:
    def f(layer: Layer, more: dict[str, Any], power: int, factor: float) -> dict[str, Any]:
        y = tf.tanh(tf.matmul(more["x"], layer.weight) + layer.bias) ** power
        return {"y": y, "sums": [tf.reduce_sum(y, axis=0) * factor, tf.shape(y)], "none": None}

    layer = Layer(tf.Variable(A), tf.constant(V))
    check = check_gradients(f, layer, {"x": X, "name": "data"}, 3, 0.5, batched=True)
    assert check.largest_error < 1
    assert check.comparisons > 500
    np.testing.assert_array_equal(layer.weight.numpy(), A)


@pytest.mark.parametrize("modes", ["reverse", "forward", ("reverse", "forward")])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_modes_and_orders(modes: Any, order: int) -> None:
    check_gradients(lambda x: tf.sin(x) * tf.exp(x), V, order=order, modes=modes)


@pytest.mark.parametrize(
    ("f", "x", "method"),
    [
        (lambda x: tf.exp(x) * tf.sin(x), V, "complex step"),
        (tf.linalg.inv, A + 3 * np.eye(3), "complex step"),
        (tf.abs, V, "central differences"),  # real for complex arguments
        (lambda x: x * tf.math.conj(x), V, "central differences"),  # complex, not analytic
        (tf.nn.relu, V, "central differences"),  # refuses complex arguments
        (lambda x: tf.sin(x) if x.dtype.is_floating else x, V, "central differences"),
    ],
)
def test_the_complex_step_is_taken_where_it_is_right(f: Any, x: Any, method: str) -> None:
    assert check_gradients(f, x, order=1).method == method


def test_a_given_step_means_differences() -> None:
    assert check_gradients(tf.exp, V, step=1e-2).method == "central differences"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_every_precision(dtype: str) -> None:
    x = tf.cast(tf.constant(V), dtype)
    check_gradients(lambda x: tf.tanh(x) * x, x)
    half = tf.constant(0.5, dtype)
    check_gradients(lambda x: tf.tanh(x) * half, x, order=1)


def test_float32_is_checked_sharply() -> None:
    wrong = with_rule(tf.square, lambda dy, x: dy * 2.01 * x)
    assert failure(wrong, tf.constant(V, tf.float32)).cause.startswith("a factor 1.005")
    # Also where the function refuses double precision, and in a Variable.
    scale = tf.constant(2.0)
    assert "1.005" in failure(lambda x: wrong(x) * scale, tf.constant(V, tf.float32)).cause
    assert "1.005" in failure(wrong, tf.Variable(V, dtype=tf.float32)).cause


def test_double_precision_outside_and_single_inside() -> None:
    def f(x: tf.Tensor) -> tf.Tensor:
        return tf.reduce_sum(tf.sin(tf.cast(x, tf.float32)) ** 3)

    check_gradients(f, V)
    wrong = with_rule(f, lambda dy, x: tf.cast(dy, x.dtype) * tf.cos(x))
    assert "wrong" in str(failure(wrong, V, order=1))


def test_complex_arguments() -> None:
    z = np.array([1 + 2j, 0.3 - 1j])
    check_gradients(lambda z: tf.abs(z) ** 2 * tf.math.real(z * z), z, batched=True)
    check_gradients(lambda z, x: tf.exp(z) * tf.complex(x, x), z, np.array([0.5, 2.0]))


def test_python_floats_take_the_dtype_beside_them_or_that_of_the_function() -> None:
    seen = []

    def f(x: Any, y: Any) -> Any:
        seen.append(y.dtype)
        return x * y

    check_gradients(f, tf.constant(2.0), 3.0, step=1e-2)
    assert tf.float32 in seen
    seen.clear()
    check_gradients(f, 2.0, 3.0)
    assert set(seen) == {tf.float64, tf.complex128}
    inside = tf.constant(2.0)
    check_gradients(lambda x: x * inside * x, 3.0)


def test_sizes_of_very_different_magnitude() -> None:
    check_gradients(tf.math.log, np.array([1e-6, 1.0, 1e6]))
    check_gradients(lambda x: tf.reduce_sum(x**2), np.array([0.0, 1e-9, 1e4]))
    check_gradients(tf.sin, np.zeros((0, 3)))


def test_one_variable_given_twice_and_one_that_is_also_closed_over() -> None:
    v = tf.Variable([2.0, 1.0])
    check_gradients(lambda a, b: a * b * b, v, v)
    check_gradients(lambda a: a * v * v, v)


def test_integers_stay_as_they_are() -> None:
    rows = np.array([2, 0, 2])

    def f(table: Any, rows: Any, axis: int) -> Any:
        assert rows.dtype == np.int64
        return tf.gather(table, rows, axis=axis)

    check_gradients(f, X, rows, 1)


def test_nothing_is_recorded_on_tapes_around() -> None:
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        check_gradients(tf.sin, x)
        assert len(tape.records) == 0
        y = x * x
    assert tape.gradient(y, x).numpy() == 4.0


# What is wrong is found, and named.


def rows(dy: Any, x: Any, b: Any) -> Any:
    return dy, dy[0]


@pytest.mark.parametrize(
    ("f", "args", "cause"),
    [
        (with_rule(tf.square, lambda dy, x: dy * x), (V,), "a factor 0.5: every entry"),
        (with_rule(tf.square, lambda dy, x: dy * 4 * x), (V,), "a factor 2: every entry"),
        (with_rule(tf.sin, lambda dy, x: -dy * tf.cos(x)), (V,), "the sign is wrong"),
        (with_rule(tf.square, lambda dy, x: dy * (2 * x + 1)), (V,), "off by a constant"),
        (
            with_rule(lambda x: tf.matmul(A, x), lambda dy, x: tf.matmul(A, dy)),
            (A + 1.0,),
            "a transpose: the rule applies the Jacobian",
        ),
        (
            with_rule(lambda x: tf.reduce_sum(x * A), lambda dy, x: dy * tf.transpose(A)),
            (A + 1.0,),
            r"a transpose: axes 0 and 1 of x\[0\] are exchanged",
        ),
        (
            with_rule(tf.transpose, lambda dy, x: tf.reshape(dy, x.shape)),
            (X,),
            r"a transpose: x\[0\] is reshaped where it should be transposed",
        ),
        (
            with_rule(lambda x: x * V, lambda dy, x: dy * V[::-1]),
            (np.array([1.0, 2.0, 3.0]),),
            r"right but for 2 of 3 entries of x\[0\]",
        ),
        (
            with_rule(lambda x: x[::-1], lambda dy, x: dy),
            (V,),
            r"the order is reversed along axis 0",
        ),
        (
            with_rule(lambda x, b: x + b, rows),
            (X, V),
            "a term is missing: along axis 0 of output .size 2. only index 0 contributes",
        ),
        (
            with_rule(lambda x, b: x + b, lambda dy, x, b: (dy, tf.reduce_mean(dy, 0))),
            (np.ones((5, 3)), V),
            "one over the size of axis 0 of output: a mean for a sum",
        ),
        (
            with_rule(lambda x: x * tf.reduce_sum(x), lambda dy, x: dy * tf.reduce_sum(x)),
            (V,),
            "a term is wrong, or one too many",
        ),
        (
            with_rule(lambda z: z * z, lambda dy, z: dy * 2 * z),
            (np.array([1 + 2j, 0.3j]),),
            "a conjugate is missing or too much",
        ),
        (with_rule(tf.square, lambda dy, x: 2 * x), (V,), "not linear in the cotangent"),
        (
            with_rule(tf.reduce_sum, lambda dy, x: tf.ones_like(x)),
            (V,),
            "not linear in the cotangent",
        ),
        (with_rule(tf.square, lambda dy, x: dy * 2 * x + 1), (V,), "not linear in the cotangent"),
    ],
)
def test_likely_cause(f: Any, args: tuple[Any, ...], cause: str) -> None:
    with pytest.raises(GradientCheckError, match=f"likely cause: .*({cause})"):
        check_gradients(f, *args)


def test_the_message_has_argument_element_values_and_tolerance() -> None:
    weights = np.ones(5)
    weights[3] = 1.5

    def f(a: Any, params: dict[str, Any]) -> Any:
        wrong = with_rule(tf.square, lambda dy, x: dy * 2 * x * weights)
        return a * wrong(params["w"][0])

    error = failure(f, 2.0, {"w": [np.arange(1.0, 6.0)]})
    assert isinstance(error, AssertionError)
    assert error.argument == "params['w'][0]"
    assert error.index == (3,)
    assert error.got == pytest.approx(2 * 12.0)
    assert error.expected == pytest.approx(2 * 8.0)
    assert 0 < error.tolerance < 1e-4
    assert error.cause == "right but for 1 of 5 entries of params['w'][0]"
    text = str(error)
    assert "reverse mode (order 1) is wrong for the argument params['w'][0] of f." in text
    assert "element        params['w'][0][3]  (1 of 5 wrong)" in text
    assert "derivative of  output[3]" in text
    assert "tape           24" in text
    assert "complex step   16" in text


def test_one_wrong_element_of_many_is_found() -> None:
    factors = np.ones((50, 80))
    factors[17, 23] = 1.3
    wrong = with_rule(tf.square, lambda dy, x: dy * 2 * x * factors)
    error = failure(wrong, RNG.standard_normal((50, 80)))
    assert error.index == (17, 23)
    assert error.got / error.expected == pytest.approx(1.3)


def test_missing_dependence() -> None:
    error = failure(with_rule(tf.multiply, lambda dy, a, b: (dy * b, None)), V, V + 1)
    assert error.argument == "x[1]"
    assert "tape           0 (None)" in str(error)
    assert error.cause.startswith("the dependence is missing")
    assert failure(tf.stop_gradient, V).cause.startswith("the dependence is missing")
    assert "left the tape" in failure(lambda v: np.sin(np.asarray(v)), V).cause
    assert failure(lambda x: x * float(tf.reduce_sum(x)), V).got is not None


def test_a_derivative_that_is_right_but_not_its_own() -> None:
    constant = with_rule(lambda x: x**3, lambda dy, x: dy * 3 * x.numpy() ** 2)
    check_gradients(constant, V, order=1)
    with tf.debugging.set_gradient_leaks("allow"):
        error = failure(constant, V)
    assert "reverse over reverse mode (order 2)" in str(error)
    assert error.cause.startswith("the first derivative is taken for a constant")


def test_nan() -> None:
    bad = with_rule(tf.square, lambda dy, x: dy * 2 * x * np.where(x > 0, np.nan, 1.0))
    error = failure(bad, V)
    assert np.isnan(error.got)
    assert error.index in ((0,), (2,))
    assert "the rule gives NaN where the derivative is finite" in error.cause
    assert failure(tf.math.log, np.array([1.0, 0.0])).cause == "the result is not finite"
    assert "border of its domain" in failure(tf.sqrt, 0.0).cause


@pytest.mark.parametrize("f", [tf.abs, tf.nn.relu, lambda x: tf.maximum(x, 0.0)])
def test_kink(f: Any) -> None:
    error = failure(f, np.array([1.0, 0.0, -2.0]))
    assert "f seems to have a kink here" in str(error)
    assert error.index == (1,)
    assert "forwards   1" in str(error)


def test_kink_of_the_first_derivative() -> None:
    square_of_positive = lambda x: tf.nn.relu(x) ** 2  # noqa: E731
    check_gradients(square_of_positive, 0.0, order=1)
    assert "kink" in str(failure(square_of_positive, 0.0))
    assert "do not settle" in str(failure(lambda x: tf.floor(x) + x, 1.0))


def test_smooth_functions_of_strong_curvature_have_no_kink() -> None:
    check_gradients(lambda x: tf.exp(20 * x) + tf.cos(30 * x), V / 3)
    check_gradients(lambda x: x * x, 0.0)
    check_gradients(tf.nn.relu, np.array([1e-4, -1e-4]))


def test_functions_that_cannot_be_checked() -> None:
    assert (
        "not deterministic" in failure(lambda x: x * tf.random.normal([], dtype=x.dtype), V).cause
    )
    v, integers = tf.Variable([1.0, 2.0]), np.array([3, 4])

    def count(x: Any, n: Any) -> Any:
        n[0] = 0
        return x * 2.0

    def store(d: dict[str, Any]) -> Any:
        d["y"] = d["x"] * 2.0
        return d["y"]

    for f, args, name in (
        (lambda v: tf.reduce_sum(v.assign([0.0, 0.0])), (v,), "v"),
        (count, (1.0, integers), "n"),
        (store, ({"x": 1.0},), "d"),
    ):
        error = failure(f, *args)
        assert "modifies its arguments" in str(error)
        assert error.argument == name
    assert v.numpy().tolist() == [1.0, 2.0]
    assert integers.tolist() == [3, 4]


def test_a_function_for_symmetric_matrices() -> None:
    matrix = A @ A.T + np.eye(3)
    assert "symmetric" in failure(tf.linalg.cholesky, matrix).cause
    check_gradients(lambda x: tf.linalg.cholesky((x + tf.transpose(x)) / 2), matrix)


def rule_of_two_modes(forward: float, batched: float = 1.0) -> Any:
    """``2 x`` with a forward rule, or a rule over a batch axis, that is off by a factor."""

    def pull(F: Any, g: Any, mask: int, args: Any, y: Any, params: Any) -> Any:
        return g * (2.0 * batched if hasattr(g, "F") else 2.0)

    def push(F: Any, tangents: Any, args: Any, y: Any, params: Any) -> Any:
        return tangents[0] * (2.0 * forward)

    reads = [frozenset[str]()]
    primitive = Primitive("twice", "general", lambda x: 2.0 * x, ("x",), (pull,), reads, pull, push)
    return lambda x: apply(primitive, [x], {})


def test_modes_that_disagree() -> None:
    check_gradients(rule_of_two_modes(1.0), V, batched=True)
    error = failure(rule_of_two_modes(1.0 + 3e-8), V)  # each is within the tolerance
    assert "forward and reverse mode disagree for the argument x" in str(error)
    assert error.got == pytest.approx(error.expected, rel=1e-7)
    assert "forward mode (order 1) is wrong" in str(failure(rule_of_two_modes(1.5), V))
    check_gradients(rule_of_two_modes(1.5), V, modes="reverse", order=1)


def test_batched_rows_that_are_not_the_looped_ones() -> None:
    wrong = rule_of_two_modes(1.0, batched=1.5)
    check_gradients(wrong, V)
    error = failure(wrong, V, batched=True)
    assert "the batched Jacobian of <lambda> is wrong for the argument x" in str(error)
    assert (error.got, error.expected) == (3.0, 2.0)


def test_options_that_make_no_sense() -> None:
    for options, words in (
        ({"modes": ("reverse", "sideways")}, "modes must be one or both"),
        ({"modes": ()}, "modes must be one or both"),
        ({"order": 0}, "order must be a whole number from 1"),
        ({"order": 1.5}, "order must be a whole number from 1"),
        ({"directions": 0}, "directions must be at least 1"),
    ):
        with pytest.raises(ValueError, match=words):
            check_gradients(tf.sin, 1.0, **options)
    with pytest.raises(ValueError, match=r"no floating point argument.*3\.0 instead of 3"):
        check_gradients(tf.square, 3)
    with pytest.raises(ValueError, match="returned nothing with a derivative"):
        check_gradients(lambda x: tf.cast(x, tf.int32), 3.0)


def test_the_same_seed_gives_the_same_check() -> None:
    first, second = (check_gradients(tf.tanh, V, seed=3) for _ in range(2))
    assert first == second
