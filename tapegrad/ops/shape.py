"""Operations that rearrange the entries of tensors: shapes, axes, joining, splitting, repeating."""

from __future__ import annotations

from typing import Any

from tapegrad.core.define import linear

__all__: list[str] = []


# Primitives. Axes that a `transpose` does not name stay in front.


def _transpose(x: Any, *, axes: tuple[int, ...]) -> Any:
    extra = x.ndim - len(axes)
    if extra:
        return x.transpose((*range(extra), *axes))
    return x.transpose(axes) if axes else x


def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    rank = len(axes)
    inverse = [0] * rank
    for i, axis in enumerate(axes):
        inverse[axis] = i - rank
    return tuple(inverse)


linear("transpose", _transpose, lambda F, g, axes: F.transpose(g, axes=_inverse(axes)))
linear("matrix_transpose", lambda x: x.swapaxes(-1, -2), lambda F, g: F.matrix_transpose(g))
