"""A diagram as SVG."""

from __future__ import annotations

import html
import math
from itertools import pairwise

from tapegrad.inspect.diagram import Arrow, Box, Diagram
from tapegrad.inspect.layout import Layout, Point, layered

_MARGIN = 28.0
_FONT = "font-family='Helvetica,Arial,sans-serif'"
_FILL = {
    "source": ("#d9f2e0", "#2f8f4e"),
    "target": ("#ffe3c2", "#c96a00"),
    "operation": ("#f3f6fb", "#6b7f99"),
    "chain": ("#e7ecf5", "#4d648a"),
}


def svg(diagram: Diagram) -> str:
    """The picture, complete with its own background and legend."""
    sizes = {box.key: _size(box) for box in diagram.boxes}
    edges = [(a.tail, a.head) for a in diagram.arrows if not a.back]
    sources = frozenset(box.key for box in diagram.boxes if box.kind == "source")
    layout = layered(sizes, edges, sources)
    norms = [a.norm for a in diagram.arrows if a.norm is not None]
    side = 150.0 if any(a.back for a in diagram.arrows) else 0.0
    width = max(layout.width + 2 * _MARGIN + side, 470.0)
    height = layout.height + 2 * _MARGIN + 44.0
    opening = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {height:.0f}' "
        f"width='{width:.0f}' height='{height:.0f}' {_FONT}>"
    )
    tip = (
        "<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='9' "
        "markerHeight='9' markerUnits='userSpaceOnUse' orient='auto'><path d='M0,0 L8,4 L0,8 z' "
        "fill='#5b6675'/></marker></defs>"
    )
    parts = [
        opening,
        tip,
        f"<rect width='{width:.0f}' height='{height:.0f}' fill='#ffffff'/>",
        f"<g transform='translate({_MARGIN:.0f},{_MARGIN:.0f})'>",
        *_frames(diagram, layout, sizes),
        *[_arrow(a, layout, sizes, norms) for a in diagram.arrows],
        *[_box(box, layout.centres[box.key], sizes[box.key]) for box in diagram.boxes],
        *[_label(a, layout, sizes) for a in diagram.arrows if a.norm is not None],
        "</g>",
        _legend(height, bool(norms)),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _size(box: Box) -> Point:
    longest = max(8.2 * len(box.title), 6.4 * len(box.detail))
    return max(46.0, longest + 20.0), 40.0 if box.detail else 28.0


def _box(box: Box, centre: Point, size: Point) -> str:
    fill, line = _FILL[box.kind]
    (x, y), (w, h) = centre, size
    round_ = h / 2 if box.kind == "source" else 5
    detail = (
        f"<text x='{x:.1f}' y='{y + 13:.1f}' font-size='11' fill='#5b6675' "
        f"text-anchor='middle'>{html.escape(box.detail)}</text>"
        if box.detail
        else ""
    )
    shift = -2 if box.detail else 4.5
    weight = "bold" if box.kind in ("source", "target") else "normal"
    return (
        f"<g class='{box.kind}'><title>{html.escape(box.hint)}</title>"
        f"<rect x='{x - w / 2:.1f}' y='{y - h / 2:.1f}' width='{w:.1f}' height='{h:.1f}' "
        f"rx='{round_}' fill='{fill}' stroke='{line}' stroke-width='1.3'/>"
        f"<text x='{x:.1f}' y='{y + shift:.1f}' font-size='13' font-weight='{weight}' "
        f"fill='#1c2733' text-anchor='middle'>{html.escape(box.title)}</text>{detail}</g>"
    )


def _arrow(arrow: Arrow, layout: Layout, sizes: dict[str, Point], norms: list[float]) -> str:
    (x0, y0), (x1, y1) = layout.centres[arrow.tail], layout.centres[arrow.head]
    h0, h1 = sizes[arrow.tail][1] / 2, sizes[arrow.head][1] / 2
    dash = ""
    if arrow.back:
        right = layout.width + 130.0
        w0, w1 = sizes[arrow.tail][0] / 2, sizes[arrow.head][0] / 2
        path = (
            f"M{x0 + w0:.1f},{y0:.1f} C{right:.1f},{y0:.1f} {right:.1f},{y1:.1f} "
            f"{x1 + w1 + 2:.1f},{y1:.1f}"
        )
        dash = " stroke-dasharray='6 4'"
    else:
        stops = [(x0, y0 + h0), *layout.ways[arrow.tail, arrow.head], (x1, y1 - h1 - 1)]
        path = f"M{stops[0][0]:.1f},{stops[0][1]:.1f}"
        for (ax, ay), (bx, by) in pairwise(stops):
            bend = (by - ay) * 0.5
            path += f" C{ax:.1f},{ay + bend:.1f} {bx:.1f},{by - bend:.1f} {bx:.1f},{by:.1f}"
    colour, thick = _strength(arrow.norm, norms)
    return (
        f"<path d='{path}' fill='none' stroke='{colour}' stroke-width='{thick:.1f}'{dash} "
        f"marker-end='url(#tip)'/>"
    )


def _strength(norm: float | None, norms: list[float]) -> tuple[str, float]:
    """Colour and width of an arrow, by the logarithm of its gradient's norm."""
    if norm is None:
        return "#8793a3", 1.3
    if not math.isfinite(norm):
        return "#d00000", 3.5
    if norm == 0.0:
        return "#c9cfd8", 1.3
    logs = [math.log10(n) for n in norms if n > 0.0 and math.isfinite(n)]
    low, high = min(logs), max(logs)
    share = 0.5 if high - low < 1e-9 else (math.log10(norm) - low) / (high - low)
    red, blue = int(40 + 170 * share), int(200 - 140 * share)
    return f"#{red:02x}50{blue:02x}", 1.3 + 1.9 * share


def _label(arrow: Arrow, layout: Layout, sizes: dict[str, Point]) -> str:
    (x1, y1) = layout.centres[arrow.head]
    if arrow.back:
        return ""
    stops = [layout.centres[arrow.tail], *layout.ways[arrow.tail, arrow.head], (x1, y1)]
    ax, ay = stops[-2]
    if len(stops) == 2:
        ay += sizes[arrow.tail][1] / 2
    x, y = (ax + 2 * x1) / 3, (ay + 2 * (y1 - sizes[arrow.head][1] / 2)) / 3
    text = f"<text x='{x + 4:.1f}' y='{y:.1f}' font-size='10'"
    halo = f"{text} stroke='#ffffff' stroke-width='3' fill='#ffffff'>{arrow.norm:.3g}</text>"
    return f"{halo}{text} fill='#8a3b12'>{arrow.norm:.3g}</text>"


def _frames(diagram: Diagram, layout: Layout, sizes: dict[str, Point]) -> list[str]:
    """A frame around each part that stands for several turns."""
    frames = []
    for loop, times in enumerate(diagram.loops):
        inside = [box.key for box in diagram.boxes if box.repeat == loop]
        if not inside:
            continue
        left = min(layout.centres[k][0] - sizes[k][0] / 2 for k in inside) - 12
        right = max(layout.centres[k][0] + sizes[k][0] / 2 for k in inside) + 12
        top = min(layout.centres[k][1] - sizes[k][1] / 2 for k in inside) - 18
        bottom = max(layout.centres[k][1] + sizes[k][1] / 2 for k in inside) + 10
        frames.append(
            f"<rect x='{left:.1f}' y='{top:.1f}' width='{right - left:.1f}' "
            f"height='{bottom - top:.1f}' rx='8' fill='#fbf7e9' stroke='#c2a83e' "
            f"stroke-dasharray='5 3'/><text x='{left + 6:.1f}' y='{top + 12:.1f}' font-size='11' "
            f"fill='#8a7420'>{times} times</text>"
        )
    return frames


def _legend(height: float, with_norms: bool) -> str:
    parts, x, y = [], _MARGIN, height - 20.0
    for kind, text in (("source", "watched"), ("target", "target"), ("operation", "operation")):
        fill, line = _FILL[kind]
        parts.append(
            f"<rect x='{x:.0f}' y='{y - 9:.0f}' width='14' height='11' rx='3' fill='{fill}' "
            f"stroke='{line}'/><text x='{x + 19:.0f}' y='{y:.0f}' font-size='11' "
            f"fill='#5b6675'>{text}</text>"
        )
        x += 30.0 + 6.6 * len(text)
    if with_norms:
        parts.append(
            f"<text x='{x:.0f}' y='{y:.0f}' font-size='11' fill='#8a3b12'>numbers: norm of the "
            f"gradient</text>"
        )
    return "".join(parts)
