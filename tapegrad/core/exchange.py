"""DLPack: memory that libraries lend one another without copying it."""

from __future__ import annotations

from typing import Any

import numpy as np

#: NumPy 2.0 knows neither versions of the protocol nor its arguments for copies.
_IS_VERSIONED = np.lib.NumpyVersion(np.__version__) >= "2.1.0"
CPU = (1, 0)


def exported(
    array: Any,
    stream: Any = None,
    max_version: tuple[int, int] | None = None,
    dl_device: tuple[int, int] | None = None,
    copy: bool | None = None,
) -> Any:
    """A capsule with the memory of an array that must not be written to.

    Consumers that speak version 1.0 are told so by a flag. Older ones cannot be told: they share
    the memory too, and must leave it as it is.

    Raises
    ------
    BufferError
        If another device is asked for, or the data cannot be shared and ``copy=False``.
    """
    if dl_device is not None and (int(dl_device[0]), int(dl_device[1])) != CPU:
        raise BufferError(f"The data is on the device {CPU} and cannot go to {tuple(dl_device)}.")
    if any(step < 0 for step in array.strides):
        if copy is False:
            raise BufferError("Rows in reverse order cannot be shared: allow a copy.")
        array = array.copy()  # a negative stride is a mistake that ends the process in PyTorch
    if not _IS_VERSIONED or max_version is None or max_version[0] < 1:
        if copy is False and not array.flags.writeable:
            raise BufferError(
                "The data is read-only, of which DLPack before version 1.0 knows nothing: ask with "
                "max_version=(1, 0), or allow a copy."
            )
        if copy or not array.flags.writeable or (copy is None and not _is_compact(array)):
            array = array.copy()  # JAX, which asks in this way, takes nothing with gaps
        return array.__dlpack__(stream=stream)
    view = array.view()
    view.flags.writeable = False
    return view.__dlpack__(stream=stream, max_version=max_version, copy=copy)


def _is_compact(array: Any) -> bool:
    """Whether the data fill their memory, in whatever order of the axes."""
    order = sorted(range(array.ndim), key=lambda i: -array.strides[i])
    return bool(array.transpose(order).flags.c_contiguous)


def imported(x: Any, copy: bool | None = None) -> Any:
    """The memory that another library's object lends, as an array of NumPy.

    Raises
    ------
    BufferError, ValueError
        If the data cannot be shared and ``copy=False``.
    """
    if _IS_VERSIONED:
        return np.from_dlpack(x, copy=copy)
    array = np.from_dlpack(x)
    return array.copy() if copy else array
