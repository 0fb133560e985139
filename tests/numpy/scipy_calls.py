"""SciPy's functions that run on any array of the array API, of ours: values and gradients.

Run as a module with ``SCIPY_ARRAY_API=1``, which SciPy reads when it is imported; prints a line of
JSON for each call, which `test_scipy` looks at. The judge is SciPy on NumPy's arrays: its values,
and differences of them.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import numpy

import tapegrad as tf
import tapegrad.numpy as np

Function = Callable[[Any, Any], Any]

SAMPLE = numpy.array([0.3, 1.7, 0.9, 2.4, 1.2, 0.5, 3.1, 1.9])
OTHER = numpy.array([1.1, 0.4, 2.2, 1.5, 0.2, 2.8, 1.3, 0.7])
TABLE = numpy.array([[0.3, 1.7, 0.9, 2.4], [1.2, 0.5, 3.1, 1.9], [2.2, 1.4, 0.7, 0.6]])
QUATERNION = numpy.array([0.2, -0.4, 0.6, 0.5])
SHARE = numpy.array([0.2, 0.45, 0.7, 0.9])


def calls() -> dict[str, tuple[Function, Any]]:
    """Functions of a namespace and an array of it, and the data of that array."""
    return of_special() | of_fft() | of_stats() | of_rotations() | of_solvers() | of_signals()


def of_special() -> dict[str, tuple[Function, Any]]:
    from scipy import special

    return {
        "gammaln": (lambda xp, x: special.gammaln(x), SAMPLE),
        "erf": (lambda xp, x: special.erf(x), SAMPLE),
        "betainc": (lambda xp, x: special.betainc(x, x + 1.0, xp.asarray(0.4)), SAMPLE),
        "betainc of a share": (lambda xp, x: special.betainc(xp.asarray(2.5), 1.5, x), SHARE),
        "logsumexp": (lambda xp, x: special.logsumexp(x), SAMPLE),
        "logsumexp along an axis": (
            lambda xp, x: special.logsumexp(x, axis=1, b=xp.asarray(TABLE)),
            TABLE,
        ),
        "logsumexp by factors": (
            lambda xp, x: special.logsumexp(xp.asarray(TABLE), axis=0, b=-x, return_sign=True)[0],
            TABLE,
        ),
        "softmax": (lambda xp, x: special.softmax(x), SAMPLE),
        "softmax over axes": (lambda xp, x: special.softmax(x, axis=(0, 1)), TABLE),
        "log_softmax": (lambda xp, x: special.log_softmax(x), SAMPLE),
        "log_softmax along an axis": (lambda xp, x: special.log_softmax(x, axis=-1), TABLE),
        "stdtr": (lambda xp, x: special.stdtr(x + 1.0, x), SAMPLE),
        "chdtr": (lambda xp, x: special.chdtr(x + 1.0, x), SAMPLE),
        "rel_entr": (lambda xp, x: special.rel_entr(x, xp.asarray(OTHER)), SAMPLE),
        "rel_entr of the second": (lambda xp, x: special.rel_entr(xp.asarray(OTHER), x), SAMPLE),
        "j0": (lambda xp, x: special.j0(x), SAMPLE),
        "multigammaln": (lambda xp, x: special.multigammaln(x + 2.0, 3), SAMPLE),
        "jv": (lambda xp, x: special.jv(x, 2.0 * x), SAMPLE),
        "hyp2f1": (lambda xp, x: special.hyp2f1(0.5, 1.5, 2.0, x), SHARE),
    }


def of_fft() -> dict[str, tuple[Function, Any]]:
    from scipy import fft

    return {
        "fft": (lambda xp, x: fft.fft(x), SAMPLE),
        "fft along an axis": (lambda xp, x: fft.fft(x, n=5, axis=0, norm="ortho"), TABLE),
        "fftn": (lambda xp, x: fft.fftn(x), TABLE),
        "rfft": (lambda xp, x: fft.rfft(x), SAMPLE),
        "rfft of a length": (lambda xp, x: fft.rfft(x, n=5, axis=1, norm="forward"), TABLE),
        "irfft": (lambda xp, x: fft.irfft(x), SAMPLE),
        "fht": (lambda xp, x: fft.fht(x, 0.1, 0.5), SAMPLE),
        "ifht": (lambda xp, x: fft.ifht(x, 0.1, 0.5, offset=0.1, bias=0.2), SAMPLE),
    }


def of_stats() -> dict[str, tuple[Function, Any]]:
    from scipy import stats

    return {
        "skew": (lambda xp, x: stats.skew(x), SAMPLE),
        "skew without bias": (lambda xp, x: stats.skew(x, axis=1, bias=False), TABLE),
        "kurtosis": (lambda xp, x: stats.kurtosis(x), SAMPLE),
        "kurtosis of columns": (
            lambda xp, x: stats.kurtosis(x, axis=0, fisher=False, keepdims=True),
            TABLE,
        ),
        "ttest_ind": (lambda xp, x: tuple(stats.ttest_ind(x, xp.asarray(OTHER))), SAMPLE),
        "Welch's test": (
            lambda xp, x: tuple(stats.ttest_ind(x, xp.asarray(OTHER[:5]), equal_var=False)),
            SAMPLE,
        ),
        "ttest_rel": (lambda xp, x: tuple(stats.ttest_rel(x, xp.asarray(OTHER))), SAMPLE),
        "pearsonr": (lambda xp, x: tuple(stats.pearsonr(x, xp.asarray(OTHER))), SAMPLE),
        "pearsonr, interval": (
            lambda xp, x: tuple(stats.pearsonr(x, xp.asarray(OTHER)).confidence_interval()),
            SAMPLE,
        ),
        "zscore": (lambda xp, x: stats.zscore(x), SAMPLE),
        "zscore of rows": (lambda xp, x: stats.zscore(x, axis=1, ddof=1), TABLE),
        "gmean": (lambda xp, x: stats.gmean(x), SAMPLE),
        "gmean, weighted": (
            lambda xp, x: stats.gmean(x, axis=0, weights=xp.asarray(TABLE[::-1].copy())),
            TABLE,
        ),
        "entropy": (lambda xp, x: stats.entropy(x), SAMPLE),
        "entropy, relative": (lambda xp, x: stats.entropy(xp.asarray(OTHER), x, base=2), SAMPLE),
        "circmean": (lambda xp, x: stats.circmean(x), SAMPLE),
        "circstd": (lambda xp, x: stats.circstd(x, axis=1), TABLE),
        "quantile": (lambda xp, x: stats.quantile(x, xp.asarray([0.3, 0.8])), SAMPLE),
        "quantile by the share": (lambda xp, x: stats.quantile(xp.asarray(SAMPLE), x), SHARE),
        "iqr": (lambda xp, x: stats.iqr(x), SAMPLE),
        "iqr of columns": (lambda xp, x: stats.iqr(x, axis=0, rng=(20, 80), scale="normal"), TABLE),
        "jarque_bera": (lambda xp, x: tuple(stats.jarque_bera(x)), SAMPLE),
        "pmean": (lambda xp, x: stats.pmean(x, 2.5), SAMPLE),
    }


def of_rotations() -> dict[str, tuple[Function, Any]]:
    from scipy.spatial.transform import Rotation

    def composed(xp: Any, q: Any) -> Any:
        turn = Rotation.from_rotvec(xp.asarray([0.1, 0.2, 0.3]))
        return (Rotation.from_quat(q).inv() * turn).as_quat()

    def moved(xp: Any, v: Any) -> Any:
        return Rotation.from_quat(xp.asarray(QUATERNION)).apply(v, inverse=True)

    return {
        "Rotation.from_quat": (lambda xp, q: Rotation.from_quat(q).as_matrix(), QUATERNION),
        "Rotation.apply": (
            lambda xp, q: Rotation.from_quat(q).apply(xp.asarray([[1.0, -2.0, 0.5]])),
            QUATERNION,
        ),
        "Rotation.apply to a vector": (moved, QUATERNION[:3]),
        "Rotation.as_rotvec": (lambda xp, q: Rotation.from_quat(q).as_rotvec(), QUATERNION),
        "Rotation.as_euler": (lambda xp, q: Rotation.from_quat(q).as_euler("xyz"), QUATERNION),
        "Rotation.from_euler": (
            lambda xp, angles: Rotation.from_euler("zyx", angles).as_matrix(),
            QUATERNION[:3],
        ),
        "Rotation.inv": (composed, QUATERNION),
    }


def of_solvers() -> dict[str, tuple[Function, Any]]:
    from scipy import differentiate, integrate
    from scipy.optimize import elementwise, rosen, rosen_der

    def root(xp: Any, c: Any) -> Any:
        # The cube root between bounds; the gradient is that of the last steps taken.
        found = elementwise.find_root(
            lambda x, c: x**3 - c, (xp.zeros_like(c), xp.ones_like(c) * 2.0), args=(c,)
        )
        return found.x

    def minimum(xp: Any, c: Any) -> Any:
        found = elementwise.find_minimum(
            lambda x, c: (x - c) ** 2 + c,
            (-3.0 * xp.ones_like(c), 0.1 * xp.ones_like(c), 5.0 * xp.ones_like(c)),
            args=(c,),
        )
        return found.f_x

    def cubature(xp: Any, c: Any) -> Any:
        low, high = xp.asarray([0.0], dtype=c.dtype), xp.asarray([1.0], dtype=c.dtype)
        rtol = 1e-8 if c.dtype == xp.float64 else 1e-4  # no more digits to be had
        return integrate.cubature(lambda x: xp.exp(-x * c), low, high, rtol=rtol).estimate

    def derivative(xp: Any, x: Any) -> Any:
        return differentiate.derivative(lambda x: xp.exp(x) * x, x).df

    def jacobian(xp: Any, x: Any) -> Any:
        return differentiate.jacobian(lambda x: xp.sin(x) * x, x[:3]).df

    def hessian(xp: Any, x: Any) -> Any:
        found = differentiate.hessian(lambda x: xp.sum(xp.sin(x) * x * x, axis=0), x[:2])
        return found.ddf

    def tanhsinh(xp: Any, c: Any) -> Any:
        found = integrate.tanhsinh(
            lambda x, c: xp.exp(-c * x * x), xp.zeros_like(c), xp.ones_like(c), args=(c,)
        )
        return found.integral

    return {
        "trapezoid": (lambda xp, x: integrate.trapezoid(x, dx=0.5), SAMPLE),
        "trapezoid by the places": (
            lambda xp, x: integrate.trapezoid(xp.asarray(OTHER), x),
            numpy.sort(SAMPLE),
        ),
        "cumulative_trapezoid": (lambda xp, x: integrate.cumulative_trapezoid(x), SAMPLE),
        "cumulative_trapezoid of rows": (
            lambda xp, x: integrate.cumulative_trapezoid(x, dx=0.5, axis=1, initial=0),
            TABLE,
        ),
        "cubature": (cubature, SHARE),
        "tanhsinh": (tanhsinh, SHARE),
        "rosen": (lambda xp, x: rosen(x), SAMPLE),
        "rosen of columns": (lambda xp, x: rosen(x), TABLE),
        "rosen_der": (lambda xp, x: rosen_der(x), SAMPLE),
        "find_root": (root, SHARE),
        "find_minimum": (minimum, SHARE),
        "derivative": (derivative, SHARE),
        "jacobian": (jacobian, SHARE),
        "hessian": (hessian, SHARE),
    }


def of_signals() -> dict[str, tuple[Function, Any]]:
    from scipy import signal

    return {
        "hilbert": (lambda xp, x: signal.hilbert(x), SAMPLE),
        "hilbert along an axis": (lambda xp, x: signal.hilbert(x, N=5, axis=0), TABLE),
        "windows.hann": (lambda xp, x: signal.windows.hann(8, xp=xp) * x, SAMPLE),
        "fftconvolve": (lambda xp, x: signal.fftconvolve(x, xp.asarray([1.0, 2.0])), SAMPLE),
    }


def leaving() -> dict[str, Function]:
    """Functions that go through compiled code, where a tape cannot follow."""
    from scipy import fft, integrate, linalg, signal, stats

    return {
        "fft.dct": lambda xp, x: fft.dct(x),
        "integrate.simpson": lambda xp, x: integrate.simpson(x),
        "linalg.inv": lambda xp, x: linalg.inv(xp.diag(x)),
        "signal.detrend": lambda xp, x: signal.detrend(x),
        "stats.norm.pdf": lambda xp, x: stats.norm.pdf(x),
    }


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple) else [value]


def number(value: Any) -> Any:
    """One real number of all results, of real and imaginary parts alike."""
    total: Any = 0.0
    for part in parts(value):
        weights = numpy.linspace(0.5, 1.5, max(part.size, 1)).reshape(part.shape)
        if numpy.dtype(part.dtype).kind == "c":
            total = total + (part.real * weights + part.imag * weights**2).sum()
        else:
            total = total + (part * weights).sum()
    return total


def differences(function: Function, x: Any) -> Any:
    """The gradient of `number` from four values on NumPy's arrays."""

    def at(i: int, step: float) -> float:
        moved = x.copy()
        moved.flat[i] += step
        return float(number(function(numpy, moved)))

    h = 1e-3
    flat = [
        (8.0 * (at(i, h) - at(i, -h)) - at(i, 2 * h) + at(i, -2 * h)) / (12.0 * h)
        for i in range(x.size)
    ]
    return numpy.reshape(flat, x.shape).tolist()


