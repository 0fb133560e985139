"""Layered drawing of a directed graph (Sugiyama, Tagawa and Toda 1981), in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

#: Free space between boxes, and between layers.
_GAP, _LAYER_GAP = 26.0, 46.0
_SWEEPS = 6
#: Arrows over more layers than this get no places of their own on the way.
_LONG = 40

Point = tuple[float, float]


class Layout(NamedTuple):
    """Centres of boxes, points on the way of arrows, and the size of the whole."""

    centres: dict[str, Point]
    ways: dict[tuple[str, str], list[Point]]
    width: float
    height: float


def layered(
    sizes: Mapping[str, Point], edges: Sequence[tuple[str, str]], lifted: frozenset[str]
) -> Layout:
    """Place boxes in layers so that all edges point down.

    Parameters
    ----------
    sizes
        Width and height of each box.
    edges
        Tail and head; without cycles.
    lifted
        Boxes that stand as near to their first use as possible.
    """
    layer = _layers(sizes, edges, lifted)
    nodes: dict[str, float] = {key: size[0] for key, size in sizes.items()}
    links: list[tuple[str, str]] = []
    ways: dict[tuple[str, str], list[str]] = {}
    for tail, head in edges:
        steps = range(layer[tail] + 1, layer[head])
        on_the_way = [f"{tail}>{head}@{k}" for k in steps] if len(steps) <= _LONG else []
        for k, key in zip(steps, on_the_way, strict=False):
            layer[key], nodes[key] = k, 8.0
        ways[tail, head] = on_the_way
        if len(steps) <= _LONG:
            stops = [tail, *on_the_way, head]
            links += pairwise(stops)
    rows: list[list[str]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for key in nodes:
        rows[layer[key]].append(key)
    up: dict[str, list[str]] = {key: [] for key in nodes}
    down: dict[str, list[str]] = {key: [] for key in nodes}
    for tail, head in links:
        up[head].append(tail)
        down[tail].append(head)
    _order(rows, up, down)
    x = _across(rows, nodes, up, down)
    return _placed(rows, layer, x, nodes, sizes, ways)


def _layers(
    sizes: Mapping[str, Point], edges: Sequence[tuple[str, str]], lifted: frozenset[str]
) -> dict[str, int]:
    heads: dict[str, list[str]] = {key: [] for key in sizes}
    missing = dict.fromkeys(sizes, 0)
    for tail, head in edges:
        heads[tail].append(head)
        missing[head] += 1
    layer = dict.fromkeys(sizes, 0)
    ready = [key for key in sizes if not missing[key]]
    for key in ready:
        for head in heads[key]:
            layer[head] = max(layer[head], layer[key] + 1)
            missing[head] -= 1
            if not missing[head]:
                ready.append(head)
    for key in lifted:
        if heads[key]:
            layer[key] = max(0, min(layer[head] for head in heads[key]) - 1)
    return layer


def _order(
    rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]
) -> None:
    """Fewer crossings: each row in the order of the mean places of its neighbours."""
    for sweep in range(_SWEEPS):
        order = rows if sweep % 2 == 0 else rows[::-1]
        neighbours = up if sweep % 2 == 0 else down
        place: dict[str, float] = {}
        for row in order:
            mean = {}
            for i, key in enumerate(row):
                known = [place[n] for n in neighbours[key] if n in place]
                mean[key] = sum(known) / len(known) if known else float(i)
            row.sort(key=mean.__getitem__)
            place.update((key, float(i)) for i, key in enumerate(row))


def _across(
    rows: list[list[str]],
    widths: Mapping[str, float],
    up: Mapping[str, list[str]],
    down: Mapping[str, list[str]],
) -> dict[str, float]:
    """Horizontal centres: near the neighbours, without overlap."""
    x: dict[str, float] = {}
    for row in rows:
        at = 0.0
        for key in row:
            x[key] = at + widths[key] / 2
            at += widths[key] + _GAP
        for key in row:
            x[key] -= at / 2
    for sweep in range(2 * _SWEEPS):
        order = rows if sweep % 2 == 0 else rows[::-1]
        for row in order:
            wish = []
            for key in row:
                near = sorted(x[n] for n in (*up[key], *down[key]))
                wish.append(near[len(near) // 2] if near else x[key])
            _settle(row, wish, widths, x)
    return x


def _settle(
    row: list[str], wish: list[float], widths: Mapping[str, float], x: dict[str, float]
) -> None:
    """Least squares with minimal distances: blocks that touch share the mean of their wishes."""
    offsets, at = [], 0.0
    for i, key in enumerate(row):
        if i:
            at += (widths[row[i - 1]] + widths[key]) / 2 + _GAP
        offsets.append(at)
    blocks: list[list[float]] = []  # sum of wishes minus offsets, count
    for w, offset in zip(wish, offsets, strict=True):
        blocks.append([w - offset, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    i = 0
    for total, count in blocks:
        for _ in range(int(count)):
            x[row[i]] = total / count + offsets[i]
            i += 1


def _placed(
    rows: list[list[str]],
    layer: Mapping[str, int],
    x: Mapping[str, float],
    widths: Mapping[str, float],
    sizes: Mapping[str, Point],
    ways: Mapping[tuple[str, str], list[str]],
) -> Layout:
    left = min((x[key] - widths[key] / 2 for key in x), default=0.0)
    width = max((x[key] + widths[key] / 2 for key in x), default=0.0) - left
    tops, y = [], 0.0
    for row in rows:
        height = max((sizes[key][1] for key in row if key in sizes), default=0.0)
        tops.append(y + height / 2)
        y += height + _LAYER_GAP
    at = {key: (x[key] - left, tops[layer[key]]) for key in x}
    return Layout(
        {key: at[key] for key in sizes},
        {edge: [at[key] for key in stops] for edge, stops in ways.items()},
        width,
        max(0.0, y - _LAYER_GAP),
    )
