"""The numerical policy: derivatives at ties, kinks, zeros, ends of domains and infinities."""

from __future__ import annotations

from typing import Any

from tests.differential.harness import Snippet, case
from tests.ops.policy import Row, load


def derivatives(row: Row) -> Snippet:
    """The gradients, and the second derivatives of which the row speaks."""

    def run(tf: Any) -> Any:
        leaves = {name: tf.constant(at.point, tf.float64) for name, at in row.arguments.items()}
        found = []
        for name, at in row.arguments.items():
            x = leaves[name]
            with tf.GradientTape() as outer:
                outer.watch(x)
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    y = row.evaluate(tf, leaves)
                g = tape.gradient(y, x)
            found.append(g)
            if at.second is not None:
                found.append(outer.gradient(g, x, unconnected_gradients="zero"))
        return found

    return run


def expected(row: Row) -> list[Any]:
    """What the row says, in the order of `derivatives`."""
    found = []
    for at in row.arguments.values():
        found.append(at.gives)
        if at.second is not None:
            found.append(at.second)
    return found


for _section, _rows in load().items():
    for _number, _row in enumerate(_rows):
        if not _row.beyond:
            _run = derivatives(_row)
            _run.__name__ = f"policy_{_section}_{_number}"
            _run.__module__ = __name__
            _differs = _row.differs or None
            _ours = expected(_row) if _differs else None
            case("239-270", differs=_differs, ours=_ours, rtol=1e-6)(_run)
