"""Values that leave a tape: what it remembers, and what is said when and where."""

from __future__ import annotations

import asyncio
import inspect
import math
import pickle
import statistics
import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
import tapegrad.torch as torch
from tapegrad.errors import GradientLeakError, GradientLeakWarning

set_gradient_leaks = tf.debugging.set_gradient_leaks

DOORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "numpy()": ("array", lambda x: x.numpy()),
    "np.asarray": ("array", np.asarray),
    "np.array of a list": ("array", lambda x: np.array([x])),
    "float": ("float", float),
    "int": ("int", int),
    "complex": ("complex", complex),
    "math.sin": ("float", math.sin),
    "math.floor": ("float", math.floor),
    "DLPack": ("dlpack", np.from_dlpack),
    "pickle": ("pickle", pickle.dumps),
    "text of a number": ("float", lambda x: "%.2f" % x),  # noqa: UP031 - it calls float
}


class Sink:
    """A file that forgets."""

    def write(self, data: bytes) -> int:
        return len(data)


HARMLESS: dict[str, Callable[[Any], Any]] = {
    "truth": bool,
    "file": lambda x: np.save(Sink(), x),
    "texts of numpy": lambda x: np.array2string(x) + np.array_str(x),
    "text": lambda x: f"{x} {x:.3f} {x!r}",
    "shape": lambda x: (x.shape, x.dtype, x.ndim),
    "identity": lambda x: x.ref(),
    "print": tf.print,
    "comparison": lambda x: bool(x > 0.1),
    "index": lambda x: [1, 2, 3][tf.argmax([x, x + 1.0])],
    "numpy_function": lambda x: tf.numpy_function(np.sin, [x], tf.float64),
    "stop_gradient": lambda x: float(tf.stop_gradient(x)),
    "not followed": lambda x: float(tf.constant(3.0)),
    "counted": lambda x: int(tf.size(x)),
}


def line_of(function: Callable[..., Any], mark: str) -> int:
    lines, first = inspect.getsourcelines(function)
    return next(first + i for i, text in enumerate(lines) if mark in text)


@pytest.fixture
def x() -> tf.Tensor:
    return tf.constant(0.5, tf.float64)


@pytest.mark.parametrize("name", DOORS)
def test_a_tape_remembers_the_door_and_the_line(name: str, x: tf.Tensor) -> None:
    door, leave = DOORS[name]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        leave(y)  # here
    here = line_of(test_a_tape_remembers_the_door_and_the_line, "# here")
    (leak,) = [k for k in tape.leaks() if k.line.number == here or k.line.text.startswith('"')][:1]
    assert leak.door == door
    assert leak.line.file == __file__
    assert "test_leaks.py" in str(leak)
    assert tape.gradient(y, x).numpy() == 1.0
    assert tape.leaks()[0] == leak  # also when the records are gone


@pytest.mark.parametrize("name", DOORS)
def test_warn_and_error_at_every_door(name: str, x: tf.Tensor) -> None:
    _, leave = DOORS[name]
    with tf.GradientTape() as tape:
        tape.watch(x)
        with set_gradient_leaks("warn"), pytest.warns(GradientLeakWarning) as caught:
            leave(x)
        with set_gradient_leaks("error"), pytest.raises(GradientLeakError, match="test_leaks"):
            leave(x)
        with set_gradient_leaks("allow"):
            leave(x)
    assert caught[0].filename == __file__
    for part in ("test_leaks.py", "tf.custom_gradient", "tf.stop_gradient(x).numpy()"):
        assert part in str(caught[0].message)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_leak(name: str, x: tf.Tensor, capsys: Any) -> None:
    with set_gradient_leaks("error"), tf.GradientTape() as tape:
        tape.watch(x)
        HARMLESS[name](x)
    assert tape.leaks() == ()


def test_nothing_is_a_leak_where_no_tape_records(x: tf.Tensor) -> None:
    with set_gradient_leaks("error"):
        float(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            with tape.stop_recording():
                assert float(x) == 0.5
        assert float(x) == 0.5
        with tf.GradientTape(), tf.GradientTape() as inner:
            assert float(x) == 0.5
        assert inner.leaks() == ()


def test_variables_leave_too() -> None:
    v, fixed = tf.Variable(0.5), tf.Variable(0.5, trainable=False)
    with set_gradient_leaks("error"), tf.GradientTape() as tape:
        with pytest.raises(GradientLeakError):
            math.sin(v)
        assert math.sin(fixed) == math.sin(0.5)
        with pytest.raises(GradientLeakError):
            pickle.dumps(v)
        y = v * v
    assert tape.gradient(y, v).numpy() == 1.0


def test_tangents_leave_too(x: tf.Tensor) -> None:
    with (
        set_gradient_leaks("error"),
        tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)),
        pytest.raises(GradientLeakError),
    ):
        math.sin(x)


