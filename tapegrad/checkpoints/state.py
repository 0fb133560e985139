"""The file ``checkpoint`` of a directory: which checkpoints there are, and which is the latest."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from tapegrad.core.safetensors import SUFFIX, replace_file

FILENAME = "checkpoint"


class CheckpointState(NamedTuple):
    """What the file of a directory says."""

    model_checkpoint_path: str
    all_model_checkpoint_paths: list[str]
    all_model_checkpoint_timestamps: list[float]
    last_preserved_timestamp: float | None


def data_file(save_path: Any) -> Path:
    """The file of a checkpoint, whose path is given without its suffix."""
    text = os.fspath(save_path)
    return Path(text if text.endswith(SUFFIX) else text + SUFFIX)


def write_state(directory: Path, state: CheckpointState, filename: str = FILENAME) -> None:
    """Write the file of a directory; paths in it are relative, so that it can be moved."""
    lines = [f"model_checkpoint_path: {_relative(directory, state.model_checkpoint_path)}"]
    lines += [
        f"all_model_checkpoint_paths: {_relative(directory, path)}"
        for path in state.all_model_checkpoint_paths
    ]
    lines += [
        f"all_model_checkpoint_timestamps: {time!r}"
        for time in state.all_model_checkpoint_timestamps
    ]
    if state.last_preserved_timestamp is not None:
        lines.append(f"last_preserved_timestamp: {state.last_preserved_timestamp!r}")
    replace_file(directory / filename, ["\n".join([*lines, ""]).encode()])


def _relative(directory: Path, path: str) -> str:
    inside = Path(path).parent == directory
    return json.dumps(Path(path).name if inside else path)


def get_checkpoint_state(
    checkpoint_dir: Any, latest_filename: str | None = None
) -> CheckpointState | None:
    """What the file ``checkpoint`` of a directory says.

    Parameters
    ----------
    checkpoint_dir
        The directory.
    latest_filename
        Another name of the file.

    Returns
    -------
    CheckpointState
        With ``model_checkpoint_path`` and ``all_model_checkpoint_paths``; None if there is no such
        file, or it cannot be read.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.train.get_checkpoint_state("no/such/directory") is None
    True
    """
    directory = Path(checkpoint_dir)
    try:
        text = (directory / (latest_filename or FILENAME)).read_text(encoding="utf-8")
        found: dict[str, list[Any]] = {}
        for line in text.splitlines():
            key, _, value = line.partition(": ")
            found.setdefault(key, []).append(json.loads(value))
    except (OSError, ValueError):
        return None
    if "model_checkpoint_path" not in found:
        return None

    def absolute(path: Any) -> str:
        return str(directory / str(path))

    latest = absolute(found["model_checkpoint_path"][0])
    paths = [absolute(path) for path in found.get("all_model_checkpoint_paths", [])]
    return CheckpointState(
        latest,
        paths or [latest],
        [float(time) for time in found.get("all_model_checkpoint_timestamps", [])],
        next((float(time) for time in found.get("last_preserved_timestamp", [])), None),
    )


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The path of the latest checkpoint that was saved in a directory.

    Parameters
    ----------
    checkpoint_dir
        The directory.
    latest_filename
        Another name of the file ``checkpoint``.

    Returns
    -------
    str
        What `Checkpoint.restore` takes; None if there is none.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.train.latest_checkpoint("no/such/directory") is None
    True
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not data_file(state.model_checkpoint_path).exists():
        return None
    return state.model_checkpoint_path
