"""Samples of the primitives that the engine itself needs."""

from __future__ import annotations

import numpy as np

from tests.ops.samples import positive, reals, sample

sample(
    "sum_to", reals(2, 3), params={"to": (1, 3)}, reference=lambda x, to: x.sum(0, keepdims=True)
)
sample(
    "sum_to",
    reals(4, 2, 3),
    params={"to": (3,)},
    label="rank",
    reference=lambda x, to: x.sum((0, 1)),
)
sample("sum_to", reals(2, 3), params={"to": ()}, label="scalar", reference=lambda x, to: x.sum())
sample("broadcast_to", reals(3), params={"to": (2, 3)}, reference=lambda x, to: np.stack([x, x]))
sample(
    "broadcast_to",
    reals(),
    params={"to": (2,)},
    label="scalar",
    reference=lambda x, to: np.stack([x, x]),
)
sample(
    "broadcast_to",
    reals(2, 1),
    params={"to": (4, 2, 3)},
    label="both",
    reference=lambda x, to: np.zeros(to) + x,
)
sample(
    "reshape",
    reals(2, 3),
    params={"to": (3, 2)},
    reference=lambda x, to: x.reshape(to),
    complex=True,
)
sample("reshape", reals(1, 1), params={"to": ()}, label="scalar", reference=lambda x, to: x[0, 0])
sample("identity", reals(2, 3), reference=lambda x: x, complex=True)
sample(
    "zeros_like", reals(2, 3), params={"to": (3,)}, reference=lambda x, to: np.zeros(to), order=0
)
sample("stop_gradient", reals(2, 3), reference=lambda x: x, order=0)
sample("conj", reals(2, 3), reference=np.conjugate, complex=True)
sample(
    "cast",
    reals(2, 3),
    params={"dtype": np.dtype("f8"), "source": np.dtype("f8")},
    reference=lambda x, dtype, source: x,
    dtypes=("float64",),
)
sample(
    "cast_discrete",
    positive(2, 3),
    params={"dtype": np.dtype("i4"), "source": np.dtype("f8")},
    reference=lambda x, dtype, source: np.trunc(x),
    order=0,
)
_INDEX = (Ellipsis, slice(1, None), None, 2)
sample(
    "getitem",
    reals(3, 4),
    params={"index": _INDEX},
    reference=lambda x, index: x[1:, None, 2],
    complex=True,
)
sample(
    "getitem",
    reals(3),
    params={"index": (Ellipsis, 1)},
    label="element",
    reference=lambda x, index: x[1],
)
sample(
    "getitem",
    reals(5),
    params={"index": (Ellipsis, slice(None, None, -2))},
    label="back",
    reference=lambda x, index: x[::-2],
)


def _placed(x: np.ndarray, index: object, to: tuple[int, ...]) -> np.ndarray:
    z = np.zeros(to)
    z[1:, 2] = x[:, 0]
    return z


sample("put_slice", reals(2, 1), params={"index": _INDEX, "to": (3, 4)}, reference=_placed)


def _with_zeros(x: np.ndarray, index: object) -> np.ndarray:
    z = x.copy()
    z[1:, 2] = 0.0
    return z


def _with_values(x: np.ndarray, values: np.ndarray, index: object) -> np.ndarray:
    z = x.copy()
    z[1:, 2] = values[:, 0]
    return z


sample("clear_block", reals(3, 4), params={"index": _INDEX}, reference=_with_zeros, complex=True)
sample(
    "set_block",
    reals(3, 4),
    reals(2, 1),
    params={"index": _INDEX},
    reference=_with_values,
    complex=True,
)
sample(
    "set_block",
    reals(3),
    reals(),
    params={"index": (Ellipsis, 1)},
    label="element",
    reference=lambda x, values, index: np.array([x[0], values, x[2]]),
)
sample(
    "stack",
    reals(2, 3),
    reals(2, 3),
    params={"axis": -2},
    reference=lambda *v, axis: np.stack(v, 1),
    complex=True,
)
sample(
    "stack",
    reals(),
    reals(),
    params={"axis": -1},
    label="scalars",
    reference=lambda *v, axis: np.array(v),
)
sample(
    "concat",
    reals(2, 3),
    reals(2, 1),
    params={"axis": -1},
    reference=lambda *v, axis: np.hstack(v),
    complex=True,
)
sample(
    "concat",
    reals(2, 3),
    reals(0, 3),
    params={"axis": -2},
    label="empty",
    reference=lambda *v, axis: v[0],
)
sample(
    "unstack",
    reals(2, 3),
    params={"axis": -1},
    reference=lambda x, axis: tuple(x[:, i] for i in range(3)),
    complex=True,
)
sample("unstack", reals(2), params={"axis": -1}, label="vector", reference=lambda x, axis: tuple(x))
sample(
    "split",
    reals(2, 5),
    params={"sizes": (2, 0, 3), "axis": -1},
    reference=lambda x, sizes, axis: (x[:, :2], x[:, 2:2], x[:, 2:]),
    complex=True,
)
