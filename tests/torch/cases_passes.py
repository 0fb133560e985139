"""Backward passes and who takes part: hooks, edges, calls of nodes, dicts, views, inference."""

from __future__ import annotations

import re
from typing import Any

from tests.torch.harness import expressions, text


def _start(torch: Any) -> Any:
    return torch.ones(2, requires_grad=True)


def _order(torch: Any) -> Any:
    """Who is called when, and whether a graph is built then."""
    log: list[Any] = []
    x = _start(torch)
    y = x * 3

    def note(name: str) -> Any:
        return lambda *args: log.append((name, torch.is_grad_enabled()))

    accumulator = y.grad_fn.next_functions[0][0]
    x.register_hook(note("x"))
    y.register_hook(note("y"))
    y.grad_fn.register_hook(note("node"))
    y.grad_fn.register_prehook(note("before node"))
    accumulator.register_hook(note("leaf's node"))
    accumulator.register_prehook(note("before leaf's node"))
    x.register_post_accumulate_grad_hook(note("accumulated"))
    y.sum().backward(retain_graph=True)
    log.append("grad of x")
    torch.autograd.grad(y.sum(), x, retain_graph=True)
    log.append("grad of y")
    torch.autograd.grad((y * 2).sum(), y, retain_graph=True)
    log.append("backward to y")
    (y * 2).sum().backward(inputs=[y], retain_graph=True)
    log.append("with a graph")
    y.sum().backward(create_graph=True)
    return log, x.grad, y.grad


def _hooked(hook: Any, *, on: str = "tensor") -> Any:
    def run(torch: Any) -> Any:
        x = _start(torch)
        y = x * 2
        if on == "tensor":
            y.register_hook(lambda g: hook(torch, g))
        elif on == "leaf":
            x.register_post_accumulate_grad_hook(lambda p: hook(torch, p))
        elif on == "before":
            y.grad_fn.register_prehook(lambda go: hook(torch, go))
        else:
            y.grad_fn.register_hook(lambda gi, go: hook(torch, gi))
        y.sum().backward()
        return x.grad, x.detach()

    return run


def _step(torch: Any, p: Any) -> None:
    p.sub_(0.5 * p.grad)
    p.grad = None


def _accumulated(torch: Any) -> Any:
    x = _start(torch)
    (x**3).sum().backward(create_graph=True)
    first = x.grad
    (x**2).sum().backward()
    return x.grad is first, text(x.grad)


def _all_hook(torch: Any) -> Any:
    a, b = _start(torch), _start(torch)
    c, d = a * b, a * b
    seen: list[Any] = []
    register = torch.autograd.graph.register_multi_grad_hook
    handle = register((a, b, c, d), lambda gs: seen.append([g is not None for g in gs]))
    first = register((a, b), lambda g: seen.append(g.clone()), mode="any")
    c.sum().backward(retain_graph=True)
    c.sum().backward(inputs=(a,), retain_graph=True)
    handle.remove()
    first.remove()
    c.sum().backward()
    return seen


def _edges(torch: Any) -> Any:
    x = _start(torch).clone()
    edge = torch.autograd.graph.get_gradient_edge(x)
    x *= 2
    old, new = torch.autograd.grad(x.sum(), (edge, x), retain_graph=True)
    (alone,) = torch.autograd.grad(x.sum(), edge, retain_graph=True)
    leaf = _start(torch)
    out = (leaf * 3).sum()
    torch.autograd.backward(out, inputs=(torch.autograd.graph.get_gradient_edge(leaf),))
    return old, new, alone, leaf.grad


def _no_zeros_for_edges(torch: Any) -> Any:
    x, y = _start(torch), _start(torch)
    edge = torch.autograd.graph.get_gradient_edge(y)
    return torch.autograd.grad(x.sum(), (x, edge), materialize_grads=True)


def _dict(torch: Any) -> Any:
    layer = torch.nn.Linear(2, 1)
    out = layer(torch.ones(1, 2)).sum()
    names = dict(layer.named_parameters())
    found = torch.autograd.grad(out, names, retain_graph=True)
    out.backward(inputs={"weight": layer.weight})
    return found, layer.weight.grad, layer.bias.grad


def _zeros(torch: Any) -> Any:
    x, a = _start(torch), _start(torch)
    (first,) = torch.autograd.grad((x * a).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, create_graph=True, materialize_grads=True)
    (third,) = torch.autograd.grad(second.sum(), x, materialize_grads=True)
    return second, third


def _node(*arguments: Any) -> Any:
    def run(torch: Any) -> Any:
        y = _start(torch) * 2
        given = [torch.ones(2) if a == "ones" else a for a in arguments]
        return y.grad_fn(*given), text(_start(torch).exp().grad_fn(torch.ones(2)))

    return run


