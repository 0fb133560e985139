"""Fourier transforms and the shifts of their results."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 signal")

VECTOR = spread([5])
MATRIX = spread([3, 4])
CUBE = spread([2, 3, 4])
SPACE = spread([2, 3, 2, 2])


def complexes(values: Any) -> Leaf:
    return Leaf(values + 1j * spread(values.shape, start=7), "complex")


for rank, values in ((1, [VECTOR, MATRIX]), (2, [MATRIX, CUBE]), (3, [CUBE, SPACE])):
    dimensions = "" if rank == 1 else f"{rank}d"
    for variant, array in zip(("plain", "batch"), values, strict=True):
        for direction in ("fft", "ifft"):
            op = f"signal.{direction}{dimensions}"
            table(op, variant, {"input": complexes(array)}, rtol=2e-6)
        for direction, leaf in (("rfft", Leaf(array)), ("irfft", complexes(array))):
            op = f"signal.{direction}{dimensions}"
            if rank < 3:
                table(op, variant, {"input_tensor": leaf}, rtol=2e-6)
            else:  # without gradients in TensorFlow
                table.value(op, variant, {"input_tensor": leaf}, dtype="float64")
                table.value(op, f"{variant}_float32", {"input_tensor": leaf}, rtol=2e-6)
    array = values[1]
    shape = list(array.shape)[-rank:]
    lengths: Variants = {
        "shorter": {"fft_length": [n - 1 for n in shape]},
        "longer": {"fft_length": [n + 1 for n in shape]},
        "much_longer": {"fft_length": [*shape[:-1], 2 * shape[-1] + 1]},
        "tensor_length": {"fft_length": Held(shape, "int32")},
    }
    for variant, options in lengths.items():
        real = {"input_tensor": Leaf(array), **options}
        half = {"input_tensor": complexes(array), **options}
        # TensorFlow has no gradients where it cuts, nor where spectra are filled up.
        has_gradients = rank < 3 and variant != "shorter"
        if has_gradients:
            table(f"signal.rfft{dimensions}", variant, real, dtypes=["float64"])
        else:
            table.value(f"signal.rfft{dimensions}", variant, real, dtype="float64")
        if has_gradients and variant == "much_longer":
            table(f"signal.irfft{dimensions}", variant, half, dtypes=["float64"])
        else:
            table.value(f"signal.irfft{dimensions}", variant, half, dtype="float64")
    for direction in ("fft", "ifft"):
        op = f"signal.{direction}{dimensions}"
        table.value(op, "refuses_reals", {"input": Leaf(SPACE)})
        table.value(op, "refuses_rank", {"input": Leaf(spread([2] * (rank - 1)), "complex")})
        table.value(op, "empty_batch", {"input": Leaf(spread([0, 2, 2, 2]), "complex")})
        table.value(op, "list", {"input": spread([2] * rank).tolist()})
    for direction, dtype in (("rfft", None), ("irfft", "complex")):
        op = f"signal.{direction}{dimensions}"
        other = "complex" if dtype is None else None
        table.value(op, "refuses_dtype", {"input_tensor": Leaf(SPACE, other)})
        table.value(op, "refuses_half", {"input_tensor": Leaf(SPACE, "float16")})
        table.value(op, "refuses_rank", {"input_tensor": Leaf(spread([2] * (rank - 1)), dtype)})
        table.value(
            op, "refuses_count", {"input_tensor": Leaf(SPACE, dtype), "fft_length": [2] * 4}
        )
        table.value(op, "refuses_number", {"input_tensor": Leaf(SPACE, dtype), "fft_length": 2})
        table.value(
            op, "refuses_floats", {"input_tensor": Leaf(SPACE, dtype), "fft_length": [2.0] * rank}
        )
        table.value(op, "list", {"input_tensor": spread([2] * rank).tolist()})

table.value("signal.fft", "list_of_complexes", {"input": [1j, 2.0]})
table.value("signal.fft", "array_of_reals", {"input": np.array([1.0, 2.0])})
table.value("signal.rfft", "list_of_integers", {"input_tensor": [1, 2, 3]})
table.value("signal.rfft", "array_of_doubles", {"input_tensor": np.array([1.0, 2.0])})
table.value("signal.rfft", "array_of_integers", {"input_tensor": np.array([1, 2])})
table.value("signal.rfft", "nothing", {"input_tensor": Leaf([])})
table.value("signal.fft", "nothing", {"input": Leaf([], "complex")})

SHIFTS: Variants = {
    "all": {},
    "first": {"axes": 0},
    "last": {"axes": -1},
    "list": {"axes": [0, 1]},
    "tensor": {"axes": Held([1], "int32")},
    "tuple": {"axes": (1,)},
}
for op in ("signal.fftshift", "signal.ifftshift"):
    for variant, options in SHIFTS.items():
        table(op, variant, {"x": Leaf(MATRIX), **options}, dtypes=["float64"])
    table.value(op, "integers", {"x": Leaf([1, 2, 3], "int32")})
    table.value(op, "refuses_axis", {"x": Leaf(MATRIX), "axes": [2]})
    table.value(op, "refuses_scalar", {"x": Leaf(1.0)})


def gradient(tf: Any, function: Any, x: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(tf.math.real(function(x)))
    return tape.gradient(y, x)


CUT = "TensorFlow's rule does not follow inputs that are cut or filled up by fft_length."


@case("2.2 signal", differs=CUT, ours=[2.0, 0.0, 0.0])
def gradient_of_rfft_of_a_cut_signal(tf: Any) -> Any:
    return gradient(tf, lambda x: tf.signal.rfft(x, [2]), tf.constant([1.0, 2.0, 3.0]))


@case("2.2 signal", differs=CUT, ours=[1.0 + 0.0j, 0.0, 0.0])
def gradient_of_irfft_of_a_cut_spectrum(tf: Any) -> Any:
    z = tf.constant([1.0, 2.0, 3.0], tf.complex128)
    return gradient(tf, lambda x: tf.signal.irfft(x, [2]), z)


@case("2.2 signal", differs="TensorFlow has no gradient.", ours=[[[2.0, 0.0]]])
def gradient_of_rfft3d(tf: Any) -> Any:
    return gradient(tf, tf.signal.rfft3d, tf.constant([[[1.0, 2.0]]]))


@case("2.2 signal", differs="TensorFlow has no gradient.", ours=[[[1.0 + 0.0j, 0.0]]])
def gradient_of_irfft3d(tf: Any) -> Any:
    return gradient(tf, tf.signal.irfft3d, tf.constant([[[1.0, 2.0]]], tf.complex128))


NONE = "TensorFlow has no kernel for CPUs."


@case("2.2 signal", differs=NONE, ours=[[4.0 + 0.0j, 6.0], [-2.0, -2.0]])
def fftnd_of_columns(tf: Any) -> Any:
    return tf.signal.fftnd(tf.constant([[1, 2], [3, 4]], tf.complex64), axes=[0])


@case("2.2 signal", differs=NONE, ours=[[2.0 + 0.0j, 0.0], [0.0, 2.0]])
def ifftnd_without_division(tf: Any) -> Any:
    return tf.signal.ifftnd(tf.eye(2, dtype=tf.complex64), norm="forward")


@case("2.2 signal", differs=NONE, ours=[[3.0 + 0.0j, -1.0], [0.0, 0.0]])
def rfftnd_of_rows(tf: Any) -> Any:
    return tf.signal.rfftnd(tf.constant([[1.0, 2.0], [0.0, 0.0]]), axes=[1])


@case("2.2 signal", differs=NONE, ours=[[2.0, 2.0]])
def irfftnd_of_rows(tf: Any) -> Any:
    z = tf.constant([[4.0, 0.0, 5.0]], tf.complex64)
    return tf.signal.irfftnd(z, fft_length=[2], axes=[1])
