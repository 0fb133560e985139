"""einsum: sums of products by subscripts.

An equation of any form is taken apart once per shapes (and remembered) into three primitives:

- `einsum_one` takes diagonals of one operand and sums over the subscripts that nobody else has;
- `einsum` multiplies two operands in which every subscript occurs in two of its three parts, so
  that the derivatives are of the same form, with the subscripts permuted;
- `einsum_spread` is the transpose of `einsum_one`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np

from tapegrad.core.batching import Batched
from tapegrad.core.convert import operand
from tapegrad.core.define import bilinear, linear
from tapegrad.core.dtypes import from_numpy
from tapegrad.core.primitive import apply
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops.operands import require_same_dtype
from tapegrad.ops.products import product

__all__ = ["einsum"]


@lru_cache(maxsize=4096)
def _permuted(equation: str) -> tuple[str, str]:
    """The equations of the two derivatives: the cotangent takes the place of an operand."""
    inputs, out = equation.split("->")
    a, b = inputs.split(",")
    return f"{out},{b}->{a}", f"{out},{a}->{b}"


@lru_cache(maxsize=4096)
def _batched_equation(equation: str, batched: tuple[bool, ...]) -> str:
    """The equation with one more subscript in front of the result and the batched operands."""
    new = next(x for x in ascii_letters if x not in equation)
    inputs, out = equation.split("->")
    parts = [new * b + part for part, b in zip(inputs.split(","), batched, strict=True)]
    return f"{','.join(parts)}->{new}{out}"


def _batch(name: str) -> Any:
    def batch(F: Any, args: Any, params: Any) -> Any:
        batched = tuple([x.__class__ is Batched for x in args])
        values = [x.value if b else x for x, b in zip(args, batched, strict=True)]
        params = {**params, "equation": _batched_equation(params["equation"], batched)}
        if "to" in params:
            params["to"] = (values[0].shape[0], *params["to"])
        return getattr(F, name)(*values, **params)

    return batch


_einsum = bilinear(
    "einsum",
    lambda a, b, *, equation: product(a, b, equation),
    lambda F, g, b, equation: F.einsum(
        g, b if b.dtype.kind != "c" else F.conj(b), equation=_permuted(equation)[0]
    ),
    lambda F, g, a, equation: F.einsum(
        g, a if a.dtype.kind != "c" else F.conj(a), equation=_permuted(equation)[1]
    ),
    batch=_batch("einsum"),
)


@lru_cache(maxsize=1024)
def _numbers(subscripts: str) -> tuple[list[int], list[int]]:
    """Subscripts as the numbers that `numpy.einsum` takes, and without repetitions."""
    letters = list(dict.fromkeys(subscripts))
    return [letters.index(x) for x in subscripts], list(range(len(letters)))


def _one(x: Any, *, equation: str) -> Any:
    source, target = equation.split("->")
    if len(set(source)) < len(source):
        x = np.einsum(x, *_numbers(source))
        source = "".join(dict.fromkeys(source))
    summed = tuple([i for i, letter in enumerate(source) if letter not in target])
    if summed:
        x = np.add.reduce(x, summed, dtype=x.dtype)
        source = "".join([letter for letter in source if letter in target])
    return x.transpose([source.index(letter) for letter in target])[()]


def _spread(g: Any, *, equation: str, to: tuple[int, ...]) -> Any:
    target, source = equation.split("->")
    letters = "".join(dict.fromkeys(source))
    g = g.transpose([target.index(x) for x in letters if x in target])
    g = g[tuple([slice(None) if x in target else None for x in letters])]
    if letters == source:
        return np.broadcast_to(g, to)[()]
    y = np.zeros(to, g.dtype)
    np.einsum(y, *_numbers(source))[...] = g  # a writeable view of the diagonal
    return y


def _reversed(equation: str) -> str:
    source, target = equation.split("->")
    return f"{target}->{source}"


einsum_one = linear(
    "einsum_one",
    _one,
    lambda F, g, equation, shape: F.einsum_spread(g, equation=_reversed(equation), to=shape),
    batch=_batch("einsum_one"),
)
einsum_spread = linear(
    "einsum_spread",
    _spread,
    lambda F, g, equation: F.einsum_one(g, equation=_reversed(equation)),
    batch=_batch("einsum_spread"),
)


class _Plan(NamedTuple):
    """What to do with the operands, in this order."""

    #: (operand, shape): drop axes of size 1 that an ellipsis broadcasts.
    reshapes: tuple[tuple[int, tuple[int, ...]], ...]
    #: (operand, equation) for `einsum_one`.
    singles: tuple[tuple[int, str], ...]
    #: (operand, operand, equation): both are taken off the list, the result is put at its end.
    pairs: tuple[tuple[int, int, str], ...]


def contraction(equation: str, operands: Sequence[Any], optimize: str = "greedy") -> Tensor:
    """The value of any equation, on tensors of one dtype."""
    values = list(operands)
    plan = _plan(equation, tuple([x._value.shape for x in values]), optimize)
    for i, to in plan.reshapes:
        values[i] = recording.reshape(values[i], to=to)
    for i, single in plan.singles:
        values[i] = apply(einsum_one, (values[i],), {"equation": single})
    for i, j, pair in plan.pairs:
        a, b = values[i], values[j]
        del values[max(i, j)], values[min(i, j)]
        values.append(apply(_einsum, (a, b), {"equation": pair}))
    result: Tensor = values[0]
    return result


def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Tensor:
    r"""Sum products of tensors over subscripts.

    ``einsum("ij,jk->ik", a, b)`` is :math:`c_{ik} = \sum_j a_{ij} b_{jk}`.

    Parameters
    ----------
    equation
        One group of letters per input, separated by commas: one letter per axis, the same letter
        for axes that run together. After ``->`` the axes of the result; the others are summed
        over. Without ``->`` the result has the letters that occur once, in alphabetical order. A
        letter twice in one group takes the diagonal. ``...`` stands for any number of leading
        axes, which broadcast.
    inputs
        Tensors of one dtype.
    optimize
        In which order three or more inputs are multiplied: ``"greedy"`` or ``"optimal"``.

    Returns
    -------
    Tensor

    Raises
    ------
    ValueError
        If the equation is malformed, or has another number of groups than there are inputs.
    InvalidArgumentError
        If an input's rank, sizes or dtype do not fit.
    TypeError
        For other keyword arguments.

    Notes
    -----
    Products are computed two at a time, as matrix products whenever something is summed over.

    Examples
    --------
    >>> import tapegrad as tf
    >>> a = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tf.einsum("ij,jk->ik", a, a).numpy().tolist()
    [[7.0, 10.0], [15.0, 22.0]]
    >>> tf.einsum("ii", a).numpy()
    np.float32(5.0)
    """
    kwargs.pop("name", None)
    optimize = kwargs.pop("optimize", "greedy")
    if kwargs:
        raise TypeError(
            f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Valid arguments: name, "
            f"optimize."
        )
    if not isinstance(equation, str):
        raise TypeError(
            f"einsum: the first argument is the equation, such as 'ij,jk->ik', not {equation!r}."
        )
    if not inputs:
        raise ValueError(f"Got 0 inputs for equation {equation!r}: give one tensor per group.")
    values = [operand(inputs[0])]
    values += [operand(x, values[0]._value.dtype) for x in inputs[1:]]
    require_same_dtype("einsum", *values)
    if values[0]._value.dtype.kind in "bO":
        raise InvalidArgumentError(
            f"einsum: tensors of dtype {from_numpy(values[0]._value.dtype).name} cannot be "
            f"multiplied. Convert first, for example tf.cast(x, tf.float32)."
        )
    return contraction(equation, values, optimize)


@lru_cache(maxsize=4096)
def _plan(equation: str, shapes: tuple[tuple[int, ...], ...], optimize: str) -> _Plan:
    parts, out = _parsed(equation, len(shapes))
    reshapes = []
    named, out, sizes = _without_ellipsis(equation, parts, out, shapes)
    for i, (subscripts, shape) in enumerate(zip(named, shapes, strict=True)):
        kept = [x for x, n in zip(subscripts, shape, strict=True) if n == sizes[x]]
        if len(kept) < len(subscripts):
            named[i] = "".join(kept)
            reshapes.append((i, tuple([sizes[x] for x in kept])))
    if len(named) == 1:
        singles = () if named[0] == out else ((0, f"{named[0]}->{out}"),)
        return _Plan(tuple(reshapes), singles, ())
    singles_found = []
    for i, subscripts in enumerate(named):
        elsewhere = "".join([*named[:i], *named[i + 1 :], out])
        kept_letters = "".join([x for x in dict.fromkeys(subscripts) if x in elsewhere])
        if kept_letters != subscripts:
            singles_found.append((i, f"{subscripts}->{kept_letters}"))
            named[i] = kept_letters
    pairs = _pairs(named, out, sizes, "optimal" if optimize == "optimal" else "greedy")
    return _Plan(tuple(reshapes), tuple(singles_found), tuple(pairs))


def _parsed(equation: str, count: int) -> tuple[list[str], str]:
    """The groups of an equation and its result, each with at most one ``...`` (written ``.``)."""
    text = equation.replace(" ", "")
    inputs, arrow, out = text.partition("->")
    parts = inputs.split(",")
    groups = [x.replace("...", ".") for x in (*parts, out)]
    if not all(x.count(".") < 2 and set(x) <= {*ascii_letters, "."} for x in groups):
        raise ValueError(
            f"einsum: Subscripts have incorrect format: {equation}. Write one group of letters "
            f"per input, as in 'ij,jk->ik', with at most one '...' in each."
        )
    *parts, out = groups
    if len(parts) != count:
        raise ValueError(
            f'einsum: Got {count} inputs for equation "{equation}", expecting {len(parts)}: one '
            f"group of letters per input."
        )
    together = "".join(parts)
    if not arrow:
        once = sorted([x for x in set(together) if together.count(x) == 1 and x != "."])
        out = ("." if "." in together else "") + "".join(once)
    for letter in out:
        if letter != "." and letter not in together:
            raise ValueError(
                f"einsum: Output subscripts contain the label {letter} not present in the input "
                f"subscripts: {equation}."
            )
        if out.count(letter) > 1:
            raise ValueError(
                f"einsum: Output subscripts contain a label appearing more than once: {equation}. "
                f"To put a vector on a diagonal use tf.linalg.diag."
            )
    return parts, out


def _without_ellipsis(
    equation: str, parts: list[str], out: str, shapes: tuple[tuple[int, ...], ...]
) -> tuple[list[str], str, dict[str, int]]:
    """A letter for each axis that an ellipsis stands for, and the size of every letter."""
    covered = [len(s) - len(p) + 1 if "." in p else 0 for p, s in zip(parts, shapes, strict=True)]
    for i, (part, shape, n) in enumerate(zip(parts, shapes, covered, strict=True)):
        if n < 0 or ("." not in part and len(part) != len(shape)):
            raise InvalidArgumentError(
                f"einsum: Expected input {i} to have rank {len(part.replace('.', ''))}"
                f"{' at least' if '.' in part else ''} but got: {len(shape)} (equation "
                f"{equation!r}, shapes {[list(s) for s in shapes]})."
            )
    most = max(covered)
    unused = [x for x in ascii_letters if x not in "".join(parts)]
    extra = "".join(unused[:most])
    if most and "." not in out:
        raise InvalidArgumentError(
            f"einsum: Output contains {most} broadcasting dimension(s) but no ellipsis (...) was "
            f"found in the output subscripts: {equation!r}. Write '...' there, or sum first."
        )
    named = [p.replace(".", extra[most - n :]) for p, n in zip(parts, covered, strict=True)]
    sizes: dict[str, int] = {}
    for subscripts, shape in zip(named, shapes, strict=True):
        for axis, (letter, size) in enumerate(zip(subscripts, shape, strict=True)):
            known = sizes.setdefault(letter, size)
            if size == known or (letter in extra and size == 1):
                continue
            if letter not in extra or known != 1:
                raise InvalidArgumentError(
                    f"einsum: Expected dimension {known} at axis {axis} of the input shaped "
                    f"{list(shape)} but got dimension {size} (equation {equation!r}, shapes "
                    f"{[list(s) for s in shapes]}). Axes of one letter must have one size."
                )
            sizes[letter] = size
    return named, out.replace(".", extra), sizes


def _pairs(
    named: list[str], out: str, sizes: dict[str, int], optimize: str
) -> list[tuple[int, int, str]]:
    """Multiply two at a time, in a good order."""
    if len(named) == 2:
        return [(0, 1, f"{named[0]},{named[1]}->{out}")]
    dummies = [np.broadcast_to(np.float32(0), [sizes[x] for x in s]) for s in named]
    path, _ = np.einsum_path(f"{','.join(named)}->{out}", *dummies, optimize=(optimize, 2**62))
    pairs = []
    remaining = list(named)
    for step in path[1:]:
        group = sorted(step)
        # numpy.einsum_path may leave several operands to its last step.
        while len(group) > 1:
            i, j = group[0], group[1]
            a, b = remaining[i], remaining[j]
            del remaining[j], remaining[i]
            needed = "".join([*remaining, out])
            result = "".join(dict.fromkeys(x for x in a + b if x in needed))
            if not remaining:
                result = out
            pairs.append((i, j, f"{a},{b}->{result}"))
            remaining.append(result)
            group = sorted([k - (k > i) - (k > j) for k in group[2:]] + [len(remaining) - 1])
    return pairs
