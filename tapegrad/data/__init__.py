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
