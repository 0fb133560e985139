"""Numbers in tables, labelled and masked arrays: accepted, or refused with the conversion."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy  # noqa: ICN001 - `np` is the dialect here
import pytest

import tapegrad as tf
import tapegrad.numpy as np
import tapegrad.torch as torch

MAKERS: dict[str, Callable[[Any], Any]] = {
    "tf.constant": tf.constant,
    "tf.convert_to_tensor": tf.convert_to_tensor,
    "tf.Variable": tf.Variable,
    "tf.sin": lambda x: tf.asin(tf.sin(x)),
    "np.array": np.array,
    "np.asarray": np.asarray,
    "np.exp": lambda x: np.log(np.exp(x)),
    "torch.tensor": torch.tensor,
    "torch.as_tensor": torch.as_tensor,
}
VALUES: dict[str, Callable[[], Any]] = {
    "tensor": lambda: tf.constant([1.0, 2.0, 3.0], tf.float64),
    "variable": lambda: tf.Variable([1.0, 2.0, 3.0], dtype=tf.float64),
    "array": lambda: np.array([1.0, 2.0, 3.0]),
    "torch": lambda: torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64),
}
MASKED = numpy.ma.array([0.5, 1.0, 1.5], mask=[False, True, False])
UNMASKED = numpy.ma.array([0.5, 1.0, 1.5])
_WHY = "pandas and xarray are optional"


def numbers(x: Any) -> Any:
    return x._value.tolist()


@pytest.mark.parametrize("name", MAKERS)
def test_masked_arrays(name: str) -> None:
    make = MAKERS[name]
    with pytest.raises(TypeError, match=r"\(3,\) has 1 masked entries.*x\.filled\(0\.0\)"):
        make(MASKED)
    made = make(UNMASKED)
    assert type(made._value) is numpy.ndarray
    assert numbers(made) == pytest.approx([0.5, 1.0, 1.5])


@pytest.mark.parametrize("name", VALUES)
def test_masked_arrays_beside_values(name: str) -> None:
    x = VALUES[name]()
    with pytest.raises(TypeError, match=r"x\.compressed\(\)"):
        x * MASKED
    assert numbers(x * UNMASKED) == [0.5, 2.0, 4.5]
    if name != "torch":
        with pytest.raises(TypeError, match=r"x\.filled"):
            numpy.add(x, MASKED)
        with pytest.raises(TypeError, match=r"x\.filled"):
            numpy.add(MASKED, x)


@pytest.mark.parametrize("name", MAKERS)
def test_tables_and_labelled_arrays(name: str) -> None:
    pandas = pytest.importorskip("pandas", reason=_WHY)
    xarray = pytest.importorskip("xarray", reason=_WHY)
    make = MAKERS[name]
    column = pandas.Series([0.5, 1.0], index=["a", "b"])
    table = pandas.DataFrame({"a": [0.5, 1.0], "b": [0.1, 0.2]}, index=["u", "v"])
    for given in (column, column.values, xarray.DataArray([0.5, 1.0], dims="t"), column.array):
        assert numbers(make(given)) == pytest.approx([0.5, 1.0])
    assert numbers(make(table)) == [pytest.approx([0.5, 0.1]), pytest.approx([1.0, 0.2])]
    missing = pandas.Series([1, None], dtype="Int64")
    found = numbers(make(missing / 2))
    assert found[0] == pytest.approx(0.5)
    assert numpy.isnan(found[1])


@pytest.mark.parametrize("name", MAKERS)
def test_what_holds_no_numbers_names_the_conversion(name: str) -> None:
    pandas = pytest.importorskip("pandas", reason=_WHY)
    xarray = pytest.importorskip("xarray", reason=_WHY)
    make = MAKERS[name]
    mixed = pandas.DataFrame({"a": [0.5, 1.0], "b": ["x", "y"]})
    with pytest.raises(TypeError, match=r"pandas\.DataFrame .*select_dtypes\('number'\).*to_numpy"):
        make(mixed)
    assert make(mixed.select_dtypes("number")).shape == (2, 1)
    times = pandas.Series(pandas.date_range("2020-01-01", "2020-01-02", periods=2))
    with pytest.raises(TypeError, match=r"of times .*numpy\.timedelta64\(1, 'D'\)"):
        make(times)
    assert numbers(make((times - times.min()) / numpy.timedelta64(1, "D"))) == [0.0, 1.0]
    if not name.startswith("torch"):
        with pytest.raises(TypeError, match="to_dataarray"):
            make(xarray.Dataset({"v": [1.0, 2.0]}))


@pytest.mark.parametrize("name", VALUES)
def test_arithmetic_with_columns_is_ours(name: str) -> None:
    pandas = pytest.importorskip("pandas", reason=_WHY)
    column = pandas.Series([1.0, 2.0, 3.0], index=list("abc"))
    x = VALUES[name]()
    calls = [lambda: x * column, lambda: column * x, lambda: column + x, lambda: x - column]
    if name != "torch":
        calls += [lambda: numpy.multiply(column, x), lambda: numpy.add(x, column)]
    expected = [[1.0, 4.0, 9.0]] * 2 + [
        [2.0, 4.0, 6.0],
        [0.0] * 3,
        [1.0, 4.0, 9.0],
        [2.0, 4.0, 6.0],
    ]
    for call, values in zip(calls, expected, strict=False):
        made = call()
        assert numbers(made) == values
        assert type(made).__module__.startswith("tapegrad")
    assert numbers(column == x) == [True, True, True]


def test_gradients_pass_columns() -> None:
    pandas = pytest.importorskip("pandas", reason=_WHY)
    table = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    w = tf.Variable([1.0, 1.0], dtype=tf.float64)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(table["a"] * w) + tf.reduce_sum(tf.linalg.matvec(table, w))
    assert tape.gradient(loss, w).numpy().tolist() == [4.0, 9.0]
    gradient = np.grad(lambda w: np.sum(table["a"] * w) + np.sum(np.asarray(table) @ w))
    assert gradient(np.array([1.0, 1.0])).tolist() == [4.0, 9.0]


def test_labelled_arrays_around_arrays_of_ours() -> None:
    xarray = pytest.importorskip("xarray", reason=_WHY)

    def f(x: Any) -> Any:
        labelled = xarray.DataArray(x, dims="t", coords={"t": [10, 20, 30]})
        picked = (labelled**2).sel(t=[10, 30]).sum()
        assert "DataArray" in repr(labelled)
        return np.asarray(picked) + np.sum(labelled) * tf.constant(2.0, tf.float64)

    with warnings.catch_warnings():
        warnings.simplefilter("error", tf.errors.GradientLeakWarning)
        gradient = np.grad(f)(np.array([1.0, 2.0, 3.0]))
    assert gradient.tolist() == [4.0, 2.0, 8.0]


def test_what_looks_like_a_table_but_is_none_is_converted_plainly() -> None:
    class Column:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return numpy.array([1.0, 2.0])

    for make in (tf.constant, np.asarray):
        assert numbers(make(Column())) == [1.0, 2.0]


def test_what_is_computed_with_labels_is_a_target_of_tapes() -> None:
    xarray = pytest.importorskip("xarray", reason=_WHY)
    labels = xarray.DataArray([1.0, 2.0, 3.0], dims="i", coords={"i": list("abc")})
    x = np.array([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        products = labels * x
        total = products.sum()
    assert tape.gradient(total, x).tolist() == [1.0, 2.0, 3.0]
    assert tape.gradient({"a": products}, x).tolist() == [1.0, 2.0, 3.0]
    assert tape.jacobian(products, x).tolist() == numpy.diag([1.0, 2.0, 3.0]).tolist()
    with pytest.raises(TypeError, match="DataArray"):
        tape.gradient(labels, x)
