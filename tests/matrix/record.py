"""Write what the matrix prints: ``python -m tests.matrix.record``.

Runs every operation in every mode, and writes what came out to ``tapegrad/testing/matrix.json``.
``tests/testing/test_matrix.py`` runs it all again and compares.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

from tapegrad.core.table import TABLE
from tapegrad.testing.matrix import RECORDED
from tests.matrix import composed, evidence, operations


def primitive_entry(name: str) -> dict[str, Any]:
    """What is known about a primitive."""
    faces = operations.faces()[name]
    entry: dict[str, Any] = {
        **evidence.columns(name),
        "fused kernel": evidence.fused(name),
        **_names(faces),
    }
    if entry["complex"] == "real only" and any(map(_takes_complex, faces)):
        entry["complex"] = "yes"  # by other primitives than this one
    if not faces:
        entry["part"] = operations.part_of(name)
    return entry


def composed_entry(name: str) -> dict[str, Any]:
    """What is known about a function that is composed of primitives."""
    trace = operations.composed()[name]
    assert trace.arguments is not None
    call = composed.first_that_runs(name, operations.functions()[name], trace.arguments)
    if call is None:
        raise ValueError(
            f"The example in the docstring of tf.{name} has no floating point data that could "
            f"move: give it one, or name the function in OTHER_FUNCTIONS of "
            f"tests/matrix/operations.py."
        )
    kernels = {evidence.fused(primitive) for primitive in trace.primitives}
    return {
        **composed.columns(call),
        "fused kernel": kernels.pop() if len(kernels) == 1 else "in part",
        **_names([name]),
        "composed of": trace.primitives,
    }


def _takes_complex(name: str) -> bool:
    """Whether a public function is right for complex numbers, its primitive being for real ones."""
    function = operations.functions().get(name)
    arguments = function and operations.example(function).arguments
    call = arguments and composed.first_that_runs(name, function, arguments)
    return bool(call) and composed.columns(call)["complex"] == "yes"


def _names(faces: list[str]) -> dict[str, list[str]]:
    known = operations.recorded_names()
    return {
        "tensorflow": [f"tf.{name}" for name in faces if name in known],
        "own": [f"tf.{name}" for name in faces if name not in known],
    }


def entries() -> dict[str, Any]:
    """All operations."""
    found = {}
    for name in sorted(TABLE):
        found[name] = primitive_entry(name)
    for name in sorted(operations.composed()):
        found[name] = composed_entry(name)
    return found


def main() -> None:
    """Record all operations."""
    operations.functions()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = entries()
    failures = [
        f"{name}: {column}: {word}"
        for name, entry in found.items()
        for column, word in entry.items()
        if isinstance(word, str) and word.startswith("FAILS")
    ]
    if failures:
        sys.exit("\n".join(failures))
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items()]
    RECORDED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    sys.stdout.write(f"{RECORDED.name}: {len(found)} operations\n")


if __name__ == "__main__":
    main()
