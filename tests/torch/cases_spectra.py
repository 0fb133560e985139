"""torch.stft, torch.istft and the windows."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised


def signal(torch: Any, *shape: int) -> Any:
    count = torch.Size(shape).numel()
    x = torch.arange(count, dtype=torch.float64)
    return ((x * 0.7).sin() + (x * 0.01) ** 2).reshape(shape).requires_grad_()


@case("torch.stft")
def windows_of_the_top_level(torch: Any) -> Any:
    names = ("bartlett", "blackman", "hamming", "hann", "kaiser")
    found: list[Any] = []
    for name in names:
        make = getattr(torch, f"{name}_window")
        found += [1 + make(n, p, dtype=torch.float64) for n in (0, 1, 2, 7) for p in (True, False)]
    found += [torch.hamming_window(5, True, 0.6, 0.3), torch.kaiser_window(5, False, 3.0)]
    found += [torch.hann_window(5, requires_grad=True), torch.hann_window(4)]
    return found, raised(lambda: torch.hann_window(-1))


@case("torch.stft")
def spectra_with_gradients(torch: Any) -> Any:
    found = []
    w = (torch.hann_window(6, dtype=torch.float64) + 0.1).requires_grad_()
    for options in (
        {},
        {"hop_length": 3},
        {"center": False},
        {"normalized": True},
        {"onesided": False},
        {"pad_mode": "constant"},
    ):
        for shape in ((20,), (2, 15)):
            x = signal(torch, *shape)
            y = torch.stft(x, 8, win_length=6, window=w, return_complex=True, **options)
            loss = (y.abs().square() * torch.arange(y.shape[-1]).add(1)).sum()
            found += [y.detach(), *torch.autograd.grad(loss, [x, w])]
    x = signal(torch, 20)
    found += [
        torch.stft(x.detach() * 1j, 8, window=w.new_ones(8)),
        x.detach().stft(4, window=w[:4], return_complex=True),
    ]
    found += [torch.stft(x.detach(), 8, window=w.new_ones(8), return_complex=False)]
    return found


@case("torch.istft")
def signals_again(torch: Any) -> Any:
    found = []
    w = torch.hann_window(8, dtype=torch.float64) + 0.1
    for options in (
        {},
        {"normalized": True},
        {"hop_length": 3},
        {"onesided": False},
        {"length": 18},
        {"length": 30},
    ):
        length = options.pop("length", None)
        for shape in ((20,), (2, 15)):
            x = signal(torch, *shape)
            spectrum = torch.stft(x, 8, window=w, return_complex=True, **options)
            y = torch.istft(spectrum * 2, 8, window=w, length=length, **options)
            (g,) = torch.autograd.grad((y * y).sum(), x)
            found += [y.detach(), g]
    z = torch.stft(x.detach() * (1 + 2j), 8, window=w)
    found += [torch.istft(z, 8, window=w, onesided=False, return_complex=True)]
    return found


@case("torch.stft")
def refused_spectra(torch: Any) -> Any:
    x, w = torch.arange(8.0), torch.ones(4)
    spectrum = torch.stft(x, 4, window=w, return_complex=True)
    return [
        raised(run)
        for run in (
            lambda: torch.stft(x, 4, window=w),
            lambda: torch.stft(x, 4, 0, window=w, return_complex=True),
            lambda: torch.stft(x, 4, 1, 5, return_complex=True),
            lambda: torch.stft(x, 4, 1, 4, torch.ones(3), return_complex=True),
            lambda: torch.stft(torch.ones(2, 2, 9), 4, window=w, return_complex=True),
            lambda: torch.stft(x, 4, window=w, align_to_window=True, return_complex=True),
            lambda: torch.stft(x + 0j, 4, window=w, onesided=True),
            lambda: torch.stft(x, 12, window=torch.ones(12), center=False, return_complex=True),
            lambda: torch.istft(torch.ones(3, 5), 4, window=w),
            lambda: torch.istft(torch.ones(4, 5) + 0j, 4, window=w, onesided=True),
            lambda: torch.istft(spectrum, 4, 2, 4, torch.zeros(4)),
            lambda: torch.istft(spectrum, 4, 6, 4, w),
            lambda: torch.istft(spectrum, 4, window=w, return_complex=True),
        )
    ]
