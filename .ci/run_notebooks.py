"""Run notebooks from top to bottom: ``python .ci/run_notebooks.py DIRECTORY``.

The code cells of an ``.ipynb`` file run as one program, a ``.py`` file (cells marked ``# %%``)
as it is; each in a process and a directory of its own. Needs no Jupyter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def code_of(notebook: Path) -> str:
    """Give the code of a notebook as one program."""
    text = notebook.read_text(encoding="utf-8")
    if notebook.suffix == ".py":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join(f"# %% cell {i}\n" + "".join(c["source"]) for i, c in enumerate(cells, 1))


def run(notebook: Path, root: Path) -> bool:
    """Run one notebook; say how it went."""
    begin = time.perf_counter()
    environment = os.environ | {"MPLBACKEND": "Agg", "PYTHONPATH": str(root)}
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / f"{notebook.stem}.py"
        program.write_text(code_of(notebook), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(program)],
            cwd=scratch,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    word = "passed" if done.returncode == 0 else "FAILED"
    print(f"{word}  {time.perf_counter() - begin:6.1f} s  {notebook.name}", flush=True)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-4000:], sep="\n")
    return done.returncode == 0


if __name__ == "__main__":
    directory = Path(sys.argv[1])
    found = sorted(p for p in directory.rglob("*") if p.suffix in (".ipynb", ".py"))
    results = [run(notebook, Path(__file__).parents[1]) for notebook in found]
    print(f"{sum(results)} of {len(results)} notebooks passed")
    sys.exit(not all(results))
