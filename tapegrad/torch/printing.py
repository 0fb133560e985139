"""The text of a tensor as PyTorch prints it, made from its array and what is said about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np

_DEFAULT: dict[str, Any] = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80}
_PROFILES = {
    "default": _DEFAULT,
    "short": _DEFAULT | {"precision": 2, "edgeitems": 2},
    "full": _DEFAULT | {"threshold": math.inf},
}
_options = SimpleNamespace(**_DEFAULT, sci_mode=None)

#: How one value is written.
Text = Callable[[Any], str]


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how all tensors are printed from now on; what is not given stays as it is.

    Parameters
    ----------
    precision
        Digits after the point; 4 at first.
    threshold
        Tensors of more elements than this are summarised; 1000 at first.
    edgeitems
        How many elements a summary shows at each end of each axis; 3 at first.
    linewidth
        Characters a line; 80 at first.
    profile
        ``"default"``, ``"short"`` or ``"full"``: a set of the options above, which those that are
        given override.
    sci_mode
        True for scientific notation, False for none, None (also when it is not given) to decide by
        the values: some are above 1e8, or below 1e-4, or more than 1000 times as large as others.

    Examples
    --------
    >>> from tapegrad import torch
    >>> torch.set_printoptions(precision=2)
    >>> torch.tensor([1.12345])
    tensor([1.12])
    >>> torch.set_printoptions(profile="default")
    >>> torch.tensor([1.12345])
    tensor([1.1235])
    """
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    vars(_options).update(
        _PROFILES.get(profile or "", {}),
        **{name: value for name, value in given.items() if value is not None},
        sci_mode=sci_mode,
    )


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Set options for a ``with`` block: the arguments are those of `set_printoptions`."""
    before = vars(_options).copy()
    set_printoptions(**options)
    try:
        yield
    finally:
        vars(_options).update(before)


def tensor_text(
    array: np.ndarray[Any, Any],
    dtype: str,
    *,
    default_dtype: str = "float32",
    requires_grad: bool = False,
    grad_fn: str | None = None,
    tangent: str | None = None,
    kind: str = "tensor",
) -> str:
    """The text of a tensor.

    Parameters
    ----------
    array
        The values, of any shape.
    dtype, default_dtype
        The names of the tensor's dtype and of the one that floats get: ``"float32"``.
    requires_grad
        Whether it requires a gradient: said unless `grad_fn` says it.
    grad_fn
        The name of the node that made it: ``"AddBackward0"``.
    tangent
        The text of the tangent that a dual tensor carries.
    kind
        What stands before the bracket: the name of the class for a subclass.

    Examples
    --------
    >>> import numpy as np
    >>> from tapegrad.torch.printing import tensor_text
    >>> print(tensor_text(np.array([1.0, 2.5]), "float64", requires_grad=True))
    tensor([1.0000, 2.5000], dtype=torch.float64, requires_grad=True)
    """
    indent = len(kind) + 1
    suffixes = []
    default_complex = "complex128" if default_dtype == "float64" else "complex64"
    if array.size == 0:
        # No element shows the shape or what the values would be.
        if array.ndim != 1:
            suffixes.append(f"size={array.shape}")
        shown_by_values: tuple[str, ...] = (default_dtype,)
    else:
        if not _options.edgeitems:
            suffixes.append(f"size={array.shape}")
        shown_by_values = (default_dtype, default_complex, "int64", "bool")
    if dtype not in shown_by_values:
        suffixes.append(f"dtype=torch.{dtype}")
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    return _with_suffixes(f"{kind}({_values_text(array, indent)}", suffixes, indent)


def _with_suffixes(text: str, suffixes: Sequence[str], indent: int) -> str:
    """Add what is said after the values, on the same line while there is room, and the bracket."""
    used = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        used += len(suffix) + 2
        if used > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            used = indent + len(suffix)
        else:
            text += ", " + suffix
    return text + ")"


def _values_text(array: np.ndarray[Any, Any], indent: int) -> str:
    """The values in square brackets, wrapped and summarised, indented from the second line on."""
    if array.size == 0:
        return "[]"
    edge, cut = _options.edgeitems, [False] * array.ndim
    if array.size > _options.threshold:
        cut = [length > 2 * edge for length in array.shape]
        for axis in np.flatnonzero(cut):
            ends = np.r_[0:edge, array.shape[axis] - edge : array.shape[axis]]
            array = array.take(ends, int(axis))
    if array.dtype.kind not in "biuc":
        array = array.astype(np.float64)  # exact; and bfloat16 is no number to NumPy
    text, width = _format(array)
    per_line = max(1, math.floor((_options.linewidth - indent - array.ndim + 1) / (width + 2)))
    return _nested(array, cut, indent, text, per_line)


def _nested(
    array: np.ndarray[Any, Any], cut: Sequence[bool], indent: int, text: Text, per_line: int
) -> str:
    """The text of `array`, where the axes in `cut` have dots between their two ends."""
    if array.ndim == 0:
        return text(array.item())
    if array.ndim == 1:
        parts, dots = [text(value) for value in array.tolist()], " ..."
    else:
        parts, dots = [_nested(row, cut[1:], indent + 1, text, per_line) for row in array], "..."
    if cut[0]:
        parts.insert(len(parts) // 2, dots if parts else "...")
    if array.ndim == 1:
        parts = [", ".join(parts[i : i + per_line]) for i in range(0, len(parts), per_line)]
    newlines = "\n" * max(1, array.ndim - 1)
    return "[" + f",{newlines}{' ' * (indent + 1)}".join(parts) + "]"


def _format(array: np.ndarray[Any, Any]) -> tuple[Text, int]:
    """How to write one value of `array`, and how wide it then is."""
    if array.dtype.kind != "c":
        text, width = _real_format(array)
        return (lambda value: text(value).rjust(width)), width
    (real, real_width), (imag, imag_width) = _real_format(array.real), _real_format(array.imag)

    def complex_text(value: complex) -> str:
        sign_and_imag = imag(value.imag)
        if sign_and_imag[0] != "-":
            sign_and_imag = "+" + sign_and_imag
        return f"{real(value.real).rjust(real_width)}{sign_and_imag}j"

    return complex_text, real_width + imag_width + 1


def _real_format(array: np.ndarray[Any, Any]) -> tuple[Text, int]:
    """How to write one real value of `array`, and the width of the widest."""
    if array.dtype.kind in "biu":
        text: Text = str
        measured = array.ravel().tolist()
    else:
        # Zeros, infinities and nans have no say in the notation, nor in the width.
        values = array.ravel()[np.isfinite(array.ravel()) & (array.ravel() != 0)]
        measured = values.tolist()
        text = _float_text(values)
    return text, max((len(text(value)) for value in measured), default=1)


def _float_text(values: np.ndarray[Any, Any]) -> Text:
    """The notation that suits finite floats other than zero."""
    whole = bool((values == np.ceil(values)).all())
    scientific = False
    if values.size:
        low, high = float(np.abs(values).min()), float(np.abs(values).max())
        scientific = high / low > 1000 or high > 1e8 or low < 1e-4
        if _options.sci_mode is not None:
            scientific = _options.sci_mode
    if scientific:
        return f"{{:.{_options.precision}e}}".format
    if whole:
        return lambda value: f"{value:.0f}." if math.isfinite(value) else str(value)
    return f"{{:.{_options.precision}f}}".format
