"""``torch.signal``: window functions."""

from __future__ import annotations

from tapegrad.torch.signal import windows as windows
