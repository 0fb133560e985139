"""The matrix says what is: each recorded word is found again by running the operation."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import tapegrad as tf
from tapegrad.core.primitive import NoRule
from tapegrad.core.table import TABLE
from tapegrad.testing import matrix
from tapegrad.testing.matrix import HEADINGS, MODES, RECORDED, Row, rows
from tapegrad.testing.names import names
from tests.matrix import operations, record
from tests.ops.samples import load

ROOT = Path(__file__).parents[2]
AGAIN = "run `python -m tests.matrix.record`, then `python docs/build_matrix.py`"

load()
KNOWN: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
COMPOSED = operations.composed()
ROWS: dict[str, Row] = {row.operation: row for row in rows()}


def found_now(entry: Any, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # complex data is given to what may be for real numbers
        return entry(name)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_what_is_said_of_a_primitive_is_so(name: str) -> None:
    assert KNOWN.get(name) == found_now(record.primitive_entry, name), AGAIN


@pytest.mark.parametrize("name", sorted(COMPOSED))
def test_what_is_said_of_a_composed_operation_is_so(name: str) -> None:
    assert KNOWN.get(name) == found_now(record.composed_entry, name), AGAIN


def test_nothing_else_is_recorded() -> None:
    assert set(KNOWN) == {*TABLE, *COMPOSED}, AGAIN


def test_the_page_is_up_to_date() -> None:
    script = runpy.run_path(str(ROOT / "docs" / "build_matrix.py"))
    committed = script["PAGE"].read_text(encoding="utf-8")
    assert committed == script["page"](), "run `python docs/build_matrix.py`"


def test_there_are_many_operations() -> None:
    assert len(ROWS) >= 300
    assert len({row.family for row in ROWS.values()}) > 40


@pytest.mark.parametrize("name", sorted(ROWS))
def test_no_cell_is_blank(name: str) -> None:
    for heading, word in zip(HEADINGS, ROWS[name], strict=True):
        assert word.strip(), f"{name}: {heading} is blank"
        assert word not in ("-", "no", "not checked"), f"{name}: {heading} gives no reason"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_rules_and_words_agree(name: str) -> None:
    """A primitive with a rule is differentiable in every mode; one without has a reason."""
    row, primitive = ROWS[name], TABLE[name]
    kinds = {rule.kind if isinstance(rule, NoRule) else "rule" for rule in primitive.rules}
    if not kinds & {"rule", "ZERO"}:
        assert not row.reverse.startswith("yes")
        return
    for mode, word in zip(MODES[:4], row[3:7], strict=True):
        assert word.startswith(("yes", "no formula: ")), f"{name}: {mode}: {word}"
    if "missing" not in kinds:
        assert row.reverse.startswith("yes")
        assert row.forward.startswith("yes")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_names_elsewhere_are_looked_up(name: str) -> None:
    row = ROWS[name]
    assert row.numpy != "not looked up", (
        f"add a line to _NAMES in tapegrad/testing/names.py: `{name}: ` and its "
        f"names in NumPy or SciPy and, after a comma, in PyTorch, or none"
    )


def test_names_are_of_operations() -> None:
    public = {name for name, row in ROWS.items() if row.numpy != "internal"}
    stale = set(names()) - public
    assert not stale, "operations of tapegrad/testing/names.py that are not in the matrix"


@pytest.mark.parametrize("name", ["sin", "linalg.logdet", "adjugate", "random_gamma", "dct"])
def test_examples_of_names(name: str) -> None:
    expected = {
        "sin": ("tf.sin", "numpy.sin", "torch.sin"),
        "linalg.logdet": ("tf.linalg.logdet", "none", "torch.logdet"),
        "adjugate": ("rule of det", "internal", "internal"),
        "random_gamma": ("tf.random.gamma, tf.random.stateless_gamma", "none", "none"),
        "dct": ("tf.signal.dct, tf.signal.idct", "scipy.fft.dct", "none"),
    }
    assert ROWS[name][-3:] == expected[name]


def test_reasons() -> None:
    assert ROWS["argmax"].reverse == "integer"
    assert ROWS["less"].reverse == "boolean"
    assert ROWS["floor"].reverse == "piecewise constant"
    assert ROWS["stop_gradient"].reverse == "cut on purpose"
    assert ROWS["erf"].complex == "real only"
    assert ROWS["random_gamma"].reverse.startswith("no formula: the implicit derivative")
    assert ROWS["sin"][3:10] == ("yes",) * 7
    assert ROWS["cholesky"].fused_kernel == "rule"
    assert ROWS["linalg.logdet"].fused_kernel == "in part"


def test_every_public_name_of_tensorflow_is_one() -> None:
    words = " ".join(row.tensorflow for row in ROWS.values()).replace("(", " ").replace(")", " ")
    mentioned = {word.strip(",") for word in words.split() if word.startswith("tf.")}
    assert len(mentioned) > 300
    for name in mentioned:
        value: Any = tf
        for part in name.split(".")[1:]:
            value = getattr(value, part)
        assert callable(value)


# The command


def printed(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    matrix.main(arguments)
    return capsys.readouterr().out


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed("tanh", capsys=capsys).splitlines()
    assert lines[0].split() == " ".join(HEADINGS).split()
    words = [line.split()[0] for line in lines[2:] if "tanh" in line]
    assert {"tanh", "atanh", "gelu_tanh"} <= set(words)


def test_long_words_are_notes(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed("random_gamma", capsys=capsys)
    assert "[1] no formula: the implicit derivative of a gamma-distributed number" in text
    assert max(map(len, text.splitlines()[:3])) < 400


def test_json_and_family(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed("--family", "softmax", "--format", "json", capsys=capsys))
    assert {row["operation"] for row in found} == {"softmax", "log_softmax"}
    assert found[0]["second_order"] == "yes"


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed("tf.nn.relu", "--format", "markdown", capsys=capsys)
    assert "\n## activations\n\n| operation | kind | reverse |" in text
    assert "| `relu` | elementwise | yes | yes | yes | yes | real only | yes | yes |" in text


def test_what_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        matrix.main(["no_such_operation"])
    assert "the families are accuracies, activations, " in capsys.readouterr().err


def test_an_operation_of_ones_own_is_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TABLE, "my_own", TABLE["sin"])
    row = next(row for row in rows() if row.operation == "my_own")
    assert row.reverse == "not checked"


def test_the_command_needs_no_tests() -> None:
    code = (
        "import sys; sys.modules['tests'] = None; "
        "from tapegrad.testing.matrix import main; main(['cholesky', '--format', 'json'])"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "tf.linalg.cholesky" in run.stdout
