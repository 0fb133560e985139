"""The questions that a GradientTape answers about itself.

The answers are made in `tapegrad.inspect`, which is loaded when it is first asked something.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from tapegrad.core.leaks import chosen


def tool(module: str, function: str) -> Any:
    """A function of ``tapegrad.inspect``, loaded now."""
    return getattr(importlib.import_module(f"tapegrad.inspect.{module}"), function)


class TapeTools:
    """Methods of GradientTape that look at what it recorded, and change nothing."""

    __slots__ = ()

    def explain(self, target: Any, source: Any) -> Any:
        """Say how `target` depends on `source`, or why ``gradient`` gives None.

        Works after an ordinary recording; nothing is recorded, and nothing is used up. After
        ``gradient``, a tape that is not persistent still knows what was computed from what, but no
        sizes of derivatives; of more than 150 operations from which every gradient was found, only
        what they led to, if one value was watched.

        Parameters
        ----------
        target : Tensor or Variable
            What would be differentiated.
        source : Tensor or Variable
            What it would be differentiated with respect to.

        Returns
        -------
        Explanation
            Prints as text. Its attributes: `connected`; `cause`, a word for the reason when it is
            not; `line`, where the connection breaks; `steps`, the operations from the source to
            the target with the shapes and sizes of their derivatives.

        Raises
        ------
        TypeError
            If target or source is no tensor or Variable.
        TapeUsedError
            If the tape recorded nothing; or if it is not persistent, was asked for gradients before
            and gave them all, had recorded more than 150 operations, and watched several values.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable(2.5)
        >>> with tf.GradientTape() as tape:
        ...     y = tf.floor(x) * x
        ...     z = tf.floor(x) * 3.0
        >>> tape.explain(y, x).connected
        True
        >>> tape.explain(z, x).cause
        'piecewise constant'
        """
        return tool("explain", "explain")(self, target, source)

    def explain_nan(self, target: Any = None) -> Any:
        """Find the operation that first made a NaN or an infinity, forward or backward.

        Works after an ordinary recording, on the values that the tape kept; under
        `tf.debugging.trace_numerics` nothing is left to guess.

        Parameters
        ----------
        target : Tensor or Variable, optional
            What is differentiated; by default the result of the last operation.

        Returns
        -------
        NumericsReport
            Prints as text; `first` is None if everything is finite, else what was found: the
            operation, `phase`, `line`, `index`, `inputs` there, and the usual `cure`.

        Raises
        ------
        TypeError
            If the target is no tensor or Variable.
        TapeUsedError
            If the tape recorded nothing, or its records were released.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable([4.0, 0.0])
        >>> with tf.GradientTape() as tape:
        ...     y = tf.reduce_sum(tf.sqrt(x))
        >>> found = tape.explain_nan(y).first
        >>> found.operation, found.phase, found.index
        ('sqrt', 'backward', (1,))
        """
        return tool("numerics", "explain_nan")(self, target)

    def leaks(self) -> Any:
        """Where followed values left as arrays of NumPy, Python numbers, pickles or through DLPack.

        What was computed from them there is not recorded. Printing a loss is a leak that does no
        harm: whether a gradient is missing for it is told by `explain`. See
        `tf.debugging.set_gradient_leaks` for warnings and errors.

        Returns
        -------
        tuple of Leak
            In order, the last 1,000 at most. Each prints as a sentence; its attributes are `door`
            (``"array"``, ``"float"``, ``"item"``, ``"dlpack"``, ``"pickle"``, ...), `line`, the
            line of your code with `file`, `number` and `text`, and `inside`, the line of another
            library that it called, or None.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable(0.5)
        >>> with tf.GradientTape() as tape:
        ...     y = x * float(x)
        >>> [leak.door for leak in tape.leaks()]
        ['float']
        """
        return tool("leaks", "leaks")(self)

    def _tell_lost(self, targets: Sequence[Any], unanswered: Sequence[Any]) -> None:
        """Say which sources have no gradient because a value left."""
        exits = self._memory.exits  # type: ignore[attr-defined]
        if not unanswered or not exits or chosen() is not None:
            return
        newest = max([abs(y._id) for y in targets], default=0)
        if any(e.followed and e.time < newest for e in exits):  # a printed target loses nothing
            tool("leaks", "tell_lost")(self, targets, unanswered)

    def draw(self, target: Any = None, collapse: bool = True) -> Any:
        """Draw what the tape recorded.

        Watched sources, operations with the shapes of their results, and arrows. Needs no other
        program.

        Parameters
        ----------
        target : Tensor or Variable, optional
            Draw only what leads to it, with the norms of its gradient on the arrows.
        collapse : bool
            Draw what a loop repeated once, in a frame that says how often; and, in large pictures,
            chains of operations as one box.

        Returns
        -------
        Picture
            Shows itself in notebooks; ``save("tape.svg")`` writes a file, ``svg()``, ``dot()`` and
            ``mermaid()`` give text for browsers, Graphviz and Mermaid.

        Raises
        ------
        TypeError
            If the target is no tensor or Variable.
        TapeUsedError
            If the tape recorded nothing, or its records were released.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable([1.0, 2.0], name="x")
        >>> with tf.GradientTape() as tape:
        ...     y = tf.reduce_sum(tf.sin(x))
        >>> tape.draw(y)
        <picture of 1 sources, 3 boxes, 2 arrows>
        >>> print(tape.draw(y).mermaid().splitlines()[1])
          r0["sin<br>(2,)"]:::operation
        """
        return tool("picture", "draw")(self, target, collapse)

    def summary(self) -> Any:
        """Count what was recorded, and the bytes that are kept for it.

        Returns
        -------
        Costs
            Prints as a table with a row for each kind of operation; ``by_operation()`` and
            ``by_line()`` give the rows. Values of watched Variables and tensors are not counted.

        Raises
        ------
        TapeUsedError
            If the tape recorded nothing, or its records were released.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable(tf.ones([250]))
        >>> with tf.GradientTape() as tape:
        ...     y = tf.reduce_sum(tf.exp(x) + 1.0)
        >>> print(tape.summary())
        3 operations, 1.0 kB kept
        <BLANKLINE>
        operation   calls    kept
        exp             1  1.0 kB
        add             1     0 B
        reduce_sum      1     0 B
        """
        return tool("costs", "summary")(self)

    def profile(self, target: Any, sources: Any = None) -> Any:
        """Measure what the gradient of `target` costs, by operation and by line.

        Every operation is run again, forward on what the tape kept (on ones where it kept nothing)
        and backward with its gradient; nothing is used up.

        Parameters
        ----------
        target : Tensor, Variable or structure of them
            What is differentiated.
        sources : Tensor, Variable or structure of them, optional
            Checked only: the gradient is taken through everything that leads to the target.

        Returns
        -------
        Costs
            Prints as two tables: calls, time forward and backward, bytes kept, and the share of the
            time. `peak` are the bytes at the highest point of the reverse sweep; ``save`` writes
            text, HTML, or a trace for Perfetto (``.json``).

        Raises
        ------
        TypeError
            If target or sources are no tensors or Variables.
        TapeUsedError
            If the tape recorded nothing, or its records were released.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.Variable(tf.ones([250]))
        >>> with tf.GradientTape() as tape:
        ...     y = tf.reduce_sum(tf.exp(x))
        >>> costs = tape.profile(y, x)
        >>> sorted((row.name, row.calls, row.kept) for row in costs.by_operation())
        [('exp', 1, 1000), ('reduce_sum', 1, 0)]
        """
        return tool("costs", "profile")(self, target, sources)

    def _repr_html_(self) -> str:
        """How notebooks show it."""
        return str(tool("html", "of_tape")(self))
