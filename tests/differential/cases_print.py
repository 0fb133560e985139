"""tf.print: what it writes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.differential.expressions import expressions

PRINTED: dict[str, tuple[Callable[[Any], list[Any]], dict[str, Any]]] = {
    "scalar": (lambda tf: [tf.constant(1.5)], {}),
    "third": (lambda tf: [tf.constant(1.0 / 3.0)], {}),
    "float64": (lambda tf: [tf.constant(1.0 / 3.0, tf.float64)], {}),
    "integers": (lambda tf: [tf.constant([1, 2, 3])], {}),
    "bools": (lambda tf: [tf.constant([True, False])], {}),
    "long_vector": (lambda tf: [tf.range(10)], {}),
    "whole_vector": (lambda tf: [tf.range(10)], {"summarize": -1}),
    "short_vector": (lambda tf: [tf.range(10)], {"summarize": 2}),
    "matrix": (lambda tf: [tf.constant([[1.0, 2.0], [3.0, 4.0]])], {}),
    "large_matrix": (lambda tf: [tf.reshape(tf.range(100.0), [10, 10])], {}),
    "empty": (lambda tf: [tf.constant([])], {}),
    "text_and_values": (lambda tf: ["x:", tf.constant(1.5), 2, [3, "four"]], {}),
    "structures": (lambda tf: [{"b": tf.constant(1), "a": (tf.constant([2.0]), None)}], {}),
    "variable": (lambda tf: [tf.Variable([1.0, 2.0])], {}),
    "special": (lambda tf: [tf.constant([float("nan"), float("inf"), -0.0, 1e20, 1e-7])], {}),
    "separated": (lambda tf: [1, 2, tf.constant(3)], {"sep": ", "}),
    "ended": (lambda tf: [1], {"end": "!"}),
    "nothing": (lambda tf: [], {}),
}


def printed(make: Callable[[Any], list[Any]], options: dict[str, Any]) -> Callable[[Any], Any]:
    """The text that tf.print writes to a file."""

    def run(tf: Any) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "printed"
            result = tf.print(*make(tf), output_stream=f"file://{path}", **options)
            return result, path.read_text()

    return run


expressions(
    __name__,
    "2.2 print",
    {f"print_{name}": printed(make, options) for name, (make, options) in PRINTED.items()},
)
