"""Ties, kinks and infinities: what the derivative is where there is none, or more than one."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions

_INF, _NAN = float("inf"), float("nan")


def _slopes(torch: Any, function: Any, *values: Any) -> list[Any]:
    tensors = [torch.tensor(value, requires_grad=True) for value in values]
    result = function(*tensors)
    result.sum().backward()
    return [result.detach(), *(x.grad for x in tensors)]


_TIES = ([1.0, 0.0, 3.0, _INF, -_INF], [1.0, 2.0, 1.0, _INF, -_INF])
_WITH_NAN = ([_NAN, 2.0, 1.0], [1.0, _NAN, 1.0])

expressions(
    __name__,
    "ties",
    {
        f"{kind}_{name}": lambda torch, name=name, values=values: _slopes(
            torch, getattr(torch, name), *values
        )
        for name in ("maximum", "minimum", "fmax", "fmin", "max", "min")
        for kind, values in (("ties_of", _TIES), ("nan_in", _WITH_NAN))
    },
)


@case("ties")
def tie_with_a_broadcast_number(torch: Any) -> Any:
    return _slopes(torch, torch.maximum, [[1.0, 2.0], [2.0, 0.0]], [2.0])


@case(
    "infinities",
    differs="PyTorch multiplies the zero cotangent by the infinite derivative.",
    ours=0.0,
)
def a_branch_that_where_does_not_select(torch: Any) -> Any:
    x = torch.tensor(0.0, requires_grad=True)
    y = torch.where(x > 0.0, torch.sqrt(x), 0.0)
    y.backward()
    return x.grad


@case(
    "infinities",
    differs="PyTorch multiplies the zero cotangent by the infinite derivative.",
    ours=0.0,
)
def a_logarithm_of_an_overflow(torch: Any) -> Any:
    x = torch.tensor(100.0, requires_grad=True)
    y = torch.log(1.0 + torch.exp(x))
    y.backward()
    return x.grad


@case("conventions")
def the_angle_of_the_origin(torch: Any) -> Any:
    y = torch.tensor([0.0, 1.0, 0.0], requires_grad=True)
    x = torch.tensor([0.0, 2.0, -1.0], requires_grad=True)
    torch.atan2(y, x).sum().backward()
    return y.grad, x.grad


@case("conventions")
def names_of_nodes_that_depend_on_an_argument(torch: Any) -> Any:
    x, y = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([2.0, 3.0])
    mask = torch.tensor([True, False])
    results = [
        x.clamp(0.0, 1.0), x.clamp(y, y), x.clamp_min(1.0), x.clamp_min(y), x.clamp_max(y),
        x % 2, x % y, torch.fmod(x, 2), torch.fmod(x, y), torch.copysign(x, y),
        torch.copysign(x, 1.0), 1 - x, torch.rsub(x, y), x.masked_fill(mask, 0.0),
        x.masked_fill(mask, y[0]), torch.lerp(x, y, 0.5), torch.lerp(x, y, y),
        torch.div(x, y, rounding_mode="floor"), x.split([1, 1])[0], x.split(1)[0],
        torch.flip(x, (0,)), torch.view_copy(x, (2, 1)), torch.polar(x, y),
    ]  # fmt: skip
    return [type(r.grad_fn).__name__ for r in results]
