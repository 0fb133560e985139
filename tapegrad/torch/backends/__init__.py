"""``torch.backends``: libraries that PyTorch may compute with, none of which is used here.

What programs set on them is kept and has no effect.
"""

from __future__ import annotations

from typing import Any


class Backend:
    """A library that PyTorch may compute with.

    Parameters
    ----------
    name
        Its name.
    settings
        What programs set on it.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.backends.cudnn.is_available()
    False
    """

    def __init__(self, name: str, **settings: Any) -> None:
        self._name = name
        self.__dict__.update(settings)

    def is_available(self) -> bool:
        """False: computations are NumPy's."""
        return False

    def is_built(self) -> bool:
        """False: computations are NumPy's."""
        return False

    def __repr__(self) -> str:
        return f"<torch.backends.{self._name}: not available>"


cudnn = Backend("cudnn", enabled=True, benchmark=False, deterministic=False, allow_tf32=True)
cuda = Backend("cuda", matmul=Backend("cuda.matmul", allow_tf32=False))
mps = Backend("mps")
mkl = Backend("mkl")
mkldnn = Backend("mkldnn", enabled=True)
openmp = Backend("openmp")
