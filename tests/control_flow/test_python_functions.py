"""py_function, numpy_function, tf.print and the eager contexts."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.errors import InvalidArgumentError


def test_py_function_is_differentiable() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.py_function(lambda t: t**3, [x], tf.float32)
    assert tape.gradient(y, x).numpy() == 27.0


def test_results_of_py_function() -> None:
    one = tf.py_function(lambda: 5, [], tf.int64)
    assert (one.dtype, int(one)) == (tf.int64, 5)
    two = tf.py_function(lambda x: (x, x * 2.0), [1.0], (tf.float32, tf.float32))
    assert [float(t) for t in two] == [1.0, 2.0]
    assert tf.py_function(lambda x: None, [1.0], []) == []
    assert tf.py_function(lambda x: x.numpy(), [1.0], tf.float64).dtype == tf.float64

    @tf.py_function(Tout=tf.float32)
    def double(x: Any) -> Any:
        return x * 2.0

    assert double(tf.constant(4.0)).numpy() == 8.0


def test_py_function_refuses() -> None:
    with pytest.raises(TypeError, match="Missing required argument: 'Tout'"):
        tf.py_function(lambda x: x, [1.0])
    with pytest.raises(TypeError, match=r"@tf\.py_function"):
        tf.py_function()
    with pytest.raises(ValueError, match="Expected func to be callable"):
        tf.py_function(3, [1.0], tf.float32)
    with pytest.raises(
        InvalidArgumentError, match=r"dtype float32, but Tout announces int32.*cast"
    ):
        tf.py_function(lambda x: x, [1.0], tf.int32)
    with pytest.raises(InvalidArgumentError, match=r"Cannot convert 1\.5"):
        tf.py_function(lambda x: 1.5, [1.0], tf.int32)
    with pytest.raises(InvalidArgumentError, match=r"returned 2 value.*announces 1"):
        tf.py_function(lambda x: (x, x), [1.0], [tf.float32])
    with pytest.raises(ZeroDivisionError):
        tf.py_function(lambda x: 1 / 0, [1.0], tf.float32)


def test_numpy_function_works_on_copies_and_cuts_gradients() -> None:
    x = tf.constant([1.0, 2.0])

    def spoil(a: np.ndarray) -> Any:
        a[0] = 100.0
        return a.sum()

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.numpy_function(spoil, [x], tf.float32)
    assert y.numpy() == 102.0
    assert x.numpy().tolist() == [1.0, 2.0]
    assert tape.gradient(y, x) is None


def test_results_of_numpy_function() -> None:
    x = tf.constant([1.0])
    assert tf.numpy_function(lambda a: 3, [x], tf.int64).dtype == tf.int64
    both = tf.numpy_function(lambda a: (a, 1), [x], [tf.float32, tf.int32])
    assert [t.dtype for t in both] == [tf.float32, tf.int32]
    assert tf.numpy_function(lambda a: None, [x], []) is None
    with pytest.raises(ValueError, match="callable"):
        tf.numpy_function(3, [x], tf.float32)


def printed(*values: Any, **options: Any) -> str:
    stream = io.StringIO()
    tf.print(*values, output_stream=stream, **options)
    return stream.getvalue()


# What TensorFlow 2.21 prints.
PRINTED: list[tuple[Any, str]] = [
    (tf.constant(1.0), "1"),
    (tf.constant(1 / 3), "0.333333343"),
    (tf.constant(1 / 3, tf.float64), "0.33333333333333331"),
    (tf.constant(0.1), "0.1"),
    (tf.constant(123456789.0), "123456792"),
    (tf.constant(16777216.0), "16777216"),
    (tf.constant(1e7), "1e+07"),
    (tf.constant(1e-5), "1e-05"),
    (tf.constant(1234.5678), "1234.56775"),
    (tf.constant(1e15, tf.float64), "1e+15"),
    (tf.constant(123456789.123, tf.float64), "123456789.123"),
    (tf.constant(0.1, tf.float16), "0.0999755859"),
    (tf.constant(float("nan")), "nan"),
    (tf.constant([float("inf"), -0.0]), "[inf -0]"),
    (tf.constant([True, False]), "[1 0]"),
    (tf.constant([1, 2, 3]), "[1 2 3]"),
    (tf.range(6), "[0 1 2 3 4 5]"),
    (tf.range(7), "[0 1 2 ... 4 5 6]"),
    (tf.reshape(tf.range(8), [2, 2, 2]), "[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]"),
    (
        tf.reshape(tf.range(64), [8, 8]),
        (
            "[[0 1 2 ... 5 6 7]\n [8 9 10 ... 13 14 15]\n [16 17 18 ... 21 22 23]\n ...\n"
            " [40 41 42 ... 45 46 47]\n [48 49 50 ... 53 54 55]\n [56 57 58 ... 61 62 63]]"
        ),
    ),
    (tf.zeros([0]), "[]"),
    (tf.constant(["x", "y"]), '["x" "y"]'),
    (tf.Variable([1.0, 2.0]), "[1 2]"),
    ("text {}", "text {}"),
    ({"b": tf.constant(1), "a": [tf.constant(2.0), "z"]}, "{'a': [2, 'z'], 'b': 1}"),
    ((tf.constant(1), 2), "(1, 2)"),
    ([3.5, None, (3,)], "[3.5, None, (3,)]"),
    (None, "None"),
    (tf.TensorShape([1, None]), "TensorShape([1, None])"),
]


@pytest.mark.parametrize(("value", "text"), PRINTED)
def test_values_are_printed_as_tensorflow_prints_them(value: Any, text: str) -> None:
    assert printed(value) == text + "\n"


def test_options_of_print(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert printed("a", tf.constant(1), sep=",", end="!") == "a,1!"
    assert printed(tf.range(7), summarize=-1) == "[0 1 2 3 4 5 6]\n"
    assert printed(tf.range(7), summarize=1) == "[0 ... 6]\n"
    tf.print("to stderr")
    tf.print("to stdout", output_stream=sys.stdout)
    assert capsys.readouterr() == ("to stdout\n", "to stderr\n")
    path = tmp_path / "log"
    tf.print("one", output_stream=f"file://{path}")
    tf.print("two", output_stream=f"file://{path}")
    assert path.read_text() == "one\ntwo\n"
    with pytest.raises(ValueError, match="Unsupported output stream: 3"):
        tf.print("a", output_stream=3)
    with pytest.raises(ValueError, match="Unrecognized keyword arguments"):
        tf.print("a", colour="red")


def test_init_scope_hides_operations_from_tapes() -> None:
    x = tf.constant(2.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        outer.watch(x)
        inner.watch(x)
        with tf.init_scope():
            y = x * x
        z = x * y
    assert outer.gradient(z, x).numpy() == 4.0
    assert inner.gradient(z, x).numpy() == 4.0


def test_control_dependencies_and_devices_run_their_block() -> None:
    called = []
    with tf.control_dependencies([tf.constant(1.0)]), tf.control_dependencies(None):
        called.append("block")
    with tf.control_dependencies(lambda: called.append("function")):
        pass
    for name in ("/CPU:0", "cpu:0", "GPU", "/job:localhost/device:GPU:1", None, ""):
        with tf.device(name):
            called.append(str(name))
    assert called[:2] == ["block", "function"]
    assert len(called) == 8
    with pytest.raises(ValueError, match="device spec: 'nonsense'"):
        tf.device("nonsense")
    assert tf.executing_eagerly()