def _stopped(torch: Any) -> Any:
    """What made an input of `grad` does not run."""
    called: list[str] = []

    class Triple(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 3

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            called.append("backward")
            return g * 3

    x = _start(torch)
    y = Triple.apply(x)
    found = torch.autograd.grad((y * y).sum(), y, retain_graph=True)
    before = list(called)
    return found, before, torch.autograd.grad((y * y).sum(), [y, x]), called


def _variable(torch: Any) -> Any:
    data = torch.ones(2)
    v = torch.autograd.Variable(data, requires_grad=True)
    data[0] = 5.0
    return v, isinstance(data, torch.autograd.Variable), type(v) is torch.Tensor


def _retained(torch: Any) -> Any:
    a = _start(torch).clone()
    a.retain_grad()
    a.mul_(2)
    a.mul_(3)
    a.sum().backward()
    base = _start(torch).clone()
    view, other = base[:], base[:]
    view.retain_grad()
    other.retain_grad()
    view.mul_(2)
    (view + 2 * other).sum().backward()
    return a.grad, view.grad, other.grad


expressions(
    __name__,
    "passes",
    {
        "order_of_hooks": _order,
        "hook_returns_no_tensor": _hooked(lambda torch, g: 3),
        "hook_returns_another_size": _hooked(lambda torch, g: torch.ones(3)),
        "hook_returns_another_type": _hooked(lambda torch, g: g.double()),
        "node_hook_returns_too_many": _hooked(lambda torch, gi: gi + gi, on="node"),
        "node_hook_returns_no_tuple": _hooked(lambda torch, gi: gi[0], on="node"),
        "node_hook_returns_another_size": _hooked(
            lambda torch, gi: (torch.ones(5), None), on="node"
        ),
        "before_hook_returns_too_many": _hooked(lambda torch, go: (*go, *go), on="before"),
        "node_hook_doubles": _hooked(lambda torch, gi: (gi[0] * 2, None), on="node"),
        "leaf_hook_steps": _hooked(_step, on="leaf"),
        "leaf_hook_returns_something": _hooked(lambda torch, p: p.grad, on="leaf"),
        "accumulation_in_place": _accumulated,
        "hooks_of_many": _all_hook,
        "edges_as_inputs": _edges,
        "no_zeros_for_edges": _no_zeros_for_edges,
        "dict_of_inputs": _dict,
        "zeros_are_differentiable": _zeros,
        "node_as_function": _node("ones"),
        "node_as_function_of_too_many": _node("ones", "ones"),
        "node_as_function_of_a_number": _node(1),
        "passes_end_at_their_inputs": _stopped,
        "variable": _variable,
        "retained_grad_follows_changes": _retained,
        "no_inputs": lambda torch: torch.autograd.grad(_start(torch).sum(), []),
        "unused_input_is_named": lambda torch: torch.autograd.grad(
            _start(torch).sum(), [_start(torch)]
        ),
        "batched_grads_of_a_number": lambda torch: torch.autograd.grad(
            (x := _start(torch)) * 2, x, torch.ones(()), is_grads_batched=True
        ),
        "batched_grads_of_another_size": lambda torch: torch.autograd.grad(
            (x := _start(torch)) * 2, x, torch.ones(2, 4), is_grads_batched=True
        ),
        "gradient_is_a_number": lambda torch: (_start(torch) * 2).backward(gradient=3.0),
    },
)


def _refusal(torch: Any, change: Any) -> str:
    try:
        change()
    except RuntimeError as error:
        return str(error)
    return "done"


def _views(torch: Any) -> Any:
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g

    class Itself(Same):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

    x = torch.ones(2, 2, requires_grad=True).clone()
    views = {
        "unbind": x.unbind()[0],
        "split": x.split(1)[1],
        "sizes": x.split([1, 1])[1],
        "chunk": x.chunk(2)[0],
        "function": Same.apply(x),
        "returned": Itself.apply(x),
    }
    with torch.no_grad():
        views["no_grad"] = x.view(4)
        views["custom in no_grad"] = Same.apply(x)
        plain = torch.zeros(2).view(2)
    with torch.inference_mode():
        views["inference"] = x.view(4)
    plain.requires_grad_(True)
    views["view of a view"] = plain.view(2)
    found = {name: _refusal(torch, lambda view=view: view.add_(1)) for name, view in views.items()}
    return found, [(name, v.requires_grad, v.is_inference()) for name, v in views.items()]


def _turned_views(torch: Any) -> Any:
    base = torch.rand(2, 3, requires_grad=True).clone()
    inside = base.view_as(base)
    with torch.no_grad():
        inside.t_()
        outside = base.view_as(base)
        outside.t_()
    return [_refusal(torch, lambda v=v: v.add_(1)) for v in (inside, outside)]


def _inference(torch: Any) -> Any:
    normal = _start(torch).clone()
    with torch.inference_mode():
        made = torch.ones(2, requires_grad=True)
        shown = made.view(2)
        normal.add_(1)
        inside = [made.requires_grad, made.is_inference(), shown.requires_grad]
    x = _start(torch).clone()
    return (
        inside,
        [shown.is_inference(), made.view(1, 2).is_inference(), normal.is_inference()],
        text(normal),
        _refusal(torch, lambda: x.mul_(made.detach())),
    )


def _parts(torch: Any) -> Any:
    x = torch.arange(4.0, requires_grad=True).clone()
    parts = x.split(2)
    names = [re.sub(r"0x\w+", "", text(p.grad_fn)) for p in (*parts, *x.split([1, 3]))]
    same = parts[0].grad_fn is parts[1].grad_fn
    loose = x.unsafe_split(2)
    loose[0].mul_(2)
    loose[0].sum().backward(retain_graph=True)
    parts[1].sum().backward()
    return names, same, [p.output_nr for p in parts], text(loose[0].grad_fn)


def _told(torch: Any) -> str:
    v = torch.ones(2, requires_grad=True).clone()
    with torch.inference_mode():
        return text([v.view(2), v * 2])


expressions(
    __name__,
    "origins of views",
    {
        "views_that_must_not_change": _views,
        "views_turned_in_place": _turned_views,
        "tensors_of_inference_mode": _inference,
        "parts_have_one_node": _parts,
        "printed_in_inference_mode": _told,
    },
)
