"""Samplers: in which order the items of a dataset come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.random import Generator, default_generator
from tapegrad.torch.tensor import Tensor

__all__ = [
    "BatchSampler",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]

_TEXTS = {
    "data_source": "The dataset.",
    "replacement": "Whether an item can come more than once.",
    "num_samples": "How many numbers come.",
    "indices": "The numbers.",
    "weights": "How likely each item is.",
    "sampler": "Where the numbers come from.",
    "batch_size": "How many numbers a batch has.",
    "drop_last": "Whether a last batch that is shorter is left out.",
}


def _rng(generator: Generator | None) -> np.random.Generator:
    return (default_generator if generator is None else generator)._rng


class Sampler:
    """The base of samplers: ``__iter__`` gives numbers of items, or lists of them.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> issubclass(torch.utils.data.RandomSampler, torch.utils.data.Sampler)
    True
    """

    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


@documented("list(torch.utils.data.SequentialSampler('abc'))", "[0, 1, 2]", **_TEXTS)
class SequentialSampler(Sampler):
    """All items, in order."""

    def __init__(self, data_source: Any) -> None:
        self.data_source = data_source

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


def _check_count(count: Any) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        raise ValueError(
            f"num_samples should be a positive integer value, but got num_samples={count}"
        )


@documented("sorted(torch.utils.data.RandomSampler('abc'))", "[0, 1, 2]", **_TEXTS)
class RandomSampler(Sampler):
    """All items in a random order, or some at random."""

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Generator | None = None,
    ) -> None:
        if not isinstance(replacement, bool):
            raise TypeError(
                f"replacement should be a boolean value, but got replacement={replacement}"
            )
        self.data_source, self.replacement = data_source, replacement
        self._num_samples, self.generator = num_samples, generator
        _check_count(self.num_samples)

    @property
    def num_samples(self) -> int:
        """How many numbers come."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        rng, size = _rng(self.generator), len(self.data_source)
        if self.replacement:
            yield from rng.integers(0, size, self.num_samples).tolist()
            return
        left = self.num_samples
        while left > 0:
            order = rng.permutation(size).tolist()
            yield from order[:left]
            left -= size

    def __len__(self) -> int:
        return self.num_samples


@documented("sorted(torch.utils.data.SubsetRandomSampler([4, 7]))", "[4, 7]", **_TEXTS)
class SubsetRandomSampler(Sampler):
    """Certain items, in a random order."""

    def __init__(self, indices: Sequence[int], generator: Generator | None = None) -> None:
        self.indices, self.generator = indices, generator

    def __iter__(self) -> Iterator[int]:
        for i in _rng(self.generator).permutation(len(self.indices)).tolist():
            yield self.indices[i]

    def __len__(self) -> int:
        return len(self.indices)


@documented("list(torch.utils.data.WeightedRandomSampler([0.0, 1.0], 3))", "[1, 1, 1]", **_TEXTS)
class WeightedRandomSampler(Sampler):
    """Items at random, some more likely than others."""

    def __init__(
        self,
        weights: Any,
        num_samples: int,
        replacement: bool = True,
        generator: Generator | None = None,
    ) -> None:
        _check_count(num_samples)
        values = weights.tolist() if isinstance(weights, Tensor) else list(weights)
        self.weights = np.asarray(values, np.float64)
        if self.weights.ndim != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {self.weights.shape}"
            )
        self.num_samples, self.replacement, self.generator = num_samples, replacement, generator

    def __iter__(self) -> Iterator[int]:
        shares = self.weights / self.weights.sum()
        rng = _rng(self.generator)
        drawn = rng.choice(len(shares), self.num_samples, self.replacement, shares)
        yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


@documented("list(torch.utils.data.BatchSampler(range(3), 2, False))", "[[0, 1], [2]]", **_TEXTS)
class BatchSampler(Sampler):
    """Lists of the numbers that another sampler gives."""

    def __init__(self, sampler: Iterable[int], batch_size: int, drop_last: bool) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size <= 0:
            raise ValueError(
                f"batch_size should be a positive integer value, but got batch_size={batch_size}"
            )
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler, self.batch_size, self.drop_last = sampler, batch_size, drop_last

    def __iter__(self) -> Iterator[list[int]]:
        numbers = iter(self.sampler)
        while batch := list(islice(numbers, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        count: int = len(self.sampler)  # type: ignore[arg-type]
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
