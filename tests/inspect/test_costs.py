"""Costs add up, and the trace is one that viewers load."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import tapegrad as tf


def recorded() -> tuple[Any, Any, Any]:
    x = tf.Variable(np.ones((100, 50)), name="x")
    with tf.GradientTape(persistent=True) as tape:
        h = tf.tanh(x * 2.0)
        h = tf.tanh(h) + 1.0
        y = tf.reduce_sum(h)
    return tape, y, x


def test_summary_counts_calls_and_bytes() -> None:
    tape, _, _ = recorded()
    rows = {row.name: row for row in tape.summary().by_operation()}
    assert {name: row.calls for name, row in rows.items()} == {
        "multiply": 1, "tanh": 2, "add": 1, "reduce_sum": 1
    }  # fmt: skip
    assert rows["tanh"].kept == 2 * 8 * 5000  # each keeps its output
    assert rows["add"].kept == 0
    assert "5 operations, 80.0 kB kept" in str(tape.summary())
    lines = tape.summary().by_line()
    assert sum(row.calls for row in lines) == 5
    assert all("test_costs.py:" in row.name for row in lines)


def test_profile_adds_up() -> None:
    tape, y, x = recorded()
    costs = tape.profile(y, x)
    assert len(costs.costs) == 5
    assert sum(row.share for row in costs.by_operation()) == pytest.approx(1.0)
    assert sum(row.share for row in costs.by_line()) == pytest.approx(1.0)
    assert all(c.forward is not None and c.forward > 0 for c in costs.costs)
    assert all(c.backward is not None and c.backward > 0 for c in costs.costs)
    # Both outputs of tanh, the factor 2.0, the gradient of the second tanh's input, and that of
    # its output: the gradient of a sum is a view of one number.
    assert costs.peak == 80_000 + 8 + 40_000 + 8
    for shown in ("forward", "backward", "share", "120.0 kB at the peak", "tanh"):
        assert shown in str(costs)
        assert shown in costs._repr_html_()
    assert tape.gradient(y, x) is not None


def test_what_does_not_lead_to_the_target_has_no_backward_time() -> None:
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.sin(x)
        tf.cos(x)
    sin, cos = tape.profile(y).costs
    assert sin.backward is not None
    assert cos.backward is None


def check_trace_events(text: str) -> list[dict[str, Any]]:
    """The rules of the Trace Event Format, and that events of a thread nest."""
    trace = json.loads(text)
    assert set(trace) <= {"traceEvents", "displayTimeUnit", "otherData"}
    assert trace["displayTimeUnit"] in ("ms", "ns")
    events: list[dict[str, Any]] = trace["traceEvents"]
    open_until: dict[tuple[int, int], list[float]] = {}
    counted: dict[str, float] = {}
    for e in events:
        assert e["ph"] in {"X", "C", "M"}
        assert isinstance(e["name"], str)
        assert e["name"]
        assert type(e["pid"]) is type(e["tid"]) is int
        assert e["ts"] >= 0
        if e["ph"] == "M":
            assert e["name"] in {"process_name", "thread_name"}
            assert isinstance(e["args"]["name"], str)
        elif e["ph"] == "C":
            assert e["args"]
            assert all(isinstance(v, int | float) for v in e["args"].values())
            assert e["ts"] >= counted.get(e["name"], 0.0)
            counted[e["name"]] = e["ts"]
        else:
            assert e["dur"] > 0
            # Viewers round to nanoseconds.
            begin, end = round(1000 * e["ts"]), round(1000 * (e["ts"] + e["dur"]))
            around = open_until.setdefault((e["pid"], e["tid"]), [])
            while around and around[-1] <= begin:
                around.pop()
            assert not around or end <= around[-1]
            around.append(end)
    return events


def test_trace_is_what_viewers_load(tmp_path: Path) -> None:
    tape, y, x = recorded()
    costs = tape.profile(y, x)
    costs.save(tmp_path / "trace.json")
    events = check_trace_events((tmp_path / "trace.json").read_text(encoding="utf-8"))
    spans = [e for e in events if "record" in e.get("args", {})]
    assert [e["cat"] for e in spans] == ["forward"] * 5 + ["backward"] * 5
    assert [e["name"] for e in spans[:5]] == [e["name"] for e in spans[5:]][::-1]
    lines = [e["name"] for e in events if e["ph"] == "X" and "test_costs.py" in e["name"]]
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :][::-1]
    memory = [e["args"]["bytes"] for e in events if e["ph"] == "C"]
    assert max(memory) == costs.peak
    assert memory[4] == costs.kept  # after the forward pass
    costs.save(tmp_path / "costs.html")
    costs.save(tmp_path / "costs.txt")
    assert "<table" in (tmp_path / "costs.html").read_text(encoding="utf-8")
    assert (tmp_path / "costs.txt").read_text(encoding="utf-8") == str(costs)
    assert "run again" in str(costs)
    with pytest.raises(ValueError, match=r"use tape.profile"):
        tape.summary().chrome_trace()


def test_trace_of_a_long_tape_with_what_is_not_run_again() -> None:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 1.0, lambda dy: dy

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x)
        for _ in range(300):
            y = tf.sin(y) * 1.1
        tf.exp(x)
    costs = tape.profile(y, x)
    events = check_trace_events(costs.chrome_trace())
    records = [e["args"]["record"] for e in events if "record" in e.get("args", {})]
    names = [cost.operation for cost in costs.costs]
    end = len(names) - 1  # the exponential, which leads nowhere
    assert (names[end], names[-601:-1]) == ("exp", ["sin", "multiply"] * 300)
    run_again = [i for i in range(end + 1) if names[i] != "f"]
    inside = names.index("multiply")  # the product in f, whose derivative f brings itself
    pulled_back = [i for i in reversed(range(end)) if i != inside]
    assert records == [*run_again, *pulled_back]
    assert "Not run again forward: f." in str(costs)


def test_custom_gradients_and_bad_input() -> None:
    @tf.custom_gradient
    def f(x: Any) -> Any:
        return x * 1.0, lambda dy: dy

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = f(x)
    cost = next(c for c in tape.profile(y, x).costs if c.operation == "f")
    assert cost.forward is None
    assert cost.backward is not None
    with pytest.raises(TypeError, match="`target` should be"):
        tape.profile(3.0)
    with pytest.raises(TypeError, match="`sources` should be"):
        tape.profile(y, 3.0)
    tape.gradient(y, x)
    for method in (tape.summary, lambda: tape.profile(y)):
        with pytest.raises(tf.errors.TapeUsedError, match="came too late"):
            method()


GRADIENTS: list[tuple[Any, str]] = [
    (None, "None"),
    (np.zeros((2, 3)), "all zero"),
    (np.array([[1.0, 0.0], [2.0, 0.0]]), "dead units"),
    (np.array([1.0, np.nan]), "not finite"),
    (np.array([1e6]), "exploding"),
    (np.array([1e-6]), "vanishing"),
    (np.array([[1.0, 0.0], [0.0, 2.0]]), "ok"),
    (np.array(0.5), "ok"),
    (np.array([3.0 + 4.0j]), "ok"),
]


def test_gradient_report() -> None:
    grads = [None if g is None else tf.constant(g) for g, _ in GRADIENTS]
    report = tf.debugging.gradient_report(grads)
    assert [e.verdict for e in report.entries] == [verdict for _, verdict in GRADIENTS]
    assert [e.name for e in report.entries] == [f"[{i}]" for i in range(len(grads))]
    assert len(report.problems) == 6
    assert report.entries[8].norm == pytest.approx(5.0)
    assert report.entries[2].dead == 1
    for text in (str(report), report._repr_html_()):
        assert "dead units" in text
        assert "exploding" in text
    assert report.plot().count("<rect") == 1 + len(grads)


def test_layers_explode_against_their_variables() -> None:
    rng = np.random.default_rng(0)
    kernels = [tf.Variable(rng.normal(size=(8, 8)) * 9.0, name=f"k{i}") for i in range(6)]
    bias = tf.Variable([0.0, -1e30], dtype=tf.float64, name="bias")
    with tf.GradientTape() as tape:
        h = tf.constant(rng.normal(size=(16, 8)))
        for kernel in kernels:
            h = tf.nn.relu(h @ kernel)
        y = tf.reduce_sum(tf.nn.relu(h[:, :2] + bias))
    report = tf.debugging.gradient_report(tape.gradient(y, [*kernels, bias]), [*kernels, bias])
    exploding = [e.name for e in report.entries if e.verdict == "exploding"]
    assert exploding == [f"k{i}" for i in range(6)]
    assert report.entries[6].verdict == "dead units"
    assert report.entries[6].dead == 1
    assert "of variable" in str(report)
    ratio = report.entries[0].ratio
    assert ratio is not None
    assert ratio == pytest.approx(report.entries[0].norm / np.linalg.norm(kernels[0].numpy()))


def test_gradient_report_of_structures_and_variables() -> None:
    table = tf.Variable(np.ones((4, 2)), name="table")
    w = tf.Variable(2.0, dtype=tf.float64, name="w")
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(table, [1])) * w
    found = tape.gradient(y, {"table": table, "w": w})
    report = tf.debugging.gradient_report(found)
    assert [(e.name, e.shape) for e in report.entries] == [("table", (4, 2)), ("w", ())]
    assert report.entries[0].zeros == 0.75
    named = tf.debugging.gradient_report([found["w"]], [w])
    assert named.entries[0].name == "w"
    with pytest.raises(ValueError, match="1 gradients for 2 variables"):
        tf.debugging.gradient_report([found["w"]], [w, table])
    with pytest.raises(TypeError, match="is no gradient"):
        tf.debugging.gradient_report([1.0])


def test_gradient_report_of_classes_and_of_nothing() -> None:
    @dataclasses.dataclass
    class Layer:
        kernel: Any
        bias: Any

    class Pair(NamedTuple):
        first: Any
        second: Any

    report = tf.debugging.gradient_report(
        Layer(tf.constant([[1.0, 2.0]]), Pair(tf.constant(np.zeros((0, 3))), None))
    )
    assert [(e.name, e.verdict) for e in report.entries] == [
        ("kernel", "ok"),
        ("bias.first", "ok"),
        ("bias.second", "None"),
    ]
    assert report.entries[1].shape == (0, 3)
    for empty in (np.zeros(0), np.zeros((2, 0))):
        (entry,) = tf.debugging.gradient_report([empty]).entries
        assert (entry.norm, entry.zeros, entry.dead) == (0.0, 0.0, 0)
    assert str(tf.debugging.gradient_report([])) == "There are no gradients."
    assert "</svg>" in tf.debugging.gradient_report([])._repr_html_()
