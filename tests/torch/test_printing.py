"""Tensors print as PyTorch prints them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
from typing import Any

import pytest

from tapegrad import dtypes
from tapegrad.torch.printing import printoptions, set_printoptions, tensor_text
from tests.torch.printing_cases import CASES, PrintCase
from tests.torch.record_printing import RECORDED, pytorch_text

TEXTS = json.loads(RECORDED.read_text())["cases"]
LIVE = os.environ.get("TAPEGRAD_LIVE") == "1" and importlib.util.find_spec("torch") is not None

each_case = pytest.mark.parametrize("name", CASES)


def text(case: PrintCase) -> str:
    array = case.array.astype(dtypes.as_dtype(case.dtype).numpy_dtype)
    with printoptions(**case.options):
        return tensor_text(array, case.dtype, **case.said)


@each_case
def test_the_text_is_the_recorded_one(name: str) -> None:
    assert text(CASES[name]) == TEXTS[name]


@pytest.mark.live
@pytest.mark.skipif(not LIVE, reason="needs PyTorch and TAPEGRAD_LIVE=1")
@each_case
def test_live_pytorch_agrees(name: str) -> None:
    live = pytorch_text(importlib.import_module("torch"), CASES[name])
    assert live == TEXTS[name], "the recording is no longer true"
    assert text(CASES[name]) == live


def test_cases_and_recordings_belong_together() -> None:
    assert list(CASES) == list(TEXTS), "run `python -m tests.torch.record_printing`"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"precision": 2}, "tensor([1.12])"),
        ({"sci_mode": True}, "tensor([1.1235e+00])"),
        ({"precision": 2, "profile": "default"}, "tensor([1.12])"),
    ],
)
def test_options_last_until_they_are_set_again(given: dict[str, Any], expected: str) -> None:
    array = CASES["one_followed_float32"].array.reshape(1) * 0 + 1.12345
    with printoptions():
        set_printoptions(**given)
        assert tensor_text(array, "float32") == expected
        set_printoptions(profile="default")
        assert tensor_text(array, "float32") == "tensor([1.1235])"


def test_options_are_restored_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), printoptions(precision=1):
        _ = 1 / 0
    assert text(CASES["scalar_fraction"]) == "tensor(0.4121)"
