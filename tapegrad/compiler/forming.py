"""Loops made of repeated stretches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tapegrad.compiler.graph import Value
from tapegrad.compiler.loops import Loop
from tapegrad.compiler.repeats import LEAST_COUNT, Stretch
from tapegrad.compiler.sequence import OUTSIDE, Numbered
from tapegrad.compiler.turns import Forming, NoLoopError, SplitError

#: A stretch that falls into more pieces is let go.
_MOST_SPLITS = 64


class Former:
    """Makes loops of stretches, in the order of a sequence.

    Parameters
    ----------
    numbered
        The sequence; its columns are changed to what the loops give.
    needed
        Values that are needed besides being inputs of operations.

    Attributes
    ----------
    rows
        Of values that are rows of a stack: the stack, and which row.
    """

    def __init__(self, numbered: Numbered, needed: Sequence[Value]) -> None:
        self._n = numbered
        bases = [numbered.place(v).base for v in needed]
        self._needed = {numbered.made[b] for b in bases if b in numbered.made}
        self.rows: dict[Value, tuple[Value, int]] = {}

    def form(self, stretch: Stretch) -> list[Loop]:
        """The loops of one stretch."""
        start, period, _, rest = stretch
        later = self._phase(stretch)
        self._line_up(start, stretch.stop + rest, period)
        found = []
        pending = [(start + later, (stretch.stop + rest - start - later) // period)]
        while pending:
            start, count = pending.pop()
            if count < LEAST_COUNT or len(pending) > _MOST_SPLITS:
                continue
            try:
                loop = Forming(self._n, self._needed, start, period, count).loop()
            except SplitError as split:
                pending.append((start + split.count * period, count - split.count))
                pending.append((start, split.count))
            except NoLoopError:
                continue
            else:
                self._settle(loop, period)
                found.append(loop)
        return found

    def _phase(self, stretch: Stretch) -> int:
        """How many operations later to begin, so that least is carried along."""
        start, period, count, _ = stretch
        c = self._n.columns
        middle = start + count // 2 * period
        users = (c.maker >= middle) & (c.maker < middle + period) & (c.user < stretch.stop)
        last = np.full(period, -1)
        np.maximum.at(last, c.maker[users] - middle, c.user[users] - middle)
        crossing = np.zeros(period, np.int64)
        for made, used in enumerate(last.tolist()):
            between = np.arange(made + 1, min(used, made + period) + 1) % period
            np.add.at(crossing, between, 1)
        first = (start - middle) % period
        return int(np.roll(crossing, -first).argmin())

    def _line_up(self, start: int, stop: int, period: int) -> None:
        """Exchange the inputs of sums and products where that makes them as in later turns.

        A total that begins with the number 0 is `part + 0` at first, and then `total + part`.
        """
        n, c = self._n, self._n.columns
        from_where = np.where(c.maker >= start, c.user - c.maker, 0)
        for position in range(start, start + period):
            if n.operations[position].primitive.name not in ("add", "multiply"):
                continue
            a = n.first[np.arange(position, stop, period)]
            x, y = from_where[a], from_where[a + 1]
            as_is = 1 * (x == x[-1]) + (y == y[-1])
            turned = 1 * (x == y[-1]) + (y == x[-1])
            for i in a[turned > as_is].tolist():
                n.exchange(i, i + 1)

    def _settle(self, loop: Loop, period: int) -> None:
        """Later operations read what the loop gives."""
        n, c = self._n, self._n.columns
        outside = (c.maker >= loop.start) & (c.maker < loop.stop) & (c.user >= loop.stop)
        places = np.flatnonzero(outside)
        turn, position = np.divmod(c.maker[places] - loop.start, period)
        for kept in loop.kept:
            if not kept.stacked:
                continue
            mine = (position == kept.position) & (c.slot[places] == kept.slot)
            c.base[places[mine]] = n.base_number(kept.output)
            c.offset[places[mine]] += turn[mine] * kept.value.size
            for k in range(loop.count):
                row = n.operations[loop.start + k * period + kept.position].outputs[kept.slot]
                self.rows[row] = kept.output, k
        c.maker[places] = OUTSIDE
