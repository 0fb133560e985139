"""A product of two matrices and a row of numbers added to each of its rows, without a tape."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.context import active_recorders, restore_float_errors, silence_float_errors
from tapegrad.core.graph_calls import remember
from tapegrad.core.places import Lines
from tapegrad.core.table import TABLE
from tapegrad.core.tensor import next_id
from tapegrad.torch.anomaly import check_gradient
from tapegrad.torch.modes import builds_graph, inference_before, why_bare
from tapegrad.torch.node import node_type
from tapegrad.torch.tensor import Tensor

_ADDMM = node_type("AddmmBackward0")
_transpose, _dot, _add = TABLE["transpose"], TABLE["dot"], TABLE["add"]
_SWAPPED = {"axes": (-1, -2)}
_new = object.__new__


def affine(input: Any, weight: Any, bias: Any, transposed: bool = False) -> Tensor | None:
    """``input @ weight + bias`` as one node, or None where this short way does not lead.

    It leads for a matrix, a matrix and a vector of one floating point type, if nothing but the
    graph follows what is computed. With `transposed` the weight is transposed first.
    """
    if not (isinstance(input, Tensor) and isinstance(weight, Tensor) and isinstance(bias, Tensor)):
        return None
    x, w, b = input._value, weight._value, bias._value
    dtype = x.dtype
    if x.ndim != 2 or w.ndim != 2 or b.ndim != 1 or dtype.kind != "f":
        return None
    second = w.T if transposed else w
    if (
        x.shape[1] != second.shape[0]
        or b.shape[0] != second.shape[1]
        or w.dtype is not dtype
        or b.dtype is not dtype
        or active_recorders()
        or check_gradient.enabled
        or inference_before[0]
    ):
        return None
    product = _dot.forward(x, second)
    token = silence_float_errors()
    try:
        value = np.add(product, b)
    finally:
        restore_float_errors(token)
    out: Tensor = _new(Tensor)
    out._value = value
    out._id = identity = next_id()
    of_x, of_w, of_b = edges = input._node, weight._node, bias._node
    if Lines.left:
        remember("linear", (input._id, weight._id, bias._id), (identity,), why_bare(*edges))
    if (of_x is None and of_w is None and of_b is None) or not builds_graph():
        out._node = None
        return out
    middle, factor = next_id(), weight._id
    records: list[Any] = []
    if transposed:
        factor = next_id()
        if of_w is not None:
            records.append((_transpose, weight._id, 1, None, factor, None, _SWAPPED))
    mask = (of_x is not None) + 2 * (of_w is not None)
    if mask:
        (keep_x, keep_w), _ = _dot.keeps[mask]
        kept = (x if keep_x else None, second if keep_w else None)
        records.append((_dot, (input._id, factor), mask, kept, middle, None, {}))
    mask = (mask > 0) + 2 * (of_b is not None)
    shapes = (value.shape, b.shape)
    records.append((_add, (middle, bias._id), mask, (None, None), identity, None, shapes))
    out._node = node = _new(_ADDMM)
    node.number = identity
    node.edges = edges
    node.ids = (input._id, weight._id, bias._id)
    node.records = records
    return out
