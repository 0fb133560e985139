"""PyTorch's table in second order, in forward mode and in single precision, where PyTorch is."""

from __future__ import annotations

import importlib
import warnings

import numpy as np
import pytest

from tests.torch.opinfo_modes import EXPECTED, judge
from tests.torch.test_opinfo import LIVE, OPERATIONS, table


@pytest.mark.skipif(not LIVE, reason="needs PyTorch and TAPEGRAD_LIVE=1")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_agrees_in_every_mode(name: str) -> None:
    real = importlib.import_module("torch")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        problems = [judge(real, op) for op in table()[name]]
    assert any(problems) == (name in EXPECTED), problems or "take it from the expected differences"
