"""What the objectives need of `tf`, in other libraries."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

import numpy as np


def numpy_dialect() -> Any:
    """Plain NumPy, which gives the time of an objective without any derivative."""
    return _like_numpy(np)


def jax_dialect() -> Any:
    """``jax.numpy`` in double precision."""
    jax = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    return _like_numpy(jax.numpy)


def _like_numpy(np: Any) -> Any:
    return SimpleNamespace(
        float64=np.float64,
        constant=np.asarray,
        sin=np.sin,
        cos=np.cos,
        sqrt=np.sqrt,
        square=np.square,
        where=np.where,
        einsum=np.einsum,
        ones_like=np.ones_like,
        zeros_like=np.zeros_like,
        reshape=np.reshape,
        unstack=list,
        zeros=lambda shape, dtype: np.zeros(shape, dtype=dtype),
        eye=lambda size, dtype: np.eye(size, dtype=dtype),
        stack=lambda values, axis=0: np.stack(values, axis=axis),
        concat=lambda values, axis: np.concatenate(values, axis=axis),
        gather=lambda x, indices: x[indices],
        roll=lambda x, shift, axis: np.roll(x, shift, axis=axis),
        reduce_sum=lambda x, axis=None, keepdims=False: np.sum(x, axis=axis, keepdims=keepdims),
        matmul=lambda a, b, transpose_b=False: a @ (b.mT if transpose_b else b),
    )


def torch_dialect() -> Any:
    """PyTorch, as it is meant inside of `torch.func`."""
    torch = importlib.import_module("torch")

    def reduce_sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return torch.sum(x) if axis is None else torch.sum(x, dim=axis, keepdim=keepdims)

    return SimpleNamespace(
        float64=torch.float64,
        constant=torch.as_tensor,
        sin=torch.sin,
        cos=torch.cos,
        sqrt=torch.sqrt,
        square=torch.square,
        where=torch.where,
        einsum=torch.einsum,
        ones_like=torch.ones_like,
        zeros_like=torch.zeros_like,
        reshape=torch.reshape,
        unstack=torch.unbind,
        zeros=lambda shape, dtype: torch.zeros(shape, dtype=dtype),
        eye=lambda size, dtype: torch.eye(size, dtype=dtype),
        stack=lambda values, axis=0: torch.stack(values, dim=axis),
        concat=lambda values, axis: torch.cat(values, dim=axis),
        gather=lambda x, indices: x[torch.as_tensor(indices, dtype=torch.long)],
        roll=lambda x, shift, axis: torch.roll(x, shift, dims=axis),
        reduce_sum=reduce_sum,
        matmul=lambda a, b, transpose_b=False: a @ (b.mT if transpose_b else b),
    )
