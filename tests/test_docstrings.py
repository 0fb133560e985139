"""Every public name explains itself: a summary, its parameters, an example."""

from __future__ import annotations

import enum
import importlib
import inspect
import pkgutil
import re
from typing import Any

import pytest

import tapegrad

ROOMS = {
    *("checkpoints", "compiler", "core", "demo", "errors", "interop", "kernels", "layers", "ops")
}


def public() -> dict[str, Any]:
    """Each public function and class once, by its shortest name."""
    names = (info.name for info in pkgutil.walk_packages(tapegrad.__path__, "tapegrad."))
    faces = [name for name in names if name.split(".")[1] not in ROOMS and "._" not in name]
    modules = [tapegrad, *map(importlib.import_module, faces)]
    named = [
        (f"{module.__name__}.{name}", getattr(module, name))
        for module in modules
        for name in getattr(module, "__all__", ())
    ]
    named.sort(key=lambda pair: (pair[0].count("."), pair[0]))
    found: dict[int, str] = {}
    for name, value in named:
        if inspect.isclass(value) or inspect.isroutine(value):
            found.setdefault(id(value), name)
    values = {id(value): value for _, value in named}
    return {name: values[key] for key, name in found.items()}


PUBLIC = public()
EXCEPTIONS = {
    name
    for name, value in PUBLIC.items()
    if inspect.isclass(value) and issubclass(value, Exception)
}

each_name = pytest.mark.parametrize("name", sorted(set(PUBLIC) - EXCEPTIONS))


def text_of(value: Any) -> str:
    return inspect.getdoc(value) or ""


def test_the_dialect_is_public() -> None:
    assert {"tapegrad.GradientTape", "tapegrad.matmul", "tapegrad.nn.relu"} <= set(PUBLIC)
    assert len(PUBLIC) > 300


@each_name
def test_docstring_begins_with_a_sentence_and_has_an_example(name: str) -> None:
    text = text_of(PUBLIC[name])
    summary = text.partition("\n\n")[0]
    assert summary.endswith("."), f"no summary that is a sentence: {summary!r}"
    assert ">>> " in text, "no example"


@each_name
def test_docstring_names_every_parameter(name: str) -> None:
    value = PUBLIC[name]
    text = text_of(value)
    is_enum = inspect.isclass(value) and issubclass(value, enum.Enum)  # made by nobody's call
    parameters = [] if is_enum else inspect.signature(value).parameters.values()
    missing = [
        parameter.name
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and parameter.name != "name"  # TensorFlow's label of an operation, ignored everywhere
        and not re.search(rf"\b{parameter.name}\b", text.partition("Examples\n---")[0])
    ]
    assert not missing
