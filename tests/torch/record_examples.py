"""Write what PyTorch shows for the examples of docstrings: run as a module with PyTorch installed.

The texts go to ``tapegrad/torch/example_results.py``, where `documented` finds them, and are then
doctests of the dialect like any other.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import warnings
from pathlib import Path

RESULTS = Path(__file__).parents[2] / "tapegrad" / "torch" / "example_results.py"
HEADER = '''"""What PyTorch shows for the examples of docstrings."""

from __future__ import annotations

RESULTS: dict[str, str] = {
'''


def main() -> None:
    """Evaluate all examples that have no result of their own."""
    import torch

    import tapegrad.torch as dialect
    from tapegrad.torch.documentation import WITHOUT_RESULT

    # The modules tell what examples there are, and some are loaded late.
    for found in pkgutil.walk_packages(dialect.__path__, "tapegrad.torch."):
        importlib.import_module(found.name)

    warnings.simplefilter("ignore")
    lines = []
    for example in sorted(set(WITHOUT_RESULT)):
        *statements, last = example.split("\n")
        names = {"torch": torch}
        try:
            for statement in statements:
                exec(statement, names)
            value = eval(last, names)
        except Exception as error:  # noqa: BLE001  # names of ours alone have results of their own
            sys.stderr.write(f"{example}: {error}\n")
            continue
        if value is not None:
            lines.append(f"    {example!r}: {repr(value)!r},\n")
    RESULTS.write_text(HEADER + "".join(lines) + "}\n")


if __name__ == "__main__":
    main()
