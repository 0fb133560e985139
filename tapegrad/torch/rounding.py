"""Rounding, signs, magnitudes, and what complex numbers consist of."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.structural import identity
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import wrap
from tapegrad.ops import compare, elementwise
from tapegrad.ops import complex as core_complex
from tapegrad.ops import rounding as core_rounding
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import category
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import as_floating, flat
from tapegrad.torch.tensor import Tensor, alias, install, shared

__all__ = [
    "abs",
    "absolute",
    "angle",
    "ceil",
    "conj",
    "conj_physical",
    "deg2rad",
    "fix",
    "floor",
    "frac",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "positive",
    "rad2deg",
    "real",
    "resolve_conj",
    "resolve_neg",
    "round",
    "sgn",
    "sign",
    "signbit",
    "trunc",
]

_where = TABLE["where"]


def _step(name: str, function: Any, summary: str, example: str) -> Any:
    def call(input: Any) -> Any:
        if input._value.dtype.kind == "b":
            raise NotImplementedError(f"\"{name}\" not implemented for 'Bool'")
        if category(input._value.dtype) < 2:
            return identity(input)
        return flat(function(input), input)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{summary}, elementwise; the derivative is zero."
    return documented(f"torch.{name}(torch.tensor({example}))", "")(operation(in_place=True)(call))


def _truncated(x: Any) -> Any:
    zero = in_dtype(0, x._value.dtype)
    down = core_rounding.floor(elementwise.negative(x))
    return _where(compare.less(x, zero), elementwise.negative(down), core_rounding.floor(x))


floor = _step("floor", core_rounding.floor, "The next whole number below", "[1.5, -1.5]")
ceil = _step("ceil", core_rounding.ceil, "The next whole number above", "[1.5, -1.5]")
trunc = _step("trunc", _truncated, "The next whole number towards zero", "[1.5, -1.5]")
fix = trunc


@documented("torch.round(torch.tensor([1.5, 2.345]), decimals=1)", "", decimals="Digits that stay.")
@operation(in_place=True)
def round(input: Any, *, decimals: int = 0) -> Any:
    """The nearest whole number, of two the even one; the derivative is zero."""
    if category(input._value.dtype) < 2:
        return identity(input)
    if not decimals:
        return flat(core_rounding.round(input), input)
    scale = in_dtype(10.0 ** np.abs(decimals), input._value.dtype)
    there, back = elementwise.multiply, elementwise.divide
    if decimals < 0:
        there, back = back, there
    return flat(back(core_rounding.round(there(input, scale)), scale), input)


@documented("torch.frac(torch.tensor([1.5, -1.25]))", "")
@operation(in_place=True)
def frac(input: Any) -> Any:
    """What `trunc` takes away: the part after the point, with its sign."""
    return elementwise.subtract(input, _truncated(input))


@documented("torch.sign(torch.tensor([-2.0, 0.0, 3.0]))", "")
@operation(in_place=True)
def sign(input: Any) -> Any:
    """-1, 0 or 1; the derivative is zero."""
    if input._value.dtype.kind == "b":
        return identity(input)
    if input._value.dtype.kind == "c":
        raise RuntimeError(
            "Unlike NumPy, torch.sign doesn't support complex numbers. Use torch.sgn"
        )
    return flat(core_complex.sign(input), input)


@documented("torch.sgn(torch.tensor([3 + 4j, 0j]))", "")
@operation(in_place=True)
def sgn(input: Any) -> Any:
    """The sign, for complex numbers ``input / abs(input)``, and 0 at 0."""
    if input._value.dtype.kind == "b":
        return identity(input)
    if input._value.dtype.kind != "c":
        return flat(core_complex.sign(input), input)
    return core_complex.sign(input)


@documented("torch.abs(torch.tensor([-2.0, 3.0]))", "")
@operation(in_place=True)
def abs(input: Any) -> Any:
    """The magnitude; of complex numbers a real one. The derivative at 0 is 0."""
    if input._value.dtype.kind == "b":
        raise NotImplementedError("\"abs_cpu\" not implemented for 'Bool'")
    return core_complex.abs(input)


absolute = abs


@documented("torch.angle(torch.tensor([1.0, -1.0]))", "")
@operation()
def angle(input: Any) -> Any:
    """The angle of complex numbers, in radians; 0 or pi for real ones."""
    x = as_floating(input)
    found = core_complex.angle(x)
    return found if x._value.dtype.kind == "c" else flat(found, x)


@operation("RealBackward0", method=False)
def _real(input: Any) -> Any:
    return core_complex.real(input)


@operation("ImagBackward0", method=False)
def _imag(input: Any) -> Any:
    return core_complex.imag(input)


def _part(input: Tensor, part: Callable[..., Tensor], name: str) -> Tensor:
    """A part of complex numbers that shows their memory."""
    result = part(input)
    if input._level is None and result._level is None:
        result._value = getattr(shared(input), name)
        result._part_of = input, name
        parts = input.__dict__.setdefault("_parts", [])
        parts[:] = [p for p in parts if p[0]() is not None]
        parts.append((weakref.ref(result), part))
    return result


@documented("torch.real(torch.tensor([1 + 2j]))", "")
def real(input: Tensor) -> Tensor:
    """The real part, as a view."""
    return _part(input, _real, "real") if input._value.dtype.kind == "c" else input


@documented("torch.imag(torch.tensor([1 + 2j]))", "")
def imag(input: Tensor) -> Tensor:
    """The imaginary part of complex numbers, as a view."""
    if input._value.dtype.kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return _part(input, _imag, "imag")


install(real=property(real), imag=property(imag))


@documented("torch.conj(torch.tensor([1 + 2j]))", "")
@operation()
def conj(input: Any) -> Any:
    """The complex conjugate."""
    return core_complex.conj(input) if input._value.dtype.kind == "c" else input


@documented("torch.conj_physical(torch.tensor([1 + 2j]))", "")
@operation(in_place=True)
def conj_physical(input: Any) -> Any:
    """The complex conjugate, in memory of its own."""
    return core_complex.conj(input)


def _same(name: str) -> Any:
    def call(input: Any) -> Any:
        return input

    call.__name__ = name
    call.__doc__ = "The tensor itself: nothing is put off here."
    install(**{name: call})
    return documented(f"torch.{name}(torch.tensor([1.0]))", "")(call)


resolve_conj = _same("resolve_conj")
resolve_neg = _same("resolve_neg")


@documented("torch.positive(torch.tensor([-1.0]))", "")
@operation()
def positive(input: Any) -> Any:
    """The tensor itself."""
    if input._value.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


def _scaled(name: str, factor: float, words: str, example: str) -> Any:
    def call(input: Any) -> Any:
        x = as_floating(input)
        return elementwise.multiply(x, in_dtype(factor, x._value.dtype))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{words}."
    return documented(f"torch.{name}(torch.tensor({example}))", "")(operation(in_place=True)(call))


deg2rad = _scaled("deg2rad", np.pi / 180, "Degrees as radians", "[180.0]")
rad2deg = _scaled("rad2deg", 180 / np.pi, "Radians as degrees", "[1.0]")


def _test(name: str, function: Any, words: str) -> Any:
    def call(input: Any) -> Any:
        return wrap(function(input._value))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"True where the element is {words}."
    example = f"torch.{name}(torch.tensor([1.0, float('inf'), float('nan')]))"
    return documented(example, "")(operation()(call))


isnan = _test("isnan", np.isnan, "NaN")
isinf = _test("isinf", np.isinf, "infinite")
isfinite = _test("isfinite", np.isfinite, "neither infinite nor NaN")
isposinf = _test("isposinf", lambda x: x == np.inf, "positive infinity")
isneginf = _test("isneginf", lambda x: x == -np.inf, "negative infinity")
isreal = _test("isreal", np.isreal, "real")
signbit = _test("signbit", lambda x: np.signbit(x) if x.dtype.kind == "f" else x < 0, "negative")


def _no_round(self: Any, *args: Any) -> Any:
    raise TypeError("type Tensor doesn't define __round__ method")


install(__abs__=abs, __round__=_no_round)
alias(absolute="abs", fix="trunc")
