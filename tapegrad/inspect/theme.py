"""Colours of pictures: attributes that every program reads, and rules for dark pages."""

from __future__ import annotations

FONT = "font-family='Helvetica,Arial,sans-serif'"
PAPER, INK, FAINT, NUMBER = "#ffffff", "#1c2733", "#5b6675", "#8a3b12"
FILL = {
    "source": ("#d9f2e0", "#2f8f4e"),
    "target": ("#ffe3c2", "#c96a00"),
    "operation": ("#f3f6fb", "#6b7f99"),
    "chain": ("#e7ecf5", "#4d648a"),
}
FRAME = ("#fbf7e9", "#c2a83e")
#: Of a text that stands behind another one, so that lines do not run through it.
HALO = f"class='halo' stroke='{PAPER}' stroke-width='3' fill='{PAPER}'"

_DARK = {
    ".paper": "fill:#15191f",
    ".ink": "fill:#e8edf3",
    ".faint": "fill:#a3afbd",
    ".number": "fill:#f2b48c",
    ".halo": "stroke:#15191f;fill:#15191f",
    ".source rect": "fill:#173d29;stroke:#4fbf7b",
    ".target rect": "fill:#57340f;stroke:#f0a040",
    ".operation rect": "fill:#222a34;stroke:#7f91ab",
    ".chain rect": "fill:#2b3545;stroke:#7f91ab",
    ".frame": "fill:#26230f;stroke:#c2a83e",
    ".flow": "filter:brightness(1.6)",
}
#: How notebooks and documentation say that they are dark; a browser says it by a media query.
_DARK_PAGES = ("[data-jp-theme-light='false']", ".vscode-dark", "[data-theme='dark']")


def _rules(before: str) -> str:
    return "".join(f"{before}.tapegrad {name}{{{rule}}}" for name, rule in _DARK.items())


STYLE = (
    f"<style>@media (prefers-color-scheme:dark){{{_rules('')}}}"
    f"{''.join(_rules(page + ' ') for page in _DARK_PAGES)}</style>"
)


def opening(width: float, height: float, smallest: float = 0.6) -> str:
    """The beginning of a picture, which shrinks with the page, but not to less than a part."""
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' class='tapegrad' "
        f"viewBox='0 0 {width:.0f} {height:.0f}' width='{width:.0f}' height='{height:.0f}' {FONT} "
        f"style='max-width:100%;min-width:{smallest * width:.0f}px;height:auto'>{STYLE}"
        f"<rect class='paper' width='{width:.0f}' height='{height:.0f}' rx='6' fill='{PAPER}'/>"
    )
