"""Write ``numerical_policy.md``: ``python docs/build_numerical_policy.py``.

The tables of the page are those of ``tests/ops/policy``, which the tests run; TensorFlow's answers
are the recorded ones. A test keeps the committed page equal to what this script writes.
"""

from __future__ import annotations

import importlib
import inspect
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

PAGE = Path(__file__).parent / "numerical_policy.md"
_ROOT = Path(__file__).parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

from tests.differential import cases_numerical_policy  # noqa: E402
from tests.differential.harness import load_recordings  # noqa: E402
from tests.ops.policy import Row, load  # noqa: E402

_HEAD = """\
# Numerical policy

<!-- Written by docs/build_numerical_policy.py from tests/ops/policy: edit the rows there. -->

What a derivative is where calculus has no single answer, or where floating point gets in its way.
Every line below is a test, in reverse and forward mode, as a Jacobian, in single and double
precision; the second derivative too where it is given. All are derivatives of the sum of the
result, at float64 arguments. Where TensorFlow says something else, its answer stands in the last
column, and the reason in [Differences from TensorFlow](differences.md).

## The rules

1. **Zero passes nothing.** Where a cotangent (in forward mode: a tangent) is exactly zero, so is
   its product with a derivative, also with one that is infinite or NaN. This holds in every
   operation, to all orders, in Jacobians, and in matrix products for each term. So
   `tf.where(x > 0, f(x), 0.0)` needs no second `where` inside `f`.
2. **What has no say gets nothing.** Entries that are not the largest, that are clipped, or that
   stand on the flat side of a rectifier get zero, also from an infinite cotangent.
3. **Nothing is made up.** Zero times infinity is NaN if the zero is a derivative, as for
   `tf.math.log(x * x)` at 0: the limit of such a product can be anything. In forward mode the
   tangent of the square is the zero there, and rule 1 holds. A vertical tangent is infinite.
4. **Where a finite derivative exists, it is the answer**: the product of the other factors, the
   adjugate, a limit at infinity.
5. **Of many subgradients the smallest**, and between equals equal shares, unless TensorFlow has
   another convention: `maximum` and `minimum` prefer their first argument, sorting is stable.
6. **Squares do not overflow** where the result would not: norms, distances and angles are scaled.
7. **Functions that are constant in pieces** have no gradient (None) where they make indices,
   counts or roundings; `sign` gives zeros.

Rule 1 costs nothing where it is not needed. Derivatives are multiplied plainly; the reverse sweep
looks for NaN after every few records, and only where there is one are they pulled back again, with
products in which zero wins. What is recorded for a second derivative uses such products at once.
A rule given with `tf.custom_gradient` is run as it is (twice, if a NaN turns up), and factors of
matrices that do not exist, such as an inverse of a singular matrix, raise whether or not a mask
drops them.
"""


def page() -> str:
    """Give the text of the page."""
    recorded = load_recordings()["cases_numerical_policy"]
    parts = [_HEAD]
    for section, rows in load().items():
        module = importlib.import_module(f"tests.ops.policy.{section}")
        summary = " ".join((inspect.getdoc(module) or "").split())
        parts += [f"## {section.capitalize()}", "", summary, ""]
        parts += ["| operation | at | derivative | second | why | TensorFlow |"]
        parts += ["|---|---|---|---|---|---|"]
        parts += [_line(row, _theirs(recorded, section, i, row)) for i, row in enumerate(rows)]
        parts += [""]
    return "\n".join(parts)


def _theirs(recorded: dict[str, Any], section: str, number: int, row: Row) -> str:
    if row.beyond:
        return "has none"
    if not row.differs:
        return "same"
    result = recorded[f"policy_{section}_{number}"]["result"]
    if isinstance(result, dict):
        return result["raises"].rpartition(".")[2]
    ours = cases_numerical_policy.expected(row)
    pairs = zip(ours, (r["value"] for r in result), strict=True)
    return "; ".join(_code(theirs) for mine, theirs in pairs if _differ(mine, theirs))


def _differ(ours: Any, theirs: Any) -> bool:
    a, b = np.asarray(ours, float), np.asarray(theirs, float)
    return not np.allclose(a, b, 1e-6, 0.0, equal_nan=True)


def _line(row: Row, theirs: str) -> str:
    several = len(row.arguments) > 1

    def cell(values: dict[str, Any]) -> str:
        shown = {name: value for name, value in values.items() if value is not None}
        texts = (f"{name}: {_code(v)}" if several else _code(v) for name, v in shown.items())
        return ", ".join(texts)

    at = cell({name: at.point for name, at in row.arguments.items()})
    gives = cell({name: at.gives for name, at in row.arguments.items()}) or "None"
    second = cell({name: at.second for name, at in row.arguments.items()})
    operation = row.operation.replace("INF", "np.inf")
    return f"| `{operation}` | {at} | {gives} | {second} | {row.why} | {theirs} |"


def _code(value: Any) -> str:
    return f"`{_text(value)}`"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    number = float(value) + 0.0  # no negative zeros
    if math.isfinite(number) and number == int(number) and abs(number) < 1e6:
        return str(int(number))
    return f"{number:.6g}"


def write() -> None:
    """Bring the page up to date."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
