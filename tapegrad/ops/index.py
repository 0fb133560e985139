"""Operations that pick entries: by index, by slice, by mask, by condition."""

from __future__ import annotations

from tapegrad.core import rows

__all__: list[str] = []
_ = rows
