"""What `backward` and `grad` are called with: outputs, cotangents, and inputs or edges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tapegrad.torch.node import AccumulateGrad
from tapegrad.torch.tensor import Tensor, wrapped

_NOTHING_TO_DO = "element {} of tensors does not require grad and does not have a grad_fn"


class _End:
    """What a `GradientEdge` leads to: something with a gradient, of which there is no tensor."""

    __slots__ = ("_id", "_node")

    def __init__(self, edge: Any) -> None:
        self._node, number = edge
        self._id = self._node.outs[number]


def sources_of(inputs: Any, name: str) -> list[Any]:
    """The tensors whose gradients are wanted, or what stands for them."""
    if isinstance(inputs, dict):
        inputs = inputs.values()
    elif isinstance(inputs, Mapping):
        raise TypeError(
            f"`inputs` argument to `{name}()` must be a dict, not {type(inputs).__name__}. Other "
            f"Mapping types are not supported."
        )
    is_edge = isinstance(inputs, tuple) and hasattr(inputs, "node")
    given = [inputs] if is_edge else as_list(inputs)
    if not given:
        raise RuntimeError(f"`inputs` argument to `{name}()` cannot be empty.")
    return [_End(x) if isinstance(x, tuple) else x for x in given]


def receiver_of(x: Any) -> Tensor | None:
    """The tensor whose ``.grad`` is added to."""
    if isinstance(x, Tensor):
        return x
    leaf: Tensor | None = x._node.variable if isinstance(x._node, AccumulateGrad) else None
    return leaf


def as_list(values: Any, length: int | None = None) -> list[Any]:
    """One tensor or several as a list; None as often as that is needed."""
    if values is None:
        return [None] * (length or 0)
    if isinstance(values, Tensor):
        return [values]
    return list(values)


def seeds_of(targets: list[Tensor], given: list[Any]) -> list[Tensor | None]:
    """One cotangent per target.

    Raises
    ------
    RuntimeError
        Where one is missing, or of another shape.
    """
    if len(given) < len(targets):
        raise RuntimeError(f"got {len(targets)} tensors and {len(given)} gradients")
    seeds: list[Tensor | None] = []
    for i, (t, g) in enumerate(zip(targets, given, strict=False)):
        if isinstance(g, Tensor):
            if g._value.shape != t._value.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {g.shape} and output[{i}] "
                    f"has a shape of {t.shape}."
                )
            if (g._value.dtype.kind == "c") != (t._value.dtype.kind == "c"):
                raise RuntimeError(
                    f"For complex Tensors, both grad_output and output are required to have the "
                    f"same dtype. Mismatch in dtype: grad_output[{i}] has a dtype of {g.dtype} and "
                    f"output[{i}] has a dtype of {t.dtype}."
                )
            seeds.append(g if g._value.dtype == t._value.dtype else g.to(t.dtype))
        elif g is not None:
            raise TypeError(f"gradients can be either Tensors or None, but got {type(g).__name__}")
        elif t._node is None:
            seeds.append(None)
        elif t._value.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        elif t._value.dtype.kind == "c":
            raise RuntimeError(
                f"grad can be implicitly created only for real scalar outputs but got {t.dtype}"
            )
        else:
            seeds.append(wrapped(np.ones(t._value.shape, t._value.dtype)[()]))
    for i, t in enumerate(targets):
        if t._node is None:
            raise RuntimeError(_NOTHING_TO_DO.format(i))
    return seeds
