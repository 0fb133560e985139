"""The examples of public operations that are closures, which pytest's own collection misses."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import tapegrad.ops


def public_operations() -> dict[str, Any]:
    found = {}
    for info in pkgutil.iter_modules(tapegrad.ops.__path__):
        module = importlib.import_module(f"tapegrad.ops.{info.name}")
        for name in getattr(module, "__all__", ()):
            found[f"{info.name}.{name}"] = (module, getattr(module, name))
    return found


def collected_by_pytest(module: Any, operation: Any) -> bool:
    return getattr(operation, "__globals__", None) is vars(module) or inspect.isclass(operation)


OPERATIONS = public_operations()
MADE = {
    name: operation
    for name, (module, operation) in OPERATIONS.items()
    if not collected_by_pytest(module, operation)
}


@pytest.mark.parametrize("name", MADE)
def test_examples_are_true(name: str) -> None:
    docstring = MADE[name].__doc__
    assert docstring, "a public operation needs a docstring"
    test = doctest.DocTestParser().get_doctest(docstring, {}, name, None, None)
    assert test.examples, "the docstring of a public operation needs an example"
    out: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=out.append)
    assert not out, "".join(out)
