"""Where windows lie that slide along axes: what convolution and pooling have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from tapegrad.errors import InvalidArgumentError


class Windows(NamedTuple):
    """Windows along some axes, one entry of each tuple for each of them.

    Place ``k`` of window ``p`` is entry ``p * stride + k * dilation - before`` of the axis; entries
    that do not exist are padding.
    """

    sizes: tuple[int, ...]  # of the axes
    kernel: tuple[int, ...]  # places of a window
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    before: tuple[int, ...]  # padding in front
    number: tuple[int, ...]  # of windows

    def reach(self, axis: int, start: int, stop: int) -> tuple[int, int]:
        """First entry of window `start` and the end of window ``stop - 1``."""
        first = start * self.strides[axis] - self.before[axis]
        length = (stop - start - 1) * self.strides[axis]
        return first, first + length + (self.kernel[axis] - 1) * self.dilations[axis] + 1

    def is_pointwise(self) -> bool:
        """True if every entry is a window of its own."""
        return self.number == self.sizes and self.is_dense() and not any(self.before)

    def is_dense(self) -> bool:
        """True if windows have one place and follow one another without steps."""
        return all(k == 1 for k in self.kernel) and all(s == 1 for s in self.strides)


@lru_cache(maxsize=1024)
def meeting(windows: Windows, axis: int, place: int) -> tuple[slice, slice] | None:
    """The windows whose entry at `place` exists, and these entries; None if there are none."""
    size, stride = windows.sizes[axis], windows.strides[axis]
    offset = place * windows.dilations[axis] - windows.before[axis]
    start = max(0, -(offset // stride))
    stop = min(windows.number[axis], (size - 1 - offset) // stride + 1)
    if stop <= start:
        return None
    first = start * stride + offset
    return slice(start, stop), slice(first, first + (stop - start - 1) * stride + 1, stride)


def places(windows: Windows) -> Iterator[tuple[tuple[int, ...], Any, Any]]:
    """For each place of the windows: the place, which windows have it, and the entries there.

    The last two index the window axes and the axes themselves.
    """
    for place in product(*[range(k) for k in windows.kernel]):
        met = [meeting(windows, axis, k) for axis, k in enumerate(place)]
        if None not in met:
            yield place, tuple([m[0] for m in met if m]), tuple([m[1] for m in met if m])


def same_padding(size: int, extent: int, stride: int) -> tuple[int, int]:
    """TensorFlow's "SAME": ``ceil(size / stride)`` windows, the odd zero behind."""
    total = max((-(-size // stride) - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2


def make_windows(
    op: str,
    sizes: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
) -> Windows:
    """The windows along axes of `sizes`.

    Parameters
    ----------
    padding
        ``"SAME"``, ``"VALID"``, or the padding before and after each axis.

    Raises
    ------
    InvalidArgumentError
        If a window is larger than the padded axis by more than one.
    """
    before, count = [], []
    for axis, size in enumerate(sizes):
        extent = (kernel[axis] - 1) * dilations[axis] + 1
        stride = strides[axis]
        if padding == "SAME":
            pads = same_padding(size, extent, stride)
        elif padding == "VALID":
            pads = 0, 0
        else:
            pads = padding[axis]  # type: ignore[assignment]
        number = (size + sum(pads) - extent + stride) // stride
        if number < 0:
            raise InvalidArgumentError(
                f"{op}: Computed output size would be negative: {number} [input_size: {size}, "
                f"effective_filter_size: {extent}, stride: {stride}, padding: {list(pads)}]. "
                f"Expect: windows no larger than the padded input. Actual: sizes {list(sizes)}, "
                f"windows {list(kernel)}, dilations {list(dilations)}. Use padding='SAME' or "
                f"smaller windows."
            )
        before.append(pads[0])
        count.append(number)
    return Windows(
        tuple(sizes), tuple(kernel), tuple(strides), tuple(dilations), tuple(before), tuple(count)
    )


def blocks(count: tuple[int, ...], limit: int) -> Iterator[tuple[slice, ...]]:
    """Cut an array of shape `count` into contiguous blocks of at most `limit` entries."""
    steps = list(count)
    for axis in range(len(count) - 1, -1, -1):
        pieces = -(-count[axis] // max(1, limit))
        steps[axis] = max(1, -(-count[axis] // max(1, pieces)))
        limit //= max(1, count[axis])
    ranges = [range(0, n, step) for n, step in zip(count, steps, strict=True)]
    for starts in product(*ranges):
        yield tuple(
            [
                slice(start, min(start + step, n))
                for start, step, n in zip(starts, steps, count, strict=True)
            ]
        )
