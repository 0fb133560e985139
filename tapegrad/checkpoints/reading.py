"""Single values of a checkpoint, without the objects that they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tapegrad.checkpoints.state import data_file, latest_checkpoint
from tapegrad.core.dtypes import DType, from_numpy
from tapegrad.core.safetensors import Reader


class CheckpointReader:
    """What `load_checkpoint` gives: the arrays of a file by name."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def get_tensor(self, tensor_str: str) -> Any:
        """The value under a name, as NumPy array; NotFoundError if there is none."""
        return self._reader.array(tensor_str)

    def has_tensor(self, tensor_str: str) -> bool:
        """Whether there is a value under a name."""
        return tensor_str in self._reader.names()

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        """All names with the shapes of their values."""
        return {name: self._reader.shape(name) for name in self._reader.names()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        """All names with the dtypes of their values."""
        return {name: from_numpy(self._reader.dtype(name)) for name in self._reader.names()}


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """Open a checkpoint to read single values.

    Parameters
    ----------
    ckpt_dir_or_file
        A path that `Checkpoint.save` returned, or a directory, whose latest checkpoint is meant;
        also any other safetensors file.

    Raises
    ------
    ValueError
        If a directory has no checkpoint.
    NotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> import tapegrad as tf
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(directory + "/v")
    ...     tf.train.load_checkpoint(path).get_variable_to_shape_map()
    {'v/.ATTRIBUTES/VARIABLE_VALUE': [2]}
    """
    path = Path(ckpt_dir_or_file)
    if path.is_dir():
        latest = latest_checkpoint(path)
        if latest is None:
            raise ValueError(
                f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}"
            )
        path = Path(latest)
    return CheckpointReader(Reader(data_file(path)))


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """The names and shapes of all values in a checkpoint.

    Parameters
    ----------
    ckpt_dir_or_file
        A path or directory, see `load_checkpoint`.

    Examples
    --------
    >>> import tempfile
    >>> import tapegrad as tf
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(directory + "/v")
    ...     tf.train.list_variables(path)
    [('v/.ATTRIBUTES/VARIABLE_VALUE', [2])]
    """
    return list(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())


def load_variable(ckpt_dir_or_file: Any, name: str) -> Any:
    """One value of a checkpoint.

    Parameters
    ----------
    ckpt_dir_or_file
        A path or directory, see `load_checkpoint`.
    name
        The name, as `list_variables` gives it.

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    NotFoundError
        If there is no value of that name.

    Examples
    --------
    >>> import tempfile
    >>> import tapegrad as tf
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     path = tf.train.Checkpoint(v=tf.Variable([1, 2])).write(directory + "/v")
    ...     tf.train.load_variable(path, "v/.ATTRIBUTES/VARIABLE_VALUE").tolist()
    [1, 2]
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name)
