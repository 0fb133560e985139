"""``python -m tapegrad``: train a network on handwritten digits."""

from __future__ import annotations

import sys

from tapegrad.demo.cli import main

if __name__ == "__main__":
    sys.exit(main())
