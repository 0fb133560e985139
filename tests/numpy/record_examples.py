"""Write what NumPy shows for the examples of docstrings: run as a module.

The texts go to ``tapegrad/numpy/example_results.py`` and the like, where `documented` finds them,
and are then doctests of the dialect like any other.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import scipy.special

import tapegrad.numpy
from tapegrad.numpy.documentation import WITHOUT_RESULT
from tapegrad.numpy.polynomial import families

ROOM = Path(__file__).parents[2] / "tapegrad" / "numpy"
HEADER = '''"""What NumPy shows for the examples of docstrings."""

from __future__ import annotations

RESULTS: dict[str, str] = {
'''

#: NumPy, with SciPy's functions where the dialect has them.
MODEL = ModuleType("model")
MODEL.__dict__.update({name: getattr(numpy, name) for name in dir(numpy)}, special=scipy.special)


def without_scalars(value: Any) -> Any:
    """The value with arrays in the place of NumPy's scalars, which the dialect does not have."""
    if isinstance(value, numpy.generic):
        return numpy.asarray(value)
    if isinstance(value, (tuple, list)):
        parts = [without_scalars(v) for v in value]
        return type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
    return value


def record(examples: Iterable[str], path: Path) -> None:
    """Evaluate examples, and write a module of what they show."""
    lines = []
    for example in sorted(set(examples)):
        *statements, last = example.split("\n")
        names: dict[str, Any] = {"np": MODEL}
        try:
            for statement in statements:
                exec(statement, names)
            value = eval(last, names)
        except Exception as error:  # noqa: BLE001  # names of ours alone have results of their own
            sys.stderr.write(f"{example}: {error}\n")
            continue
        if value is not None:
            lines.append(f"    {example!r}: {repr(without_scalars(value))!r},\n")
    path.write_text(HEADER + "".join(lines) + "}\n")


def load_all() -> None:
    """Import every module of the dialect: they tell what examples there are."""
    for found in pkgutil.walk_packages(tapegrad.numpy.__path__, "tapegrad.numpy."):
        importlib.import_module(found.name)


def main() -> None:
    """Evaluate all examples that have no result of their own."""
    load_all()
    warnings.simplefilter("ignore")
    for module in pkgutil.walk_packages(tapegrad.numpy.__path__, "tapegrad.numpy."):
        importlib.import_module(module.name)  # each tells what examples it has
    record(WITHOUT_RESULT, ROOM / "example_results.py")
    record(families.examples(), ROOM / "polynomial" / "example_results.py")


if __name__ == "__main__":
    main()
