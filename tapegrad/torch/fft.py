"""``torch.fft``: discrete Fourier transforms, along one, two or any dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.core.table import TABLE
from tapegrad.ops import fourier
from tapegrad.ops import hermitian_fft as hermitian
from tapegrad.ops.cast import in_dtype
from tapegrad.torch.absent import refusing
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import from_numpy_dtype, get_default_dtype, to_numpy
from tapegrad.torch.from_data import made
from tapegrad.torch.operation import operation
from tapegrad.torch.promotion import as_floating
from tapegrad.torch.size import dimension
from tapegrad.torch.tensor import Tensor

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "hfft2",
    "hfftn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]

_PARAMETERS = {
    "n": "The length, to which the signal is cut or filled with zeros.",
    "s": "The lengths along the dimensions.",
    "norm": "``'backward'``: the inverse is scaled; ``'forward'`` or ``'ortho'``.",
}


def _complex(x: Any) -> Any:
    x = as_floating(x)
    if x._value.dtype.kind == "c":
        return x
    return in_dtype(x, from_numpy_dtype(x._value.dtype).to_complex().numpy_dtype)


def _real(x: Any) -> Any:
    x = as_floating(x)
    if x._value.dtype.kind == "c":
        kind = from_numpy_dtype(x._value.dtype).abbreviation
        raise RuntimeError(f"rfft expects a real input tensor, but got {kind}")
    return x


#: name -> (kind of input, the transform along several axes)
_TRANSFORMS: dict[str, tuple[Callable[[Any], Any], Callable[..., Any]]] = {
    "fft": (_complex, fourier.fftnd),
    "ifft": (_complex, fourier.ifftnd),
    "rfft": (_real, fourier.rfftnd),
    "irfft": (_complex, fourier.irfftnd),
    "hfft": (_complex, hermitian.hfftn),
    "ihfft": (_real, hermitian.ihfftn),
}


_KINDS = {
    "fft": "FftC2CBackward0",
    "ifft": "FftC2CBackward0",
    "rfft": "FftR2CBackward0",
    "irfft": "FftC2RBackward0",
    "hfft": "FftC2RBackward0",
    "ihfft": "ConjBackward0",
}


def _transformed(kind: str, input: Any, s: Any, axes: list[int], norm: Any) -> Any:
    convert, transform = _TRANSFORMS[kind]
    if norm not in (None, "backward", "forward", "ortho"):
        raise RuntimeError(f'Invalid normalization mode: "{norm}"')
    x = convert(input)
    if s is not None:
        for n in s:
            if n < 1 and n != -1:
                raise RuntimeError(f"Invalid number of data points ({n}) specified")
    shape = x._value.shape
    halved = kind in ("irfft", "hfft")
    lengths = [
        (2 * (shape[a] - 1) if halved and i == len(axes) - 1 else shape[a])
        if s is None or s[i] == -1
        else int(s[i])
        for i, a in enumerate(axes)
    ]
    negative = [a - len(shape) for a in axes]
    if kind in ("hfft", "ihfft"):
        return transform(x, lengths, negative, norm)
    scaled = transform(x, lengths, negative)
    size = float(np.prod(lengths)) if lengths else 1.0
    inverse = kind in ("ifft", "irfft")
    power = {None: 0.0, "backward": 0.0, "ortho": 0.5, "forward": 1.0}[norm]
    if not power:
        return scaled
    factor = size**power if inverse else size**-power
    return TABLE["multiply"](scaled, in_dtype(factor, scaled._value.dtype))


def _one(name: str, words: str) -> Any:
    @operation(_KINDS[name], method=False)
    def call(input: Any, n: int | None = None, dim: int = -1, norm: str | None = None) -> Any:
        axis = dimension(dim, input._value.ndim)
        return _transformed(name, input, None if n is None else [n], [axis], norm)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{words} along one dimension."
    return documented(f"torch.fft.{name}(torch.tensor([1.0, 2.0, 4.0])).abs()", "", **_PARAMETERS)(
        call
    )


def _many(name: str, words: str, default: Any) -> Any:
    kind = name[:-1]

    @operation(_KINDS[kind], method=False)
    def call(input: Any, s: Any = None, dim: Any = default, norm: str | None = None) -> Any:
        ndim = input._value.ndim
        if dim is None:
            axes = list(range(ndim)) if s is None else list(range(ndim - len(s), ndim))
        else:
            axes = [dimension(d, ndim) for d in ([dim] if hasattr(dim, "__index__") else dim)]
        if len(set(axes)) < len(axes):
            raise RuntimeError("FFT dims must be unique")
        if s is not None and len(s) != len(axes):
            raise RuntimeError("When given, dim and shape arguments must have the same length")
        return _transformed(kind, input, s, axes, norm)

    call.__name__ = call.__qualname__ = name
    count = "two" if default else "several"
    call.__doc__ = f"{words} along {count} dimensions."
    return documented(f"torch.fft.{name}(torch.ones(2, 2)).shape", "", **_PARAMETERS)(call)


fft = _one("fft", "The Fourier transform")
ifft = _one("ifft", "The inverse Fourier transform")
rfft = _one("rfft", "The non-negative half of the Fourier transform of real signals")
irfft = _one("irfft", "The real signal of half a Fourier transform")
hfft = _one("hfft", "The real Fourier transform of half a Hermitian signal")
ihfft = _one("ihfft", "The half Hermitian signal of a real Fourier transform")
_PLANE = (-2, -1)
fft2 = _many("fft2", "The Fourier transform", _PLANE)
ifft2 = _many("ifft2", "The inverse Fourier transform", _PLANE)
rfft2 = _many("rfft2", "Half the Fourier transform of real signals", _PLANE)
irfft2 = _many("irfft2", "The real signal of half a Fourier transform", _PLANE)
hfft2 = _many("hfft2", "The real Fourier transform of half a Hermitian signal", _PLANE)
ihfft2 = _many("ihfft2", "The half Hermitian signal of a real Fourier transform", _PLANE)
fftn = _many("fftn", "The Fourier transform", None)
ifftn = _many("ifftn", "The inverse Fourier transform", None)
rfftn = _many("rfftn", "Half the Fourier transform of real signals", None)
irfftn = _many("irfftn", "The real signal of half a Fourier transform", None)
hfftn = _many("hfftn", "The real Fourier transform of half a Hermitian signal", None)
ihfftn = _many("ihfftn", "The half Hermitian signal of a real Fourier transform", None)


def _frequencies(name: str, function: Any, words: str) -> Any:
    def call(n: int, d: float = 1.0, *, dtype: Any = None, requires_grad: bool = False) -> Tensor:
        kind = get_default_dtype().numpy_dtype if dtype is None else to_numpy(dtype)
        return made(np.asarray(function(n, d)).astype(kind), requires_grad)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"The frequencies of {words}."
    return documented(f"torch.fft.{name}(4)", "", n="The length.", d="The time between samples.")(
        call
    )


fftfreq = _frequencies("fftfreq", np.fft.fftfreq, "`fft`")
rfftfreq = _frequencies("rfftfreq", np.fft.rfftfreq, "`rfft`")


def _shift(name: str, sign: int, words: str) -> Any:
    def call(input: Tensor, dim: Any = None) -> Tensor:
        ndim = input._value.ndim
        dims = range(ndim) if dim is None else [dim] if hasattr(dim, "__index__") else dim
        axes = [dimension(d, ndim) for d in dims]
        by = [sign * (input._value.shape[a] // 2) for a in axes]
        return input.roll(by, axes) if axes else input.clone()

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"Frequencies {words}."
    return documented(f"torch.fft.{name}(torch.arange(4))", "")(call)


fftshift = _shift("fftshift", 1, "with zero moved to the middle")
ifftshift = _shift("ifftshift", -1, "with zero moved back from the middle")

__getattr__ = refusing("torch.fft", globals())
