"""Which tensors require gradients, which are leaves, and how they print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.torch.harness import Snippet, case, expressions, raised, text

expressions(
    __name__,
    "requires_grad",
    {
        "flag_default": lambda torch: torch.tensor([1.0]).requires_grad,
        "flag_given": lambda torch: torch.tensor([1.0], requires_grad=True).requires_grad,
        "flag_given_to_creators": lambda torch: [
            torch.ones(2, requires_grad=True),
            torch.zeros((2, 1), requires_grad=True),
            torch.full((2,), 3.0, requires_grad=True),
            torch.arange(3.0, requires_grad=True),
            torch.linspace(0, 1, 3, requires_grad=True),
            torch.eye(2, requires_grad=True),
            torch.randn(2, requires_grad=True).requires_grad,
        ],
        "flag_method": lambda torch: torch.ones(2).requires_grad_(),
        "flag_method_false": lambda torch: torch.ones(2, requires_grad=True).requires_grad_(False),
        "flag_integer": lambda torch: torch.tensor([1], requires_grad=True),
        "flag_bool": lambda torch: torch.tensor([True]).requires_grad_(),
        "flag_complex": lambda torch: torch.tensor([1j], requires_grad=True),
        "flag_integer_method": lambda torch: torch.arange(3).requires_grad_(),
        "flag_follows": lambda torch: [
            (torch.ones(1, requires_grad=True) * 2).requires_grad,
            (torch.ones(1) * 2).requires_grad,
            (torch.ones(1) + torch.ones(1, requires_grad=True)).requires_grad,
        ],
        "flag_not_through_comparisons": lambda torch: torch.ones(1, requires_grad=True) > 0,
        "flag_not_through_argmax": lambda torch: torch.ones(2, requires_grad=True).argmax(),
        "flag_not_through_integers": lambda torch: torch.ones(2, requires_grad=True).long(),
        "flag_through_round": lambda torch: torch.ones(2, requires_grad=True).round(),
        "flag_through_dtype": lambda torch: torch.ones(2, requires_grad=True).double(),
        "leaf_made": lambda torch: torch.ones(1).is_leaf,
        "leaf_made_followed": lambda torch: torch.ones(1, requires_grad=True).is_leaf,
        "leaf_computed": lambda torch: (torch.ones(1, requires_grad=True) * 2).is_leaf,
        "leaf_computed_unfollowed": lambda torch: (torch.ones(1) * 2).is_leaf,
        "leaf_detached": lambda torch: (torch.ones(1, requires_grad=True) * 2).detach().is_leaf,
        "leaf_grad": lambda torch: torch.ones(1, requires_grad=True).grad,
        "leaf_grad_fn": lambda torch: torch.ones(1, requires_grad=True).grad_fn,
        "leaf_output_nr": lambda torch: [
            torch.ones(1).output_nr,
            [part.output_nr for part in torch.ones(3, requires_grad=True).unbind()],
        ],
        "parameter": lambda torch: torch.nn.Parameter(torch.ones(2)).requires_grad,
        "parameter_frozen": lambda torch: torch.nn.Parameter(torch.ones(2), requires_grad=False),
        "parameter_text": lambda torch: text(torch.nn.Parameter(torch.ones(2))),
        "parameter_is_a_tensor": lambda torch: isinstance(
            torch.nn.Parameter(torch.ones(2)), torch.Tensor
        ),
        "warns_of_tensor_of_tensor": lambda torch: torch.tensor(torch.ones(2)),
    },
)


RESULTS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "leaf": lambda torch, x, w: x,
    "sum": lambda torch, x, w: x.sum(),
    "product": lambda torch, x, w: x * 2,
    "difference": lambda torch, x, w: x - 1,
    "reversed": lambda torch, x, w: 1 - x,
    "quotient": lambda torch, x, w: x / 3,
    "reciprocal": lambda torch, x, w: 1 / x,
    "power": lambda torch, x, w: x**2,
    "power_of_two": lambda torch, x, w: x**x,
    "exponential": lambda torch, x, w: 2**x,
    "negative": lambda torch, x, w: -x,
    "absolute": lambda torch, x, w: abs(x),
    "exp": lambda torch, x, w: x.exp(),
    "log": lambda torch, x, w: x.log(),
    "sin": lambda torch, x, w: x.sin(),
    "relu": lambda torch, x, w: torch.relu(x),
    "mean": lambda torch, x, w: x.mean(),
    "mean_of_axis": lambda torch, x, w: w.mean(0),
    "sum_of_axis": lambda torch, x, w: w.sum(dim=1),
    "largest": lambda torch, x, w: x.max(),
    "norm": lambda torch, x, w: x.norm(),
    "matmul": lambda torch, x, w: w @ w,
    "matvec": lambda torch, x, w: w @ x,
    "dot": lambda torch, x, w: x @ x,
    "transposed": lambda torch, x, w: w.T,
    "transpose": lambda torch, x, w: w.transpose(0, 1),
    "reshaped": lambda torch, x, w: x.reshape(2, 1),
    "viewed": lambda torch, x, w: x.view(2, 1),
    "squeezed": lambda torch, x, w: w[:1].squeeze(),
    "unsqueezed": lambda torch, x, w: x.unsqueeze(0),
    "item": lambda torch, x, w: x[0],
    "slice": lambda torch, x, w: x[:1],
    "indexed": lambda torch, x, w: x[torch.tensor([0])],
    "masked": lambda torch, x, w: x[x > 1],
    "expanded": lambda torch, x, w: x.expand(2, 2),
    "stacked": lambda torch, x, w: torch.stack([x, x]),
    "joined": lambda torch, x, w: torch.cat([x, x]),
    "chosen": lambda torch, x, w: torch.where(x > 1, x, 0.0),
    "clamped": lambda torch, x, w: x.clamp(0, 1),
    "cloned": lambda torch, x, w: x.clone(),
    "double": lambda torch, x, w: x.double(),
    "softmax": lambda torch, x, w: x.softmax(0),
    "log_softmax": lambda torch, x, w: torch.log_softmax(x, 0),
    "sigmoid": lambda torch, x, w: torch.sigmoid(x),
    "linear": lambda torch, x, w: torch.nn.functional.linear(w, w),
    "mse": lambda torch, x, w: torch.nn.functional.mse_loss(x, torch.zeros(2)),
    "cross_entropy": lambda torch, x, w: torch.nn.functional.cross_entropy(w, torch.tensor([0, 1])),
    "added": lambda torch, x, w: torch.add(x, x, alpha=2),
    "permuted": lambda torch, x, w: w.permute(1, 0),
    "split": lambda torch, x, w: w.split(1)[0],
    "unbound": lambda torch, x, w: w.unbind()[1],
    "cumulated": lambda torch, x, w: x.cumsum(0),
    "product_of_all": lambda torch, x, w: x.prod(),
    "standard_deviation": lambda torch, x, w: x.std(),
    "repeated": lambda torch, x, w: x.repeat(2),
    "flattened": lambda torch, x, w: w.flatten(),
    "minimum": lambda torch, x, w: torch.minimum(x, x),
    "sqrt": lambda torch, x, w: x.sqrt(),
    "diagonal": lambda torch, x, w: w.diagonal(),
    "gathered": lambda torch, x, w: x.gather(0, torch.tensor([0])),
    "sorted": lambda torch, x, w: x.sort()[0],
    "inverse": lambda torch, x, w: torch.linalg.inv(torch.eye(2) + w),
    "determinant": lambda torch, x, w: torch.linalg.det(torch.eye(2) + w),
}


def text_of(result: Callable[[Any, Any, Any], Any]) -> Snippet:
    """The text of a function of a vector and a matrix that are followed."""

    def run(torch: Any) -> Any:
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        return text(result(torch, x, torch.ones(2, 2, requires_grad=True)))

    return run


expressions(
    __name__,
    "grad_fn=",
    {f"text_of_{name}": text_of(result) for name, result in RESULTS.items()},
)


@case("requires_grad")
def flag_set(torch: Any) -> Any:
    x = torch.ones(2)
    x.requires_grad = True
    y = x * 2
    x.requires_grad = False
    return x.requires_grad, y.requires_grad, (x * 2).requires_grad


@case("requires_grad")
def flag_of_a_result_cannot_be_cleared(torch: Any) -> Any:
    y = torch.ones(2, requires_grad=True) * 2

    def clear() -> None:
        y.requires_grad = False

    return raised(clear), raised(lambda: y.requires_grad_(False)), y.requires_grad_(True)


@case("requires_grad")
def flag_of_integers_cannot_be_set(torch: Any) -> Any:
    x = torch.arange(3)

    def follow() -> None:
        x.requires_grad = True

    return raised(follow), x.requires_grad


@case("leaves")
def leaf_attributes_cannot_be_set(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)

    def set_leaf() -> None:
        x.is_leaf = False

    def set_node() -> None:
        x.grad_fn = None

    return type(raised(set_leaf)).__name__, type(raised(set_node)).__name__


@case("unknown attributes", match="has no attribute")
def unknown_attribute(torch: Any) -> Any:
    return torch.ones(2).torch


@case("grad=")
def grad_can_be_set(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.tensor([3.0, 4.0])
    (x * 2).sum().backward()
    first = x.grad
    x.grad = None
    return first, x.grad


@case("grad=")
def grad_of_another_shape_is_refused(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)

    def set_grad(value: Any) -> Any:
        x.grad = value

    return [
        raised(lambda: set_grad(torch.ones(3))),
        raised(lambda: set_grad(torch.ones(2, dtype=torch.float64))),
        raised(lambda: set_grad(1.0)),
    ]
