"""Each public name of NumPy is here with NumPy's parameters, or refused with a reason."""

from __future__ import annotations

import inspect
import warnings
from pathlib import Path
from typing import Any

import numpy
import pytest

import tapegrad.numpy as np
from tapegrad.numpy.absent import METHODS, REFUSED

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    NAMES = {n: getattr(numpy, n) for n in dir(numpy) if not n.startswith("_")}
FUNCTIONS = [
    name
    for name, value in NAMES.items()
    if callable(value) and not inspect.isclass(value) and not isinstance(value, numpy.ufunc)
]

#: Parameters that differ from NumPy's, and why.
OTHER_PARAMETERS = {
    "arange": "versions before 2.4 take `start` by name and `dtype` by position",
    "argsort": "`descending` is the array API standard's",
    "clip": "the array API standard's `min` and `max` stand in front",
    "fromstring": "NumPy does not tell its own",
    "sort": "`descending` is the array API standard's",
}


def parameters(function: Any) -> list[tuple[Any, ...]]:
    """Names, kinds and defaults; a default that only says that there is none counts as any."""
    return [
        (p.name, p.kind, None if p.default is numpy._NoValue else p.default)
        for p in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_or_refused(name: str) -> None:
    if name not in REFUSED:
        assert hasattr(np, name)
        return
    with pytest.raises(AttributeError, match=f"'{name}': ..") as refusal:
        getattr(np, name)
    assert REFUSED[name] in str(refusal.value)


def test_nothing_is_refused_that_is_there() -> None:
    assert not set(REFUSED) & set(vars(np))
    assert set(REFUSED) <= set(NAMES)
    assert len(REFUSED) < 25


@pytest.mark.skipif(
    numpy.lib.NumpyVersion(numpy.__version__) < "2.4.0", reason="parameters are those of NumPy 2.4"
)
@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - set(REFUSED) - set(OTHER_PARAMETERS)))
def test_parameters_are_numpys(name: str) -> None:
    expected, found = parameters(NAMES[name]), parameters(getattr(np, name))
    assert [p[:2] for p in found] == [p[:2] for p in expected]
    for (parameter, _, default), (_, _, other) in zip(found, expected, strict=True):
        marked = inspect.signature(NAMES[name]).parameters[parameter].default is numpy._NoValue
        assert marked or default is other or default == other


@pytest.mark.parametrize("name", OTHER_PARAMETERS)
def test_other_parameters_are_needed(name: str) -> None:
    try:
        expected = parameters(NAMES[name])
    except ValueError:
        return  # NumPy does not tell them
    assert parameters(getattr(np, name)) != expected


@pytest.mark.parametrize("name", [n for n in dir(numpy.ndarray) if not n.startswith("_")])
def test_every_method_is_there_or_refused(name: str) -> None:
    x = np.ones(2)
    if name in METHODS:
        with pytest.raises(AttributeError, match=f"'{name}'") as refusal:
            getattr(x, name)
        assert METHODS[name] in str(refusal.value)
        return
    assert hasattr(np.ndarray, name)


def test_the_documentation_lists_what_is_not_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "numpy_dialect.md").read_text(encoding="utf-8")
    table = [line for line in page.partition("| name | instead |")[2].splitlines() if "`" in line]
    refused = {f"| `{name}` | {why} |" for name, why in REFUSED.items()}
    assert set(table) == refused | {f"| `x.{name}` | {why} |" for name, why in METHODS.items()}


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(AttributeError, match=r"'maen'\. There is tapegrad\.numpy\.mean"):
        np.maen  # noqa: B018
    with pytest.raises(AttributeError, match=r"attribute x\.nbytes"):
        np.nbytes  # noqa: B018
    with pytest.raises(AttributeError, match=r"np\.asarray"):
        np.xyzzy  # noqa: B018
    assert not hasattr(np, "__nonsense__")
    with pytest.raises(AttributeError, match="'maen'"):
        np.ones(2).maen  # noqa: B018
