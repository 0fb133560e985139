"""`GradientTape.draw`: a picture, and the same graph as text for other programs."""

from __future__ import annotations

from typing import Any

from tapegrad.core.tape_arguments import single_tensor
from tapegrad.inspect.boxes import Diagram
from tapegrad.inspect.diagram import diagram
from tapegrad.inspect.explain import check_open
from tapegrad.inspect.svg import svg


class Picture:
    """A drawing of what a tape recorded; shows itself in notebooks.

    Attributes
    ----------
    diagram
        Boxes, arrows and loops.
    """

    def __init__(self, drawn: Diagram) -> None:
        self.diagram = drawn

    def svg(self) -> str:
        """The picture as SVG, which browsers show."""
        return svg(self.diagram)

    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        shapes = {"source": "ellipse", "target": "box", "operation": "box", "chain": "box"}
        fills = {"source": "#d9f2e0", "target": "#ffe3c2", "operation": "#f3f6fb"}
        lines = ["digraph tape {", '  node [style="filled", fontname="Helvetica"];']
        for box in self.diagram.boxes:
            fill = fills.get(box.kind, "#e7ecf5")
            lines.append(
                f"  {box.key} [label={_quoted(_text(box))}, shape={shapes[box.kind]}, "
                f'fillcolor="{fill}"];'
            )
        for a in self.diagram.arrows:
            label = f'label="{a.label}"' if a.label else ""
            style = ', style="dashed", constraint=false' if a.back else ""
            lines.append(f"  {a.tail} -> {a.head} [{(label + style).strip(', ')}];")
        return "\n".join([*lines, "}"])

    def mermaid(self) -> str:
        """The graph in the language of Mermaid, which Markdown pages show."""
        lines = ["flowchart TD"]
        for box in self.diagram.boxes:
            text = _text(box).replace('"', "'").replace("\n", "<br>")
            opening, closing = ("([", "])") if box.kind == "source" else ("[", "]")
            lines.append(f'  {box.key}{opening}"{text}"{closing}:::{box.kind}')
        for a in self.diagram.arrows:
            line = "-.->" if a.back else "-->"
            label = f"|{a.label}|" if a.label else ""
            lines.append(f"  {a.tail} {line}{label} {a.head}")
        lines += [
            "  classDef source fill:#d9f2e0,stroke:#2f8f4e",
            "  classDef target fill:#ffe3c2,stroke:#c96a00",
            "  classDef operation fill:#f3f6fb,stroke:#6b7f99",
            "  classDef chain fill:#e7ecf5,stroke:#4d648a",
        ]
        return "\n".join(lines)

    def save(self, path: Any) -> None:
        """Write a file: ``.svg`` or ``.html``, ``.dot`` or ``.gv``, ``.mmd`` for Mermaid.

        Raises
        ------
        ValueError
            For any other ending.
        """
        name = str(path)
        writers = {
            "svg": self.svg,
            "html": lambda: f"<!doctype html><meta charset='utf-8'>{self._repr_html_()}",
            "dot": self.dot,
            "gv": self.dot,
            "mmd": self.mermaid,
        }
        ending = name.rpartition(".")[2]
        if ending not in writers:
            raise ValueError(
                f"A picture can be saved as {', '.join(f'.{e}' for e in writers)}; not as {name!r}."
            )
        with open(name, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(writers[ending]())

    def __repr__(self) -> str:
        boxes = self.diagram.boxes
        return (
            f"<picture of {sum(b.kind == 'source' for b in boxes)} sources, {len(boxes)} boxes, "
            f"{len(self.diagram.arrows)} arrows>"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        return f"<div style='overflow:auto;max-height:900px'>{self.svg()}</div>"


def _text(box: Any) -> str:
    return f"{box.title}\n{box.detail}" if box.detail else str(box.title)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def draw(tape: Any, target: Any = None, collapse: bool = True) -> Picture:
    """See `GradientTape.draw`."""
    check_open(tape, "draw")
    if target is not None:
        target = single_tensor(target, "target")
    return Picture(diagram(tape, target, collapse))
