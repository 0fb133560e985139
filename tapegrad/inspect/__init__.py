"""Looking at tapes: explanations, pictures, costs.

Nothing here is loaded before it is asked for.
"""

from __future__ import annotations
