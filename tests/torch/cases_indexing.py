"""Brackets of every kind, sizes by name, real and imaginary parts that share memory."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import Snippet, expressions


def _item(key: Any) -> Snippet:
    def run(torch: Any) -> Any:
        return torch.arange(12).view(3, 4)[key(torch) if callable(key) else key]

    return run


def _assigned(key: Any, value: Any) -> Snippet:
    def run(torch: Any) -> Any:
        x = torch.zeros(3, 3)
        x[key(torch) if callable(key) else key] = value(torch) if callable(value) else value
        return x

    return run


expressions(
    __name__,
    "items",
    {
        f"item_{name}": _item(key)
        for name, key in {
            "tuple_in_a_tuple": ((0, 2),),
            "list_beside_a_tuple": ([0, 2], (1, 1)),
            "two_tuples": ((0, 1), (2, 3)),
            "bytes": lambda torch: torch.tensor([1, 0, 1], dtype=torch.uint8),
            "empty_bytes": lambda torch: torch.empty(0, 2, dtype=torch.uint8),
            "short_integers": lambda torch: torch.tensor([0, 1], dtype=torch.int8),
            "integers": lambda torch: torch.tensor([0, 1], dtype=torch.int32),
            "a_word": "x",
            "a_dict": {},
            "a_number": 0.5,
            "true": True,
            "false": False,
            "two_ellipses": (Ellipsis, Ellipsis),
            "a_range": range(2),
            "lists_of_lists": [[0, 1], [1, 2]],
            "too_many": (1, 2, 3),
            "backwards": slice(None, None, -1),
        }.items()
    },
)

expressions(
    __name__,
    "assignments",
    {
        f"assigned_{name}": _assigned(*pair)
        for name, pair in {
            "leading_ones": (slice(0, 2), lambda torch: torch.ones(1, 2, 3)),
            "leading_ones_by_positions": ([0, 1], lambda torch: torch.ones(1, 2, 3)),
            "one_number": ((0, 0), lambda torch: torch.tensor([7.0])),
            "two_numbers": ((0, 0), lambda torch: torch.tensor([1.0, 2.0])),
            "a_list": ((Ellipsis, 0), [1, 2, 3]),
            "a_word": (0, "a"),
            "another_size": (0, lambda torch: torch.ones(4)),
            "a_complex_number": (0, 1j),
            "true": (True, 1.0),
            "out_of_bounds": (5, 1.0),
        }.items()
    },
)

expressions(
    __name__,
    "arguments by name",
    {
        f"by_name_{name}": run
        for name, run in {
            "zeros": lambda torch: torch.zeros(size=(2,)),
            "ones": lambda torch: torch.ones(size=[2, 1]),
            "empty": lambda torch: torch.empty(size=(2,)).shape,
            "zeros_of_a_number": lambda torch: torch.zeros(size=3),
            "new_zeros": lambda torch: torch.ones(1).new_zeros(size=(2,)),
            "reshape": lambda torch: torch.reshape(input=torch.arange(4), shape=(2, 2)),
            "reshape_method": lambda torch: torch.arange(4).reshape(shape=(2, 2)),
            "view": lambda torch: torch.arange(4).view(size=(2, 2)),
            "view_of_a_type": lambda torch: torch.ones(2).view(dtype=torch.int32),
            "permute": lambda torch: torch.ones(2, 3).permute(dims=(1, 0)).shape,
            "expand": lambda torch: torch.ones(1).expand(size=(3,)),
            "repeat": lambda torch: torch.ones(2).repeat(repeats=(2,)),
            "expand_in_front": lambda torch: torch.ones(3).expand(-1, -1),
        }.items()
    },
)


def _written(torch: Any) -> Any:
    x = torch.tensor([[1 + 2j, 3 + 4j], [5 + 6j, 7 + 8j]])
    x.real[0] = 9.0
    x.imag.mul_(2)
    x[1].real.fill_(0.0)
    return x, x.real._base is x, x.imag.stride(), x.imag.storage_offset()


def _followed(torch: Any) -> Any:
    z = torch.tensor([1 + 2j, 3 + 4j], requires_grad=True)
    x = z * 1
    real, imag = x.real, x.imag
    imag.mul_(3)
    x.mul_(1 + 1j)
    real[0] = 5.0
    total = (x.abs() ** 2).sum() + (real * imag).sum()
    total.backward()
    return x, real, imag, z.grad


def _assigned_part(torch: Any) -> Any:
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    x = torch.zeros(2, dtype=torch.complex64)
    x.imag.copy_(w * w)
    x.abs().sum().backward()
    return x, w.grad


def _of_a_leaf(torch: Any) -> Any:
    z = torch.tensor([1 + 2j], requires_grad=True)
    z.real.mul_(2)
    return z


expressions(
    __name__,
    "parts of complex numbers",
    {
        "parts_that_are_written": _written,
        "parts_in_the_graph": _followed,
        "parts_that_are_given_a_graph": _assigned_part,
        "parts_of_a_leaf": _of_a_leaf,
    },
)
