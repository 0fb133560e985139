"""Functions of structures of tensors: their arguments, results and tangents, checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.core.convert import as_tensor, operand
from tapegrad.core.forward import ForwardAccumulator
from tapegrad.core.gradient_tape import GradientTape
from tapegrad.core.indexed_slices import IndexedSlices
from tapegrad.core.table import recording
from tapegrad.core.tape import is_differentiable
from tapegrad.core.tensor import ArrayLike, Tensor
from tapegrad.core.unconnected import zeros_for
from tapegrad.errors import InvalidArgumentError

Function = Callable[..., Any]


class Primals:
    """The arguments of a function that is differentiated.

    Attributes
    ----------
    leaves
        Tensors and Variables, each with an identity of its own.
    live
        Positions of the leaves that have derivatives.
    """

    def __init__(self, op: str, f: Any, primals: Any) -> None:
        if not callable(f):
            raise TypeError(
                f"{op}: `f` should be a function of tensors, not {type(f).__name__}. For values "
                f"that were computed already use tf.GradientTape."
            )
        self._op, self._f, self._structure = op, f, primals
        self.leaves: list[Any] = []
        seen: set[int] = set()
        for given in nest.flatten(primals):
            self.leaves.append(x := self._leaf(given, seen))
            seen.add(x._id)
        self.live = [i for i, x in enumerate(self.leaves) if is_differentiable(x._value)]
        if not self.live:
            raise TypeError(
                f"{op}: none of the primals has a derivative, their dtypes are "
                f"{[x.dtype.name for x in self.leaves]}. Use tf.cast(x, tf.float32)."
            )

    def _leaf(self, given: Any, seen: set[int]) -> Any:
        try:
            x = operand(given)
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{self._op}: a primal should be a tensor, a Variable or a number, not "
                f"{type(given).__name__}. Hand other arguments over by a lambda."
            ) from error
        if x._id not in seen:
            return x
        if not isinstance(x, Tensor):
            raise ValueError(
                f"{self._op}: {x!r} is among the primals twice. Its derivatives cannot be told "
                f"apart: name it once."
            )
        return recording.identity(x)  # f(x, x) has a derivative by each of its arguments

    @property
    def sources(self) -> list[Any]:
        """The leaves that have derivatives."""
        return [self.leaves[i] for i in self.live]

    def call(self) -> Any:
        """The function's result; a tuple of primals are several arguments."""
        arguments = nest.pack_sequence_as(self._structure, self.leaves)
        if self._structure.__class__ is tuple:
            return self._f(*arguments)
        return self._f(arguments)

    def pack(self, values: Sequence[Any]) -> Any:
        """Values of the live leaves in the structure of the primals, None for the others."""
        found: list[Any] = [None] * len(self.leaves)
        for i, value in zip(self.live, values, strict=True):
            found[i] = value
        return nest.pack_sequence_as(self._structure, found)

    def pushing(self, tangents: Any) -> ForwardAccumulator:
        """Forward mode along `tangents`, which are in the structure of the primals."""
        matched = in_structure(self._op, "tangents", self._structure, tangents, self.leaves)
        moving = [i for i in self.live if matched[i] is not None]
        return ForwardAccumulator([self.leaves[i] for i in moving], [matched[i] for i in moving])

    def scalar(self, y: Any, name: str = "f") -> Any:
        """What the function called `name` returned, as one real scalar."""
        if nest.is_nested(y):
            raise TypeError(
                f"{self._op}: {name} should return one scalar, but returned a {type(y).__name__}. "
                f"Return one tensor, for example a sum."
            )
        (leaf,) = outputs_of(self._op, y)
        if leaf._value.shape != ():
            raise InvalidArgumentError(
                f"{self._op}: {name} should return a scalar. Expect: shape (), Actual: shape "
                f"{leaf._value.shape}. Return tf.reduce_sum(y), or take the derivatives of each "
                f"entry by tf.autodiff.jacobian."
            )
        self.require_real([leaf], f"{name} returned")
        return leaf

    def require_real(self, values: Sequence[Any], what: str) -> None:
        """Second derivatives are those of real functions of real numbers."""
        for x in values:
            if x._value.dtype.kind == "c" or not is_differentiable(x._value):
                raise TypeError(
                    f"{self._op}: {what} {x.dtype.name}, but it needs real floating point "
                    f"numbers. Take complex ones apart, tf.complex(re, im), or use tf.cast."
                )

    def require_connected(self, gradients: Sequence[Any]) -> None:
        """ValueError if nothing influences the result: values have left the tape."""
        if all(g is None for g in gradients):
            raise ValueError(
                f"{self._op}: the result of f does not depend on any of the primals. Values that "
                f"were turned into NumPy arrays or Python numbers on the way have left the tape: "
                f"compute with tf functions, on the arguments of f."
            )


