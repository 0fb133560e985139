"""Dataset: where data sets come from."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator as PythonIterator
from functools import reduce
from itertools import count as counter
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.dtypes import numpy_dtype
from tapegrad.core.tensor_spec import TensorSpec
from tapegrad.data import counts
from tapegrad.data.elements import (
    Element,
    common_spec,
    element_of,
    is_structure,
    map_leaves,
    map_specs,
    row_count,
    rows_of,
    spec_of,
)
from tapegrad.data.generators import GeneratorSource
from tapegrad.data.groups import Groups
from tapegrad.data.pipeline import Pipeline
from tapegrad.data.runs import Order, Run
from tapegrad.data.streams import chosen, sampled, zipped
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.arguments import int_argument


class Dataset(Groups):
    """A lazy sequence of elements, each a tensor or a structure of tensors.

    Made by `from_tensor_slices` and the other static methods, changed by methods that each give a
    new data set. Nothing is computed before an element is asked for; every ``for`` loop begins a
    new pass.

    Parameters
    ----------
    variant_tensor
        TensorFlow's; data sets are not made this way.

    Raises
    ------
    TypeError
        When called: use a static method.

    Examples
    --------
    >>> import tapegrad as tf
    >>> images, labels = tf.zeros([5, 8, 8]), tf.range(5)
    >>> ds = tf.data.Dataset.from_tensor_slices((images, labels))
    >>> for x, y in ds.shuffle(5, seed=1).batch(2).prefetch(tf.data.AUTOTUNE):
    ...     print(x.shape, y.shape)
    (2, 8, 8) (2,)
    (2, 8, 8) (2,)
    (1, 8, 8) (1,)
    """

    def __init__(self, variant_tensor: Any) -> None:
        raise TypeError(
            "A Dataset is not made directly: use tf.data.Dataset.from_tensor_slices(x), "
            "from_tensors, from_generator or range."
        )

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> Dataset:
        """The rows of tensors: slices along their first axis.

        Parameters
        ----------
        tensors
            A tensor, or a structure of tensors of one number of rows. Copied.

        Returns
        -------
        Dataset

        Raises
        ------
        ValueError
            If a component is a scalar, or the numbers of rows differ.

        Examples
        --------
        >>> import tapegrad as tf
        >>> ds = tf.data.Dataset.from_tensor_slices({"x": [[1, 2], [3, 4]], "y": [5, 6]})
        >>> [(e["x"].numpy().tolist(), int(e["y"])) for e in ds]
        [([1, 2], 5), ([3, 4], 6)]
        """
        element = element_of(tensors)
        count = row_count(element, "Dataset.from_tensor_slices")
        return Dataset._made(
            "TensorSlice",
            lambda run: rows_of(element),
            map_specs(lambda s: s.shape[1:], spec_of(element)),
            count,
        )

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> Dataset:
        """One element: a tensor, or a structure of tensors. Copied."""
        element = element_of(tensors)
        return Dataset._made("Tensor", lambda run: iter((element,)), spec_of(element), 1)

    @staticmethod
    def from_generator(
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Dataset:
        """What a Python generator yields.

        Parameters
        ----------
        generator
            A function that returns an iterable; it is called for each pass.
        output_types, output_shapes
            Structures of dtypes and shapes of the elements; an older form of `output_signature`.
        args
            Tensors that `generator` is called with, as NumPy arrays.
        output_signature
            A structure of `TensorSpec`.

        Raises
        ------
        TypeError
            If `generator` cannot be called, or the elements are not described.
        InvalidArgumentError
            While iterating, if an element does not fit its description.
        """
        source = GeneratorSource(generator, output_types, output_shapes, args, output_signature)
        return Dataset._made(
            "Generator", lambda run: source.elements(), source.spec, counts.UNKNOWN
        )

    @staticmethod
    def range(*args: Any, **kwargs: Any) -> Dataset:
        """Numbers: ``range(stop)``, ``range(start, stop)`` or ``range(start, stop, step)``.

        Parameters
        ----------
        args
            Integers.
        kwargs
            ``output_type``, the dtype, int64 by default; ``name``.

        Raises
        ------
        InvalidArgumentError
            If the step is 0.
        """
        dtype = numpy_dtype(kwargs.pop("output_type", np.int64))
        kwargs.pop("name", None)
        if kwargs or not 1 <= len(args) <= 3:
            raise ValueError(
                f"Dataset.range: Invalid `args`: takes one to three integers, and output_type, "
                f"not {len(args)} arguments and {sorted(kwargs)}."
            )
        limits = [int_argument(a, "Dataset.range", "argument") for a in args]
        if limits[2:] == [0]:
            raise InvalidArgumentError("Dataset.range: step must be a non-zero integer.")
        numbers = range(*limits)
        return Dataset._made(
            "Range", lambda run: map(dtype.type, numbers), TensorSpec([], dtype), len(numbers)
        )

    @staticmethod
    def counter(
        start: Any = 0, step: Any = 1, dtype: Any = np.int64, name: str | None = None
    ) -> Dataset:
        """``start``, ``start + step`` and so on, without end."""
        first, by = (int_argument(v, "Dataset.counter", "start and step") for v in (start, step))
        to = numpy_dtype(dtype)
        return Dataset._made(
            "Counter",
            lambda run: map(to.type, counter(first, by)),
            TensorSpec([], to),
            counts.INFINITE,
        )

    @staticmethod
    def zip(*args: Any, datasets: Any = None, name: str | None = None) -> Dataset:
        """Elements of several data sets side by side, as long as the shortest.

        Parameters
        ----------
        args
            Data sets, or one structure of data sets.
        datasets
            The structure, as a keyword.

        Raises
        ------
        TypeError
            If something is not a data set.

        Examples
        --------
        >>> import tapegrad as tf
        >>> a, b = tf.data.Dataset.range(3), tf.data.Dataset.range(5, 9)
        >>> [(int(x), int(y)) for x, y in tf.data.Dataset.zip(a, b)]
        [(0, 5), (1, 6), (2, 7)]
        """
        if (datasets is None) == (not args):
            raise TypeError(
                "Dataset.zip: Must pass at least one dataset, or `datasets`, but not both."
            )
        structure: Any = datasets if datasets is not None else args[0] if len(args) == 1 else args
        if not is_structure(structure) and not isinstance(structure, Pipeline):
            raise TypeError(
                f"Dataset.zip: Invalid `datasets`: a structure of data sets, not {structure!r}. "
                f"Structures are tuples and dicts, not lists."
            )
        parts = nest.flatten(structure)
        for part in parts:
            if not isinstance(part, Pipeline):
                raise TypeError(f"Dataset.zip: Expected a Dataset, not {part!r}.")

        def begin(run: Run) -> PythonIterator[Element]:
            streams = [part._begin(run) for part in parts]
            return zipped(streams, lambda row: _filled(structure, row))

        def spec() -> Any:
            return _filled(structure, [part.element_spec for part in parts])

        known = all(part._spec_is_known() for part in parts)
        count = counts.zipped([part._count for part in parts])
        return Dataset._made("Zip", begin, spec() if known else spec, count)

    @staticmethod
    def choose_from_datasets(
        datasets: Any, choice_dataset: Any, stop_on_empty_dataset: bool = True
    ) -> Dataset:
        """Elements of several data sets, each from the one that a number says.

        Parameters
        ----------
        datasets
            A list of data sets of elements of one kind.
        choice_dataset
            A data set of int64 scalars: positions in `datasets`.
        stop_on_empty_dataset
            Whether to stop when a chosen data set has no more elements, or to go on to the next
            number.

        Raises
        ------
        TypeError
            If an argument is not a data set, or `choice_dataset` is of another kind.
        InvalidArgumentError
            While iterating, if there is no data set of a number.
        """
        parts = _list_of_datasets(datasets, "choose_from_datasets")
        numbers = choice_dataset.element_spec if isinstance(choice_dataset, Pipeline) else None
        if numbers != TensorSpec([], np.int64):
            raise TypeError(
                f"Dataset.choose_from_datasets: `choice_dataset` must be a data set of int64 "
                f"scalars, not {choice_dataset!r}."
            )

        def begin(run: Run) -> PythonIterator[Element]:
            streams = [part._begin(run) for part in parts]
            return chosen(streams, choice_dataset._begin(run), stop_on_empty_dataset)

        return Dataset._made("Choose", begin, _common_spec_of(parts), counts.UNKNOWN)

    @staticmethod
    def sample_from_datasets(
        datasets: Any,
        weights: Any = None,
        seed: Any = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Dataset:
        """Elements of several data sets, each from one that is chosen at random.

        Parameters
        ----------
        datasets
            A list of data sets of elements of one kind.
        weights
            How likely each is, a list of numbers; equally likely by default.
        seed
            An integer, as for `shuffle`.
        stop_on_empty_dataset
            Whether to stop when a chosen data set has no more elements, or to go on with the
            others.
        rerandomize_each_iteration
            Whether each pass chooses anew.

        Raises
        ------
        ValueError
            If the number of weights is not that of the data sets.
        """
        parts = _list_of_datasets(datasets, "sample_from_datasets")
        likely = np.ones(len(parts)) if weights is None else element_of(weights).astype(np.float64)
        if likely.shape != (len(parts),) or not likely.sum() > 0 or (likely < 0).any():
            raise ValueError(
                f"Dataset.sample_from_datasets: `weights` must be {len(parts)} numbers that are "
                f"not negative, nor all zero, not {weights!r}."
            )
        order = Order("Dataset.sample_from_datasets", seed, rerandomize_each_iteration is not False)

        def begin(run: Run) -> PythonIterator[Element]:
            streams = [part._begin(run) for part in parts]
            return sampled(streams, likely, stop_on_empty_dataset, run.generator(order))

        return Dataset._made("Sample", begin, _common_spec_of(parts), counts.UNKNOWN)


def _list_of_datasets(datasets: Any, method: str) -> list[Pipeline]:
    parts = list(datasets)
    if not parts or not all(isinstance(part, Pipeline) for part in parts):
        raise TypeError(
            f"Dataset.{method}: `datasets` must be a list of at least one data set, not "
            f"{datasets!r}."
        )
    return parts


def _common_spec_of(parts: list[Pipeline]) -> Any:
    def common(a: Any, b: Any) -> Any:
        return common_spec(a, b, "Dataset")

    def spec() -> Any:
        return reduce(common, [part.element_spec for part in parts])

    return spec() if all(part._spec_is_known() for part in parts) else spec


def _filled(structure: Any, parts: Any) -> Any:
    """A structure of data sets with a part in place of each."""
    remaining = iter(parts)
    return map_leaves(lambda _: next(remaining), structure)
