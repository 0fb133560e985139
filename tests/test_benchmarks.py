"""The benchmark problems run under tapegrad and compute what they claim; nobody is timed here."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import harness, table, worker
from benchmarks.libraries import LIBRARIES
from benchmarks.libraries.base import Inputs, numpy_operations
from benchmarks.problems import PROBLEMS
from benchmarks.problems.chain import chain

STEP = 1e-5


def in_double(inputs):
    def double(array):
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    return Inputs([double(p) for p in inputs.parameters], [double(c) for c in inputs.constants])


@pytest.fixture(scope="module")
def tapegrad():
    return LIBRARIES["tapegrad"](1)


@pytest.mark.parametrize("problem", [PROBLEMS[key] for key in "bcdeh"], ids=list("bcdeh"))
def test_problem_agrees_with_numpy_and_finite_differences(problem, tapegrad):
    inputs = problem.inputs(True)
    value, *gradients = harness.results(tapegrad, problem.step(tapegrad, inputs))

    exact = in_double(inputs)
    operations = numpy_operations()
    assert value == pytest.approx(harness.reference_value(problem, inputs), rel=problem.tolerance)
    generator = np.random.default_rng(1)
    for position, parameter in enumerate(exact.parameters):
        direction = generator.normal(size=parameter.shape)
        values = []
        for sign in (1.0, -1.0):
            moved = list(exact.parameters)
            moved[position] = parameter + sign * STEP * direction
            values.append(problem.objective(operations, moved, exact.constants))
        slope = (values[0] - values[1]) / (2 * STEP)
        actual = np.sum(gradients[position] * direction)
        assert gradients[position].dtype == inputs.parameters[position].dtype
        assert actual == pytest.approx(slope, rel=1e-3, abs=1e-6)


def test_chain_gradient_is_the_product_of_its_slopes(tapegrad):
    step = tapegrad.gradient_step(chain(30), Inputs([np.array(0.5)], []))
    value, (gradient,) = step()
    y, slope = 0.5, 1.0
    for _ in range(10):
        slope *= 1.1 * np.cos(y)
        y = 1.1 * np.sin(y) + 0.1
    assert float(value) == pytest.approx(y, rel=1e-12)
    assert float(gradient) == pytest.approx(slope, rel=1e-12)


def test_training_step_updates_the_parameters(tapegrad):
    problem = PROBLEMS["b"]
    step = problem.step(tapegrad, problem.inputs(True))
    losses = [float(step()[0]) for _ in range(50)]
    assert losses[-1] < 0.8 * losses[0]


def test_libraries_that_disagree_are_not_timed(tapegrad):
    class Wrong:
        label, version, operations = "wrong", "0", tapegrad.operations
        to_numpy = staticmethod(np.asarray)

        def gradient_step(self, objective, inputs):
            return lambda: (np.float64(1.0), [np.ones(3)])

        training_step = gradient_step

    outcome = harness.run(
        PROBLEMS["d"], {"tapegrad": tapegrad, "wrong": Wrong()}, small=True, rounds=1
    )
    assert list(outcome.seconds) == ["tapegrad"]
    assert "differs from NumPy's" in outcome.failures["wrong"]


def test_ratio_is_of_the_same_round():
    samples = {"tapegrad": [1.0, 30.0, 2.0], "torch": [2.0, 60.0, 8.0]}
    assert harness.ratio(samples, "tapegrad", "torch") == 0.5
    assert harness.ratio(samples, "tapegrad", "tensorflow") is None


def test_table_says_whether_targets_are_reached():
    samples = {"tapegrad": [3e-6, 4e-6, 5e-6], "torch": [8e-6, 8e-6, 8e-6]}
    text = table.comparison(
        samples,
        {"tapegrad": "tapegrad", "torch": "PyTorch"},
        {"torch": 0.4, "tensorflow": 0.06},
        lambda name, peer: harness.ratio(samples, name, peer),
        table.duration,
    )
    row = text.splitlines()[1]
    assert "4 µs" in row
    assert "0.500" in row
    assert "0.4 of PyTorch: not reached; 0.06 of TensorFlow: not measured" in row


def test_overhead_program(tmp_path):
    """Every problem once, tiny, with a peer that is not installed."""
    report = tmp_path / "report.json"
    command = [sys.executable, str(worker.ROOT / "benchmarks" / "overhead.py")]
    command += ["--small", "--rounds", "1"]
    command += ["--libraries", "tapegrad", "--json", str(report)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    single, double = json.loads(report.read_text(encoding="utf-8"))
    assert list(single["problems"]) == list("abcdefgh")
    assert (double["threads"], list(double["problems"])) == (2, ["c", "e", "h"])
    for key in "abcdeh":
        (seconds,) = single["problems"][key]["seconds"]["tapegrad"]
        assert seconds > 0
    (imported,) = single["problems"]["f"]["seconds"]["tapegrad"]
    assert min(imported["numpy"], imported["module"]) > 0
    # The chain keeps the cosine of every sine, or what it is computed from: 17 arrays.
    assert single["problems"]["g"]["tracemalloc"]["tapegrad"] >= 17 * 800_000


def test_adbench_program(tmp_path):
    """Every Jacobian once, tiny, without peers; it checks ADBench's golden data itself."""
    report = tmp_path / "report.json"
    command = [sys.executable, str(worker.ROOT / "benchmarks" / "adbench.py"), "--small"]
    command += ["--rounds", "1", "--libraries", "", "--json", str(report)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    measured = json.loads(report.read_text(encoding="utf-8"))
    assert list(measured) == ["ba", "simple", "complicated"]
    for seconds in measured.values():
        assert list(seconds) == ["objective", "tapegrad"]
        assert all(value > 0 for (value,) in seconds.values())
    assert "at most 12 of objective in NumPy" in process.stdout


def test_missing_peer_is_reported(monkeypatch):
    def missing(threads):
        raise ImportError("No module named 'torch'")

    monkeypatch.setitem(LIBRARIES, "torch", missing)
    libraries, reasons = worker.load(["tapegrad", "torch"], 1)
    assert list(libraries) == ["tapegrad"]
    assert reasons == {"torch": "No module named 'torch'"}


def test_linear_algebra_program():
    command = [sys.executable, str(worker.ROOT / "benchmarks" / "linear_algebra.py"), "--small"]
    command += ["--rounds", "1", "--only", "solve,det"]
    run = subprocess.run(command, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert [line.split()[:2] for line in run.stdout.splitlines() if "3x3" in line] == [
        ["solve", "3x3"],
        ["det", "3x3"],
    ]
