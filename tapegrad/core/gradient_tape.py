"""GradientTape: the tape as users see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tapegrad.core import nest
from tapegrad.core.context import (
    push_recorder,
    remove_recorder,
    visible_recorders,
)
from tapegrad.core.jacobians import batch_jacobian, jacobian
from tapegrad.core.memory import Computed, Memory, gradients
from tapegrad.core.places import Lines, place
from tapegrad.core.pulling import pull_back
from tapegrad.core.remains import FEW
from tapegrad.core.tape import Tape, is_differentiable
from tapegrad.core.tape_arguments import (
    chunk_size,
    seeds_for,
    single_tensor,
    sources_in,
    tensors_in,
    warn_discrete_targets,
    warn_not_differentiable,
    warn_recorded_gradient,
)
from tapegrad.core.tape_tools import TapeTools
from tapegrad.core.tensor import ArrayLike, next_id, wrap
from tapegrad.core.unconnected import (
    UnconnectedGradients,
    result_for,
    wants_zeros,
    zeros_for,
)
from tapegrad.errors import TapeUsedError

_array = np.ndarray


class GradientTape(TapeTools, Tape):
    """Record operations for automatic differentiation.

    Trainable Variables are watched when they are read; tensors are watched with `watch`. The
    gradients that `gradient` returns are fresh: nothing accumulates anywhere.

    Parameters
    ----------
    persistent
        Keep the record after the first `gradient`, so that more can be asked. It is freed with the
        tape object.
    watch_accessed_variables
        Watch trainable Variables without being told to.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    __slots__ = ("_ever_entered", "_memory", "_persistent", "_used", "places")

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        super().__init__(watch_accessed_variables)
        self._persistent = persistent
        self.is_recording = self._ever_entered = self._used = False
        self._memory = memory = Memory()
        self.places = memory.places if Lines.entries else None

    # Life cycle

    def __enter__(self) -> GradientTape:
        if self.is_recording:
            raise ValueError(
                "Tape is still recording. This can happen if you try to re-enter an already-active "
                "tape: leave its block first, or make a second tape."
            )
        self._start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self.is_recording:
            self._stop()

    def _start(self) -> None:
        """Record; a tape that was used up starts over, empty."""
        if self._used:
            self.clear()
            self._used = False
        push_recorder(self)
        self.is_recording = True
        self._ever_entered = True
        self._memory.start()

    def _stop(self) -> None:
        remove_recorder(self)
        self.is_recording = False
        self._memory.ended = next_id()

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Do not record the operations of a block on this tape; other tapes go on.

        Raises
        ------
        RuntimeError
            If the tape was never entered.
        ValueError
            If it is not recording.
        """
        if not self._ever_entered:
            raise RuntimeError("Tape was never entered: stop_recording works inside `with tape:`.")
        position = visible_recorders()
        if not self.is_recording or self not in position:
            raise ValueError("Tape is not recording.")
        self._stop()
        try:
            yield
        finally:
            self._resume(position)

    def _resume(self, position: tuple[Any, ...]) -> None:
        """Stand again where the tape stood, so that the order of nested recorders is kept."""
        if self.is_recording:
            return
        inner = [r for r in visible_recorders() if r in position[position.index(self) :]]
        for r in inner:
            remove_recorder(r)
        self._start()
        for r in inner:
            push_recorder(r)

    def reset(self) -> None:
        """Drop everything recorded and watched; the block goes on with an empty tape.

        Raises
        ------
        ValueError
            Outside of the tape's block.
        """
        if not self.is_recording:
            raise ValueError("Tape is not recording: reset works inside `with tape:`.")
        began = self._memory.began
        self.clear()
        self._memory.reset(began)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._memory = memory = Memory()
        memory.start()
        self.places = memory.places if Lines.entries else None

    def follow(self, x: Any) -> None:
        """Follow a tensor or variable from now on, if its dtype can carry a gradient."""
        super().follow(x)
        self._memory.watch(x)

    def watch_variable(self, variable: Any) -> None:
        """Follow a Variable that is read; the record that reads it tells where."""
        identity = variable._id
        self.variables[identity] = variable
        if variable._value.dtype.kind == "f" or is_differentiable(variable._value):
            self.followed.add(identity)
            self.roots.add(identity)

    def pass_by(self, primitive: Any, ids: Any, outs: Any) -> None:
        """Remember a call that is not recorded."""
        self._memory.pass_by(primitive, ids, outs)

    def leave(self, identity: int, use: str) -> bool:
        """Remember a value that is turned into Python's or NumPy's."""
        followed = identity in self.followed
        self._memory.leave(identity, use, followed)
        return followed

    def overwrite(self, variable: int, value: int) -> None:
        """Remember an assignment to a Variable."""
        self._memory.assign(variable, value)

    # Watching

    def watch(self, tensor: Any) -> None:
        """Follow a tensor, a Variable, or all in a structure of them.

        Raises
        ------
        ValueError
            For anything else (NumPy arrays, numbers, None), and before the first ``with tape:``.

        Warns
        -----
        NonDifferentiableWarning
            For integer, bool and string tensors: their gradient is None.
        """
        values = nest.flatten(tensor)
        for x in values:
            if not isinstance(x, ArrayLike):
                raise ValueError(
                    f"Passed in object {x!r} of type {type(x).__name__!r}, not tf.Tensor or "
                    f"tf.Variable. Convert it first: x = tf.constant(x)."
                )
        if not self._ever_entered:
            raise ValueError(
                "watch was called on a tape that was never entered, so there is nothing to watch "
                "it with: call it inside `with tf.GradientTape() as tape:`."
            )
        for x in values:
            if not is_differentiable(x._value):
                warn_not_differentiable("watched tensor", x, stacklevel=3)
            x._watched_by(self)

    def watched_variables(self) -> tuple[Any, ...]:
        """The Variables watched so far, in order of their construction."""
        return tuple(v for _, v in sorted(self.variables.items()))

    # Derivatives

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        r"""The gradient of the sum of `target` with respect to `sources`.

        .. math:: g_s = \sum_t \left(\frac{\partial t}{\partial s}\right)^{\!*} \bar t

        Parameters
        ----------
        target
            A tensor, Variable or structure of them; not necessarily scalars.
        sources
            A tensor, Variable or structure of them, watched or computed on the tape.
        output_gradients
            Cotangents :math:`\bar t`, in the structure of `target`; ones by default.
        unconnected_gradients
            ``'none'`` or ``'zero'``: the answer for sources that do not influence the target.

        Returns
        -------
        Tensor, IndexedSlices, None, or a structure of them
            In the structure of `sources`, each with its source's shape and dtype.

        Raises
        ------
        TapeUsedError
            If the tape is not persistent and was used before, or recorded nothing ever.
        TypeError
            If target or sources are not tensors or Variables.
        ValueError
            If `output_gradients` does not fit the target.

        Warns
        -----
        NonDifferentiableWarning
            For targets and sources that are integers, bools or strings: counts, positions and
            conditions have no gradient.
        """
        self._check_usable()
        zeros = wants_zeros(unconnected_gradients)
        targets = tensors_in(target, "target", open_slices=output_gradients is None)
        warn_discrete_targets(targets)
        given = sources_in(sources)
        for y in targets:
            y._touch()
        seeds = seeds_for(targets, output_gradients)
        if self.is_recording and self._persistent:
            warn_recorded_gradient()
        return nest.packed(sources, iter(self._gradients_of(targets, seeds, given, zeros)))

    def _gradients_of(
        self, targets: Sequence[Any], seeds: Sequence[Any], sources: Sequence[Any], zeros: bool
    ) -> list[Any]:
        """What `gradient` gives for lists of targets, seeds and sources that were checked."""
        foreign = [x for x in sources if x._face is not None]
        source_list = [x._source_of(self) for x in sources] if foreign else sources
        self._use()
        first = next_id()
        # Of a long tape all of whose records lead to the one source, none are needed any more.
        certain = len(self.roots) == 1 and self.roots == {x._id for x in source_list}
        dropped = self._persistent or (certain and len(self.records) > FEW)
        taken: list[list[Any]] | None = None if dropped else []
        found: dict[int, Any] = {}
        try:
            found = pull_back(self, targets, seeds, source_list, taken)
        finally:
            unanswered = [x for x in source_list if x._id not in found]
            self._release(targets, unanswered, taken)
        if unanswered:
            self._tell_lost(targets, unanswered)
        results = []
        for x in source_list:
            g = found.get(x._id)
            plain = g.__class__ is _array and g.dtype is x._value.dtype
            results.append(wrap(g) if plain else result_for(x, found, zeros))
        if foreign:
            results = [x._in_dialect(g) for x, g in zip(sources, results, strict=True)]
        gradients.append(Computed(first, next_id(), place(2), self._memory.began))
        return results

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        r"""The Jacobian :math:`\partial\,target_i / \partial\,source_j`.

        All rows are pulled back together, in chunks that bound memory.

        Parameters
        ----------
        target
            One tensor or Variable.
        sources
            A tensor, Variable or structure of them.
        unconnected_gradients
            As for `gradient`.
        parallel_iterations
            How many rows to pull back at once; by default as many as fit in moderate memory.
        experimental_use_pfor
            False pulls rows back one by one.

        Returns
        -------
        Tensor, None, or a structure of them
            Shape ``target.shape + source.shape`` for each source.

        Examples
        --------
        >>> import tapegrad as tf
        >>> x = tf.constant([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.jacobian(y, x).numpy().tolist()
        [[2.0, 0.0], [0.0, 4.0]]
        """
        self._check_usable()
        zeros = wants_zeros(unconnected_gradients)
        y = single_tensor(target, "target")
        given = sources_in(sources)
        source_list = [x._source_of(self) for x in given]
        y._touch()
        chunk = chunk_size(parallel_iterations, experimental_use_pfor)
        self._use()
        first = next_id()
        found: list[Any] = []
        try:
            found = jacobian(self, y, source_list, chunk)
        finally:
            none = [x for x, j in zip(source_list, found, strict=False) if j is None]
            self._release([y], none)
        self._tell_lost([y], none)
        gradients.append(Computed(first, next_id(), place(2), self._memory.began))
        results = [
            x._in_dialect(zeros_for(x, y._value.shape) if j is None and zeros else j)
            for x, j in zip(given, found, strict=True)
        ]
        return nest.packed(sources, iter(results))

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        r"""The Jacobian of each example of a batch, :math:`\partial t_{b,i} / \partial s_{b,j}`.

        Assumes that ``target[b]`` depends on ``source[b]`` only; this is not checked.

        Parameters
        ----------
        target
            Tensor of shape ``(b, y1, ...)``.
        source
            Tensor or Variable of shape ``(b, x1, ...)``.
        unconnected_gradients
            Accepted; an unconnected source gives zeros in both cases, as in TensorFlow.
        parallel_iterations, experimental_use_pfor
            As for `jacobian`.

        Returns
        -------
        Tensor
            Shape ``(b, y1, ..., x1, ...)``.

        Raises
        ------
        ValueError
            If the ranks are below 2 or the first dimensions differ.
        """
        self._check_usable()
        wants_zeros(unconnected_gradients)
        y = single_tensor(target, "target")
        x = single_tensor(source, "source")
        for value in (y, x):
            if value._value.ndim < 2:
                raise ValueError(
                    f"Shape {value.shape} must have rank at least 2: batch_jacobian takes a batch "
                    f"of vectors (or larger); use tape.jacobian, or tf.expand_dims(x, -1)."
                )
        if y._value.shape[0] != x._value.shape[0]:
            raise ValueError(
                f"Need first dimension of target shape {y.shape} and source shape {x.shape} to "
                f"match."
            )
        y._touch()
        chunk = chunk_size(parallel_iterations, experimental_use_pfor)
        self._use()
        try:
            return x._in_dialect(batch_jacobian(self, y, x._source_of(self), chunk))
        finally:
            self._release([y], [])

    # The machinery

    def _check_usable(self) -> None:
        if self._used or not self._ever_entered:
            raise TapeUsedError(
                "A non-persistent GradientTape can only be used to compute one set of gradients "
                "(or jacobians). "
                + (
                    "Ask for all sources in one call, tape.gradient(y, [a, b]), or record on "
                    "tf.GradientTape(persistent=True)."
                    if self._used
                    else "This one was never entered: record inside `with tape:` first."
                )
            )

    def _use(self) -> None:
        """Use a non-persistent tape up: from now on it neither records nor answers."""
        if not self._persistent:
            self._used = True
            if self.is_recording:
                self._stop()

    def _release(self, targets: Any, unanswered: Sequence[Any], taken: Any = ()) -> None:
        """Free what a non-persistent tape kept, but for what explains a gradient of None."""
        if not self._persistent:
            self._memory.release(self, taken, [x._id for x in unanswered], [y._id for y in targets])
            self.records, self.followed, self.roots = [], set(), set()
            self.places = None
