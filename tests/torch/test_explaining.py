"""`torch.autograd.explain` names what keeps ``.grad`` at None."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tapegrad.torch as torch
from tapegrad import debugging

HELD: list[Any] = []


def leaf() -> Any:
    return torch.tensor([1.0, 2.0], requires_grad=True)


def plain() -> tuple[Any, Any]:
    x = torch.tensor([1.0, 2.0])
    return (x * 2.0).sum(), x


def whole_numbers() -> tuple[Any, Any]:
    x = torch.tensor([1, 2])
    return (x * leaf()).sum(), x


def without_grad() -> tuple[Any, Any]:
    x = leaf()
    with torch.no_grad():
        y = (x * 2.0).sum()  # here
    return y, x


def detached() -> tuple[Any, Any]:
    x = leaf()
    h = x
    for _ in range(3):
        h = h.detach() * 2.0  # here
    return h.sum(), x


def through_numpy() -> tuple[Any, Any]:
    x, w = leaf(), torch.tensor([3.0], requires_grad=True)
    HELD.append(w)  # the graph knows leaves weakly
    return (torch.tensor(np.sin(x.detach().numpy())) * w).sum(), x  # here


def through_item() -> tuple[Any, Any]:
    x = leaf()
    return torch.tensor(x.sum().item()) * 2.0, x  # here


def positions() -> tuple[Any, Any]:
    x = leaf()
    return x.argmax(), x  # here


def copied() -> tuple[Any, Any]:
    x = leaf()
    other = x.detach().clone().requires_grad_()  # here
    HELD.append(other)
    return (other * 2.0).sum(), x


def replaced() -> tuple[Any, Any]:
    x = leaf()
    w = leaf() + 5.0
    return (w * 2.0).sum(), x * 3.0


def by_data() -> tuple[Any, Any]:
    x = leaf()
    return (x.data * 2.0).sum(), x  # here


def half_without_grad() -> tuple[Any, Any]:
    x, w = leaf(), leaf()
    HELD.append(w)
    with torch.no_grad():
        h = x * 2.0  # here
    return (h * w).sum(), x


@torch.no_grad()
def tripled(x: Any) -> Any:
    return x * 3.0


def decorated() -> tuple[Any, Any]:
    x = leaf()
    return tripled(x).sum(), x


def compared() -> tuple[Any, Any]:
    x = leaf()
    return (x > 1.5).float().sum(), x  # here


def cast() -> tuple[Any, Any]:
    x = leaf()
    return (x.long().float() * 2.0).sum(), x  # here


def counted() -> tuple[Any, Any]:
    x = leaf()
    return torch.histc(x, 3) * 2.0, x  # here


def listed() -> tuple[Any, Any]:
    x = leaf()
    return torch.tensor([v * 2.0 for v in x.tolist()]).sum(), x  # here


def decided() -> tuple[Any, Any]:
    x = leaf()
    return torch.tensor(1.0 if x.sum() > 1.0 else 2.0) * 2.0, x  # here


def required_late() -> tuple[Any, Any]:
    leaf()
    x = torch.tensor([1.0, 2.0])
    y = (x * 2.0).sum()  # here
    return y, x.requires_grad_()


def refused() -> tuple[Any, Any]:
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2.0

        @staticmethod
        def backward(ctx: Any, grad_output: Any) -> Any:
            return None

    x = leaf()
    y = Doubled.apply(x).sum()  # here
    y.backward()
    return y, x


def cloned() -> tuple[Any, Any]:
    x = leaf()
    y = (x * x).sum()
    return y, x.clone()  # here


def made_again() -> tuple[Any, Any]:
    x = leaf()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = torch.tensor(x) * 2.0  # here
    return y.sum(), x


def as_index() -> tuple[Any, Any]:
    x = leaf()
    return torch.tensor([3.0, 4.0])[x.argmax()], x  # here


def swapped() -> tuple[Any, Any]:
    x = leaf()
    y = (x * 2.0).sum()
    return y, y * 3.0


CASES: list[tuple[Callable[[], tuple[Any, Any]], str, str]] = [
    (plain, "does not require grad", r"x\.requires_grad_\(\)"),
    (whole_numbers, "integer", "floating point"),
    (without_grad, "no_grad", r"torch\.enable_grad\(\)"),
    (half_without_grad, "no_grad", "`mul(tiply)?`"),
    (decorated, "no_grad", r"return x \* 3\.0"),
    (detached, "detach", r"`detach\(\)`.*x\.clone\(\)"),
    (by_data, "data", r"`\.data`"),
    (through_numpy, "left the graph", "as a NumPy array"),
    (through_item, "left the graph", "as a Python number"),
    (listed, "left the graph", "as a list of Python numbers"),
    (decided, "left the graph", r"Python bool.*torch\.where"),
    (positions, "not differentiable", r"`argmax`.*torch\.softmax"),
    (compared, "not differentiable", r"`gt`.*torch\.sigmoid"),
    (counted, "not differentiable", r"`histc`.*torch\.sigmoid"),
    (cast, "integer cast", "integers and bools"),
    (refused, "custom gradient", r"`Doubled\.backward` .* returned None"),
    (required_late, "required too late", r"x\.requires_grad_\(\)"),
    (copied, "another object", "another tensor of equal value that `clone` made"),
    (cloned, "another object", "`clone`"),
    (made_again, "another object", r"`torch\.tensor\(\)`"),
    (as_index, "not differentiable", r"(?s)`argmax`.*may have been an index"),
    (swapped, "the other way round", "computed from the output"),
    (replaced, "not in the graph", "x = x \\+ 1"),
]


@pytest.mark.parametrize(("case", "word", "says"), CASES, ids=[c.__name__ for c, *_ in CASES])
def test_why_there_is_none(case: Callable[[], tuple[Any, Any]], word: str, says: str) -> None:
    y, x = case()
    found = torch.autograd.explain(y, x)
    assert (found.connected, found.cause) == (False, word)
    assert re.search(says, str(found))
    assert "tf." not in str(found)
    lines, first = inspect.getsourcelines(case)
    marked = [first + i for i, line in enumerate(lines) if "# here" in line]
    if marked:
        assert (found.line.file, found.line.number) == (__file__, marked[0])
    if y.requires_grad and x.requires_grad and case is not refused:
        assert torch.autograd.grad(y, x, allow_unused=True) == (None,)


@pytest.fixture
def usual_lines() -> Iterator[None]:
    yield
    debugging.enable_source_lines(150)


@pytest.mark.usefixtures("usual_lines")
def test_without_lines_the_graph_alone_answers() -> None:
    debugging.enable_source_lines(0)
    x, w = leaf(), leaf()
    with torch.no_grad():
        h = x * 2.0
    assert torch.autograd.explain(h.sum(), x).cause == "no graph"
    assert torch.autograd.explain((h * w[:1]).sum(), x).cause in ("another object",)
    assert torch.autograd.explain((x.detach() * w).sum(), x).line is not None  # cuts are kept
    y = (x * 2.0).sum()
    found = torch.autograd.explain(y, x)
    assert [step.line for step in found.steps] == [None, None]
    assert "enable_source_lines()" in str(found)
    debugging.enable_source_lines()
    x = leaf()
    y = x
    for _ in range(400):
        y = torch.sin(y)
    lines = [step.line for step in torch.autograd.explain(y, x).steps]
    assert len(lines) == 400
    assert all(line is not None and "torch.sin(y)" in line.text for line in lines)


def test_the_cures_have_gradients() -> None:
    x, values = leaf(), torch.tensor([3.0, 4.0])
    for soft in (
        (torch.softmax(x / 0.1, dim=-1) * values).sum(),
        torch.sigmoid((x - 1.5) / 0.1).sum(),
        (x + (torch.round(x) - x).detach()).sum(),
        x.clone().sum(),
    ):
        (slope,) = torch.autograd.grad(soft, x)
        assert (slope != 0.0).all()


def test_several_cuts() -> None:
    x = leaf()
    y = (x.detach() * 2.0).sum() + x.data.sum()
    text = str(torch.autograd.explain(y, x))
    assert "`detach()`" in text
    assert "Another way from the input is cut, too: `.data`" in text or "too: `detach()`" in text


def test_connected() -> None:
    x = leaf()
    h = torch.sin(x)
    y = (h * 2.0).sum()
    found = torch.autograd.explain(y, x)
    assert (found.connected, found.cause) == (True, "no backward")
    names = ["SinBackward0", "MulBackward0", "SumBackward0"]
    assert [step.operation for step in found.steps] == names
    texts = [step.line.text for step in found.steps]
    assert texts == ["h = torch.sin(x)", "y = (h * 2.0).sum()", "y = (h * 2.0).sum()"]
    assert "call y.backward()" in str(found)
    middle = torch.autograd.explain(y, h)
    assert (middle.connected, middle.cause) == (True, "not a leaf")
    assert "h.retain_grad()" in str(middle)
    assert "torch.autograd.grad(y, h)" in str(middle)
    h.retain_grad()
    y.backward()
    assert torch.autograd.explain(y, x).cause == ""
    assert torch.autograd.explain(y, h).cause == ""
    assert torch.autograd.explain(x, x).connected
    x.grad = None
    stepped = torch.round(x).sum()
    stepped.backward()
    text = str(torch.autograd.explain(stepped, x))
    assert "The gradient that arrived is zero: RoundBackward0 is piecewise constant" in text
    x.grad = None
    assert "has dropped it since" in str(torch.autograd.explain(y, x))


def test_long_graphs_are_cut() -> None:
    x = torch.tensor(0.5, requires_grad=True)
    y = x
    for _ in range(5000):
        y = torch.sin(y)
    text = str(torch.autograd.explain(y, x))
    assert "4976 more" in text
    assert len(text.splitlines()) < 30


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="output is a tensor, not float"):
        torch.autograd.explain(1.0, leaf())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="input is a tensor, not list"):
        torch.autograd.explain(leaf(), [leaf()])  # type: ignore[arg-type]
