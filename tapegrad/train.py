"""``tf.train``: checkpoints."""

from __future__ import annotations

from tapegrad.checkpoints.checkpoint import Checkpoint
from tapegrad.checkpoints.manager import CheckpointManager
from tapegrad.checkpoints.reading import list_variables, load_checkpoint, load_variable
from tapegrad.checkpoints.state import get_checkpoint_state, latest_checkpoint

__all__ = [
    "Checkpoint",
    "CheckpointManager",
    "get_checkpoint_state",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
]
