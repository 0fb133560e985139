"""Tensor.backward: accumulation, freed graphs, and what it refuses."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text

_TWICE = "backward through the graph a second time"


@case("accumulation")
def gradients_accumulate(torch: Any) -> Any:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    first = []
    for _ in range(3):
        (x**2).sum().backward()
        first.append(x.grad.clone())
    return first


@case("accumulation")
def accumulation_is_in_place(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**2).backward()
    kept = x.grad
    (x**2).backward()
    return kept is x.grad, kept


@case("accumulation")
def accumulation_with_create_graph_is_not_in_place(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**2).backward(create_graph=True)
    kept = x.grad
    (x**2).backward(create_graph=True)
    return kept, x.grad, kept is x.grad


@case("accumulation")
def zeroing_a_gradient(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**2).backward()
    zeroed = x.grad.zero_()
    same = zeroed is x.grad
    (x**3).backward()
    return same, x.grad


@case("freed graphs", match=_TWICE)
def backward_twice(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    y.backward()
    y.backward()


@case("freed graphs")
def backward_twice_without_saved_values(torch: Any) -> Any:
    x = torch.tensor([2.0, 1.0], requires_grad=True)
    y = (10 - (x + 1)).sum()
    y.backward()
    y.backward()
    return x.grad


@case("freed graphs")
def a_product_with_a_number_saves_it(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    y.backward()
    y.backward()
    return x.grad


@case("freed graphs", match=_TWICE)
def a_product_of_tensors_is_freed(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * torch.tensor(3.0)
    y.backward()
    y.backward()


@case("freed graphs")
def graph_retained(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x**2
    y.backward(retain_graph=True)
    y.backward()
    return x.grad, raised((y * 1).backward).args[0][:50]


@case("freed graphs", match=_TWICE)
def a_shared_part_is_freed(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x.exp()
    (y * 2).backward()
    (y * 3).backward()


@case("freed graphs")
def a_shared_part_that_is_retained(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x.exp()
    (y * 2).backward(retain_graph=True)
    (y * 3).backward()
    return x.grad


@case("create_graph")
def gradients_have_graphs(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**3).backward(create_graph=True)
    gradient = x.grad
    x.grad = None
    gradient.backward()
    return gradient, x.grad


@case("create_graph")
def create_graph_warns(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**3).backward(create_graph=True)
    return x.grad.requires_grad, x.grad.is_leaf


@case("create_graph")
def without_create_graph_gradients_have_none(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x**3).backward()
    return x.grad.requires_grad, raised(x.grad.backward)


@case("scalar outputs")
def backward_of_a_vector(torch: Any) -> Any:
    x = torch.ones(3, requires_grad=True)
    return raised((x * 2).backward), x.grad


@case("scalar outputs")
def backward_of_one_element(torch: Any) -> Any:
    x = torch.ones(1, 1, requires_grad=True)
    (x * 2).backward()
    return x.grad


@case("scalar outputs")
def backward_of_what_is_not_followed(torch: Any) -> Any:
    return raised(torch.ones(()).backward)


@case("scalar outputs")
def backward_of_a_leaf(torch: Any) -> Any:
    x = torch.tensor(3.0, requires_grad=True)
    x.backward()
    x.backward()
    return x.grad


@case("scalar outputs")
def backward_of_an_integer(torch: Any) -> Any:
    return raised(torch.tensor(1).backward)


@case("scalar outputs")
def backward_of_a_complex_number(torch: Any) -> Any:
    z = torch.tensor(1 + 1j, requires_grad=True)
    return raised((z * 2).backward)


@case("complex")
def backward_of_a_real_function_of_complex(torch: Any) -> Any:
    z = torch.tensor([1 + 2j, 3 - 1j], requires_grad=True)
    (z * z.conj()).real.sum().backward()
    return z.grad


@case("complex")
def backward_of_a_holomorphic_function(torch: Any) -> Any:
    z = torch.tensor([1 + 2j], requires_grad=True)
    (z**2).backward(torch.tensor([1 + 0j]))
    return z.grad


@case("gradient=")
def gradient_given(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**2).backward(gradient=torch.tensor([1.0, 10.0]))
    return x.grad


@case("gradient=")
def gradient_of_another_shape(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x**2
    return raised(lambda: y.backward(torch.ones(3))), raised(lambda: y.backward(torch.tensor(1.0)))


@case("gradient=", match="tensor")
def gradient_of_another_type(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**2).backward([1.0, 1.0])


@case("gradient=")
def gradient_of_another_dtype(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**2).backward(torch.tensor([1.0, 2.0], dtype=torch.float64))
    return x.grad


@case("gradient=")
def gradient_that_is_followed(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    v = torch.tensor([1.0, 1.0], requires_grad=True)
    (x**2).backward(v, create_graph=True)
    x.grad.sum().backward()
    return v.grad


@case("inputs=")
def only_the_inputs_named(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    w = torch.tensor(3.0, requires_grad=True)
    (x * w).backward(inputs=[x])
    return x.grad, w.grad


@case("inputs=")
def one_input(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    (x * x).backward(inputs=x)
    return x.grad


@case("inputs=")
def an_input_that_is_a_result(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * x
    (y * 3).backward(inputs=[y])
    return y.grad, x.grad


@case("inputs=")
def no_input(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    return raised(lambda: (x * x).backward(inputs=[]))


@case("inputs=")
def an_input_that_is_not_followed(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    return raised(lambda: (x * x).backward(inputs=[torch.tensor(1.0)]))


@case("non-leaves")
def grad_of_a_result_warns(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 2
    y.backward()
    return y.grad


@case("non-leaves")
def grad_retained(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 2
    flags = [y.retains_grad, x.retains_grad]
    y.retain_grad()
    flags.append(y.retains_grad)
    (y**2).backward()
    return y.grad, x.grad, flags


@case("non-leaves")
def retained_gradients_accumulate(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 2
    y.retain_grad()
    z = y**2
    z.backward(retain_graph=True)
    z.backward()
    return y.grad, x.grad


@case("non-leaves")
def retain_grad_of_a_leaf_does_nothing(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    x.retain_grad()
    (x * 2).backward()
    return x.grad, x.retains_grad


@case("non-leaves")
def retain_grad_of_what_is_not_followed(torch: Any) -> Any:
    return raised(torch.ones(1).retain_grad)


@case("dtypes")
def gradients_have_the_dtype_of_the_leaf(torch: Any) -> Any:
    x = torch.ones(2, dtype=torch.float16, requires_grad=True)
    w = torch.ones(2, dtype=torch.float64, requires_grad=True)
    (x.double() * w).sum().backward()
    return x.grad, w.grad


@case("broadcasting")
def gradients_are_summed_to_the_shape(torch: Any) -> Any:
    x = torch.ones(2, 1, requires_grad=True)
    w = torch.ones(3, requires_grad=True)
    b = torch.tensor(1.0, requires_grad=True)
    (x * w + b).sum().backward()
    return x.grad, w.grad, b.grad


@case("torch.autograd.backward")
def backward_of_several(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    torch.autograd.backward([x.sum(), x**2], [None, torch.tensor([1.0, 1.0])])
    return x.grad


@case("torch.autograd.backward")
def backward_of_several_without_gradients(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    torch.autograd.backward([x.sum(), (x * 3).sum()])
    return x.grad, raised(lambda: torch.autograd.backward([x.sum(), x * 3]))


@case("control flow")
def loops_and_branches(torch: Any) -> Any:
    a = torch.tensor(0.3, requires_grad=True)
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    c = b if b.sum() > 0 else 100 * b
    c.backward()
    return a.grad, a.grad == c / a


@case("text")
def text_of_gradients(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    plain = torch.tensor(1.5, requires_grad=True)
    (plain * 2).backward()
    return text(plain.grad), f"{plain.grad} {x}", f"{plain.item():.3f} {plain.detach():.3f}"


@case("text")
def text_of_a_gradient_with_a_graph(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x**2).sum().backward(create_graph=True)
    return text(x.grad)
