"""Every public function in a compiled function: on other data as well, it gives what it should.

The calls are those of the tables of operations. Each is recorded with some data; with other data,
for which decisions, counts and errors come out otherwise, the compiled function must do what the
function itself does, or say that it runs eagerly, which comes to the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

import tapegrad as tf
from tapegrad.compiler import kernels
from tests.compiler.interpreter import interpreted
from tests.compiler.public import (
    Call,
    call_of,
    difference,
    has_numbers,
    other_data,
    outcome,
    with_gradients,
)
from tests.differential.harness import load_cases
from tests.differential.op_cases import USES
from tests.ops.composed import load

#: Set this to judge all uses of a function, not two of each: it takes minutes.
ALL = os.environ.get("TAPEGRAD_ALL_USES", "0") not in ("", "0")


def calls() -> list[Call]:
    """One call with plain arguments and one where numbers are tensors, for each function."""
    load_cases()
    found: dict[Any, Call] = {}
    for use in USES:
        if "refuses" in use.variant:
            continue
        key: Any = str(use) if ALL else use.op
        found.setdefault((key, False), call_of(use))
        call = call_of(use, numbers_too=True)
        if has_numbers(use) and (ALL or sum([a.size for a in call.arrays]) < 100):
            found.setdefault((key, True), call)
    whole = load()
    for row in whole if ALL else whole[::4]:
        found[str(row)] = Call(f"composed-{row}", row.call, row.arrays())
    return list(found.values())


@pytest.fixture(autouse=True)
def kernels_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "compiled", interpreted)


def assert_always_right(
    compiled: Callable[..., Any], plain: Callable[..., Any], call: Call
) -> None:
    for i, data in enumerate([call.arrays, *other_data(call.arrays)]):
        found = difference(outcome(compiled, data), outcome(plain, data))
        assert found is None, f"data {i}: {found}"


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("call", calls(), ids=str)
def test_compiled_equals_eager(call: Call) -> None:
    plain = with_gradients(call.function)
    assert_always_right(tf.function(plain), plain, call)
    compiled = tf.function(call.function)
    assert_always_right(with_gradients(compiled), plain, call)
    assert_always_right(compiled, call.function, call)
