"""Print one of README's commands: what the README says is what is run.

Usage: ``python3 .ci/readme_command.py main|test``
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def readme_command(readme: str, name: str) -> str:
    """Give the code block that follows ``<!-- command: name -->``."""
    found = re.findall(rf"<!-- command: {re.escape(name)} -->\n```bash\n(.+?)\n```", readme, re.S)
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} blocks marked `command: {name}`; one was expected")
    return str(found[0])


if __name__ == "__main__":
    readme = Path(__file__).parents[1] / "README.md"
    print(readme_command(readme.read_text(encoding="utf-8"), sys.argv[1]))
