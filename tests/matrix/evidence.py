"""What a primitive can do: the table tests, run on its samples, and its entry in the table."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import tapegrad as tf
from tapegrad.compiler.graph import Operation, Value
from tapegrad.compiler.kernels import has_kernel
from tapegrad.core.primitive import NoRule, Primitive
from tapegrad.core.table import TABLE
from tapegrad.errors import MissingGradientError
from tapegrad.testing import check_gradients
from tests.matrix.composed import REFUSALS, reason, without_derivative
from tests.ops import test_table as table
from tests.ops.samples import Sample, load

COLUMNS = ("reverse", "forward", "second order", "batched", "complex", "float32")

#: Why an operation whose results are floating point numbers has no derivative, where it is not
#: that it is piecewise constant.
WORDS = {
    "stop_gradient": "cut on purpose",
    "zeros_like": "constant",
    "one_hot": "integer arguments",
    "quantile_ranks": "beside its slope",  # one of its results
}

#: What was drawn is constant, and moves with its distribution: differences of quantiles and of
#: expectations are the judges, in tests/ops/test_pathwise.py.
DRAWN = ("gamma_pathwise", "dirichlet_pathwise")


def _of_hermitian(x: Any) -> Any:
    w, v = tf.linalg.eigh((x + tf.linalg.adjoint(x)) / 2.0)
    return v * tf.cast(tf.exp(w), v.dtype) @ tf.linalg.adjoint(v)


def _of_any(x: Any) -> Any:
    w, v = tf.linalg.eig(x)
    return v * tf.exp(w) @ tf.linalg.inv(v)


def _of_singular(x: Any) -> Any:
    s, u, v = tf.linalg.svd(x)
    return u * tf.cast(s**2, u.dtype) @ tf.linalg.adjoint(v)


#: Vectors with arbitrary phases, of which only some functions have derivatives: such functions.
UP_TO_PHASES = {"eigh": _of_hermitian, "eig": _of_any, "svd": _of_singular}


@functools.cache
def samples() -> dict[str, list[Sample]]:
    """The samples of each primitive."""
    found: dict[str, list[Sample]] = {}
    for sample in load():
        found.setdefault(sample.name, []).append(sample)
    return found


def columns(name: str) -> dict[str, str]:
    """What each mode says about a primitive."""
    every = samples()[name]
    if name in DRAWN:
        sample = dataclasses.replace(every[0], order=1)
        return {
            "reverse": "yes, of quantiles",
            "forward": _passed(table.test_forward_mode_is_dual_to_reverse, sample),
            "second order": "yes, of quantiles",
            "batched": _passed(table.test_batched_cotangents_equal_a_loop, sample),
            "complex": "real only",
            "float32": _float32(sample),
        }
    live = [s for s in every if s.order >= 1 and all(a.size for a in s.arrays())]
    if not live:
        return dict.fromkeys(COLUMNS, _word_without_derivative(TABLE[name], every[0]))
    smooth = [s for s in live if s.order >= 2]
    sample = (smooth or live)[0]
    found = {
        "reverse": _passed(table.test_reverse_equals_differences, sample),
        "forward": _passed(table.test_forward_mode_is_dual_to_reverse, sample),
        "second order": _second_order(sample),
        "batched": _passed(
            table.test_batched_cotangents_equal_a_loop, dataclasses.replace(sample, batch=True)
        ),
        "complex": _complex(live),
        "float32": _float32(next((s for s in (sample, *live) if "float32" in s.dtypes), sample)),
    }
    if name in UP_TO_PHASES:
        found["complex"] = "yes, up to phases"
        check_gradients(UP_TO_PHASES[name], _complex_matrix())
    for argument, rule in zip(TABLE[name].inputs, TABLE[name].rules, strict=False):
        if isinstance(rule, NoRule) and rule.kind == "missing":
            found["reverse"] += f", but not in {argument}: {rule.why}"
    return found


def fused(name: str) -> str:
    """Whether a kernel does the work of a call; tests/compiler/test_table.py compares the two."""
    for sample in samples()[name]:
        arrays = sample.arrays()
        if not all(a.size for a in arrays):
            continue
        outputs = table.run(sample, table.tensors(arrays))
        operation = Operation(
            TABLE[name],
            [Value("input", a) for a in arrays],
            [Value("result", np.asarray(y)) for y in outputs],
            sample.params,
            ("", 0),
        )
        if has_kernel(operation):
            return "yes"
    return "rule"


def _complex_matrix() -> Any:
    rng = np.random.default_rng(4)
    return rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))


def _passed(test: Callable[[Sample], None], sample: Sample) -> str:
    """ "yes" if a table test passes."""
    try:
        test(sample)
    except MissingGradientError as error:
        return f"no formula: {reason(error)}"
    except AssertionError as error:
        return f"FAILS: {test.__name__}: {error}"
    return "yes"


def _second_order(sample: Sample) -> str:
    forced = dataclasses.replace(sample, order=2)
    words = [
        _passed(test, forced)
        for test in (
            table.test_second_order_equals_differences,
            table.test_forward_over_reverse_equals_reverse_over_reverse,
        )
    ]
    return next((word for word in words if word != "yes"), "yes")


def _complex(live: list[Sample]) -> str:
    """Of complex inputs; those that an operation refuses, or was never meant for, are named."""
    asked = [s for s in live if s.complex]
    sample = asked[0] if asked else dataclasses.replace(live[0], complex=True)
    if any(a.dtype.kind == "c" for s in live for a in s.arrays()):
        return "yes"  # its samples are complex themselves
    if all(a.dtype.kind != "f" for a in sample.arrays()):
        return "integer"
    try:
        words = [
            _passed(test, sample)
            for test in (
                table.test_reverse_equals_differences,
                table.test_forward_mode_is_dual_to_reverse,
            )
        ]
    except (*REFUSALS, np.exceptions.ComplexWarning):
        return "real only"
    wrong = [word for word in words if word != "yes"]
    if wrong and not asked:
        return "real only"
    return wrong[0] if wrong else "yes"


def _float32(sample: Sample) -> str:
    """Of single precision: dtypes are kept, and gradients are those of double precision."""
    complex_only = not sample.dtypes and all(a.dtype.kind == "c" for a in sample.arrays())
    if "dtype" not in sample.params and not complex_only:  # either says another
        test = _passed(table.test_dtype_is_kept, dataclasses.replace(sample, dtypes=("float32",)))
        if test != "yes":
            return test
    gradients = []
    for narrow in (True, False):
        inputs = [tf.constant(_narrowed(a) if narrow else a) for a in sample.arrays()]
        which = table.followed(sample, inputs)
        gradients.append([g.numpy() for g in table.pull(sample, inputs, which)])
    for single, double in zip(*gradients, strict=True):
        close = 5e-3 * np.max(np.abs(double), initial=1e-3)
        if not np.all(np.abs(single - double) <= close):
            return f"FAILS: gradients in float32 {single} are not {double}"
    return "yes"


def _narrowed(array: np.ndarray[Any, Any]) -> Any:
    return array.astype({"f": np.float32, "c": np.complex64}.get(array.dtype.kind, array.dtype))


def _word_without_derivative(primitive: Primitive, sample: Sample) -> str:
    for rule in primitive.rules:
        if isinstance(rule, NoRule) and rule.kind == "missing":
            return f"no formula: {rule.why}"
    outputs = table.run(sample, table.tensors(sample.arrays()))
    word = without_derivative([y.dtype for y in outputs])
    if word != "piecewise constant":
        return word
    if primitive.name in WORDS:
        return WORDS[primitive.name]
    if all(a.dtype.kind in "iub" for a in sample.arrays()):
        return "integer arguments"
    _require_constant(primitive, sample)
    return word


def _require_constant(primitive: Primitive, sample: Sample) -> None:
    """Small changes of the inputs change nothing, on one side at least of where they are."""

    def outputs(factor: float) -> list[Any]:
        arrays = [a * factor if a.dtype.kind in "fc" else a for a in sample.arrays()]
        return [np.asarray(y) for y in table.run(sample, table.tensors(arrays))]

    here = outputs(1.0)
    for near in (outputs(1 + 1e-6), outputs(1 - 1e-6)):
        sizes = [np.max(np.abs(y), initial=0.0) for y in here]
        if all(
            np.allclose(y, z, rtol=0, atol=1e-12 * size, equal_nan=True)
            for y, z, size in zip(here, near, sizes, strict=True)
        ):
            return
    raise AssertionError(
        f"{primitive.name} has results that change with its arguments, and no derivative: give it "
        f"a rule, or say why not in WORDS of tests/matrix/evidence.py."
    )
