"""Record TensorFlow's signatures: ``python -m tests.differential.record_signatures``.

For every public name of tapegrad that TensorFlow has as well: the parameters with their defaults,
and the first of the names under which TensorFlow has the same object.
"""

from __future__ import annotations

import importlib
import inspect
import json
import operator
import os
import sys
from typing import Any

from tests.differential.signatures import RECORDED, default_text, public_names

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


def parameters_of(value: Any) -> list[list[str]] | None:
    """``[name, kind, default]`` of each parameter; None if `value` has no signature to compare."""
    if not callable(value) or (inspect.isclass(value) and issubclass(value, Exception)):
        return None
    found = list(inspect.signature(value).parameters.values())
    if inspect.isclass(value) and found and found[0].kind.name == "VAR_POSITIONAL":
        # The class hides what its instances are made of.
        found = list(inspect.signature(value.__init__).parameters.values())[1:]
    if inspect.isclass(value) and [p.name for p in found] == ["args", "kwargs"]:
        return None
    return [[p.name, p.kind.name, default_text(p.default)] for p in found]


def record(tf: Any) -> dict[str, Any]:
    """Name -> what is to be known about it."""
    found: dict[str, Any] = {}
    first: dict[int, str] = {}
    for name in public_names():
        try:
            value = operator.attrgetter(name)(tf)
        except AttributeError:
            continue
        parameters = parameters_of(value)
        if parameters is not None:
            same = first.setdefault(id(value), name)
            found[name] = {"parameters": parameters, "same": same}
    return found


if __name__ == "__main__":
    tensorflow = importlib.import_module("tensorflow")
    tensorflow.get_logger().setLevel("ERROR")
    names = record(tensorflow)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(names[name])}" for name in names)
    head = json.dumps({"tensorflow": tensorflow.__version__})[:-1]
    RECORDED.write_text(f'{head}, "names": {{\n{lines}\n}}}}\n')
    sys.stdout.write(f"{RECORDED.name}: {len(names)} names\n")
