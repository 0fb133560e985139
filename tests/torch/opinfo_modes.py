"""PyTorch's own table of operations in second order, in forward mode, and in single precision.

Run as a module under a Python that has PyTorch: it prints, for each name of the table, what does
not agree.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

import tapegrad.torch as ours
from tests.torch.opinfo import (
    DIFFERENT,
    KNOWN,
    Twin,
    close,
    compare,
    drawn,
    flat,
    function_named,
    rows,
    says_nothing,
)

MOST_SAMPLES = 3

_DIGITS = "large numbers leave few digits in single precision"
_REPEATED = "several entries for one place: PyTorch's tangent is of one, its gradient goes to all"
_WRAPPED = "the row's own wrapper calls PyTorch's functions"

#: Names that differ in one of these ways, and why.
EXPECTED = {
    "cholesky_inverse": _WRAPPED,
    "svd_lowrank": _WRAPPED,
    "pca_lowrank": _WRAPPED,
    "matrix_exp": _DIGITS,
    "native_layer_norm": _DIGITS,
    "nn.functional.conv_transpose3d": _DIGITS,
    "nn.functional.scaled_dot_product_attention": _DIGITS,
    "nn.functional.max_unpool1d": _REPEATED,
    "nn.functional.max_unpool2d": _REPEATED,
    "nn.functional.max_unpool3d": _REPEATED,
    "logcumsumexp": "PyTorch's tangent is off by 7e-7, ours by 1e-13 (sums written out)",
}


def _numbers(shape: Any, dtype: Any, seed: int) -> Any:
    random = np.random.default_rng(seed)
    values = random.normal(size=tuple(shape))
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.normal(size=tuple(shape))
    return np.asarray(values).astype(dtype)


def _seeds(torch: Any, tensors: Any, seed: int) -> tuple[list[Any], list[Any]]:
    arrays = [_numbers(m.shape, m.detach().numpy().dtype, seed + i) for i, m in enumerate(tensors)]
    return [torch.from_numpy(np.array(a)) for a in arrays], [ours.from_numpy(a) for a in arrays]


def _twice(library: Any, outputs: Any, sources: Any, seeds: Any, again: Any) -> Any:
    """Gradients, and the gradients of their products with `again`."""
    first = library.autograd.grad(outputs, sources, seeds, create_graph=True, allow_unused=True)
    live = [(g, a) for g, a in zip(first, again, strict=True) if g is not None and g.requires_grad]
    if not live:
        return None
    second = library.autograd.grad(
        [g for g, _ in live], sources, [a for _, a in live], allow_unused=True
    )
    return list(second)


def _same(real: Any, mine: Any, what: str) -> str:
    for i, (r, m) in enumerate(zip(real, mine, strict=True)):
        if r is None or m is None:
            other = r if m is None else m
            if other is not None and bool((other.detach().abs() > 1e-12).any()):
                return f"{what} {i}: {'missing' if m is None else 'too much'}"
        elif not close(r, m, 1e-7):
            return f"{what} {i} differs"
    return ""


def second_order(torch: Any, op: Any, function: Any, sample: Any) -> str:
    """What differs in gradients of gradients; an empty string for nothing."""
    twin = Twin(torch)
    args = [sample.input, *sample.args]
    mine_args, mine_kwargs = twin(args), twin(sample.kwargs)
    try:
        real = sample.output_process_fn_grad(op.gradcheck_wrapper(op.op, *args, **sample.kwargs))
        found = [r for r in flat(real) if r.requires_grad]
        sources = [(r, m) for r, m in twin.pairs if r.requires_grad]
        if not found or not sources:
            return ""
        mine = op.gradcheck_wrapper(function, *mine_args, **mine_kwargs)
        given = [m for m in flat(sample.output_process_fn_grad(mine)) if m.requires_grad]
        seeds = _seeds(torch, given, 1)
        again = _seeds(torch, [m for _, m in sources], 7)
        expected = _twice(torch, found, [r for r, _ in sources], seeds[0], again[0])
    except Exception:  # noqa: BLE001  # what PyTorch refuses says nothing
        return ""
    if expected is None:
        return ""
    try:
        got = _twice(ours, given, [m for _, m in sources], seeds[1], again[1])
    except Exception as error:  # noqa: BLE001  # every way to fail is a difference to report
        return f"second order: {type(error).__name__}: {error}"[:150]
    if got is None:
        got = [None] * len(expected)
    return _same(expected, got, "second gradient")


def forward_mode(torch: Any, op: Any, function: Any, sample: Any) -> str:
    """What differs in tangents; an empty string for nothing."""
    twin = Twin(torch)
    args = [sample.input, *sample.args]
    mine_args, mine_kwargs = twin(args), twin(sample.kwargs)
    sources = [(r, m) for r, m in twin.pairs if r.requires_grad]
    tangents = _seeds(torch, [m for _, m in sources], 3)

    def push(library: Any, call: Any, given: Any, tangents: Any, args: Any, kwargs: Any) -> Any:
        forward = library.autograd.forward_ad
        with forward.dual_level(), library.no_grad():
            duals = [forward.make_dual(x.detach(), t) for x, t in zip(given, tangents, strict=True)]

            def put(value: Any) -> Any:
                for x, dual in zip(given, duals, strict=True):
                    if value is x:
                        return dual
                if value.__class__ in (list, tuple):
                    return value.__class__([put(v) for v in value])
                if value.__class__ is dict:
                    return {k: put(v) for k, v in value.items()}
                return value

            result = sample.output_process_fn_grad(call(*put(args), **put(kwargs)))
            pushed = [forward.unpack_dual(y).tangent for y in flat(result)]
            return [None if t is None else t.clone() for t in pushed]

    def wrapped(f: Any) -> Any:
        return lambda *a, **k: op.gradcheck_wrapper(f, *a, **k)

    try:
        expected = push(
            torch, wrapped(op.op), [r for r, _ in sources], tangents[0], args, sample.kwargs
        )
    except Exception:  # noqa: BLE001  # what PyTorch refuses says nothing
        return ""
    try:
        mine = [m for _, m in sources]
        got = push(ours, wrapped(function), mine, tangents[1], mine_args, mine_kwargs)
    except Exception as error:  # noqa: BLE001  # every way to fail is a difference to report
        return f"forward mode: {type(error).__name__}: {error}"[:150]
    return _same(expected, got, "tangent")


def judge(torch: Any, op: Any) -> str:
    """The first difference of an operation; an empty string if there is none."""
    function = function_named(op.name)
    special = op.name.startswith("masked.") or op.variant_test_name or op.name in KNOWN
    if function is None or special or drawn(op.name) or op.name in DIFFERENT["gradients"]:
        return ""
    if torch.float64 in op.dtypes and op.supports_autograd:
        samples = []
        for sample in op.sample_inputs("cpu", torch.float64, requires_grad=True):
            samples.append(sample)
            if len(samples) == MOST_SAMPLES:
                break
        for sample in samples:
            if says_nothing(torch, op, sample):
                continue
            for check, supported in (
                (second_order, op.supports_gradgrad),
                (forward_mode, op.supports_forward_ad),
            ):
                problem = check(torch, op, function, sample) if supported else ""
                if problem:
                    return problem + f" | {str(sample)[:200]}"
    if torch.float32 in op.dtypes:
        problem = compare(torch, op, torch.float32)
        if problem:
            return f"float32: {problem}"
    return ""


def main(names: list[str]) -> None:
    """Print what does not agree and why."""
    import torch

    warnings.simplefilter("ignore")
    count = 0
    for op in rows():
        if names and not any(op.name.startswith(n) for n in names):
            continue
        with np.errstate(all="ignore"):
            problem = judge(torch, op)
        count += not problem
        if problem:
            sys.stdout.write(f"{op.name}: {problem}\n")
    sys.stdout.write(f"{count} agree\n")


if __name__ == "__main__":
    main(sys.argv[1:])
