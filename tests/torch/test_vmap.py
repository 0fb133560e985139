"""vmap does for all examples at once what a loop does for each of them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad.torch as torch
from tapegrad.torch import vectorizing
from tapegrad.torch.examples import Captured, Example, UnbatchableError, as_array, marked
from tests.torch.opinfo import drawn, flat, function_named
from tests.torch.test_opinfo import OPERATIONS, RECORDED, value_of

vmap_module = importlib.import_module("tapegrad.torch.func.vmap")

#: Operations that are called for each example: their results depend on data in ways that the
#: engine does not record. All others must go at once.
BY_EXAMPLE = {
    *("argwhere", "as_strided", "as_strided_copy", "bincount", "bucketize", "copysign"),
    *("corrcoef", "count_nonzero", "fmax", "fmin", "frexp", "gather", "gcd", "geqrf", "heaviside"),
    *("histc", "histogram", "index_copy", "index_put", "index_select", "isfinite", "isin"),
    *("isreal", "lcm", "linalg.ldl_factor", "linalg.ldl_factor_ex", "linalg.ldl_solve"),
    *("linalg.lstsq", "linalg.lu_factor", "linalg.lu_factor_ex", "linalg.lu_solve"),
    *("linalg.matrix_rank", "lu", "lu_solve", "masked_scatter", "masked_select", "median"),
    *("nanmedian", "nanquantile", "nonzero", "nonzero_static", "put", "quantile", "resize_"),
    *("resize_as_", "searchsorted", "take", "take_along_dim", "unique", "unique_consecutive"),
    *("unravel_index", "broadcast_tensors", "cartesian_prod", "native_batch_norm"),
    *(f"nn.functional.{n}" for n in ("batch_norm", "instance_norm", "embedding_bag")),
    *(f"nn.functional.{n}" for n in ("cosine_embedding_loss", "cosine_similarity", "one_hot")),
    *(f"nn.functional.{n}" for n in ("gaussian_nll_loss", "max_unpool1d", "max_unpool2d")),
    *(n for n in RECORDED if "_polynomial_" in n),
}


def examples_of(x: Any) -> Any:
    """Three examples: numbers a little smaller, in the domain; integers in another order."""
    array = x.detach().numpy()
    if array.dtype.kind in "fc":
        parts = [array, array * array.dtype.type(0.9), array * array.dtype.type(0.8)]
    else:
        parts = [np.roll(array.reshape(-1), i).reshape(array.shape) for i in range(3)]
    return torch.tensor(np.stack(parts)).requires_grad_(x.requires_grad)


def replaced(value: Any, tensors: Iterator[Any]) -> Any:
    if isinstance(value, torch.Tensor):
        return next(tensors)
    if isinstance(value, (list, tuple)):
        return type(value)([replaced(v, tensors) for v in value])
    if isinstance(value, dict):
        return {k: replaced(v, tensors) for k, v in value.items()}
    return value


def results(value: Any) -> list[Any]:
    return list(flat(list(value) if isinstance(value, (tuple, list)) else [value]))


def close(found: Any, expected: Any) -> None:
    a, b = found.detach().numpy(), expected.detach().numpy()
    assert a.dtype == b.dtype
    coarse = a.dtype.itemsize < 8 or a.dtype == np.complex64
    np.testing.assert_allclose(a, b, rtol=1e-4 if coarse else 1e-6, atol=1e-5 if coarse else 1e-8)


class Ways:
    """Counts how operations are done under vmap."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by_example = 0
        one_by_one, together = vectorizing._one_by_one, vmap_module._together

        def of_operation(*args: Any) -> Any:
            self.by_example += 1
            return one_by_one(*args)

        def of_function(*args: Any) -> Any:
            self.by_example += 1
            return together(*args)

        monkeypatch.setattr(vectorizing, "_one_by_one", of_operation)
        monkeypatch.setattr(vmap_module, "_together", of_function)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


@pytest.mark.parametrize("name", [n for n in RECORDED if not drawn(n)])
def test_an_operation_of_pytorchs_table(name: str, ways: Ways) -> None:
    function = function_named(name)
    for sample in OPERATIONS[name]["samples"]:
        args, kwargs = value_of(sample["args"], []), value_of(sample["kwargs"], [])
        tensors = [*flat(list(args)), *flat(list(kwargs.values()))]
        for count in {len(tensors), 1} if tensors else ():
            whole = [examples_of(x) if i < count else x for i, x in enumerate(tensors)]
            check_against_a_loop(function, args, kwargs, whole, count)
    if name not in BY_EXAMPLE:
        assert ways.by_example == 0


