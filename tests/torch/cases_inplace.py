"""In-place operations: version counters, what they refuse, views and assignments to slices."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, raised, text

_MODIFIED = "has been modified by an inplace operation"
_LEAF = "a leaf Variable that requires grad is being used in an in-place operation."


@case("leaves")
def a_leaf_in_place(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return [
        raised(lambda: x.add_(1)),
        raised(x.zero_),
        raised(lambda: x.mul_(x)),
        raised(lambda: x.copy_(torch.zeros(2))),
        x,
    ]


@case("leaves")
def an_augmented_assignment_to_a_leaf(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)

    def add() -> Any:
        y = x
        y += 1
        return y

    return raised(add), x


@case("leaves")
def an_assignment_into_a_leaf(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)

    def assign() -> None:
        x[0] = 5.0

    return raised(assign), x


@case("leaves")
def a_view_of_a_leaf_in_place(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    return raised(x[:1].zero_), raised(lambda: x.view(2, 1).add_(1)), x


@case("results")
def a_result_in_place(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = y.add_(1.0)
    z.sum().backward()
    return z is y, y, x.grad, text(y)


@case("results")
def a_chain_in_place(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x.clone()
    y *= 2
    y += x
    y.pow_(2)
    y.sum().backward()
    return y, x.grad


@case("results")
def an_augmented_assignment_keeps_the_tensor(torch: Any) -> Any:
    x = torch.ones(2)
    y = x
    y += 1
    return x, y is x


@case("results")
def a_plain_tensor_becomes_followed(torch: Any) -> Any:
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    x = torch.ones(2)
    x.mul_(w)
    x.sum().backward()
    return x, x.is_leaf, w.grad


@case("results")
def another_dtype_is_refused(torch: Any) -> Any:
    x = torch.ones(2, dtype=torch.int64)
    return raised(lambda: x.add_(0.5)), raised(lambda: x.div_(2)), x.add_(2)


@case("results")
def a_larger_shape_is_refused(torch: Any) -> Any:
    x = torch.ones(2)
    return raised(lambda: x.add_(torch.ones(3, 2))), x


@case("versions")
def versions_count_changes(torch: Any) -> Any:
    x = torch.ones(2)
    versions = [x._version]
    x.add_(1)
    versions.append(x._version)
    x[0] = 3.0
    versions.append(x._version)
    x.view(2, 1).mul_(2)
    versions.append(x._version)
    versions.append((x + 1)._version)
    return versions


@case("versions")
def the_message_of_a_saved_value(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x.sigmoid()
    y.add_(1.0)
    return str(raised(y.sum().backward))


@case("versions", match=_MODIFIED)
def a_saved_result_is_modified(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1.0)
    y.sum().backward()


@case("versions", match=_MODIFIED)
def a_saved_input_is_modified(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    w = torch.ones(2)
    y = x * w
    w.add_(1.0)
    y.sum().backward()


@case("versions", match=_MODIFIED)
def a_saved_value_is_modified_through_a_view(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    w = torch.ones(2)
    y = x * w
    w[:1].zero_()
    y.sum().backward()


@case("versions")
def a_value_that_is_not_saved_may_be_modified(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y + 1
    y.zero_()
    z.sum().backward()
    return x.grad


@case("versions")
def an_input_of_exp_may_be_modified(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x.clone()
    z = y.exp()
    y.zero_()
    z.sum().backward()
    return x.grad


@case("versions", match=_MODIFIED)
def an_input_of_sin_may_not(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = x.clone()
    z = y.sin()
    y.zero_()
    z.sum().backward()


@case("versions")
def weights_changed_after_backward(torch: Any) -> Any:
    w = torch.ones(2, requires_grad=True)
    for _ in range(2):
        loss = (w * w).sum()
        loss.backward()
        with torch.no_grad():
            w -= 0.25 * w.grad
            w.grad.zero_()
    return w


@case("versions", match=_MODIFIED)
def weights_changed_before_backward(torch: Any) -> Any:
    w = torch.ones(2, requires_grad=True)
    loss = (w * w).sum()
    with torch.no_grad():
        w -= 0.25
    loss.backward()


@case("views")
def views_share_values(torch: Any) -> Any:
    x = torch.zeros(2, 2)
    x[0] = 1.0
    x[:, 1].add_(5.0)
    x.view(4)[2] = 7.0
    x.T[0, 1] = 9.0
    return x


@case("views")
def views_know_their_base(torch: Any) -> Any:
    x = torch.ones(2, 2)
    row = x[0]
    return [
        row._is_view(),
        row._base is x,
        row.view(1, 2)._base is x,
        x._is_view(),
        x.clone()._is_view(),
        x.reshape(4)._is_view(),
        x.data_ptr() == row.data_ptr(),
    ]


@case("views")
def a_change_of_a_view_is_differentiated(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    y[:2].mul_(10.0)
    y.sum().backward()
    return y, x.grad


@case("views")
def a_change_of_the_base_is_seen_by_its_view(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    part = y[:2]
    y.mul_(10.0)
    part.sum().backward()
    return part, x.grad, text(part)


@case("views")
def a_view_of_a_view_in_place(torch: Any) -> Any:
    x = torch.ones(2, 3, requires_grad=True)
    y = x.clone()
    y[0].view(3)[1:].mul_(5.0)
    (y**2).sum().backward()
    return y, x.grad


@case("views")
def a_transposed_view_in_place(torch: Any) -> Any:
    x = torch.arange(4.0).reshape(2, 2).requires_grad_()
    y = x * 1
    y.t()[0].mul_(3.0)
    y.sum().backward()
    return y, x.grad


@case("views")
def unbound_views_in_place(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    first, _ = (x * 2).unbind()
    return type(raised(lambda: first.mul_(2))).__name__


@case("views")
def views_made_without_grad(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        view = x[:1]
        view.mul_(5.0)
    return x, view.requires_grad


@case("assignment")
def an_assignment_is_differentiated(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    v = torch.tensor(5.0, requires_grad=True)
    y = x.clone()
    y[1] = v
    (y * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    return y, x.grad, v.grad, text(y)


@case("assignment")
def an_assignment_into_a_plain_tensor(torch: Any) -> Any:
    v = torch.tensor([5.0, 6.0], requires_grad=True)
    y = torch.zeros(3)
    y[:2] = v * 2
    y.sum().backward()
    return y, v.grad, y.requires_grad


@case("assignment")
def assignments_by_masks_and_indices(torch: Any) -> Any:
    x = torch.arange(6.0).reshape(2, 3)
    y = x.clone()
    y[y > 3] = -1.0
    z = x.clone()
    z[[0, 1], [1, 2]] = torch.tensor([10.0, 20.0])
    w = x.clone()
    w[..., -1] = 0.0
    return y, z, w


@case("assignment")
def an_assignment_by_a_mask_is_differentiated(torch: Any) -> Any:
    x = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    y = x * 2
    y[x < 0] = 0.0
    (y**2).sum().backward()
    return y, x.grad


@case("assignment")
def an_assignment_of_another_shape(torch: Any) -> Any:
    x = torch.zeros(2, 3)

    def assign() -> None:
        x[0] = torch.ones(2)

    return raised(assign), x


@case("assignment")
def an_assignment_out_of_range(torch: Any) -> Any:
    x = torch.zeros(2, 3)

    def assign() -> None:
        x[2] = 1.0

    return raised(assign), raised(lambda: x[0, 3]), raised(lambda: x[0, 0, 0])


@case("in-place methods")
def methods_in_place(torch: Any) -> Any:
    def after(change: Any) -> Any:
        x = torch.tensor([1.5, -2.0, 4.0])
        change(x)
        return x

    return [
        after(lambda x: x.fill_(3.0)),
        after(lambda x: x.zero_()),
        after(lambda x: x.neg_()),
        after(lambda x: x.abs_()),
        after(lambda x: x.clamp_(min=0.0)),
        after(lambda x: x.relu_()),
        after(lambda x: x.sub_(1.0, alpha=2)),
        after(lambda x: x.addcmul_(x, x, value=0.5)),
        after(lambda x: x.copy_(torch.arange(3))),
        after(lambda x: x.masked_fill_(x < 0, 7.0)),
        after(lambda x: x.index_fill_(0, torch.tensor([0]), 9.0)),
        after(lambda x: x.exp_()),
        after(lambda x: x.lerp_(torch.zeros(3), 0.5)),
        after(torch.relu_),
        after(lambda x: torch.nn.functional.relu(x, inplace=True)),
    ]


@case("in-place methods")
def copy_is_differentiated(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = torch.zeros(2)
    y.copy_(x * 3)
    y.sum().backward()
    return y, x.grad, text(y)


@case("out=")
def out_of_what_is_followed(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = torch.empty(2)
    return raised(lambda: torch.add(x, x, out=y)), torch.add(torch.ones(2), 1, out=y), y


@case("views")
def an_expansion_to_the_same_size_is_a_view(torch: Any) -> Any:
    x = torch.zeros(2, 3)
    y, z = x.expand(2, 3), x.expand(1, 2, 3)
    y.add_(1.0)
    z[0, 0] = 5.0
    return x, y is x, raised(lambda: torch.zeros(2, 1).expand(2, 3).add_(1.0))


@case("versions")
def a_quotient_may_be_modified(torch: Any) -> Any:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    w = torch.tensor([4.0, 5.0], requires_grad=True)
    y = x / w
    y.mul_(3.0)
    y.sum().backward()
    z = x / w
    z[:1].zero_()
    z.sum().backward()
    return y, z, x.grad, w.grad
