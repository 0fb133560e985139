"""Modified cosine transforms, the mel scale and cepstral coefficients."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import case
from tests.differential.op_cases import Held, Leaf, OpTable, spread

table = OpTable(__name__, "2.2 signal")

SIGNAL = spread([18])
BATCH = spread([2, 11])
CODED = spread([3, 4])

for variant, options in {
    "default": {"frame_length": 4},
    "long": {"frame_length": 8},
    "padded": {"frame_length": 8, "window_fn": None, "pad_end": True},
    "ortho": {"frame_length": 4, "window_fn": None, "pad_end": False, "norm": "ortho"},
    "tensor": {"frame_length": Held(8, "int32")},
}.items():
    for label, values in (("", SIGNAL), ("_batch", BATCH)):
        arguments = {"signals": Leaf(values), **options}
        table("signal.mdct", f"{variant}{label}", arguments, rtol=5e-6)
table.value("signal.mdct", "refuses_length", {"signals": Leaf(SIGNAL), "frame_length": 6})
table.value("signal.mdct", "refuses_scalar", {"signals": Leaf(1.0), "frame_length": 4})
table.value("signal.mdct", "refuses_integers", {"signals": [1, 2, 3, 4], "frame_length": 4})

for variant, options in {
    "default": {},
    "no_window": {"window_fn": None},
    "ortho": {"window_fn": None, "norm": "ortho"},
}.items():
    table("signal.inverse_mdct", variant, {"mdcts": Leaf(CODED), **options}, rtol=5e-6)
    batch = {"mdcts": Leaf(spread([2, 2, 2])), **options}
    table("signal.inverse_mdct", f"{variant}_batch", batch, rtol=5e-6)
table.value("signal.inverse_mdct", "refuses_scalar", {"mdcts": Leaf(1.0)})
table.value("signal.inverse_mdct", "refuses_integers", {"mdcts": [[1, 2]]})


@case("2.2 signal", rtol=1e-5)
def mdct_and_back(tf: Any) -> Any:
    x = tf.constant(spread([24]))
    return tf.signal.inverse_mdct(tf.signal.mdct(x, 8))


MATRICES: dict[str, dict[str, Any]] = {
    "default": {},
    "small": {"num_mel_bins": 3, "num_spectrogram_bins": 9},
    "edges": {
        "num_mel_bins": 4,
        "num_spectrogram_bins": 17,
        "sample_rate": 16000,
        "lower_edge_hertz": 0.0,
        "upper_edge_hertz": 8000.0,
    },
    "rate": {"num_mel_bins": 5, "num_spectrogram_bins": 8, "sample_rate": 9000.5},
}
for variant, options in MATRICES.items():
    # TensorFlow computes in the dtype of the result, where the ends of triangles cancel.
    table.value("signal.linear_to_mel_weight_matrix", variant, options, rtol=1e-3)


@case("2.2 signal", rtol=1e-9)
def mel_matrix_of_float64(tf: Any) -> Any:
    return tf.signal.linear_to_mel_weight_matrix(6, 20, dtype=tf.float64)


for label, options in {
    "no_bands": {"num_mel_bins": 0},
    "negative_edge": {"lower_edge_hertz": -1.0},
    "order": {"lower_edge_hertz": 4.0, "upper_edge_hertz": 4.0},
    "rate": {"sample_rate": 0.0},
    "nyquist": {"upper_edge_hertz": 4001.0},
}.items():
    table.value("signal.linear_to_mel_weight_matrix", f"refuses_{label}", options)


@case("2.2 signal")
def mel_matrix_refuses_integers(tf: Any) -> Any:
    return tf.signal.linear_to_mel_weight_matrix(dtype=tf.int32)


op = "signal.mfccs_from_log_mel_spectrograms"
for label, values in (("vector", spread([5])), ("batch", spread([2, 3, 4]))):
    table(op, label, {"log_mel_spectrograms": Leaf(values)}, rtol=5e-6)
table.value(op, "refuses_empty", {"log_mel_spectrograms": Leaf(spread([2, 0]))})
table.value(op, "refuses_integers", {"log_mel_spectrograms": [1, 2]})
