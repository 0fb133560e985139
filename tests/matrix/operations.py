"""The operations of the matrix: primitives, and public functions that are composed of them."""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import operator
import pkgutil
import re
from collections.abc import Iterator
from types import CodeType
from typing import Any

import tapegrad as tf
import tapegrad.ops
from tapegrad.core.primitive import Primitive
from tapegrad.core.table import TABLE
from tests.differential.signatures import RECORDED, public_names
from tests.matrix.public import Trace, own_primitive, trace
from tests.ops.samples import load

#: Modules whose functions run what they are given, draw, check, or make constants.
OTHER_MODULES = (
    "control_flow",
    "debugging",
    "mapping",
    "printing",
    "python_functions",
    "random",
    "stateless",
    "static_assertions",
    "windows",
)

#: Functions whose example runs a primitive that is not what they are.
OTHER_FUNCTIONS = {
    "ensure_shape",
    "fill",
    "image.convert_image_dtype",
    "keras.losses.MSE",
    "linspace",
    "nn.dropout",
    "nn.experimental.stateless_dropout",
    "random.experimental.stateless_shuffle",
    "random.shuffle",
    "sequence_mask",
    "signal.fftfreq",
    "signal.rfftfreq",
    "unique",
    "unique_with_counts",
}

#: Primitives that functions above are nevertheless the face of.
FACES = {
    "random_gamma": ["random.gamma", "random.stateless_gamma"],
    "check_numerics": ["debugging.check_numerics"],
}

#: What neither a public function nor a rule names, and what it is for.
ENGINE = {
    "getitem": "x[...]",
    "cast_discrete": "part of cast",
}


@functools.cache
def recorded_names() -> frozenset[str]:
    """The public names that TensorFlow has too."""
    return frozenset(json.loads(RECORDED.read_text(encoding="utf-8"))["names"])


@functools.cache
def functions() -> dict[str, Any]:
    """Public functions of operations by their shortest name, those that TensorFlow has first."""
    load()  # every family
    found: dict[int, tuple[str, Any]] = {}
    names = sorted(public_names(), key=lambda n: (n not in recorded_names(), n.count("."), n))
    for name in names:
        value = operator.attrgetter(name)(tf)
        if inspect.isroutine(value) or isinstance(value, Primitive):
            found.setdefault(id(value), (name, value))
    return {name: value for name, value in found.values() if _is_operation(name, value)}


def _is_operation(name: str, value: Any) -> bool:
    if own_primitive(value) is not None:
        return True
    module = str(getattr(value, "__module__", ""))
    family = module.removeprefix("tapegrad.ops.")
    return (
        module.startswith("tapegrad.ops.")
        and not family.startswith(OTHER_MODULES)
        and name not in OTHER_FUNCTIONS
    )


@functools.cache
def traces() -> dict[str, Trace]:
    """What each public function runs."""
    found = {}
    for name, value in functions().items():
        own = own_primitive(value)
        found[name] = Trace([own]) if own else example(value)
    return found


@functools.cache
def example(function: Any) -> Trace:
    """What the example of a function runs."""
    return trace(function)


@functools.cache
def composed() -> dict[str, Trace]:
    """Public functions that run several primitives."""
    return {
        name: t
        for name, t in traces().items()
        if len(t.primitives) > 1 and t.arguments is not None and not is_named_as_primitive(name)
    }


def is_named_as_primitive(name: str) -> bool:
    """Whether a function runs a primitive of its own name."""
    last = name.rpartition(".")[2]
    return last in TABLE and (
        last in traces()[name].primitives or last in called_by(functions()[name])
    )


@functools.cache
def faces() -> dict[str, list[str]]:
    """Public functions of each primitive."""
    found: dict[str, list[str]] = {name: list(FACES.get(name, ())) for name in TABLE}
    for name, t in traces().items():
        shown = list(t.primitives) if len(t.primitives) == 1 else []
        if is_named_as_primitive(name):
            shown.append(name.rpartition(".")[2])
        for primitive in dict.fromkeys(shown):
            if name not in found[primitive]:
                found[primitive].append(name)
    return found


def part_of(name: str) -> str:
    """What a primitive without public function is for."""
    if name in ENGINE:
        return ENGINE[name]
    users = [f for f, t in composed().items() if name in t.primitives]
    users += [f for f in functions() if f not in users and name in called_by(functions()[f])]
    if users:
        return f"part of {users[0]}"
    rules = sorted(
        other
        for other, primitive in TABLE.items()
        if other != name and any(name in names_in(rule) for rule in primitive.rules)
    )
    if rules:
        return f"rule of {rules[0]}"
    call = re.compile(rf"\b(?:F|recording)\.{name}\b")
    for info in pkgutil.iter_modules(tapegrad.ops.__path__):
        source = inspect.getsource(importlib.import_module(f"tapegrad.ops.{info.name}"))
        if call.search(source):
            return f"rules of {info.name}"
    return "engine"


def names_in(function: Any) -> set[str]:
    """All names that a function's code mentions, and its nested functions'."""
    code = getattr(function, "__code__", None)
    if code is None:
        condition = getattr(function, "condition", None)
        return names_in(condition) if condition is not None else set()
    found = set(_names(code))
    for cell in function.__closure__ or ():
        if inspect.isfunction(cell.cell_contents):
            found |= names_in(cell.cell_contents)
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
        elif isinstance(constant, str):
            yield constant


@functools.cache
def called_by(function: Any) -> frozenset[str]:
    """Names that the code of a function mentions, and that of functions that it calls."""
    seen: set[int] = set()
    found: set[str] = set()
    pending = [function]
    while pending:
        f = pending.pop()
        if id(f) in seen or not hasattr(f, "__code__"):
            continue
        seen.add(id(f))
        names = names_in(f)
        found |= names
        for name in names:
            value = f.__globals__.get(name)
            own = own_primitive(value) if value is not None else None
            if own is not None:
                found.add(own)
            elif inspect.isfunction(value) and str(value.__module__).startswith("tapegrad.ops"):
                pending.append(value)
    return frozenset(found)
