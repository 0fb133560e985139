"""NumPy's words for arguments, which PyTorch takes as well."""

from __future__ import annotations

from typing import Any

from tests.torch.harness import expressions


def _matrix(torch: Any) -> Any:
    return torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])


expressions(
    __name__,
    "numpy_words",
    {
        "sum": lambda torch: _matrix(torch).sum(axis=0),
        "sum_kept": lambda torch: torch.sum(_matrix(torch), axis=1, keepdims=True),
        "mean": lambda torch: _matrix(torch).mean(axis=-1),
        "spread": lambda torch: _matrix(torch).std(axis=1),
        "largest": lambda torch: _matrix(torch).max(axis=0).values,
        "place_of_the_largest": lambda torch: _matrix(torch).argmax(axis=1),
        "smallest": lambda torch: torch.amin(_matrix(torch), axis=(0, 1)),
        "any": lambda torch: (_matrix(torch) > 4).any(axis=0),
        "joined": lambda torch: torch.cat([_matrix(torch)] * 2, axis=1),
        "stacked": lambda torch: torch.stack([_matrix(torch)] * 2, axis=1),
        "with_an_axis": lambda torch: torch.unsqueeze(_matrix(torch), axis=1).shape,
        "middle": lambda torch: _matrix(torch).median(axis=1).values,
    },
)
