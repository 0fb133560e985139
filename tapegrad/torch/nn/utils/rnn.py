"""``torch.nn.utils.rnn``: sequences of several lengths as one tensor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapegrad.torch.creation import full
from tapegrad.torch.documentation import documented
from tapegrad.torch.shaping import cat, stack
from tapegrad.torch.tensor import Tensor

__all__ = ["pad_sequence", "unpad_sequence"]


@documented(
    "torch.nn.utils.rnn.pad_sequence([torch.ones(1), torch.ones(2)], batch_first=True)",
    "tensor([[1., 0.],\n        [1., 1.]])",
    sequences="Tensors that differ in their first dimension only.",
    batch_first="Whether the batch is the first axis of the result, before the time.",
    padding_value="What is filled in.",
    padding_side="'right' or 'left'.",
)
def pad_sequence(
    sequences: Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Sequences filled up to one length, together."""
    if not isinstance(sequences, Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: "
            f"{type(sequences)}"
        )
    given: list[Any] = list(sequences)
    longest = max(s.size(0) for s in given)
    rows = []
    for s in given:
        shape = (longest - s.size(0), *s.shape[1:])
        more = full(shape, padding_value, dtype=s.dtype)
        rows.append(cat([s, more] if padding_side == "right" else [more, s]))
    return stack(rows, 0 if batch_first else 1)


@documented(
    "torch.nn.utils.rnn.unpad_sequence(torch.ones(2, 1), torch.tensor([1]))",
    "[tensor([1.])]",
    padded_sequences="From `pad_sequence`.",
    lengths="The lengths of the sequences.",
    batch_first="Whether the batch is the first axis.",
)
def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False
) -> list[Tensor]:
    """The sequences without what was filled in."""
    rows: Any = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[: int(length)] for row, length in zip(rows, lengths.tolist(), strict=True)]
