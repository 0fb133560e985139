"""Write ``torch_operations.md``: ``python docs/build_torch_operations.py``.

What it says was found by ``python -m tests.torch.record_opinfo``, which compares both libraries.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).parent / "torch_operations.md"
_TABLE = _ROOT / "tests" / "torch" / "recorded" / "operations.json.gz"

_HEAD = """\
# PyTorch's operations

<!-- Written by docs/build_torch_operations.py from tests/torch/recorded/operations.json.gz. -->

PyTorch tests itself with a table of its operations, OpInfo, each with sample inputs. tapegrad's
PyTorch dialect was given the same inputs, in double precision where the operation has it, and its
values, dtypes, shapes and gradients were compared with those of PyTorch {release}: of {count} names
**{agreeing}** agree in all samples ({first} samples or all, if there are fewer), of the
{differentiable} differentiable ones **{following}**. `tests/torch/test_opinfo.py` repeats small
samples from a record everywhere, and all of them where PyTorch is installed.

PyTorch is not the judge of four: its `special.bessel_j0` and `special.bessel_y1` are known to 7
digits, ours, which agree with mpmath's, to 15; the gradient of its `as_strided_scatter` is 1 where
values were replaced and 0 where they were not, ours the other way round; its `istft` loses the
gradient of a window that it has to pad. `svd_lowrank` and `pca_lowrank` are exact here, where
PyTorch estimates. Random operations are compared by type and shape, the numbers are not PyTorch's.

| Operation | Gradient | Agrees |
|---|---|---|
"""


def _note(row: dict[str, Any]) -> str:
    problem = row["difference"]
    if not problem:
        return "yes"
    return "not there" if problem == "missing" else "no: " + problem.replace("|", "\\|")[:100]


def page() -> str:
    """The text of the page."""
    record = json.loads(gzip.decompress(_TABLE.read_bytes()))
    rows = record["operations"]
    right = [name for name, row in rows.items() if not row["difference"]]
    head = _HEAD.format(
        release=record["torch"].partition("+")[0],
        count=len(rows),
        agreeing=len(right),
        first=record["samples"],
        differentiable=sum(row["gradient"] for row in rows.values()),
        following=sum(rows[name]["gradient"] for name in right),
    )
    lines = [
        f"| `{name}` | {'yes' if row['gradient'] else 'no'} | {_note(row)} |\n"
        for name, row in sorted(rows.items())
    ]
    return head + "".join(lines)


def write() -> None:
    """Write the page if it has changed."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
