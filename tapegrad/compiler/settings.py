"""Switches for all functions."""

from __future__ import annotations

__all__ = ["functions_run_eagerly", "run_functions_eagerly"]

_eagerly = [False]


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Make every `tf.function` run as plain Python, which it does anyway for now.

    Parameters
    ----------
    run_eagerly
        True or False.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.run_functions_eagerly(True)
    >>> tf.config.functions_run_eagerly()
    True
    >>> tf.config.run_functions_eagerly(False)
    """
    _eagerly[0] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """What `run_functions_eagerly` was last told, at first False.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.functions_run_eagerly()
    False
    """
    return _eagerly[0]
