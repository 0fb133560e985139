"""The suite that compares with TensorFlow: what its results look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.snippets.compare import Raises
from tests.snippets.normalise import array_result
from tests.snippets.suite import Case, Snippet, Suite, raised

__all__ = ["TENSORFLOW", "Case", "Raises", "Snippet", "case", "expressions", "raised"]


class TensorFlowSuite(Suite):
    """Snippets of TensorFlow's dialect."""

    real = "tensorflow"

    def describe(self, library: Any, result: Any) -> Any:
        """The JSON of TensorFlow's tensors, slices, shapes, dtypes and words."""
        if isinstance(result, library.IndexedSlices):
            parts = {part: getattr(result, part) for part in ("values", "indices", "dense_shape")}
            return {
                "indexed_slices": {
                    name: self.normalise(library, part) for name, part in parts.items()
                }
            }
        if isinstance(result, (library.Tensor, library.Variable)):
            return array_result("tensor", result.dtype.name, np.asarray(result.numpy()))
        if isinstance(result, library.TensorShape):
            return {"TensorShape": None if result.rank is None else result.as_list()}
        if isinstance(result, library.DType):
            return {"dtype": result.name}
        if isinstance(result, library.UnconnectedGradients):
            return {"enum": f"UnconnectedGradients.{result.name}"}
        return None

    def name_of(self, library: Any, kind: type) -> str | None:
        """``tf.errors.X`` for what stands there."""
        named = getattr(library.errors, kind.__name__, None) is kind
        return f"tf.errors.{kind.__name__}" if named else None


TENSORFLOW = TensorFlowSuite("tests.differential", Path(__file__).parent)

case = TENSORFLOW.case
expressions = TENSORFLOW.expressions
load_cases = TENSORFLOW.load_cases
load_recordings = TENSORFLOW.load_recordings
recording_path = TENSORFLOW.recording_path
