"""``torch.cuda``: there is none. What asks is answered, what computes there is refused."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.absent import refusing
from tapegrad.torch.documentation import documented

__all__ = [
    "current_device",
    "device_count",
    "empty_cache",
    "get_device_name",
    "is_available",
    "is_initialized",
    "manual_seed",
    "manual_seed_all",
    "synchronize",
]


def _refuse() -> AssertionError:
    return AssertionError("Torch not compiled with CUDA enabled")


@documented("torch.cuda.is_available()", "False")
def is_available() -> bool:
    """False: tapegrad computes on the processor."""
    return False


@documented("torch.cuda.is_initialized()", "False")
def is_initialized() -> bool:
    """False: there is nothing to initialise."""
    return False


@documented("torch.cuda.device_count()", "0")
def device_count() -> int:
    """0: tapegrad computes on the processor."""
    return 0


@documented("torch.cuda.manual_seed(0)", "", seed="Without effect.")
def manual_seed(seed: int) -> None:
    """Do nothing: there is no device whose numbers could be seeded."""


@documented("torch.cuda.manual_seed_all(0)", "", seed="Without effect.")
def manual_seed_all(seed: int) -> None:
    """Do nothing: there is no device whose numbers could be seeded."""


@documented("torch.cuda.empty_cache()", "")
def empty_cache() -> None:
    """Do nothing: there is no cache."""


@documented("torch.cuda.is_available() and torch.cuda.current_device()", "False")
def current_device() -> int:
    """There is none: AssertionError, as PyTorch without CUDA."""
    raise _refuse()


@documented(
    "torch.cuda.is_available() and torch.cuda.get_device_name()", "False", device="A device."
)
def get_device_name(device: Any = None) -> str:
    """There is none: AssertionError, as PyTorch without CUDA."""
    raise _refuse()


@documented("torch.cuda.is_available() and torch.cuda.synchronize()", "False", device="A device.")
def synchronize(device: Any = None) -> None:
    """There is nothing to wait for: AssertionError, as PyTorch without CUDA."""
    raise _refuse()


__getattr__ = refusing("torch.cuda", globals())
