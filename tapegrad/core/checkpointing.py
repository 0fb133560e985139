"""Gradients of long computations in little memory: states are stored, the rest is run again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tapegrad.core import nest
from tapegrad.core.chain import Chain
from tapegrad.core.convert import as_tensor
from tapegrad.core.revolve import beta
from tapegrad.core.snapshots import Snapshots
from tapegrad.core.tensor import ArrayLike

#: States that need less than so many bytes altogether are all stored, without measuring anything.
_NEGLIGIBLE = 1 << 16


def checkpoint_sequential(functions: Any, segments: int, input: Any) -> Any:
    """Apply functions one after the other, keeping only the inputs of a few segments.

    Its gradient runs each segment again, but for the last, so that it needs the memory of one
    segment and the inputs of all.

    Parameters
    ----------
    functions : sequence of callable
        Functions of one value (a tensor or a structure of tensors), or a model with ``layers``.
    segments : int
        How many segments to make, of equal lengths; the last takes the rest. About the square root
        of the number of functions needs the least memory.
    input : Tensor
        What the first function gets; a structure of tensors works too.

    Returns
    -------
    Tensor
        The result of the last function. Gradients with respect to `input`, Variables and tensors
        that functions use from outside are those of the plain computation.

    Raises
    ------
    TypeError
        If `functions` is no sequence of callables.
    ValueError
        If `segments` is not between 1 and the number of functions.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.Variable(0.5)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.checkpoint_sequential([tf.sin] * 4, 2, x)
    >>> tape.gradient(y, x).numpy().round(4)
    np.float32(0.6293)
    """
    given = getattr(functions, "layers", functions)
    steps = list(given) if isinstance(given, Iterable) else []
    if not steps or not all(callable(f) for f in steps):
        raise TypeError(
            f"checkpoint_sequential: functions is a list of callables or a model with layers, not "
            f"{functions!r}."
        )
    whole = isinstance(segments, int) and not isinstance(segments, bool)
    if not whole or not 1 <= segments <= len(steps):
        raise ValueError(
            f"checkpoint_sequential: segments is a number between 1 and the number of functions, "
            f"{len(steps)}; not {segments!r}."
        )
    size = len(steps) // segments
    bounds = [*range(0, size * segments, size), len(steps)]

    def run_segment(number: int, state: Any) -> Any:
        for f in steps[bounds[number] : bounds[number + 1]]:
            state = f(state)
        return nest.map_structure(as_tensor, state)

    def storage(_: int) -> Snapshots:
        return Snapshots(segments, 0, None)

    return Chain(segments, run_segment, storage, "checkpoint_sequential").run(input)


def fori_checkpointed(
    n: int,
    body: Callable[[int, Any], Any],
    x: Any,
    budget: int | None = None,
    disk: int | None = None,
    directory: str | None = None,
) -> Any:
    """Run a loop whose gradient needs the memory of a few states, however long the loop is.

    The gradient runs parts of the loop again, by the binomial schedule of Revolve [1]_: with ``c``
    stored states, ``n`` steps take ``r n - (c + r)! / ((c + 1)! (r - 1)!)`` steps forward, which is
    the least possible, and ``n`` steps under a tape; ``r`` is the smallest number with
    ``n <= (c + r)! / (c! r!)``. Of 10,000 steps with 50 states no one runs more than 4 times.

    Parameters
    ----------
    n : int
        The number of steps.
    body : callable
        ``body(i, x)``, the next state; structure, shapes and dtypes must stay the same. It has to
        give the same result whenever it is called with the same arguments.
    x : Tensor
        The first state; a structure of tensors works too.
    budget : int, optional
        How many states there is memory for, counting everything: stored states, the first and the
        last state, and what one step needs while it runs and is pulled back, which is measured at
        step 0. Without it, so many states are stored that no step is run more than 3 times, about
        the square root of ``2 n``.
    disk : int, optional
        How many states to store on disk; those that are needed least often go there. By default as
        many as are crowded out of memory by what a step needs, so that the schedule is the best one
        for `budget` stored states. 0 writes nothing: fewer states are stored.
    directory : str, optional
        Where to make the directory for them, which is deleted in the end; by default the system's
        directory for temporary files.

    Returns
    -------
    Tensor
        The last state. Gradients with respect to `x`, to Variables, and to tensors that `body` uses
        from outside are those of the plain loop.

    Raises
    ------
    TypeError
        If `body` is not callable, or `n`, `budget` or `disk` are no integers.
    ValueError
        If `n` or `disk` is negative, `budget` is not positive, or `body` changes the structure,
        shapes or dtypes of the state.

    Notes
    -----
    The states and the schedule serve one gradient; a second one from a persistent tape runs the
    loop anew. Gradients of gradients keep the whole loop in memory. Inside of a `tf.function` the
    loop is recorded like any other.

    References
    ----------
    .. [1] A. Griewank, A. Walther, "Algorithm 799: Revolve", ACM TOMS 26 (2000), 19-45.

    Examples
    --------
    >>> import tapegrad as tf
    >>> x = tf.Variable([0.5, 1.0])
    >>> with tf.GradientTape() as tape:
    ...     y = tf.fori_checkpointed(1000, lambda i, x: x + 0.001 * tf.sin(x), x, budget=10)
    >>> tape.gradient(y, x).numpy().round(3)
    array([1.954, 1.102], dtype=float32)
    """
    for name, value, least in (("n", n, 0), ("budget", budget, 1), ("disk", disk, 0)):
        if name != "n" and value is None:
            continue
        if not hasattr(value, "__index__") or isinstance(value, bool):
            raise TypeError(f"fori_checkpointed: {name} is an integer, not {value!r}.")
        if int(value) < least:  # type: ignore[arg-type]
            raise ValueError(f"fori_checkpointed: {name} is at least {least}, not {value!r}.")
    if not callable(body):
        raise TypeError(f"fori_checkpointed: body is a function body(i, x), not {body!r}.")
    n, disk = int(n), None if disk is None else int(disk)
    state = nest.map_structure(as_tensor, x)
    if n == 0:
        return state
    given = budget is not None
    if budget is None:
        budget = 1
        while beta(budget, 2) < n:
            budget += 1
    wanted = _signature(state)

    def step(i: int, now: Any) -> Any:
        following = nest.map_structure(as_tensor, body(i, now))
        if _signature(following) != wanted:
            raise ValueError(
                f"fori_checkpointed: body must return a state like the one that it gets. Expected "
                f"{_shown(state)}. Actual, in step {i}: {_shown(following)}."
            )
        return following

    size = sum(x._value.nbytes for x in nest.flatten(state))

    def storage(working: int) -> Snapshots:
        in_memory = max(1, budget - -(-working // max(size, 1)))
        on_disk = budget - in_memory if disk is None else disk
        return Snapshots(in_memory + on_disk, on_disk, directory)

    measured = given and size * budget > _NEGLIGIBLE
    return Chain(n, step, storage, "fori_checkpointed", measured).run(state)


def _signature(state: Any) -> Sequence[Any]:
    leaves = nest.flatten(state)
    structure = (
        None if isinstance(state, ArrayLike) else repr(nest.map_structure(lambda _: 0, state))
    )
    return [structure, *[(x._value.shape, x._value.dtype) for x in leaves]]


def _shown(state: Any) -> str:
    return repr(nest.map_structure(lambda x: f"{x.dtype.name}{list(x._value.shape)}", state))
