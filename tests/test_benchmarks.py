"""The benchmark problems run under tapegrad and compute what they claim; nobody is timed here."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import harness, limits, numpy_dialect, sparse, suite, table, worker
from benchmarks.libraries import COMPILED, LIBRARIES
from benchmarks.libraries.base import Inputs, converted, numpy_operations
from benchmarks.libraries.by_hand import NumPyByHand
from benchmarks.problems import PROBLEMS
from benchmarks.problems.chain import chain
from benchmarks.problems.suite import SUITE, TOGETHER

STEP = 1e-5


def in_double(inputs):
    def double(array):
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    return Inputs([double(p) for p in inputs.parameters], converted(inputs.constants, double))


@pytest.fixture(scope="module")
def tapegrad():
    return LIBRARIES["tapegrad"](1)


def assert_is_value_and_gradients(problem, inputs, results):
    """Against NumPy in double precision, and its differences in random directions."""
    value, *gradients = results
    exact = in_double(inputs)
    operations = numpy_operations()
    assert value == pytest.approx(harness.reference_value(problem, inputs), rel=problem.tolerance)
    generator = np.random.default_rng(1)
    assert len(gradients) == len(exact.parameters)
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


@pytest.mark.parametrize("problem", [PROBLEMS[key] for key in "bcdeh"], ids=list("bcdeh"))
def test_problem_agrees_with_numpy_and_finite_differences(problem, tapegrad):
    inputs = problem.inputs(True)
    results = harness.results(tapegrad, problem.step(tapegrad, inputs))
    assert_is_value_and_gradients(problem, inputs, results)


@pytest.mark.parametrize("problem", SUITE.values(), ids=list(SUITE))
def test_problem_of_the_suite_agrees_with_numpy_and_finite_differences(problem, monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # recorded and run again, by calls of NumPy
    library = COMPILED["tapegrad"](1)
    inputs = problem.inputs(True)
    step = problem.step(library, inputs)
    step()  # records; the next call runs the record
    assert_is_value_and_gradients(problem, inputs, harness.results(library, step))


@pytest.mark.parametrize("key", [key for key, problem in SUITE.items() if problem.by_hand])
def test_gradients_by_hand_are_right(key):
    problem = SUITE[key]
    library = NumPyByHand(problem.by_hand)
    inputs = problem.inputs(True)
    results = harness.results(library, problem.step(library, inputs))
    assert_is_value_and_gradients(problem, inputs, results)


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


def test_suite_program(tmp_path):
    """Some problems, tiny, compiled for real; a target is judged, a missing peer is named."""
    report = tmp_path / "report.json"
    command = [sys.executable, str(worker.ROOT / "benchmarks" / "suite.py"), "--small"]
    command += ["--rounds", "1", "--only", "rosenbrock,logsumexp_2,relu_network,compile"]
    command += ["--libraries", "tapegrad,tapegrad_eager,numpy", "--json", str(report)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    problems = json.loads(report.read_text(encoding="utf-8"))["problems"]
    assert list(problems) == ["rosenbrock", "logsumexp_2500", "relu_network", "compile_latency"]
    for key in ("rosenbrock", "logsumexp_2500"):
        assert list(problems[key]["seconds"]) == ["tapegrad", "tapegrad_eager", "numpy"]
        assert problems[key]["bound"] > 0
    assert problems["relu_network"]["ratios"]["products"] > 0
    assert problems["relu_network"]["ratios"]["best"] is None
    latency = problems["compile_latency"]["seconds"]
    assert list(latency) == ["tapegrad", "tapegrad, compiled before"]
    assert "to reach: 0.8 of jax: not measured" in process.stdout


def test_suite_judges_by_the_best_peer():
    seconds = {
        "tapegrad": [1.0, 3.0, 2.0],
        "tapegrad_eager": [0.1] * 3,
        "torch": [4.0, 12.0, 8.0],
        "jax": [2.0, 6.0, 4.0],
        "numpy": [0.1] * 3,
    }
    assert suite.best_peer(seconds) == "jax"
    assert suite.best_peer({"tapegrad": [1.0], "numpy": [2.0]}) is None
    assert suite.verdict(0.5, 0.5) == "0.50, met"
    assert suite.verdict(0.51, 0.5) == "0.51, NOT MET"
    keys = TOGETHER["gmm"].keys
    assert TOGETHER["gmm"].ratio(dict(zip(keys, (0.5, 1.0, 2.0), strict=True))) == pytest.approx(1)
    assert TOGETHER["gmm"].ratio({keys[0]: 0.5}) is None
    assert suite.chosen("chain,lstm") == ["chain_1e2", "chain_1e4", "chain_1e6", "lstm"]


def test_lower_bound_counts_bytes_and_operations(monkeypatch):
    monkeypatch.setattr(limits, "peak", lambda dtype: 1e9)
    monkeypatch.setattr(limits, "bandwidth", lambda size: 1e6)
    problem = SUITE["rosenbrock"]
    inputs = problem.inputs(False)  # 10 numbers read, 10 written, 150 operations
    assert limits.lower_bound(problem, inputs) == pytest.approx(160 / 1e6)
    slow = problem._replace(flops=lambda inputs: 1e9)
    assert limits.lower_bound(slow, inputs) == pytest.approx(1.0)


@pytest.mark.parametrize("problem", sparse.PROBLEMS, ids=lambda problem: problem.name)
def test_sparse_problems_are_sparse(problem):
    name, products, entries, *_ = sparse.measured(problem, 60, 1).rsplit(maxsplit=5)
    assert name.strip() == problem.name
    assert int(products) <= 20
    assert int(entries) < 60 * 20


@pytest.mark.parametrize("key", numpy_dialect.questions(small=True))
def test_derivatives_of_the_numpy_dialect_agree_with_differences(key):
    question = numpy_dialect.questions(small=True)[key]
    x = question.at
    result = numpy_dialect.libraries()[numpy_dialect.SUBJECT](question)()
    parts = numpy_dialect.arrays(result)
    direction = np.cos(np.arange(x.size) + 1.0)

    def value(at):
        return np.asarray(question.function(np, at))

    if question.derivative == "hessian":
        step = 1e-4
        second = value(x + step * direction) - 2 * value(x) + value(x - step * direction)
        actual, expected = direction @ parts[0] @ direction, second / step**2
    else:
        step = 1e-6
        expected = (value(x + step * direction) - value(x - step * direction)) / (2 * step)
        actual = parts[-1] @ direction
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    if question.derivative == "value_and_grad":
        np.testing.assert_allclose(parts[0], value(x), rtol=1e-12)
