"""Memory: storages, strides, what shows the same memory; types named by Python's words."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import expressions, text


def _shares(torch: Any) -> list[bool]:
    x = torch.zeros(3, 4)
    others = [x[1:], x.t(), x.view(-1), x.detach(), x.clone(), x + 0, x.reshape(4, 3)]
    ours = x.untyped_storage().data_ptr()
    return [y.untyped_storage().data_ptr() == ours for y in others]


def _set(torch: Any) -> Any:
    x = torch.arange(6.0)
    y = torch.zeros(2).set_(x.untyped_storage(), 1, (2, 2), (2, 1))
    y[0, 0] = -1.0
    return x, y, y.storage_offset(), y.is_set_to(y), torch.ones(2).set_().shape


def _typed(torch: Any) -> Any:
    s = torch.tensor([[1.0, 2.0], [3.0, 4.0]])[1].storage()
    s[0] = 5.0
    return text(s), len(s), s[0], s.tolist(), s.untyped().nbytes()


def _matrices(name: str) -> Any:
    return lambda torch: getattr(torch.ones(2), name)


def _strides(make: Any) -> Any:
    return lambda torch: make(torch).stride()


expressions(
    __name__,
    "memory",
    {
        "who_shares_memory": _shares,
        "set_to_a_storage": _set,
        "typed_storage": _typed,
        "bytes": lambda torch: text(torch.tensor([1.0, 2.0])[1:].untyped_storage()),
        "as_strided_in_place": lambda torch: torch.arange(6).view(2, 3).as_strided_((3,), (2,)),
        "no_matrix_mT": _matrices("mT"),
        "no_matrix_mH": _matrices("mH"),
        "no_matrix_H": _matrices("H"),
        "no_matrix_adjoint": lambda torch: torch.ones(2).adjoint(),
        "number_mT": lambda torch: torch.tensor(2.0).mT,
        "where_no_data_are": lambda torch: [
            torch.ones(1).is_cuda,
            torch.ones(1).is_mps,
            torch.ones(1).is_xpu,
            torch.ones(1).is_distributed(),
        ],
        "split_at_no_integers": lambda torch: torch.ones(3).tensor_split(torch.tensor([1.5])),
        "split_at_a_matrix": lambda torch: torch.ones(3).tensor_split(torch.tensor([[1]])),
        "too_large": lambda torch: torch.ones(1).resize_(2, 4, 2**29, 2**29),
    },
)

expressions(
    __name__,
    "strides",
    {
        f"strides_of_{name}": _strides(make)
        for name, make in {
            "a_clone": lambda torch: torch.ones(2, 3, 4).permute(2, 0, 1).clone(),
            "zeros_like": lambda torch: torch.zeros_like(torch.ones(2, 3).t()),
            "ones_like": lambda torch: torch.ones_like(torch.ones(2, 3, 4).permute(1, 2, 0)),
            "the_sine": lambda torch: torch.ones(2, 3).t().sin(),
            "contiguous": lambda torch: torch.ones(2, 3).t().contiguous(),
            "another_type": lambda torch: torch.ones(2, 3).t().double(),
            "a_new_axis": lambda torch: torch.ones(5, 2, 3)[..., None],
            "a_new_first_axis": lambda torch: torch.ones(5, 2)[None],
            "nothing": lambda torch: torch.ones(3, 0, 2),
            "a_sum": lambda torch: torch.ones(2, 3) + torch.ones(2, 3),
            "an_expansion": lambda torch: torch.ones(2, 1).expand(2, 3),
            "a_copy_of_an_expansion": lambda torch: torch.ones(2, 1).expand(2, 3).clone(),
        }.items()
    },
)

expressions(
    __name__,
    "types",
    {
        f"dtype_float_of_{name}": make
        for name, make in {
            "zeros": lambda torch: torch.zeros(2, dtype=float),
            "tensor": lambda torch: torch.tensor([1, 2], dtype=float),
            "randn": lambda torch: torch.randn(2, dtype=float).dtype,
            "sum": lambda torch: torch.ones(2).sum(dtype=float),
            "to": lambda torch: torch.ones(2).to(float),
            "linear": lambda torch: torch.nn.Linear(2, 2, dtype=float).weight.dtype,
            "complex": lambda torch: torch.ones(2, dtype=complex),
        }.items()
    },
)
