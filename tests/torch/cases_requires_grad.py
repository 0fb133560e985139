"""Which tensors require gradients, which are leaves, and how they print."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, raised, text

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


def printed_results(torch: Any) -> dict[str, Any]:
    """Results of one input, by name."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.ones(2, 2, requires_grad=True)
    return {
        "leaf": x,
        "sum": x.sum(),
        "product": x * 2,
        "difference": x - 1,
        "reversed": 1 - x,
        "quotient": x / 3,
        "reciprocal": 1 / x,
        "power": x**2,
        "power_of_two": x**x,
        "exponential": 2**x,
        "negative": -x,
        "absolute": abs(x),
        "exp": x.exp(),
        "log": x.log(),
        "sin": x.sin(),
        "relu": torch.relu(x),
        "mean": x.mean(),
        "mean_of_axis": w.mean(0),
        "sum_of_axis": w.sum(dim=1),
        "largest": x.max(),
        "norm": x.norm(),
        "matmul": w @ w,
        "matvec": w @ x,
        "dot": x @ x,
        "transposed": w.T,
        "transpose": w.transpose(0, 1),
        "reshaped": x.reshape(2, 1),
        "viewed": x.view(2, 1),
        "squeezed": w[:1].squeeze(),
        "unsqueezed": x.unsqueeze(0),
        "item": x[0],
        "slice": x[:1],
        "indexed": x[torch.tensor([0])],
        "masked": x[x > 1],
        "expanded": x.expand(2, 2),
        "stacked": torch.stack([x, x]),
        "joined": torch.cat([x, x]),
        "chosen": torch.where(x > 1, x, 0.0),
        "clamped": x.clamp(0, 1),
        "cloned": x.clone(),
        "double": x.double(),
        "softmax": x.softmax(0),
        "log_softmax": torch.log_softmax(x, 0),
        "sigmoid": torch.sigmoid(x),
        "linear": torch.nn.functional.linear(w, w),
        "mse": torch.nn.functional.mse_loss(x, torch.zeros(2)),
        "cross_entropy": torch.nn.functional.cross_entropy(w, torch.tensor([0, 1])),
        "added": torch.add(x, x, alpha=2),
        "permuted": w.permute(1, 0),
        "split": w.split(1)[0],
        "unbound": w.unbind()[1],
        "cumulated": x.cumsum(0),
        "product_of_all": x.prod(),
        "standard_deviation": x.std(),
        "repeated": x.repeat(2),
        "flattened": w.flatten(),
        "minimum": torch.minimum(x, x),
        "sqrt": x.sqrt(),
        "diagonal": w.diagonal(),
        "gathered": x.gather(0, torch.tensor([0])),
        "sorted": x.sort()[0],
        "inverse": torch.linalg.inv(torch.eye(2) + w),
        "determinant": torch.linalg.det(torch.eye(2) + w),
    }


def _result_text(name: str) -> Any:
    return lambda torch: text(printed_results(torch)[name])


expressions(
    __name__,
    "grad_fn=",
    {
        f"text_of_{name}": _result_text(name)
        for name in """leaf sum product difference reversed quotient reciprocal power power_of_two
        exponential negative absolute exp log sin relu mean mean_of_axis sum_of_axis largest norm
        matmul matvec dot transposed transpose reshaped viewed squeezed unsqueezed item slice
        indexed masked expanded stacked joined chosen clamped cloned double softmax log_softmax
        sigmoid linear mse cross_entropy added permuted split unbound cumulated product_of_all
        standard_deviation repeated flattened minimum sqrt diagonal gathered sorted inverse
        determinant""".split()
    },
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
