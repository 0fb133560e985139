"""Operations in place: values are NumPy's, and derivatives those of the equivalent function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np
from tests.numpy.test_expressions import differences

X = numpy.array([0.7, -1.3, 2.1, 0.4])


def by_item(np: Any, x: Any) -> Any:
    a = np.zeros(4)
    for i in range(4):
        a[i] = x[3 - i] ** 2
    return a


def by_slice(np: Any, x: Any) -> Any:
    a = np.ones((2, 4))
    a[0] = x
    a[:, 1:3] *= 2.0
    return a


def by_mask(np: Any, x: Any) -> Any:
    a = np.array(x)
    a[numpy.array([True, False, True, False])] = 3.0
    return a * x


def by_index_array(np: Any, x: Any) -> Any:
    a = np.zeros(5)
    a[[0, 3]] = x[:2]
    a[numpy.array([4, 0])] += x[2:] ** 2
    return a


def of_a_copy(np: Any, x: Any) -> Any:
    a = np.array(x)
    y = a * a  # used before it changes
    a[0] = 5.0
    a += x
    return y + a


def by_operators(np: Any, x: Any) -> Any:
    a = np.array(x)
    a *= x
    a -= 1.0
    a /= 2.0
    a **= 2
    a[1:] @= numpy.eye(3)
    return a


def with_out(np: Any, x: Any) -> Any:
    a = np.zeros(4)
    np.multiply(x, x, out=a)
    np.exp(x[:2], out=a[1:3])
    np.add(a, 1.0, out=a, where=numpy.array([True, False, True, True]))
    np.sum(x * x, out=a[3:][0:1].reshape(()))
    return a


def by_view(np: Any, x: Any) -> Any:
    a = np.zeros((3, 4))
    row = a[1]
    row[:] = x
    column = a.T[2]
    column += x[0] ** 2
    flat = a.reshape(-1)
    flat[::5] = x[:3] * 2
    return a * 1.0


def view_of_view(np: Any, x: Any) -> Any:
    a = np.array(x)
    inner = a[1:][::-1][:2]
    before = inner * 2
    a[2] = x[0] * x[1]
    inner[0] = x[3] ** 3
    return np.concatenate([before, inner, a])


def at(np: Any, x: Any) -> Any:
    a = np.ones(3)
    np.add.at(a, [0, 0, 2, 1], x)
    np.multiply.at(a, [1, 1], x[:2])
    np.subtract.at(a, numpy.array([2, 2]), x[2:])
    np.negative.at(a, [0])
    return a


def running(np: Any, x: Any) -> Any:
    a = np.ones(6)
    for i in range(2, 6):
        a[i] = a[i - 1] * x[i - 2] + a[i - 2]
    return a


def by_parts(np: Any, x: Any) -> Any:
    z = np.zeros(4, complex)
    z.real = x
    z.imag[1:] = x[:3] ** 2
    before = z * z
    z.imag *= 2.0
    z.real[::2][0] = x[2] * x[1]
    z.T.imag[3] += x[0] ** 3
    both = np.concatenate([before, z])
    return np.concatenate([both.real, both.imag, np.abs(z)])


def of_parts(np: Any, x: Any) -> Any:
    z = x * (1 + 2j)
    real, imag = np.real(z), np.imag(z)
    z[1] = 3.0 + x[0] * 1j
    z[2:] += x[:2]
    return real * imag


def by_ellipsis(np: Any, x: Any) -> Any:
    a = np.zeros((2, 2))
    corner = a[1, 0, ...]
    corner[...] = x[0] * x[1]
    corner += x[2]
    a[..., 1] = x[:2] ** 2
    return a * corner


def by_odd_keys(np: Any, x: Any) -> Any:
    a = np.zeros((2, 4))
    a[True] = x
    a[numpy.array(False)] = 9.0
    a[None, 0, ::-2] = x[:2]
    a[(1, ..., [0, 2])] = x[2:] * 3
    a[a > 1.5] *= 2.0
    a[numpy.zeros((2, 4), bool)] = 5.0
    a[1:1] = 7.0
    b = np.ones(())
    b[()] = x[3] ** 2
    b[...] *= x[0]
    return a + b


def by_same_view(np: Any, x: Any) -> Any:
    a = np.array(x)
    b = a.view()
    b[1] = x[0] ** 2
    c = np.array([x[2], x[0], x[1]])
    c.partition(1)
    c.sort()
    return np.concatenate([a, b, c])


def by_put(np: Any, x: Any) -> Any:
    a = np.array(x) * 2
    np.put(a, [0, -1], x[1:3] ** 2)
    np.put(a, [5], x[0] * x[1], mode="wrap")
    a.put([2], x[3] ** 3)
    return a


def by_place(np: Any, x: Any) -> Any:
    a = np.ones((2, 4))
    np.place(a, numpy.arange(8).reshape(2, 4) % 3 == 0, x[:2] ** 2)  # repeated
    np.putmask(a, numpy.arange(8).reshape(2, 4) % 3 == 1, x)
    return a * x


def by_copyto(np: Any, x: Any) -> Any:
    a = np.zeros((3, 4))
    np.copyto(a, x)
    before = a * 1.0
    np.copyto(a[1:], x**2, where=numpy.array([True, False, True, True]))
    np.copyto(a[0], 2)
    return a * before


def along_axis(np: Any, x: Any) -> Any:
    a = np.ones((3, 4))
    np.put_along_axis(a, numpy.array([[1], [0], [3]]), x[:3, None] ** 2, 1)
    np.put_along_axis(a, numpy.array([[2, 2, 0, 1]]), x, axis=0)
    return a


def by_diagonal(np: Any, x: Any) -> Any:
    a = np.ones((5, 2))
    np.fill_diagonal(a, x[:3], wrap=True)
    b = np.zeros((4, 4))
    np.fill_diagonal(b, x * x)
    b[1:3].fill(x[0])
    return np.concatenate([a.ravel(), b.ravel()])


def by_flat(np: Any, x: Any) -> Any:
    a = np.ones((2, 3))
    a.flat[1] = x[0] ** 2
    a.flat[2:5] = x[1:]
    a.flat[[0, 5]] = x[3]
    b = np.zeros((2, 4))
    b.flat = x * 2  # repeated
    return np.concatenate([a.ravel(), b.ravel()])


def by_numpys_function(np: Any, x: Any) -> Any:
    a = np.zeros((2, 4))
    numpy.copyto(a[0], x)
    numpy.put(a, [6], x[1] ** 2)
    numpy.fill_diagonal(a, x[2])
    numpy.putmask(a, a > 2, a * x[0])
    return a


def by_vectors(np: Any, x: Any) -> Any:
    def edge(line: Any, widths: Any, axis: int, options: Any) -> None:
        line[: widths[0]] = line[widths[0]] ** 2
        line[len(line) - widths[1] :] = options["scale"] * line[-widths[1] - 1]

    return np.pad(x.reshape(2, 2), 2, edge, scale=3.0)


PROGRAMS = [
    by_same_view,
    by_put,
    by_place,
    by_copyto,
    along_axis,
    by_diagonal,
    by_flat,
    by_numpys_function,
    by_vectors,
    by_parts,
    of_parts,
    by_ellipsis,
    by_odd_keys,
    by_item,
    by_slice,
    by_mask,
    by_index_array,
    of_a_copy,
    by_operators,
    with_out,
    by_view,
    view_of_view,
    at,
    running,
]


def weighted(program: Callable[..., Any], library: Any, x: Any) -> Any:
    y = program(library, x)
    return (y * numpy.sin(numpy.arange(y.size) + 1.0).reshape(y.shape)).sum()


@pytest.mark.parametrize("program", PROGRAMS)
def test_values_and_derivatives(program: Callable[..., Any]) -> None:
    expected = program(numpy, X.copy())
    untracked, argument = program(np, np.array(X)), np.array(X)
    with tf.GradientTape() as tape:
        tape.watch(argument)
        tracked = program(np, argument)
    del tape
    for found in (untracked, tracked):
        numpy.testing.assert_allclose(found, expected, rtol=1e-12)

    along = numpy.array([0.3, -0.2, 0.5, 0.9])

    def function(x: Any) -> Any:
        return weighted(program, np, x)

    gradient = np.grad(function)(X)
    slope = differences(lambda x: weighted(program, numpy, x.copy()), X, along)
    numpy.testing.assert_allclose(float((gradient * along).sum()), slope, rtol=1e-6)
    _, tangent = np.jvp(function, (X,), (along,))
    numpy.testing.assert_allclose(float(tangent), slope, rtol=1e-6)
    second = np.hvp(function, (X,), (along,))[0]
    changed = differences(lambda x: numpy.asarray(np.grad(function)(x)), X, along)
    numpy.testing.assert_allclose(second, changed, rtol=1e-5, atol=1e-7)


def test_a_watched_array_stands_for_the_value_that_was_watched() -> None:
    x = np.array([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = (x * x).sum()
        x[0] = 5.0
        z = (x**3).sum()
    assert tape.gradient(y, x).tolist() == [2.0, 4.0]
    assert tape.gradient(z, x).tolist() == [0.0, 12.0]
    assert x.tolist() == [5.0, 2.0]


def test_the_argument_of_a_function_is_not_the_callers_array() -> None:
    def spoil(x: Any) -> Any:
        x *= 3.0
        return x.sum()

    x = np.array([1.0, 2.0])
    assert np.grad(spoil)(x).tolist() == [3.0, 3.0]
    assert x.tolist() == [1.0, 2.0]


def test_numpys_array_as_out_is_refused_with_the_remedy() -> None:
    target, x = numpy.zeros(2), np.array([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(TypeError, match=r"tapegrad\.numpy.*np\.zeros"):
            target += x
    with pytest.raises(TypeError, match="would be lost"):
        np.add(np.ones(2), 1.0, out=target)
    assert target.tolist() == [0.0, 0.0]


def test_nothing_changes_when_an_assignment_fails() -> None:
    a = np.ones(3)
    for assign in (
        lambda: a.__setitem__(7, 1.0),
        lambda: a.__setitem__(slice(None), np.ones(2)),
        lambda: a.__setitem__(0, 1j),
        lambda: np.put(a, [7], 1.0),
        lambda: np.place(a, [True, True, True], []),
        lambda: np.copyto(a, np.ones(2)),
        lambda: np.copyto(a, 1j),
        lambda: np.copyto(a, np.ones(3, complex), casting="unsafe"),
        lambda: np.put_along_axis(a, np.array([9]), 1.0, 0),
        lambda: np.fill_diagonal(a, 1.0),
        lambda: np.putmask(a, [True], 2.0),
    ):
        with pytest.raises((IndexError, ValueError, TypeError)):
            assign()
        with tf.GradientTape() as tape:
            tape.watch(a)
            with pytest.raises((IndexError, ValueError, TypeError)):
                assign()
    assert a.tolist() == [1.0, 1.0, 1.0]


def test_numpys_arrays_are_changed_by_plain_values_only() -> None:
    target = numpy.zeros(2)
    np.put(target, [0], 3.0)
    assert target.tolist() == [3.0, 0.0]
    for write in (np.put, numpy.put):
        with pytest.raises(TypeError, match=r"put changes its first argument.*np\.array\(x\)"):
            write(target, [0], np.array([1.0]))
    with pytest.raises(TypeError, match=r"tapegrad\.numpy"):
        numpy.copyto(target, np.ones(2))
    assert target.tolist() == [3.0, 0.0]


def test_types_stay_those_of_the_array() -> None:
    a = np.zeros(3, np.float32)
    np.put(a, [0], numpy.float64(0.1))
    np.copyto(a[1:], numpy.ones(2))
    assert a.dtype == np.float32
    assert a[0] == numpy.float32(0.1)
    n = np.zeros(2, int)
    np.put(n, [0], 2.7)
    assert n.tolist() == [2, 0]
    with pytest.raises(TypeError, match="same_kind"):
        np.copyto(n, 0.5)


def test_views_that_numpy_does_not_let_change_are_read_only() -> None:
    for library in (numpy, np):
        a = library.zeros((3, 3))
        windows = library.lib.stride_tricks.sliding_window_view(a, 2, axis=0)
        shown = [library.diagonal(a), library.broadcast_to(a, (2, 3, 3)), windows]
        for view in (*shown, shown[0][1:]):
            with pytest.raises(ValueError, match="read-only"):
                view[0] = 1.0
        a[0, 0] = 5.0
        assert shown[0].tolist() == [5.0, 0.0, 0.0]
        assert float(shown[1][1, 0, 0]) == 5.0
        assert float(windows[0, 0, 0]) == 5.0


def test_tensors_of_the_first_dialect_stay_immutable() -> None:
    t = tf.constant([1.0, 2.0])
    with pytest.raises(TypeError, match="immutable"):
        t[0] = 3.0
    with pytest.raises(TypeError, match=r"np\.array"):
        numpy.add.at(t, [0], 1.0)
    with tf.GradientTape() as tape:
        tape.watch(t)
        with pytest.raises(TypeError, match=r"np\.array"):
            numpy.put(t, [0], 1.0)


def test_numbers_that_do_not_fit_are_refused() -> None:
    small = np.zeros(2, np.int8)
    with pytest.raises(OverflowError):
        small[0] = 300
    with pytest.raises(ValueError, match="NaN"):
        small[0] = float("nan")
    with pytest.raises(TypeError, match="imaginary"):
        np.ones(2).imag = 3.0
    with pytest.raises(TypeError, match="write nan"):
        small[0] = None
    small[0] = 1.7
    assert small.tolist() == [1, 0]


def test_items_are_written_where_nobody_else_can_see_it() -> None:
    x = np.zeros(3)
    known = [np.copy(x), x[1:], numpy.asarray(x), numpy.from_dlpack(x), x * 1.0, x.reshape(3, 1)]
    part = x[:2]
    tuple_of = (x, np.array(x))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = (x + 1.0) ** 2
    x[0] = 5.0
    x[1] = 6.0
    assert [numpy.asarray(k).reshape(-1)[0] for k in known] == [0.0, 6.0, 0.0, 0.0, 0.0, 5.0]
    assert part.tolist() == [5.0, 6.0]
    assert tuple_of[0].tolist() == [5.0, 6.0, 0.0]
    assert tuple_of[1].tolist() == [0.0, 0.0, 0.0]
    assert tape.gradient(y, x).tolist() == [2.0, 2.0, 2.0]


def test_memory_is_kept_while_items_are_set_one_by_one() -> None:
    x = np.zeros(1000)
    x[0] = 1.0  # a copy of its own, now at the latest
    place = x._value.ctypes.data
    for i in range(1, 1000):
        x[i] = 2.0 * i
        x[i:][:1] * 1.0  # views that are gone matter no longer
    assert x._value.ctypes.data == place
    assert x.tolist() == [1.0, *[2.0 * i for i in range(1, 1000)]]


def test_a_changed_result_is_not_what_a_tape_computed() -> None:
    x = np.array([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    y[0] = 100.0
    assert tape.gradient(y, x) is None


@pytest.mark.parametrize(
    ("name", "before", "dtype"),
    [
        ("sum", (0, None), float),
        ("prod", (0, None), float),
        ("mean", (0, None), float),
        ("var", (0, None), float),
        ("max", (0,), float),
        ("median", (0,), float),
        ("quantile", (0.3, 0), float),
        ("cumsum", (0, None), float),
        ("clip", (0.0, 1.5), float),
        ("round", (1,), float),
        ("take", ([1, 0], 0), float),
        ("argmax", (0,), int),
        ("all", (0,), bool),
        ("isposinf", (), int),
    ],
)
def test_an_array_for_the_result_may_be_given_by_position(
    name: str, before: Any, dtype: Any
) -> None:
    at = numpy.array([[0.4, 1.26], [2.3, -0.7]])
    expected = getattr(numpy, name)(at, *before).astype(dtype)
    out = np.full(expected.shape, 7, dtype)
    assert getattr(np, name)(np.array(at), *before, out) is out
    numpy.testing.assert_array_equal(out._value, expected)
    assert out.dtype == expected.dtype
