"""Other shapes of the same elements: views where the memory allows it."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np

from tapegrad.core import structural
from tapegrad.core.table import TABLE
from tapegrad.torch.documentation import documented
from tapegrad.torch.node import node_type
from tapegrad.torch.numpy_names import numpy_words
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import promoted
from tapegrad.torch.running import run
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor, install, shared, wrapped

__all__ = [
    "cat",
    "flatten",
    "permute",
    "reshape",
    "squeeze",
    "stack",
    "t",
    "transpose",
    "unbind",
    "unsqueeze",
]


_transpose = TABLE["transpose"]


def _resolved(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """A shape whose -1, if there is one, takes what is left."""
    if -1 in shape:
        rest = prod(n for n in shape if n != -1)
        if shape.count(-1) > 1:
            raise RuntimeError("only one dimension can be inferred")
        if rest and size % rest == 0:
            return tuple(size // rest if n == -1 else n for n in shape)
        if not rest:
            raise RuntimeError(
                f"cannot reshape tensor of 0 elements into shape {list(shape)} because the "
                f"unspecified dimension size -1 can be any value and is ambiguous"
            )
    elif prod(shape) == size:
        return shape
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {size}")


def _wanted(size: tuple[Any, ...], name: str) -> tuple[int, ...]:
    if len(size) == 1 and not hasattr(size[0], "__index__"):
        size = tuple(size[0])
    return tuple([n.__index__() for n in size])


def _reshaped(x: Any, to: tuple[int, ...]) -> Any:
    return structural.reshape(x, to=to)


def given(args: tuple[Any, ...], named: Any) -> tuple[Any, ...]:
    """Sizes or dimensions, which may be given by their name."""
    return args if named is None else (named,)


def view(self: Tensor, *args: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """The same memory in another shape.

    Raises
    ------
    RuntimeError
        If the number of elements is another, or the memory does not allow it.
    """
    asked = given(given(args, size), dtype)
    if len(asked) == 1 and hasattr(asked[0], "numpy_dtype"):
        return _with_type(self, asked[0])
    to = _resolved(_wanted(asked, "view"), self._value.size)
    result: Tensor = run(_reshaped, node_type("ViewBackward0"), (self, to), {}, view=True)
    if result._view is None and result._level is None and self._value.size and self._value.ndim:
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return result


def _with_type(self: Tensor, dtype: Any) -> Tensor:

    return wrapped(shared(self).view(dtype.numpy_dtype))


def reshape(input: Tensor, *args: Any, shape: Any = None) -> Tensor:
    """The elements in another shape: a view where the memory allows it, else a copy.

    Parameters
    ----------
    input
        A tensor.
    args, shape
        Sizes, of which one may be -1: what is left.

    Raises
    ------
    RuntimeError
        If the number of elements is another.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.reshape(torch.arange(4), (2, -1))
    tensor([[0, 1],
            [2, 3]])
    """
    to = _resolved(_wanted(given(args, shape), "reshape"), input._value.size)
    result: Tensor = run(_reshaped, node_type("ViewBackward0"), (input, to), {}, view=True)
    return result


@documented(
    "torch.flatten(torch.ones(1, 2))",
    "",
    start_dim="The first of them.",
    end_dim="The last of them.",
)
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Neighbouring dimensions as one."""
    shape = input._value.shape
    first, last = dimension(start_dim, len(shape)), dimension(end_dim, len(shape))
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshape(input, 1)
    if first == last:
        return input
    return reshape(input, *shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])


@operation("PermuteBackward0", method=False, view=True)
def _permuted(input: Any, dims: tuple[int, ...]) -> Any:
    ndim = len(dims)
    return _transpose(input, axes=tuple([d - ndim for d in dims]))


@documented(
    "torch.permute(torch.ones(2, 3), (1, 0)).shape", "", dims="All dimensions, in their new order."
)
def permute(input: Tensor, *args: Any, dims: Any = None) -> Tensor:
    """The dimensions in another order."""
    order = [dimension(d, input._value.ndim) for d in _wanted(given(args, dims), "permute")]
    if len(order) != input._value.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {input._value.ndim} "
            f"is not equal to len(dims) = {len(order)}"
        )
    if len(set(order)) < len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return _permuted(input, tuple(order))


