"""``np.fft``: discrete Fourier transforms, as in ``numpy.fft``.

All of them are three transforms of the engine: the complex one, that of real signals and its
inverse. What is Hermitian is a conjugate away from that.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tapegrad.core.table import recording as R
from tapegrad.core.tensor import Tensor, wrap_constant
from tapegrad.numpy import moving
from tapegrad.numpy.absent import refusing
from tapegrad.numpy.array import holding, of_type, plain, tensor_of
from tapegrad.numpy.function import function
from tapegrad.numpy.reducing import axes_of
from tapegrad.ops.fft import fitted

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

_NORMS = {None: "backward", "backward": "backward", "ortho": "ortho", "forward": "forward"}
_SWAPPED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def _norm(norm: Any) -> str:
    try:
        return _NORMS[norm]
    except (KeyError, TypeError):
        raise ValueError(
            f'Invalid norm value {norm}; should be "backward", "ortho" or "forward".'
        ) from None


def _real(a: Any) -> Tensor:
    x = tensor_of(a)
    dtype = x._value.dtype
    if dtype.kind == "c":
        raise TypeError(
            f"a real signal is expected, not one of type {dtype.name}: take np.real(a) or np.abs(a)"
        )
    return of_type(x, np.dtype(np.float32 if dtype.char in "ef" else np.float64))


def _complex(a: Any) -> Tensor:
    x = tensor_of(a)
    return of_type(x, np.dtype(np.complex64 if x._value.dtype.char in "efF" else np.complex128))


def _require_points(sizes: Any) -> None:
    for n in sizes:
        if n < 1:
            raise ValueError(f"Invalid number of FFT data points ({n}) specified.")


def _transformed(kind: str, x: Tensor, sizes: list[int], axes: tuple[int, ...], norm: str) -> Any:
    """A transform over axes, which are none or differ, of signals of the given sizes."""
    _require_points(sizes)
    if kind != "irfft":
        x = fitted(R, x, axes, tuple(sizes))
        return getattr(R, kind)(x, axes=axes, norm=norm)
    x = fitted(R, x, axes, (*sizes[:-1], sizes[-1] // 2 + 1))
    return R.irfft(x, axes=axes, length=sizes[-1], norm=norm)


def _along_one(kind: str, x: Tensor, n: Any, axis: Any, norm: str) -> Any:
    axes = axes_of(axis, x._value.ndim)
    size = x._value.shape[axes[0]]
    if n is None:
        n = 2 * (size - 1) if kind == "irfft" else size
    return _transformed(kind, x, [operator.index(plain(n))], axes, norm)


def _over_several(kind: str, x: Tensor, s: Any, axes: Any, norm: str) -> Any:
    shape = x._value.shape
    ndim = len(shape)
    if s is not None:
        s = [None if n is None else operator.index(n) for n in np.atleast_1d(plain(s))]
    if axes is None:
        axes = range(ndim) if s is None else range(-len(s), 0)
    over = [axes_of(axis, ndim)[0] for axis in np.atleast_1d(plain(axes)).tolist()]
    if s is not None and len(s) != len(over):
        raise ValueError("Shape and axes have different lengths.")
    if not over:
        raise IndexError("At least 1 axis must be transformed.")
    sizes = [
        shape[axis] if s is None or s[k] in (None, -1) else s[k] for k, axis in enumerate(over)
    ]
    if kind == "irfft" and (s is None or s[-1] in (None, -1)):
        sizes[-1] = 2 * (sizes[-1] - 1)
    if len(set(over)) == len(over):
        return _transformed(kind, x, sizes, tuple(over), norm)
    for name, size, axis in _in_turn(kind, sizes, over):
        x = _transformed(name, x, [size], (axis,), norm)
    return x


def _in_turn(kind: str, sizes: list[int], axes: list[int]) -> Any:
    """The transforms one by one: an axis that is named again is transformed again."""
    *others, last = zip(sizes, axes, strict=True)
    if kind == "irfft":
        return [*[("ifft", *part) for part in others], ("irfft", *last)]
    rest = "fft" if kind == "rfft" else kind
    return [(kind, *last), *[(rest, *part) for part in reversed(others)]]


_KINDS = {
    "fft": (_complex, "The Fourier transform"),
    "ifft": (_complex, "The inverse Fourier transform"),
    "rfft": (_real, "The first half of the Fourier transform of real signals"),
    "irfft": (_complex, "The real signals of halves of Fourier transforms"),
}


def _example(name: str) -> str:
    signal = "np.array([[1.0, 2.0], [3.0, 5.0]])" if name[-1] in "2n" else "np.array([1.0, 2.0])"
    return f"np.fft.{name}({signal})"


def _one(kind: str) -> Any:
    convert, words = _KINDS[kind]

    def call(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
        found = _along_one(kind, convert(a), n, axis, _norm(norm))
        return _of_half(kind, a, found) if kind == "irfft" else found

    call.__name__ = call.__qualname__ = kind
    call.__doc__ = f"{words} along one axis."
    return function(_example(kind), module=np.fft, n=_POINTS)(call)


def _several(kind: str, name: str, default: Any) -> Any:
    convert, words = _KINDS[kind]

    def call(a: Any, s: Any = None, axes: Any = default, norm: Any = None, out: Any = None) -> Any:
        x = tensor_of(a)
        if kind in ("fft", "ifft") and _are_none(x, s, axes):
            return x
        return _over_several(kind, convert(x), s, axes, _norm(norm))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{words} over {'two' if default else 'several or all'} axes."
    return function(_example(name), module=np.fft)(call)


def _are_none(x: Tensor, s: Any, axes: Any) -> bool:
    """Whether no axis is to be transformed."""
    if axes is None:
        return not x._value.ndim if s is None else not np.size(plain(s))
    return not np.size(plain(axes))


_POINTS = "The number of points, to which signals are cut or filled up with zeros."
_PLANE = (-2, -1)

fft, ifft, rfft, irfft = map(_one, _KINDS)
fft2, ifft2, rfft2, irfft2 = [_several(kind, f"{kind}2", _PLANE) for kind in _KINDS]
fftn, ifftn, rfftn, irfftn = [_several(kind, f"{kind}n", None) for kind in _KINDS]


def _of_half(name: str, a: Any, found: Tensor) -> Tensor:
    """A real signal in the type that NumPy gives it, if it came of half precision."""
    if tensor_of(a)._value.dtype.char != "e":
        return found
    return of_type(found, getattr(np.fft, name)(np.zeros(2, np.float16)).dtype)


@function(_example("hfft"), module=np.fft, n=_POINTS)
def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The real Fourier transform of halves of Hermitian signals."""
    found = _along_one("irfft", R.conj(_complex(a)), n, axis, _SWAPPED[_norm(norm)])
    return _of_half("hfft", a, found)


