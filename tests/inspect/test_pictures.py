"""Pictures show what was recorded, can be read by other programs, and nothing overlaps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

import tapegrad as tf
from tapegrad.inspect.layout import layered
from tapegrad.inspect.repeats import Repeat, repeats

SVG = "{http://www.w3.org/2000/svg}"


def network() -> tuple[Any, Any, Any]:
    w = tf.Variable(np.full((3, 2), 0.5), name="weights")
    b = tf.Variable(np.zeros(2), name="bias <1>")
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.tanh(tf.constant(np.ones((4, 3))) @ w + b))
    return tape, y, w


def loop(turns: int) -> tuple[Any, Any]:
    x = tf.Variable([0.5, 0.25], name="state")
    with tf.GradientTape(persistent=True) as tape:
        z = tf.exp(x)
        for _ in range(turns):
            z = tf.sin(z) * 1.5 + z
        y = tf.reduce_sum(z)
    return tape, y


def tangle(size: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    x = tf.Variable(np.ones(5))
    with tf.GradientTape(persistent=True) as tape:
        values = [tf.sin(x)]
        for _ in range(size):
            a, b = (values[rng.integers(max(0, len(values) - 12), len(values))] for _ in "ab")
            values.append([tf.sin, tf.cos, tf.tanh, lambda a, b=b: a * b][rng.integers(4)](a))
        y = tf.reduce_sum(tf.add_n(values[-12:]))
    return tape, y


def boxes_of(text: str) -> list[tuple[str, float, float, float, float]]:
    """Kind, left, top, right, bottom of each box of a picture."""
    found = []
    for group in ET.fromstring(text).iter(f"{SVG}g"):
        kind, rect = group.get("class"), group.find(f"{SVG}rect")
        if kind and not kind.startswith("legend") and rect is not None:
            x, y, w, h = (float(rect.get(a, "")) for a in ("x", "y", "width", "height"))
            found.append((kind, x, y, x + w, y + h))
    return found


def test_what_is_in_a_picture() -> None:
    tape, y, _ = network()
    picture = tape.draw(y)
    kinds = [box.kind for box in picture.diagram.boxes]
    assert (kinds.count("source"), kinds.count("target"), kinds.count("operation")) == (2, 1, 3)
    text = picture.svg()
    for shown in ("weights", "bias &lt;1&gt;", "(3, 2)", "(4, 2)", "reduce_sum", "norm of the"):
        assert shown in text
    assert "test_pictures.py:" in text  # the lines, when the pointer rests on a box
    assert len(boxes_of(text)) == 6


def test_numbers_do_not_overlap() -> None:
    rng = np.random.default_rng(0)
    x = tf.Variable(rng.normal(size=(5, 4)))
    weights = [tf.Variable(rng.normal(size=(4, 4)), name=name) for name in ("q", "k", "v", "out")]
    with tf.GradientTape(persistent=True) as tape:
        q, k, v = (x @ w for w in weights[:3])
        y = x + tf.nn.softmax(q @ tf.transpose(k)) @ v @ weights[3]
        y = tf.reduce_sum(tf.square(y - tf.reduce_mean(y, axis=-1, keepdims=True)))
    root = ET.fromstring(tape.draw(y).svg())
    numbers = [
        (float(text.get("x", "")), float(text.get("y", "")), 5.8 * len(text.text or ""))
        for text in root.iter(f"{SVG}text")
        if text.get("class") == "number" and text.get("font-size") == "10"
    ]
    assert len(numbers) == len(tape.draw(y).diagram.arrows) == 21
    for i, (left, top, width) in enumerate(numbers):
        for l2, t2, w2 in numbers[i + 1 :]:
            assert abs(top - t2) >= 12.0 or l2 >= left + width or l2 + w2 <= left


def test_dark_pages_and_narrow_ones() -> None:
    text = network()[0].draw().svg()
    assert "prefers-color-scheme:dark" in text
    assert "[data-jp-theme-light='false'] .tapegrad .paper" in text
    assert "max-width:100%;min-width:282px;height:auto" in text  # 0.6 of 470


def test_layers_of_a_deep_network_are_a_loop_with_its_variables_together() -> None:
    layers = [
        (tf.Variable(np.eye(3), name=f"w{i}"), tf.Variable(np.zeros(3), name=f"b{i}"))
        for i in range(30)
    ]
    h = tf.constant(np.ones((2, 3)))
    with tf.GradientTape(persistent=True) as tape:
        for w, b in layers:
            h = tf.tanh(h @ w + b)
        y = tf.reduce_sum(h)
    drawn = tape.draw(y).diagram
    assert drawn.loops == [30]
    sources = [(box.title, box.detail) for box in drawn.boxes if box.kind == "source"]
    assert sources == [("w0 … w29", "30 of shape (3, 3)"), ("b0 … b29", "30 of shape (3,)")]
    gradients = tape.gradient(y, [w for w, _ in layers])
    norms = sorted(float(tf.norm(g)) for g in gradients)
    key = next(box.key for box in drawn.boxes if box.title == "w0 … w29")
    (arrow,) = (a for a in drawn.arrows if a.tail == key)
    assert (arrow.least, arrow.norm) == pytest.approx((norms[0], norms[-1]))


def test_equal_operations_side_by_side_are_no_loop() -> None:
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.add_n([tf.sin(x) for _ in range(4)])
        many = tf.add_n([tf.cos(x) for _ in range(40)])
    assert tape.draw(y).diagram.loops == []
    assert tape.draw(many).diagram.loops == [40]


def test_norms_are_those_of_the_gradient() -> None:
    tape, y, w = network()
    arrows = tape.draw(y).diagram.arrows
    into = {(a.tail[0], a.head): a.norm for a in arrows}
    assert into["v", "r0"] == pytest.approx(np.linalg.norm(tape.gradient(y, w).numpy()))
    assert all(a.norm is None for a in tape.draw().diagram.arrows)


@pytest.mark.parametrize(
    "make", [network, lambda: loop(3), lambda: loop(700), lambda: tangle(100), lambda: tangle(2000)]
)
@pytest.mark.parametrize("collapse", [True, False])
def test_boxes_do_not_overlap_and_stay_inside(make: Any, collapse: bool) -> None:
    tape, y, *_ = make()
    picture = tape.draw(y, collapse=collapse)
    text = picture.svg()
    boxes = boxes_of(text)
    assert len(boxes) == len(picture.diagram.boxes)
    assert not collapse or len(boxes) <= 150
    match = re.search(r"viewBox='0 0 (\d+) (\d+)'", text)
    assert match is not None
    width, height = map(float, match.groups())
    boxes.sort(key=lambda box: box[2])
    for i, (_, left, top, right, bottom) in enumerate(boxes):
        assert left >= 0.0
        assert right <= width
        assert top >= 0.0
        assert bottom <= height
        for _, l2, t2, r2, _ in boxes[i + 1 :]:
            if t2 >= bottom:
                break
            assert r2 <= left or l2 >= right


def test_a_loop_is_drawn_once() -> None:
    tape, y = loop(700)
    picture = tape.draw(y)
    assert picture.diagram.loops == [700]
    assert len(picture.diagram.boxes) == 6  # state, exp, sin, multiply, add, reduce_sum
    assert "700 times" in picture.svg()
    assert any(arrow.back for arrow in picture.diagram.arrows)
    assert len(tape.draw(y, collapse=False).diagram.boxes) == 2103


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("abc", []),
        ("aaaa", [Repeat(0, 1, 4)]),
        ("xababab", [Repeat(1, 2, 3)]),
        ("abcabcabcab", [Repeat(0, 3, 3)]),
        ("abab", []),
        ("aaabbbb", [Repeat(0, 1, 3), Repeat(3, 1, 4)]),
    ],
)
def test_repeats(entries: str, expected: list[Repeat]) -> None:
    assert repeats(entries) == expected


def test_layers_point_down() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    layout = layered(dict.fromkeys("abcd", (20.0, 10.0)), edges, frozenset("d"))
    for tail, head in edges:
        assert layout.centres[tail][1] < layout.centres[head][1]
    assert layout.centres["d"][1] == layout.centres["b"][1]
    assert len(layout.ways["a", "c"]) == 1


def test_text_for_other_programs() -> None:
    tape, y, _ = network()
    dot, mermaid = tape.draw(y).dot(), tape.draw(y).mermaid()
    assert dot.startswith("digraph tape {")
    assert dot.count("->") == mermaid.count("-->") == 5
    assert '"weights\\n(3, 2)"' in dot
    assert '(["weights<br>(3, 2)"]):::source' in mermaid


@pytest.mark.parametrize(
    ("name", "begins"),
    [("t.svg", "<svg"), ("t.html", "<!doctype"), ("t.dot", "digraph"), ("t.mmd", "flowchart")],
)
def test_files(tmp_path: Path, name: str, begins: str) -> None:
    tape, y, _ = network()
    tape.draw(y).save(tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    with pytest.raises(ValueError, match=r"\.svg, \.html"):
        tape.draw(y).save(tmp_path / "tape.png")


def test_empty_and_wrong() -> None:
    x = tf.Variable(1.0, name="x")
    with tf.GradientTape(persistent=True) as tape:
        pass
    assert "<svg" in tape.draw().svg()
    assert [box.kind for box in tape.draw(x).diagram.boxes] == ["target"]
    with pytest.raises(TypeError, match="should be one"):
        tape.draw(3.0)
    with pytest.raises(tf.errors.TapeUsedError, match="never entered"):
        tf.GradientTape().draw()


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: tf.constant([[1.5, 2.0]]), ["shape (1, 2)", "float32", "1.5", "from 1.5 to 2"]),
        (lambda: tf.constant(3), ["int32", "3"]),
        (lambda: tf.constant("<b>"), ["&lt;b&gt;"]),
        (lambda: tf.zeros([100, 100]), ["shape (100, 100)", "…"]),
        (lambda: tf.zeros([2, 3, 4]), ["the first slice"]),
        (lambda: tf.zeros([0, 3]), ["shape (0, 3)"]),
        (lambda: tf.constant([1.0, np.nan]), ["1 not finite"]),
        (lambda: tf.constant([1.0 + 2.0j]), ["(1+2j)"]),
        (lambda: tf.Variable([1.0, 2.0], name="v"), ["Variable <b>v:0</b>"]),
        (lambda: network()[0], ["GradientTape, persistent", "4 operations", "weights:0", "<svg"]),
        (lambda: loop(100)[0], ["302 operations"]),
    ],
)
def test_notebooks(make: Any, shown: list[str]) -> None:
    text = make()._repr_html_()
    for part in shown:
        assert part in text
    ET.fromstring(f"<x>{text}</x>")  # well formed


def test_notebooks_show_sparse_gradients_and_used_tapes() -> None:
    table = tf.Variable(np.ones((5, 2)))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(table, [1, 3]))
    gradient = tape.gradient(y, table)
    assert "2 rows of shape (5, 2)" in gradient._repr_html_()
    assert "released" in tape._repr_html_()


def test_numbers_stay_inside_of_the_picture() -> None:
    rng = np.random.default_rng(0)
    queries, keys, values, out = (tf.Variable(rng.normal(size=(8, 8))) for _ in range(4))
    with tf.GradientTape() as tape:
        h = tf.constant(rng.normal(size=(2, 5, 8)))
        for _ in range(4):
            scores = tf.matmul(h @ queries, h @ keys, transpose_b=True) / 3.0
            h = h + (tf.nn.softmax(scores) @ (h @ values)) @ out
            h = h - tf.reduce_mean(h, -1, keepdims=True)
        y = tf.reduce_sum(h * h)
    root = ET.fromstring(tape.draw(y).svg())
    width = float(root.get("width", "0"))
    margin = 28.0
    numbers = [e for e in root.iter() if e.get("class") == "number" and e.get("font-size") == "10"]
    assert len(numbers) > 10
    for number in numbers:
        left = float(number.get("x", "nan")) + margin
        assert left >= 0.0
        assert left + 5.8 * len(number.text or "") <= width


def test_an_empty_tape_says_so() -> None:
    with tf.GradientTape() as tape:
        pass
    assert "The tape recorded nothing." in tape.draw().svg()
