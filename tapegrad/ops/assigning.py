"""Assignment to a block, ``x[index] = values``, as an operation that gives the changed tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.batching import Batched, spread_batch
from tapegrad.core.define import general, linear


def _assigned(x: Any, values: Any, *, index: Any) -> Any:
    changed = np.array(x)
    changed[index] = values
    return changed[()]


def _cleared(x: Any, *, index: Any) -> Any:
    cleared = np.array(x)
    cleared[index] = 0
    return cleared[()]


def _pull_in_place(g: Any, mask: int, index: Any) -> tuple[Any, Any]:
    batched = g.__class__ is Batched
    whole = g.value if batched else g
    picked = None
    if mask & 2:
        picked = whole[index][()]
        if picked.__class__ is np.ndarray:
            picked = picked.copy()
        if batched:
            picked = Batched(picked, g.F)
    whole[index] = 0
    return g, picked


def _push_in_place(t: Any, of_values: Any, index: Any) -> None:
    t[index] = 0 if of_values is None else of_values


# Zero in a block. An index is that of `getitem`.
linear(
    "clear_block",
    _cleared,
    lambda F, g, index: F.clear_block(g, index=index),
)
# Other values in a block, of just the block's shape.
set_block = general(
    "set_block",
    _assigned,
    lambda F, g, index: F.clear_block(g, index=index),
    lambda F, g, index, shape: F.getitem(g, index=index),
    inputs="x values",
    jvps=(
        lambda F, t, index: F.clear_block(t, index=index),
        lambda F, t, index, shape: F.put_slice(t, index=index, to=shape),
    ),
    batch=spread_batch("set_block"),
)
set_block.pull_in_place = _pull_in_place
set_block.push_in_place = _push_in_place
