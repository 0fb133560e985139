"""CheckpointManager: a directory of checkpoints, of which the latest are kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tapegrad.checkpoints.checkpoint import Checkpoint
from tapegrad.checkpoints.state import (
    CheckpointState,
    data_file,
    get_checkpoint_state,
    write_state,
)
from tapegrad.core.variable import Variable


class CheckpointManager:
    """Save a `Checkpoint` again and again, and keep only the latest files.

    Parameters
    ----------
    checkpoint
        What to save.
    directory
        Where; what an earlier manager left there is taken over.
    max_to_keep
        How many files to keep; None for all.
    keep_checkpoint_every_n_hours
        Keep a file for good if the last one that was kept for good is older than this.
    checkpoint_name
        What the names of files begin with.
    step_counter
        A Variable that counts the steps of training.
    checkpoint_interval
        Save only if `step_counter` grew by this since the last time.
    init_fn
        What `restore_or_initialize` calls if there is no checkpoint.
    last_checkpoint_step
        The step of the last checkpoint of an earlier program.

    Raises
    ------
    ValueError
        If `max_to_keep` is not positive, or an interval is given without a counter.

    Examples
    --------
    >>> import tempfile
    >>> import tapegrad as tf
    >>> checkpoint = tf.train.Checkpoint(step=tf.Variable(0))
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     manager = tf.train.CheckpointManager(checkpoint, directory, max_to_keep=2)
    ...     for _ in range(3):
    ...         path = manager.save()
    ...     [p.rpartition("/")[2] for p in manager.checkpoints]
    ['ckpt-2', 'ckpt-3']
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        directory: Any,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
        step_counter: Variable | None = None,
        checkpoint_interval: int | None = None,
        init_fn: Callable[[], Any] | None = None,
        last_checkpoint_step: int | None = None,
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                f"Expected a positive integer or `None` for `max_to_keep`, got {max_to_keep}."
            )
        if checkpoint_interval is not None and step_counter is None:
            raise ValueError(
                "`step_counter` should be passed if `checkpoint_interval` is not None."
            )
        self._checkpoint = checkpoint
        self._directory = Path(directory)
        self._max_to_keep = max_to_keep
        self._keep_every = keep_checkpoint_every_n_hours
        self._name = checkpoint_name
        self._step_counter = step_counter
        self._interval = checkpoint_interval
        self._init_fn = init_fn
        self._last_step = last_checkpoint_step
        state = get_checkpoint_state(self._directory)
        self._latest = None if state is None else state.model_checkpoint_path
        self._preserved = time.time()
        self._times: dict[str, float] = {}
        if state is not None:
            known = state.all_model_checkpoint_timestamps
            times = [*known, *[self._preserved] * len(state.all_model_checkpoint_paths)]
            self._times = dict(zip(state.all_model_checkpoint_paths, times, strict=False))
            if state.last_preserved_timestamp is not None:
                self._preserved = state.last_preserved_timestamp

    @property
    def checkpoint(self) -> Checkpoint:
        """What is saved."""
        return self._checkpoint

    @property
    def directory(self) -> str:
        """Where it is saved."""
        return str(self._directory)

    @property
    def checkpoint_interval(self) -> int | None:
        """How many steps lie between two checkpoints, or None."""
        return self._interval

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the latest checkpoint, or None."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, the oldest first."""
        return list(self._times)

    def save(
        self, checkpoint_number: Any = None, check_interval: bool = True, options: Any = None
    ) -> str | None:
        """Write a checkpoint, and delete the oldest if there are too many.

        Parameters
        ----------
        checkpoint_number
            The number in the name of the file; by default the checkpoint's `save_counter`.
        check_interval
            Whether to do nothing if the last checkpoint is too recent.
        options
            Without effect.

        Returns
        -------
        str
            The path of the checkpoint; None if it is too early for one.
        """
        if self._step_counter is not None:
            step = int(self._step_counter)
            early = self._last_step is not None and step < self._last_step + (self._interval or 0)
            if self._interval is not None and check_interval and early:
                return None
        counted = int(self._checkpoint.save_counter) + 1
        number = counted if checkpoint_number is None else int(checkpoint_number)
        path = self._checkpoint._save_as(str(self._directory / f"{self._name}-{number}"), counted)
        if self._step_counter is not None:
            self._last_step = int(self._step_counter)
        self._times.pop(path, None)
        self._times[path] = time.time()
        self._latest = path
        gone = self._outdated()
        # First the list, then the files: nothing is listed that does not exist.
        self._write_state()
        for old in gone:
            with suppress(FileNotFoundError):
                data_file(old).unlink()
        return path

    def _outdated(self) -> list[str]:
        """Take checkpoints that are too many off the list; return those to delete."""
        gone: list[str] = []
        while self._max_to_keep is not None and len(self._times) > self._max_to_keep:
            path = next(iter(self._times))
            saved = self._times.pop(path)
            if self._keep_every is not None and saved - self._preserved >= self._keep_every * 3600:
                self._preserved = saved
            else:
                gone.append(path)
        return gone

    def _write_state(self) -> None:
        assert self._latest is not None
        times = list(self._times.values())
        state = CheckpointState(self._latest, list(self._times), times, self._preserved)
        write_state(self._directory, state)

    def restore_or_initialize(self) -> str | None:
        """Restore the latest checkpoint, or call `init_fn` if there is none.

        Returns
        -------
        str
            The path that was restored, or None.
        """
        if self._latest is not None:
            self._checkpoint.restore(self._latest)
            if self._last_step is None and self._step_counter is not None:
                self._last_step = int(self._step_counter)
            return self._latest
        if self._init_fn is not None:
            self._init_fn()
        return None

    def sync(self) -> None:
        """Without effect: files are complete when `save` returns."""
