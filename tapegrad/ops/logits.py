"""Which logits a tensor of probabilities was computed from.

A cross entropy of probabilities has no slope where they saturate; of the logits behind them it has.
So Keras remembers the logits of what ``activation="softmax"`` and ``"sigmoid"`` return, and its
cross entropies use them.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

from tapegrad.core.tensor import Tensor

__all__ = ["logits_behind", "remember_logits"]

_BEHIND: dict[int, tuple[Any, Tensor]] = {}  # by the identity of the probabilities


def remember_logits(probabilities: Tensor, logits: Any) -> Tensor:
    """`probabilities`, from now on with their logits, for as long as they live."""
    identity = probabilities._id
    _BEHIND[identity] = ref(probabilities, lambda _: _BEHIND.pop(identity, None)), logits
    return probabilities


def logits_behind(probabilities: Any) -> Any:
    """The logits of a tensor that `remember_logits` was told of, or None."""
    found = _BEHIND.get(getattr(probabilities, "_id", 0))
    return None if found is None else found[1]
