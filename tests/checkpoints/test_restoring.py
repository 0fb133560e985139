"""What a checkpoint restores: all or nothing, now or later, and what it leaves alone."""

from __future__ import annotations

import copy
import gc
import pickle
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.core import safetensors


class Net(tf.Module):
    def __init__(self, a: Any, b: Any) -> None:
        super().__init__()
        self.a = tf.Variable(a)
        self.b = tf.Variable(b)


@pytest.mark.parametrize("bad", [[1.0, 2.0, 3.0], 5])
def test_nothing_changes_if_something_does_not_fit(tmp_path: Path, bad: Any) -> None:
    path = tf.train.Checkpoint(net=Net(1.0, [1.0, 2.0])).write(tmp_path / "x")
    other = Net(7.0, bad)
    with pytest.raises(ValueError, match="Nothing was restored"):
        tf.train.Checkpoint(net=other).read(path)
    assert other.a.numpy() == 7.0
    np.testing.assert_array_equal(other.b.numpy(), bad)


def test_variables_with_open_shapes_take_other_sizes(tmp_path: Path) -> None:
    path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0, 3.0])).write(tmp_path / "x")
    v = tf.Variable([0.0], shape=[None])
    tf.train.Checkpoint(v=v).read(path).assert_consumed()
    assert v.numpy().tolist() == [1.0, 2.0, 3.0]


def test_a_later_part_that_does_not_fit_is_an_error_then(tmp_path: Path) -> None:
    path = tf.train.Checkpoint(net=Net(1.0, [1.0, 2.0])).write(tmp_path / "x")
    empty = tf.Module()
    tf.train.Checkpoint(net=empty).read(path)
    with pytest.raises(ValueError, match=r"shape \(2,\).*shape \(3,\)"):
        empty.b = tf.Variable([0.0, 0.0, 0.0])


def test_the_newest_restoration_counts(tmp_path: Path) -> None:
    paths = [tf.train.Checkpoint(net=Net(n, n)).write(tmp_path / str(n)) for n in (1.0, 2.0)]
    empty = tf.Module()
    for path in paths:
        tf.train.Checkpoint(net=empty).read(path)
    empty.a = tf.Variable(0.0)
    assert empty.a.numpy() == 2.0


def test_values_are_restored_once(tmp_path: Path) -> None:
    net = Net(1.0, 2.0)
    path = tf.train.Checkpoint(net=net, more=tf.Variable(1)).write(tmp_path / "x")
    tf.train.Checkpoint(net=net).read(path).expect_partial()
    net.a.assign(9.0)
    net.other = 3
    assert net.a.numpy() == 9.0


def test_lists_that_grow_are_restored_when_the_status_is_asked(tmp_path: Path) -> None:
    path = tf.train.Checkpoint(all=[tf.Variable(1.0), tf.Variable(2.0)]).write(tmp_path / "x")
    parts = [tf.Variable(0.0)]
    status = tf.train.Checkpoint(all=parts).read(path)
    with pytest.raises(AssertionError, match=r"\(root\)\.all\.1"):
        status.assert_consumed()
    parts.append(tf.Variable(0.0))
    status.assert_consumed()
    assert [v.numpy() for v in parts] == [1.0, 2.0]


def test_objects_in_a_circle(tmp_path: Path) -> None:
    def circle(value: float) -> Any:
        a, b = tf.Module(), tf.Module()
        a.child, b.parent, b.v = b, a, tf.Variable(value)
        return a

    path = tf.train.Checkpoint(a=circle(3.0)).write(tmp_path / "x")
    other = circle(0.0)
    tf.train.Checkpoint(a=other).read(path).assert_consumed()
    assert other.child.v.numpy() == 3.0


def test_restoring_is_no_operation_on_a_tape(tmp_path: Path) -> None:
    v = tf.Variable(2.0)
    path = tf.train.Checkpoint(v=v).write(tmp_path / "x")
    v.assign(5.0)
    with tf.GradientTape() as tape:
        y = v * v
        tf.train.Checkpoint(v=v).read(path)
        y += v
    assert v.numpy() == 2.0
    assert tape.gradient(y, v).numpy() == 2 * 5.0 + 1.0


def test_a_complete_restoration_leaves_nothing_behind(tmp_path: Path) -> None:
    net = Net(1.0, 2.0)
    path = tf.train.Checkpoint(net=net).write(tmp_path / "x")
    before = set(vars(net))
    tf.train.Checkpoint(net=net).read(path).assert_consumed()
    assert set(vars(net)) == before
    gc.disable()
    try:
        gone = weakref.ref(net)
        del net
        assert gone() is None
    finally:
        gc.enable()


