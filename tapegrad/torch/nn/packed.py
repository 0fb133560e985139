"""Packed sequences: sequences of several lengths step by step, without padding."""

from __future__ import annotations

from typing import Any, NamedTuple

from tapegrad.torch.documentation import documented
from tapegrad.torch.from_data import as_tensor, tensor
from tapegrad.torch.shaping import cat
from tapegrad.torch.tensor import Tensor

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pad_packed_sequence",
]


class _Parts(NamedTuple):
    data: Any
    batch_sizes: Any
    sorted_indices: Any
    unsorted_indices: Any


@documented(
    "torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]).batch_sizes",
    "tensor([2, 1])",
    data="The entries of all sequences, step by step, the longest sequence first.",
    batch_sizes="How many sequences there are in each step.",
    sorted_indices="How the sequences were put into order, if they were not.",
    unsorted_indices="Where each sequence is in that order.",
)
class PackedSequence(_Parts):
    """Sequences of several lengths for recurrent networks, made by `pack_sequence`."""

    __slots__ = ()

    def __new__(  # noqa: D102
        cls,
        data: Any,
        batch_sizes: Any = None,
        sorted_indices: Any = None,
        unsorted_indices: Any = None,
    ) -> PackedSequence:
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, batch_sizes, sorted_indices, unsorted_indices)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"PackedSequence({parts})"

    is_cuda = False

    def _with(self, data: Any) -> PackedSequence:
        if data is self.data:
            return self
        return PackedSequence(data, *self[1:])

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The sequences in another type."""
        return self._with(self.data.to(*args, **kwargs))

    def cpu(self) -> PackedSequence:
        """Itself: there is only the processor."""
        return self

    def double(self) -> PackedSequence:
        """The sequences as float64."""
        return self._with(self.data.double())

    def float(self) -> PackedSequence:
        """The sequences as float32."""
        return self._with(self.data.float())

    def half(self) -> PackedSequence:
        """The sequences as float16."""
        return self._with(self.data.half())

    def long(self) -> PackedSequence:
        """The sequences as int64."""
        return self._with(self.data.long())

    def int(self) -> PackedSequence:
        """The sequences as int32."""
        return self._with(self.data.int())


@documented(
    "torch.nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))",
    "tensor([1, 2, 0])",
    permutation="Numbers from 0 on in any order, or None.",
)
def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each number stands."""
    return None if permutation is None else permutation.argsort()


@documented(
    "x = torch.tensor([[1, 3], [2, 0]])\ntorch.nn.utils.rnn.pack_padded_sequence(x, [2, 1]).data",
    "tensor([1, 3, 2])",
    input="Of shape ``(time, batch, *)``.",
    lengths="The length of each sequence.",
    batch_first="Whether the batch is the first axis, before the time.",
    enforce_sorted="Whether the lengths must fall; if not, the sequences are put into order.",
)
def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Sequences that were filled up to one length, packed.

    RuntimeError if lengths are missing, not positive, or out of order.
    """
    lengths = as_tensor(lengths)
    order = None
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        input = input.index_select(0 if batch_first else 1, order)
    x = input.transpose(0, 1) if batch_first else input
    counts = lengths.tolist()
    if len(counts) != x.size(1):
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} "
            f"(batch_size={x.size(1)})"
        )
    if any(n <= 0 for n in counts):
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' "
            "that is <= 0"
        )
    if counts != sorted(counts, reverse=True):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You "
            "can pass `enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to "
            "sidestep this requirement if you do not need ONNX exportability."
        )
    sizes = [sum(n > step for n in counts) for step in range(counts[0])]
    rows = [x[step, :size] for step, size in enumerate(sizes[: x.size(0)])]
    return PackedSequence(cat(rows), tensor(sizes), order)


@documented(
    "packed = torch.nn.utils.rnn.pack_sequence([torch.tensor([1, 2]), torch.tensor([3])])\n"
    "torch.nn.utils.rnn.pad_packed_sequence(packed)[0]",
    "tensor([[1, 3],\n        [2, 0]])",
    sequence="The packed sequences.",
    batch_first="Whether the batch is the first axis of the result, before the time.",
    padding_value="What is filled in.",
    total_length="How long the sequences become; by default as long as the longest.",
)
def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Packed sequences filled up to one length, and their lengths.

    ValueError if `total_length` is less than the longest sequence.
    """
    sizes = sequence.batch_sizes.tolist()
    longest = len(sizes)
    if total_length is not None and total_length < longest:
        raise ValueError(
            f"Expected total_length to be at least the length of the longest sequence in input, "
            f"but got total_length={total_length} and max sequence length being {longest}"
        )
    rest = sequence.data.shape[1:]
    rows = []
    for row in sequence.data.split(sizes):
        missing = row.new_full((sizes[0] - row.size(0), *rest), padding_value)
        rows.append(cat([row, missing]).unsqueeze(0))
    if total_length is not None and total_length > longest:
        more = (total_length - longest, sizes[0], *rest)
        rows.append(sequence.data.new_full(more, padding_value))
    padded: Any = cat(rows)
    lengths: Any = tensor([sum(size > i for size in sizes) for i in range(sizes[0])])
    if sequence.unsorted_indices is not None:
        padded = padded.index_select(1, sequence.unsorted_indices)
        lengths = lengths[sequence.unsorted_indices]
    return (padded.transpose(0, 1) if batch_first else padded), lengths
