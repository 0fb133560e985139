"""How layers come to their weights: when, under which names, of which dtype."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from tapegrad.core import nest
from tapegrad.core.dtypes import DType, as_dtype
from tapegrad.core.names import name_scope
from tapegrad.core.tensor import ArrayLike


def building(build: Any) -> Any:
    """The `build` of a class: in the scope of the layer's name, and it is built afterwards."""

    @functools.wraps(build)
    def scoped_build(self: Any, *args: Any, **kwargs: Any) -> None:
        if vars(self).get("_is_building"):  # called by the `build` of a subclass
            build(self, *args, **kwargs)
            return
        self._is_building = True
        try:
            with name_scope(self._name):
                build(self, *args, **kwargs)
        finally:
            del self._is_building
        self.built = True

    return scoped_build


def has_tensors(value: Any) -> bool:
    """Whether an argument is a structure of tensors."""
    leaves = nest.flatten(value)
    return bool(leaves) and all(isinstance(leaf, ArrayLike) for leaf in leaves)


def layer_dtype(dtype: Any) -> DType:
    """The dtype of a layer from its argument, which may be a configuration."""
    if isinstance(dtype, Mapping):
        dtype = dtype["config"]["name"]
    if isinstance(dtype, str) and dtype.startswith("mixed_"):
        raise NotImplementedError(
            f"A layer computes in the dtype of its weights: {dtype!r} mixes two of them."
        )
    return as_dtype("float32" if dtype is None else dtype)
