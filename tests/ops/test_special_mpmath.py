"""Special functions beside mpmath at 50 digits: values and first derivatives, extremes included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest

import tapegrad as tf

mp = mpmath.mp.clone()
mp.dps = 50

special = tf.math.special


class Row(NamedTuple):
    """A function, its definition by mpmath, and the points at which they are compared.

    `slopes` are the derivatives where mpmath's differences do not serve, else None; `fixed` names
    the arguments, by position, that have no derivative.
    """

    function: Callable[..., Any]
    exact: Callable[..., Any]
    points: Sequence[Any]
    rtol: float = 1e-13
    slope_rtol: float = 1e-12
    slopes: Callable[..., Sequence[Any]] | None = None
    fixed: tuple[int, ...] = ()


ERROR_FUNCTIONS = [
    Row(
        tf.math.erfcinv,
        lambda x: mp.erfinv(1 - x),
        [1e-4, 0.3, 0.999, 1.25, 1.9],
    ),
    Row(
        tf.math.ndtri,
        lambda x: mp.sqrt(2) * mp.erfinv(2 * x - 1),
        [1e-4, 0.02, 0.4, 0.75, 0.999],
    ),
    Row(
        special.ndtr,
        mp.ncdf,
        [-35.0, -8.0, -0.5, 0.0, 1e-12, 3.0, 8.0, 30.0],
        slopes=lambda x: [mp.npdf(x)],
    ),
    Row(
        special.log_ndtr,
        lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
        [-1e5, -300.0, -20.0, -3.0, -0.1, 0.0, 0.7, 4.0, 12.0],
    ),
    Row(
        special.erfcx,
        lambda x: mp.exp(x * x) * mp.erfc(x),
        [-20.0, -3.0, -1e-9, 0.0, 0.4, 3.0, 11.9, 12.1, 40.0, 1e3],
        slope_rtol=1e-11,
    ),
    Row(
        special.dawsn,
        lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
        [-1e3, -40.0, -12.1, -2.0, -1e-9, 0.0, 0.4, 3.0, 11.9, 1e4],
        slope_rtol=1e-11,
    ),
    Row(
        special.owens_t,
        lambda h, a: (
            mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), mp.linspace(0, a, 9))
            / (2 * mp.pi)
        ),
        [(0.0, 1.0), (0.3, -2.0), (-1.5, 0.25), (4.0, 1.0), (10.0, 0.5)],
        rtol=1e-12,
    ),
]

TABLE = [*ERROR_FUNCTIONS]


def cases() -> list[Any]:
    found = []
    for row in TABLE:
        for point in row.points:
            numbers = point if isinstance(point, tuple) else (point,)
            name = row.function.__name__
            found.append(pytest.param(row, numbers, id=f"{name}{numbers}"))
    return found


def close(got: Any, expected: Any, rtol: float) -> None:
    expected = float(expected)
    assert float(got) == pytest.approx(expected, rel=rtol, abs=1e-300)


@pytest.mark.parametrize(("row", "point"), cases())
def test_value_is_mpmaths(row: Row, point: tuple[float, ...]) -> None:
    got = row.function(*[tf.constant(x, tf.float64) for x in point])
    close(got, row.exact(*[mp.mpf(x) for x in point]), row.rtol)


@pytest.mark.parametrize(("row", "point"), cases())
def test_derivatives_are_mpmaths(row: Row, point: tuple[float, ...]) -> None:
    followed = [i for i in range(len(point)) if i not in row.fixed]
    inputs = [tf.constant(x, tf.float64) for x in point]
    with tf.GradientTape() as tape:
        tape.watch([inputs[i] for i in followed])
        y = row.function(*inputs)
    got = tape.gradient(y, [inputs[i] for i in followed])
    exact = [mp.mpf(x) for x in point]
    if row.slopes is not None:
        expected = list(row.slopes(*exact))
    else:
        orders = np.eye(len(point), dtype=int).tolist()
        expected = [
            mp.diff(row.exact, tuple(exact), tuple(orders[i]))
            if len(point) > 1
            else mp.diff(row.exact, exact[0])
            for i in followed
        ]
    for slope, e in zip(got, expected, strict=True):
        close(slope, e, row.slope_rtol)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.function.__name__)
def test_float32_is_the_rounded_value(row: Row) -> None:
    point = row.points[len(row.points) // 2]
    numbers = [np.float32(x) for x in (point if isinstance(point, tuple) else (point,))]
    got = row.function(*map(tf.constant, numbers))
    assert got.dtype == tf.float32
    close(got, row.exact(*[mp.mpf(float(x)) for x in numbers]), 1e-5)
