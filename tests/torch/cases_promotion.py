"""Types of results: every pair of types, as tensors with and without dimensions and as numbers."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import expressions

TYPES = (
    *("bool", "uint8", "int8", "int16", "int32", "int64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
)
NUMBERS = (True, 1, 1.5, 2j)


def dimensioned(torch: Any) -> list[Any]:
    return [torch.ones(2, dtype=getattr(torch, name)) for name in TYPES]


def scalars(torch: Any) -> list[Any]:
    return [torch.ones((), dtype=getattr(torch, name)) for name in TYPES]


def named(call: Any) -> str:
    """The type of a result, or the kind of error."""
    try:
        found = call()
    except (RuntimeError, TypeError) as error:
        return type(error).__name__
    return str(getattr(found, "dtype", found))


def is_half_complex(a: Any, b: Any) -> bool:
    """Whether PyTorch's type is complex32, for which it lacks half of the operations."""
    words = [str(getattr(x, "dtype", type(x).__name__)) for x in (a, b)]
    return "torch.float16" in words and any("complex" in word for word in words)


def types(operation: Any, lefts: Any, rights: Any) -> list[list[str]]:
    return [
        ["" if is_half_complex(a, b) else named(lambda a=a, b=b: operation(a, b)) for b in rights]
        for a in lefts
    ]


OPERATIONS: dict[str, Any] = {
    "sums": lambda torch: lambda a, b: a + b,
    "quotients": lambda torch: lambda a, b: a / b,
    "powers": lambda torch: lambda a, b: a**b,
    "comparisons": lambda torch: lambda a, b: a == b,
    "result_type": lambda torch: torch.result_type,
    "maxima": lambda torch: lambda a, b: torch.maximum(a, torch.as_tensor(b)),
    "angles": lambda torch: lambda a, b: torch.atan2(a, torch.as_tensor(b)),
    "choices": lambda torch: lambda a, b: torch.where(torch.tensor(True), a, b),
}
KINDS: dict[str, Any] = {
    "of_two_tensors": lambda torch: (dimensioned(torch), dimensioned(torch)),
    "of_a_tensor_and_a_scalar_tensor": lambda torch: (dimensioned(torch), scalars(torch)),
    "of_two_scalar_tensors": lambda torch: (scalars(torch), scalars(torch)),
    "of_a_tensor_and_a_number": lambda torch: (dimensioned(torch), NUMBERS),
    "of_a_scalar_tensor_and_a_number": lambda torch: (scalars(torch), NUMBERS),
}
expressions(
    __name__,
    "promotion",
    {
        f"types_of_{operation}_{kind}": lambda torch, f=f, k=k: types(f(torch), *k(torch))
        for operation, f in OPERATIONS.items()
        for kind, k in KINDS.items()
    }
    | {
        f"types_of_{word}_with_a_number_on_the_left": lambda torch, f=f: types(
            f, NUMBERS, [*dimensioned(torch), *scalars(torch)]
        )
        for word, f in (
            ("sums", lambda a, b: a + b),
            ("differences", lambda a, b: a - b),
            ("quotients", lambda a, b: a / b),
            ("powers", lambda a, b: a**b),
        )
    }
    | {
        f"types_of_{name}": lambda torch, name=name: types(
            lambda x, _: getattr(torch, name)(x), dimensioned(torch), [None]
        )
        for name in ("sum", "mean", "prod", "cumsum", "exp", "sqrt", "abs", "neg", "floor", "std")
    },
)