def test_by_default_a_gradient_that_was_lost_is_told(x: tf.Tensor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.constant(np.sin(x.numpy())) * 2.0  # left here
    with pytest.warns(GradientLeakWarning, match="may have been lost on the way") as caught:
        assert tape.gradient(y, x) is None
    test = test_by_default_a_gradient_that_was_lost_is_told
    assert f"test_leaks.py:{line_of(test, '# left here')}: `y = tf" in str(caught[0].message)
    assert caught[0].lineno == line_of(test, "assert tape.gradient")


@pytest.mark.parametrize("unconnected", ["none", "zero"])
def test_jacobians_and_zeros_are_told_too(x: tf.Tensor, unconnected: str) -> None:
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.constant(float(x), tf.float64) * 2.0
    for ask in (tape.gradient, tape.jacobian):
        with pytest.warns(GradientLeakWarning, match="as a Python float"):
            found = ask(y, x, unconnected_gradients=unconnected)
        assert found is None if unconnected == "none" else float(found) == 0.0


def test_logging_is_not_told() -> None:
    used, other, apart = tf.Variable(2.0), tf.Variable(3.0), tf.Variable(4.0)
    history = []
    for _ in range(3):
        with tf.GradientTape() as tape:
            first = used * used
            history.append(float(first))
            history.append(len(f"{first.numpy()}"))
            loss = first * other + tf.constant(1.0)
            history.append(loss.numpy())
            aside = apart * 2.0
            np.asarray(aside)
        gradients = tape.gradient(loss, [used, other, apart])
        assert [g is None for g in gradients] == [False, False, False] or gradients[2] is None
    assert history[0] == 4.0


def test_allowing_it_silences_the_gradient(x: tf.Tensor) -> None:
    with set_gradient_leaks("allow"):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.constant(float(x))
        assert tape.gradient(y, x) is None


def test_functions_with_a_gradient_of_their_own_may_use_numpy(x: tf.Tensor) -> None:
    @tf.custom_gradient
    def sine(x: tf.Tensor) -> Any:
        return tf.constant(np.sin(x.numpy())), lambda dy: dy * math.cos(float(x))

    with set_gradient_leaks("error"):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = sine(x) * 2.0
        assert tape.leaks() == ()
        assert float(tape.gradient(y, x)) == pytest.approx(2 * math.cos(0.5))
        # The gradient of this gradient is lost in its `math.cos`.
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = sine(x)
            with pytest.raises(GradientLeakError, match=r"math\.cos"):
                inner.gradient(y, x)


def test_the_innermost_block_decides_and_nothing_stays() -> None:
    v = tf.Variable(1.0)
    with tf.GradientTape():
        with set_gradient_leaks("error"):
            with set_gradient_leaks("allow"):
                float(v)
            with pytest.raises(GradientLeakError):
                float(v)
        float(v)


def test_set_for_the_whole_program_and_back() -> None:
    v = tf.Variable(1.0)
    seen: list[type | None] = []

    def work() -> None:
        with tf.GradientTape():
            try:
                float(v)
                seen.append(None)
            except GradientLeakError as error:
                seen.append(type(error))

    def in_a_thread() -> None:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    set_gradient_leaks("error")
    try:
        in_a_thread()
        with set_gradient_leaks("allow"):
            in_a_thread()  # a block is of its own thread
            work()
        work()
    finally:
        set_gradient_leaks(None)
    in_a_thread()
    assert seen == [GradientLeakError, GradientLeakError, None, GradientLeakError, None]


def test_blocks_of_interleaved_tasks() -> None:
    v = tf.Variable(1.0)

    async def work(mode: str) -> bool:
        refused = False
        with set_gradient_leaks(mode), tf.GradientTape():
            for _ in range(5):
                await asyncio.sleep(0)
                try:
                    float(v)
                except GradientLeakError:
                    refused = True
        return refused

    async def main() -> list[bool]:
        return await asyncio.gather(work("error"), work("allow"), work("error"))

    assert asyncio.run(main()) == [True, False, True]


@pytest.mark.parametrize("mode", ["silent", 1, True, ""])
def test_other_modes_are_refused(mode: Any) -> None:
    with pytest.raises(ValueError, match="'allow', 'warn', 'error'"):
        set_gradient_leaks(mode)


def test_an_object_may_be_entered_twice() -> None:
    v = tf.Variable(1.0)
    loud = set_gradient_leaks("error")
    for _ in range(2):
        with loud, tf.GradientTape(), loud, pytest.raises(GradientLeakError):
            float(v)
    with tf.GradientTape():
        assert float(v) == 1.0


def test_a_line_warns_once_as_python_does() -> None:
    v = tf.Variable(1.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        with set_gradient_leaks("warn"), tf.GradientTape():
            for _ in range(5):
                float(v)
    assert len(caught) == 1


def test_the_line_of_another_library_is_named_beside_that_of_the_program() -> None:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        statistics.fmean(v)  # outside
    leak = tape.leaks()[0]
    here = line_of(
        test_the_line_of_another_library_is_named_beside_that_of_the_program, "# outside"
    )
    assert (leak.line.file, leak.line.number) == (__file__, here)
    assert "statistics" in leak.inside.file


def test_the_pytorch_dialect_does_what_pytorch_does_until_told_otherwise() -> None:
    x = torch.tensor([2.0], requires_grad=True)
    y = x * x
    assert y.item() == 4.0
    assert y.tolist() == [4.0]
    with pytest.warns(UserWarning, match="Converting a tensor with requires_grad=True"):
        float(y)
    for leave in (torch.Tensor.item, torch.Tensor.tolist, float, int, complex, pickle.dumps):
        with set_gradient_leaks("error"):
            with pytest.raises(GradientLeakError, match=r"torch.autograd.Function.*x.detach\(\)"):
                leave(y)
            leave(y.detach())
            with torch.no_grad():
                leave(y)
        with set_gradient_leaks("warn"), pytest.warns(GradientLeakWarning, match="test_leaks"):
            leave(y)
    with set_gradient_leaks("error"):
        pickle.dumps(x)  # a leaf comes back as a leaf
        y.sum().backward()
    assert x.grad.tolist() == [4.0]
