"""The files of checkpoints: their format, byte by byte, damage, and interrupted writing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import safetensors
from tapegrad.core.safetensors import Reader

DTYPES = "bool uint8 int8 uint16 int16 float16 uint32 int32 float32 uint64 int64 float64".split()


def file_of(header: dict[str, Any], data: bytes) -> bytes:
    """A file as the format's specification describes it."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def test_written_bytes_are_those_of_the_format(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    a, b = np.array([[1.0, 2.0]], np.float32), np.array(-3, np.int16)
    safetensors.write(path, {"a": a, "b": b}, {"who": "me"})
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert (8 + length) % 8 == 0
    header = json.loads(content[8 : 8 + length])
    assert header.pop("__metadata__")["who"] == "me"
    assert header == {
        "a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
        "b": {"dtype": "I16", "shape": [], "data_offsets": [8, 10]},
    }
    assert content[8 + length :] == a.tobytes() + b.tobytes()


def test_files_of_other_programs_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    header = {
        "w": {"dtype": "F64", "shape": [2], "data_offsets": [0, 16]},
        "n": {"dtype": "U8", "shape": [0, 4], "data_offsets": [16, 16]},
    }
    path.write_bytes(file_of(header, np.array([1.5, -2.5]).tobytes()))
    assert tf.train.list_variables(path) == [("n", [0, 4]), ("w", [2])]
    np.testing.assert_array_equal(tf.train.load_variable(path, "w"), [1.5, -2.5])
    with pytest.raises(tf.errors.DataLossError, match="load_variable"):
        tf.train.Checkpoint(v=tf.Variable(1.0)).read(path)


@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128", "bfloat16", ">f4"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (3, 0, 2)])
def test_every_dtype_and_shape_comes_back(tmp_path: Path, dtype: str, shape: Any) -> None:
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes", reason="bfloat16 is a type of this package")
        kind = tf.bfloat16.as_numpy_dtype
    else:
        kind = np.dtype(dtype)
    rng = np.random.default_rng(0)
    array = (rng.normal(size=shape) * 50).astype(kind)
    if np.dtype(kind).kind == "c":
        array = array + array.dtype.type(1j) * 2
    path = tmp_path / "x.safetensors"
    safetensors.write(path, {"x": array}, {})
    reader = Reader(path)
    back = reader.array("x")
    assert reader.shape("x") == list(shape)
    assert back.shape == shape
    assert back.dtype == reader.dtype("x") == np.dtype(kind).newbyteorder("=")
    np.testing.assert_array_equal(back, array)


def test_arrays_in_any_memory_order(tmp_path: Path) -> None:
    base = np.arange(24.0).reshape(2, 3, 4)
    arrays = {"t": base.T, "r": base[::-1], "s": base[:, ::2]}
    path = tmp_path / "x.safetensors"
    safetensors.write(path, arrays, {})
    for name, array in arrays.items():
        np.testing.assert_array_equal(Reader(path).array(name), array)


def test_what_is_read_belongs_to_the_reader_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    safetensors.write(path, {"x": np.arange(3)}, {})
    first = Reader(path).array("x")
    first[:] = 7
    assert Reader(path).array("x").tolist() == [0, 1, 2]


def test_strings_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    checkpoint = tf.train.Checkpoint(text=tf.Variable("a"))
    with pytest.raises(TypeError, match=r"text.*no dtype"):
        checkpoint.save(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
    assert int(checkpoint.save_counter) == 0


GOOD = {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "too short"),
        (b"\x05\x00", "too short"),
        ((1 << 60).to_bytes(8, "little") + b"{}", "too short"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x00[}", "header"),
        (file_of({"x": 3}, b""), "header"),
        (file_of({"x": {"dtype": "F32", "shape": [2]}}, bytes(8)), "header"),
        (file_of({"x": GOOD["x"] | {"dtype": "F7"}}, bytes(8)), "F7"),
        (file_of({"x": GOOD["x"] | {"shape": [3]}}, bytes(8)), "size"),
        (file_of({"x": GOOD["x"] | {"shape": [-2]}}, bytes(8)), "negative"),
        (file_of(GOOD, bytes(7)), "8 bytes"),
        (file_of(GOOD, bytes(9)), "8 bytes"),
        (file_of({"x": GOOD["x"] | {"data_offsets": [4, 12]}}, bytes(12)), "one after the other"),
        (file_of(GOOD | {"y": GOOD["x"]}, bytes(8)), "one after the other"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(tf.errors.DataLossError, match=why):
        Reader(path)


def test_a_changed_bit_is_noticed(tmp_path: Path) -> None:
    v = tf.Variable(np.arange(100.0))
    path = tf.train.Checkpoint(v=v).write(tmp_path / "x")
    file = Path(path + ".safetensors")
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    v.assign(tf.zeros_like(v))
    with pytest.raises(tf.errors.DataLossError, match="checksum"):
        tf.train.Checkpoint(v=v).read(path)
    assert not v.numpy().any()


def test_an_interrupted_save_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    v = tf.Variable(1.0)
    checkpoint = tf.train.Checkpoint(v=v)
    checkpoint.write(tmp_path / "x")
    v.assign(2.0)

    def fail(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        checkpoint.write(tmp_path / "x")
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save(tmp_path / "y")
    monkeypatch.undo()
    assert int(checkpoint.save_counter) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["x.safetensors"]
    v.assign(0.0)
    checkpoint.read(tmp_path / "x").expect_partial()
    assert v.numpy() == 1.0


def test_the_directory_can_be_moved(tmp_path: Path) -> None:
    v = tf.Variable(1.0)
    tf.train.Checkpoint(v=v).save(tmp_path / "old" / "ckpt")
    (tmp_path / "old").rename(tmp_path / "new")
    latest = tf.train.latest_checkpoint(tmp_path / "new")
    assert latest == str(tmp_path / "new" / "ckpt-1")
    v.assign(0.0)
    tf.train.Checkpoint(v=v).restore(latest).assert_consumed()
    assert v.numpy() == 1.0


def test_a_state_file_that_is_no_such_thing_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"\xff\xfe nothing")
    assert tf.train.latest_checkpoint(tmp_path) is None
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "gone-1"\n')
    assert tf.train.latest_checkpoint(tmp_path) is None


def test_suffix_may_be_given(tmp_path: Path) -> None:
    v = tf.Variable(3.0)
    tf.train.Checkpoint(v=v).write(tmp_path / "x.safetensors")
    assert (tmp_path / "x.safetensors").exists()
    tf.train.Checkpoint(v=v).read(tmp_path / "x").assert_consumed()
