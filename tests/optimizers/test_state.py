"""The optimizer's own variables, its learning rate, copies and configurations."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

ALL: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"momentum": 0.5, "nesterov": True}),
    ("Adam", {"amsgrad": True, "use_ema": True}),
    ("AdamW", {"weight_decay": 0.1}),
    ("Adamax", {"beta_1": 0.5}),
    ("Nadam", {"beta_2": 0.75}),
    ("RMSprop", {"momentum": 0.5, "centered": True}),
    ("Adagrad", {"initial_accumulator_value": 0.5}),
    ("Adadelta", {"rho": 0.5}),
    ("Ftrl", {"l1_regularization_strength": 0.01}),
    ("Lion", {"gradient_accumulation_steps": 2}),
]


def train(optimizer: Any, v: Any, steps: int) -> list[list[float]]:
    path = []
    for _ in range(steps):
        optimizer.apply_gradients([(2.0 * v, v)])
        path.append(v.numpy().tolist())
    return path


def test_variables_of_an_optimizer() -> None:
    v, w = tf.Variable([1.0, 2.0], name="w"), tf.Variable(1.0, name="a/b")
    optimizer = tf.optimizers.Adam(0.5, name="mine")
    assert [s.name for s in optimizer.variables] == ["mine/iteration:0", "mine/learning_rate:0"]
    assert not optimizer.built
    optimizer.apply_gradients([(tf.constant([1.0, 1.0]), v), (tf.constant(1.0), w)])
    assert optimizer.built
    assert [(s.name, s.shape.as_list()) for s in optimizer.variables[2:]] == [
        ("mine/w_0_momentum:0", [2]),
        ("mine/w_0_velocity:0", [2]),
        ("mine/a_b_0_momentum:0", []),
        ("mine/a_b_0_velocity:0", []),
    ]
    assert all(isinstance(s, tf.Variable) and not s.trainable for s in optimizer.variables)
    assert optimizer.iterations.dtype == tf.int64
    assert optimizer.learning_rate.dtype == tf.float32


def test_names_are_numbered() -> None:
    class MyOwn(tf.optimizers.SGD):
        pass

    assert [MyOwn().name for _ in range(3)] == ["my_own", "my_own_1", "my_own_2"]
    assert MyOwn(name="given").name == "given"


def test_what_was_read_from_the_state_never_changes() -> None:
    v = tf.Variable([1.0, 2.0])
    optimizer = tf.optimizers.SGD(1.0, momentum=0.5)
    optimizer.apply_gradients([([1.0, 1.0], v)])
    slot = optimizer.variables[-1]
    tensor, doubled, array = slot.value(), slot * 2.0, np.asarray(slot)
    optimizer.apply_gradients([([1.0, 1.0], v)])
    assert tensor.numpy().tolist() == [-1.0, -1.0]
    assert doubled.numpy().tolist() == [-2.0, -2.0]
    assert array.tolist() == [-1.0, -1.0]
    assert slot.numpy().tolist() == [-1.5, -1.5]


def test_the_state_can_be_assigned() -> None:
    v = tf.Variable([1.0])
    optimizer = tf.optimizers.SGD(1.0, momentum=0.5)
    optimizer.build([v])
    value = np.array([4.0], np.float32)
    optimizer.variables[-1].assign(value)
    value[0] = 100.0
    optimizer.apply_gradients([([0.0], v)])
    assert v.numpy().tolist() == [3.0]


def test_learning_rate() -> None:
    v = tf.Variable(1.0)
    optimizer = tf.optimizers.SGD(0.5)
    assert optimizer.learning_rate.numpy() == 0.5
    optimizer.learning_rate = 0.25
    optimizer.apply_gradients([(1.0, v)])
    assert v.numpy() == 0.75
    optimizer.learning_rate.assign(0.125)
    optimizer.apply_gradients([(1.0, v)])
    assert v.numpy() == 0.625
    optimizer.learning_rate = tf.constant(1.0)
    optimizer.apply_gradients([(1.0, v)])
    assert v.numpy() == -0.375


@pytest.mark.parametrize("rate", [1, np.float64(1.0), tf.constant(1.0), tf.Variable(1.0)])
def test_learning_rates_may_be_any_number(rate: object) -> None:
    v = tf.Variable(1.0)
    tf.optimizers.SGD(rate).apply_gradients([(1.0, v)])
    assert v.numpy() == 0.0


@pytest.mark.parametrize("rate", ["fast", None, [0.1, 0.2], float("nan"), 1j, "0.1"])
def test_learning_rates_that_are_none(rate: object) -> None:
    with pytest.raises(ValueError, match="Argument `learning_rate` should be float"):
        tf.optimizers.SGD(rate)


def test_learning_rate_by_a_function() -> None:
    rates = iter([0.5, 0.25])
    v = tf.Variable(1.0)
    optimizer = tf.optimizers.SGD(lambda: next(rates))
    optimizer.apply_gradients([(1.0, v)])
    optimizer.apply_gradients([(1.0, v)])
    assert v.numpy() == 0.25


def test_schedules_are_installed_and_stay() -> None:
    schedule = tf.optimizers.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])
    v = tf.Variable(1.0)
    optimizer = tf.optimizers.SGD(1.0)
    optimizer.learning_rate = schedule
    assert len(optimizer.variables) == 1
    optimizer.apply_gradients([(1.0, v)])
    optimizer.apply_gradients([(1.0, v)])
    assert v.numpy() == 0.25
    assert float(optimizer.learning_rate) == 0.25
    with pytest.raises(TypeError, match="its learning rate is not settable"):
        optimizer.learning_rate = 0.5


@pytest.mark.parametrize(("name", "options"), ALL)
def test_configurations_make_the_same_optimizer(name: str, options: dict[str, Any]) -> None:
    cls = getattr(tf.optimizers, name)
    first = cls(learning_rate=0.125, **options)
    config = first.get_config()
    assert {key: config[key] for key in options} == options
    second = cls.from_config(config)
    assert second.get_config() == config
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([1.0, -2.0])
    assert train(first, v, 4) == train(second, w, 4)


def test_configurations_hold_schedules_as_plain_values() -> None:
    first = tf.optimizers.Adam(tf.optimizers.schedules.CosineDecay(0.5, 10))
    config = first.get_config()
    assert config["learning_rate"]["class_name"] == "CosineDecay"
    assert config["learning_rate"]["config"]["decay_steps"] == 10
    second = tf.optimizers.Adam.from_config(config)
    assert second.get_config() == config


class Halving(tf.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start: float) -> None:
        self.start = start

    def __call__(self, step: Any) -> Any:
        return self.start * 0.5 ** tf.cast(step, tf.float32)

    def get_config(self) -> dict[str, Any]:
        return {"start": self.start}


def test_schedules_of_ones_own() -> None:
    v = tf.Variable(0.0)
    optimizer = tf.optimizers.SGD(Halving(1.0))
    for _ in range(3):
        optimizer.apply_gradients([(-1.0, v)])
    assert v.numpy() == 1.75
    config = optimizer.get_config()
    again = tf.optimizers.SGD.from_config(config, custom_objects={"Halving": Halving})
    assert float(again.learning_rate) == 1.0
    with pytest.raises(ValueError, match="Unknown learning rate schedule 'Halving'"):
        tf.optimizers.SGD.from_config(config)


@pytest.mark.parametrize(("name", "options"), ALL)
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_go_on_where_the_original_was(
    name: str, options: dict[str, Any], duplicate: Any
) -> None:
    v = tf.Variable([1.0, -2.0])
    optimizer = getattr(tf.optimizers, name)(0.125, **options)
    train(optimizer, v, 3)
    other, w = duplicate((optimizer, v))
    assert train(other, w, 3) == train(optimizer, v, 3)
    assert int(other._iterations) == 6


def test_state_is_saved_and_loaded() -> None:
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([0.0, 0.0])
    first, second = tf.optimizers.Adam(0.5), tf.optimizers.Adam(0.25)
    train(first, v, 3)
    store: dict[str, Any] = {}
    first.save_own_variables(store)
    assert sorted(store) == ["0", "1", "2", "3"]
    with pytest.raises(ValueError, match="has not yet been built"):
        second.load_own_variables(store)
    second.build([w])
    w.assign(v)
    second.load_own_variables(store)
    assert train(second, w, 3) == train(first, v, 3)
    with pytest.raises(ValueError, match="has 4 variables, but 1 weights"):
        second.set_weights([1])


def test_names_and_descriptions() -> None:
    optimizer = tf.optimizers.SGD(0.5)
    assert tf.optimizers.get(optimizer) is optimizer
    assert tf.optimizers.get(None) is None
    assert type(tf.optimizers.get("AdamW")) is tf.optimizers.AdamW
    saved = tf.optimizers.serialize(tf.optimizers.RMSprop(0.5, rho=0.25))
    assert tf.optimizers.get(saved).rho == 0.25
    with pytest.raises(ValueError, match="Could not interpret optimizer identifier: nonsense"):
        tf.optimizers.get("nonsense")
    with pytest.raises(ValueError, match="Could not interpret optimizer identifier: 3"):
        tf.optimizers.get(3)


def test_the_same_classes_under_keras() -> None:
    for name in tf.optimizers.__all__:
        if name != "schedules":
            assert getattr(tf.keras.optimizers, name) is getattr(tf.optimizers, name)
    assert tf.keras.optimizers.schedules.CosineDecay is tf.optimizers.schedules.CosineDecay
    assert tf.keras.optimizers.legacy.SGD is tf.optimizers.SGD


class Momentum(tf.optimizers.Optimizer):
    """An optimizer as Keras's users write them."""

    def build(self, variables: Any) -> None:
        if self.built:
            return
        super().build(variables)
        self.momenta = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        m = self.momenta[self._get_variable_index(variable)]
        self.assign(m, m * 0.5 - gradient * tf.cast(learning_rate, variable.dtype))
        self.assign_add(variable, m)


def test_optimizers_of_ones_own() -> None:
    v, w = tf.Variable([1.0, -2.0]), tf.Variable([1.0, -2.0])
    mine = Momentum(0.125)
    assert train(mine, v, 4) == train(tf.optimizers.SGD(0.125, momentum=0.5), w, 4)
    with pytest.raises(ValueError, match=r"Unknown variables: \['late:0'\].*takes variables only"):
        mine.apply_gradients([(1.0, tf.Variable(1.0, name="late"))])


def test_the_base_class_has_no_update() -> None:
    with pytest.raises(NotImplementedError, match="Optimizer must define `update_step`"):
        tf.optimizers.Optimizer(0.1).apply_gradients([(1.0, tf.Variable(1.0))])
