"""Modules without the work of initialising their parameters."""

from __future__ import annotations

from typing import Any

from tapegrad.torch.documentation import documented

__all__ = ["skip_init"]


@documented(
    "torch.nn.utils.skip_init(torch.nn.Linear, 3, 2)",
    "Linear(in_features=3, out_features=2, bias=True)",
    module_cls="The class.",
    args="Its arguments.",
    kwargs="Its arguments.",
)
def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A module whose parameters have no particular values; here those of any other."""
    if not isinstance(module_cls, type):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    return module_cls(*args, **kwargs)
