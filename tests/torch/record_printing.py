"""Record how PyTorch prints: ``python -m tests.torch.record_printing``."""

from __future__ import annotations

import importlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.torch.printing_cases import CASES, PrintCase

RECORDED = Path(__file__).parent / "recorded" / "printing.json"


def pytorch_text(torch: Any, case: PrintCase) -> str:
    """The text of PyTorch itself."""
    said = case.said
    torch.set_printoptions(**case.options)
    torch.set_default_dtype(getattr(torch, said.get("default_dtype", "float32")))
    try:
        tensor = torch.from_numpy(case.array.copy()).to(getattr(torch, case.dtype))
        if "kind" in said:
            tensor = tensor.as_subclass(type(said["kind"], (torch.Tensor,), {}))
        if said.get("requires_grad") or "grad_fn" in said:
            tensor.requires_grad_()
        if "grad_fn" in said:
            tensor = tensor.clone()
        if "tangent" not in said:
            return repr(tensor)
        with torch.autograd.forward_ad.dual_level():
            return repr(torch.autograd.forward_ad.make_dual(tensor, torch.tensor(1.5)))
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_printoptions(profile="default")


def main() -> None:
    """Write the texts, one case a line."""
    torch = importlib.import_module("torch")
    versions = {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
    head = json.dumps(versions)[:-1]
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(pytorch_text(torch, case))}"
        for name, case in CASES.items()
    )
    RECORDED.write_text(f'{head}, "cases": {{\n{lines}\n}}}}\n')
    sys.stdout.write(f"{RECORDED.name}: {len(CASES)} cases\n")


if __name__ == "__main__":
    main()
