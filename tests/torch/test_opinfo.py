"""PyTorch's own table of operations: recorded samples everywhere, all samples where PyTorch is."""

from __future__ import annotations

import functools
import gzip
import importlib.util
import json
import os
import warnings
from typing import Any

import numpy as np
import pytest

import tapegrad.torch as torch
from tests.torch.opinfo import DIFFERENT, KNOWN, close, compare, function_named, rows, wanted_dtype
from tests.torch.record_opinfo import TABLE, cotangent

LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and importlib.util.find_spec("torch") is not None
OPERATIONS = json.loads(gzip.decompress(TABLE.read_bytes()))["operations"]
RECORDED = sorted(name for name, row in OPERATIONS.items() if row["samples"])


def array_of(described: dict[str, Any]) -> Any:
    dtype = described["dtype"]
    values = np.array(
        described["values"],
        dtype={"complex64": "float32", "complex128": "float64"}.get(dtype, dtype),
    )
    if dtype.startswith("complex"):
        values = values[0::2] + 1j * values[1::2]
    return values.astype(dtype).reshape(described["shape"])


def value_of(described: Any, tensors: list[Any]) -> Any:
    """The argument that a JSON value stands for."""
    if not isinstance(described, dict):
        return described
    ((kind, inner),) = described.items()
    if kind == "tensor":
        x = torch.from_numpy(array_of(inner))
        tensors.append(x.requires_grad_(inner.get("grad", False)))
        return tensors[-1]
    if kind in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[kind](value_of(v, tensors) for v in inner)
    if kind == "dict":
        return {k: value_of(v, tensors) for k, v in inner.items()}
    if kind == "slice":
        return slice(*inner)
    if kind == "complex":
        return complex(*inner)
    return ... if kind == "ellipsis" else getattr(torch, inner)


def check(name: str, found: Any, described: Any) -> None:
    """Compare a tensor with what PyTorch gave: type, shape and values."""
    expected = array_of(described["tensor"])
    given = found.detach().numpy()
    assert given.dtype == expected.dtype
    assert given.shape == expected.shape
    single = expected.dtype in (np.float32, np.complex64)
    rtol, atol = (1e-4, 1e-5) if single else (1e-6, 1e-6 if name in DIFFERENT["coarse"] else 1e-9)
    np.testing.assert_allclose(given, expected, rtol, atol)


@pytest.mark.parametrize("name", RECORDED)
def test_values_and_gradients_are_those_that_pytorch_gave(name: str) -> None:
    function = function_named(name)
    for sample in OPERATIONS[name]["samples"]:
        tensors: list[Any] = []
        args = value_of(sample["args"], tensors)
        kwargs = value_of(sample["kwargs"], tensors)
        with np.errstate(all="ignore"):
            result = function(*args, **kwargs)
            outputs = list(result) if isinstance(result, (list, tuple)) else [result]
            assert len(outputs) == len(sample["results"])
            for y, described in zip(outputs, sample["results"], strict=True):
                check(name, y, described)
            if "gradients" not in sample or name in DIFFERENT["gradients"]:
                continue
            targets = [y for y in outputs if y.requires_grad]
            sources = [x for x in tensors if x.requires_grad]
            seeds = [
                torch.from_numpy(cotangent(tuple(y.shape), y.detach().numpy().dtype))
                for y in targets
            ]
            gradients = torch.autograd.grad(targets, sources, seeds, allow_unused=True)
        for g, described in zip(gradients, sample["gradients"], strict=True):
            if g is None or described is None:
                other = array_of(described["tensor"]) if described else g
                assert other is None or not np.any(np.asarray(other))
            else:
                check(name, g, described)


def test_the_table_is_about_most_of_pytorchs_operations() -> None:
    assert len(OPERATIONS) > 600
    assert len(RECORDED) > 400
    with_gradients = [
        n for n in RECORDED if any("gradients" in s for s in OPERATIONS[n]["samples"])
    ]
    assert len(with_gradients) > 250


@functools.cache
def table() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for op in rows():
        found.setdefault(op.name, []).append(op)
    return found


@pytest.mark.skipif(not LIVE, reason="needs PyTorch and TAPEGRAD_LIVE=1")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_all_samples_agree_live(name: str) -> None:
    if function_named(name) is None:
        pytest.skip("tapegrad has no such operation: see docs/torch_operations.md")
    real = importlib.import_module("torch")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        problems = [compare(real, op, wanted_dtype(real, op)) for op in table()[name]]
    assert any(problems) == (name in KNOWN), problems or "take it from the known differences"


def test_closeness_notices_types_shapes_and_values() -> None:
    class Real:
        """An array with the two methods that `close` asks of PyTorch's tensors."""

        def __init__(self, array: Any) -> None:
            self.array = array
            self.dtype = f"torch.{array.dtype.name}"

        def detach(self) -> Any:
            return self

        resolve_conj = resolve_neg = detach

        def numpy(self, force: bool) -> Any:
            return self.array

    mine = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert close(Real(np.array([1.0, 2.0])), mine)
    assert not close(Real(np.array([1.0, 2.00001])), mine)
    assert not close(Real(np.array([[1.0, 2.0]])), mine)
    assert not close(Real(np.array([1.0, 2.0], np.float32)), mine)
