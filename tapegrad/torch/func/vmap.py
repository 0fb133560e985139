"""vmap: a function of examples as a function of batches."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.torch.batched import VmapLevel, as_input
from tapegrad.torch.creation import zeros
from tapegrad.torch.examples import Example, UnbatchableError
from tapegrad.torch.func.levels import packed
from tapegrad.torch.random import within_vmap
from tapegrad.torch.shaping import cat, stack
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
    """Make a function of single examples one of batches.

    The function runs once, for all examples. Where what it does depends on the numbers in an
    example, as with boolean masks, and where each example has random numbers of its own, it is
    called for each of them.

    Parameters
    ----------
    func
        A function of tensors or structures of them.
    in_dims
        Which dimension of each argument counts examples, None for arguments that all share, as
        arguments by keyword are.
    out_dims
        Where the examples are counted in the results.
    randomness
        ``"error"`` forbids random numbers, ``"same"`` gives every example the same ones, and
        ``"different"`` others.
    chunk_size
        How many examples go together; by default all.

    Returns
    -------
    callable

    Raises
    ------
    RuntimeError
        If the function asks an example for a Python number (``item()``, ``bool()``), changes a
        tensor that all share in place, or needs random numbers where they are forbidden.
    ValueError
        If `in_dims` or `out_dims` do not fit, or sizes differ.

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
    def over_examples(*args: Any, **kwargs: Any) -> Any:
        leaves, dims, size = _examples(name, in_dims, args)
        run = functools.partial(_run, func, name, args, kwargs, dims, out_dims, randomness)
        if chunk_size is None or chunk_size >= size:
            return run(leaves, size)[0]
        results = []
        for start in range(0, size, chunk_size):
            n = min(chunk_size, size - start)
            own = [
                x if d is None else x.narrow(d, start, n) for x, d in zip(leaves, dims, strict=True)
            ]
            results.append(run(own, n))
        return _joined(results)

    return over_examples


def _run(
    func: Callable[..., Any],
    name: str,
    args: Any,
    kwargs: Any,
    dims: list[Any],
    out_dims: Any,
    randomness: str,
    leaves: list[Any],
    size: int,
) -> tuple[Any, list[Any]]:
    """The results, and for each leaf of them where the examples are counted."""
    with within_vmap(randomness) as start_over:
        level = VmapLevel(size, randomness)
        own = [
            x if d is None else as_input(x.movedim(d, 0) if d else x, level)
            for x, d in zip(leaves, dims, strict=True)
        ]
        try:
            start_over()
            with level:
                result = func(*packed(args, own), **kwargs)
            return _collected(name, result, out_dims, level)
        except UnbatchableError:
            pass
        if not size:
            with level:
                return _of_none(func(*packed(args, _zeros(leaves, dims)), **kwargs), out_dims)
        results = []
        for i in range(size):
            start_over()
            own = [x if d is None else x.select(d, i) for x, d in zip(leaves, dims, strict=True)]
            results.append(func(*packed(args, own), **kwargs))
        return _together(name, results, out_dims)


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


def _places(name: str, result: Any, out_dims: Any) -> list[Any]:
    """Where the examples are to be counted, for each leaf of a result."""
    if isinstance(out_dims, float):
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python "
            f"collection of ints representing where in the outputs the vmapped dimension should "
            f"appear."
        )
    dims = _spread(out_dims, result)
    if dims is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with "
            f"the structure of `outputs`."
        )
    for x, d in zip(nest.flatten(result), dims, strict=True):
        if d is not None and not isinstance(x, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(x)}. "
                f"Did you mean to set out_dims= to None for output?"
            )
    return dims


def _collected(name: str, result: Any, out_dims: Any, level: VmapLevel) -> tuple[Any, list[Any]]:
    """The results of all examples, from one that stands for all of them."""
    dims = _places(name, result, out_dims)
    whole = []
    for x, d in zip(nest.flatten(result), dims, strict=True):
        is_batched = isinstance(x, Tensor) and x._level is level
        if d is None:
            if is_batched:
                raise ValueError(
                    f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is "
                    f"None"
                )
            whole.append(x)
            continue
        if x._level is None and isinstance(x._value, Example):
            raise UnbatchableError("a result was made of examples outside of an operation")
        every = x.whole if is_batched else x.expand((level.size, *x._value.shape))
        whole.append(every.movedim(0, d) if d else every[:])
    return packed(result, whole), dims


def _together(name: str, results: list[Any], out_dims: Any) -> tuple[Any, list[Any]]:
    """The results of all examples, from those of each."""
    dims = _places(name, results[0], out_dims)
    columns = zip(*[nest.flatten(r) for r in results], strict=True)
    whole = [c[0] if d is None else stack(list(c), d) for c, d in zip(columns, dims, strict=True)]
    return packed(results[0], whole), dims


def _joined(results: list[tuple[Any, list[Any]]]) -> Any:
    """The results of all chunks."""
    first, dims = results[0]
    columns = zip(*[nest.flatten(r) for r, _ in results], strict=True)
    whole = [c[0] if d is None else cat(list(c), d) for c, d in zip(columns, dims, strict=True)]
    return packed(first, whole)


def _zeros(leaves: list[Any], dims: list[Any]) -> list[Any]:
    """Examples where there is none, for the shapes of the results."""
    return [
        x if d is None else zeros([n for i, n in enumerate(x.shape) if i != d], dtype=x.dtype)
        for x, d in zip(leaves, dims, strict=True)
    ]


def _of_none(result: Any, out_dims: Any) -> tuple[Any, list[Any]]:
    dims = _places("", result, out_dims)
    whole = [
        x if d is None else x.detach().expand((0, *x.shape)).movedim(0, d)
        for x, d in zip(nest.flatten(result), dims, strict=True)
    ]
    return packed(result, whole), dims
