"""TensorSpec: what it says, what it compares with."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import tapegrad as tf

Spec = tf.TensorSpec


def test_parts_and_text() -> None:
    spec = Spec([2, None], "int32", name="x")
    assert (spec.shape.as_list(), spec.dtype, spec.name) == ([2, None], tf.int32, "x")
    assert repr(spec) == "TensorSpec(shape=(2, None), dtype=tf.int32, name='x')"
    assert repr(Spec(None)) == "TensorSpec(shape=<unknown>, dtype=tf.float32, name=None)"
    assert Spec(3).shape == (3,)
    assert spec.value_type is tf.Tensor
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_equality_and_hash() -> None:
    assert Spec([2]) == Spec([2], tf.float32)
    assert hash(Spec([2])) == hash(Spec([2]))
    assert Spec([2]) != Spec([2], name="x")
    assert Spec([2]) != Spec([3])
    assert Spec([2]) != Spec([2], tf.int32)
    assert Spec([2]) != "Spec"


def test_from_tensors_and_specs() -> None:
    assert Spec.from_tensor(tf.constant([1, 2]), name="n") == Spec([2], tf.int32, "n")
    assert Spec.from_spec(Spec([2], name="old")) == Spec([2], name="old")
    assert Spec.from_spec(Spec([2], name="old"), name="new") == Spec([2], name="new")
    for value in (np.array([1.0]), tf.Variable(1.0)):
        with pytest.raises(ValueError, match=r"should be a tf.Tensor.*convert_to_tensor"):
            Spec.from_tensor(value)


def test_compatibility() -> None:
    spec = Spec([None, 2])
    assert spec.is_compatible_with(tf.zeros([3, 2]))
    assert spec.is_compatible_with(tf.Variable(tf.zeros([3, 2])))
    assert spec.is_compatible_with(Spec([3, None]))
    assert not spec.is_compatible_with(tf.zeros([3, 3]))
    assert not spec.is_compatible_with(tf.zeros([3, 2], tf.float64))
    assert not spec.is_compatible_with(np.zeros([3, 2], np.float32))
    assert Spec(None).is_compatible_with(tf.constant(1.0))


def test_subtypes_and_supertypes() -> None:
    assert Spec([2]).is_subtype_of(Spec([None]))
    assert Spec([2]).is_subtype_of(Spec(None))
    assert not Spec([None]).is_subtype_of(Spec([2]))
    assert not Spec(None).is_subtype_of(Spec([None]))
    assert not Spec([2]).is_subtype_of(Spec([2], tf.int32))
    assert Spec([2, 3]).most_specific_common_supertype([Spec([4, 3])]) == Spec([None, 3])
    assert Spec([2]).most_specific_common_supertype([Spec([2, 2])]) == Spec(None)
    assert Spec([2]).most_specific_common_supertype([Spec([2], tf.int32)]) is None
    assert Spec([2]).most_specific_compatible_type(Spec([3])) == Spec([None])
    with pytest.raises(ValueError, match="No TypeSpec is compatible with both"):
        Spec([2]).most_specific_compatible_type(Spec([2], tf.int32))


def test_what_is_no_spec() -> None:
    with pytest.raises(TypeError, match="DType"):
        Spec([2], "nonsense")
    with pytest.raises(ValueError, match="Dimension -1 must be >= 0"):
        Spec([-1])
    with pytest.raises(TypeError):
        Spec([2, "a"])
