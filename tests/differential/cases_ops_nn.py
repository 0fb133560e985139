"""Neural network operations: activations, softmax, cross-entropies, normalisation."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Raises, case
from tests.differential.op_cases import Held, Leaf, Operations, OpTable, Variants, spread

table = OpTable(__name__, "2.2 nn")

ANY = [-3.25, -0.5, 0.75, 2.0, 7.5]
LOGITS = spread([3, 4])
CUBE = spread([2, 3, 2])
EMPTY = spread([0, 3])

ACTIVATIONS: Operations = {
    "nn.relu": {"vector": {}},
    "nn.relu6": {"vector": {}},
    "nn.leaky_relu": {
        "vector": {},
        "alpha": {"alpha": 0.05},
    },
    "nn.elu": {"vector": {}},
    "nn.selu": {"vector": {}},
    "nn.gelu": {"vector": {}, "approximate": {"approximate": True}},
    "nn.silu": {"vector": {}, "beta": {"beta": 1.5}},
    "nn.swish": {"vector": {}},
    "nn.crelu": {"vector": {}},
    "nn.softplus": {"vector": {}},
}
# TensorFlow rounds the constants of these to float32, also for float64 tensors.
ROUNDED = {"nn.leaky_relu": 1e-6, "nn.gelu": 1e-5}
for op, variants in ACTIVATIONS.items():
    rtol = ROUNDED.get(op)
    for variant, options in variants.items():
        table(op, variant, {"features": Leaf(ANY), **options}, rtol=rtol)
    table(op, "matrix", {"features": Leaf([ANY[:2], ANY[2:4]])}, dtypes=["float64"], rtol=rtol)
    if op != "nn.crelu":
        table(op, "scalar", {"features": Leaf(-0.75)}, dtypes=["float64"], rtol=rtol)
    table(op, "empty", {"features": Leaf(EMPTY)}, dtypes=["float32"])
    table(op, "half", {"features": Leaf([-0.5, 0.75, 2.0])}, dtypes=["float16"])
table("nn.crelu", "axis", {"features": Leaf(CUBE), "axis": 1})
table("nn.softsign", "vector", {"features": Leaf(ANY)}, second=False, tangents=False)
for op, name in {"nn.sigmoid": "x", "nn.tanh": "x"}.items():
    table(op, "vector", {name: Leaf(ANY)})
for op in ("nn.relu", "nn.relu6", "nn.leaky_relu"):
    table.value(op, "of_int32", {"features": Leaf([-3, 0, 7], "int32")})
for op in ("nn.elu", "nn.selu", "nn.gelu", "nn.silu", "nn.softplus"):
    table.value(op, "refuses_int32", {"features": Leaf([-3, 0, 7], "int32")})
table.value("nn.relu", "refuses_complex", {"features": Leaf([1j], "complex64")})
table.value("nn.relu", "python_list", {"features": [-1.0, 2.0]})

for op in ("nn.softmax", "nn.log_softmax"):
    table(op, "vector", {"logits": Leaf(LOGITS[0])})
    table(op, "default_axis", {"logits": Leaf(LOGITS)})
    table(op, "axis_0", {"logits": Leaf(LOGITS), "axis": 0})
    table(op, "axis_1_of_3", {"logits": Leaf(CUBE), "axis": 1})
    table(op, "axis_minus_2", {"logits": Leaf(CUBE), "axis": -2}, dtypes=["float64"])
    table(op, "empty", {"logits": Leaf(EMPTY)}, dtypes=["float32"])
    table(op, "large", {"logits": Leaf([1000.0, 999.0, -1000.0])}, dtypes=["float32"])
    table(op, "minus_infinity", {"logits": Leaf([float("-inf"), 0.0, 1.0])}, dtypes=["float32"])
    table.value(op, "refuses_axis", {"logits": Leaf(LOGITS), "axis": 2})
    table.value(op, "refuses_int32", {"logits": Leaf([1, 2], "int32")})

table.value("nn.log_softmax", "refuses_scalar", {"logits": Leaf(1.0)})
table.value(
    "nn.softmax",
    "refuses_scalar",
    {"logits": Leaf(1.0)},
    differs="TensorFlow's kernel says AbortedError",
    ours=Raises("InvalidArgumentError"),
)

# Cross-entropies. (The mixed second derivative by labels and logits is zero in TensorFlow.)
SUM_ONE = [[0.5, 0.25, 0.125, 0.125], [0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]
SOFTMAX = "nn.softmax_cross_entropy_with_logits"
table(SOFTMAX, "sum_one", {"labels": Leaf(SUM_ONE), "logits": Leaf(LOGITS)}, second=False)
table(SOFTMAX, "held_labels", {"labels": Held(SUM_ONE), "logits": Leaf(LOGITS)})
table(SOFTMAX, "vector", {"labels": Leaf(SUM_ONE[0]), "logits": Leaf(LOGITS[0])}, second=False)
COLUMNS = [list(column) for column in zip(*SUM_ONE, strict=True)]
table(
    SOFTMAX,
    "axis_0",
    {"labels": Leaf(COLUMNS), "logits": Leaf(spread([4, 3])), "axis": 0},
    second=False,
)
MIDDLE = [[[0.5, 0.25], [0.25, 0.0], [0.25, 0.75]], [[1.0, 0.125], [0.0, 0.375], [0.0, 0.5]]]
table(
    SOFTMAX, "axis_1_of_3", {"labels": Leaf(MIDDLE), "logits": Leaf(CUBE), "axis": 1}, second=False
)
table(
    SOFTMAX,
    "large",
    {"labels": Leaf([[0.0, 1.0]]), "logits": Leaf([[1000.0, -1000.0]])},
    dtypes=["float32"],
)
table.value(SOFTMAX, "refuses_shapes", {"labels": Leaf(LOGITS[:, :3]), "logits": Leaf(LOGITS)})
table.value(SOFTMAX, "refuses_dtypes", {"labels": Leaf(SUM_ONE, "float64"), "logits": Leaf(LOGITS)})
table.value(SOFTMAX, "refuses_axis", {"labels": Leaf(SUM_ONE), "logits": Leaf(LOGITS), "axis": 2})
table.value(SOFTMAX, "no_rows", {"labels": Leaf(EMPTY), "logits": Leaf(EMPTY)})

SPARSE = "nn.sparse_softmax_cross_entropy_with_logits"
for dtype in ("int32", "int64"):
    table(SPARSE, f"rows_{dtype}", {"labels": Held([2, 0, 3], dtype), "logits": Leaf(LOGITS)})
table(SPARSE, "scalar_label", {"labels": Held(2, "int32"), "logits": Leaf(LOGITS[0])})
table(
    SPARSE,
    "two_batch_axes",
    {"labels": Held([[1, 0, 1], [0, 0, 1]], "int32"), "logits": Leaf(CUBE)},
)
table(SPARSE, "python_labels", {"labels": [2, 0, 3], "logits": Leaf(LOGITS)}, dtypes=["float32"])
table.value(SPARSE, "refuses_label", {"labels": [5, 0, 0], "logits": Leaf(LOGITS)})
table.value(SPARSE, "refuses_negative_label", {"labels": [-1, 0, 0], "logits": Leaf(LOGITS)})
table.value(SPARSE, "refuses_shapes", {"labels": [0, 1], "logits": Leaf(LOGITS)})
table.value(SPARSE, "refuses_ranks", {"labels": [[0], [1], [2]], "logits": Leaf(LOGITS)})
table.value(SPARSE, "refuses_float_labels", {"labels": [0.5, 0.5, 0.5], "logits": Leaf(LOGITS)})

SIGMOID = "nn.sigmoid_cross_entropy_with_logits"
table(SIGMOID, "matrix", {"labels": Leaf(SUM_ONE), "logits": Leaf(LOGITS)})
table(SIGMOID, "scalar", {"labels": Leaf(0.25), "logits": Leaf(-1.5)}, dtypes=["float64"])
table(
    SIGMOID,
    "large",
    {"labels": Leaf([0.0, 1.0, 1.0]), "logits": Leaf([1000.0, -1000.0, 1000.0])},
    dtypes=["float32"],
)
table.value(SIGMOID, "refuses_shapes", {"labels": Leaf([1.0]), "logits": Leaf(LOGITS)})
table.value(SIGMOID, "refuses_dtypes", {"labels": Leaf([1], "int32"), "logits": Leaf([1.0])})
WEIGHTED = "nn.weighted_cross_entropy_with_logits"
table(WEIGHTED, "number", {"labels": Leaf(SUM_ONE), "logits": Leaf(LOGITS), "pos_weight": 2.5})
table(
    WEIGHTED,
    "tensor",
    {"labels": Leaf(SUM_ONE), "logits": Leaf(LOGITS), "pos_weight": Leaf([0.5, 1.0, 2.0, 3.0])},
)
table.value(
    WEIGHTED, "refuses_shapes", {"labels": Leaf([1.0]), "logits": Leaf(LOGITS), "pos_weight": 1.0}
)
POISSON = "nn.log_poisson_loss"
table(POISSON, "short", {"targets": Leaf([0.5, 1.0, 3.0]), "log_input": Leaf([-1.0, 0.25, 1.5])})
table(
    POISSON,
    "full",
    {
        "targets": Leaf([0.5, 1.5, 3.0]),
        "log_input": Leaf([-1.0, 0.25, 1.5]),
        "compute_full_loss": True,
    },
)

table("nn.l2_loss", "matrix", {"t": Leaf(LOGITS)})
table("nn.l2_loss", "scalar", {"t": Leaf(1.5)}, dtypes=["float64"])
table("nn.l2_loss", "empty", {"t": Leaf(EMPTY)}, dtypes=["float32"])
table.value("nn.l2_loss", "refuses_int32", {"t": Leaf([1, 2], "int32")})
table("nn.bias_add", "matrix", {"value": Leaf(LOGITS), "bias": Leaf([1.0, -2.0, 0.5, 0.25])})
table(
    "nn.bias_add", "images", {"value": Leaf(spread([1, 2, 2, 3])), "bias": Leaf([1.0, -2.0, 0.5])}
)
table(
    "nn.bias_add",
    "channels_first",
    {"value": Leaf(spread([1, 3, 2, 2])), "bias": Leaf([1.0, -2.0, 0.5]), "data_format": "NCHW"},
)
table.value("nn.bias_add", "refuses_size", {"value": Leaf(LOGITS), "bias": Leaf([1.0])})
table.value("nn.bias_add", "refuses_matrix", {"value": Leaf(LOGITS), "bias": Leaf([[1.0] * 4])})
table.value("nn.bias_add", "refuses_vector", {"value": Leaf([1.0]), "bias": Leaf([1.0])})
table.value(
    "nn.bias_add",
    "refuses_format",
    {"value": Leaf(LOGITS), "bias": Leaf([1.0] * 4), "data_format": "WHAT"},
)

MOMENTS: Variants = {
    "all": {"axes": [0, 1]},
    "rows": {"axes": [0]},
    "kept": {"axes": [1], "shift": None, "keepdims": True},
}
for variant, options in MOMENTS.items():
    # (TensorFlow's second derivative of the variance takes the mean for a constant.)
    table("nn.moments", variant, {"x": Leaf(LOGITS), **options}, second=False)
table.value("nn.moments", "int_axis", {"x": Leaf(LOGITS), "axes": 0})
table.value("nn.moments", "refuses_axis", {"x": Leaf(LOGITS), "axes": [2]})
table(
    "nn.weighted_moments",
    "rows",
    {"x": Leaf(LOGITS), "axes": [0], "frequency_weights": Leaf([[0.5], [1.0], [2.0]])},
)
FOUR = {"mean": [0.5, -0.25, 0.0, 1.0], "variance": [0.5, 2.0, 1.0, 0.25]}
NORMALISED = {"x": Leaf(LOGITS), "mean": Leaf(FOUR["mean"]), "variance": Leaf(FOUR["variance"])}
table(
    "nn.batch_normalization",
    "all",
    {
        **NORMALISED,
        "offset": Leaf([0.125, 0.25, 0.5, -1.0]),
        "scale": Leaf([1.5, 0.5, -2.0, 1.0]),
        "variance_epsilon": 0.001,
    },
)
table(
    "nn.batch_normalization",
    "plain",
    {**NORMALISED, "offset": None, "scale": None, "variance_epsilon": 0.001},
)
table("nn.l2_normalize", "axis", {"x": Leaf(LOGITS), "axis": 1})
table("linalg.l2_normalize", "axis", {"x": Leaf(LOGITS), "axis": 1}, dtypes=["float64"])


@case("2.2 nn")
def dropout_keeps_or_scales(tf: Any) -> Any:
    x = tf.ones([1000])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.dropout(x, rate=0.25)
    kept = y.numpy() > 0
    g = tape.gradient(y, x).numpy()
    fraction_is_near = bool(650 < kept.sum() < 850)
    return [
        sorted(set(y.numpy().round(4).tolist())),
        bool((g == y.numpy()).all()),
        fraction_is_near,
    ]


@case("2.2 nn")
def dropout_of_rate_zero_keeps_everything(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    return tf.nn.dropout(x, 0.0), tf.nn.dropout(x, rate=tf.constant(0.0))


@case("2.2 nn")
def dropout_noise_shape_drops_rows(tf: Any) -> Any:
    y = tf.nn.dropout(tf.ones([200, 3]), 0.5, noise_shape=[200, 1]).numpy()
    return bool((y.min(axis=1) == y.max(axis=1)).all()), sorted(set(y.ravel().tolist()))


@case("2.2 nn")
def dropout_noise_shape_may_leave_sizes_open(tf: Any) -> Any:
    y = tf.nn.dropout(tf.ones([200, 3]), 0.5, noise_shape=[None, 1]).numpy()
    return bool((y.min(axis=1) == y.max(axis=1)).all()), sorted(set(y.ravel().tolist()))


@case("2.2 nn")
def dropout_noise_shape_must_fit(tf: Any) -> Any:
    return tf.nn.dropout(tf.ones([4, 3]), 0.5, noise_shape=[4, 2])


@case("2.2 nn")
def dropout_of_one_seed_is_reproducible(tf: Any) -> Any:
    tf.random.set_seed(7)
    first = tf.nn.dropout(tf.ones([50]), 0.5, seed=3).numpy()
    tf.random.set_seed(7)
    second = tf.nn.dropout(tf.ones([50]), 0.5, seed=3).numpy()
    return bool((first == second).all())


for rate in (-0.5, 1.0, 1.5):
    name = str(rate).replace("-", "minus_").replace(".", "_")
    table.value("nn.dropout", f"refuses_rate_{name}", {"x": Leaf([1.0]), "rate": rate})
table.value("nn.dropout", "refuses_int32", {"x": Leaf([1], "int32"), "rate": 0.5})