def outputs_of(op: str, y: Any) -> list[Any]:
    """The leaves of what a function returned: tensors, read from Variables where need be."""
    leaves = nest.flatten(y)
    for i, leaf in enumerate(leaves):
        if not isinstance(leaf, ArrayLike):
            raise TypeError(
                f"{op}: f should return tensors, but returned {leaf!r} of type "
                f"{type(leaf).__name__}. Values that were turned into NumPy arrays or Python "
                f"numbers have left the tape: compute with tf functions."
            )
        leaves[i] = as_tensor(leaf)
    return leaves


def in_structure(
    op: str, argument: str, structure: Any, given: Any, like: Sequence[Any]
) -> list[Tensor | None]:
    """Tensors for the leaves of a structure, of the shapes and dtypes of `like`; None is kept."""
    try:
        nest.assert_same_structure(structure, given, check_types=False)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{op}: `{argument}` does not have the structure of the {_WHOSE[argument]}: {error}"
        ) from error
    found: list[Tensor | None] = []
    for x, value in zip(like, nest.flatten(given), strict=True):
        if value is None:
            found.append(None)
            continue
        t = as_tensor(value, None if isinstance(value, ArrayLike) else x._value.dtype)
        if t._value.shape != x._value.shape:
            raise InvalidArgumentError(
                f"{op}: a tensor among `{argument}` does not fit. Expect: shape {x._value.shape}, "
                f"Actual: shape {t._value.shape}."
            )
        if t._value.dtype != x._value.dtype:
            raise InvalidArgumentError(
                f"{op}: a tensor among `{argument}` does not fit. Expect: dtype {x.dtype.name}, "
                f"Actual: dtype {t.dtype.name}. Use tf.cast(t, tf.{x.dtype.name})."
            )
        found.append(t)
    return found


_WHOSE = {"tangents": "primals", "cotangents": "results"}


def joined(op: str, values: Sequence[Tensor]) -> Tensor:
    """All entries of results in one vector."""
    dtypes = {v._value.dtype for v in values}
    if len(dtypes) > 1:
        raise InvalidArgumentError(
            f"{op}: f should return tensors of one dtype, but they are of "
            f"{sorted(d.name for d in dtypes)}. Use tf.cast."
        )
    flat = [recording.reshape(v, to=(v._value.size,)) for v in values]
    whole: Tensor = flat[0] if len(flat) == 1 else recording.concat(*flat, axis=-1)
    return whole


def dense(gradient: Any) -> Any:
    """A gradient as a Tensor, or None."""
    return gradient._to_tensor() if isinstance(gradient, IndexedSlices) else gradient


def or_zeros(value: Any, x: Any) -> Tensor:
    """A derivative with respect to `x`, zeros where there is none."""
    return zeros_for(x) if value is None else value


def watching(sources: Sequence[Any], *, persistent: bool = False) -> GradientTape:
    """A tape that is entered with ``with`` and follows nothing but `sources`."""
    return _Watching(sources, persistent)


class _Watching(GradientTape):
    """A tape that watches its sources as soon as it is entered, and that no user holds."""

    __slots__ = ("_sources",)

    def __init__(self, sources: Sequence[Any], persistent: bool) -> None:
        super().__init__(persistent, watch_accessed_variables=False)
        self._sources = list(sources)

    def __enter__(self) -> GradientTape:
        self._start()
        for x in self._sources:
            x._watched_by(self)
        return self

    def _release(self, targets: Any, unanswered: Sequence[Any], taken: Any = ()) -> None:
        if unanswered:
            super()._release(targets, unanswered, taken)
        elif not self._persistent:
            # Nobody can ask for an explanation.
            self.records, self.followed, self.roots = [], set(), set()
            self.places = None
