"""Arrays in files and as text: NumPy reads what is written here, and the other way round."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

import tapegrad as tf
import tapegrad.numpy as np

X = numpy.array([[1.5, -2.0, 0.25], [3.0, 1e-3, 7.0]])
MAKERS: list[Callable[[Any], Any]] = [np.array, tf.constant, tf.Variable]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("save", [np.save, numpy.save])
def test_save(tmp_path: Path, make: Any, save: Any) -> None:
    save(tmp_path / "x.npy", make(X))
    for library in (np, numpy):
        found = library.load(tmp_path / "x.npy")
        assert type(found) is library.ndarray
        numpy.testing.assert_array_equal(found, X)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed, numpy.savez])
def test_archives(tmp_path: Path, save: Any) -> None:
    save(tmp_path / "x.npz", np.array(X), row=np.array(X[0]), plain=X[1])
    with np.load(tmp_path / "x.npz") as archive, numpy.load(tmp_path / "x.npz") as theirs:
        assert sorted(archive) == sorted(theirs) == ["arr_0", "plain", "row"]
        assert len(archive) == 3
        assert archive.files == theirs.files
        for name, value in archive.items():
            assert type(value) is np.ndarray
            numpy.testing.assert_array_equal(value, theirs[name])
        with pytest.raises(KeyError):
            archive["nothing"]


@pytest.mark.parametrize("save", [np.savetxt, numpy.savetxt])
def test_text(tmp_path: Path, save: Any) -> None:
    save(tmp_path / "x.txt", np.array(X), delimiter=",", header="a,b,c")
    for library in (np, numpy):
        found = library.loadtxt(tmp_path / "x.txt", delimiter=",")
        assert type(found) is library.ndarray
        numpy.testing.assert_array_equal(found, X)
    columns = np.loadtxt(tmp_path / "x.txt", delimiter=",", unpack=True)
    assert columns.tolist() == X.T.tolist()


def test_bytes(tmp_path: Path) -> None:
    np.array(X).tofile(tmp_path / "x.bin")
    assert np.fromfile(tmp_path / "x.bin").tolist() == X.ravel().tolist()
    assert np.frombuffer(np.array(X).tobytes()).tolist() == X.ravel().tolist()
    np.array(X).dump(tmp_path / "x.pkl")
    numpy.testing.assert_array_equal(numpy.load(tmp_path / "x.pkl", allow_pickle=True), X)
    assert np.array(X).dumps() == X.dumps()


def test_records_stay_numpys() -> None:
    found = np.genfromtxt(io.StringIO("1,a\n2,b"), delimiter=",", dtype=None, encoding=None)
    assert type(found) is numpy.ndarray
    assert found.dtype.names == ("f0", "f1")


def test_memory_maps_are_refused_with_the_remedy(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array(X))
    with pytest.raises(NotImplementedError, match=r"np\.asarray\(numpy\.load"):
        np.load(tmp_path / "x.npy", mmap_mode="r")


def test_text_and_files_lose_no_gradient(tmp_path: Path) -> None:
    x = np.array(X)
    with tf.debugging.set_gradient_leaks("error"), tf.GradientTape() as tape:
        tape.watch(x)
        assert np.array2string(x) == numpy.array2string(X)
        assert np.array_repr(x, precision=1) == numpy.array_repr(X, precision=1)
        assert f"{x}" == str(X)
        assert np.format_float_positional(x[0, 2]) == "0.25"
        np.save(tmp_path / "x.npy", x)
        y = (x * x).sum()
    assert tape.gradient(y, x).tolist() == (2 * X).tolist()


def test_options_of_printing_are_numpys() -> None:
    with np.printoptions(precision=2):
        assert repr(np.array([1 / 3])) == "array([0.33])"
    assert np.get_printoptions() == numpy.get_printoptions()
