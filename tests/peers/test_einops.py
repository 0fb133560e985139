"""einops and opt_einsum with arrays and tensors of every dialect, beside NumPy's arrays."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.numpy
import tapegrad.torch as torch

HAS = {name: importlib.util.find_spec(name) is not None for name in ("einops", "opt_einsum")}
needs_einops = pytest.mark.skipif(not HAS["einops"], reason="einops is not installed")
needs_opt_einsum = pytest.mark.skipif(not HAS["opt_einsum"], reason="opt_einsum is not installed")

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 3, 5))

#: How arrays are made, and what a result has to be.
DIALECTS: dict[str, tuple[Callable[[Any], Any], type]] = {
    "numpy": (tapegrad.numpy.array, tapegrad.numpy.ndarray),
    "tensor": (tf.constant, tf.Tensor),
    "variable": (tf.Variable, tf.Tensor),
    "torch": (lambda a: torch.tensor(a, requires_grad=True), torch.Tensor),
}
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def gradient(function: Callable[[Any], Any], data: Any, dialect: str) -> tuple[Any, Any]:
    """A function's value, and the gradient of its squares added up."""
    make, _ = DIALECTS[dialect]
    x = make(data)
    if dialect == "torch":
        y = function(x)
        (y * y).sum().backward()
        return y, x.grad.numpy()
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
        loss = tf.reduce_sum(y * y) if dialect != "numpy" else (y * y).sum()
    return y, np.asarray(tape.gradient(loss, x))


def differences(function: Callable[[Any], Any], data: Any) -> Any:
    """The same gradient, from values of NumPy's arrays."""
    found = np.empty_like(data)
    for i in np.ndindex(data.shape):
        ends = []
        for step in (1e-5, -1e-5):
            moved = data.copy()
            moved[i] += step
            ends.append(float((function(moved) ** 2).sum()))
        found[i] = (ends[0] - ends[1]) / 2e-5
    return found


