"""The seals of every test and doctest: what a test leaves behind is an error."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

import tapegrad
from tapegrad.core.context import active_recorders


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    recorders, float_errors = active_recorders(), np.geterr()
    yield
    assert active_recorders() == recorders, "the test left a tape or an accumulator active"
    assert np.geterr() == float_errors, "the test left NumPy's floating-point error state changed"


@pytest.fixture(autouse=True)
def nothing_compiles_in_the_background() -> None:
    """A compiler in a thread changes the filters of warnings, and memory, that tests look at."""
    tapegrad.config.set_eager_kernels(patience=math.inf)


@pytest.fixture(autouse=True)
def names_of_doctests(doctest_namespace: dict[str, object]) -> None:
    doctest_namespace.update(np=np, tf=tapegrad)
