"""Checkpoint: save the variables of objects, and restore them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from tapegrad.checkpoints.graph import Graph, has_parts, is_saved, parts_of
from tapegrad.checkpoints.restoration import LoadStatus, Restoration
from tapegrad.checkpoints.state import CheckpointState, data_file, write_state
from tapegrad.core import safetensors
from tapegrad.core.restoring import restore_parts
from tapegrad.core.variable import Variable
from tapegrad.errors import NotFoundError


class Checkpoint:
    """The variables of a program's objects, to be saved in a file and restored from it.

    Objects are Variables, modules and layers, optimizers, iterators over data sets, random
    generators, and lists, tuples and dicts of these. A file is matched with objects by the names of
    the attributes that lead to them, so the program may have changed elsewhere. Parts that do not
    exist yet, such as the weights of a layer that was not called, get their values when they are
    made.

    Files are in the safetensors format (one per checkpoint), which other programs can read and
    which runs no code when it is read. A file is written beside its place and then moved there: a
    program that is interrupted leaves no half of one.

    Parameters
    ----------
    root
        An object whose attributes are saved as if they were given as `kwargs`.
    kwargs
        Objects by name.

    Raises
    ------
    ValueError
        If something is given that has no variables, such as a number.

    Examples
    --------
    >>> import tempfile
    >>> import tapegrad as tf
    >>> step = tf.Variable(1)
    >>> checkpoint = tf.train.Checkpoint(step=step)
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = checkpoint.save(directory + "/ckpt")
    ...     _ = step.assign(5)
    ...     _ = checkpoint.restore(path).assert_consumed()
    >>> step.numpy()
    np.int32(1)
    """

    def __init__(self, root: Any = None, **kwargs: Any) -> None:
        self._root = root
        if root is not None:
            _require_saved("root", root)
            existing = dict(parts_of(root))
            for name, value in kwargs.items():
                if existing.get(name, value) is not value:
                    raise ValueError(
                        f"Cannot create a Checkpoint with keyword argument {name} if "
                        f"root.{name} already exists."
                    )
        for name, value in kwargs.items():
            _require_saved(name, value)
            setattr(self, name, value)
        self._save_counter: Variable | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        restore_parts(self)

    def _checkpoint_children(self) -> dict[str, Any]:
        own = {k: v for k, v in vars(self).items() if k not in ("_root", "_save_counter")}
        counter = {} if self._save_counter is None else {"save_counter": self._save_counter}
        inside = {} if self._root is None else dict(parts_of(self._root))
        return {**inside, **own, **counter}

    @property
    def save_counter(self) -> Variable:
        """How often `save` was called: an int64 Variable, which is saved too."""
        if self._save_counter is None:
            self._save_counter = Variable(np.int64(0), trainable=False, name="save_counter")
        return self._save_counter

    def save(self, file_prefix: Any, options: Any = None) -> str:
        """Write a checkpoint ``<file_prefix>-<number>``, and note it as the latest.

        Parameters
        ----------
        file_prefix
            A path; directories that do not exist are made. The file gets the suffix
            ``.safetensors``.
        options
            Without effect.

        Returns
        -------
        str
            The path without the suffix, for `restore`.
        """
        number = int(self.save_counter) + 1
        path = self._save_as(f"{os.fspath(file_prefix)}-{number}", number)
        write_state(Path(path).parent, CheckpointState(path, [path], [], None))
        return path

    def _save_as(self, path: str, number: int) -> str:
        counter = self.save_counter
        before = counter.numpy()
        counter.assign(np.int64(number))
        try:
            return self.write(path)
        except BaseException:
            counter.assign(before)
            raise

    def write(self, file_prefix: Any, options: Any = None) -> str:
        """Write a checkpoint to exactly this path (and the suffix ``.safetensors``).

        Parameters
        ----------
        file_prefix
            The path.
        options
            Without effect.

        Returns
        -------
        str
            The path, for `read`.
        """
        prefix: str = os.fspath(file_prefix)
        graph = Graph(self)
        metadata = {"format": "tapegrad", "graph": graph.dumped()}
        safetensors.write(data_file(prefix), graph.arrays(), metadata)
        return prefix

    def restore(self, save_path: Any, options: Any = None) -> LoadStatus:
        """Restore what `save` wrote.

        Parameters
        ----------
        save_path
            What `save` returned; None, as from `latest_checkpoint`, restores nothing.
        options
            Without effect.

        Returns
        -------
        LoadStatus
            With ``assert_consumed()``, ``assert_existing_objects_matched()`` and
            ``expect_partial()``.

        Raises
        ------
        NotFoundError
            If there is no such file.
        DataLossError
            If it is damaged, or no checkpoint.
        ValueError
            If a saved shape is not that of its variable; nothing was changed then.
        InvalidArgumentError
            If a dtype is not; nothing was changed then.
        """
        if save_path is None:
            return LoadStatus(None)
        found = data_file(save_path)
        if Path(save_path).is_dir() and not found.exists():
            found = Path(save_path)
        reader = safetensors.Reader(found)
        _ = self.save_counter
        return LoadStatus(Restoration(reader, self))

    def read(self, save_path: Any, options: Any = None) -> LoadStatus:
        """Restore what `write` wrote; see `restore`."""
        if save_path is None:
            raise NotFoundError("Checkpoint.read: a path is needed, not None.")
        return LoadStatus(Restoration(safetensors.Reader(data_file(save_path)), self))

    def sync(self) -> None:
        """Without effect: files are complete when `save` returns."""


def _require_saved(name: str, value: Any) -> None:
    if not is_saved(value) or (not has_parts(value) and isinstance(value, (str, bytes))):
        raise ValueError(
            f"`Checkpoint` was expecting {name} to be a trackable object (a Variable, Module, "
            f"optimizer, iterator, or a list or dict of these), got {value!r}."
        )