@operation("TransposeBackward0", method=False, view=True)
def _swapped(input: Any, a: int, b: int) -> Any:
    ndim = input._value.ndim
    order = list(range(ndim))
    order[a], order[b] = b, a
    return _transpose(input, axes=tuple([d - ndim for d in order]))


@documented("torch.transpose(torch.ones(2, 3), 0, 1).shape", "", dim0="The one.", dim1="The other.")
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions swapped."""
    ndim = input._value.ndim
    a, b = dimension(dim0, ndim), dimension(dim1, ndim)
    if not ndim:
        return view(input, ())
    return _swapped(input, a, b)


@documented("torch.t(torch.tensor([[1, 2]]))", "")
@operation("TBackward0", view=True)
def t(input: Any) -> Any:
    """A matrix transposed; vectors and scalars are as they are."""
    ndim = input._value.ndim
    if ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {ndim}D")
    if ndim < 2:
        return structural.reshape(input, to=input._value.shape)
    return _transpose(input, axes=(-1, -2))


@operation("UnsqueezeBackward0", method=False, view=True)
def _with_axis(input: Any, to: tuple[int, ...]) -> Any:
    return structural.reshape(input, to=to)


@numpy_words
@documented("torch.unsqueeze(torch.ones(2), 0)", "")
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """A new dimension of size 1 at place `dim`."""
    shape = input._value.shape
    at = dimension(dim, len(shape) + 1)
    return _with_axis(input, (*shape[:at], 1, *shape[at:]))


@numpy_words
@documented("torch.squeeze(torch.ones(1, 2))", "")
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Without dimensions of size 1: all of them, or only those that `dim` names."""
    shape = input._value.shape
    if dim is None:
        kind, to = "SqueezeBackward0", tuple([n for n in shape if n != 1])
    else:
        dims = [dim] if hasattr(dim, "__index__") else list(dim)
        dropped = {dimension(d, len(shape)) for d in dims}
        kind = "SqueezeBackward1" if hasattr(dim, "__index__") else "SqueezeBackward2"
        to = tuple([n for i, n in enumerate(shape) if n != 1 or i not in dropped])
    return run(_reshaped, node_type(kind), (input, to), {}, view=True)


@operation("ExpandBackward0", method=False, view=True)
def _expanded(input: Any, to: tuple[int, ...]) -> Any:
    if prod(to) == input._value.size:
        return structural.reshape(input, to=to)  # which can be written to
    expanded = structural.broadcast_to(input, to=to)
    expanded._value = np.broadcast_to(input._value, to)  # the engine copies what is small
    return expanded


def expand(self: Tensor, *args: Any, size: Any = None, implicit: bool = False) -> Tensor:
    """Dimensions of size 1 repeated, without copying."""
    shape = self._value.shape
    wanted = _wanted(given(args, size), "expand")
    if len(wanted) < len(shape):
        raise RuntimeError(
            f"expand(torch.{self.dtype.abbreviation}Tensor{{{list(shape)}}}, size={list(wanted)}): "
            f"the number of sizes provided ({len(wanted)}) must be greater or equal to the number "
            f"of dimensions in the tensor ({len(shape)})"
        )
    offset = len(wanted) - len(shape)
    if any(n < 0 for n in wanted[:offset]):
        raise RuntimeError(
            f"The expanded size of the tensor ({wanted[offset - 1]}) isn't allowed in a leading, "
            f"non-existing dimension {offset - 1}"
        )
    to = list(wanted)
    for i, n in enumerate(shape):
        if to[i + offset] == -1:
            to[i + offset] = n
        elif n not in (1, to[i + offset]):
            raise RuntimeError(
                f"The expanded size of the tensor ({to[i + offset]}) must match the existing size "
                f"({n}) at non-singleton dimension {i + offset}.  Target sizes: {to}.  Tensor "
                f"sizes: {list(shape)}"
            )
    return _expanded(self, tuple(to))