def check_against_a_loop(
    function: Any, args: Any, kwargs: Any, whole: list[Any], count: int
) -> None:
    def of(*tensors: Any) -> tuple[Any, ...]:
        given = iter(tensors)
        return tuple(results(function(*replaced(list(args), given), **replaced(kwargs, given))))

    with np.errstate(all="ignore"):
        try:
            singles = [
                of(*[x[i] if k < count else x for k, x in enumerate(whole)]) for i in (0, 1, 2)
            ]
            expected = [torch.stack(list(column)) for column in zip(*singles, strict=True)]
        except (RuntimeError, IndexError, ValueError):
            return  # changed data or in place: not a question about vmap
        found = torch.vmap(of, in_dims=tuple(0 if k < count else None for k in range(len(whole))))(
            *whole
        )
        for y, wanted in zip(found, expected, strict=True):
            close(y, wanted)
        live = [(y, w) for y, w in zip(found, expected, strict=True) if w.requires_grad]
        assert all(y.requires_grad for y, _ in live)
        sources = [x for x in whole if x.requires_grad]
        if not live:
            return
        random = np.random.default_rng(0)
        seeds = [
            torch.tensor(random.normal(size=tuple(w.shape)).astype(w.detach().numpy().dtype))
            for _, w in live
        ]
        wanted = torch.autograd.grad([w for _, w in live], sources, seeds, materialize_grads=True)
        gradients = torch.autograd.grad(
            [y for y, _ in live], sources, seeds, materialize_grads=True
        )
        for g, w in zip(gradients, wanted, strict=True):
            close(g, w)


def test_gradients_of_samples_of_a_network_are_computed_at_once(ways: Ways) -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    weights = {k: v.detach() for k, v in model.named_parameters()}
    x, t = torch.randn(6, 4), torch.tensor([0, 2, 1, 1, 0, 2])

    def loss(weights: Any, x: Any, t: Any) -> Any:
        y = torch.func.functional_call(model, weights, (x.unsqueeze(0),))
        return torch.nn.functional.cross_entropy(y, t.unsqueeze(0))

    found = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(weights, x, t)
    assert ways.by_example == 0
    each = [torch.func.grad(loss)(weights, x[i], t[i]) for i in range(6)]
    for name, g in found.items():
        close(g, torch.stack([e[name] for e in each]))


def test_a_convolutional_ensemble_is_computed_at_once(ways: Ways) -> None:
    torch.manual_seed(1)
    models = [
        torch.nn.Sequential(
            torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(),
            torch.nn.LayerNorm(8), torch.nn.Linear(8, 3),
        )
        for _ in range(3)
    ]  # fmt: skip
    params, buffers = torch.func.stack_module_state(models)
    x = torch.randn(5, 1, 6, 6)

    def run(params: Any, buffers: Any, x: Any) -> Any:
        return torch.func.functional_call(models[0], (params, buffers), (x,))

    found = torch.vmap(run, in_dims=(0, 0, None))(params, buffers, x)
    assert ways.by_example == 0
    for y, model in zip(found, models, strict=True):
        close(y, model(x))


def test_an_operation_on_data_alone_is_called_for_each_example(ways: Ways) -> None:
    x = torch.tensor([[3.0, 1.0, 2.0], [1.0, 2.0, 0.0]], requires_grad=True)
    y = torch.vmap(lambda a: a[a > 1.5].sum() * a)(torch.stack([x[0], x[1] + 1.0]))
    assert ways.by_example > 0
    close(y, torch.stack([5.0 * x[0], 5.0 * (x[1] + 1.0)]))


def test_data_seen_outside_of_operations_never_pass_for_constants() -> None:
    seen = marked(np.array([1.0, 2.0]), Captured)
    assert isinstance(np.where(seen > 1, seen, 0.0), Captured)
    assert isinstance(seen.max(), Captured)
    assert isinstance(marked(np.arange(3))[1:], Example)
    with pytest.raises(UnbatchableError):
        as_array(seen)


def test_a_mistake_is_that_of_one_example() -> None:
    with pytest.raises(RuntimeError, match=r"tensor a \(2\) must match the size of tensor b \(3\)"):
        torch.vmap(lambda a: a + torch.ones(3))(torch.ones(4, 2))


def test_an_example_prints_the_whole() -> None:
    texts = []
    torch.vmap(lambda a: (texts.append(str(a)), a)[1])(torch.arange(4.0).reshape(2, 2))
    (text,) = texts
    assert text.startswith("BatchedTensor(lvl=")
    assert "[2., 3.]" in text


def test_random_numbers_that_differ_come_from_one_sequence() -> None:
    torch.manual_seed(3)
    first = torch.vmap(lambda a: a + torch.rand(2), randomness="different")(torch.zeros(3, 2))
    torch.manual_seed(3)
    again = torch.vmap(lambda a: a + torch.rand(2), randomness="different")(torch.zeros(3, 2))
    close(first, again)
    assert len(set(first.reshape(-1).tolist())) == 6
