"""torch.autograd.Function: derivatives written by hand."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text


def square_of(torch: Any) -> Any:
    """A square with its own derivative."""

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 2 * x * gradient

    return Square


@case("apply")
def a_function_of_ones_own(torch: Any) -> Any:
    x = torch.tensor([1.0, 3.0], requires_grad=True)
    y = square_of(torch).apply(x)
    y.sum().backward()
    return y, x.grad, text(y), y.grad_fn.name()


@case("apply")
def a_function_without_followed_inputs(torch: Any) -> Any:
    y = square_of(torch).apply(torch.tensor([1.0, 3.0]))
    return y, y.grad_fn


@case("apply")
def a_function_in_no_grad(torch: Any) -> Any:
    with torch.no_grad():
        return square_of(torch).apply(torch.tensor([1.0, 3.0], requires_grad=True))


@case("apply")
def a_function_differentiated_twice(torch: Any) -> Any:
    x = torch.tensor(3.0, requires_grad=True)
    (first,) = torch.autograd.grad(square_of(torch).apply(x) * x, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    return first, second


@case("apply")
def inside_forward_nothing_is_followed(torch: Any) -> Any:
    seen: list[Any] = []

    class Watch(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            y = x * 2
            seen.extend([torch.is_grad_enabled(), x.requires_grad, y.requires_grad])
            return y

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            seen.append(torch.is_grad_enabled())
            return gradient * 2

    x = torch.ones(1, requires_grad=True)
    Watch.apply(x).backward()
    return seen, x.grad


@case("apply")
def a_function_is_not_called(torch: Any) -> Any:
    square = square_of(torch)
    return type(raised(lambda: square()(torch.ones(1)))).__name__


@case("needs_input_grad")
def which_inputs_need_gradients(torch: Any) -> Any:
    seen: list[Any] = []

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, w: Any, factor: Any) -> Any:
            ctx.save_for_backward(x, w)
            ctx.factor = factor
            return x * w * factor

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            x, w = ctx.saved_tensors
            seen.append(ctx.needs_input_grad)
            to_x = gradient * w * ctx.factor if ctx.needs_input_grad[0] else None
            to_w = gradient * x * ctx.factor if ctx.needs_input_grad[1] else None
            return to_x, to_w, None

    x = torch.tensor(2.0, requires_grad=True)
    w = torch.tensor(5.0)
    Product.apply(x, w, 3).backward()
    return x.grad, w.grad, seen


def returning(torch: Any, *gradients: Any) -> Any:
    """A function of one tensor and a number whose backward returns the gradients given."""

    class Returning(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, number: Any) -> Any:
            return x * number

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradients

    return Returning


@case("backward")
def too_few_gradients(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return raised(returning(torch, torch.ones(2)).apply(x, 2).sum().backward)


@case("backward")
def too_many_gradients(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = returning(torch, torch.ones(2), None, torch.ones(2)).apply(x, 2).sum()
    return raised(y.backward)


@case("backward")
def trailing_nones_are_ignored(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    returning(torch, torch.ones(2), None, None).apply(x, 2).sum().backward()
    return x.grad


@case("backward", match="shape")
def a_gradient_of_another_shape(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    returning(torch, torch.ones(3), None).apply(x, 2).sum().backward()


@case("backward")
def a_gradient_that_is_summed_to_the_shape(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    returning(torch, torch.ones(3, 2), None).apply(x, 2).sum().backward()
    return x.grad


@case("backward")
def a_gradient_that_is_none(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    returning(torch, None, None).apply(x, 2).sum().backward()
    return x.grad


@case("backward", match="gradient")
def a_gradient_for_a_number(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    returning(torch, torch.ones(2), torch.ones(1)).apply(x, 2).sum().backward()


@case("backward", match="must implement either the backward")
def no_backward(torch: Any) -> Any:
    class Forward(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

    Forward.apply(torch.ones(1, requires_grad=True)).backward()


@case("several outputs")
def several_outputs(torch: Any) -> Any:
    seen: list[Any] = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, first: Any, second: Any) -> Any:
            seen.extend([first, second])
            return first * 2 + second * 3

    x = torch.ones(2, requires_grad=True)
    a, b = Both.apply(x)
    b.sum().backward()
    return a, b, seen, x.grad, a.grad_fn is b.grad_fn


@case("several outputs")
def gradients_not_materialized(torch: Any) -> Any:
    seen: list[Any] = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, first: Any, second: Any) -> Any:
            seen.extend([first, second])
            return second * 3

    x = torch.ones(2, requires_grad=True)
    Both.apply(x)[1].sum().backward()
    return seen, x.grad


@case("mark_non_differentiable")
def an_output_without_a_derivative(torch: Any) -> Any:
    class Sorted(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            values, order = x.sort()
            ctx.mark_non_differentiable(order)
            ctx.save_for_backward(order)
            return values, order

        @staticmethod
        def backward(ctx: Any, gradient: Any, _: Any) -> Any:
            (order,) = ctx.saved_tensors
            return torch.zeros_like(gradient).index_add_(0, order, gradient)

    x = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
    values, order = Sorted.apply(x)
    (values * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    return values, order, x.grad


@case("mark_dirty")
def an_input_changed_in_place(torch: Any) -> Any:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient * 2

    x = torch.ones(2, requires_grad=True)
    y = x * 3
    z = Double.apply(y)
    z.sum().backward()
    return z is y, y, x.grad, raised(lambda: Double.apply(torch.ones(1, requires_grad=True)))


@case("mark_dirty")
def a_view_and_a_base_changed_in_place(torch: Any) -> Any:
    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            ctx.mark_dirty(x)
            return x.mul_(2).add_(y)

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient * 2, gradient

    def through_views(root: Any, b: Any) -> Any:
        x = root.clone()
        view = x[1:3, 2:]
        result = Step.apply(view, b)
        kinds.append((result is view, type(view.grad_fn).__name__, type(x.grad_fn).__name__))
        Step.apply(x[1:3, :2], b)
        return x * x + result.sum()

    def through_a_base(root: Any, b: Any) -> Any:
        x = root * 1.0
        part, row = x[1:3, :2], x[0]
        Step.apply(x, b.repeat(2, 2))
        return part.sum() * row.sum() + x * x

    kinds: list[Any] = []
    root = torch.arange(16, dtype=torch.float64).reshape(4, 4).mul(0.1).requires_grad_()
    b = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    found = []
    for function in (through_views, through_a_base):
        y = function(root, b)
        found += [y, torch.autograd.grad(y.sum(), (root, b))]
        found.append(torch.autograd.gradcheck(function, (root, b)))
        found.append(torch.autograd.gradgradcheck(function, (root, b)))
    return kinds[0], found


@case("once_differentiable")
def differentiable_once(torch: Any) -> Any:
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, gradient: Any) -> Any:
            (x,) = ctx.saved_tensors
            return 3 * x**2 * gradient

    x = torch.tensor(2.0, requires_grad=True)
    (first,) = torch.autograd.grad(Cube.apply(x), x, create_graph=True)
    return first, raised(first.backward)


@case("save_for_backward", match="modified by an inplace operation")
def a_saved_tensor_is_modified(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    w = x * 1
    y = square_of(torch).apply(w)
    w.add_(1)
    y.sum().backward()


@case("save_for_backward")
def only_tensors_are_saved(torch: Any) -> Any:
    class Saves(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x, None, 3)
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient

    return raised(lambda: Saves.apply(torch.ones(1, requires_grad=True)))


@case("setup_context")
def forward_without_context(torch: Any) -> Any:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return x * x

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return 2 * ctx.saved_tensors[0] * gradient

    x = torch.tensor([1.0, 3.0], requires_grad=True)
    Square.apply(x).sum().backward()
    return x.grad, torch.func.grad(lambda x: Square.apply(x).sum())(x.detach())


@case("jvp")
def a_tangent_of_ones_own(torch: Any) -> Any:
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.x = x
            return x * x

        @staticmethod
        def jvp(ctx: Any, tangent: Any) -> Any:
            return 2 * ctx.x * tangent

    forward_ad = torch.autograd.forward_ad
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.tensor(3.0), torch.tensor(1.0))
        return forward_ad.unpack_dual(Square.apply(dual)).tangent


@case("straight-through estimator")
def a_straight_through_estimator(torch: Any) -> Any:
    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.sign()

        @staticmethod
        def backward(ctx: Any, gradient: Any) -> Any:
            return gradient.clamp(-1, 1)

    x = torch.tensor([-0.5, 2.0], requires_grad=True)
    (Sign.apply(x) * torch.tensor([0.5, 3.0])).sum().backward()
    return x.grad
