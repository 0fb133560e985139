"""What programs ask of PyTorch besides computing, older constructors, changes of shape in place."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import expressions, text


def _again(torch: Any) -> bool:
    state = torch.get_rng_state()
    first = torch.rand(3)
    torch.set_rng_state(state)
    return bool((first == torch.rand(3)).all())


def _turned(torch: Any) -> Any:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = (x * x).t_()
    (y[0] * torch.tensor([1.0, 10.0])).sum().backward()
    return x.grad


expressions(
    __name__,
    "settings",
    {
        "limits_of_float32": lambda torch: torch.finfo(torch.float32).eps,
        "limits_of_complex64": lambda torch: torch.finfo(torch.complex64).max,
        "limits_of_no_float": lambda torch: torch.finfo(torch.int32),
        "limits_of_no_integer": lambda torch: torch.iinfo(torch.float32),
        "limits_of_int16": lambda torch: [
            torch.iinfo(torch.int16).min,
            torch.iinfo(torch.int16).bits,
        ],
        "typename_of_a_tensor": lambda torch: torch.typename(torch.ones(1, dtype=torch.int64)),
        "typename_of_a_number": lambda torch: torch.typename(3),
        "there_is_no_such_name": lambda torch: hasattr(torch, "no_such_name"),
        "numbers": lambda torch: [torch.pi, torch.inf, torch.e],
        "random_state_comes_back": _again,
        "deterministic": lambda torch: torch.are_deterministic_algorithms_enabled(),
        "debug_mode_of_no_name": lambda torch: torch.set_deterministic_debug_mode("loud"),
        "precision_of_no_name": lambda torch: torch.set_float32_matmul_precision("low"),
        "threads_of_no_number": lambda torch: torch.set_num_threads(0),
        "is_signed": lambda torch: torch.is_signed(torch.ones(1, dtype=torch.uint8)),
        "same_size": lambda torch: torch.is_same_size(torch.ones(2), torch.ones(2, 1)),
        "cuda": lambda torch: [torch.cuda.is_available(), torch.cuda.device_count()],
        "default_device": lambda torch: text(torch.get_default_device()),
    },
)


expressions(
    __name__,
    "constructors",
    {
        "tensor_of_sizes": lambda torch: list(torch.Tensor(3, 5).shape),
        "tensor_of_values": lambda torch: torch.Tensor([1, 2]),
        "tensor_of_nothing": lambda torch: torch.Tensor(),
        "tensor_of_a_size": lambda torch: list(torch.Tensor(torch.Size([2, 3])).shape),
        "float_tensor_of_rows": lambda torch: torch.FloatTensor([[1, 2], [3, 4]]),
        "long_tensor_cuts_off": lambda torch: torch.LongTensor([1.5, -1.5]),
        "is_a_float_tensor": lambda torch: [
            isinstance(torch.ones(1), torch.FloatTensor),
            isinstance(torch.ones(1), torch.DoubleTensor),
        ],
        "float_tensor_of_integers": lambda torch: torch.FloatTensor(
            torch.ones(2, dtype=torch.int64)
        ),
        "new_of_values": lambda torch: torch.ones(2, dtype=torch.int32).new([1, 2]),
        "new_of_sizes": lambda torch: list(torch.ones(2).new(2, 3).shape),
        "type_by_class": lambda torch: torch.ones(2).type(torch.LongTensor),
        "type_by_name": lambda torch: torch.ones(2).type("torch.DoubleTensor"),
        "tensor_of_a_string": lambda torch: torch.Tensor("abc"),
    },
)

expressions(
    __name__,
    "memory",
    {
        "resize_keeps_values": lambda torch: torch.arange(6).resize_(2, 2),
        "resize_of_recorded": lambda torch: torch.ones(2, requires_grad=True).resize_(1),
        "transpose_in_place": lambda torch: torch.arange(6).reshape(2, 3).t_(),
        "unsqueeze_in_place": lambda torch: list(torch.ones(2, 3).unsqueeze_(1).shape),
        "squeeze_in_place": lambda torch: list(torch.ones(2, 1).squeeze_().shape),
        "transpose_of_a_leaf_in_place": lambda torch: torch.ones(2, 2, requires_grad=True).t_(),
        "gradient_of_turned": _turned,
        "apply": lambda torch: torch.tensor([1.0, 2.0]).apply_(lambda v: v * v),
        "apply_to_recorded": lambda torch: torch.ones(1, requires_grad=True).apply_(abs),
        "map": lambda torch: torch.tensor([1.0, 2.0]).map_(torch.tensor([3.0, 4.0]), max),
        "diagonal_filled": lambda torch: torch.zeros(3, 3).fill_diagonal_(2.0),
        "diagonal_of_a_vector": lambda torch: torch.zeros(3).fill_diagonal_(2.0),
        "strides": lambda torch: list(torch.empty_strided((2, 3), (1, 2)).stride()),
        "permuted": lambda torch: list(torch.empty_permuted((2, 3), (1, 0)).stride()),
        "static": lambda torch: torch.nonzero_static(torch.tensor([0, 5, 7, 1]), size=2),
        "static_filled": lambda torch: torch.nonzero_static(
            torch.tensor([5]), size=2, fill_value=9
        ),
        "histogram_of_edges": lambda torch: list(
            torch.histogram(torch.tensor([1.0, 2.0, 5.0]), torch.tensor([0.0, 2.0, 5.0]))
        ),
        "histogram_density": lambda torch: (
            torch.histogram(torch.tensor([1.0, 2.0, 1.0]), 4, range=(0.0, 4.0), density=True).hist
        ),
        "in_place_function": lambda torch: torch.abs_(torch.tensor([-1.0])),
        "text_of_half": lambda torch: repr(torch.finfo(torch.float16)),
    },
)
