"""Spectra of frames of a signal, and the windows that fade frames in and out."""

from __future__ import annotations

import warnings
from typing import Any

from tapegrad.torch.aliases import complex, view_as_real
from tapegrad.torch.creation import ones
from tapegrad.torch.documentation import documented
from tapegrad.torch.fft import fft, ifft, irfft, rfft
from tapegrad.torch.nn import functional as F
from tapegrad.torch.shaping import reshape
from tapegrad.torch.signal import windows
from tapegrad.torch.tensor import Tensor, install

__all__ = [
    "bartlett_window",
    "blackman_window",
    "hamming_window",
    "hann_window",
    "istft",
    "kaiser_window",
    "stft",
]

_TEXTS = {
    "n_fft": "The size of each frame's transform.",
    "hop_length": "From one frame to the next; by default a quarter of `n_fft`.",
    "win_length": "The length of the window, which stands in the middle of the frame.",
    "window": "Weights of a frame; by default ones.",
    "center": "Whether frame t is centred on entry ``t * hop_length``, the signal being padded.",
    "pad_mode": "How the signal is padded, as for `torch.nn.functional.pad`.",
    "normalized": "Whether the transform is divided by the root of its size.",
    "onesided": "Whether only frequencies that are not negative are given; so for real signals.",
    "return_complex": "Whether the result is complex.",
    "align_to_window": "Whether frames without centring begin with the window.",
    "length": "The length of the signal.",
    "window_length": "The length.",
    "periodic": "Whether it is one period, for spectral analysis, rather than symmetric.",
    "options": "``dtype``, ``layout``, ``device``, ``requires_grad``, as for `zeros`.",
}


def _window(name: str, make: Any, window_length: int, periodic: bool, options: Any) -> Any:
    if window_length < 0:
        raise RuntimeError(
            f"{name} requires non-negative window_length, got window_length={window_length}"
        )
    return make(window_length, sym=not periodic, **options)


@documented("torch.hann_window(4)", "", **_TEXTS)
def hann_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A raised cosine."""
    return _window("hann_window", windows.hann, window_length, periodic, options)


@documented(
    "torch.hamming_window(4)",
    "",
    alpha="The first weight.",
    beta="The weight of the cosine.",
    **_TEXTS,
)
def hamming_window(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    **options: Any,
) -> Tensor:
    """A raised cosine that does not reach 0."""

    def make(length: int, **options: Any) -> Any:
        return windows.general_cosine(length, a=[alpha, beta], **options)

    return _window("hamming_window", make, window_length, periodic, options)


@documented("torch.blackman_window(4)[1:]", "", **_TEXTS)
def blackman_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A sum of three cosines."""
    return _window("blackman_window", windows.blackman, window_length, periodic, options)


@documented("torch.bartlett_window(4)", "", **_TEXTS)
def bartlett_window(window_length: int, periodic: bool = True, **options: Any) -> Tensor:
    """A triangle."""
    return _window("bartlett_window", windows.bartlett, window_length, periodic, options)


@documented("torch.kaiser_window(4)", "", beta="How narrow it is.", **_TEXTS)
def kaiser_window(
    window_length: int, periodic: bool = True, beta: float = 12.0, **options: Any
) -> Tensor:
    """Kaiser's window, made of a Bessel function."""

    def make(length: int, **options: Any) -> Any:
        return windows.kaiser(length, beta=beta, **options)

    return _window("kaiser_window", make, window_length, periodic, options)


def _weights(window: Any, like: Tensor, win_length: int, n_fft: int) -> Any:
    """The window in the middle of a frame."""
    if window is None:
        real = like.real if like.is_complex() else like
        window = ones(win_length, dtype=real.dtype)
    left = (n_fft - win_length) // 2
    return F.pad(window, (left, n_fft - win_length - left)) if win_length < n_fft else window


def _sizes(
    name: str, n_fft: int, hop_length: int | None, win_length: int | None, window: Any
) -> tuple[int, int]:
    hop = n_fft // 4 if hop_length is None else hop_length
    wide = n_fft if win_length is None else win_length
    if hop <= 0:
        raise RuntimeError(f"{name}: expected hop_length > 0, but got hop_length={hop}")
    if not 0 < wide <= n_fft:
        raise RuntimeError(f"{name}: expected 0 < win_length <= n_fft, but got win_length={wide}")
    if window is not None and (window.dim() != 1 or window.shape[0] != wide):
        raise RuntimeError(
            f"{name}: expected a 1D window tensor of size equal to win_length={wide}, but got "
            f"window with size {list(window.shape)}"
        )
    return hop, wide


