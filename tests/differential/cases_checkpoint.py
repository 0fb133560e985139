"""Checkpoints: what is saved under which name, what is restored, and what about the rest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.differential.harness import case, raised


def in_directory(run: Callable[[Any, str], Any]) -> Callable[[Any], Any]:
    """A snippet that gets a fresh directory as well."""

    def snippet(tf: Any) -> Any:
        with tempfile.TemporaryDirectory() as directory:
            return run(tf, directory + "/")

    snippet.__name__, snippet.__module__ = run.__name__, run.__module__
    return snippet


def net_class(tf: Any) -> Any:
    class Net(tf.Module):
        def __init__(self, scale: float = 1.0) -> None:
            super().__init__()
            self.w = tf.Variable([1.0 * scale, 2.0 * scale])
            self.rest = [tf.Variable(3.0 * scale), {"a": tf.Variable(int(4 * scale))}]
            self.number = 5

    return Net


def names(tf: Any, path: str) -> Any:
    """Names and shapes in a file, without what TensorFlow alone writes."""
    return [
        (name, list(shape))
        for name, shape in tf.train.list_variables(path)
        if "OBJECT_GRAPH" not in name
    ]


def kind(call: Callable[[], Any]) -> str:
    """Whether a call on a status is content."""
    try:
        call()
    except AssertionError:
        return "AssertionError"
    return "content"


def checks(status: Any) -> list[str]:
    return [
        kind(status.assert_consumed),
        kind(status.assert_existing_objects_matched),
        kind(status.assert_nontrivial_match),
        kind(status.expect_partial),
    ]


@case("tf.train.Checkpoint")
@in_directory
def saved_and_restored(tf: Any, directory: str) -> Any:
    net, step = net_class(tf)(), tf.Variable(7)
    checkpoint = tf.train.Checkpoint(step=step, net=net)
    path = checkpoint.save(directory + "ckpt")
    for v in net.variables:
        v.assign(tf.zeros_like(v))
    step.assign(0)
    status = checkpoint.restore(path)
    return [
        path[len(directory) :],
        net.variables,
        step,
        checkpoint.save_counter.numpy(),
        checks(status),
        names(tf, path),
        tf.train.latest_checkpoint(directory)[len(directory) :],
    ]


@case("tf.train.Checkpoint")
@in_directory
def numbers_of_files(tf: Any, directory: str) -> Any:
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1.0))
    paths = [checkpoint.save(directory + "deep/er/x")[len(directory) :] for _ in range(3)]
    again = tf.train.Checkpoint(v=tf.Variable(1.0))
    again.restore(directory + paths[1])
    paths.append(again.save(directory + "deep/er/x")[len(directory) :])
    return paths, again.save_counter.numpy(), checkpoint.save_counter.dtype.name


@case("tf.train.Checkpoint")
@in_directory
def written_and_read(tf: Any, directory: str) -> Any:
    v = tf.Variable([1.0, 2.0])
    path = tf.train.Checkpoint(v=v).write(directory + "plain")
    v.assign([0.0, 0.0])
    status = tf.train.Checkpoint(v=v).read(path)
    return (
        path[len(directory) :],
        v,
        checks(status),
        names(tf, path),
        tf.train.latest_checkpoint(directory),
    )


@case("tf.train.Checkpoint")
@in_directory
def root_of_a_checkpoint(tf: Any, directory: str) -> Any:
    net = net_class(tf)()
    one, two = tf.Variable(9), tf.Variable(0)  # TensorFlow holds them weakly beside a root
    path = tf.train.Checkpoint(net, extra=one).write(directory + "root")
    other = net_class(tf)(2.0)
    status = tf.train.Checkpoint(other, extra=two).read(path)
    return names(tf, path), other.w, other.rest[0], two, checks(status)


@case("tf.train.Checkpoint")
@in_directory
def parts_of_a_program(tf: Any, directory: str) -> Any:
    net = net_class(tf)()
    path = tf.train.Checkpoint(step=tf.Variable(1), net=net).save(directory + "x")
    less, more = net_class(tf)(0.0), net_class(tf)(0.0)
    more.extra = tf.Variable(8.0)
    first = tf.train.Checkpoint(net=less).restore(path)
    second = tf.train.Checkpoint(step=tf.Variable(0), net=more).restore(path)
    nothing = tf.train.Checkpoint(other=tf.Variable(0)).read(path)
    return less.variables, checks(first), more.variables, checks(second), checks(nothing)


@case("tf.train.Checkpoint")
@in_directory
def parts_that_are_made_later(tf: Any, directory: str) -> Any:
    net = net_class(tf)()
    path = tf.train.Checkpoint(net=net).write(directory + "x")
    empty = tf.Module()
    checkpoint = tf.train.Checkpoint(net=empty)
    status = checkpoint.read(path)
    before = checks(status)
    empty.w = tf.Variable([0.0, 0.0])
    middle = checks(status)
    empty.rest = [tf.Variable(0.0), {"a": tf.Variable(0)}]
    return before, empty.w, middle, empty.rest[0], empty.rest[1]["a"], checks(status)


@case("tf.train.Checkpoint")
@in_directory
def objects_that_come_later(tf: Any, directory: str) -> Any:
    net = net_class(tf)()
    path = tf.train.Checkpoint(net=net).write(directory + "x")
    checkpoint = tf.train.Checkpoint()
    status = checkpoint.read(path)
    late = net_class(tf)(0.0)
    checkpoint.net = late
    return late.variables, checks(status)


@case("tf.train.Checkpoint")
@in_directory
def layers_before_their_first_call(tf: Any, directory: str) -> Any:
    layer = tf.keras.layers.Dense(2)
    y = layer(tf.ones([1, 3]))
    path = tf.train.Checkpoint(layer=layer).write(directory + "x")
    fresh = tf.keras.layers.Dense(2)
    status = tf.train.Checkpoint(layer=fresh).read(path)
    before = kind(status.assert_consumed)
    same = bool(tf.reduce_all(fresh(tf.ones([1, 3])) == y))
    return before, same, checks(status), names(tf, path)


@case("tf.train.Checkpoint")
@in_directory
def optimizers_before_their_first_step(tf: Any, directory: str) -> Any:
    def setup() -> Any:
        v = tf.Variable([1.0, 2.0])
        optimizer = tf.keras.optimizers.Adam(0.1)
        return v, optimizer, tf.train.Checkpoint(v=v, optimizer=optimizer)

    def step(v: Any, optimizer: Any) -> None:
        optimizer.apply_gradients([(2.0 * v, v)])

    v, optimizer, checkpoint = setup()
    for _ in range(3):
        step(v, optimizer)
    path = checkpoint.write(directory + "x")
    step(v, optimizer)
    w, fresh, other = setup()
    status = other.read(path)
    middle = [w.numpy(), int(fresh.iterations)]
    step(w, fresh)
    return v, middle, w, int(fresh.iterations), checks(status), names(tf, path)


@case("tf.train.Checkpoint")
@in_directory
def one_object_under_two_names(tf: Any, directory: str) -> Any:
    shared = tf.Variable(1.0)
    path = tf.train.Checkpoint(a=shared, b={"c": shared}).write(directory + "x")
    v = tf.Variable(0.0)
    status = tf.train.Checkpoint(b={"c": v}).read(path)
    return names(tf, path), v, kind(status.assert_existing_objects_matched)


@case("tf.train.Checkpoint")
@in_directory
def dtypes_and_shapes(tf: Any, directory: str) -> Any:
    values = [
        np.float64(1.5),
        np.zeros((0, 3), np.float32),
        np.array([True, False]),
        np.arange(6, dtype=np.int8).reshape(2, 3),
        np.array([1 + 2j, 3 - 4j]),
        np.array(1 - 1j, np.complex64),
        np.array([1.0, np.inf, np.nan], np.float16),
        np.array([2**63], np.uint64),
    ]
    old = [tf.Variable(value) for value in values]
    path = tf.train.Checkpoint(all=old).write(directory + "x")
    new = [tf.Variable(tf.zeros_like(v)) for v in old]
    tf.train.Checkpoint(all=new).read(path).assert_consumed()
    return new


@case("tf.train.Checkpoint")
@in_directory
def names_with_slashes_and_points(tf: Any, directory: str) -> Any:
    path = tf.train.Checkpoint(d={"a/b.c": tf.Variable(1.0), "x": tf.Variable(2.0)}).write(
        directory + "x"
    )
    v = tf.Variable(0.0)
    tf.train.Checkpoint(d={"a/b.c": v}).read(path).expect_partial()
    return names(tf, path), v


@case("tf.train.Checkpoint")
@in_directory
def refused_restorations(tf: Any, directory: str) -> Any:
    path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).save(directory + "x")
    Path(directory + "junk").write_bytes(b"abc")
    Path(directory + "junk.safetensors").write_bytes(b"abc")

    def restore(v: Any, where: str = path) -> Any:
        return raised(lambda: tf.train.Checkpoint(v=v).restore(where))

    return [
        restore(tf.Variable([1.0, 2.0, 3.0])),
        restore(tf.Variable([1, 2])),
        restore(tf.Variable(1.0), directory + "none"),
        restore(tf.Variable(1.0), directory + "junk"),
        restore(tf.Variable(1.0), directory),
    ]


@case("tf.train.Checkpoint")
@in_directory
def no_path(tf: Any, directory: str) -> Any:
    v = tf.Variable(1.0)
    status = tf.train.Checkpoint(v=v).restore(tf.train.latest_checkpoint(directory))
    return v, checks(status)


@case("tf.train.Checkpoint")
def refused_parts(tf: Any) -> Any:
    return [
        raised(lambda: tf.train.Checkpoint(3)),
        raised(lambda: tf.train.Checkpoint(a=3)),
        raised(lambda: tf.train.Checkpoint(a="text")),
        raised(lambda: tf.train.Checkpoint(a=tf.constant(1.0))),
    ]


@case("tf.train.Checkpoint")
@in_directory
def iterators_go_on(tf: Any, directory: str) -> Any:
    iterator = iter(tf.data.Dataset.range(10).map(lambda x: x * x))
    checkpoint = tf.train.Checkpoint(iterator=iterator)
    first = [int(next(iterator)) for _ in range(3)]
    path = checkpoint.write(directory + "x")
    ahead = [int(next(iterator)) for _ in range(4)]
    checkpoint.read(path)
    return first, ahead, [int(next(iterator)) for _ in range(3)], len(list(iterator))


@case("tf.train.Checkpoint")
@in_directory
def generators_go_on(tf: Any, directory: str) -> Any:
    rng = tf.random.Generator.from_seed(3)
    checkpoint = tf.train.Checkpoint(rng=rng)
    rng.normal([2])
    path = checkpoint.write(directory + "x")
    expected = rng.normal([3])
    rng.normal([5])
    checkpoint.read(path)
    return bool(tf.reduce_all(rng.normal([3]) == expected))


@case("tf.train.CheckpointManager")
@in_directory
def manager_keeps_the_latest(tf: Any, directory: str) -> Any:
    v = tf.Variable(0)
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(v=v), directory + "m", max_to_keep=2)
    found: list[Any] = [manager.latest_checkpoint, manager.checkpoints]
    for i in range(4):
        v.assign(i)
        found.append(manager.save()[len(directory) :])

    def here(paths: Any) -> Any:
        return [path[len(directory) :] for path in paths]

    again = tf.train.CheckpointManager(tf.train.Checkpoint(v=v), directory + "m", max_to_keep=3)
    stems = {path.name.partition(".")[0] for path in Path(directory + "m").iterdir()}
    v.assign(99)
    restored = again.restore_or_initialize()
    return [
        found,
        here(manager.checkpoints),
        here([manager.latest_checkpoint]),
        here(again.checkpoints),
        sorted(stems),
        here([restored]),
        v,
        here([again.save()]),
        here(again.checkpoints),
        here([manager.save(checkpoint_number=50), manager.directory]),
    ]


@case("tf.train.CheckpointManager")
@in_directory
def manager_with_an_interval(tf: Any, directory: str) -> Any:
    step = tf.Variable(0)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(step=step),
        directory,
        max_to_keep=None,
        step_counter=step,
        checkpoint_interval=3,
        init_fn=lambda: step.assign(100),
    )
    found = [manager.restore_or_initialize(), step.numpy()]
    for _ in range(8):
        path = manager.save()
        found.append(None if path is None else path[len(directory) :])
        step.assign_add(1)
    forced = manager.save(check_interval=False)
    return found, forced is None, len(manager.checkpoints), manager.checkpoint_interval


@case("tf.train.CheckpointManager")
@in_directory
def refused_managers(tf: Any, directory: str) -> Any:
    checkpoint = tf.train.Checkpoint(v=tf.Variable(1))
    make = tf.train.CheckpointManager
    return [
        raised(lambda: make(checkpoint, directory, max_to_keep=0)),
        raised(lambda: make(checkpoint, directory, max_to_keep=1, checkpoint_interval=2)),
        tf.train.get_checkpoint_state(directory),
        tf.train.latest_checkpoint(directory + "none"),
    ]


@case("tf.train.load_variable")
@in_directory
def single_values(tf: Any, directory: str) -> Any:
    checkpoint = tf.train.Checkpoint(v=tf.Variable([[1.0, 2.0]]))
    path = checkpoint.save(directory + "x")
    name = "v/.ATTRIBUTES/VARIABLE_VALUE"
    reader = tf.train.load_checkpoint(directory)
    return [
        tf.train.load_variable(path, name),
        tf.train.load_variable(directory, name),
        raised(lambda: tf.train.load_variable(path, "nothing")),
        reader.has_tensor(name),
        reader.has_tensor("nothing"),
        reader.get_tensor(name),
        list(reader.get_variable_to_shape_map()[name]),
        reader.get_variable_to_dtype_map()[name],
        raised(lambda: tf.train.load_checkpoint(directory + "none")),
        tf.train.get_checkpoint_state(directory).model_checkpoint_path[len(directory) :],
    ]