def test_copies_of_a_waiting_object_do_not_wait(tmp_path: Path) -> None:
    path = tf.train.Checkpoint(net=Net(1.0, 2.0)).write(tmp_path / "x")
    empty = tf.Module()
    tf.train.Checkpoint(net=empty).read(path)
    for twin in (copy.deepcopy(empty), pickle.loads(pickle.dumps(empty))):
        twin.a = tf.Variable(0.0)
        assert twin.a.numpy() == 0.0
    empty.a = tf.Variable(0.0)
    assert empty.a.numpy() == 1.0


def test_training_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    x = tf.constant(np.random.default_rng(0).normal(size=(30, 3)).astype(np.float32))
    y = tf.reduce_sum(x, axis=1, keepdims=True)

    def setup() -> Any:
        tf.random.set_seed(1)
        model = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(4, "tanh"),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.Dense(1),
            ]
        )
        rate = tf.optimizers.schedules.ExponentialDecay(0.05, 5, 0.9)
        optimizer = tf.optimizers.Adam(rate)
        ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(30).repeat().batch(7)
        iterator = iter(ds)
        parts = {"model": model, "optimizer": optimizer, "iterator": iterator}
        return model, optimizer, iterator, tf.train.Checkpoint(**parts)

    def train(model: Any, optimizer: Any, iterator: Any, steps: int) -> list[float]:
        losses = []
        for _ in range(steps):
            images, labels = next(iterator)
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(images, training=True) - labels) ** 2)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            losses.append(float(loss))
        return losses

    *program, checkpoint = setup()
    train(*program, 6)
    path = checkpoint.save(tmp_path / "ckpt")
    expected = train(*program, 12)

    *program, checkpoint = setup()
    tf.random.set_seed(99)  # the order of the data comes from the file
    status = checkpoint.restore(path)
    assert train(*program, 12) == expected
    status.assert_consumed()


SECOND_PROCESS = """
import sys
import tapegrad as tf
ds = tf.data.Dataset.range(20).shuffle(20)
iterator = iter(ds)
tf.train.Checkpoint(iterator=iterator).read(sys.argv[1]).assert_consumed()
print(*[int(x) for x in iterator])
"""


def test_an_iterator_goes_on_in_another_process(tmp_path: Path) -> None:
    iterator = iter(tf.data.Dataset.range(20).shuffle(20))
    for _ in range(5):
        next(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(tmp_path / "x")
    done = subprocess.run(
        [sys.executable, "-c", SECOND_PROCESS, path], capture_output=True, text=True, check=True
    )
    assert [int(n) for n in done.stdout.split()] == [int(x) for x in iterator]


def test_an_iterator_over_less_data_is_refused(tmp_path: Path) -> None:
    iterator = iter(tf.data.Dataset.range(5))
    list(iterator)
    path = tf.train.Checkpoint(iterator=iterator).write(tmp_path / "x")
    with pytest.raises(tf.errors.OutOfRangeError, match="after 5 elements"):
        tf.train.Checkpoint(iterator=iter(tf.data.Dataset.range(3))).read(path)


def test_files_are_kept_every_few_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(v=tf.Variable(1)),
        tmp_path,
        max_to_keep=1,
        keep_checkpoint_every_n_hours=1.0,
    )
    for _ in range(7):
        now[0] += 1800.0
        manager.save()
    kept = sorted(path.stem for path in tmp_path.glob("*.safetensors"))
    # Saved after 0.5, 1.0 ... 3.5 hours: those an hour apart stay, and the latest.
    assert kept == ["ckpt-2", "ckpt-4", "ckpt-6", "ckpt-7"]
    assert [Path(path).name for path in manager.checkpoints] == ["ckpt-7"]


def test_a_file_that_vanished_does_not_stop_the_manager(tmp_path: Path) -> None:
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(v=tf.Variable(1)), tmp_path, max_to_keep=1
    )
    manager.save()
    (tmp_path / "ckpt-1.safetensors").unlink()
    assert manager.save() == str(tmp_path / "ckpt-2")


def test_objects_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tf.train.Checkpoint(x=tf.Variable(1.0)).write(tmp_path / "x")
    for other in (tf.Module(), iter(tf.data.Dataset.range(3)), [tf.Variable(1.0)]):
        with pytest.raises(ValueError, match=r"something else.*VARIABLE_VALUE"):
            tf.train.Checkpoint(x=other).read(path)


@pytest.mark.parametrize(
    "graph", ["[]", "3", "[[1]]", '[["", {"x": 7}, {}]]', '[["", {}, {"V": "none"}]]']
)
def test_files_whose_objects_make_no_sense_are_refused(tmp_path: Path, graph: str) -> None:
    safetensors.write(tmp_path / "x.safetensors", {}, {"graph": graph})
    with pytest.raises(tf.errors.DataLossError, match=r"x\.safetensors"):
        tf.train.Checkpoint(x=tf.Variable(1.0)).read(tmp_path / "x")
