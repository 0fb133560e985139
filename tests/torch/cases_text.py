"""Texts of tensors and of what belongs to them, through the public names."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import case, expressions, printed, text

expressions(
    __name__,
    "repr",
    {
        "text_integers": lambda torch: repr(torch.tensor([1, -20, 300])),
        "text_floats": lambda torch: repr(torch.tensor([1.0, 2.5])),
        "text_whole_floats": lambda torch: repr(torch.tensor([1.0, 2.0, -0.0])),
        "text_bools": lambda torch: repr(torch.tensor([[True], [False]])),
        "text_scalar": lambda torch: repr(torch.tensor(3)),
        "text_complex": lambda torch: repr(torch.tensor([1 + 2j, -0.5j])),
        "text_float64": lambda torch: repr(torch.tensor([1 / 3], dtype=torch.float64)),
        "text_half": lambda torch: repr(torch.tensor([0.1], dtype=torch.float16)),
        "text_bfloat16": lambda torch: repr(torch.tensor([0.1, 3.0], dtype=torch.bfloat16)),
        "text_int32": lambda torch: repr(torch.tensor([1], dtype=torch.int32)),
        "text_uint8": lambda torch: repr(torch.tensor([1], dtype=torch.uint8)),
        "text_empty": lambda torch: repr(torch.tensor([])),
        "text_empty_matrix": lambda torch: repr(torch.zeros(0, 3)),
        "text_empty_integers": lambda torch: repr(torch.zeros(2, 0, dtype=torch.int64)),
        "text_large_ratio": lambda torch: repr(torch.tensor([1e-3, 1.0, 1e4])),
        "text_large_vector": lambda torch: repr(torch.arange(2000)),
        "text_large_matrix": lambda torch: repr(torch.arange(2000.0).reshape(40, 50) / 3),
        "text_wide": lambda torch: repr(torch.arange(60.0).reshape(2, 30)),
        "text_three_axes": lambda torch: repr(torch.arange(8.0).reshape(2, 2, 2)),
        "text_nan": lambda torch: repr(torch.tensor([float("nan"), float("inf"), 1.0])),
        "text_transposed": lambda torch: repr(torch.arange(6).reshape(2, 3).T),
        "text_expanded": lambda torch: repr(torch.tensor([[1.0]]).expand(2, 3)),
        "text_conjugate": lambda torch: repr(torch.tensor([1 + 2j]).conj()),
        "text_followed": lambda torch: repr(torch.zeros(2, requires_grad=True)),
        "text_str_is_repr": lambda torch: str(torch.ones(2)) == repr(torch.ones(2)),
        "text_in_a_list": lambda torch: repr([torch.ones(1), {"a": torch.tensor(2)}]),
        "text_method": lambda torch: torch.ones(2).__repr__(),
        "format_scalar": lambda torch: (
            f"{torch.tensor(1.2)} {torch.tensor(7)} {torch.tensor(True)}"
        ),
        "format_spec": lambda torch: f"{torch.tensor(1.23456):.3f} {torch.tensor(12):>5d}",
        "format_followed_scalar": lambda torch: f"{torch.tensor(1.5, requires_grad=True)}",
        "format_vector": lambda torch: f"{torch.ones(2)} {torch.ones(1)!r:>20}",
        "text_size": lambda torch: repr(torch.ones(2, 3).shape),
        "text_size_of_scalar": lambda torch: str(torch.tensor(1).size()),
        "text_dtypes": lambda torch: [
            repr(getattr(torch, name))
            for name in "float double half long int short bool bfloat16 cfloat uint8".split()
        ],
        "text_dtype_of": lambda torch: f"{torch.ones(1).dtype} {torch.arange(3).dtype}",
        "text_device": lambda torch: [repr(torch.ones(1).device), str(torch.device("cpu"))],
        "text_type": lambda torch: [torch.ones(1).type(), torch.arange(2).type()],
        "text_class": lambda torch: [torch.Tensor.__name__, type(torch.ones(1)).__name__],
        "text_parameter": lambda torch: repr(torch.nn.Parameter(torch.ones(2, 2))),
        "text_parameter_frozen": lambda torch: repr(
            torch.nn.Parameter(torch.ones(2), requires_grad=False)
        ),
        "text_of_max": lambda torch: repr(torch.tensor([[1.0, 3.0], [2.0, 0.0]]).max(dim=1)),
        "text_of_sort": lambda torch: repr(torch.tensor([2.0, 1.0]).sort()),
        "text_of_topk": lambda torch: repr(torch.tensor([2.0, 1.0, 3.0]).topk(2)),
        "text_of_slogdet": lambda torch: repr(torch.linalg.slogdet(torch.eye(2))),
        "text_of_finfo": lambda torch: repr(torch.finfo(torch.float32)),
        "text_of_iinfo": lambda torch: repr(torch.iinfo(torch.int8)),
    },
)


@case("set_printoptions")
def options_of_printing(torch: Any) -> Any:
    x = torch.tensor([1 / 3, 2000.0, 1e-5])
    texts = []
    for options in (
        {"precision": 2},
        {"sci_mode": False},
        {"profile": "short"},
        {"profile": "full"},
        {"linewidth": 20},
        {"profile": "default"},
    ):
        torch.set_printoptions(**options)
        texts.append(repr(x))
    return texts


@case("set_printoptions")
def summaries_of_printing(torch: Any) -> Any:
    torch.set_printoptions(threshold=5, edgeitems=1)
    return repr(torch.arange(6.0)), repr(torch.arange(12).reshape(3, 4)), repr(torch.ones(5))


@case("set_default_dtype")
def texts_with_another_default(torch: Any) -> Any:
    torch.set_default_dtype(torch.float64)
    x = torch.tensor([0.5])
    return x.dtype, repr(x), repr(x.float()), repr(torch.tensor([1j])), repr(torch.zeros(0))


@case("print")
def printing(torch: Any) -> Any:
    with printed() as kept:
        print(torch.ones(2), torch.tensor(1), sep=" | ")  # noqa: T201 - it is what is tested
        print("a:", torch.tensor([[1.5]], requires_grad=True) * 2)  # noqa: T201
    return kept.getvalue()


@case("grad_fn")
def texts_of_nodes(torch: Any) -> Any:
    x = torch.ones(2, requires_grad=True)
    y = (x * 2).sum()
    return text(x.grad_fn), text(y.grad_fn), f"{text(y.grad_fn.next_functions[0][0])}"


@case("subclasses")
def the_text_of_a_subclass(torch: Any) -> Any:
    class Named(torch.Tensor):
        pass

    return repr(torch.ones(2).as_subclass(Named)), repr(Named([1.0, 2.0]))
