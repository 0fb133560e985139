"""Padding: a constant, or the tensor's own entries, around the last dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.core.table import recording
from tapegrad.core.tensor import wrap_constant
from tapegrad.torch.nn.documentation import documented
from tapegrad.torch.nn.functional.elements import choose, require_tensor
from tapegrad.torch.node import node_type
from tapegrad.torch.running import run
from tapegrad.torch.tensor import Tensor

__all__ = ["pad"]

_NODES = {"constant": "ConstantPadNdBackward0", "circular": "CopySlices"}


def _source(mode: str, size: int, before: int, after: int) -> Any:
    """For each entry of a padded axis, the entry of the axis that it shows."""
    at = np.arange(-before, size + after)
    if mode == "replicate":
        return np.clip(at, 0, size - 1)
    if mode == "circular":
        first, rest = max(-before, 0), size - max(-before, 0) - max(-after, 0)
        return first + (at - first) % rest
    return size - 1 - np.abs(size - 1 - np.abs(at))


def _constant(x: Any, pairs: list[tuple[int, int]], value: float) -> Any:
    index = tuple(
        [
            slice(max(-a, 0), n - max(-b, 0))
            for (a, b), n in zip(pairs, x._value.shape[-len(pairs) :], strict=True)
        ]
    )
    if any(a < 0 or b < 0 for a, b in pairs):
        x = recording.getitem(x, index=(Ellipsis, *index))
    more = tuple([(max(a, 0), max(b, 0)) for a, b in pairs])
    if not any(a or b for a, b in more):
        return identity(x)
    y = recording.pad(x, paddings=more)
    if value:
        shape = x._value.shape[-len(pairs) :]
        inside = np.zeros(y._value.shape[-len(pairs) :], bool)
        inside[tuple([slice(a, a + n) for (a, _), n in zip(more, shape, strict=True)])] = True
        y = choose(wrap_constant(inside), y, value)
    return y


@documented(
    "torch.nn.functional.pad(torch.tensor([1.0, 2.0]), (1, 2))",
    "tensor([0., 1., 2., 0., 0.])",
    pad="Entries before and after the last dimension, then the one before it, and so on.",
    mode="'constant', 'reflect', 'replicate' or 'circular'.",
    value="The constant, 0 by default.",
)
def pad(input: Tensor, pad: Any, mode: str = "constant", value: float | None = None) -> Tensor:
    """The tensor with more entries at the ends of its last dimensions; negative numbers cut."""
    require_tensor("pad", input)
    numbers = [int(n) for n in pad]
    ndim = input._value.ndim
    if len(numbers) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(numbers) // 2 > ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(numbers)} and input of dimension {ndim}"
        )
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))[::-1]
    shape = input._value.shape[ndim - len(pairs) :]
    if mode == "constant":
        for axis, ((a, b), n) in enumerate(zip(pairs, shape, strict=True)):
            if n + a + b < 0:
                raise RuntimeError(
                    f"The input size {n}, plus negative padding {a} and {b} resulted in a negative "
                    f"output size, which is invalid. Check dimension {axis + ndim - len(pairs)} of "
                    f"your input."
                )

        def fill(x: Any) -> Any:
            return _constant(x, pairs, value or 0) if pairs else identity(x)

        return run(fill, node_type("ConstantPadNdBackward0"), (input,), {})
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    n = len(pairs)
    if n not in (1, 2, 3) or ndim not in (n + 1, n + 2):
        raise NotImplementedError(
            "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now"
        )
    for axis, ((a, b), size) in enumerate(zip(pairs, shape, strict=True)):
        if mode == "reflect" and (a >= size or b >= size):
            raise RuntimeError(
                f"Argument #4: Padding size should be less than the corresponding input dimension, "
                f"but got: padding ({a}, {b}) at dimension {axis + ndim - n} of input "
                f"{list(input.shape)}"
            )
        if mode == "circular" and (a > size or b > size):
            raise RuntimeError("Padding value causes wrapping around more than once.")

    def repeat(x: Any) -> Any:
        for axis, ((a, b), size) in enumerate(zip(pairs, shape, strict=True)):
            if a or b:
                numbers = wrap_constant(_source(mode, size, a, b))
                x = recording.gather(x, numbers, axis=axis - n)
        return identity(x)

    kinds = {
        "reflect": f"ReflectionPad{n}DBackward0",
        "replicate": f"ReplicationPad{n}DBackward0",
        "circular": "CopySlices",
    }
    return run(repeat, node_type(kinds[mode]), (input,), {})
