"""Structures of sources, targets and results."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from typing import Any

import pytest

import tapegrad as tf


@dataclass
class Parameters:
    slope: Any
    offsets: list[Any]


@dataclass(frozen=True)
class Frozen:
    inside: Any


Pair = namedtuple("Pair", "first second")


def test_gradients_come_back_in_a_dataclass() -> None:
    p = Parameters(tf.Variable(2.0), [tf.Variable(1.0), tf.Variable(3.0)])
    with tf.GradientTape() as tape:
        y = p.slope * p.offsets[0] + p.offsets[1]
    g = tape.gradient(y, p)
    assert type(g) is Parameters
    assert g.slope.numpy() == 1.0
    assert [o.numpy() for o in g.offsets] == [2.0, 1.0]


def test_every_kind_of_structure_keeps_its_type() -> None:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    sources = {
        "z": [x, (x, Frozen(x))],
        "a": Pair(x, {}),
        "o": OrderedDict([("q", x), ("b", [])]),
        "d": defaultdict(list, {"k": x}),
    }
    g = tape.gradient(y, sources)
    assert list(g) == ["z", "a", "o", "d"]
    assert type(g["z"][1]) is tuple
    assert type(g["z"][1][1]) is Frozen
    assert type(g["a"]) is Pair
    assert list(g["o"]) == ["q", "b"]
    assert g["d"].default_factory is list
    assert all(v.numpy() == 6.0 for v in tf.nest.flatten(g))


def test_a_dataclass_flattens_in_the_order_of_its_fields() -> None:
    assert tf.nest.flatten(Parameters(1, [2, 3])) == [1, 2, 3]
    assert tf.nest.map_structure(lambda a: -a, Parameters(1, [2])) == Parameters(-1, [-2])
    with pytest.raises(ValueError, match="same nested structure"):
        tf.nest.assert_same_structure(Parameters(1, [2]), Parameters(1, [2, 3]))


@pytest.mark.parametrize(
    "bad", [{1, 2}, (i for i in "ab"), 1.5, "x"], ids=["set", "generator", "float", "str"]
)
def test_what_is_no_structure_of_tensors_is_refused(bad: Any) -> None:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(TypeError, match="sources"):
        tape.gradient(y, bad)
    with pytest.raises(TypeError, match="target"):
        tape.gradient(bad, x)
    assert tape.gradient(y, x).numpy() == 6.0, "a refused call leaves the tape as it was"