@documented(
    "torch.stft(torch.ones(8), 4, window=torch.ones(4), return_complex=True).shape", "", **_TEXTS
)
def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """The Fourier transforms of frames of a signal: frequencies, then frames.

    RuntimeError for sizes that do not fit, and for real signals without `return_complex`.
    """
    if center and align_to_window is not None:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    is_complex = input.is_complex() or (window is not None and window.is_complex())
    if return_complex is None:
        if not is_complex:
            raise RuntimeError(
                "stft requires the return_complex parameter be given for real inputs, and will "
                "further require that return_complex=True in a future PyTorch release."
            )
        return_complex = True
    if window is None:
        warnings.warn(
            "A window was not provided. A rectangular window will be applied,which is known to "
            "cause spectral leakage. Other windows such as torch.hann_window or "
            "torch.hamming_window are recommended to reduce spectral leakage.",
            stacklevel=2,
        )
    hop, wide = _sizes("stft", n_fft, hop_length, win_length, window)
    if input.dim() not in (1, 2):
        raise RuntimeError(f"stft: expected a 1D or 2D tensor, but got {input.dim()}D")
    x = input if input.dim() == 2 else input.unsqueeze(0)
    if center:
        x = F.pad(x.unsqueeze(1), (n_fft // 2, n_fft // 2), mode=pad_mode).squeeze(1)
    if not 0 < n_fft <= x.shape[-1]:
        raise RuntimeError(f"stft: expected 0 < n_fft < {x.shape[-1]}, but got n_fft={n_fft}")
    if align_to_window:
        left = (n_fft - wide) // 2
        x = F.pad(x, (left, left))
    frames = x.unfold(-1, n_fft, hop) * _weights(window, input, wide, n_fft)
    whole = is_complex if onesided is None else not onesided
    if not whole and is_complex:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    norm = "ortho" if normalized else None
    found = (fft if whole else rfft)(frames, norm=norm).transpose(-1, -2)
    found = found if input.dim() == 2 else found.squeeze(0)
    if return_complex:
        return found
    warnings.warn(
        "stft with return_complex=False is deprecated. In a future pytorch release, stft will "
        "return complex tensors for all inputs, and return_complex=False will raise an error.\n"
        "Note: you can still call torch.view_as_real on the complex output to recover the old "
        "return format.",
        stacklevel=2,
    )
    return view_as_real(found)


@documented(
    "x = torch.arange(8.0)\n"
    "w = torch.hann_window(4)\n"
    "torch.istft(torch.stft(x, 4, window=w, return_complex=True), 4, window=w)",
    "",
    **_TEXTS,
)
def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The signal whose `stft` this is: of all signals the one nearest to it.

    Frames are weighted with the window again, added up, and divided by the sum of the squared
    windows (Griffin and Lim, "Signal estimation from modified short-time Fourier transform",
    1984). RuntimeError where that sum is 0.
    """
    hop, wide = _sizes("istft", n_fft, hop_length, win_length, window)
    if hop > wide:
        raise RuntimeError("istft: expected 0 < hop_length <= win_length")
    if window is None:
        warnings.warn(
            "A window was not provided. A rectangular window will be applied.Please provide the "
            "same window used by stft to make the inversion lossless.To avoid this warning and "
            "make sure your signal is reconstructed correctly, provide the window.",
            stacklevel=2,
        )
    if not input.is_complex():
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with "
            "return_complex=True."
        )
    if input.dim() not in (2, 3):
        raise RuntimeError(f"istft: expected a 2D or 3D tensor, but got {input.dim()}D")
    half = n_fft // 2 + 1
    whole = (input.shape[-2] != half) if onesided is None else not onesided
    wanted = n_fft if whole else half
    if input.shape[-2] != wanted:
        raise RuntimeError(
            f"istft: expected the frequency dimension (3rd to the last) of the input tensor to "
            f"match n_fft{'' if whole else ' / 2 + 1'} when onesided={not whole}, but got "
            f"{input.shape[-2]}"
        )
    if return_complex and not whole:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    x: Any = (input if input.dim() == 3 else input.unsqueeze(0)).transpose(-1, -2)
    norm = "ortho" if normalized else None
    # A real signal is that of the frequencies that are not negative, whatever the others say.
    frames = ifft(x, norm=norm) if return_complex else irfft(x[..., :half], n=n_fft, norm=norm)
    weights = _weights(window, input, wide, n_fft)
    signal: Any = _overlapping(frames * weights, hop)
    squares: Any = weights.square().expand((1, *frames.shape[1:]))
    envelope: Any = _overlapping(squares, hop)
    start = n_fft // 2 if center else 0
    if length is not None:
        end = min(start + length, signal.shape[-1])
    else:
        end = signal.shape[-1] - (n_fft // 2 if center else 0)
    signal, envelope = signal[..., start:end], envelope[..., start:end]
    smallest = float(envelope.detach().abs().min())
    if smallest <= 1e-11:
        raise RuntimeError(f"window overlap add min: {smallest:g}")
    signal = signal / envelope
    if length is not None and signal.shape[-1] < length:
        warnings.warn(
            "The length of signal is shorter than the length parameter. Result is being padded "
            "with zeros in the tail. Please check your center and hop_length settings.",
            stacklevel=2,
        )
        signal = F.pad(signal, (0, length - signal.shape[-1]))
    return signal if input.dim() == 3 else signal.squeeze(0)


def _overlapping(frames: Tensor, hop: int) -> Tensor:
    """Frames, added up where they overlap."""
    count, size = frames.shape[-2:]
    total = size + hop * (count - 1)
    if frames.is_complex():
        return complex(_overlapping(frames.real, hop), _overlapping(frames.imag, hop))
    columns = frames.transpose(-1, -2)
    found = F.fold(columns, (1, total), (1, size), stride=(1, hop))
    return reshape(found, (frames.shape[0], total))


install(stft=stft, istft=istft)
