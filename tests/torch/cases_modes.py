"""no_grad, enable_grad, inference_mode, set_grad_enabled; detach, data, clone, item, numpy."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

from tests.torch.harness import case, raised, text


@case("modes")
def the_mode_is_on_at_first(torch: Any) -> Any:
    return torch.is_grad_enabled(), torch.is_inference_mode_enabled()


@case("no_grad")
def no_grad_as_context(torch: Any) -> Any:
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        inside, y = torch.is_grad_enabled(), x * 2
    return inside, torch.is_grad_enabled(), y


@case("no_grad")
def no_grad_as_decorator(torch: Any) -> Any:
    @torch.no_grad()
    def twice(x: Any) -> Any:
        """Double."""
        return x * 2

    @torch.no_grad
    def thrice(x: Any) -> Any:
        return x * 3

    x = torch.ones(1, requires_grad=True)
    return twice(x), thrice(x), twice.__name__, twice.__doc__


@case("no_grad")
def no_grad_around_a_generator(torch: Any) -> Any:
    @torch.no_grad()
    def modes() -> Any:
        yield torch.is_grad_enabled()
        yield torch.is_grad_enabled()

    return [(inside, torch.is_grad_enabled()) for inside in modes()]


@case("no_grad")
def no_grad_after_an_error(torch: Any) -> Any:
    def fail() -> None:
        with torch.no_grad():
            raise ValueError("inside")

    return raised(fail), torch.is_grad_enabled()


@case("no_grad")
def leaves_made_in_no_grad_are_followed(torch: Any) -> Any:
    with torch.no_grad():
        x = torch.ones(2, requires_grad=True)
    return x, (x * 2).requires_grad


@case("no_grad")
def leaves_change_in_no_grad(torch: Any) -> Any:
    w = torch.ones(2, requires_grad=True)
    (w * 3).sum().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w.mul_(2)
    return w, w.is_leaf


@case("enable_grad")
def enable_grad_inside_no_grad(torch: Any) -> Any:
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        with torch.enable_grad():
            y = x * 2
        z = x * 2
    return y.requires_grad, z.requires_grad


@case("enable_grad")
def enable_grad_as_decorator(torch: Any) -> Any:
    @torch.enable_grad()
    def twice(x: Any) -> Any:
        return x * 2

    with torch.no_grad():
        return twice(torch.ones(1, requires_grad=True))


@case("set_grad_enabled")
def set_grad_enabled_as_context(torch: Any) -> Any:
    x = torch.ones(1, requires_grad=True)
    with torch.set_grad_enabled(False):
        y = x * 2
    return y.requires_grad, torch.is_grad_enabled()


@case("set_grad_enabled")
def set_grad_enabled_as_function(torch: Any) -> Any:
    torch.set_grad_enabled(False)
    off = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return off, torch.is_grad_enabled()


@case("set_grad_enabled")
def set_grad_enabled_as_decorator(torch: Any) -> Any:
    @torch.set_grad_enabled(False)
    def twice(x: Any) -> Any:
        return x * 2

    return twice(torch.ones(1, requires_grad=True)).requires_grad, torch.is_grad_enabled()


@case("inference_mode")
def inference_mode_as_context(torch: Any) -> Any:
    x = torch.ones(1, requires_grad=True)
    with torch.inference_mode():
        modes = torch.is_inference_mode_enabled(), torch.is_grad_enabled()
        y = x * 2
    return modes, y.requires_grad, y.is_inference(), x.is_inference()


@case("inference_mode")
def inference_mode_off(torch: Any) -> Any:
    x = torch.ones(1, requires_grad=True)
    with torch.inference_mode(), torch.inference_mode(False):
        y = x * 2
    return y.requires_grad, y.is_inference()


@case("inference_mode")
def inference_tensors_cannot_be_saved(torch: Any) -> Any:
    with torch.inference_mode():
        y = torch.ones(1)
    x = torch.ones(1, requires_grad=True)
    return type(raised(lambda: x * y)).__name__, (y * 2).is_inference(), (x + y).requires_grad


@case("inference_mode")
def inference_tensors_cannot_require_grad(torch: Any) -> Any:
    with torch.inference_mode():
        y = torch.ones(1)
    return raised(y.requires_grad_)


@case("inference_mode")
def inference_mode_as_decorator(torch: Any) -> Any:
    @torch.inference_mode()
    def twice(x: Any) -> Any:
        return x * 2

    return twice(torch.ones(1, requires_grad=True)).is_inference()


@case("detach")
def detached(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.detach()
    (x * y).sum().backward()
    return y, x.grad, y is x


@case("detach")
def detached_shares_its_values(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.detach()
    y[0] = 5.0
    y.add_(1.0)
    return x, x.data_ptr() == y.data_ptr()


@case("detach", match="modified by an inplace operation")
def a_change_of_the_detached_is_noticed(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    y.detach().zero_()
    y.sum().backward()


@case("detach")
def detach_in_place(torch: Any) -> Any:
    y = torch.ones(1, requires_grad=True) * 2
    z = y.detach_()
    return z is y, y.requires_grad, y.is_leaf, y.grad_fn


@case("data")
def data_is_not_followed(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    return x.data, x.data.requires_grad


@case("data")
def a_change_of_data_is_not_noticed(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.exp()
    y.data.zero_()
    y.sum().backward()
    return x.grad


@case("data")
def data_can_be_set(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.data = torch.tensor([3.0, 4.0, 5.0])
    (x * 2).sum().backward()
    return x, x.grad


@case("clone")
def a_clone_is_followed(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    y.mul_(3.0)
    y.sum().backward()
    return x, x.grad, x.clone().detach()


@case("item")
def item_of_one_element(torch: Any) -> Any:
    x = torch.tensor([[2.5]], requires_grad=True)
    return x.item(), torch.tensor(3).item(), torch.tensor(True).item(), torch.tensor(1j).item()


@case("item")
def item_of_several(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return [raised(x.item), raised(lambda: float(x)), raised(lambda: bool(x))]


@case("item")
def numbers_of_followed_tensors(torch: Any) -> Any:
    x = torch.tensor(2.5, requires_grad=True)
    return [float(x), int(x), bool(x), x.tolist(), complex(x)]


@case("numpy")
def numpy_of_followed(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return raised(x.numpy), x.detach().numpy()


@case("numpy")
def numpy_forced(torch: Any) -> Any:
    return torch.ones(2, requires_grad=True).numpy(force=True)


@case("numpy")
def numpy_shares_its_values(torch: Any) -> Any:
    x = torch.zeros(2)
    array = x.numpy()
    array[0] = 5.0
    x.add_(1.0)
    return x, array


@case("numpy")
def numpy_of_a_result(torch: Any) -> Any:
    y = torch.ones(2, requires_grad=True) * 2
    refused = raised(y.numpy)
    with torch.no_grad():
        return refused, y.numpy(), (y * 2).numpy()


@case("numpy")
def array_of_followed(torch: Any) -> Any:
    return raised(lambda: np.asarray(torch.ones(2, requires_grad=True)))


@case("copies")
def deepcopy_of_leaves_and_results(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    (x * 2).sum().backward()
    copied = deepcopy(x)
    return copied, copied.grad, copied is x, type(raised(lambda: deepcopy(x * 2))).__name__


@case("text")
def text_of_detached(torch: Any) -> Any:
    x = torch.tensor(2.0, requires_grad=True)
    return [text(value) for value in (x, x.detach(), x.data, x.clone(), x.detach() ** 2)]


@case("no_grad")
def views_from_no_grad_say_what_their_base_says(torch: Any) -> Any:
    w = torch.ones(2, 3, requires_grad=True)
    with torch.no_grad():
        row, total, same = w[0], w.sum(), w.detach()[0]
    return [(x.requires_grad, x.is_leaf, x.grad_fn, text(x)) for x in (row, total, same)]
