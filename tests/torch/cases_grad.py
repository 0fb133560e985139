"""torch.autograd.grad."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised

_UNUSED = "appears to not have been used in the graph"


@case("autograd.grad")
def grad_gives_a_tuple(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([3.0, 4.0], requires_grad=True)
    gradients = torch.autograd.grad((x * w).sum(), [x, w])
    return gradients, x.grad, w.grad


@case("autograd.grad")
def grad_of_one_input(torch: Any) -> Any:
    x = torch.tensor(3.0, requires_grad=True)
    return torch.autograd.grad(x**2, x)


@case("autograd.grad")
def grad_of_a_vector(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return raised(lambda: torch.autograd.grad(x * 2, x))


@case("grad_outputs=")
def grad_with_outputs(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return torch.autograd.grad(x**2, x, grad_outputs=torch.tensor([1.0, 10.0]))


@case("grad_outputs=")
def grad_of_several_outputs(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    v = torch.tensor([1.0, 10.0])
    return torch.autograd.grad([x.sum(), x**2], [x], grad_outputs=[None, v])


@case("grad_outputs=")
def grad_outputs_of_another_shape(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return raised(lambda: torch.autograd.grad(x**2, x, grad_outputs=torch.ones(3)))


@case("grad_outputs=")
def too_many_grad_outputs(torch: Any) -> Any:
    x = torch.tensor(1.0, requires_grad=True)
    return torch.autograd.grad(x**2, x, grad_outputs=[torch.tensor(1.0), torch.tensor(1.0)])


@case("allow_unused=", match=_UNUSED)
def unused_input(torch: Any) -> Any:
    x, w = torch.ones((), requires_grad=True), torch.ones((), requires_grad=True)
    torch.autograd.grad(x * 2, [x, w])


@case("allow_unused=")
def unused_input_allowed(torch: Any) -> Any:
    x, w = torch.ones((), requires_grad=True), torch.ones((), requires_grad=True)
    return torch.autograd.grad(x * 2, [x, w], allow_unused=True)


@case("materialize_grads=")
def unused_input_materialized(torch: Any) -> Any:
    x, w = torch.ones((), requires_grad=True), torch.ones(2, requires_grad=True)
    return torch.autograd.grad(x * 2, [x, w], materialize_grads=True)


@case("materialize_grads=")
def materialized_but_unused_not_allowed(torch: Any) -> Any:
    x = torch.ones((), requires_grad=True)
    return raised(lambda: torch.autograd.grad(x * 2, x, allow_unused=False, materialize_grads=True))


@case("autograd.grad")
def grad_to_what_is_not_followed(torch: Any) -> Any:
    x, w = torch.ones((), requires_grad=True), torch.ones(())
    return (
        raised(lambda: torch.autograd.grad(x * 2, w)),
        raised(lambda: torch.autograd.grad(w * 2, x)),
    )


@case("autograd.grad")
def grad_to_a_result(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    return torch.autograd.grad(y**3, y)


@case("autograd.grad")
def grad_runs_no_accumulation(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    y.retain_grad()
    torch.autograd.grad(y * 3, x)
    return x.grad, y.grad


@case("autograd.grad", match="backward through the graph a second time")
def grad_frees_the_graph(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    torch.autograd.grad(y, x)
    torch.autograd.grad(y, x)


@case("create_graph")
def second_derivative(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (first,) = torch.autograd.grad(x**3, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x, create_graph=True)
    (third,) = torch.autograd.grad(second, x)
    return first, second, third


@case("create_graph")
def create_graph_retains_the_graph(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**3
    torch.autograd.grad(y, x, create_graph=True)
    return torch.autograd.grad(y, x)


@case("create_graph")
def gradient_penalty(torch: Any) -> Any:
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    (slope,) = torch.autograd.grad(torch.tanh(w @ x).sum(), x, create_graph=True)
    slope.pow(2).sum().backward()
    return slope, w.grad


@case("create_graph")
def a_constant_second_derivative(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (first,) = torch.autograd.grad(3 * x, x, create_graph=True)
    return first.requires_grad, raised(lambda: torch.autograd.grad(first, x))


@case("no_grad")
def grad_inside_no_grad(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**3
    with torch.no_grad():
        return torch.autograd.grad(y, x)


@case("is_grads_batched=")
def grad_with_batched_outputs(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return torch.autograd.grad(x**2, x, grad_outputs=torch.eye(2), is_grads_batched=True)


@case("several uses")
def an_input_used_twice(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    return torch.autograd.grad(x * x + x, x)


@case("several uses")
def the_same_input_named_twice(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    return torch.autograd.grad(x * x, [x, x])


@case("arguments", match="iterable")
def grad_of_numbers(torch: Any) -> Any:
    torch.autograd.grad(1.0, torch.ones((), requires_grad=True))


@case("rows at once")
def jacobian_by_rows_at_once(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = torch.cumsum(x * x, dim=0)
    return torch.autograd.grad(y, x, torch.eye(3), is_grads_batched=True)
