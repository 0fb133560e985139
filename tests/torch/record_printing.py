"""Record how PyTorch prints: ``python -m tests.torch.record_printing``."""

from __future__ import annotations

import importlib
import warnings
from pathlib import Path
from typing import Any

from tests.snippets.suite import write_recording
from tests.torch.printing_cases import CASES, PrintCase

RECORDED = Path(__file__).parent / "recorded" / "printing.json"


def pytorch_text(torch: Any, case: PrintCase) -> str:
    """The text of PyTorch itself."""
    torch.set_printoptions(**case.options)
    torch.set_default_dtype(getattr(torch, case.said.get("default_dtype", "float32")))
    try:
        return _text(torch, case)
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")


def _text(torch: Any, case: PrintCase) -> str:
    said = case.said
    tensor = torch.from_numpy(case.array.copy()).to(getattr(torch, case.dtype))
    if "kind" in said:
        tensor = tensor.as_subclass(type(said["kind"], (torch.Tensor,), {}))
    if said.get("requires_grad") or "grad_fn" in said:
        tensor.requires_grad_()
    if "grad_fn" in said:
        tensor = tensor.clone()
    if "tangent" not in said:
        return repr(tensor)
    with warnings.catch_warnings(), torch.autograd.forward_ad.dual_level():
        warnings.simplefilter("ignore")  # about what its own imports use
        return repr(torch.autograd.forward_ad.make_dual(tensor, torch.tensor(1.5)))


def main() -> None:
    """Write the texts."""
    torch = importlib.import_module("torch")
    texts = {name: pytorch_text(torch, case) for name, case in CASES.items()}
    write_recording(RECORDED, {"torch": torch.__version__}, texts)


if __name__ == "__main__":
    main()
