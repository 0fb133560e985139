"""The names that the matrix gives for other libraries: they exist, and compute the same."""

from __future__ import annotations

import functools
import importlib
import warnings
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import nest
from tapegrad.core.table import TABLE
from tapegrad.testing.names import names
from tests.matrix import composed, operations
from tests.matrix.evidence import samples
from tests.matrix.twins import NUMPY, TORCH
from tests.ops import test_table as table

NUMPY_NAMES = {name: numpy for name, (numpy, _) in names().items() if numpy != "none"}
TORCH_NAMES = {name: torch for name, (_, torch) in names().items() if torch != "none"}


def resolved(path: str) -> Any:
    """The function of a name such as ``scipy.special.erf``."""
    library, *parts = path.split(".")
    found: Any = importlib.import_module(library)
    for i, part in enumerate(parts, start=2):
        if not hasattr(found, part):
            found = importlib.import_module(".".join([library, *parts][:i]))
        else:
            found = getattr(found, part)
    return found


def example(name: str) -> tuple[list[Any], dict[str, Any], list[Any]]:
    """Data, options and results of one call of an operation."""
    if name in TABLE:
        sample = next(s for s in samples()[name] if all(a.size for a in s.arrays()))
        arrays = sample.arrays()
        outputs = table.run(sample, table.tensors(arrays))
        return list(arrays), sample.params, [np.asarray(y) for y in outputs]
    arguments = operations.composed()[name].arguments
    assert arguments is not None
    function = operations.functions()[name]
    call = composed.first_that_runs(name, function, arguments)
    assert call is not None
    outputs = nest.flatten(call(*nest.map_structure(tf.constant, call.values)))
    return call.values, call.held, [np.asarray(y) for y in outputs]


def check(name: str, function: Any, adapters: dict[str, Any], convert: Any) -> None:
    data, options, expected = example(name)
    data = nest.map_structure(convert, data)
    adapter = adapters.get(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows of NaN alone, for example
        got = function(*data) if adapter is None else adapter(function, *data, **options)
    found = nest.flatten(tuple(got) if isinstance(got, tuple) else got)
    assert found
    for y, e in zip(found, expected, strict=adapter is None):
        np.testing.assert_allclose(np.asarray(y), e, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", NUMPY_NAMES)
def test_name_in_numpy_or_scipy(name: str) -> None:
    check(name, resolved(NUMPY_NAMES[name]), NUMPY, np.asarray)


@pytest.mark.parametrize("name", TORCH_NAMES)
def test_name_in_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    check(name, resolved(TORCH_NAMES[name]), TORCH, functools.partial(to_torch, torch))


def to_torch(torch: Any, array: Any) -> Any:
    return torch.from_numpy(np.array(array))