@function(_example("ihfft"), module=np.fft, n=_POINTS)
def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    """The first halves of the Hermitian signals of real Fourier transforms."""
    return R.conj(_along_one("rfft", _real(a), n, axis, _SWAPPED[_norm(norm)]))


def _frequencies(name: str, words: str) -> Any:
    model = getattr(np.fft, name)

    def call(n: Any, d: Any = 1.0, device: Any = None, *, dtype: Any = None) -> Any:
        whole = np.rint(model(n) * n)
        if device not in (None, "cpu"):
            raise ValueError(
                f'Device not understood. Only "cpu" is allowed, but received: {device}'
            )
        step = tensor_of(1.0 / (n * d))
        kind = np.result_type(step._value.dtype, np.float64)
        found = R.multiply(wrap_constant(whole.astype(kind)), of_type(step, kind))
        return found if dtype is None else of_type(found, np.dtype(dtype))

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The frequencies of {words}."
    return function(
        f"np.fft.{name}(4)", module=np.fft, n="The number of points.", d="Their distance."
    )(call)


fftfreq = _frequencies("fftfreq", "`fft`")
rfftfreq = _frequencies("rfftfreq", "`rfft`")


def _shift(name: str, sign: int, words: str) -> Any:
    def call(x: Any, axes: Any = None) -> Any:
        value = tensor_of(x)
        over = axes_of(axes, value._value.ndim)
        if not over:
            raise ValueError(f"np.fft.{name}: there is no axis to shift along")
        by = [sign * (value._value.shape[axis] // 2) for axis in over]
        return moving.roll(holding(value), by, over)._tensor

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Frequencies {words}."
    return function(f"np.fft.{name}(np.array([1.0, 2.0, 3.0]))", module=np.fft)(call)


fftshift = _shift("fftshift", 1, "with zero moved to the middle")
ifftshift = _shift("ifftshift", -1, "with zero moved back from the middle")

__getattr__ = refusing(__name__, globals(), {"dct": "import tapegrad as tf: tf.signal.dct"})
