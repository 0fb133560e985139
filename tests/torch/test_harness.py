"""The judge judged: what PyTorch's results look like, tested with stand-ins for PyTorch."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.torch.harness import TorchSuite, printed, text


class Tensor:
    def __init__(self, array: Any, requires_grad: bool = False) -> None:
        self.array = np.asarray(array, np.float32)
        self.dtype = "torch.float32"
        self.requires_grad = requires_grad

    def detach(self) -> Tensor:
        return self

    def numpy(self, *, force: bool) -> Any:
        return self.array


class Size(tuple[int, ...]):
    __slots__ = ()


class LinAlgError(RuntimeError):
    pass


class Nothing:
    """Stands for the classes that a test does not use."""


class Library(SimpleNamespace):
    Tensor = Tensor
    Size = Size
    dtype = device = layout = memory_format = Nothing
    bfloat16 = float32 = "float32"
    linalg = SimpleNamespace(LinAlgError=LinAlgError)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("set_") or name == "manual_seed":
            return lambda *args, **kwargs: self.called.append(name)
        raise AttributeError(name)


@pytest.fixture
def library() -> Library:
    return Library(called=[])


SUITE = TorchSuite("tests.torch", Path(__file__).parent)


def test_tensors_say_whether_they_require_a_gradient(library: Any) -> None:
    plain = {"tensor": "float32", "shape": [1], "value": [0.5]}
    assert SUITE.normalise(library, Tensor([0.5])) == plain
    assert SUITE.normalise(library, Tensor([0.5], True)) == plain | {"requires_grad": True}


def test_sizes_are_no_tuples(library: Any) -> None:
    assert SUITE.normalise(library, Size((2, 3))) == {"Size": [2, 3]}
    assert SUITE.normalise(library, (2, 3)) == {"tuple": [2, 3]}


def test_own_exceptions_have_their_names(library: Any) -> None:
    described = SUITE.normalise(library, LinAlgError("singular"))
    assert described["kinds"] == ["torch.linalg.LinAlgError", "RuntimeError"]


def answer(library: Any, message: str, warning: str) -> Any:
    def snippet(torch: Any) -> Any:
        warnings.warn(warning, UserWarning, stacklevel=1)
        raise RuntimeError(message)

    return SUITE.answer(library, snippet)


def test_short_messages_and_warnings_count(library: Any) -> None:
    suite = TorchSuite("tests.torch", Path(__file__).parent)
    suite.case("topic")(lambda torch: None)
    expected = answer(library, "one", "late. Very late")

    def differences(message: str, warning: str) -> list[str]:
        return suite.differences(suite.cases[0], expected, answer(library, message, warning))

    assert differences("one", "late. A bit") == []
    assert differences("two", "late. Very late")
    assert differences("one", "early")


def test_every_snippet_begins_and_ends_with_the_defaults(library: Any) -> None:
    SUITE.answer(library, lambda torch: None)
    assert library.called[:2] == ["manual_seed", "set_warn_always"]
    assert set(library.called[2:]) > {"set_grad_enabled", "set_default_dtype", "set_printoptions"}


def test_texts_have_no_addresses() -> None:
    assert "0x" in repr(object())
    assert text(object()) == "<object object at ...>"


def test_what_is_printed_is_kept() -> None:
    with printed() as kept:
        print("a", 1)  # noqa: T201 - it is what is tested
    assert kept.getvalue() == "a 1\n"