def answer(function: Function, data: Any) -> dict[str, Any]:
    """The kinds, values and gradient of a call with our arrays, and what NumPy's give."""
    x = np.array(data)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = function(np, x)
        loss = number(result)
    gradient = tape.gradient(loss, x)
    expected = function(numpy, data)
    value = number(tuple([numpy.asarray(p) for p in parts(result)]))
    single = np.array(data.astype(numpy.float32))
    with tf.GradientTape() as tape:
        tape.watch(single)
        loss = number(function(np, single))
    of_single = tape.gradient(loss, single)
    return {
        "kinds": [type(p).__module__ for p in parts(result)],
        "value": float(value),
        "expected_value": float(number(expected)),
        "gradient": None if gradient is None else numpy.asarray(gradient).tolist(),
        "expected_gradient": differences(function, data),
        "single": None if of_single is None else str(of_single.dtype),
    }


def refusal(function: Function) -> dict[str, Any]:
    """What a function says that would lose a gradient, where that is an error."""
    x = np.array(SAMPLE)
    with tf.GradientTape() as tape:
        tape.watch(x)
        try:
            function(np, x)
        except tf.errors.GradientLeakError as error:
            return {"refused": str(error)}
    return {"refused": None}


def main() -> None:
    """Print what is found, one line of JSON for each function."""
    assert os.environ.get("SCIPY_ARRAY_API") == "1", "SciPy reads it when it is imported"
    tf.debugging.set_gradient_leaks("error")
    for name, (function, data) in calls().items():
        try:
            found = answer(function, data)
        except Exception:  # noqa: BLE001 - the test shows whatever it was
            found = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps({"name": name, **found}) + "\n")
    for name, function in leaving().items():
        sys.stdout.write(json.dumps({"name": name, **refusal(function)}) + "\n")


if __name__ == "__main__":
    main()
