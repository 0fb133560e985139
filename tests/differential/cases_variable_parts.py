"""Assigning to parts of variables: slices, scattered entries and rows."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.differential.expressions import expressions
from tests.differential.harness import case, raised


@case(198)
def slices_are_assigned(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    m = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    v[1:3].assign([20.0, 30.0])
    v[0].assign(10.0)
    v[-1:].assign([tf.constant(7.0)])
    v[::2].assign([0.5, 0.25])
    m[:, 1].assign([9.0, 8.0])
    m[0].assign([5.0, 6.0])
    return v, m


@case(198)
def numbers_are_broadcast_into_slices(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0, 4.0])
    v[1:].assign(0.0)
    return v


@case(198)
def slices_of_other_sizes_are_refused(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])

    def item() -> None:
        v[0] = 1.0

    return [
        raised(lambda: v[0:1].assign([1.0, 2.0, 3.0])),
        raised(lambda: v[5].assign(1.0)),
        raised(lambda: v[0:2].assign(tf.constant([1, 2]))),
        raised(lambda: v[0].assign_add(1.0)),
        raised(item),
        v,
    ]


@case(198)
def slice_assignment_returns_the_whole(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    return v[0].assign(5.0)


def slices(tf: Any, values: Any, indices: Any) -> Any:
    return tf.IndexedSlices(tf.constant(values), tf.constant(indices))


EACH = ("scatter_add", "scatter_sub", "scatter_mul", "scatter_div", "scatter_min", "scatter_max")
expressions(
    __name__,
    199,
    {
        f"{name}_with_duplicates": lambda tf, name=name: getattr(
            tf.Variable([8.0, 6.0, 4.0]), name
        )(slices(tf, [2.0, 4.0, 16.0], [0, 2, 0]))
        for name in EACH
    }
    | {
        f"{name}_of_rows": lambda tf, name=name: getattr(
            tf.Variable([[8.0, 6.0], [4.0, 2.0]]), name
        )(slices(tf, [[2.0, 3.0]], [1]))
        for name in (*EACH, "scatter_update")
    }
    | {
        f"scatter_nd_{name}": lambda tf, name=name: getattr(
            tf.Variable([8.0, 6.0, 4.0]), f"scatter_nd_{name}"
        )([[2], [0]], [1.0, 9.0])
        for name in ("add", "sub", "update", "min", "max")
    },
)


@case(199)
def scatter_takes_indexed_slices(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    names = (*EACH, "scatter_update")
    return [raised(partial(getattr(v, name), tf.constant([1.0, 2.0]))) for name in names]


@case(199)
def scatter_outside_is_refused(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    return raised(lambda: v.scatter_add(slices(tf, [1.0], [2]))), v


@case(199)
def gathers_of_a_variable(tf: Any) -> Any:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    return v.sparse_read([1, 0]), v.gather_nd([[0, 1], [1, 1]])


@case(199)
def scatter_update_by_batch(tf: Any) -> Any:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    return v.batch_scatter_update(slices(tf, [[9.0], [8.0]], [[1], [0]]))


@case(200)
def indexed_slices_are_subtracted(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    return v.assign_sub(
        tf.IndexedSlices(tf.constant([0.5, 0.25]), tf.constant([0, 0]), tf.constant([3]))
    )
