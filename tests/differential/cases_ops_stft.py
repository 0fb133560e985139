"""Windows and short-time Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.differential.harness import case, raised
from tests.differential.op_cases import Held, Leaf, OpTable, Variants, spread

table = OpTable(__name__, "2.2 signal")

SIGNAL = spread([14])
BATCH = spread([2, 9])
SPECTRA = spread([4, 3]) + 1j * spread([4, 3], start=5)

for op in ("signal.hann_window", "signal.hamming_window"):
    for length in (0, 1, 2, 5, 6):
        for periodic in (True, False):
            variant = f"{length}{'' if periodic else '_symmetric'}"
            arguments = {"window_length": length, "periodic": periodic}
            table.value(op, variant, arguments, rtol=1e-6)
for op in ("signal.hann_window", "signal.hamming_window", "signal.vorbis_window"):
    table.value(op, "default", {"window_length": 6}, rtol=1e-6)
    table.value(op, "odd", {"window_length": 7}, rtol=1e-6)
    table.value(op, "tensor", {"window_length": Held(4, "int32")}, rtol=1e-6)
    table.value(op, "refuses_float", {"window_length": 4.0})
    table.value(op, "refuses_negative", {"window_length": -1})

for op in ("signal.kaiser_window", "signal.kaiser_bessel_derived_window"):
    table.value(op, "default", {"window_length": 6}, rtol=1e-5)
    table.value(op, "one", {"window_length": 1}, rtol=1e-5)
    table.value(op, "two", {"window_length": 2}, rtol=1e-5)
    table.value(op, "zero_beta", {"window_length": 4, "beta": 0.0}, rtol=1e-5)
    table.value(op, "tensor", {"window_length": Held(4, "int32"), "beta": Leaf(2.5)}, rtol=1e-5)
    table.value(op, "integer_beta", {"window_length": 5, "beta": 2}, rtol=1e-5)
    table.value(op, "refuses_float", {"window_length": 4.0})
    table.value(op, "refuses_negative", {"window_length": -2})
    table.value(op, "refuses_betas", {"window_length": 5, "beta": [1.0, 2.0]})
    table(op, "beta", {"window_length": 5, "beta": Leaf(2.5)}, dtypes=["float32"], rtol=1e-4)
table.value(
    "signal.kaiser_window",
    "negative_beta",
    {"window_length": 4, "beta": -3.0},
    rtol=1e-5,
    differs="The window is that of the absolute value, because I0 is even; TensorFlow's scaling "
    "is that of positive numbers only.",
    ours=np.kaiser(4, 3.0).astype(np.float32),
)
table.value("signal.kaiser_window", "refuses_nothing", {"window_length": 0})

TRANSFORMS: Variants = {
    "default": {"frame_length": 4, "frame_step": 2},
    "long_transform": {"frame_length": 4, "frame_step": 2, "fft_length": 7},
    "odd_frame": {"frame_length": 5, "frame_step": 3},
    "no_window": {"frame_length": 4, "frame_step": 3, "fft_length": None, "window_fn": None},
    "tensors": {
        "frame_length": Held(4, "int32"),
        "frame_step": Held(3, "int32"),
        "fft_length": Held(8, "int32"),
    },
}
for variant, options in TRANSFORMS.items():
    for label, values in (("", SIGNAL), ("_batch", BATCH)):
        arguments = {"signals": Leaf(values), **options}
        table("signal.stft", f"{variant}{label}", arguments, rtol=2e-6)
padded = {"frame_length": 4, "frame_step": 3, "fft_length": 4, "window_fn": None, "pad_end": True}
table("signal.stft", "padded", {"signals": Leaf(SIGNAL), **padded}, dtypes=["float64"])
short = {"frame_length": 4, "frame_step": 2, "fft_length": 2}
table.value("signal.stft", "short_transform", {"signals": Leaf(SIGNAL), **short}, rtol=2e-6)
sizes = {"frame_length": 4, "frame_step": 2}
table.value("signal.stft", "refuses_scalar", {"signals": Leaf(1.0), **sizes})
table.value("signal.stft", "refuses_integers", {"signals": [1, 2, 3, 4], **sizes})
table.value("signal.stft", "refuses_step", {"signals": Leaf(SIGNAL), **sizes, "frame_step": 0})
table.value("signal.stft", "refuses_float", {"signals": Leaf(SIGNAL), **sizes, "frame_length": 4.0})

INVERSES: Variants = {
    "default": {"frame_length": 4, "frame_step": 2},
    "shorter_frame": {"frame_length": 3, "frame_step": 2},
    "no_window": {"frame_length": 4, "frame_step": 3, "fft_length": None, "window_fn": None},
}
for variant, options in INVERSES.items():
    table("signal.inverse_stft", variant, {"stfts": Leaf(SPECTRA, "complex"), **options}, rtol=2e-6)
for variant, fft_length, frame_length in (("longer_frame", 4, 6), ("filled", 8, 8)):
    more = {"frame_length": frame_length, "frame_step": 2, "fft_length": fft_length}
    arguments = {"stfts": Leaf(SPECTRA, "complex"), **more}
    table.value("signal.inverse_stft", variant, arguments, rtol=2e-6)
table.value("signal.inverse_stft", "refuses_reals", {"stfts": Leaf(spread([4, 3])), **sizes})
table.value(
    "signal.inverse_stft", "refuses_vector", {"stfts": Leaf([1.0, 2.0], "complex"), **sizes}
)


def windows(tf: Any, dtype: Any) -> Any:
    makers = (tf.signal.hann_window, tf.signal.hamming_window, tf.signal.vorbis_window)
    return [make(8, dtype=dtype) for make in makers]


@case("2.2 signal")
def windows_of_doubles(tf: Any) -> Any:
    return windows(tf, tf.float64)


@case("2.2 signal")
def kaiser_windows_of_doubles(tf: Any) -> Any:
    beta = tf.constant(3.0, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(beta)
        with tf.GradientTape() as tape:
            tape.watch(beta)
            window = tf.signal.kaiser_window(5, beta, tf.float64)
            energy = tf.reduce_sum(window**2)
        slope = tape.gradient(energy, beta)
    derived = tf.signal.kaiser_bessel_derived_window(6, beta, tf.float64)
    return [window, slope, outer.gradient(slope, beta), derived]


@case("2.2 signal", rtol=5e-3)  # TensorFlow reckons in half precision, we in double
def windows_of_halves(tf: Any) -> Any:
    return windows(tf, tf.float16)


@case("2.2 signal")
def windows_refuse_integers(tf: Any) -> Any:
    return [
        raised(lambda: tf.signal.kaiser_window(4, dtype=tf.int32)),
        raised(lambda: tf.signal.hann_window(4, dtype=tf.int32)),
        raised(lambda: tf.signal.vorbis_window(4, dtype=tf.int32)),
    ]


@case("2.2 signal")
def inverse_stft_windows(tf: Any) -> Any:
    makers = [tf.signal.inverse_stft_window_fn(step) for step in (1, 2, 3, 4)]
    windows = [make(6, dtype=tf.float64) for make in makers]
    hamming = tf.signal.inverse_stft_window_fn(2, forward_window_fn=tf.signal.hamming_window)
    return [*windows, hamming(5, dtype=tf.float64)]


@case("2.2 signal", rtol=1e-5)
def inverse_stft_gives_the_signal_back(tf: Any) -> Any:
    x = tf.constant(SIGNAL, tf.float32)
    window = tf.signal.inverse_stft_window_fn(2)
    with tf.GradientTape() as tape:
        tape.watch(x)
        back = tf.signal.inverse_stft(tf.signal.stft(x, 4, 2), 4, 2, window_fn=window)
        loss = tf.reduce_sum(back**2)
    return [back, tape.gradient(loss, x)]
