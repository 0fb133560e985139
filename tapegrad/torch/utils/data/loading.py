"""Batches: items of a dataset collected, and put together as tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import float64
from tapegrad.torch.from_data import as_tensor, tensor
from tapegrad.torch.random import Generator
from tapegrad.torch.shaping import stack
from tapegrad.torch.tensor import Tensor
from tapegrad.torch.utils.data.datasets import IterableDataset
from tapegrad.torch.utils.data.samplers import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
)

__all__ = ["DataLoader", "default_collate", "default_convert"]


@documented(
    "torch.utils.data.default_convert([1, (2, 'a')])", "[1, [2, 'a']]", data="Any nest of values."
)
def default_convert(data: Any) -> Any:
    """NumPy arrays, also in lists and dictionaries, as tensors."""
    if isinstance(data, (np.ndarray, np.generic)) and data.dtype.kind not in "SUO":
        return as_tensor(data)
    if isinstance(data, Mapping):
        return {name: default_convert(value) for name, value in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    if isinstance(data, (list, tuple)):
        return [default_convert(value) for value in data]
    return data


@documented(
    "torch.utils.data.default_collate([(1, 'a'), (2, 'b')])",
    "[tensor([1, 2]), ('a', 'b')]",
    batch="The items of a batch.",
)
def default_collate(batch: Any) -> Any:
    """Items put together: tensors, arrays and numbers as tensors with a first axis more."""
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(list(batch), 0)
    if isinstance(first, (np.ndarray, np.generic)) and first.dtype.kind not in "SUO":
        return stack([as_tensor(item) for item in batch], 0)
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return {name: default_collate([item[name] for item in batch]) for name in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*map(default_collate, zip(*batch, strict=True)))
    if isinstance(first, Sequence):
        if any(len(item) != len(first) for item in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return [default_collate(column) for column in zip(*batch, strict=True)]
    raise TypeError(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)}"
    )


@documented(
    "[batch.tolist() for batch in torch.utils.data.DataLoader(range(5), batch_size=2)]",
    "[[0, 1], [2, 3], [4]]",
    dataset="What has items by number, or one after the other.",
    batch_size="How many items a batch has; None for items alone.",
    shuffle="Whether items come in a random order, another in each epoch.",
    sampler="Where the numbers of items come from.",
    batch_sampler="Where the lists of numbers of batches come from.",
    num_workers="Without effect: items are read where the loader is used.",
    collate_fn="What puts the items of a batch together; `default_collate` by default.",
    pin_memory="Without effect.",
    drop_last="Whether a last batch that is shorter is left out.",
    timeout="Without effect.",
    worker_init_fn="Without effect.",
    multiprocessing_context="Without effect.",
    prefetch_factor="Without effect.",
    persistent_workers="Without effect.",
    pin_memory_device="Without effect.",
    in_order="Without effect.",
)
class DataLoader:
    """The items of a dataset in batches, as often as it is iterated over."""

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Iterable[int] | None = None,
        batch_sampler: Iterable[list[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[list[Any]], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Any = None,
        multiprocessing_context: Any = None,
        generator: Generator | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
    ) -> None:
        if num_workers < 0:
            raise ValueError(
                "num_workers option should be non-negative; use num_workers=0 to disable "
                "multiprocessing."
            )
        if timeout < 0:
            raise ValueError("timeout option should be non-negative")
        iterable = isinstance(dataset, IterableDataset)
        if iterable:
            for name, value in (
                ("shuffle", shuffle or None),
                ("sampler", sampler),
                ("batch_sampler", batch_sampler),
            ):
                if value is not None:
                    raise ValueError(
                        f"DataLoader with IterableDataset: expected unspecified {name} option, but "
                        f"got {name}={value}"
                    )
        if sampler is not None and shuffle:
            raise ValueError("sampler option is mutually exclusive with shuffle")
        if batch_sampler is not None:
            if batch_size != 1 or shuffle or sampler is not None or drop_last:
                raise ValueError(
                    "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, "
                    "and drop_last"
                )
            batch_size, drop_last = None, False
        elif batch_size is None and drop_last:
            raise ValueError(
                "batch_size=None option disables auto-batching and is mutually exclusive with "
                "drop_last"
            )
        self.dataset, self.num_workers, self.pin_memory = dataset, num_workers, pin_memory
        self.batch_size, self.drop_last, self.generator = batch_size, drop_last, generator
        self.timeout, self.worker_init_fn = timeout, worker_init_fn
        if sampler is None and not iterable:
            sampler = (
                RandomSampler(dataset, generator=generator)
                if shuffle
                else SequentialSampler(dataset)
            )
        if batch_size is not None and batch_sampler is None:
            batch_sampler = BatchSampler(() if sampler is None else sampler, batch_size, drop_last)
        self.sampler, self.batch_sampler = sampler, batch_sampler
        if collate_fn is None:
            collate_fn = default_convert if batch_sampler is None else default_collate
        self.collate_fn = collate_fn

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.dataset, IterableDataset):
            yield from self._one_after_the_other()
        elif self.batch_sampler is None:
            for i in self.sampler or ():
                yield self.collate_fn(self.dataset[i])
        else:
            whole = getattr(self.dataset, "__getitems__", None)
            for numbers in self.batch_sampler:
                items = whole(numbers) if whole else [self.dataset[i] for i in numbers]
                yield self.collate_fn(items)

    def _one_after_the_other(self) -> Iterator[Any]:
        items = iter(self.dataset)
        if self.batch_size is None:
            yield from map(self.collate_fn, items)
            return
        while batch := list(islice(items, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield self.collate_fn(batch)

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            count = len(self.dataset)  # type: ignore[arg-type]
            if self.batch_size is None:
                return count
            return count // self.batch_size if self.drop_last else -(-count // self.batch_size)
        numbers: Any = self.sampler if self.batch_sampler is None else self.batch_sampler
        return len(numbers)
