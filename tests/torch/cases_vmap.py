"""torch.vmap: axes, nests, derivatives inside and outside, random numbers, and what is refused."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, raised


def rows(torch: Any) -> Any:
    return torch.arange(6.0).reshape(3, 2)


def numbers(torch: Any, *shape: int) -> Any:
    size = 1
    for n in shape:
        size *= n
    return torch.sin(torch.arange(1.0, size + 1)).reshape(shape)


def curve(torch: Any) -> Any:
    """A function of a vector with a full Jacobian."""
    return lambda v: torch.sin(v) * v[0]


expressions(
    __name__,
    "torch.vmap",
    {
        # Axes
        "vmap_empty": lambda torch: torch.vmap(lambda a: a.sum())(torch.zeros(0, 2)),
        "vmap_empty_matrix": lambda torch: torch.vmap(lambda a: a @ a.T)(torch.zeros(0, 2, 3)),
        "vmap_keyword_tensors_are_shared": lambda torch: torch.vmap(lambda a, b=None: a + b)(
            rows(torch), b=torch.ones(3, 2)
        ),
        "vmap_negative_in_dim": lambda torch: torch.vmap(lambda a: a.sum(), in_dims=-1)(
            rows(torch)
        ),
        "vmap_negative_out_dim": lambda torch: (
            torch.vmap(lambda a: a, out_dims=-1)(torch.ones(3, 2, 4)).shape
        ),
        "vmap_out_dims_of_a_pair": lambda torch: torch.vmap(
            lambda a: (a, a.sum()), out_dims=(1, 0)
        )(rows(torch)),
        "vmap_nested_in_dims": lambda torch: torch.vmap(
            lambda d: d["a"] + d["b"], in_dims=({"a": 0, "b": None},)
        )({"a": rows(torch), "b": torch.ones(2)}),
        "vmap_list_in_dims": lambda torch: torch.vmap(
            lambda pair: pair[0] @ pair[1], in_dims=([0, 1],)
        )([rows(torch), rows(torch).T]),
        "vmap_shared_result": lambda torch: torch.vmap(lambda a: torch.ones(2))(rows(torch)),
        "vmap_shared_result_as_it_is": lambda torch: torch.vmap(
            lambda a: torch.ones(2), out_dims=None
        )(rows(torch)),
        "vmap_number_shared": lambda torch: torch.vmap(lambda a, k: a * k, in_dims=(0, None))(
            rows(torch), 3.0
        ),
        "vmap_chunks_that_do_not_fit": lambda torch: torch.vmap(
            lambda a: (a.sum(), a), out_dims=(0, 1), chunk_size=2
        )(rows(torch)),
        "vmap_sees_one_example": lambda torch: torch.vmap(
            lambda a: torch.tensor([*a.shape, a.dim(), a.numel()]), out_dims=None
        )(torch.ones(3, 2, 4)),
        "vmap_iterates_over_an_example": lambda torch: torch.vmap(lambda a: sum(list(a)))(
            rows(torch)
        ),
        "vmap_of_vmap": lambda torch: torch.vmap(
            torch.vmap(torch.dot, in_dims=(None, 0)), in_dims=(0, None)
        )(numbers(torch, 3, 2), numbers(torch, 4, 2)),
        "vmap_of_vmap_of_both": lambda torch: torch.vmap(
            lambda a: torch.vmap(lambda b: a @ b)(numbers(torch, 4, 2))
        )(numbers(torch, 3, 2)),
        "vmap_picks_by_its_own_index": lambda torch: torch.vmap(lambda a, i: a[i])(
            numbers(torch, 3, 4), torch.tensor([0, -1, 2])
        ),
        "vmap_picks_of_what_all_share": lambda torch: torch.vmap(
            lambda a, i: a[:, i], in_dims=(None, 0)
        )(numbers(torch, 3, 4), torch.tensor([[0, -1], [2, 2]])),
        "vmap_embeds": lambda torch: torch.vmap(torch.nn.functional.embedding, in_dims=(0, None))(
            torch.tensor([[0, 2], [1, 1]]), numbers(torch, 3, 2)
        ),
        "vmap_gathers": lambda torch: torch.vmap(lambda a, i: a.gather(0, i))(
            numbers(torch, 2, 3, 2), torch.tensor([[[0, 1]], [[2, 0]]])
        ),
        # Derivatives
        "grad_of_vmap": lambda torch: torch.func.grad(
            lambda x: torch.vmap(lambda a: a.sin().prod())(x).square().sum()
        )(numbers(torch, 3, 2)),
        "vmap_of_grad_of_vmap": lambda torch: torch.vmap(
            torch.func.grad(lambda x: torch.vmap(lambda a: a.sin().prod())(x).sum())
        )(numbers(torch, 2, 3, 2)),
        "vmap_of_grad_with_shared": lambda torch: torch.vmap(
            torch.func.grad(lambda w, x: (w @ x).square().sum()), in_dims=(None, 0)
        )(numbers(torch, 2, 2), numbers(torch, 3, 2)),
        "vmap_of_grad_and_value": lambda torch: torch.vmap(
            torch.func.grad_and_value(lambda x: (x**3).sum())
        )(numbers(torch, 3, 2)),
        "vmap_of_vjp": lambda torch: torch.vmap(
            lambda a: torch.func.vjp(torch.sin, a)[1](torch.ones(2))[0]
        )(rows(torch)),
        "vmap_of_jvp": lambda torch: torch.vmap(lambda a, t: torch.func.jvp(torch.sin, (a,), (t,)))(
            rows(torch), numbers(torch, 3, 2)
        ),
        "vmap_of_jvp_with_a_shared_tangent": lambda torch: torch.vmap(
            lambda a: torch.func.jvp(torch.sin, (a,), (torch.ones(2),))[1]
        )(rows(torch)),
        "jvp_of_vmap": lambda torch: torch.func.jvp(
            torch.vmap(lambda a: a.sin().sum()), (rows(torch),), (numbers(torch, 3, 2),)
        ),
        "vmap_of_jacrev": lambda torch: torch.vmap(torch.func.jacrev(curve(torch)))(
            numbers(torch, 3, 2)
        ),
        "vmap_of_jacfwd": lambda torch: torch.vmap(torch.func.jacfwd(curve(torch)))(
            numbers(torch, 3, 2)
        ),
        "vmap_of_jacrev_of_two": lambda torch: torch.vmap(
            torch.func.jacrev(lambda a, b: (a * b, a @ b), argnums=(0, 1))
        )(numbers(torch, 3, 2), numbers(torch, 3, 2) + 1),
        "vmap_of_hessian": lambda torch: torch.vmap(
            torch.func.hessian(lambda v: (v**3).sum() * v[0])
        )(numbers(torch, 3, 2)),
        "jacrev_of_vmap": lambda torch: torch.func.jacrev(torch.vmap(lambda a: a.sin().prod()))(
            numbers(torch, 3, 2)
        ),
        "jacrev_in_chunks": lambda torch: torch.func.jacrev(curve(torch), chunk_size=2)(
            numbers(torch, 3)
        ),
        "hessian_of_vmap": lambda torch: torch.func.hessian(
            lambda x: torch.vmap(lambda a: a.sin().prod())(x).sum()
        )(numbers(torch, 2, 2)),
        "vmap_of_vmap_of_grad": lambda torch: torch.vmap(
            lambda a: torch.vmap(torch.func.grad(lambda b: torch.dot(a, b) ** 2))(
                numbers(torch, 4, 2)
            )
        )(numbers(torch, 3, 2)),
        # In place
        "vmap_changes_its_own": lambda torch: torch.vmap(lambda a: a.clone().add_(a).mul_(2))(
            rows(torch)
        ),
        "vmap_changes_zeros_like": lambda torch: torch.vmap(lambda a: torch.zeros_like(a).add_(a))(
            rows(torch)
        ),
        "vmap_changes_new_zeros": lambda torch: torch.vmap(lambda a: a.new_zeros(2).add_(a))(
            rows(torch)
        ),
        "vmap_changes_what_all_share": lambda torch: raised(
            lambda: torch.vmap(lambda a: torch.zeros(2).__setitem__(0, a[0]) or a)(rows(torch))
        ),
        # Refused
        "vmap_item": lambda torch: raised(
            lambda: torch.vmap(lambda a: a.sum().item())(rows(torch))
        ),
        "vmap_control_flow": lambda torch: raised(
            lambda: torch.vmap(lambda a: a if a.sum() > 0 else -a)(rows(torch))
        ),
        "vmap_float": lambda torch: raised(
            lambda: torch.vmap(lambda a: a * float(a.sum()))(rows(torch))
        ),
        "vmap_numpy": lambda torch: raised(lambda: torch.vmap(lambda a: a.numpy())(rows(torch))),
        "vmap_requires_grad": lambda torch: raised(
            lambda: torch.vmap(lambda a: a.requires_grad_().sum())(rows(torch))
        ),
        "vmap_result_without_a_place": lambda torch: raised(
            lambda: torch.vmap(lambda a: a.sum(), out_dims=None)(rows(torch))
        ),
        "vmap_result_that_is_no_tensor": lambda torch: raised(
            lambda: torch.vmap(lambda a: "text")(rows(torch))
        ),
        "vmap_out_dim_too_large": lambda torch: raised(
            lambda: torch.vmap(lambda a: a, out_dims=3)(rows(torch))
        ),
        "vmap_out_dims_of_another_structure": lambda torch: raised(
            lambda: torch.vmap(lambda a: (a, a), out_dims=(0, 0, 0))(rows(torch))
        ),
        "vmap_chunk_of_nothing": lambda torch: raised(
            lambda: torch.vmap(lambda a: a, chunk_size=0)(rows(torch))
        ),
        "vmap_without_arguments": lambda torch: raised(torch.vmap(lambda: 1)),
        "vmap_backward_inside": lambda torch: raised(
            lambda: torch.vmap(lambda a: (a * torch.ones(2, requires_grad=True)).sum().backward())(
                rows(torch)
            )
        ),
    },
)


@case
def vectors_pulled_back_together(torch: Any) -> Any:
    x = torch.arange(3.0, requires_grad=True)
    y = x**2
    return torch.vmap(lambda v: torch.autograd.grad(y, x, v, retain_graph=True)[0])(torch.eye(3))


@case
def an_ensemble(torch: Any) -> Any:
    def model(w: Any, b: Any, x: Any) -> Any:
        return torch.tanh(x @ w + b)

    w, b = numbers(torch, 4, 2, 3).requires_grad_(), numbers(torch, 4, 3).requires_grad_()
    y = torch.vmap(model, in_dims=(0, 0, None))(w, b, numbers(torch, 5, 2))
    (y**2).sum().backward()
    return y, w.grad, b.grad


@case
def gradients_of_every_sample(torch: Any) -> Any:
    def loss(w: Any, x: Any, t: Any) -> Any:
        return torch.nn.functional.cross_entropy((x @ w).unsqueeze(0), t.unsqueeze(0))

    each = torch.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
    return each(numbers(torch, 2, 3), numbers(torch, 4, 2), torch.tensor([0, 2, 1, 1]))


@case
def the_argument_changed_in_place(torch: Any) -> Any:
    x = rows(torch)
    return torch.vmap(lambda a: a.add_(1))(x), x


@case
def views_changed_in_place(torch: Any) -> Any:
    def change(a: Any) -> Any:
        b = a.clone()
        b[0] = 5.0
        b[1:] += a[1:]
        return b

    return torch.vmap(change)(rows(torch))


@case
def a_function_with_a_batching_rule(torch: Any) -> Any:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            pass

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2

        @staticmethod
        def vmap(info: Any, in_dims: Any, x: Any) -> Any:
            assert (info.batch_size, info.randomness, in_dims) == (3, "error", (0,))
            return Double.apply(x), in_dims[0]

    return torch.vmap(Double.apply)(rows(torch))


@case
def a_function_without_a_batching_rule(torch: Any) -> Any:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            pass

    return raised(lambda: torch.vmap(Double.apply)(rows(torch)))


@case
def a_function_whose_batching_rule_is_made(torch: Any) -> Any:
    class Double(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x: Any) -> Any:
            return x * 2

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            pass

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            return grad * 2

    x = rows(torch).requires_grad_()
    y = torch.vmap(Double.apply)(x)
    y.sum().backward()
    return y.detach(), x.grad


@case
def a_function_that_fills_its_context_itself(torch: Any) -> Any:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

    return raised(lambda: torch.vmap(Double.apply)(rows(torch)))


@case
def random_numbers_the_same_for_all(torch: Any) -> Any:
    ones = torch.ones(4, 50)
    y = torch.vmap(torch.nn.functional.dropout, randomness="same")(ones)
    return bool((y == y[0]).all()), y.shape


@case
def random_numbers_for_each(torch: Any) -> Any:
    ones = torch.ones(4, 50)
    y = torch.vmap(torch.nn.functional.dropout, randomness="different")(ones)
    return bool((y == y[0]).all()), y.shape
