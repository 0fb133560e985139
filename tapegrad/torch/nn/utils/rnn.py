"""``torch.nn.utils.rnn``: sequences of several lengths as one tensor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tapegrad.torch.creation import full
from tapegrad.torch.documentation import documented
from tapegrad.torch.from_data import tensor
from tapegrad.torch.nn.packed import (
    PackedSequence,
    invert_permutation,
    pack_padded_sequence,
    pad_packed_sequence,
)
from tapegrad.torch.shaping import cat, stack
from tapegrad.torch.tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


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


@documented(
    "torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]).data",
    "tensor([1, 3, 2])",
    sequences="Tensors that differ in their first dimension only.",
    enforce_sorted="Whether the lengths must fall; if not, the sequences are put into order.",
)
def pack_sequence(sequences: list[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of several lengths, packed."""
    lengths = tensor([s.size(0) for s in sequences])
    packed: PackedSequence = pack_padded_sequence(
        pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted
    )
    return packed


@documented(
    "packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])\n"
    "torch.nn.utils.rnn.unpack_sequence(packed)",
    "[tensor([1, 2]), tensor([3])]",
    packed_sequences="From `pack_sequence`.",
)
def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences again, as a list."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    result: list[Tensor] = unpad_sequence(padded, lengths, batch_first=True)
    return result
