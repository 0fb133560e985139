"""vjp, jvp, Jacobians, Hessians and Gauss-Newton matrices of functions."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import GradientLeakWarning

RNG = np.random.default_rng(11)
A = RNG.standard_normal((4, 3))
X = RNG.standard_normal(3)
Point = namedtuple("Point", "x y")


def quartic(x: Any) -> Any:
    """``sum_i (A x)_i^4 / 12``: its Hessian is ``A^T diag((A x)^2) A``."""
    return tf.reduce_sum(tf.linalg.matvec(tf.constant(A), x) ** 4) / 12.0


HESSIAN = A.T @ np.diag((A @ X) ** 2) @ A


# vjp and jvp


def test_vjp_of_structures() -> None:
    def f(p: Any, scale: Any) -> Any:
        return {"product": p.x * p.y * scale, "sum": [tf.reduce_sum(p.x)]}

    point = Point(tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0]))
    outputs, pullback = tf.autodiff.vjp(f, (point, 2.0))
    np.testing.assert_array_equal(outputs["product"].numpy(), [6.0, 16.0])
    cotangents = {"product": tf.constant([1.0, 10.0]), "sum": [tf.constant(100.0)]}
    p, scale = pullback(cotangents)
    assert type(p) is Point
    np.testing.assert_array_equal(p.x.numpy(), [106.0, 180.0])
    np.testing.assert_array_equal(p.y.numpy(), [2.0, 40.0])
    assert float(scale) == 83.0
    again = pullback({"product": None, "sum": [1.0]})
    np.testing.assert_array_equal(again[0].x.numpy(), [1.0, 1.0])
    assert again[0].y is None
    zeros = pullback({"product": None, "sum": [1.0]}, unconnected_gradients="zero")
    np.testing.assert_array_equal(zeros[0].y.numpy(), [0.0, 0.0])


def test_vjp_of_integer_arguments_and_rows() -> None:
    table = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    y, pullback = tf.autodiff.vjp(tf.gather, (table, tf.constant([1, 1])))
    np.testing.assert_array_equal(y.numpy(), [[3.0, 4.0], [3.0, 4.0]])
    g, nothing = pullback(tf.ones([2, 2]))
    assert nothing is None
    np.testing.assert_array_equal(g.numpy(), [[0.0, 0.0], [2.0, 2.0]])


def test_a_tensor_given_twice_has_two_derivatives() -> None:
    x = tf.constant(3.0)
    assert [float(g) for g in tf.autodiff.jacobian(lambda a, b: a * a * b, (x, x))] == [18.0, 9.0]
    _, dy = tf.autodiff.jvp(lambda a, b: a * a * b, (x, x), (1.0, None))
    assert float(dy) == 18.0
    ((aa, ab), (ba, bb)) = tf.autodiff.hessian(lambda a, b: a * a * b, (x, x))
    assert [float(h) for h in (aa, ab, ba, bb)] == [6.0, 6.0, 6.0, 0.0]
    v = tf.Variable(1.0)
    with pytest.raises(ValueError, match="among the primals twice"):
        tf.autodiff.jacobian(lambda a, b: a * b, (v, v))


def test_jvp_is_dual_to_vjp() -> None:
    def f(x: Any) -> Any:
        return tf.tanh(tf.linalg.matvec(tf.constant(A), x)), tf.exp(x[0])

    t, g = tf.constant(RNG.standard_normal(3)), tf.constant(RNG.standard_normal(4))
    outputs, (dy, dz) = tf.autodiff.jvp(f, tf.constant(X), t)
    _, pullback = tf.autodiff.vjp(f, tf.constant(X))
    assert len(outputs) == 2
    pulled = pullback((g, tf.constant(2.0, tf.float64)))
    left = float(np.dot(g, dy)) + 2.0 * float(dz)
    assert float(np.dot(pulled, t)) == pytest.approx(left, rel=1e-12)


def test_jvp_of_what_does_not_move() -> None:
    y, dy = tf.autodiff.jvp(lambda a, b: (a * 2.0, b), (1.0, 2.0), (1.0, None))
    assert float(y[1]) == 2.0
    assert float(dy[0]) == 2.0
    assert dy[1] is None
    _, dy = tf.autodiff.jvp(lambda a, b: (a, b), (1.0, 2.0), (1.0, None), "zero")
    assert float(dy[1]) == 0.0


# Jacobians


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_jacobian_of_structures(mode: str | None) -> None:
    def f(p: Any) -> Any:
        return {"y": tf.linalg.matvec(p["a"], p["x"][0]) ** 2, "z": tf.reduce_sum(p["a"])}

    p = {"a": tf.constant(A), "x": [tf.constant(X), tf.constant(7.0, tf.float64)]}
    j = tf.autodiff.jacobian(f, p, mode=mode)
    slope = 2 * (A @ X)
    np.testing.assert_allclose(j["y"]["x"][0].numpy(), slope[:, None] * A, rtol=1e-12)
    expected = np.einsum("i,ik,j->ikj", slope, np.eye(4), X)
    np.testing.assert_allclose(j["y"]["a"].numpy(), expected, rtol=1e-12)
    assert j["y"]["x"][1] is None
    np.testing.assert_array_equal(j["z"]["a"].numpy(), np.ones((4, 3)))
    zeros = tf.autodiff.jacobian(f, p, "zero", mode=mode)
    np.testing.assert_array_equal(zeros["y"]["x"][1].numpy(), np.zeros(4))


def test_jacobian_of_variables_through_a_closure() -> None:
    v = tf.Variable([1.0, 2.0])
    j = tf.autodiff.jacobian(lambda *_: v * v, (v,))
    np.testing.assert_array_equal(j[0].numpy(), [[2.0, 0.0], [0.0, 4.0]])


def test_jacobian_refuses_forward_mode_where_it_is_not_right() -> None:
    z = tf.constant([1.0 + 1.0j])
    with pytest.raises(ValueError, match=r"forward mode: .*real.*mode='reverse'"):
        tf.autodiff.jacobian(lambda z: z * z, z, mode="forward")
    through = tf.grad_pass_through(tf.round)
    with pytest.raises(ValueError, match=r"forward mode: a custom gradient"):
        tf.autodiff.jacobian(through, tf.constant([1.0]), mode="forward")
    with pytest.raises(ValueError, match="mode is 'forward', 'reverse' or None"):
        tf.autodiff.jacobian(tf.sin, tf.constant([1.0]), mode="sideways")


# Hessians


def test_hessian_and_products_of_a_quartic() -> None:
    x, v = tf.constant(X), tf.constant(RNG.standard_normal(3))
    h = tf.autodiff.hessian(quartic, x)
    np.testing.assert_allclose(h.numpy(), HESSIAN, rtol=1e-12)
    hv = tf.autodiff.hvp(quartic, x, v)
    np.testing.assert_allclose(hv.numpy(), HESSIAN @ v.numpy(), rtol=1e-12)
    (own,) = tf.autodiff.hessians(quartic, x)
    np.testing.assert_allclose(own.numpy(), HESSIAN, rtol=1e-12)
    one = tf.autodiff.hessian(quartic, x, parallel_iterations=1)
    np.testing.assert_allclose(one.numpy(), HESSIAN, rtol=1e-12)


def test_hessian_of_structures() -> None:
    """``w . x^2 + 3 b``: the blocks of w and x, and zeros for b, on which it depends linearly."""

    def f(layer: Any, x: Any, unused: Any, index: Any) -> Any:
        return tf.reduce_sum(layer["w"] * x**2) + 3.0 * layer["b"] + tf.cast(index, tf.float32)

    layer = {"w": tf.Variable([1.0, 2.0]), "b": tf.Variable(5.0)}
    arguments = (layer, tf.constant([3.0, 4.0]), tf.constant(9.0), tf.constant(1))
    h = tf.autodiff.hessian(f, arguments)
    np.testing.assert_array_equal(h[0]["w"][0]["w"].numpy(), np.zeros((2, 2)))
    np.testing.assert_array_equal(h[0]["w"][1].numpy(), np.diag([6.0, 8.0]))
    np.testing.assert_array_equal(h[1][0]["w"].numpy(), np.diag([6.0, 8.0]))
    np.testing.assert_array_equal(h[1][1].numpy(), np.diag([2.0, 4.0]))
    np.testing.assert_array_equal(h[0]["b"][1].numpy(), np.zeros(2))
    assert h[1][2] is None
    assert h[2][1] is None
    assert h[3] == ({"w": None, "b": None}, None, None, None) or h[3] is None
    zeros = tf.autodiff.hessian(f, arguments, "zero")
    np.testing.assert_array_equal(zeros[2][1].numpy(), np.zeros(2))
    v = ({"w": tf.constant([1.0, 0.0]), "b": None}, tf.constant([0.0, 1.0]), None, None)
    hv = tf.autodiff.hvp(f, arguments, v)
    np.testing.assert_array_equal(hv[0]["w"].numpy(), [0.0, 8.0])
    assert float(hv[0]["b"]) == 0.0
    np.testing.assert_array_equal(hv[1].numpy(), [6.0, 4.0])
    assert hv[2] is None
    assert hv[3] is None


def test_hessians_follow_tensorflow() -> None:
    """Of the sum of ys, only blocks of each x with itself, a list for a list."""
    a, b = tf.constant([1.0, 2.0]), tf.constant([3.0])
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        ys = [a**3 * b, b**2]
    ha, hb = tf.autodiff.hessians(ys, [a, b], tape=tape)
    np.testing.assert_array_equal(ha.numpy(), np.diag([18.0, 36.0]))
    np.testing.assert_array_equal(hb.numpy(), [[2.0]])
    fa, fb = tf.autodiff.hessians(lambda x: [x[0] ** 3 * x[1], x[1] ** 2], [a, b])
    np.testing.assert_array_equal(fa.numpy(), ha.numpy())
    np.testing.assert_array_equal(fb.numpy(), hb.numpy())
    with pytest.raises(RuntimeError, match="non-persistent"):
        tf.autodiff.hessians(ys, [a, b], tape=tape)


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_hessians_need_one_tape_only(persistent: bool, inside: bool) -> None:
    """Through intermediate values, which a second tape around `gradient` alone would not see."""
    v = tf.Variable(X)
    with tf.GradientTape(persistent=persistent) as tape:
        y = quartic(tf.sin(v) * v)
        if inside:
            (h,) = tf.autodiff.hessians(y, v, tape=tape)
            if persistent:
                assert tape.is_recording
    if not inside:
        (h,) = tf.autodiff.hessians(y, v, tape=tape)
    expected = tf.autodiff.hessian(lambda x: quartic(tf.sin(x) * x), tf.constant(X))
    np.testing.assert_allclose(h.numpy(), expected.numpy(), rtol=1e-12)
    if persistent:
        assert tape.gradient(y, v) is not None
    else:
        with pytest.raises(RuntimeError, match="non-persistent"):
            tape.gradient(y, v)


def test_hessians_of_unconnected_and_linear_tensors() -> None:
    a, b, c = tf.constant([1.0]), tf.constant([2.0, 3.0]), tf.constant(4.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b, c])
        y = tf.reduce_sum(b) + c**2
    found = tf.autodiff.hessians(y, {"a": a, "b": b, "c": c}, tape=tape)
    assert found["a"] is None
    np.testing.assert_array_equal(found["b"].numpy(), np.zeros((2, 2)))
    assert float(found["c"]) == 2.0
    (zeros,) = tf.autodiff.hessians(y, a, tape=tape, unconnected_gradients="zero")
    np.testing.assert_array_equal(zeros.numpy(), [[0.0]])


def test_second_derivatives_are_differentiable_again() -> None:
    """The third derivative of ``x^5`` by a tape, an accumulator and a Hessian around a Hessian."""
    x = tf.constant(2.0, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = tf.autodiff.hessian(lambda x: x**5, x)
    assert float(tape.gradient(h, x)) == pytest.approx(60 * 4.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0, tf.float64)) as accumulator:
        hv = tf.autodiff.hvp(lambda x: x**5, x, 2.0)
    assert float(accumulator.jvp(hv)) == pytest.approx(2 * 60 * 4.0)
    fourth = tf.autodiff.hessian(lambda x: tf.autodiff.hessian(lambda x: x**5, x), x)
    assert float(fourth) == pytest.approx(120 * 2.0)


# Gauss-Newton


def residuals(x: Any) -> Any:
    return tf.sin(tf.linalg.matvec(tf.constant(A), x))


def test_gauss_newton_of_least_squares() -> None:
    j = np.cos(A @ X)[:, None] * A
    x, v = tf.constant(X), RNG.standard_normal(3)
    product = tf.autodiff.gauss_newton_product(residuals, x, tf.constant(v))
    np.testing.assert_allclose(product.numpy(), j.T @ (j @ v), rtol=1e-12)
    matrix = tf.autodiff.gauss_newton_matrix(residuals, x)
    np.testing.assert_allclose(matrix.numpy(), j.T @ j, rtol=1e-12)


def test_gauss_newton_of_another_loss() -> None:
    """With softmax cross-entropy the Hessian of the loss is ``diag(p) - p p^T``."""
    label = np.array([0.0, 1.0, 0.0, 0.0])

    def loss(logits: Any) -> Any:
        return tf.nn.softmax_cross_entropy_with_logits(labels=tf.constant(label), logits=logits)

    j = np.cos(A @ X)[:, None] * A
    p = np.exp(np.sin(A @ X))
    p /= p.sum()
    expected = j.T @ (np.diag(p) - np.outer(p, p)) @ j
    x, v = tf.constant(X), RNG.standard_normal(3)
    matrix = tf.autodiff.gauss_newton_matrix(residuals, x, loss)
    np.testing.assert_allclose(matrix.numpy(), expected, rtol=1e-10)
    product = tf.autodiff.gauss_newton_product(residuals, x, tf.constant(v), loss)
    np.testing.assert_allclose(product.numpy(), expected @ v, rtol=1e-10)


def test_gauss_newton_of_structures() -> None:
    """Two outputs, one of them twice; two arguments, one of them without influence."""

    def f(a: Any, b: Any, unused: Any) -> Any:
        y = a * b
        return {"y": y, "again": (y, b**2)}

    a, b = tf.constant([1.0, 2.0]), tf.constant(3.0)
    ja = np.concatenate([3 * np.eye(2), 3 * np.eye(2), np.zeros((1, 2))])
    jb = np.array([1.0, 2.0, 1.0, 2.0, 6.0])
    arguments = (a, b, tf.constant([5.0]))
    m = tf.autodiff.gauss_newton_matrix(f, arguments)
    np.testing.assert_array_equal(m[0][0].numpy(), ja.T @ ja)
    np.testing.assert_array_equal(m[0][1].numpy(), ja.T @ jb)
    np.testing.assert_array_equal(m[1][0].numpy(), jb @ ja)
    assert float(m[1][1]) == jb @ jb
    assert m[0][2] is None
    assert m[2][0] is None
    va, vb = np.array([1.0, -1.0]), 2.0
    moved = ja @ va + jb * vb
    product = tf.autodiff.gauss_newton_product(
        f, arguments, (tf.constant(va, tf.float32), vb, None)
    )
    np.testing.assert_array_equal(product[0].numpy(), ja.T @ moved)
    assert float(product[1]) == jb @ moved
    assert product[2] is None

    def loss(y: Any) -> Any:
        return tf.reduce_sum(y["again"][0] ** 2) + 2.0 * tf.reduce_sum(y["again"][1])

    h = np.diag([0.0, 0.0, 2.0, 2.0, 0.0])
    m = tf.autodiff.gauss_newton_matrix(f, arguments, loss)
    np.testing.assert_array_equal(m[0][1].numpy(), ja.T @ h @ jb)
    product = tf.autodiff.gauss_newton_product(
        f, arguments, (tf.constant(va, tf.float32), vb, None), loss
    )
    np.testing.assert_array_equal(product[0].numpy(), ja.T @ h @ moved)
    assert float(product[1]) == jb @ h @ moved


# Errors

SCALAR_HELPERS = [
    tf.autodiff.hessian,
    lambda f, x: tf.autodiff.hvp(f, x, tf.ones_like(x)),
]


@pytest.mark.parametrize("helper", SCALAR_HELPERS)
def test_only_scalars_have_a_hessian(helper: Any) -> None:
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match=r"Expect: shape \(\), Actual: shape \(2,\).*reduce_sum"):
        helper(lambda x: x * x, x)
    with pytest.raises(TypeError, match="should return one scalar, but returned a list"):
        helper(lambda x: [tf.reduce_sum(x)], x)
    with pytest.raises(TypeError, match=r"returned .* of type float32.*have left the tape"):
        helper(lambda x: np.sum(x.numpy()), x)
    with (
        pytest.warns(GradientLeakWarning, match="as a Python float"),
        pytest.raises(ValueError, match="does not depend on any of the primals"),
    ):
        helper(lambda x: tf.constant(float(tf.reduce_sum(x))), x)
    with pytest.raises(TypeError, match="needs real floating point"):
        helper(lambda x: tf.cast(tf.reduce_sum(x), tf.int32), x)
    with pytest.raises(TypeError, match="should be a function of tensors, not"):
        helper(tf.reduce_sum(x), x)


EVERY_HELPER = [
    tf.autodiff.vjp,
    lambda f, x: tf.autodiff.jvp(f, x, x),
    tf.autodiff.jacobian,
    tf.autodiff.hessian,
    tf.autodiff.hessians,
    lambda f, x: tf.autodiff.hvp(f, x, x),
    lambda f, x: tf.autodiff.gauss_newton_product(f, x, x),
    tf.autodiff.gauss_newton_matrix,
]


@pytest.mark.parametrize("helper", EVERY_HELPER)
def test_arguments_that_have_no_derivative(helper: Any) -> None:
    with pytest.raises(TypeError, match=r"none of the primals has a derivative.*int32"):
        helper(tf.reduce_sum, tf.constant([1, 2]))
    with pytest.raises(TypeError, match="a primal should be a tensor, a Variable or a number"):
        helper(tf.reduce_sum, object())
    with pytest.raises(TypeError, match="left the tape"):
        helper(lambda x: x.numpy(), tf.constant([1.0]))


@pytest.mark.parametrize("helper", EVERY_HELPER[3:5] + EVERY_HELPER[6:])
def test_complex_numbers_have_no_hessian(helper: Any) -> None:
    with pytest.raises(TypeError, match=r"complex128.*tf\.complex"):
        helper(lambda z: tf.math.real(z * z), tf.constant(1.0 + 2.0j))


def test_tangents_and_cotangents_must_fit() -> None:
    x = tf.constant([1.0, 2.0])
    for call in (tf.autodiff.jvp, tf.autodiff.gauss_newton_product):
        with pytest.raises(ValueError, match=r"Expect: shape \(2,\), Actual: shape \(3,\)"):
            call(tf.sin, x, tf.ones([3]))
        with pytest.raises(ValueError, match="Expect: dtype float32, Actual: dtype float64"):
            call(tf.sin, x, tf.ones([2], tf.float64))
        with pytest.raises(ValueError, match="`tangents` does not have the structure of the prim"):
            call(tf.sin, x, [x])
    _, pullback = tf.autodiff.vjp(tf.sin, x)
    with pytest.raises(ValueError, match=r"`cotangents` does not fit.*Actual: shape \(1,\)"):
        pullback(tf.ones([1]))


def test_hessians_of_values_need_their_tape() -> None:
    x = tf.constant(1.0)
    with pytest.raises(TypeError, match="Give the tape that recorded"):
        tf.autodiff.hessians(x * x, x)
    with pytest.raises(TypeError, match=r"should be a tf\.GradientTape, not str"):
        tf.autodiff.hessians(x * x, x, tape="tape")
    with tf.GradientTape() as tape:
        pass
    z = tf.constant(1.0j)
    with pytest.raises(TypeError, match="complex128 has no Hessian"):
        tf.autodiff.hessians(z, z, tape=tape)


def test_the_loss_must_be_a_scalar() -> None:
    x = tf.constant([1.0, 2.0])
    with pytest.raises(ValueError, match=r"of the loss: .* Actual: shape \(2,\)"):
        tf.autodiff.gauss_newton_product(tf.sin, x, x, tf.square)
    with pytest.raises(ValueError, match=r"loss should return a scalar. .* Actual: shape \(2,\)"):
        tf.autodiff.gauss_newton_matrix(tf.sin, x, tf.square)
    with pytest.raises(ValueError, match=r"of one dtype.*float32.*float64"):
        tf.autodiff.gauss_newton_matrix(lambda x: (x, tf.cast(x, tf.float64)), x)
