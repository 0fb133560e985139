"""What PyTorch says of calls that it does not understand."""

from __future__ import annotations

from tests.torch.harness import expressions

expressions(
    __name__,
    "messages",
    {
        f"refused_{name}": run
        for name, run in {
            "product_of_types": lambda torch: torch.ones(2, 2) @ torch.ones(2, 2).long(),
            "negative_repetition": lambda torch: torch.ones(2).repeat(-1),
            "indices_of_two_sizes": lambda torch: torch.ones(3, 3)[[0, 1], [0, 1, 2]],
            "float_index": lambda torch: torch.index_select(torch.ones(2), 0, torch.ones(1)),
            "gather_by_floats": lambda torch: torch.gather(torch.ones(2), 0, torch.ones(1)),
            "float_mask": lambda torch: torch.ones(2).masked_fill(torch.ones(2), 1.0),
            "negative_zeros": lambda torch: torch.zeros(-1),
            "negative_ones": lambda torch: torch.ones(-1),
            "zeros_of_a_float": lambda torch: torch.zeros(1.5),
            "zeros_of_a_word": lambda torch: torch.zeros("a"),
            "type_of_no_name": lambda torch: torch.ones(2).type("x"),
            "largest_complex": lambda torch: torch.tensor([1j]).max(),
            "gcd_of_floats": lambda torch: torch.gcd(torch.ones(2), torch.ones(2)),
            "lerp_of_types": lambda torch: torch.lerp(torch.ones(2), torch.ones(2).double(), 0.5),
            "trace_of_a_vector": lambda torch: torch.trace(torch.ones(2)),
            "negative_order": lambda torch: torch.diff(torch.ones(2), -1),
            "equal_to_a_number": lambda torch: torch.equal(torch.ones(2), 1),
            "promotion_of_numbers": lambda torch: torch.promote_types(1, 2),
            "complex_of_types": lambda torch: torch.complex(torch.ones(2), torch.ones(2).double()),
        }.items()
    },
)
