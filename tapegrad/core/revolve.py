"""The binomial schedule for reversing a chain of steps with few stored states.

A. Griewank and A. Walther, "Algorithm 799: Revolve", ACM TOMS 26 (2000), 19-45: with ``c`` states,
reversing ``l`` steps takes at least ``r l - beta(c + 1, r - 1)`` forward steps, where
``beta(c, r) = (c + r)! / (c! r!)`` and ``r`` is the smallest number with ``l <= beta(c, r)``.
"""

from __future__ import annotations

from math import comb


def beta(states: int, repeats: int) -> int:
    """How long a chain can be of which no step is run forward more than `repeats` times."""
    return comb(states + repeats, states) if repeats >= 0 and states >= 0 else 0


def most_repeats(length: int, states: int) -> int:
    """How often a step is run forward at most."""
    repeats = 0
    while beta(states, repeats) < length:
        repeats += 1
    return repeats


def forward_steps(length: int, states: int) -> int:
    """The least number of forward steps for reversing a chain.

    Steps that are run under a tape, to be reversed at once, are not counted: there is one for each
    step of the chain.

    Parameters
    ----------
    length
        The number of steps, at least 1.
    states
        How many states can be stored, the first one included; at least 1.
    """
    repeats = most_repeats(length, states)
    return repeats * length - beta(states + 1, repeats - 1)


def next_state(length: int, states: int) -> int:
    """How many steps behind the stored beginning of a chain the next state is to be stored.

    Every choice between these bounds is optimal; the largest leaves the shortest rest.
    """
    repeats = most_repeats(length, states)
    return min(beta(states, repeats - 1), length - beta(states - 1, repeats - 1))
