"""Picking rows, where the table, the indices or both differ from example to example."""

from __future__ import annotations

import numpy as np
import pytest

from tapegrad.core.batching import Batched, batched_raw
from tapegrad.core.table import raw


@pytest.mark.parametrize(
    ("shape", "indices", "axis"),
    [
        ((4,), (2,), -1),
        ((4, 3), (2, 5), -2),
        ((2, 4, 3), (2,), -2),
        ((2, 4, 3), (), -1),
        ((2, 3, 4, 5), (3, 2), -2),
        ((3, 4), (0,), -2),
    ],
)
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_gather_is_that_of_each_example(
    shape: tuple[int, ...], indices: tuple[int, ...], axis: int, dtype: type[np.integer]
) -> None:
    random = np.random.default_rng(0)
    tables = random.normal(size=(3, *shape))
    rows = random.integers(0, shape[axis], size=(3, *indices)).astype(dtype)
    for x, i in (
        (Batched(tables, batched_raw), Batched(rows, batched_raw)),
        (tables[0], Batched(rows, batched_raw)),
        (Batched(tables, batched_raw), rows[0]),
    ):
        found = batched_raw.gather(x, i, axis=axis).value
        each = [
            raw.gather(
                x.value[n] if isinstance(x, Batched) else x,
                i.value[n] if isinstance(i, Batched) else i,
                axis=axis,
            )
            for n in range(3)
        ]
        np.testing.assert_array_equal(found, np.stack(each))
