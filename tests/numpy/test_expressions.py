"""NumPy and this dialect agree on what expressions give; derivatives agree with differences."""

from __future__ import annotations

import ast
import warnings
from typing import Any

import numpy
import pytest

import tapegrad.numpy
from tapegrad.core import nest
from tests.numpy.expressions import expressions, samples

SAMPLES = samples()
#: What has a derivative, but not here.
REFUSED_TO_TAPES = {'np.linalg.qr(B, "raw")'}
SMOOTH, VALUES, ERRORS = map(expressions, ("SMOOTH", "VALUES", "ERRORS"))


def evaluate(text: str, np: Any, names: dict[str, Any]) -> Any:
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return eval(text, {"np": np, **names})


def arrays(names: dict[str, Any]) -> dict[str, Any]:
    return {name: tapegrad.numpy.array(value) for name, value in names.items()}


def leaves(value: Any) -> list[Any]:
    if isinstance(value, (tuple, list)):
        return [leaf for v in value for leaf in leaves(v)]
    return [value]


def data(value: Any) -> Any:
    return value._value if isinstance(value, tapegrad.numpy.ndarray) else value


def check_equal(ours: Any, theirs: Any) -> None:
    mine, real = leaves(ours), leaves(theirs)
    assert len(mine) == len(real)
    for a, b in zip(mine, real, strict=True):
        if isinstance(b, (numpy.ndarray, numpy.generic)):
            assert isinstance(a, tapegrad.numpy.ndarray)
            a = data(a)
            assert a.dtype == b.dtype
            assert a.shape == b.shape
            tolerance = 1e-6 if b.dtype in (numpy.float32, numpy.complex64) else 1e-12
            if b.dtype.kind not in "biufc":
                numpy.testing.assert_array_equal(a, b)
                continue
            exact = b.dtype.kind not in "fc"
            numpy.testing.assert_allclose(
                a, b, rtol=0 if exact else tolerance, atol=0 if exact else tolerance
            )
        else:
            assert type(a) is type(b)
            assert a == b


@pytest.mark.parametrize("text", SMOOTH + VALUES)
def test_values(text: str) -> None:
    expected = evaluate(text, numpy, dict(SAMPLES))
    check_equal(evaluate(text, tapegrad.numpy, arrays(SAMPLES)), expected)
    names = arrays(SAMPLES)
    with tapegrad.GradientTape() as tape:
        tape.watch([x for x in names.values() if x.dtype.kind in "fc"])
        if text in REFUSED_TO_TAPES:
            with pytest.raises(TypeError, match="the gradient would be lost"):
                evaluate(text, tapegrad.numpy, names)
            return
        recorded = evaluate(text, tapegrad.numpy, names)
    check_equal(recorded, expected)


@pytest.mark.parametrize("text", ERRORS)
def test_errors(text: str) -> None:
    with pytest.raises(Exception) as real:  # noqa: PT011 - any kind: it is what is compared
        evaluate(text, numpy, dict(SAMPLES))
    with pytest.raises(Exception) as ours:  # noqa: PT011
        evaluate(text, tapegrad.numpy, arrays(SAMPLES))
    kind = next(k for k in real.type.__mro__ if not k.__name__.startswith("_"))
    assert issubclass(ours.type, kind), f"{ours.type}: {ours.value} instead of {kind}: {real.value}"


def floating_names(text: str) -> list[str]:
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    return sorted(n for n in used & set(SAMPLES) if SAMPLES[n].dtype == numpy.float64)


def total(text: str, np: Any, names: dict[str, Any]) -> Any:
    """A number that depends on all elements of what an expression gives."""
    result = 0.0
    for k, leaf in enumerate(leaves(evaluate(text, np, names))):
        weights = numpy.sin(numpy.arange(1, numpy.size(data(leaf)) + 1) + k)
        result = result + (leaf * weights.reshape(numpy.shape(data(leaf)))).sum()
    return result


def differences(function: Any, at: Any, along: Any, step: float = 1e-6) -> Any:
    return (function(at + step * along) - function(at - step * along)) / (2 * step)


@pytest.mark.parametrize("text", SMOOTH)
def test_derivatives(text: str) -> None:
    single = "float32" in text
    for name in floating_names(text):
        others = arrays({k: v for k, v in SAMPLES.items() if k != name})

        def ours(value: Any, name: str = name, others: Any = others) -> Any:
            return total(text, tapegrad.numpy, {**others, name: value})

        def theirs(value: Any, name: str = name) -> Any:
            return total(text, numpy, {**SAMPLES, name: value})

        at = SAMPLES[name]
        along = numpy.cos(numpy.arange(at.size) + 1.0).reshape(at.shape)
        step = 1e-2 if single else 1e-6
        gradient = tapegrad.numpy.grad(ours)(at)
        assert gradient.dtype == numpy.float64
        slope = float((gradient * along).sum())
        expected = differences(theirs, at, along, step)
        numpy.testing.assert_allclose(slope, expected, rtol=1e-3 if single else 1e-6, atol=1e-7)
        _, tangent = tapegrad.numpy.jvp(ours, (at,), (along,))
        numpy.testing.assert_allclose(
            float(tangent), slope, rtol=1e-5 if single else 1e-9, atol=1e-9
        )
        if single:
            continue
        second = float((tapegrad.numpy.hvp(ours, (at,), (along,))[0] * along).sum())
        slopes = tapegrad.numpy.grad(ours)
        changed = differences(lambda v, g=slopes, d=along: float((g(v) * d).sum()), at, along)
        numpy.testing.assert_allclose(second, changed, rtol=1e-5, atol=1e-6)


def test_every_expression_is_there_once() -> None:
    texts = SMOOTH + VALUES + ERRORS
    assert len(set(texts)) == len(texts)
    assert nest.flatten(texts) == texts
