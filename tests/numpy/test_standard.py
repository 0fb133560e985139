"""What libraries ask of a namespace by the array API standard, before they compute."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np


def test_arrays_know_their_namespace() -> None:
    x = np.ones(2)
    assert x.__array_namespace__() is np
    assert x.__array_namespace__(api_version="2022.12") is np
    assert x.__array_namespace__(api_version=np.__array_api_version__) is np
    with pytest.raises(ValueError, match=r"2019\.01.*2025\.12"):
        x.__array_namespace__(api_version="2019.01")
    with pytest.raises(TypeError):
        x.__array_namespace__("2022.12")


def test_information_agrees_with_numpys() -> None:
    ours, theirs = np.__array_namespace_info__(), numpy.__array_namespace_info__()
    assert ours.dtypes() == theirs.dtypes()
    for kind in ("bool", "integral", "unsigned integer", "numeric", ("bool", "real floating")):
        assert ours.dtypes(kind=kind) == theirs.dtypes(kind=kind)
    assert ours.default_dtypes(device="cpu") == theirs.default_dtypes()
    assert ours.default_device() == "cpu"
    assert ours.devices() == ("cpu",)
    assert ours.capabilities()["data-dependent shapes"] is True


@pytest.mark.parametrize("ask", ["default_dtypes", "dtypes"])
def test_other_devices_are_refused(ask: str) -> None:
    with pytest.raises(ValueError, match="gpu"):
        getattr(np.__array_namespace_info__(), ask)(device="gpu")


def test_as_many_axes_as_promised_are_differentiated_in_batches() -> None:
    axes = np.__array_namespace_info__().capabilities()["max dimensions"]
    x = np.ones((1,) * axes)
    assert np.jacobian(lambda x: x.reshape(1) * 3.0)(x).shape == (1,) * (axes + 1)


def test_limits_and_types_take_arrays() -> None:
    x, n = np.ones(2, np.float32), np.ones(2, np.int8)
    assert np.finfo(x).eps == numpy.finfo(numpy.float32).eps
    assert np.finfo(np.complex128).bits == 64
    assert np.iinfo(n).max == 127
    assert np.iinfo(numpy.int16).min == -32768
    assert np.result_type(x, n, 1.0) == np.float32
    assert np.result_type(n, numpy.int64) == np.int64
    assert np.can_cast(n, np.float32)
    assert not np.can_cast(x, np.int64)
    with pytest.raises(ValueError, match="int"):
        np.finfo(n)


def ways_to_sort() -> list[dict[str, Any]]:
    return [{}, {"descending": True}, {"descending": True, "axis": 0}, {"axis": None}]


@pytest.mark.parametrize("options", ways_to_sort())
def test_sorting_keeps_the_order_of_equal_elements(options: dict[str, Any]) -> None:
    values = numpy.array([[2.0, 1.0, 2.0, 3.0, 1.0], [0.0, 0.0, -1.0, 5.0, 5.0]])
    axis = options.get("axis", -1)
    sign = -1 if options.get("descending") else 1
    expected = numpy.argsort(sign * values, axis=axis, kind="stable")
    found = np.argsort(np.array(values), **options)
    assert found.tolist() == expected.tolist()
    flat = values.reshape(-1) if axis is None else values
    ordered = numpy.take_along_axis(flat, expected, 0 if axis is None else axis)
    assert np.sort(np.array(values), **options).tolist() == ordered.tolist()


def test_gradients_pass_a_descending_sort() -> None:
    x = np.array([0.5, 3.0, 2.0])
    weights = numpy.array([1.0, 10.0, 100.0])
    gradient = np.grad(lambda x: (np.sort(x, descending=True) * weights).sum())(x)
    assert gradient.tolist() == [100.0, 1.0, 10.0]


def test_bounds_have_the_names_of_both() -> None:
    x = np.array([0.0, 2.0, 5.0])
    for options in ({"min": 1, "max": 3}, {"a_min": 1, "a_max": 3}):
        assert np.clip(x, **options).tolist() == [1.0, 2.0, 3.0]
    assert numpy.clip(x, a_min=1, a_max=3).tolist() == [1.0, 2.0, 3.0]
    assert x.clip(1, max=3).tolist() == [1.0, 2.0, 3.0]


def test_arrays_over_memory_of_others() -> None:
    lent = numpy.arange(3.0)
    x = np.from_dlpack(lent)
    lent[0] = 7.0
    assert x.tolist() == [7.0, 1.0, 2.0]
    assert np.from_dlpack(lent, copy=True).tolist() == [7.0, 1.0, 2.0]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.from_dlpack(x) ** 2
    assert tape.gradient(y, x).tolist() == [14.0, 2.0, 4.0]