def check(function: Callable[[Any], Any], data: Any, dialect: str) -> None:
    y, g = gradient(function, data, dialect)
    assert isinstance(y, DIALECTS[dialect][1])
    value = y.detach().numpy() if dialect == "torch" else np.asarray(y)
    np.testing.assert_allclose(value, function(data), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(g, differences(function, data), rtol=1e-6, atol=1e-8)


REDUCTIONS = ("mean", "sum", "min", "max", "prod")


@needs_einops
@each_dialect
@pytest.mark.parametrize(
    ("pattern", "sizes"),
    [
        ("a b c -> c (b a)", {}),
        ("a b (c d) -> b c a d", {"c": 2}),
        ("... c -> c ...", {}),
        ("a b c -> (a b c)", {}),
        ("a b c -> a 1 b c", {}),
    ],
)
def test_rearrange(dialect: str, pattern: str, sizes: dict[str, int]) -> None:
    from einops import rearrange

    check(lambda x: rearrange(x, pattern, **sizes), X, dialect)


@needs_einops
@each_dialect
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("pattern", ["a b c -> b", "a b c -> c a", "a b c -> a 1 c", "a b c ->"])
def test_reduce(dialect: str, reduction: str, pattern: str) -> None:
    from einops import reduce

    check(lambda x: reduce(x, pattern, reduction), X, dialect)


@needs_einops
@each_dialect
def test_the_other_functions(dialect: str) -> None:
    from einops import asnumpy, einsum, pack, parse_shape, rearrange, repeat, unpack

    make, kind = DIALECTS[dialect]
    check(lambda x: repeat(x, "a b c -> a (b r) c s", r=2, s=3), X, dialect)
    check(lambda x: einsum(x, x, "a b c, a b d -> c d"), X, dialect)
    check(lambda x: rearrange([x, 2.0 * x], "n a b c -> a (n b) c"), X, dialect)
    check(lambda x: pack([x, x[:, 0]], "a * c")[0], X, dialect)
    check(lambda x: unpack(x * x, [[2], []], "a * c")[0], X, dialect)
    assert parse_shape(make(X), "a b _") == {"a": 2, "b": 3}
    plain = torch.tensor(X) if dialect == "torch" else make(X)
    assert type(asnumpy(plain)) is np.ndarray
    whole = make(np.arange(6).reshape(2, 3)) if dialect != "torch" else torch.arange(6)
    assert isinstance(rearrange(whole, "... -> ..."), (kind, type(whole)))


@needs_einops
@each_dialect
def test_conditions_and_means_of_whole_numbers(dialect: str) -> None:
    from einops import reduce

    make = DIALECTS[dialect][0] if dialect != "torch" else torch.tensor
    mask = make(np.array([[True, False], [True, True]]))
    assert np.asarray(reduce(mask, "a b -> a", "all")).tolist() == [False, True]
    assert np.asarray(reduce(mask, "a b -> b", "any")).tolist() == [True, True]
    with pytest.raises(NotImplementedError, match="mean"):
        reduce(make(np.arange(4).reshape(2, 2)), "a b -> a", "mean")


@needs_einops
@pytest.mark.parametrize("pattern", ["a b c -> c (b a)", "a b (c d) -> b c a d"])
def test_by_the_array_api(pattern: str) -> None:
    import einops
    import einops.array_api as by_namespace

    sizes = {"c": 2} if "d" in pattern else {}
    y, g = gradient(lambda x: by_namespace.rearrange(x, pattern, **sizes), X, "numpy")
    np.testing.assert_array_equal(np.asarray(y), einops.rearrange(X, pattern, **sizes))
    np.testing.assert_allclose(g, 2.0 * X)
    for reduction in REDUCTIONS:
        y, g = gradient(lambda x, r=reduction: by_namespace.reduce(x, "a b c -> b", r), X, "numpy")
        exact = differences(lambda x, r=reduction: einops.reduce(x, "a b c -> b", r), X)
        np.testing.assert_allclose(g, exact, rtol=1e-6, atol=1e-8)
    y, _ = gradient(lambda x: by_namespace.repeat(x, "a b c -> a b c r", r=2), X, "numpy")
    assert y.shape == (2, 3, 4, 2)
    packed, shapes = by_namespace.pack([tapegrad.numpy.array(X)] * 2, "a * c")
    assert packed.shape == (2, 6, 4)
    assert len(by_namespace.unpack(packed, shapes, "a * c")) == 2


@needs_opt_einsum
@each_dialect
@pytest.mark.parametrize(
    ("subscripts", "others"),
    [
        ("abc,cbd->ad", ["Y"]),
        ("abc,cbd,ad->", ["Y", "Z"]),
        ("abc,cbd->dbac", ["Y"]),
        ("abc,abc->b", ["X"]),
        ("abc->cab", []),
    ],
)
def test_contract(dialect: str, subscripts: str, others: list[str]) -> None:
    from opt_einsum import contract

    arrays = {"X": X, "Y": Y, "Z": np.linspace(0.5, 1.5, 10).reshape(2, 5)}
    make = DIALECTS[dialect][0]

    def contracted(x: Any) -> Any:
        convert = make if not isinstance(x, np.ndarray) else np.asarray
        return contract(subscripts, x, *[convert(arrays[name]) for name in others])

    check(contracted, X, dialect)


@needs_opt_einsum
@each_dialect
def test_expressions(dialect: str) -> None:
    from opt_einsum import contract_expression

    expression = contract_expression("abc,cbd,ad->ab", X.shape, Y.shape, (2, 5))
    make, z = DIALECTS[dialect][0], np.linspace(0.5, 1.5, 10).reshape(2, 5)

    def evaluated(x: Any) -> Any:
        convert = make if not isinstance(x, np.ndarray) else np.asarray
        return expression(x, convert(Y), convert(z))

    check(evaluated, X, dialect)


FIRST = "import {0}, numpy; import tapegrad as tf, tapegrad.numpy as np; "
LAST = (
    "import sys, numpy, tapegrad as tf, tapegrad.numpy as np; "
    "assert '{0}' not in sys.modules; import {0}; "
)
CALLS = {
    "einops": "y = einops.rearrange(np.ones((2, 3)), 'a b -> (b a)'); "
    "z = einops.reduce(tf.ones((2, 3)), 'a b -> a', 'sum')",
    "opt_einsum": "y = opt_einsum.contract('ab,bc->ac', np.ones((2, 3)), np.ones((3, 2))); "
    "z = opt_einsum.contract('ab,bc->ac', tf.ones((2, 3)), tf.ones((3, 2)))",
}


@pytest.mark.parametrize("order", [FIRST, LAST], ids=["first", "last"])
@pytest.mark.parametrize("library", CALLS)
def test_order_of_imports(library: str, order: str) -> None:
    """Whichever is imported first; and neither library because of ours."""
    if not HAS[library]:
        pytest.skip(f"{library} is not installed")
    program = order.format(library) + CALLS[library]
    program += "; assert isinstance(y, np.ndarray) and isinstance(z, tf.Tensor); print('done')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "done", done.stderr
