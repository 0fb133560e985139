"""Write down what PyTorch gives for small samples of its own table of operations.

Run as a module under a Python that has PyTorch. The file is read by `test_opinfo` where there is
no PyTorch, and by the script that writes ``docs/torch_operations.md``.
"""

from __future__ import annotations

import gzip
import inspect
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from tests.torch.opinfo import (
    MOST_SAMPLES,
    compare,
    drawn,
    function_named,
    rows,
    says_nothing,
    wanted_dtype,
)

TABLE = Path(__file__).parent / "recorded" / "operations.json.gz"
SAMPLES = 2
MOST_NUMBERS = 48


class NotPlainError(Exception):
    """An argument or a result that the file cannot hold."""


def plain(torch: Any, value: Any, tensors: list[Any] | None = None) -> Any:
    """A value as JSON; tensors are collected in the order in which they occur."""
    if isinstance(value, torch.Tensor):
        if value.numel() > MOST_NUMBERS or value.layout is not torch.strided:
            raise NotPlainError
        if tensors is not None:
            tensors.append(value)
        array = value.detach().resolve_conj().resolve_neg()
        if value.is_complex():
            array = torch.view_as_real(array)
        numbers = array.reshape(-1).tolist()
        if tensors is None:
            numbers = [float(f"{v:.12g}") if isinstance(v, float) else v for v in numbers]
        found = {"dtype": str(value.dtype)[6:], "shape": list(value.shape), "values": numbers}
        return {"tensor": found | ({"grad": True} if value.requires_grad else {})}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value)[6:]}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [plain(torch, v, tensors) for v in value]}
    if isinstance(value, dict):
        return {"dict": {k: plain(torch, v, tensors) for k, v in value.items()}}
    if isinstance(value, slice):
        return {"slice": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise NotPlainError


def cotangent(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """The same weights for the outputs, here and in the test."""
    g = np.cos(np.arange(1, int(np.prod(shape)) + 1)).reshape(shape)
    return (g * (1 + 0.5j) if dtype.kind == "c" else g).astype(dtype)


def _outputs(torch: Any, result: Any) -> list[Any]:
    parts = result if isinstance(result, (list, tuple)) else [result]
    if not parts or not all(isinstance(p, torch.Tensor) for p in parts):
        raise NotPlainError
    return list(parts)


def record(torch: Any, op: Any, sample: Any) -> Any:
    """One sample: arguments, results, and gradients of the tensors that require one."""
    tensors: list[Any] = []
    args = plain(torch, [sample.input, *sample.args], tensors)
    kwargs = plain(torch, sample.kwargs, tensors)
    outputs = _outputs(torch, op.op(sample.input, *sample.args, **sample.kwargs))
    found = {"args": args, "kwargs": kwargs, "results": [plain(torch, y) for y in outputs]}
    sources = [x for x in tensors if x.requires_grad]
    if len({id(x) for x in tensors}) != len(tensors):
        raise NotPlainError
    targets = [y for y in outputs if y.requires_grad]
    if sources and targets:
        seeds = [
            torch.from_numpy(cotangent(tuple(y.shape), y.detach().numpy().dtype)) for y in targets
        ]
        gradients = torch.autograd.grad(targets, sources, seeds, allow_unused=True)
        found["gradients"] = [None if g is None else plain(torch, g) for g in gradients]
    return found


def _is_plain(sample: Any) -> bool:
    """Whether the results themselves are compared, and not what can be known of them."""
    default = "output_process_fn_grad=lambda x: x" in repr(sample)
    return default or sample.output_process_fn_grad(sample) is sample


def main() -> None:
    """Record all rows."""
    import torch

    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    operations: dict[str, Any] = {}
    for op in rows():
        row = operations.setdefault(op.name, {"gradient": False, "difference": "", "samples": []})
        dtype = wanted_dtype(torch, op)
        follows = op.supports_autograd and (dtype.is_floating_point or dtype.is_complex)
        row["gradient"] |= bool(follows)
        with np.errstate(all="ignore"):
            row["difference"] = row["difference"] or compare(torch, op, dtype).partition(" | ")[0]
        wrapped = "lambda" not in inspect.getsource(op.gradcheck_wrapper)[:80]
        if drawn(op.name) or wrapped or op.variant_test_name or function_named(op.name) is None:
            continue
        for sample in op.sample_inputs("cpu", dtype, requires_grad=follows):
            if len(row["samples"]) == SAMPLES:
                break
            try:
                if _is_plain(sample) and not says_nothing(torch, op, sample):
                    row["samples"].append(record(torch, op, sample))
            except (NotPlainError, RuntimeError, TypeError, AttributeError):
                continue
    text = json.dumps(
        {"torch": torch.__version__, "samples": MOST_SAMPLES, "operations": operations}
    )
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    held = sum(bool(row["samples"]) for row in operations.values())
    sys.stdout.write(f"{len(operations)} names, samples of {held}, {TABLE.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
