"""Whatever a user imports, the operations that its rules call are there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tapegrad

CODE = """
import importlib, inspect, re, sys
importlib.import_module({module!r})
from tapegrad.core.table import TABLE
named = set()
for name, module in list(sys.modules.items()):
    if name.startswith(("tapegrad.core.", "tapegrad.ops.")):
        named |= set(re.findall(r"\\bF\\.([a-z_0-9]+)\\(", inspect.getsource(module)))
assert {{"cos", "sum_to", "reduce_sum"}} <= named, "the pattern finds the calls"
print(*sorted(named - set(TABLE)))
"""


@pytest.mark.parametrize("module", ["tapegrad", *sorted(tapegrad._SUBMODULES)])
def test_rules_only_call_operations_that_are_imported_with_them(module: str) -> None:
    name = module if module == "tapegrad" else f"tapegrad.{module}"
    command = [sys.executable, "-c", CODE.format(module=name)]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == []
