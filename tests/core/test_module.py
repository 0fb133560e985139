"""Module: names, variables, submodules."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import tapegrad as tf


def names(variables: Any) -> list[str]:
    return [v.name for v in variables]


class HTTPServer2(tf.Module):
    pass


class Layer(tf.Module):
    def __init__(self, tag: str) -> None:
        super().__init__(name=tag)
        self.w = tf.Variable(2.0, name=f"{tag}_w")
        self.b = tf.Variable(1.0, name=f"{tag}_b")

    def __call__(self, x: Any) -> Any:
        return self.w * x + self.b


def test_names() -> None:
    assert tf.Module().name == "module"
    assert HTTPServer2().name == "http_server2"
    assert tf.Module(name="encoder").name == "encoder"
    for bad in ("a b", "1st", "a/b", ""):
        with pytest.raises(ValueError, match=r"is not a valid module name.*identifier"):
            tf.Module(name=bad)


def test_variables_come_in_order_of_attribute_names() -> None:
    module = tf.Module()
    module.z = tf.Variable(1.0, name="z")
    module.a = [tf.Variable(2.0, name="a0"), {"k": tf.Variable(3.0, name="ak")}, "text", None]
    module.m = tf.Variable(4, name="m", trainable=False)
    assert names(module.variables) == ["a0:0", "ak:0", "m:0", "z:0"]
    assert names(module.trainable_variables) == ["a0:0", "ak:0", "z:0"]
    assert names(module.non_trainable_variables) == ["m:0"]
    assert isinstance(module.variables, tuple)


def test_variables_of_submodules_come_after_ones_own() -> None:
    net = tf.Module()
    net.layers = [Layer("one"), Layer("two")]
    net.scale = tf.Variable(1.0, name="scale")
    assert names(net.variables) == ["scale:0", "one_b:0", "one_w:0", "two_b:0", "two_w:0"]
    assert [m.name for m in net.submodules] == ["one", "two"]
    net.layers.append(Layer("three"))
    assert len(net.variables) == 7


def test_circles_and_shared_parts_count_once() -> None:
    parent, child = tf.Module("parent"), tf.Module("child")
    v = tf.Variable(1.0, name="v")
    parent.child, child.parent, child.v, parent.v = child, parent, v, [v]
    assert names(parent.variables) == ["v:0"]
    assert parent.submodules == (child,)


def test_name_scopes_of_methods() -> None:
    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Inner()

        @tf.Module.with_name_scope
        def build(self) -> tuple[str, str]:
            """Make a variable, and another one inside."""
            return tf.Variable(1.0, name="w").name, self.inner.build()

    class Inner(tf.Module):
        @tf.Module.with_name_scope
        def build(self) -> str:
            return str(tf.Variable(1.0, name="w").name)

    assert Net().build() == ("net/w:0", "inner/w:0")
    with tf.name_scope("outer"):
        net = Net()
    assert net.build() == ("outer/net/w:0", "outer/inner/w:0")
    assert Net.build.__doc__ == "Make a variable, and another one inside."
    assert tf.Variable(1.0, name="w").name == "w:0"


def test_training_a_module() -> None:
    layer = Layer("line")
    optimizer = tf.optimizers.SGD(0.25)
    for _ in range(100):
        with tf.GradientTape() as tape:
            loss = (layer(1.0) - 5.0) ** 2 + (layer(-1.0) + 1.0) ** 2
        gradients = tape.gradient(loss, layer.trainable_variables)
        optimizer.apply_gradients(zip(gradients, layer.trainable_variables, strict=True))
    assert layer.w.numpy() == pytest.approx(3.0, abs=1e-5)
    assert layer.b.numpy() == pytest.approx(2.0, abs=1e-5)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_independent(duplicate: Any) -> None:
    layer = Layer("original")
    other = duplicate(layer)
    other.w.assign(7.0)
    assert layer.w.numpy() == 2.0
    assert (other.name, names(other.variables)) == ("original", ["original_b:0", "original_w:0"])


def test_a_module_without_its_parents_init() -> None:
    class Bare(tf.Module):
        def __init__(self) -> None:
            self.w = tf.Variable(1.0, name="w")

    assert (Bare().name, names(Bare().variables)) == ("bare", ["w:0"])
