"""What the PyTorch dialect does not do yet: ``python -m tests.torch.pending`` writes the list.

The cases in ``pending.txt`` are expected to fail, and fail as tests once they do not: write the
list again then.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

LIST = Path(__file__).parent / "pending.txt"
PENDING = set(LIST.read_text().split()) if LIST.exists() else set()


def waiting(name: str, *values: Any) -> Any:
    """The parameters of one case, which may be in the list."""
    marks = [pytest.mark.xfail(reason="not there yet")] if name in PENDING else []
    return pytest.param(*values, id=name, marks=marks)


def main() -> None:
    """Run all cases, and write which of them fail."""
    from tests.seeds import test_seeds
    from tests.torch import random_programs, test_torch

    checks = {
        f"{case.module}-{case.name}": lambda case=case: test_torch.found(case)
        for case in test_torch.CASES
    }
    for notebook, recorded in test_seeds.RECORDINGS.items():
        for number in map(int, recorded):
            checks[f"seeds-{notebook[:3]}-{number}"] = lambda n=notebook, i=number: (
                test_seeds.found(n, i)
            )
    for name, program in random_programs.load().items():
        checks[name] = lambda program=program: random_programs.found(program)
    warnings.simplefilter("ignore")
    failing = []
    for name, check in checks.items():
        try:
            differences = check()
        except Exception as error:  # noqa: BLE001 - any exception is a failure
            differences = [f"{type(error).__name__}: {error}"]
        if differences:
            failing.append(name)
            sys.stdout.write(f"{name}: {differences[0][:300]}\n")
    LIST.write_text("".join(f"{name}\n" for name in failing))
    sys.stdout.write(f"{len(failing)} of {len(checks)} cases are pending\n")


if __name__ == "__main__":
    main()
