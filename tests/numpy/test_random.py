"""Random numbers: NumPy's for the same seed, and differentiable by what tapes follow."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy
import pytest
import scipy.stats

import tapegrad as tf
import tapegrad.numpy as np
from tapegrad.numpy.random.legacy import _ROWS
from tapegrad.numpy.random.pathwise import PATHWISE

PARAMETERS = {
    "normal": (0.3, 0.8),
    "lognormal": (0.3, 0.8),
    "laplace": (0.3, 0.8),
    "gumbel": (0.3, 0.8),
    "logistic": (0.3, 0.8),
    "uniform": (0.3, 0.8),
    "exponential": (0.3,),
    "rayleigh": (0.3,),
    "weibull": (2.0,),
    "pareto": (2.0,),
    "power": (2.0,),
    "triangular": (0.1, 0.5, 0.9),
}
#: Where NumPy rejects and draws again, numbers move along their quantiles.
SHAPES = {
    "standard_gamma": ("gamma", (2.3,)),
    "gamma": ("gamma", (0.7, 1.9)),
    "chisquare": ("chi2", (3.1,)),
    "beta": ("beta", (0.8, 2.5)),
    "f": ("f", (3.0, 5.5)),
    "standard_t": ("t", (4.2,)),
}
KINDS = ("default_rng", "RandomState")


def same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, numpy.ndarray):
        assert isinstance(ours, np.ndarray)
        assert ours.dtype == theirs.dtype
        numpy.testing.assert_array_equal(ours._value, theirs)
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", sorted(_ROWS))
def test_numbers_are_numpys(name: str) -> None:
    arguments = _ROWS[name][1]
    found = []
    for module in (np, numpy):
        module.random.seed(3)
        found.append(eval(f"np.random.{name}({arguments})", {"np": module}))
    same(*found)
    for kind in KINDS:
        pair = [(m, getattr(m.random, kind)(5)) for m in (np, numpy)]
        if hasattr(pair[1][1], name):
            same(*[eval(f"g.{name}({arguments})", {"g": g, "np": m}) for m, g in pair])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [None, 5, (2, 3)])
@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_derivatives_by_parameters(name: str, size: Any, kind: str) -> None:
    at = PARAMETERS[name]

    def total(module: Any, *parameters: Any) -> Any:
        generator = getattr(module.random, kind)(7)
        return module.sum(getattr(generator, name)(*parameters, size=size))

    gradients = np.grad(lambda *p: total(np, *p), argnums=tuple(range(len(at))))(*at)
    for i, gradient in enumerate(gradients):
        step = numpy.zeros(len(at))
        step[i] = 1e-6
        change = (total(numpy, *(at + step)) - total(numpy, *(at - step))) / 2e-6
        numpy.testing.assert_allclose(float(gradient), change, rtol=1e-4, atol=1e-6)
    with tf.GradientTape() as tape:
        parameters = [np.array(p) for p in at]
        tape.watch(parameters)
        followed = total(np, *parameters)
    numpy.testing.assert_allclose(float(followed), total(numpy, *at), rtol=1e-12)


def test_every_differentiable_distribution_is_tested() -> None:
    assert set(PATHWISE) == {*PARAMETERS, *SHAPES}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(SHAPES))
def test_derivatives_by_shapes_keep_quantiles(name: str, kind: str) -> None:
    family, at = SHAPES[name]
    distribution = getattr(scipy.stats, family)

    def frozen(*parameters: float) -> Any:
        return (
            distribution(*parameters[:1], 0.0, *parameters[1:])
            if name == "gamma"
            else (distribution(*parameters))
        )

    def draw(module: Any, *parameters: Any) -> Any:
        return getattr(getattr(module.random, kind)(7), name)(*parameters, size=5)

    numbers = draw(numpy, *at)
    argnums = tuple(range(len(at)))
    ours = np.jacobian(lambda *p: draw(np, *p), argnums=argnums)(*at)
    for i, derivative in enumerate(ours):
        step = numpy.zeros(len(at))
        step[i] = 1e-5
        quantiles = frozen(*at).cdf(numbers)
        ends = [frozen(*(at + sign * step)).ppf(quantiles) for sign in (1, -1)]
        numpy.testing.assert_allclose(
            derivative._value, (ends[0] - ends[1]) / 2e-5, rtol=1e-4, atol=1e-7
        )
    with tf.GradientTape() as tape:
        parameters = [np.array(p) for p in at]
        tape.watch(parameters)
        followed = draw(np, *parameters)
    numpy.testing.assert_allclose(followed._value, numbers, rtol=1e-12)


def test_normal_vectors_are_differentiable_by_their_mean() -> None:
    cov = numpy.array([[2.0, 0.5], [0.5, 1.0]])

    def draw(mean: Any) -> Any:
        return np.random.default_rng(1).multivariate_normal(mean, cov, size=3)

    mean = numpy.array([1.0, -1.0])
    expected = numpy.random.default_rng(1).multivariate_normal(mean, cov, size=3)
    numpy.testing.assert_allclose(draw(mean)._value, expected)
    jacobian = np.jacobian(draw)(mean)._value
    numpy.testing.assert_array_equal(jacobian, numpy.broadcast_to(numpy.eye(2), (3, 2, 2)))
    with pytest.raises(TypeError, match="cholesky"):
        np.grad(lambda c: np.random.multivariate_normal(mean, c).sum())(cov)


def test_what_has_no_derivative_refuses_what_is_followed() -> None:
    with pytest.raises(TypeError, match=r"random\.poisson"):
        np.grad(np.random.poisson)(2.0)
    with pytest.raises(TypeError, match=r"random\.choice"):
        np.grad(lambda p: np.random.choice(np.array([1.0, 2.0]), p=p))(numpy.array([0.5, 0.5]))


def test_wrong_parameters_are_numpys_errors() -> None:
    with pytest.raises(ValueError, match="scale < 0"):
        np.grad(lambda scale: np.random.normal(0.0, scale))(-1.0)
    with pytest.raises(ValueError, match=r"Output size \(3,\) is not compatible"):
        np.grad(lambda mu: np.random.normal(mu, numpy.ones((2, 3)), size=3).sum())(0.0)


@pytest.mark.parametrize(
    "call",
    [
        "g.shuffle(x)",
        "g.shuffle(X)",
        "g.permutation(x)",
        "g.permutation(X)",
        "g.permutation(4)",
        "g.choice(x, 3)",
        "g.choice(x, (2, 2), False, [0.1, 0.2, 0.3, 0.2, 0.2])",
        "g.choice(5, 3)",
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_order_is_numpys(call: str, kind: str) -> None:
    found = []
    for module in (np, numpy):
        names = {
            "g": getattr(module.random, kind)(7),
            "x": module.arange(5.0),
            "X": module.arange(12.0).reshape(4, 3),
        }
        found.append((eval(call, names), names["x"], names["X"]))
    for ours, theirs in zip(*found, strict=True):
        same(ours, theirs)


@pytest.mark.parametrize(
    "call", ["g.permuted(X, axis=1)", "g.permuted(X)", "g.choice(X, 2, axis=1, replace=False)"]
)
def test_order_along_an_axis_is_numpys(call: str) -> None:
    same(
        *[
            eval(call, {"g": m.random.default_rng(7), "X": m.arange(12.0).reshape(4, 3)})
            for m in (np, numpy)
        ]
    )


def test_gradients_of_what_is_shuffled_and_chosen() -> None:
    order = numpy.arange(5)
    numpy.random.default_rng(1).shuffle(order)

    def weighted(x: Any) -> Any:
        y = x.copy()
        np.random.default_rng(1).shuffle(y)
        return (y * np.arange(5.0)).sum()

    expected = numpy.empty(5)
    expected[order] = numpy.arange(5.0)
    numpy.testing.assert_array_equal(np.grad(weighted)(numpy.zeros(5))._value, expected)
    chosen = numpy.random.default_rng(1).choice(5, 3)
    counts = np.grad(lambda x: np.random.default_rng(1).choice(x, 3).sum())(numpy.zeros(5))
    numpy.testing.assert_array_equal(counts._value, numpy.bincount(chosen, minlength=5))


def test_an_array_to_write_to() -> None:
    ours, theirs = np.zeros(3), numpy.zeros(3)
    assert np.random.default_rng(1).standard_normal(out=ours) is ours
    numpy.random.default_rng(1).standard_normal(out=theirs)
    numpy.testing.assert_array_equal(ours._value, theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_generators_are_copied_with_their_state(kind: str) -> None:
    generator = getattr(np.random, kind)(1)
    generator.normal(size=3)
    copies = [pickle.loads(pickle.dumps(generator)), copy.deepcopy(generator)]
    for other in copies:
        assert type(other) is type(generator)
    expected = generator.normal(size=2)._value
    for other in copies:
        numpy.testing.assert_array_equal(other.normal(size=2)._value, expected)


def test_generators_are_numpys_too() -> None:
    generator = np.random.default_rng(1)
    assert isinstance(generator, numpy.random.Generator)
    assert np.random.default_rng(generator) is generator
    assert isinstance(generator.spawn(1)[0], np.random.Generator)


def test_compiled_functions_draw_new_numbers_with_their_gradients() -> None:
    generator = np.random.default_rng(0)

    @tf.function
    def draw(mu: Any) -> Any:
        return generator.normal(mu, 1.0, size=2) * mu

    mu = np.array(2.0)
    first, second = draw(mu), draw(mu)
    assert not numpy.array_equal(first.numpy(), second.numpy())
    with tf.GradientTape() as tape:
        tape.watch(mu)
        y = draw(mu)
    expected = (y.numpy() / 2.0 + 2.0).sum()  # of (mu + z) mu
    numpy.testing.assert_allclose(float(tape.gradient(y, mu)), expected)
