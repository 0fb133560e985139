"""Forward mode: torch.autograd.forward_ad, and torch.func."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, raised, text


@case("forward_ad")
def a_tangent(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 10.0]))
        primal, tangent = forward_ad.unpack_dual(dual**2)
        return primal, tangent, forward_ad.unpack_dual(torch.ones(1)).tangent


@case("forward_ad")
def tangents_end_with_the_level(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.tensor([1.0]), torch.tensor([1.0]))
    with forward_ad.dual_level():
        return forward_ad.unpack_dual(dual).tangent


@case("forward_ad")
def no_level(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    return raised(lambda: forward_ad.make_dual(torch.ones(1), torch.ones(1)))


@case("forward_ad")
def levels_do_not_nest(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad

    def nested() -> None:
        with forward_ad.dual_level(), forward_ad.dual_level():
            pass

    return raised(nested)


@case("forward_ad")
def a_tangent_of_another_shape(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        return raised(lambda: forward_ad.make_dual(torch.ones(2), torch.ones(3)))


@case("forward_ad")
def the_text_of_a_dual(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        return text(forward_ad.make_dual(torch.tensor([1.0]), torch.tensor([2.0])))


@case("forward_ad")
def forward_over_reverse(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.tensor([1.0, 0.0]))
        (gradient,) = torch.autograd.grad((dual**3).sum(), dual, create_graph=True)
        return forward_ad.unpack_dual(gradient).tangent


def vector(torch: Any) -> Any:
    return torch.tensor([1.0, 2.0])


expressions(
    __name__,
    "torch.func",
    {
        "func_grad": lambda torch: torch.func.grad(lambda x: (x**3).sum())(vector(torch)),
        "func_grad_twice": lambda torch: torch.func.grad(torch.func.grad(torch.sin))(
            torch.tensor(0.5)
        ),
        "func_grad_argnums": lambda torch: torch.func.grad(
            lambda x, w: (x * w).sum(), argnums=(0, 1)
        )(vector(torch), vector(torch) + 1),
        "func_grad_has_aux": lambda torch: torch.func.grad(
            lambda x: ((x**2).sum(), x + 1), has_aux=True
        )(vector(torch)),
        "func_grad_and_value": lambda torch: torch.func.grad_and_value(lambda x: (x**2).sum())(
            vector(torch)
        ),
        "func_grad_of_a_dictionary": lambda torch: torch.func.grad(
            lambda parts: (parts["a"] * parts["b"]).sum()
        )({"a": vector(torch), "b": vector(torch) + 1}),
        "func_grad_of_a_vector": lambda torch: raised(
            lambda: torch.func.grad(torch.sin)(vector(torch))
        ),
        "func_grad_of_a_followed_tensor": lambda torch: torch.func.grad(lambda x: (x**3).sum())(
            vector(torch).requires_grad_()
        ),
        "func_jvp": lambda torch: torch.func.jvp(torch.sin, (vector(torch),), (vector(torch),)),
        "func_jvp_has_aux": lambda torch: torch.func.jvp(
            lambda x: (x**2, x + 1), (vector(torch),), (vector(torch),), has_aux=True
        ),
        "func_jvp_of_tensors": lambda torch: raised(
            lambda: torch.func.jvp(torch.sin, vector(torch), vector(torch))
        ),
        "func_vjp": lambda torch: torch.func.vjp(torch.sin, vector(torch))[0],
        "func_vjp_applied": lambda torch: torch.func.vjp(torch.sin, vector(torch))[1](
            torch.ones(2)
        ),
        "func_jacrev": lambda torch: torch.func.jacrev(torch.sin)(vector(torch)),
        "func_jacfwd": lambda torch: torch.func.jacfwd(torch.sin)(vector(torch)),
        "func_jacrev_argnums": lambda torch: torch.func.jacrev(lambda x, w: x * w, argnums=1)(
            vector(torch), vector(torch)
        ),
        "func_hessian": lambda torch: torch.func.hessian(lambda x: (x**3).sum())(vector(torch)),
        "func_jacfwd_of_jacrev": lambda torch: torch.func.jacfwd(
            torch.func.jacrev(lambda x: x.prod())
        )(vector(torch)),
        "func_linearize": lambda torch: torch.func.linearize(torch.sin, vector(torch))[1](
            torch.ones(2)
        ),
        "vmap": lambda torch: torch.func.vmap(torch.dot)(torch.ones(3, 2), torch.ones(3, 2)),
        "vmap_in_dims": lambda torch: torch.func.vmap(torch.dot, in_dims=(0, None))(
            torch.arange(6.0).reshape(3, 2), vector(torch)
        ),
        "vmap_out_dims": lambda torch: torch.func.vmap(lambda x: x * 2, out_dims=1)(
            torch.arange(6.0).reshape(3, 2)
        ),
        "vmap_chunks": lambda torch: torch.func.vmap(lambda x: x.sum(), chunk_size=2)(
            torch.arange(6.0).reshape(3, 2)
        ),
        "vmap_of_grad": lambda torch: torch.func.vmap(torch.func.grad(lambda x: (x**3).sum()))(
            torch.arange(6.0).reshape(3, 2)
        ),
        "vmap_nested": lambda torch: torch.vmap(torch.vmap(lambda x: x**2))(torch.ones(2, 3)),
        "vmap_of_different_sizes": lambda torch: raised(
            lambda: torch.vmap(torch.mul)(torch.ones(2), torch.ones(3))
        ),
        "vmap_without_axes": lambda torch: raised(lambda: torch.vmap(torch.sin)(torch.tensor(1.0))),
        "vmap_random": lambda torch: raised(
            lambda: torch.vmap(lambda x: x + torch.rand(()))(torch.ones(2))
        ),
        "vmap_random_same": lambda torch: torch.vmap(
            lambda x: x + torch.rand(()), randomness="same"
        )(torch.ones(2)).diff(),
    },
)


@case("torch.func")
def per_sample_gradients(torch: Any) -> Any:
    w = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    x = torch.arange(6.0).reshape(3, 2) / 10
    gradient = torch.func.grad(lambda w, x: torch.tanh(w @ x).sum())
    return torch.func.vmap(gradient, in_dims=(None, 0))(w, x)


@case("torch.func")
def a_module_as_a_function(torch: Any) -> Any:
    model = torch.nn.Linear(2, 1)
    parameters = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([0.5])}
    x = torch.tensor([3.0, 4.0])

    def loss(parameters: Any) -> Any:
        return torch.func.functional_call(model, parameters, (x,)).sum()

    return loss(parameters), torch.func.grad(loss)(parameters), model.weight.grad


@case("torch.func")
def stacked_modules(torch: Any) -> Any:
    models = [torch.nn.Linear(2, 1) for _ in range(3)]
    parameters, buffers = torch.func.stack_module_state(models)
    return {name: list(value.shape) for name, value in parameters.items()}, buffers


def changed_in_place(torch: Any, x: Any) -> Any:
    y = x * 2
    y[0] = x[1] * 3
    y.mul_(x)
    y[1:] += x[:2]
    start = y[:2]
    start.mul_(2.0)
    return y


@case("torch.func")
def forward_mode_through_changes_in_place(torch: Any) -> Any:
    x = torch.tensor([0.5, -1.0, 2.0])

    def filled(x: Any) -> Any:
        empty = torch.zeros(3)
        empty[0] = x[1] * 3
        empty.view(3, 1)[1].add_(x[2])
        return empty * 1

    changed = torch.func.jacfwd(lambda x: changed_in_place(torch, x))(x)
    return changed, torch.func.jacfwd(filled)(x)


@case("torch.func")
def compositions(torch: Any) -> Any:
    def f(x: Any) -> Any:
        return torch.stack([x.prod(), (x**3).sum(), x[0] * x[1]])

    x = torch.tensor([0.5, -1.0, 2.0])
    func = torch.func
    return [
        func.jacrev(func.jacfwd(f))(x),
        func.jacfwd(func.jacfwd(f))(x),
        func.jacrev(func.jacrev(f))(x),
        func.grad(lambda x: func.jvp(f, (x,), (x,))[1].sum())(x),
        func.jvp(func.grad(lambda x: f(x).sum()), (x,), (x,)),
        func.vmap(func.hessian(lambda x: f(x).sum()))(torch.stack([x, x + 1])),
        func.grad(lambda x: x * func.grad(lambda y: x + y)(torch.tensor(1.0)))(torch.tensor(2.0)),
    ]


@case("torch.func")
def what_depends_on_something_outside_requires_a_gradient(torch: Any) -> Any:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    x = torch.tensor([3.0, 4.0])
    inside = torch.func.grad(lambda x: (x**2).sum())(x)
    outside = torch.func.jacfwd(lambda x: x**2 * w)(x)
    outside.sum().backward()
    return inside, outside, w.grad


@case("forward_ad")
def reverse_over_forward(torch: Any) -> Any:
    forward_ad = torch.autograd.forward_ad
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.tensor([1.0, 3.0]))
        tangent = forward_ad.unpack_dual((dual**3).sum()).tangent
    return tangent, torch.autograd.grad(tangent, x)
