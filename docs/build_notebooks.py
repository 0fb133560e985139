"""Copy the notebooks into ``notebooks/``: ``python docs/build_notebooks.py``.

Sphinx reads only what lies below its own directory.
"""

from __future__ import annotations

import shutil
from pathlib import Path

PAGES = Path(__file__).parent / "notebooks"
NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def write() -> None:
    """Copy what is there and remove what is gone."""
    PAGES.mkdir(exist_ok=True)
    names = {path.name for path in NOTEBOOKS.glob("*.ipynb")}
    for stale in PAGES.glob("*.ipynb"):
        if stale.name not in names:
            stale.unlink()
    for name in names:
        shutil.copyfile(NOTEBOOKS / name, PAGES / name)


if __name__ == "__main__":
    write()
