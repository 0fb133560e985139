"""Scans of any associative function, in logarithmic depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor
from tapegrad.core.structural import along
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import arranging  # noqa: F401 - a primitive
from tapegrad.ops.arguments import axis_argument

__all__ = ("associative_scan",)


class _Scan:
    """A function of two structures, applied to lists of their leaves along an axis."""

    def __init__(self, fn: Callable[[Any, Any], Any], structure: Any, axes: list[int]) -> None:
        self.fn = fn
        self.structure = structure
        self.axes = axes

    def part(self, leaves: list[Tensor], *limits: int | None) -> list[Tensor]:
        return [
            recording.getitem(x, index=along(axis, slice(*limits)))
            for x, axis in zip(leaves, self.axes, strict=True)
        ]

    def combined(self, before: list[Tensor], after: list[Tensor]) -> list[Tensor]:
        packed = [nest.pack_sequence_as(self.structure, leaves) for leaves in (before, after)]
        result = self.fn(*packed)
        nest.assert_same_structure(self.structure, result, check_types=False)
        found = [as_tensor(x) for x in nest.flatten(result)]
        for x, y in zip(before, found, strict=True):
            if (x.shape, x.dtype) != (y.shape, y.dtype):
                raise InvalidArgumentError(
                    f"associative_scan: fn must return what it gets, slices along the axis, but a "
                    f"tensor of shape {x.shape} and dtype {x.dtype.name} became one of shape "
                    f"{y.shape} and dtype {y.dtype.name}."
                )
        return found

    def joined(self, first: list[Tensor], second: list[Tensor]) -> list[Tensor]:
        lists = zip(first, second, self.axes, strict=True)
        return [recording.concat(x, y, axis=axis) for x, y, axis in lists]

    def alternating(self, even: list[Tensor], odd: list[Tensor]) -> list[Tensor]:
        """Entries of both in turn; `even` may have one more than `odd`."""
        axis = self.axes[0]
        pairs, more = odd[0]._value.shape[axis], even[0]._value.shape[axis]
        woven = []
        for x, y, at in zip(self.part(even, None, pairs), odd, self.axes, strict=True):
            both = recording.stack(x, y, axis=at)
            to = list(y._value.shape)
            to[at] = 2 * pairs
            woven.append(recording.reshape(both, to=tuple(to)))
        return woven if more == pairs else self.joined(woven, self.part(even, pairs, None))

    def run(self, leaves: list[Tensor]) -> list[Tensor]:
        """Combine neighbours, scan these, and fill in what lies between them."""
        count = leaves[0]._value.shape[self.axes[0]]
        if count < 2:
            return leaves
        pairs = self.combined(self.part(leaves, 0, -1, 2), self.part(leaves, 1, None, 2))
        odd = self.run(pairs)
        even = self.part(leaves, 0, 1)
        if count > 2:
            before = self.part(odd, 0, (count - 1) // 2)
            even = self.joined(even, self.combined(before, self.part(leaves, 2, None, 2)))
        return self.alternating(even, odd)


def associative_scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    reverse: bool = False,
    axis: Any = 0,
    name: str | None = None,
) -> Any:
    """All prefixes combined by an associative function: ``[a, a∘b, a∘b∘c]``.

    Parameters
    ----------
    fn : callable
        ``fn(a, b)``, a function of two structures like `elems` that combines the slices along the
        axis one by one, and returns such a structure of the same shapes and dtypes. It must be
        associative, ``fn(a, fn(b, c)) == fn(fn(a, b), c)``; it need not commute. It is called with
        many slices at once, about twice the logarithm of their number of times.
    elems : Tensor or structure of Tensor
        Tensors of equal size along the axis.
    reverse : bool
        Whether to start from the end; the first argument of `fn` is then what comes later.
    axis : int
        The axis.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor or structure of Tensor
        Like `elems`. Gradients go through `fn`, in any order and mode.

    Raises
    ------
    InvalidArgumentError
        If sizes along the axis differ, or `fn` changes a shape or dtype.
    TypeError
        If `fn` is not callable.
    ValueError
        If there are no tensors, or `fn` returns another structure.

    Notes
    -----
    The method is that of G. E. Blelloch, Prefix sums and their applications (1990): work
    proportional to the length, in logarithmic depth.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.associative_scan(tf.add, tf.constant([1, 2, 3, 4])).numpy()
    array([ 1,  3,  6, 10], dtype=int32)

    The recurrence ``h[k] = a[k] * h[k - 1] + b[k]`` as a scan of affine maps:

    >>> def after(f, g):
    ...     return g[0] * f[0], g[0] * f[1] + g[1]
    >>> a, b = tf.constant([0.5, 0.5, 0.5]), tf.constant([8.0, 4.0, 2.0])
    >>> tf.math.associative_scan(after, (a, b))[1].numpy()
    array([8., 8., 6.], dtype=float32)
    """
    if not callable(fn):
        raise TypeError(f"associative_scan: fn must be a function of two arguments, not {fn!r}.")
    leaves = [as_tensor(x) for x in nest.flatten(elems)]
    if not leaves:
        raise ValueError("associative_scan: there are no tensors in elems.")
    axes = [axis_argument(axis, x._value.ndim, "associative_scan") for x in leaves]
    sizes = {x._value.shape[at] for x, at in zip(leaves, axes, strict=True)}
    if len(sizes) > 1:
        raise InvalidArgumentError(
            f"associative_scan: all tensors must have the same size along axis {axis}, but there "
            f"are {sorted(sizes)}."
        )
    scan = _Scan(fn, elems, axes)

    def turned(leaves: list[Tensor]) -> list[Tensor]:
        if not reverse:
            return leaves
        return [recording.reverse(x, axes=(at,)) for x, at in zip(leaves, axes, strict=True)]

    return nest.pack_sequence_as(elems, turned(scan.run(turned(leaves))))
