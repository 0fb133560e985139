"""What operations that are composed of primitives can do: `check_gradients` on their examples."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import tapegrad as tf
from tapegrad.core import nest
from tapegrad.errors import GradientCheckError, MissingGradientError
from tapegrad.testing import check_gradients

#: What functions raise for data of a kind that they are not for.
REFUSALS = (TypeError, ValueError, KeyError, NotImplementedError)

Given = dict[str, Any]

#: Operations that are functions of some matrices only: what makes one of any matrix.
AMONG: dict[str, Any] = {"linalg.logdet": lambda x: (x + tf.linalg.adjoint(x)) / 2.0}


#: Operations of which a part of the result is no smooth function: the part that is.
SMOOTH: dict[str, Any] = {"math.corrcoef": lambda y: y[0, 1]}  # beside the diagonal, clipped to 1


#: Data in place of those of examples in which too little can move.
DATA: dict[str, Given] = {
    "image.per_image_standardization": {"image": [[[0.1], [0.9], [0.4]], [[0.7], [0.2], [2.0]]]}
}


def kind_of(value: Any) -> str:
    """What an argument is as data: "f" or "c", "i" for whole numbers, "" for none."""
    if isinstance(value, (list, tuple)):
        kinds = {kind_of(v) for v in value}
        return max(kinds, key="?ifc".find) if kinds and "" not in kinds else ""
    if isinstance(value, (tf.Tensor, np.ndarray, np.generic, int, float, complex)):
        kind = np.asarray(value).dtype.kind
        return kind if kind in "ifc" else ""
    return ""


def moved(value: Any, *, nudge: int, as_arrays: bool) -> Any:
    """Data in double precision, a little away from ties, kinks and symmetry."""
    if isinstance(value, (list, tuple)) and not (as_arrays and _is_regular(value)):
        return [moved(v, nudge=nudge + i, as_arrays=as_arrays) for i, v in enumerate(value)]
    a = np.asarray(value)
    a = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    return a * (1 + 0.003 * np.cos(np.arange(a.size) + nudge).reshape(a.shape)) + 0.002 * nudge


def _is_regular(value: Any) -> bool:
    if any(isinstance(leaf, (tf.Tensor, np.ndarray)) for leaf in nest.flatten(value)):
        return False
    try:
        np.asarray(value, np.complex128)
    except ValueError:
        return False
    return True


def samples_of(function: Any, arguments: Mapping[str, Any]) -> Iterator[tuple[Given, Given]]:
    """Arguments that move and arguments that are held, from those of an example.

    Several, because the example does not say which numbers are data and which are options: arrays
    and lists of fractions; the same with lists left lists; single fractions too; whole numbers.
    """
    parameters = inspect.signature(function).parameters
    given = {name: value for name, value in arguments.items() if name in parameters}
    kinds = {name: kind_of(value) for name, value in given.items()}
    fractions = [n for n in given if kinds[n] and kinds[n] in "fc"]
    data = [n for n in fractions if not isinstance(given[n], (float, complex))]
    whole = [n for n in given if kinds[n] == "i" and not isinstance(given[n], int)]
    for names, as_arrays in (
        (data, True),
        (data, False),
        (fractions, True),
        *(([*data, name], True) for name in whole),
    ):
        if names:
            yield (
                {n: moved(given[n], nudge=1 + i, as_arrays=as_arrays) for i, n in enumerate(names)},
                {n: v for n, v in given.items() if n not in names},
            )


class Call:
    """An operation as a function of its moving arguments, by position."""

    def __init__(self, name: str, function: Any, moving: Given, held: Given) -> None:
        self.__name__ = name
        self._function = function
        self._names = list(moving)
        self.held = held
        self._among = AMONG.get(name, lambda x: x)
        self.values = list(moving.values())

    def __call__(self, *values: Any) -> Any:
        values = [self._among(v) for v in values]  # type: ignore[assignment]
        everything = {**self.held, **dict(zip(self._names, values, strict=True))}
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for name, parameter in inspect.signature(self._function).parameters.items():
            if name not in everything:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL:
                positional.extend(everything[name])
            elif parameter.kind is parameter.VAR_KEYWORD:
                keywords.update(everything[name])
            elif parameter.kind is parameter.KEYWORD_ONLY:
                keywords[name] = everything[name]
            else:
                positional.append(everything[name])
        result = self._function(*positional, **keywords)
        return SMOOTH.get(self.__name__, lambda y: y)(result)

    def outputs(self) -> list[tf.Tensor]:
        """What it gives, as a list of tensors."""
        found = nest.flatten(self(*_tensors(self.values)))
        return [y for y in found if isinstance(y, tf.Tensor)]

    def is_connected(self) -> bool:
        """Whether a tape sees any way from its arguments to its results."""
        values = _tensors(self.values)
        with tf.GradientTape() as tape:
            tape.watch(values)
            found = nest.flatten(self(*values))
        live = [y for y in found if isinstance(y, tf.Tensor) and y.dtype.is_differentiable]
        gradients = nest.flatten(tape.gradient(live, values)) if live else []
        return any(g is not None for g in gradients)


def _tensors(values: Any) -> Any:
    return nest.map_structure(tf.constant, values)


def first_that_runs(name: str, function: Any, arguments: Mapping[str, Any]) -> Call | None:
    """The operation with the first choice of moving arguments that it accepts."""
    runs = None
    for moving, held in samples_of(function, {**arguments, **DATA.get(name, {})}):
        call = Call(name, function, moving, held)
        try:
            call.outputs()
        except REFUSALS:
            continue
        if call.is_connected():
            return call
        runs = runs or call
    return runs


def columns(call: Call) -> dict[str, str]:
    """What each mode says about an operation at its example."""
    if not call.is_connected():
        word = without_derivative([y.dtype for y in call.outputs()])
        return dict.fromkeys(
            ("reverse", "forward", "second order", "batched", "complex", "float32"), word
        )
    values = call.values
    found = {
        "reverse": _checked(call, values, order=1, modes="reverse"),
        "forward": _checked(call, values, order=1, modes="forward"),
        "second order": _checked(call, values),
        "batched": _checked(call, values, order=1, modes="reverse", batched=True),
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            found["complex"] = _checked(call, turned(values), order=1)
    except (*REFUSALS, np.exceptions.ComplexWarning):
        found["complex"] = "real only"
    found["float32"] = _checked(call, single(values), order=1)
    return found


def without_derivative(dtypes: list[Any]) -> str:
    """The word for an operation without derivative, from the dtypes of its results."""
    if any(dtype.is_floating or dtype.is_complex for dtype in dtypes):
        return "piecewise constant"
    if all(dtype == tf.bool for dtype in dtypes):
        return "boolean"
    return "integer"


def reason(error: MissingGradientError) -> str:
    """Why a rule is missing, out of the words around it."""
    return error.message.partition(": ")[2].partition(". Give one")[0]


def _checked(call: Call, values: Any, **options: Any) -> str:
    try:
        check_gradients(call, *values, directions=1, **options)
    except MissingGradientError as error:
        return f"no formula: {reason(error)}"
    except GradientCheckError as error:
        return f"FAILS: {error}"
    return "yes"


def turned(value: Any) -> Any:
    """The same data with phases."""
    if isinstance(value, list):
        return [turned(v) for v in value]
    return value * np.exp(1j * 0.3 * np.sin(1.0 + np.arange(value.size)).reshape(value.shape))


def single(value: Any) -> Any:
    """The same data in single precision."""
    if isinstance(value, list):
        return [single(v) for v in value]
    return value.astype(np.complex64 if value.dtype.kind == "c" else np.float32)
