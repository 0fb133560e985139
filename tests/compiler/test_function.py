"""tf.function as a pass-through: forms, conversions, methods, signatures, concrete functions."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import tapegrad as tf

Spec = tf.TensorSpec


def test_forms_of_the_decorator() -> None:
    @tf.function
    def bare(x: Any) -> Any:
        """Add one."""
        return x + 1.0

    @tf.function()
    def called(x: Any) -> Any:
        return x + 2.0

    @tf.function(jit_compile=True, reduce_retracing=True, autograph=False)
    def with_options(x: Any) -> Any:
        return x + 3.0

    x = tf.constant(0.0)
    inline = tf.function(lambda x: x + 4.0)
    named = tf.function(func=abs)
    results = [f(x).numpy() for f in (bare, called, with_options, inline)]
    assert results == [1.0, 2.0, 3.0, 4.0]
    assert named(tf.constant(-5.0)).numpy() == 5.0
    assert (bare.__name__, bare.name, bare.__doc__) == ("bare", "bare", "Add one.")
    assert bare.python_function(1) == 2.0
    assert repr(bare) == "<tf.function bare>"
    assert tf.function(bare).python_function is bare.python_function


def test_what_is_not_a_function() -> None:
    with pytest.raises(TypeError, match="3 is not a callable object"):
        tf.function(3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'nonsense'"):
        tf.function(lambda x: x, nonsense=1)


def test_arguments_come_in_as_tensors() -> None:
    seen: list[Any] = []

    @tf.function
    def f(*args: Any, **kwargs: Any) -> None:
        seen.extend([*args, kwargs])

    v = tf.Variable(1.0)
    f(np.array([1.0]), np.float32(2.0), 3, "text", None, v, [np.array(4), 5], key=np.array(6))
    array, scalar, number, text, none, variable, nested, kwargs = seen
    assert array.dtype == tf.float64
    assert scalar.dtype == tf.float32
    assert (number, text, none) == (3, "text", None)
    assert variable is v
    assert isinstance(nested[0], tf.Tensor)
    assert nested[1] == 5
    assert isinstance(kwargs["key"], tf.Tensor)


def test_results_go_out_as_tensors() -> None:
    v = tf.Variable(1.0)

    def f() -> Any:
        return {"a": [1, 2.5, None], "b": (np.array([3.0]), v, "text")}

    result = tf.function(f)()
    assert [r if r is None else r.dtype for r in result["a"]] == [tf.int32, tf.float32, None]
    array, variable, text = result["b"]
    assert array.dtype == tf.float64
    assert isinstance(variable, tf.Tensor)
    assert text.numpy() == b"text"
    assert tf.function(lambda: None)() is None
    with pytest.raises(TypeError, match=r"must return zero or more Tensors.*type type"):
        tf.function(lambda: object)()


def test_slices_and_arrays_go_out_as_they_are() -> None:
    slices = tf.IndexedSlices([1.0], [0], [2])
    array = tf.TensorArray(tf.float32, size=1)
    result = tf.function(lambda: (slices, array))()
    assert result[0] is slices
    assert result[1] is array


def test_tapes_see_through_functions() -> None:
    w = tf.Variable(3.0)
    f = tf.function(lambda x: w * x**3)
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        g = inner.gradient(y, x)
    assert g.numpy() == 36.0
    assert outer.gradient(g, x).numpy() == 36.0
    assert outer.gradient(y, w).numpy() == 8.0


def test_python_runs_at_every_call() -> None:
    calls = []

    @tf.function
    def f(x: Any) -> Any:
        calls.append(1)
        return tf.Variable(x) + 1.0

    assert [f(1.0).numpy() for _ in range(3)] == [2.0] * 3
    assert len(calls) == f.experimental_get_tracing_count() == 3


def test_exceptions_pass_through() -> None:
    @tf.function
    def f(x: Any) -> Any:
        raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        f(1.0)


class Scale(tf.Module):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = tf.Variable(factor)

    @tf.function
    def __call__(self, x: Any) -> Any:
        return self.factor * x

    @tf.function(input_signature=[Spec([], tf.float32)])
    def checked(self, x: Any) -> Any:
        return self.factor + x


def test_methods() -> None:
    two, ten = Scale(2.0), Scale(10.0)
    assert two(3.0).numpy() == 6.0
    assert ten(3.0).numpy() == 30.0
    assert two.checked(1).numpy() == 3.0
    assert Scale.checked(ten, 1.0).numpy() == 11.0
    with pytest.raises(TypeError, match="Can not cast"):
        two.checked(tf.constant([1.0]))
    assert two.checked == two.checked
    assert two.checked != ten.checked
    assert two.checked.__self__ is two
    assert two.checked.name == "checked"
    assert two.checked.input_signature == (Spec([], tf.float32),)
    assert isinstance(Scale.checked, type(tf.function(abs)))
    concrete = two.checked.get_concrete_function()
    assert concrete(tf.constant(5.0)).numpy() == 7.0
    assert two.__call__.get_concrete_function(Spec([2]))([1.0, 2.0]).numpy().tolist() == [2.0, 4.0]


def test_copies_of_modules_have_their_own_methods() -> None:
    two = Scale(2.0)
    other = copy.deepcopy(two)
    other.factor.assign(5.0)
    assert two(1.0).numpy() == 2.0
    assert other(1.0).numpy() == 5.0


def test_input_signatures_convert_and_check() -> None:
    @tf.function(input_signature=[Spec([None], tf.float32), Spec([], tf.float32)])
    def f(x: Any, y: Any) -> Any:
        return tf.reduce_sum(x) * y

    assert f([1.0, 2.0], 2).numpy() == 6.0
    assert f(np.array([1.0, 2.0]), tf.constant(2.0)).numpy() == 6.0
    assert f(y=2.0, x=tf.Variable([1.0, 2.0, 3.0])).numpy() == 12.0


def test_gradients_pass_the_conversion_of_an_input_signature() -> None:
    f = tf.function(lambda x: x * x, input_signature=[Spec([], tf.float32)])
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = f(v)
    assert tape.gradient(y, v).numpy() == 6.0


@pytest.mark.parametrize(
    ("args", "match"),
    [
        ((tf.constant([[1.0]]),), r"Can not cast TensorSpec\(shape=\(1, 1\).*to TensorSpec"),
        ((tf.constant([1]),), r"dtype=tf\.int32.*to TensorSpec.*dtype=tf\.float32"),
        (("a",), "Cannot convert 'a'"),
        ((1.0,), r"shape=\(\)"),
        ((), "missing a required argument: 'x'"),
        (([1.0], [1.0]), "too many positional arguments"),
    ],
)
def test_arguments_that_do_not_fit(args: Any, match: str) -> None:
    f = tf.function(lambda x: x, input_signature=[Spec([None], tf.float32)])
    with pytest.raises(TypeError, match=f"Binding inputs to tf.function failed.*{match}"):
        f(*args)


def test_keywords_that_do_not_fit() -> None:
    f = tf.function(lambda x: x, input_signature=[Spec([], tf.float32)])
    with pytest.raises(TypeError, match="unexpected keyword argument 'q'"):
        f(q=1.0)
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        f(1.0, x=1.0)


def test_input_signatures_of_structures_and_rest() -> None:
    f = tf.function(
        lambda p: p["a"] * p["b"][0], input_signature=[{"a": Spec([]), "b": [Spec([])]}]
    )
    assert f({"a": 2.0, "b": [3.0]}).numpy() == 6.0
    with pytest.raises(TypeError, match="Binding inputs"):
        f({"a": 2.0, "c": [3.0]})
    total = tf.function(lambda *xs: sum(xs), input_signature=[Spec([]), Spec([])])
    assert total(1.0, 2.0).numpy() == 3.0
    with pytest.raises(TypeError, match="Binding inputs"):
        total(1.0)


def test_arguments_without_a_spec_keep_their_default() -> None:
    f = tf.function(lambda x, n=3, *, flag=True: x * n, input_signature=[Spec([])])
    assert f(2.0).numpy() == 6.0
    assert f(2.0, 3, flag=True).numpy() == 6.0
    with pytest.raises(TypeError, match=r"Can not cast 4 to Literal\[3\]"):
        f(2.0, 4)


@pytest.mark.parametrize(
    ("function", "signature", "match"),
    [
        (lambda x: x, 3, "must be either a tuple or a list"),
        (lambda x: x, [3], r"nested sequence of TensorSpec objects, got invalid args \[3\]"),
        (lambda x, y: x, [Spec([])], "missing type constraint for y"),
        (lambda x: x, [Spec([]), Spec([])], "contains 1 extra type constraints"),
    ],
)
def test_signatures_that_are_none(function: Any, signature: Any, match: str) -> None:
    with pytest.raises(TypeError, match=match):
        tf.function(function, input_signature=signature)


def test_concrete_functions_from_specs_and_values() -> None:
    @tf.function
    def f(x: Any, y: Any = 2, *, z: Any = 3) -> Any:
        return x * y + z

    by_spec = f.get_concrete_function(Spec([2], tf.float32), 5)
    assert by_spec.structured_input_signature == ((Spec([2], name="x"), 5), {"z": 3})
    assert by_spec.inputs == [Spec([2], name="x")]
    assert by_spec(tf.constant([1.0, 2.0])).numpy().tolist() == [8.0, 13.0]
    assert by_spec(x=[1.0, 2.0]).numpy().tolist() == [8.0, 13.0]
    assert by_spec([1.0, 2.0], 5, z=3).numpy().tolist() == [8.0, 13.0]
    assert by_spec.name == "f"
    assert "TensorSpec(shape=(2,)" in repr(by_spec)
    by_value = f.get_concrete_function(tf.constant(1), z=tf.constant(5))
    assert by_value(tf.constant(3), z=tf.constant(1)).numpy() == 7
    assert by_value(tf.constant(3), tf.constant(1)).numpy() == 7  # one after the other
    fixed = f.get_concrete_function(1)
    assert fixed().numpy() == 5


def test_concrete_functions_of_structures() -> None:
    f = tf.function(lambda points: points["a"] + points["b"][0])
    concrete = f.get_concrete_function({"a": Spec([]), "b": [tf.constant(1.0)]})
    assert concrete({"a": 1.0, "b": [2.0]}).numpy() == 3.0
    assert concrete(tf.constant(1.0), tf.constant(2.0)).numpy() == 3.0


@pytest.mark.parametrize(
    ("args", "kwargs", "match"),
    [
        ((tf.constant(1.0),), {}, "Can not cast"),
        ((tf.constant([1, 2]),), {}, "Can not cast"),
        ((1, 6), {}, r"Can not cast 6 to Literal\[2\]"),
        ((), {}, "missing a required argument: 'x'"),
        ((1,), {"q": 1}, "unexpected keyword argument 'q'"),
    ],
)
def test_concrete_functions_check_their_arguments(args: Any, kwargs: Any, match: str) -> None:
    concrete = tf.function(lambda x, y=2: x * y).get_concrete_function(Spec([], tf.int32))
    with pytest.raises(TypeError, match=match):
        concrete(*args, **kwargs)


def test_concrete_functions_of_a_signature() -> None:
    f = tf.function(lambda x: x * 2.0, input_signature=[Spec([None])])
    assert f.get_concrete_function().structured_input_signature == ((Spec([None], name="x"),), {})
    assert f.get_concrete_function(Spec([3]))([1.0]).numpy().tolist() == [2.0]
    with pytest.raises(TypeError, match="Can not cast"):
        f.get_concrete_function(Spec([3, 3]))
    with pytest.raises(TypeError, match="missing a required argument"):
        tf.function(lambda x: x).get_concrete_function()


def test_outputs_are_known_after_a_call() -> None:
    concrete = tf.function(lambda x: {"y": x * 2.0, "n": None}).get_concrete_function(Spec([]))
    with pytest.raises(RuntimeError, match="known after its first call"):
        _ = concrete.outputs
    concrete(1.0)
    assert concrete.structured_outputs == {"y": Spec([]), "n": None}
    assert concrete.outputs == [Spec([])]


def test_run_functions_eagerly_is_remembered() -> None:
    assert tf.config.functions_run_eagerly() is False
    tf.config.run_functions_eagerly(True)
    try:
        assert tf.config.functions_run_eagerly() is True
        assert tf.function(lambda x: x + 1)(1).numpy() == 2
    finally:
        tf.config.run_functions_eagerly(False)


def test_devices_of_this_machine() -> None:
    assert [d.device_type for d in tf.config.list_physical_devices()] == ["CPU"]
    assert tf.config.list_physical_devices("CPU")[0].name == "/physical_device:CPU:0"
    assert tf.config.list_logical_devices("CPU")[0].name == "/device:CPU:0"
    assert tf.config.list_logical_devices("GPU") == []


@pytest.mark.parametrize("turned", [{"transpose_b": True}, {}])
def test_products_read_single_numbers_that_the_kernel_computed(turned: dict[str, bool]) -> None:
    x = tf.constant([0.5, 1.0, -2.0], tf.float64)

    @tf.function
    def square(x: tf.Tensor) -> tf.Tensor:
        row = tf.reshape(x, [1, 3])
        other = row if turned else tf.reshape(x, [3, 1])
        return tf.matmul(row, other, **turned) * 0.5

    for _ in range(3):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = square(x)
        assert y.numpy().tolist() == [[2.625]]
        assert tape.gradient(y, x).numpy().tolist() == [0.5, 1.0, -2.0]


def test_concrete_functions_know_their_variables() -> None:
    weight, count = tf.Variable([2.0, 3.0]), tf.Variable(0, trainable=False)
    unused = tf.Variable(1.0)

    @tf.function
    def f(x: Any, training: Any) -> Any:
        if training:
            count.assign_add(1)
        return {"y": x * weight, "n": [tf.shape(x)[0]], "other": unused.name}

    concrete = f.get_concrete_function(Spec([2], tf.float32), True)
    with pytest.raises(RuntimeError, match="has not been called"):
        _ = concrete.variables
    for _ in range(2):
        concrete([1.0, 2.0])
    assert {v._id for v in concrete.variables} == {weight._id, count._id}
    assert [v is weight for v in concrete.trainable_variables] == [True]
    assert concrete.output_shapes["y"] == [2]
    assert concrete.output_shapes["n"][0] == []
    assert concrete.output_dtypes["y"] == tf.float32
    plain = f.get_concrete_function(Spec([2], tf.float32), False)
    plain([1.0, 2.0])
    assert [v is weight for v in plain.variables] == [True]
    assert count.numpy() == 2


def test_concrete_functions_that_run_eagerly_know_no_variables() -> None:
    v = tf.Variable(2.0)
    f = tf.function(lambda x: x * float(v.numpy()))
    concrete = f.get_concrete_function(Spec([], tf.float32))
    concrete(1.0)
    with pytest.raises(RuntimeError, match=r"there is none: .*module\.variables"):
        _ = concrete.variables


@pytest.mark.parametrize("name", ["graph", "function_type", "captured_inputs", "nonsense"])
def test_what_concrete_functions_do_not_have(name: str) -> None:
    concrete = tf.function(lambda x: x).get_concrete_function(Spec([], tf.float32))
    with pytest.raises(AttributeError, match=name):
        getattr(concrete, name)
    assert not hasattr(concrete, name)


def test_known_signatures_are_printed() -> None:
    f = tf.function(lambda x, y=None: x)
    assert f.pretty_printed_concrete_signatures() == ""
    f(tf.ones([2, 3]))
    f(tf.constant(1), tf.constant(True))
    printed = f.pretty_printed_concrete_signatures().splitlines()
    assert printed == ["<lambda>(float32[2, 3])", "<lambda>(int32[], bool[])"]