@documented("torch.unbind(torch.ones(2))", "")
@operation("UnbindBackward0", view=True)
def unbind(input: Any, dim: int = 0) -> Any:
    """The parts along a dimension, which they do not have."""
    ndim = input._value.ndim
    return tuple(structural.unstack(input, axis=dimension(dim, ndim) - ndim))


def _each_promoted(tensors: Any) -> list[Any]:

    return promoted(*tensors)


@numpy_words
@documented("torch.stack([torch.ones(2), torch.zeros(2)])", "")
@operation("StackBackward0", method=False)
def stack(tensors: Any, dim: int = 0) -> Any:
    """Tensors of one shape along a new dimension."""
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    values = _each_promoted(tensors)
    shape = values[0]._value.shape
    for i, v in enumerate(values):
        if v._value.shape != shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(shape)} at entry 0 and "
                f"{list(v._value.shape)} at entry {i}"
            )
    at = dimension(dim, len(shape) + 1)
    return structural.stack(*values, axis=at - len(shape) - 1)


@numpy_words
@documented("torch.cat([torch.ones(2), torch.zeros(1)])", "")
@operation("CatBackward0", method=False)
def cat(tensors: Any, dim: int = 0) -> Any:
    """Tensors one after the other along a dimension."""
    if hasattr(tensors, "_value"):
        raise TypeError(
            "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor"
        )
    if not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    for i, v in enumerate(tensors):
        if not hasattr(v, "_value"):
            raise TypeError(
                f"expected Tensor as element {i} in argument 0, but got {type(v).__name__}"
            )
    values = [v for v in _each_promoted(tensors) if v._value.shape != (0,)] or list(tensors[:1])
    ndim = values[0]._value.ndim
    if not ndim:
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
    at = dimension(dim, ndim)
    for i, v in enumerate(values):
        if v._value.ndim != ndim:
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got {ndim} and {v._value.ndim}"
            )
        for axis, (n, m) in enumerate(zip(values[0]._value.shape, v._value.shape, strict=True)):
            if axis != at and n != m:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {at}. Expected size {n} but "
                    f"got size {m} for tensor number {i} in the list."
                )
    return structural.concat(*values, axis=at - ndim)


_REVERSED = (
    "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated "
    "and it will throw an error in a future release. Consider `x.mT` to transpose batches of "
    "matrices or `x.permute(*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a "
    "tensor."
)
_IDENTITY = "This function is the identity in these cases."


def warn_of_number(name: str, instead: str = _IDENTITY) -> None:
    """Say that transposing a tensor of shape () is deprecated."""
    warnings.warn(f"{name} is deprecated on 0-D tensors. {instead}", UserWarning, stacklevel=3)


def check_matrices(self: Tensor, name: str) -> None:
    """Raise for what is no matrix or batch of matrices."""
    if self._value.ndim == 1:
        raise RuntimeError(
            f"{name} is only supported on matrices or batches of matrices. Got "
            f"{self._value.ndim}-D tensor."
        )


def _t_property(self: Tensor) -> Tensor:
    """The dimensions in reverse order."""
    ndim = self._value.ndim
    if ndim == 0:
        warn_of_number("Tensor.T")
    elif ndim != 2:
        warnings.warn(_REVERSED, UserWarning, stacklevel=2)
    return permute(self, tuple(reversed(range(ndim))))


def _mt_property(self: Tensor) -> Tensor:
    """The last two dimensions swapped."""
    check_matrices(self, "tensor.mT")
    if self._value.ndim:
        return transpose(self, -2, -1)
    warn_of_number("Tensor.mT")
    return self


install(
    T=property(_t_property),
    mT=property(_mt_property),
    view=view,
    reshape=reshape,
    flatten=flatten,
    permute=permute,
    transpose=transpose,
    unsqueeze=unsqueeze,
    squeeze=squeeze,
    expand=expand,
    view_as=lambda self, other: view(self, other.shape),
    reshape_as=lambda self, other: reshape(self, other.shape),
    expand_as=lambda self, other: expand(self, other.shape),
)
