"""``np.fft``: discrete Fourier transforms."""

from __future__ import annotations

SMOOTH = """
np.abs(np.fft.fft(x)); np.fft.fft(x).real; np.fft.fft(x).imag; np.fft.fft(x + 1j * y).imag
np.fft.fft(x, 6).imag; np.fft.fft(x, 3).real; np.fft.fft(A, axis=0).real
np.fft.fft(A, 5, 0, "ortho").imag; np.fft.fft(T, axis=1, norm="forward").real; np.fft.ifft(x).imag
np.fft.ifft(x + 1j * y, norm="ortho").real; np.fft.ifft(T, n=2, axis=-2).real; np.fft.rfft(x).imag
np.fft.rfft(x[:3]).real; np.fft.rfft(A, 6).imag; np.fft.rfft(A, axis=0).real
np.fft.rfft(x, norm="ortho").real; np.fft.irfft(x); np.fft.irfft(x + 1j * y); np.fft.irfft(x, 5)
np.fft.irfft(A, 4, axis=0, norm="forward"); np.fft.irfft(x + 1j * y, 3); np.fft.hfft(x)
np.fft.hfft(x + 1j * y); np.fft.hfft(x + 1j * y, 5); np.fft.hfft(A, axis=0, norm="ortho")
np.fft.hfft(x, norm="forward"); np.fft.ihfft(x).real; np.fft.ihfft(x, 3).imag
np.fft.ihfft(A, axis=0, norm="forward").imag; np.fft.fft2(A).real; np.fft.fft2(T, s=(2, 5)).imag
np.fft.fft2(T, axes=(0, 2)).real; np.fft.ifft2(A, norm="ortho").imag; np.fft.rfft2(T).imag
np.fft.rfft2(A, axes=(1, 0)).real; np.fft.irfft2(T + 1j * T[::-1]); np.fft.irfft2(A, s=(3, 5))
np.fft.irfft2(A, axes=(1, 0)); np.fft.fftn(T).real; np.fft.fftn(T, axes=(0, 1)).imag
np.fft.fftn(T, s=(2, -1), axes=(0, 2)).real; np.fft.fftn(A, axes=(0, 0)).real
np.fft.ifftn(T, axes=(2, 1, 2)).imag; np.fft.rfftn(T).imag; np.fft.rfftn(A, axes=(0, 0)).real
np.fft.rfftn(A, s=(2, 5), axes=(0, 1), norm="ortho").real; np.fft.irfftn(T + 1j * T[::-1])
np.fft.irfftn(T, s=(2, 3, 5), axes=(0, 1, 2), norm="forward"); np.fft.irfftn(A, axes=(1, 1))
np.fft.irfftn(T, axes=(2, 0)); np.fft.fftshift(x); np.fft.fftshift(A); np.fft.fftshift(T, axes=1)
np.fft.fftshift(T, axes=(0, -1)); np.fft.ifftshift(A); np.fft.ifftshift(x[:3])
np.fft.fftfreq(5, s); np.fft.ifftshift(T, axes=2); np.fft.rfftfreq(4, s)
np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(y))
np.abs(np.fft.fft(x, out=np.zeros(4, complex))) ** 2; np.fft.fftn(A, axes=()) * s
np.real(np.fft.ifft(np.fft.fft(x) * np.conj(np.fft.fft(y)))); np.fft.fft(x[::-1]).imag
"""

VALUES = """
np.fft.fft(x); np.fft.fft(n); np.fft.fft(f); np.fft.fft(z); np.fft.fft(b); np.fft.rfft(f)
np.fft.rfft(n); np.fft.irfft(f); np.fft.hfft(f); np.fft.ihfft(f); np.fft.fft(f.astype(np.float16))
np.fft.fftn(m); np.fft.irfft(z.astype(np.complex64)); np.fft.fft2(m); np.fft.fftfreq(4)
np.fft.fftfreq(5, 0.1); np.fft.fftfreq(1); np.fft.rfftfreq(5); np.fft.rfftfreq(6, 2.0)
np.fft.fftshift(n); np.fft.ifftshift(n); np.fft.fftshift(np.fft.fftfreq(5))
np.fft.fftshift(np.zeros((0, 2))); np.fft.fft(w); np.fft.fftn(A, axes=()); np.fft.fftn(s)
np.fft.fft(np.zeros((0, 3))); np.fft.rfft(np.zeros((0, 4))); np.fft.irfft(np.zeros((0, 4)))
np.fft.fft2(A, axes=[0, 1]); np.fft.fft([1, 2, 3]); np.fft.fft(x, np.int64(3)); np.fft.rfft(x, 1)
np.fft.irfft(x, 1)
"""

ERRORS = """
np.fft.fft(x, 0); np.fft.fft(s); np.fft.fft(x, axis=1); np.fft.fft(x, norm="nonsense")
np.fft.rfft(z); np.fft.ihfft(z); np.fft.irfft(np.ones(1)); np.fft.fft(np.zeros(0))
np.fft.fftn(A, s=(2,), axes=(0, 1)); np.fft.fft2(x); np.fft.rfftn(x, axes=()); np.fft.fftfreq(2.5)
np.fft.rfftfreq("4"); np.fft.fftshift(x, axes=2); np.fft.fft(x, -1)
np.fft.fft(x, out=np.zeros(4)); np.fft.fft(x, 2.5); np.fft.fftshift(s)
"""
