"""vmap: a function of examples as a function of batches."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.torch.func.levels import packed
from tapegrad.torch.random import within_vmap
from tapegrad.torch.shaping import stack
from tapegrad.torch.tensor import Tensor

__all__ = ["vmap"]


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """Make a function of single examples one of batches: it runs once for each example.

    Parameters
    ----------
    func
        A function of tensors or structures of them.
    in_dims
        Which dimension of each argument counts examples, None for arguments that all share.
    out_dims
        Where the examples are counted in the results.
    randomness
        ``"error"`` forbids random numbers, ``"same"`` gives every example the same ones, and
        ``"different"`` others.
    chunk_size
        Without effect: there is no memory to save.

    Returns
    -------
    callable

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2))
    tensor([2., 2., 2.])
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got "
            f"{randomness}"
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")
    name = getattr(func, "__name__", None) or repr(func)

    @functools.wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        leaves, dims, size = _examples(name, in_dims, args)
        named = nest.flatten(kwargs)
        results = []
        with within_vmap(randomness) as start_over:
            for i in range(size):
                start_over()
                own = [
                    x if d is None else x.select(d, i) for x, d in zip(leaves, dims, strict=True)
                ]
                also = [x.select(0, i) if isinstance(x, Tensor) else x for x in named]
                results.append(func(*packed(args, own), **packed(kwargs, also)))
        return _together(name, results, out_dims)

    return batched


def _examples(name: str, in_dims: Any, args: tuple[Any, ...]) -> tuple[list[Any], list[Any], int]:
    """The tensors, the dimension of each that counts examples, and how many there are."""
    where = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): "
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"{where}expected `in_dims` to be int or a (potentially nested) tuple matching the "
            f"structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are "
            f"trying to vmap over a function with no inputs. The latter is unsupported."
        )
    leaves = nest.flatten(args)
    dims = _spread(in_dims, args)
    if dims is None:
        raise ValueError(f"{where}in_dims is not compatible with the structure of `inputs`.")
    sizes = []
    for i, (x, d) in enumerate(zip(leaves, dims, strict=True)):
        if d is None:
            continue
        if not isinstance(d, int):
            raise ValueError(
                f"{where}Got in_dim={d} for an input but in_dim must be either an integer "
                f"dimension or None."
            )
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{where}Got in_dim={d} for an input but the input is of type {type(x)}. We cannot "
                f"vmap over non-Tensor arguments, please use None as the respective in_dim"
            )
        if not -x.dim() <= d < x.dim():
            raise ValueError(
                f"{where}Got in_dim={d} for some input, but that input is a Tensor of "
                f"dimensionality {x.dim()} so expected in_dim to satisfy -{x.dim()} <= in_dim < "
                f"{x.dim()}."
            )
        dims[i] = d % x.dim()
        sizes.append(int(x._value.shape[dims[i]]))
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sizes} for the mapped dimension"
        )
    return leaves, dims, sizes[0]


def _spread(dims: Any, structure: Any) -> list[Any] | None:
    """One number for each leaf; None if the two do not fit together."""
    if not nest.is_nested(dims):
        return [dims] * len(nest.flatten(structure))
    if not nest.is_nested(structure):
        return None
    inner, outer = nest.children_of(dims), nest.children_of(structure)
    if len(inner) != len(outer):
        return None
    found = []
    for d, part in zip(inner, outer, strict=True):
        spread = _spread(d, part)
        if spread is None:
            return None
        found.extend(spread)
    return found


def _together(name: str, results: list[Any], out_dims: Any) -> Any:
    first = results[0]
    columns = list(zip(*[nest.flatten(r) for r in results], strict=True))
    dims = _spread(out_dims, first)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with "
            f"the structure of `outputs`."
        )
    whole = []
    for column, d in zip(columns, dims, strict=True):
        if d is None:
            whole.append(column[0])
            continue
        for x in column:
            if not isinstance(x, Tensor):
                raise ValueError(
                    f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(x)}. "
                    f"Did you mean to set out_dims= to None for output?"
                )
        whole.append(stack(list(column), d))
    return packed(first, whole)
