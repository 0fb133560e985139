"""Streams of elements: what the transformations of a data set do, one generator each.

``begin`` is a function that starts the stream before; a stream that is repeated starts it again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.data.elements import (
    Element,
    applied,
    applied_to_state,
    element_of,
    require_same_kind,
    returned_element,
    stacked,
)
from tapegrad.errors import InvalidArgumentError

Begin = Callable[[], Iterator[Element]]

_DRAWS = 256  # random numbers drawn at once


def shuffled(upstream: Iterator[Element], size: int, rng: np.random.Generator) -> Iterator[Element]:
    """Elements in random order, chosen from a buffer of `size`."""
    buffer = list(islice(upstream, size))
    chances: list[float] = []
    for element in upstream:
        if not chances:
            chances = rng.random(_DRAWS).tolist()
        i = int(chances.pop() * size)
        yield buffer[i]
        buffer[i] = element
    for i in rng.permutation(len(buffer)).tolist():
        yield buffer[i]


def repeated(begin: Begin, times: int) -> Iterator[Element]:
    """The elements `times` times over; without end if it is negative."""
    while times:
        times -= 1
        empty = True
        for element in begin():
            empty = False
            yield element
        if empty and times < 0:
            return  # nothing, without end, would hang


def taken_while(upstream: Iterator[Element], predicate: Callable[..., Any]) -> Iterator[Element]:
    """The elements before the first that fails the predicate."""
    for element in upstream:
        if not holds(predicate, element, "take_while"):
            return
        yield element


def holds(predicate: Callable[..., Any], element: Element, what: str) -> bool:
    """Ask a user's predicate about an element."""
    answer = applied(predicate, element)
    value = answer._read() if isinstance(answer, ArrayLike) else answer
    if not isinstance(value, (bool, np.bool)):
        raise ValueError(
            f"Dataset.{what}: Invalid `predicate`. `predicate` must return a scalar boolean "
            f"tensor, but its return value was {answer!r}."
        )
    return bool(value)


def cached(begin: Begin, store: list[list[Element]]) -> Iterator[Element]:
    """The elements of the first complete pass, kept in `store`."""
    if store:
        yield from store[0]
        return
    kept = []
    for element in begin():
        kept.append(element)
        yield element
    if not store:
        store.append(kept)


def zipped(
    upstreams: Iterable[Iterator[Element]], pack: Callable[[Any], Element]
) -> Iterator[Element]:
    """Elements of several streams side by side, until the first ends."""
    return map(pack, zip(*upstreams, strict=False))


def chosen(
    upstreams: list[Iterator[Element]], choices: Iterator[Any], stop: bool
) -> Iterator[Element]:
    """An element of the stream that each number says, passing over empty ones unless `stop`."""
    for number in choices:
        if not 0 <= number < len(upstreams):
            raise InvalidArgumentError(
                f"Dataset.choose_from_datasets: Selector index out of range: {number} is not in "
                f"[0, {len(upstreams)})."
            )
        element = next(upstreams[number], None)
        if element is not None:
            yield element
        elif stop:
            return


def sampled(
    upstreams: list[Iterator[Element]], weights: Any, stop: bool, rng: np.random.Generator
) -> Iterator[Element]:
    """An element of a stream that is chosen with given weights, until all are empty."""
    weights = weights.copy()
    while weights.any():
        i = int(rng.choice(len(upstreams), p=weights / weights.sum()))
        element = next(upstreams[i], None)
        if element is not None:
            yield element
        elif stop:
            return
        else:
            weights[i] = 0.0


def distinct(upstream: Iterator[Element]) -> Iterator[Element]:
    """The elements, scalars or arrays, that did not come before."""
    seen = set()
    for element in upstream:
        key = (element.shape, element.tolist() if element.dtype.kind == "O" else element.tobytes())
        if key not in seen:
            seen.add(key)
            yield element


def flattened(
    upstream: Iterator[Element], streams: Callable[[Element], Iterator[Element]]
) -> Iterator[Element]:
    """The elements of a stream of streams, one after the other."""
    return chain.from_iterable(map(streams, upstream))


def interleaved(
    upstream: Iterator[Element],
    streams: Callable[[Element], Iterator[Element]],
    cycle: int,
    block: int,
) -> Iterator[Element]:
    """`block` elements from each of `cycle` open streams in turn; one that ends is replaced."""
    places: list[Iterator[Element] | None] = [None] * cycle
    more, turn = True, 0
    while more or any(place is not None for place in places):
        place = places[turn]
        if place is None and more:
            fresh = next(upstream, None)
            more = fresh is not None
            places[turn] = place = streams(fresh) if more else None
        if place is not None:
            given = 0
            for element in islice(place, block):
                given += 1
                yield element
            if given < block:
                places[turn] = None
        turn = (turn + 1) % cycle


def scanned(
    upstream: Iterator[Element], state: Element, function: Callable[..., Any]
) -> Iterator[Element]:
    """What a function of a running state and an element gives beside the next state."""
    for element in upstream:
        value = applied_to_state(function, state, element)
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise TypeError(
                f"Dataset.scan: `scan_func` must return a pair of the new state and the output "
                f"element, not {value!r}."
            )
        new = element_of(value[0])
        require_same_kind(state, new, "Dataset.scan")
        state = new
        yield returned_element(value[1], "Dataset.scan")


def windows(
    upstream: Iterator[Element], size: int, shift: int, stride: int, drop: bool
) -> Iterator[list[Element]]:
    """Lists of up to `size` elements, `stride` apart, each list beginning `shift` further on."""
    held: deque[Element] = deque()
    reach = (size - 1) * stride + 1
    ended = False
    while True:
        while len(held) < reach and not ended:
            element = next(upstream, None)
            ended = element is None
            if not ended:
                held.append(element)
        if not held or (drop and len(held) < reach):
            return
        yield list(islice(held, 0, reach, stride))
        for _ in range(min(shift, len(held))):
            held.popleft()
        skipped = shift - reach
        if skipped > 0 and not ended:
            deque(islice(upstream, skipped), maxlen=0)


def batches(upstream: Iterator[Element], sizes: Iterable[int], drop: bool) -> Iterator[Element]:
    """Stacks of elements, as many as `sizes` say; the last may be smaller, unless dropped."""
    for size in sizes:
        rows = list(islice(upstream, size))
        if not rows or (len(rows) < size and drop):
            return
        yield stacked(rows)
