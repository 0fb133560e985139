"""Running notebooks, and judging what they give."""

from __future__ import annotations

import json
import json.decoder
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.seeds.likeness import common, differences, shaped
from tests.seeds.running import run_cell
from tests.seeds.substitute import substituted


def test_a_cell_shows_its_last_expression() -> None:
    namespace: dict[str, Any] = {}
    assert run_cell("x = 2\nprint('a')\n(x, [x])", namespace) == {
        "printed": ["a"],
        "shown": ["2", "[2]"],
        "raised": None,
        "warned": [],
    }
    assert run_cell("x = 3", namespace)["shown"] is None
    assert run_cell("None", namespace)["shown"] is None
    assert namespace["x"] == 3


def test_a_cell_raises_and_warns() -> None:
    outcome = run_cell("import warnings\nwarnings.warn('late. Go')\n1 / 0\nprint('no')", {})
    assert outcome["printed"] == []
    assert outcome["warned"] == [["UserWarning", "late"]]
    assert outcome["raised"]["kinds"] == ["ZeroDivisionError", "ArithmeticError"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tensor([[1.5, -2.0],\n        [ 3.,  nan]], requires_grad=True)", "<(2, 2)>"),
        ("tensor([-1.2e+03])", "<(1,)>"),
        ("tensor(0.41, grad_fn=<SinBackward0>)", "(#, grad_fn=<SinBackward0>)"),
        ("[[1 2]\n [3 4]], shape=(2, 2)", "<(2, 2)>, shape"),
        ("Size([2, 1]) of 5", "Size(<(2,)>) of 5"),
    ],
)
def test_texts_with_shapes_for_arrays(text: str, expected: str) -> None:
    assert expected in shaped(text)
    assert "\n" not in shaped(text)


def array(*values: float) -> dict[str, Any]:
    return {"tensor": "float32", "shape": [len(values)], "value": list(values)}


def test_what_differs_between_runs_is_compared_by_its_look() -> None:
    expected = common(
        {"shown": ["tensor([1., 2.])", "tensor(3.)"], "x": array(1.0, 2.0), "y": array(5.0)},
        {"shown": ["tensor([1.5, -2.])", "tensor(3.)"], "x": array(1.5, -2.0), "y": array(5.0)},
    )

    def judged(**changes: Any) -> list[str]:
        got = {"shown": ["tensor([7., 8.])", "tensor(3.)"], "x": array(7.0, 8.0), "y": array(5.0)}
        return differences(expected, got | changes, "cell")

    assert judged() == []
    assert judged(shown=["tensor([7., 8., 9.])", "tensor(3.)"])
    assert judged(shown=["tensor([7., 8.])", "tensor(4.)"])
    assert judged(shown=["tensor([7., 8.])"])
    assert judged(shown=None)
    assert judged(x=array(7.0))
    assert judged(x=array(7.0, 8.0) | {"requires_grad": True})
    assert judged(y=array(5.1))
    assert judged(z=1)


def test_runs_that_differ_in_more_than_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="more than numbers"):
        common("tensor([1.])", "tensor([[1.]])")


def test_imports_are_substituted() -> None:
    before = {name: module for name, module in sys.modules.items() if name.startswith("email")}
    spec = json.decoder.__spec__
    with substituted({"email": "json"}):
        import email.decoder
        from email import decoder

        assert email.decoder is decoder is json.decoder
        assert sys.modules["email"] is json
    assert json.decoder.__spec__ is spec
    assert {n: m for n, m in sys.modules.items() if n.startswith("email")} == before
    assert Path(json.__file__ or "").parent.name == "json"
