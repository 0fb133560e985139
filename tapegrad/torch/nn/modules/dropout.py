"""Dropout as layers."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.nn import functional as F
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.modules.module import Module

__all__ = [
    "AlphaDropout",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "FeatureAlphaDropout",
]


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def extra_repr(self) -> str:
        """The arguments."""
        return f"p={self.p}, inplace={self.inplace}"


@documented("torch.nn.Dropout(0.2)", "Dropout(p=0.2, inplace=False)")
class Dropout(_Dropout):
    """Entries become 0 with probability `p` while training; the others are divided by 1 - p."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.dropout`."""
        return F.dropout(input, self.p, self.training, self.inplace)


@documented("torch.nn.Dropout1d()", "Dropout1d(p=0.5, inplace=False)")
class Dropout1d(_Dropout):
    """Whole channels of sequences become 0 with probability `p` while training."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.dropout1d`."""
        return F.dropout1d(input, self.p, self.training, self.inplace)


@documented("torch.nn.Dropout2d()", "Dropout2d(p=0.5, inplace=False)")
class Dropout2d(_Dropout):
    """Whole channels of images become 0 with probability `p` while training."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.dropout2d`."""
        return F.dropout2d(input, self.p, self.training, self.inplace)


@documented("torch.nn.Dropout3d()", "Dropout3d(p=0.5, inplace=False)")
class Dropout3d(_Dropout):
    """Whole channels of volumes become 0 with probability `p` while training."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.dropout3d`."""
        return F.dropout3d(input, self.p, self.training, self.inplace)


@documented("torch.nn.AlphaDropout()", "AlphaDropout(p=0.5, inplace=False)")
class AlphaDropout(_Dropout):
    """Dropout to the limit of `SELU`, which keeps mean 0 and variance 1."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.alpha_dropout`."""
        return F.alpha_dropout(input, self.p, self.training)


@documented("torch.nn.FeatureAlphaDropout()", "FeatureAlphaDropout(p=0.5, inplace=False)")
class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels."""

    def forward(self, input: Any) -> Any:
        """`torch.nn.functional.feature_alpha_dropout`."""
        return F.feature_alpha_dropout(input, self.p, self.training)
