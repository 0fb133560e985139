"""A diagram as SVG."""

from __future__ import annotations

import html

from tapegrad.inspect.arrows import Arrows
from tapegrad.inspect.boxes import Box, Diagram
from tapegrad.inspect.layout import Layout, Point, layered
from tapegrad.inspect.theme import FAINT, FILL, FRAME, HALO, INK, NUMBER, opening

_MARGIN = 28.0
_TIP = (
    "<defs><marker id='tip' viewBox='0 0 8 8' refX='7' refY='4' markerWidth='9' markerHeight='9' "
    f"markerUnits='userSpaceOnUse' orient='auto'><path class='faint' d='M0,0 L8,4 L0,8 z' "
    f"fill='{FAINT}'/></marker></defs>"
)


_NOTHING = (
    f"<text x='0' y='8' font-size='13' class='ink' fill='{INK}'>The tape recorded nothing.</text>"
)


def svg(diagram: Diagram) -> str:
    """The picture, complete with its own background and legend."""
    sizes = {box.key: _size(box) for box in diagram.boxes}
    edges = [(a.tail, a.head) for a in diagram.arrows if not a.back]
    sources = frozenset(box.key for box in diagram.boxes if box.kind == "source")
    layout = layered(sizes, edges, sources)
    arrows = Arrows(diagram.arrows, layout, sizes)
    lines = arrows.lines()
    frames, titles = _frames(diagram, layout, sizes, arrows)
    labels = arrows.labels()
    width = max(max(layout.width, arrows.right) + 2 * _MARGIN, 470.0)
    height = layout.height + 2 * _MARGIN + 44.0
    parts = [
        opening(width, height),
        _TIP,
        f"<g transform='translate({_MARGIN:.0f},{_MARGIN:.0f})'>",
        *frames,
        *lines,
        *[_box(box, layout.centres[box.key], sizes[box.key]) for box in diagram.boxes],
        *titles,
        *labels,
        *([] if diagram.boxes else [_NOTHING]),
        "</g>",
        _legend(height, arrows.with_norms),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part)


def _size(box: Box) -> Point:
    longest = max(8.2 * len(box.title), 6.4 * len(box.detail))
    return max(46.0, longest + 20.0), 40.0 if box.detail else 28.0


def _box(box: Box, centre: Point, size: Point) -> str:
    fill, line = FILL[box.kind]
    (x, y), (w, h) = centre, size
    round_ = h / 2 if box.kind == "source" else 5
    detail = (
        f"<text x='{x:.1f}' y='{y + 13:.1f}' font-size='11' class='faint' fill='{FAINT}' "
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
        f"class='ink' fill='{INK}' text-anchor='middle'>{html.escape(box.title)}</text>{detail}</g>"
    )


def _frames(
    diagram: Diagram, layout: Layout, sizes: dict[str, Point], arrows: Arrows
) -> tuple[list[str], list[str]]:
    """A frame around each part that stands for several turns, and what is written on it."""
    frames, titles = [], []
    for loop, times in enumerate(diagram.loops):
        inside = [box.key for box in diagram.boxes if box.repeat == loop]
        if not inside:
            continue
        left = min(layout.centres[k][0] - sizes[k][0] / 2 for k in inside) - 12
        right = max(layout.centres[k][0] + sizes[k][0] / 2 for k in inside) + 12
        top = min(layout.centres[k][1] - sizes[k][1] / 2 for k in inside) - 12
        bottom = max(layout.centres[k][1] + sizes[k][1] / 2 for k in inside) + 20
        frames.append(
            f"<rect x='{left:.1f}' y='{top:.1f}' width='{right - left:.1f}' "
            f"height='{bottom - top:.1f}' rx='8' class='frame' fill='{FRAME[0]}' "
            f"stroke='{FRAME[1]}' stroke-dasharray='5 3'/>"
        )
        arrows.reserve((left + 6, bottom - 16, 6.0 * len(f"{times} times"), 13.0))
        text = f"<text x='{left + 6:.1f}' y='{bottom - 6:.1f}' font-size='11'"
        titles.append(
            f"{text} {HALO}>{times} times</text>"
            f"{text} class='faint' fill='#8a7420'>{times} times</text>"
        )
    return frames, titles


def _legend(height: float, with_norms: bool) -> str:
    parts, x, y = [], _MARGIN, height - 20.0
    for kind, text in (("source", "watched"), ("target", "target"), ("operation", "operation")):
        fill, line = FILL[kind]
        parts.append(
            f"<g class='legend {kind}'><rect x='{x:.0f}' y='{y - 9:.0f}' width='14' height='11' "
            f"rx='3' fill='{fill}' stroke='{line}'/></g><text x='{x + 19:.0f}' y='{y:.0f}' "
            f"font-size='11' class='faint' fill='{FAINT}'>{text}</text>"
        )
        x += 30.0 + 6.6 * len(text)
    if with_norms:
        parts.append(
            f"<text x='{x:.0f}' y='{y:.0f}' font-size='11' class='number' fill='{NUMBER}'>numbers: "
            f"norm of the gradient</text>"
        )
    return "".join(parts)
