"""Modules: names, and collecting variables and submodules."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.differential.harness import case, raised


def names(variables: Any) -> list[str]:
    return [v.name for v in variables]


@case(231)
def names_of_modules(tf: Any) -> Any:
    class MyDenseLayer(tf.Module):
        pass

    class HTTPServer2(tf.Module):
        pass

    return [
        tf.Module().name,
        MyDenseLayer().name,
        HTTPServer2().name,
        tf.Module(name="encoder").name,
        tf.Module("by_position").name,
    ]


@case(231)
def refused_names_of_modules(tf: Any) -> Any:
    bad = ["a b", "1st", "a/b", "a-b"]
    return [raised(partial(tf.Module, name)) for name in bad]


@case(231)
def variables_in_order_of_attribute_names(tf: Any) -> Any:
    module = tf.Module()
    module.z = tf.Variable(1.0, name="z")
    module.a = tf.Variable(2.0, name="a")
    module.m = tf.Variable(3, name="m", trainable=False)
    return [
        names(module.variables),
        names(module.trainable_variables),
        names(module.non_trainable_variables),
        type(module.variables).__name__,
        type(module.trainable_variables).__name__,
        type(module.submodules).__name__,
    ]


@case(231)
def variables_of_containers(tf: Any) -> Any:
    module = tf.Module()
    module.list = [tf.Variable(1.0, name="l0"), [tf.Variable(2.0, name="l1")]]
    module.dict = {"b": tf.Variable(3.0, name="db"), "a": (tf.Variable(4.0, name="da"), 5)}
    module.tuple = (tf.Variable(6.0, name="t"), None, "text")
    module.number = 7
    return names(module.variables)


@case(231)
def variables_of_submodules(tf: Any) -> Any:
    class Layer(tf.Module):
        def __init__(self, tag: str) -> None:
            super().__init__(name=tag)
            self.w = tf.Variable(1.0, name=f"{tag}_w")
            self.b = tf.Variable(1.0, name=f"{tag}_b")

    class Net(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [Layer("one"), Layer("two")]
            self.extra = {"head": Layer("head")}
            self.scale = tf.Variable(1.0, name="scale")

    net = Net()
    return [
        names(net.variables),
        [module.name for module in net.submodules],
        names(net.layers[0].variables),
        net.layers[0].submodules,
    ]


@case(231)
def nested_submodules_are_flat(tf: Any) -> Any:
    a, b, c = tf.Module("a"), tf.Module("b"), tf.Module("c")
    a.child, b.child = b, c
    return [[m.name for m in module.submodules] for module in (a, b, c)]


@case(231)
def shared_variables_count_once(tf: Any) -> Any:
    module, child = tf.Module(), tf.Module()
    v = tf.Variable(1.0, name="v")
    module.a, module.b, module.c, child.v = v, [v], child, v
    child.parent = module
    return names(module.variables), len(module.submodules)


@case(231)
def attributes_set_later_are_found(tf: Any) -> Any:
    module = tf.Module()
    before = len(module.variables)
    module.w = tf.Variable(1.0, name="w")
    found = names(module.variables)
    del module.w
    return before, found, names(module.variables)


@case(231)
def name_scope_of_methods(tf: Any) -> Any:
    class Mm(tf.Module):
        @tf.Module.with_name_scope
        def __call__(self, x: Any) -> Any:
            if not hasattr(self, "w"):
                self.w = tf.Variable(tf.ones([2, 2]), name="w")
            return x @ self.w

    module = Mm()
    return module(tf.ones([1, 2])), module.w.name, module.name_scope.name


@case(231)
def gradient_of_a_module(tf: Any) -> Any:
    class Line(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.slope = tf.Variable(2.0)
            self.offset = tf.Variable(1.0)

        def __call__(self, x: Any) -> Any:
            return self.slope * x + self.offset

    line = Line()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((line(tf.constant([1.0, 2.0, 3.0])) - 4.0) ** 2)
    return loss, tape.gradient(loss, line.trainable_variables)


@case(231)
def modules_without_their_own_init(tf: Any) -> Any:
    class Bare(tf.Module):
        def __init__(self) -> None:
            self.w = tf.Variable(1.0, name="w")

    return names(Bare().variables)
