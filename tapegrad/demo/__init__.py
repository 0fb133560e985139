"""The main job, ``python -m tapegrad``: a network that learns handwritten digits.

``cli`` reads the options, ``dataset`` the images; ``digits`` holds the network and its training,
``progress`` the bar, ``pictures`` what is drawn at the end.
"""

from __future__ import annotations
