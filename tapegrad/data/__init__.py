"""``tf.data``: data sets that are read element by element.

A pipeline runs in the thread that iterates, in plain Python, when an element is asked for.
"""

from __future__ import annotations

from tapegrad.data.counts import INFINITE as INFINITE_CARDINALITY
from tapegrad.data.counts import UNKNOWN as UNKNOWN_CARDINALITY
from tapegrad.data.dataset import Dataset
from tapegrad.data.dataset_spec import DatasetSpec
from tapegrad.data.iterator import Iterator

AUTOTUNE = -1

__all__ = [
    "AUTOTUNE",
    "INFINITE_CARDINALITY",
    "UNKNOWN_CARDINALITY",
    "Dataset",
    "DatasetSpec",
    "Iterator",
]

_OF_TEXT = ("TextLineDataset", "TFRecordDataset", "FixedLengthRecordDataset")


def __getattr__(name: str) -> object:
    if name in _OF_TEXT:
        raise AttributeError(
            f"tf.data.{name} is not here: its elements would be strings, and tensors hold numbers. "
            f"Read and decode in Python, and hand the numbers over: "
            f"tf.data.Dataset.from_generator(numbers_of_each_line, output_signature=...)."
        )
    raise AttributeError(f"module 'tapegrad.data' has no attribute {name!r}")
