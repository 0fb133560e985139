"""Arrows of a picture: where they begin and end, their curves, and the numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise

from tapegrad.inspect.boxes import Arrow
from tapegrad.inspect.layout import Layout, Point
from tapegrad.inspect.theme import HALO, NUMBER

#: Between the ends of two arrows at one box, and between lines that lead back.
_STEP, _BACK_STEP = 14.0, 10.0
_LABEL_HEIGHT = 12.0

Curve = tuple[Point, Point, Point, Point]
Rectangle = tuple[float, float, float, float]


class Arrows:
    """The arrows of one picture.

    Parameters
    ----------
    arrows, layout, sizes
        What is drawn, and where its boxes are.

    Attributes
    ----------
    right
        How far lines that lead back reach.
    """

    def __init__(self, arrows: list[Arrow], layout: Layout, sizes: Mapping[str, Point]) -> None:
        self._arrows, self._layout, self._sizes = arrows, layout, sizes
        self._norms = sorted(
            a.norm for a in arrows if a.norm is not None and 0.0 < a.norm < math.inf
        )
        self._curves = self._routed()
        self.right = 0.0
        self._taken = _Taken(
            (x - sizes[key][0] / 2, y - sizes[key][1] / 2, *sizes[key])
            for key, (x, y) in layout.centres.items()
        )

    @property
    def with_norms(self) -> bool:
        """Whether there are numbers to explain."""
        return any(a.norm is not None for a in self._arrows)

    def lines(self) -> list[str]:
        """All arrows."""
        drawn, level = [], 0
        for arrow in self._arrows:
            if arrow.back:
                path, dash = self._way_back(arrow, level), " stroke-dasharray='6 4'"
                level += 1
            else:
                path, dash = _path(self._curves[arrow.tail, arrow.head]), ""
            colour, thick = self._strength(arrow.norm)
            drawn.append(
                f"<path class='flow' d='{path}' fill='none' stroke='{colour}' "
                f"stroke-width='{thick:.1f}'{dash} marker-end='url(#tip)'/>"
            )
        return drawn

    def reserve(self, rectangle: Rectangle) -> None:
        """Keep numbers off a place: left, top, width, height."""
        self._taken.add(rectangle)

    def labels(self) -> list[str]:
        """The numbers, each where nothing else stands, if there is such a place."""
        drawn = []
        for arrow in self._arrows:
            text = arrow.label
            if not text or arrow.back:
                continue
            width = 5.8 * len(text) + 2.0
            x, y = self._place(self._curves[arrow.tail, arrow.head], width)
            self.right = max(self.right, x + width)
            start = f"<text x='{x:.1f}' y='{y + 9.5:.1f}' font-size='10'"
            drawn.append(
                f"{start} {HALO}>{text}</text>{start} class='number' fill='{NUMBER}'>{text}</text>"
            )
        return drawn

    def _routed(self) -> dict[tuple[str, str], list[Curve]]:
        """Curves of the arrows that lead down; their ends share the sides of the boxes."""
        ways, centres = self._layout.ways, self._layout.centres
        forward = [(a.tail, a.head) for a in self._arrows if not a.back]
        second = {e: (*ways[e], centres[e[1]])[0] for e in forward}
        last = {e: (centres[e[0]], *ways[e])[-1] for e in forward}
        begins = _spread(forward, 0, second, self._sizes)
        ends = _spread(forward, 1, last, self._sizes)
        curves = {}
        for edge in forward:
            (x0, y0), (x1, y1) = centres[edge[0]], centres[edge[1]]
            start = x0 + begins[edge], y0 + self._sizes[edge[0]][1] / 2
            stop = x1 + ends[edge], y1 - self._sizes[edge[1]][1] / 2 - 1
            curves[edge] = [_curve(a, b) for a, b in pairwise([start, *ways[edge], stop])]
        return curves

    def _way_back(self, arrow: Arrow, level: int) -> str:
        """Out below its box, up to the right of everything on the way, and in from above."""
        centres, sizes = self._layout.centres, self._sizes
        (x0, y0), (x1, y1) = centres[arrow.tail], centres[arrow.head]
        between = [
            x + sizes[key][0] / 2
            for key, (x, y) in centres.items()
            if y1 - sizes[key][1] <= y <= y0 + sizes[key][1]
        ]
        right = max(between) + 30.0 + _BACK_STEP * level
        self.right = max(self.right, right)
        x0 += sizes[arrow.tail][0] / 2 - 9.0
        x1 += sizes[arrow.head][0] / 2 - 9.0
        bottom, top = y0 + sizes[arrow.tail][1] / 2, y1 - sizes[arrow.head][1] / 2
        low, high = bottom + 14.0, top - 14.0
        return (
            f"M{x0:.1f},{bottom:.1f} V{low - 6:.1f} Q{x0:.1f},{low:.1f} {x0 + 6:.1f},{low:.1f} "
            f"H{right - 8:.1f} Q{right:.1f},{low:.1f} {right:.1f},{low - 8:.1f} "
            f"V{high + 8:.1f} Q{right:.1f},{high:.1f} {right - 8:.1f},{high:.1f} "
            f"H{x1 + 6:.1f} Q{x1:.1f},{high:.1f} {x1:.1f},{high + 6:.1f} V{top - 1:.1f}"
        )

    def _strength(self, norm: float | None) -> tuple[str, float]:
        """Colour and width of an arrow, by the logarithm of its gradient's norm."""
        if norm is None:
            return "#8793a3", 1.3
        if not math.isfinite(norm):
            return "#d00000", 3.5
        if norm == 0.0:
            return "#b3bbc6", 1.3
        low, high = math.log10(self._norms[0]), math.log10(self._norms[-1])
        share = 0.5 if high - low < 1e-9 else (math.log10(norm) - low) / (high - low)
        red, blue = int(40 + 170 * share), int(200 - 140 * share)
        return f"#{red:02x}50{blue:02x}", 1.3 + 1.9 * share

    def _place(self, curves: list[Curve], width: float) -> Point:
        """The left upper corner of a number beside a curve."""
        first: Point | None = None
        for number in (-1, 0, len(curves) // 2):
            for share in (0.5, 0.3, 0.7, 0.15):
                x, y = _point(curves[number], share)
                for left in (x + 4.0, x - 4.0 - width):
                    if left < _LEFTMOST:
                        continue
                    corner = left, y - _LABEL_HEIGHT / 2
                    first = first or corner
                    if self._taken.add((*corner, width, _LABEL_HEIGHT)):
                        return corner
        assert first is not None
        return first


#: Numbers stay inside of the picture's margin.
_LEFTMOST = -22.0


class _Taken:
    """Rectangles that are taken, found by the cells of a grid that they touch."""

    _CELL = 60.0

    def __init__(self, taken: Iterable[Rectangle]) -> None:
        self._cells: dict[tuple[int, int], list[Rectangle]] = {}
        for rectangle in taken:
            self._note(rectangle)

    def _touched(self, rectangle: Rectangle) -> list[tuple[int, int]]:
        x, y, w, h = rectangle
        c = self._CELL
        return [
            (i, j)
            for i in range(int(x // c), int((x + w) // c) + 1)
            for j in range(int(y // c), int((y + h) // c) + 1)
        ]

    def _note(self, rectangle: Rectangle) -> None:
        for cell in self._touched(rectangle):
            self._cells.setdefault(cell, []).append(rectangle)

    def add(self, rectangle: Rectangle) -> bool:
        """Take a rectangle, if it is free."""
        x, y, w, h = rectangle
        for cell in self._touched(rectangle):
            for left, top, width, height in self._cells.get(cell, ()):
                if x < left + width and left < x + w and y < top + height and top < y + h:
                    return False
        self._note(rectangle)
        return True


def _spread(
    edges: list[tuple[str, str]],
    end: int,
    neighbour: Mapping[tuple[str, str], Point],
    sizes: Mapping[str, Point],
) -> dict[tuple[str, str], float]:
    """How far from the middle of its box each arrow ends, in the order of where it comes from."""
    at: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        at.setdefault(edge[end], []).append(edge)
    shift = {}
    for key, meeting in at.items():
        meeting.sort(key=lambda edge: neighbour[edge][0])
        room = sizes[key][0] - 24.0
        step = min(_STEP, room / max(1, len(meeting) - 1))
        for i, edge in enumerate(meeting):
            shift[edge] = (i - (len(meeting) - 1) / 2) * step
    return shift


def _curve(a: Point, b: Point) -> Curve:
    bend = (b[1] - a[1]) * 0.5
    return a, (a[0], a[1] + bend), (b[0], b[1] - bend), b


def _path(curves: list[Curve]) -> str:
    (x, y), *_ = curves[0]
    steps = [" ".join(f"{px:.1f},{py:.1f}" for px, py in curve[1:]) for curve in curves]
    return f"M{x:.1f},{y:.1f} " + " ".join(f"C{step}" for step in steps)


def _point(curve: Curve, t: float) -> Point:
    weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
    x = sum(w * p[0] for w, p in zip(weights, curve, strict=True))
    y = sum(w * p[1] for w, p in zip(weights, curve, strict=True))
    return x, y
