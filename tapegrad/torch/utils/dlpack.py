"""``torch.utils.dlpack``: memory shared with other libraries."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.from_data import from_dlpack

__all__ = ["from_dlpack", "to_dlpack"]


def to_dlpack(tensor: Any) -> Any:
    """A capsule with the memory of a tensor; it can be taken once.

    Parameters
    ----------
    tensor
        A tensor that does not require a gradient.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(torch.ones(2)))
    tensor([1., 1.])
    """
    return tensor.__dlpack__()
