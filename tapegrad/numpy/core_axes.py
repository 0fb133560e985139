"""Where the axes of vectors and matrices stand, for functions such as `matmul` and `vecdot`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor

#: What NumPy's functions of vectors and matrices take besides what all take.
CORE_OPTIONS = frozenset({"axes", "axis", "keepdims"})


def sizes_of(signature: str) -> list[int]:
    """How many core axes each operand has, results included: ``(m,n),(n)->(m)`` gives 2, 1, 1."""
    parts = signature.replace("->", ",").replace(" ", "").split("),")
    return [len([name for name in p.strip("()").split(",") if name]) for p in parts]


class CoreAxes:
    """NumPy's arguments ``axes``, ``axis`` and ``keepdims`` of one call.

    Parameters
    ----------
    name
        The function's name, for errors.
    signature
        The core axes of operands and result, as NumPy writes them.
    options
        The call's keywords, of which those three are taken.
    """

    def __init__(self, name: str, signature: str, options: dict[str, Any]) -> None:
        counts = sizes_of(signature)
        axes, axis = options.pop("axes", None), options.pop("axis", None)
        self.keepdims = bool(options.pop("keepdims", False))
        simple = all(n == 1 for n in counts[:-1]) and counts[-1] == 0
        if (axis is not None or self.keepdims) and not simple:
            word = "keepdims" if self.keepdims else "axis"
            raise TypeError(
                f"{name}: {word} can only be used for functions whose inputs have one core axis "
                f"each and whose result has none; the signature is {signature}."
            )
        if axis is not None and axes is not None:
            raise TypeError("cannot specify both 'axis' and 'axes'")
        self.places: list[tuple[int, ...]] | None = None
        if axis is not None:
            axes = [axis] * (len(counts) - 1)
        if axes is not None:
            self.places = self._checked(name, axes, counts)

    def _checked(self, name: str, axes: Any, counts: list[int]) -> list[tuple[int, ...]]:
        if not isinstance(axes, list):
            raise TypeError("axes should be a list.")
        axes = [a if isinstance(a, tuple) else (a,) for a in axes]
        if len(axes) == len(counts) - 1 and counts[-1] == 0:
            axes.append(axes[0] if self.keepdims else ())
        expected = [*counts[:-1], 1 if self.keepdims else counts[-1]]
        if len(axes) != len(counts) or [len(a) for a in axes] != expected:
            raise ValueError(
                f"{name}: axes should be a list with one tuple for each of the {len(counts)} "
                f"operands, of {expected} axes; it is {axes}."
            )
        return axes

    def enter(self, operands: list[Tensor]) -> list[Tensor]:
        """The operands with their core axes at the end."""
        if self.places is None:
            return operands
        return [_moved(x, axes, None) for x, axes in zip(operands, self.places, strict=False)]

    def leave(self, result: Tensor) -> Tensor:
        """The result with its core axes where the call wants them."""
        if self.keepdims:
            result = R.reshape(result, to=(*result._value.shape, 1))
        if self.places is None:
            return result
        return _moved(result, None, self.places[-1])


def _moved(x: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes moved to the end, or from there."""
    ndim = x._value.ndim
    count = len(source if source is not None else destination)
    end = tuple(range(ndim - count, ndim))
    source, destination = (
        end if part is None else np.lib.array_utils.normalize_axis_tuple(part, ndim)
        for part in (source, destination)
    )
    order = [i for i in range(ndim) if i not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    if order == list(range(ndim)):
        return x
    moved: Tensor = R.transpose(x, axes=tuple([i - ndim for i in order]))
    return moved
