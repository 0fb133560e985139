"""``torch.autograd.grad_mode``: switches for building graphs."""

from __future__ import annotations

from tapegrad.torch.modes import enable_grad, inference_mode, no_grad, set_grad_enabled

__all__ = [
    "enable_grad",
    "inference_mode",
    "no_grad",
    "set_grad_enabled",
    "set_multithreading_enabled",
]


class set_multithreading_enabled:
    """Say whether a backward pass may use several threads: without effect, it uses one.

    Parameters
    ----------
    mode
        Whether it may.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> with torch.autograd.grad_mode.set_multithreading_enabled(False):
    ...     pass
    """

    def __init__(self, mode: bool) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        pass
