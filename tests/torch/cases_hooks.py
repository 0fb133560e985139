"""Hooks on tensors and nodes, and what nodes tell of themselves."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text


@case("tensor hooks")
def a_hook_sees_the_gradient(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    seen: list[Any] = []
    y.register_hook(seen.append)
    (y**2).sum().backward()
    return seen, x.grad


@case("tensor hooks")
def a_hook_replaces_the_gradient(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.register_hook(lambda gradient: gradient * 10)
    x.sum().backward()
    x.sum().backward()
    return x.grad


@case("tensor hooks")
def hooks_run_in_order(torch: Any) -> Any:
    x = torch.tensor(1.0, requires_grad=True)
    x.register_hook(lambda gradient: gradient + 1)
    x.register_hook(lambda gradient: gradient * 10)
    x.register_hook(lambda gradient: None)
    (x * 3).backward()
    return x.grad


@case("tensor hooks")
def a_hook_is_removed(torch: Any) -> Any:
    x = torch.tensor(1.0, requires_grad=True)
    handle = x.register_hook(lambda gradient: gradient * 10)
    (x * 3).backward()
    handle.remove()
    (x * 3).backward()
    return x.grad


@case("tensor hooks")
def a_hook_of_what_is_not_followed(torch: Any) -> Any:
    return raised(lambda: torch.ones(1).register_hook(print))


@case("tensor hooks")
def a_hook_runs_once_for_all_uses(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    seen: list[Any] = []
    y.register_hook(seen.append)
    (y * y + y).backward()
    return seen


@case("tensor hooks")
def a_hook_runs_in_autograd_grad(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    x.register_hook(lambda gradient: gradient * 10)
    return torch.autograd.grad(x * 3, x)


@case("tensor hooks")
def a_hook_before_retained_gradients(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    y.retain_grad()
    y.register_hook(lambda gradient: gradient * 10)
    (y * 1).backward()
    return y.grad, x.grad


@case("tensor hooks")
def a_hook_that_fails(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)

    def fail(gradient: Any) -> Any:
        raise ValueError("in the hook")

    x.register_hook(fail)
    return raised((x * 3).backward), x.grad


@case("tensor hooks", match="hook")
def a_hook_that_returns_no_tensor(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    x.register_hook(lambda gradient: 3)
    (x * 3).backward()


@case("tensor hooks")
def a_hook_after_accumulation(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    seen: list[Any] = []
    x.register_post_accumulate_grad_hook(lambda leaf: seen.append((leaf is x, leaf.grad.clone())))
    (x * 3).backward()
    (x * 3).backward()
    return seen


@case("tensor hooks")
def a_hook_after_accumulation_of_a_result(torch: Any) -> Any:
    y = torch.tensor(2.0, requires_grad=True) * 2
    return raised(lambda: y.register_post_accumulate_grad_hook(print))


@case("node hooks")
def a_hook_of_a_node(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    seen: list[Any] = []
    y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
    (y * 5).backward()
    return seen


@case("node hooks")
def a_hook_of_a_node_replaces_its_gradients(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 100, *inputs[1:]))
    y.backward()
    return x.grad


@case("node hooks")
def a_hook_before_a_node(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    y = x * 3
    handle = y.grad_fn.register_prehook(lambda outputs: (outputs[0] * 10,))
    y.backward(retain_graph=True)
    handle.remove()
    y.backward()
    return x.grad


@case("nodes")
def the_name_of_a_node(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    node = (x * 3).grad_fn
    return node.name(), type(node).__name__, text(node), str(node)[:24]


@case("nodes")
def the_next_functions(torch: Any) -> Any:
    x = torch.tensor([2.0], requires_grad=True)
    w = torch.tensor([1.0], requires_grad=True)
    y = ((x * w).exp() + 1).sum()

    def names(node: Any, depth: int = 0) -> Any:
        if node is None:
            return None
        return [node.name(), [[names(below), index] for below, index in node.next_functions]]

    return names(y.grad_fn)


@case("nodes")
def the_next_functions_are_a_tuple(torch: Any) -> Any:
    x = torch.tensor([2.0], requires_grad=True)
    return text((x + 1).grad_fn.next_functions), text((x + x).grad_fn.next_functions)


@case("nodes")
def the_variable_of_an_accumulator(torch: Any) -> Any:
    x = torch.tensor([2.0], requires_grad=True)
    accumulator = (x + 1).grad_fn.next_functions[0][0]
    return accumulator.variable is x, type(accumulator).__name__, accumulator.next_functions


@case("nodes")
def the_node_of_several_outputs(torch: Any) -> Any:
    first, second = torch.ones(2, requires_grad=True).unbind()
    nodes = (first + second).grad_fn.next_functions
    return nodes[0][0] is nodes[1][0], [index for _, index in nodes], first.grad_fn.name()


@case("nodes")
def nodes_are_the_same_object(torch: Any) -> Any:
    y = torch.ones(2, requires_grad=True) * 2
    return y.grad_fn is y.grad_fn, y.grad_fn is (y * 1).grad_fn.next_functions[0][0]


@case("nodes")
def what_a_node_saved(torch: Any) -> Any:
    x = torch.tensor([2.0], requires_grad=True)
    y = x.exp()
    power = x**3
    return y.grad_fn._saved_result, power.grad_fn._saved_exponent, power.grad_fn._saved_self


@case("nodes")
def what_is_saved_is_the_tensor(torch: Any) -> Any:
    x = torch.arange(5.0, requires_grad=True)
    y, w = x.exp(), torch.ones(3, 5, requires_grad=True)
    product, image = x * y, w @ x
    return (
        x.pow(2).grad_fn._saved_self is x,
        product.grad_fn._saved_self is x,
        product.grad_fn._saved_other.grad_fn is y.grad_fn,
        y.grad_fn._saved_result.equal(y),
        image.grad_fn._saved_self is w,
        image.grad_fn._saved_vec is x,
        (x * 2).grad_fn._saved_self,
        (x**2.5).grad_fn._saved_exponent,
    )


@case("nodes")
def what_is_saved_was_changed(torch: Any) -> Any:
    a = torch.ones(2, requires_grad=True).exp()
    b = a.sin()
    with torch.no_grad():
        a.mul_(2)
    return raised(lambda: b.grad_fn._saved_self)


@case("nodes")
def what_was_saved_is_freed(torch: Any) -> Any:
    y = torch.ones(2, requires_grad=True).sin()
    y.sum().backward()
    return raised(lambda: y.grad_fn._saved_self)


@case("nodes")
def what_is_not_saved(torch: Any) -> Any:
    y = torch.ones(2, requires_grad=True) + 1
    return raised(lambda: y.grad_fn._saved_self)


@case("nodes")
def the_metadata_of_a_node(torch: Any) -> Any:
    node = (torch.ones(2, requires_grad=True) * 2).grad_fn
    node.metadata["key"] = "value"
    return dict(node.metadata)


@case("saved tensors")
def saved_tensors_are_packed(torch: Any) -> Any:
    x = torch.tensor([2.0, 3.0], requires_grad=True)
    packed: list[Any] = []

    def pack(value: Any) -> Any:
        packed.append(value.detach().clone())
        return value * 10

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda value: value / 10):
        y = (x * x).sum()
    y.backward()
    return packed, x.grad
