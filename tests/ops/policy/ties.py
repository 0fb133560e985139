"""Where several entries are the largest, the smallest, or the one that is picked."""

from __future__ import annotations

from tests.ops.policy import INF, NAN, At, section

row = section(__name__)

EQUALLY = "entries that tie share equally"
FIRST = "ties go to the first argument"
STABLE = "the order is stable: of equal entries the first come first"

row("tf.maximum(x, y)", FIRST, x=At([1.0, 2.0], [1.0, 1.0]), y=At([1.0, 1.0], [0.0, 0.0]))
row("tf.minimum(x, y)", FIRST, x=At([1.0, 2.0], [1.0, 0.0]), y=At([1.0, 1.0], [0.0, 1.0]))
row(
    "tf.maximum(x, y)",
    "a comparison with nan is false, and the second argument gets it",
    x=At([NAN, 1.0], [0.0, 0.0]),
    y=At([1.0, NAN], [1.0, 1.0]),
)
row("tf.reduce_max(x)", EQUALLY, x=At([3.0, 1.0, 3.0], [0.5, 0.0, 0.5]))
row("tf.reduce_max(x)", EQUALLY, x=At([INF, INF, 1.0], [0.5, 0.5, 0.0]))
row("tf.reduce_max(x)", "the result is nan", x=At([1.0, NAN], [NAN, NAN]))
row("tf.reduce_max(x)", "nothing to differentiate", x=At([], []))
row("tf.reduce_min(x, axis=1)", EQUALLY, x=At([[1.0, 1.0], [2.0, 3.0]], [[0.5, 0.5], [1.0, 0.0]]))
row("tf.math.segment_max(x, [0, 0, 1])", EQUALLY, x=At([1.0, 1.0, 2.0], [0.5, 0.5, 1.0]))
row(
    "tf.math.unsorted_segment_min(x, [0, 0, 0], 1)",
    EQUALLY,
    x=At([2.0, 2.0, 3.0], [0.5, 0.5, 0.0]),
)
row("tf.norm(x, INF)", EQUALLY, x=At([3.0, -3.0, 1.0], [0.5, -0.5, 0.0]))
row("tf.sort(x)[:2]", STABLE, x=At([2.0, 2.0, 2.0], [1.0, 1.0, 0.0]))
row("tf.sort(x, direction='DESCENDING')[:2]", STABLE, x=At([2.0, 2.0, 2.0], [1.0, 1.0, 0.0]))
row("tf.math.top_k(x, 2).values", STABLE, x=At([2.0, 3.0, 3.0, 3.0], [0.0, 1.0, 1.0, 0.0]))
row(
    "tf.math.median(x)",
    "the middle of the stable order",
    x=At([2.0, 2.0, 2.0], [0.0, 1.0, 0.0]),
    beyond=True,
)
row(
    "tf.tensor_scatter_nd_max(x, [[0], [1]], y)",
    EQUALLY,
    x=At([3.0, 1.0], [0.5, 0.0]),
    y=At([3.0, 2.0], [0.5, 1.0]),
)
row(
    "tf.linalg.eigvalsh(x)",
    "the sum of the eigenvalues is the trace, also of equal ones",
    x=At([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]),
)
row(
    "tf.linalg.svd(x, compute_uv=False)",
    "equal singular values: of the sum, the polar factor",
    x=At([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]),
)
row(
    "tf.nn.max_pool1d(x, 2, 1, 'VALID')",
    "the first of each window",
    x=At([[[1.0], [1.0], [0.0]]], [[[1.0], [1.0], [0.0]]]),
)
row(
    "tf.math.cummax(x)[0]",
    "the latest of the largest so far, as its index says",
    x=At([1.0, 3.0, 3.0, 2.0], [1.0, 1.0, 2.0, 0.0]),
    beyond=True,
)
row(
    "tf.math.quantile(x, 0.5)",
    "between the middle two of the stable order",
    x=At([2.0, 2.0, 2.0, 1.0], [0.5, 0.5, 0.0, 0.0]),
    beyond=True,
)
row(
    "tf.math.nanmax(x)",
    EQUALLY,
    x=At([2.0, NAN, 2.0], [0.5, 0.0, 0.5]),
    beyond=True,
)
