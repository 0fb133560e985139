"""Write ``matrix.md``, every operation in every mode: ``python docs/build_matrix.py``.

The page is what ``python -m tapegrad.testing.matrix --format markdown`` prints.
"""

from __future__ import annotations

import sys
from pathlib import Path

PAGE = Path(__file__).parent / "matrix.md"
_ROOT = Path(__file__).parents[1]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

from tapegrad.testing import matrix  # noqa: E402

_HEAD = """\
# Every operation in every mode

<!-- Written by docs/build_matrix.py from tapegrad/testing/matrix.json and names.py. -->

A row for each primitive, and for each function that is composed of several, by the module of
`tapegrad.ops` that it is written in; `python -m tapegrad.testing.matrix` prints the same, in whole
or for some operations.

| column | "yes" says that a test has shown |
|---|---|
| reverse | the gradient equals differences |
| forward | the tangent is dual to the gradient, for composed functions that it equals differences |
| second order | the gradient's own derivatives, in both modes, equal differences |
| batched | rows of a Jacobian pulled back together equal those one by one |
| complex | gradient and tangent are right for complex numbers too |
| float32 | single precision stays single, and its gradient is that of double precision |
| fused kernel | under `tf.function`, it becomes a part of a kernel with its neighbours |

Anything else is the reason why not:

**integer**, **boolean**
: That is what the results are.

**piecewise constant**
: The derivative is zero wherever it exists, and asking gives None.

**real only**
: It is not defined, or not used, for complex numbers.

**up to phases**
: Vectors are determined up to a phase; functions that do not depend on it are right.

**integer arguments**
: There is nothing to move.

**no formula**
: A derivative exists in mathematics, but not here, for the reason given.

**rule**, **in part**
: NumPy, SciPy or LAPACK run it, also under `tf.function`; or some of what it is composed of.

Names of other libraries are functions that compute the same, perhaps with other options; **none**:
there is no such function; **internal**: the operation has no public name here either, but is part
of an operation or of a derivative, as the column of TensorFlow's names says.

"""


def page() -> str:
    """Give the text of the page."""
    return _HEAD + matrix.as_markdown(matrix.rows())


def write() -> None:
    """Bring the page up to date."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
