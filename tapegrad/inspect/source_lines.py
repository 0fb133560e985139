"""How many lines of the user's code a tape remembers."""

from __future__ import annotations

from tapegrad.core.places import Lines


def enable_source_lines(operations: int | None = None) -> None:
    """Let tapes remember the line of the code for more operations than they do by themselves.

    Explanations and profiles name these lines. A tape remembers them for its first 150 operations;
    each costs about a tenth of the operation, so that long tapes are not slowed down.

    Parameters
    ----------
    operations : int, optional
        For how many operations of each tape that begins from now on. None stands for all; 150 is
        what tapes begin with, and 0 switches lines off.

    Raises
    ------
    ValueError
        If `operations` is negative or no integer.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.debugging.enable_source_lines()
    >>> tf.debugging.enable_source_lines(150)
    """
    if operations is None:
        Lines.entries = 1 << 62
        return
    if not isinstance(operations, int) or isinstance(operations, bool) or operations < 0:
        raise ValueError(
            f"operations is a number of operations or None, for all; not {operations!r}."
        )
    Lines.entries = 2 * operations
