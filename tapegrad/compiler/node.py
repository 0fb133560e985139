"""What kernels are made of: maps, reductions, placements, products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tapegrad.compiler.graph import Value
from tapegrad.compiler.layout import Layout


def _same(layout: Layout) -> Layout | None:
    return layout


class Node:
    """A piece of a kernel.

    Attributes
    ----------
    kind
        ``"map"``: one element after the other, by the text `code`;
        ``"reduce"``: by `code` (``"sum"``, ``"max"``, ``"min"``, ``"prod"``) over `axes`;
        ``"view"``: the same memory in another layout, which `view` makes of the input's;
        ``"fill"``: zeros;
        ``"place"``: written into a part of a larger value, whose layout `view` makes of the whole;
        if `code` is ``"apart"``, no other node writes there;
        ``"gather"``: elements of the first input, picked along one of its axes by the second, whose
        axes begin at `axes`;
        ``"scatter"``: elements added to places of the output that are picked in this way;
        ``"product"``: of matrices, transposed as `transposed` says; `view` makes matrices of the
        output's memory; zeros of the factor that `code` names (``"a"``, ``"b"``) stay zeros in
        products with infinity and NaN.
    """

    __slots__ = ("axes", "code", "inputs", "kind", "output", "transposed", "view")

    def __init__(
        self, kind: str, code: str, inputs: tuple[Value, ...], output: Value, **details: Any
    ) -> None:
        self.kind = kind
        self.code = code
        self.inputs = inputs
        self.output = output
        self.axes: tuple[int, ...] = details.get("axes", ())
        self.transposed: tuple[bool, bool] = details.get("transposed", (False, False))
        self.view: Callable[[Layout], Layout | None] = details.get("view", _same)


def constant(number: Any, like: Value) -> Value:
    """A number beside a value."""
    return Value("constant", like.dtype.type(number))
