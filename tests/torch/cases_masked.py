"""Masked arrays of NumPy where a tensor is made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.torch.harness import Raises, case

LOST = "PyTorch takes what is masked for numbers, without a word"
REFUSED = Raises("TypeError", match="masked entries")


@case("masked arrays", differs=LOST, ours=REFUSED)
def masked_tensor(torch: Any) -> Any:
    return torch.tensor(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))


@case("masked arrays", differs=LOST, ours=REFUSED)
def masked_memory(torch: Any) -> Any:
    return torch.from_numpy(np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False]))


@case("masked arrays")
def masked_array_with_nothing_masked(torch: Any) -> Any:
    return torch.as_tensor(np.ma.array([1.0, 2.0], mask=[False, False])) * 2.0
