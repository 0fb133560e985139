"""PyTorch's own table of operations and their sample inputs, run under both libraries.

Run as a module under a Python that has PyTorch: it prints, for each name of the table, whether
values and gradients agree, and what does not.
"""

from __future__ import annotations

import importlib
import sys
import types
import unittest
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import tapegrad.torch as ours

MOST_SAMPLES = 12

#: Names whose values are random, or not set.
_DRAWN = (
    *("rand", "normal", "bernoulli", "empty", "new_empty", "multinomial", "cauchy"),
    *("exponential", "geometric", "log_normal", "uniform", "nn.functional.dropout"),
    *("nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout", "nn.functional.rrelu"),
    "nn.functional.fractional_max_pool",
)


def flat(value: Any) -> Iterator[Any]:
    """The tensors in nested tuples and lists."""
    if isinstance(value, (list, tuple)):
        for v in value:
            yield from flat(v)
    elif hasattr(value, "requires_grad"):
        yield value


class Twin:
    """Arguments of a call for one library, made from those for the other."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.pairs: list[tuple[Any, Any]] = []

    def __call__(self, value: Any) -> Any:
        torch = self.torch
        if isinstance(value, torch.Tensor):
            for real, twin in self.pairs:
                if real is value:
                    return twin
            array = value.detach().resolve_conj().resolve_neg().clone().numpy(force=True)
            twin = ours.from_numpy(np.array(array))
            twin.requires_grad_(value.requires_grad)
            self.pairs.append((value, twin))
            return twin
        if isinstance(value, torch.dtype):
            return getattr(ours, str(value).removeprefix("torch."))
        if isinstance(value, torch.Size):
            return tuple(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(self, value))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self, value))
        if isinstance(value, dict):
            return {k: self(v) for k, v in value.items()}
        return value


#: Names whose samples are made for the method, or for another order of arguments.
_ADAPTED = {
    "nn.functional.embedding": lambda weight, index, **kwargs: ours.nn.functional.embedding(
        index, weight, **kwargs
    ),
    "nn.functional.embedding_bag": lambda weight, index, **kwargs: ours.nn.functional.embedding_bag(
        index, weight, **kwargs
    ),
    "zero_": lambda x: x.clone().zero_(),
    "polygamma": lambda x, n: ours.polygamma(n, x),
    "special.polygamma": lambda x, n: ours.special.polygamma(n, x),
    "einsum": lambda operands, equation: ours.einsum(equation, *operands),
    "where": lambda x, condition, other: ours.where(condition, x, other),
}


#: Rows of the table whose operation is not the function itself.
_VARIANTS = {
    ("linalg.lstsq", "grad_oriented"): lambda a, b, driver: ours.linalg.lstsq(a, b, driver=driver)[
        :2
    ],
    ("svd_lowrank", ""): lambda a, b, q, M=None: ours.svd_lowrank(a @ b.mT, q, M=M),
    ("pca_lowrank", ""): lambda a, b, **kwargs: ours.pca_lowrank(a @ b.mT, **kwargs),
    ("normal", "in_place"): lambda x, *args, **kwargs: x.clone().normal_(*args, **kwargs),
    ("linalg.pinv", "singular"): lambda a, b: ours.linalg.pinv(a @ b.mT),
    ("normal", "number_mean"): lambda std, mean, *args, **kwargs: ours.normal(
        mean, std, *args, **kwargs
    ),
}


def function_named(name: str) -> Any:
    """Our function for a name of the table; None where there is none."""
    if name in _ADAPTED:
        return _ADAPTED[name]
    if isinstance(getattr(ours, name, None), ours.dtype):
        return getattr(ours.Tensor, name)
    if isinstance(getattr(ours.Tensor, name, None), property) and not hasattr(ours, name):
        return lambda x: getattr(x, name)
    if name.startswith("__"):
        return getattr(ours.Tensor, name, None)
    found: Any = ours
    for part in name.split("."):
        found = getattr(found, part, None)
        if found is None and "." not in name:
            return getattr(ours.Tensor, part, None)
    return found


#: Where PyTorch is not the judge. Coarse: its values have fewer digits than ours, which agree with
#: mpmath's. Gradients: those of as_strided_scatter are 1 where values were replaced, and 0 where
#: they were not.
DIFFERENT = {
    "coarse": {"special.bessel_j0", "special.bessel_y1"},
    # PyTorch loses the gradient of a window of istft that it has to pad.
    "gradients": {"as_strided_scatter", "istft"},
}


def close(real: Any, mine: Any, atol: float = 1e-9) -> bool:
    if str(real.dtype) != str(mine.dtype):
        return False
    if str(real.dtype) == "torch.bfloat16":
        real, mine = real.float(), mine.float()
    a, b = (
        real.detach().resolve_conj().resolve_neg().numpy(force=True),
        np.asarray(mine.detach().numpy()),
    )
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    single = a.dtype in (np.float32, np.complex64)
    rtol, atol = (1e-4, 1e-5) if single else (1e-6, atol)
    return bool(np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True))


_ATTENTION = "nn.functional.multi_head_attention_forward"

#: Names that differ still, and in what.
KNOWN = {
    "histogramdd": "edges of bins must be in order",
    "nn.functional.batch_norm": "an empty batch is refused",
}


def says_nothing(torch: Any, op: Any, sample: Any) -> bool:
    """Whether a sample says nothing: about memory behind the tensor, or of an estimate."""
    if any(map(callable, sample.kwargs.values())):
        return not all(isinstance(v, torch.dtype) for v in sample.kwargs.values() if callable(v))
    if op.name in ("nn.functional.scaled_dot_product_attention", _ATTENTION):
        # Some of the weights are dropped at random.
        rates = [*sample.args, sample.kwargs.get("dropout_p", 0.0)]
        return any(isinstance(rate, float) and rate > 0 for rate in rates)
    if op.name.startswith("as_strided"):
        return bool(sample.input.untyped_storage().nbytes() > sample.input.nbytes)
    if op.name in ("svd_lowrank", "pca_lowrank"):
        # More singular values than are asked for: PyTorch estimates.
        return sample.kwargs.get("M") is not None or bool(sample.kwargs.get("center"))
    return False


def _unit_diagonal(op: Any, *args: Any, upper: bool = False, **kwargs: Any) -> Any:
    """What PyTorch's wrapper of the same purpose does, by our functions."""
    x = args[0]
    diagonal = x.diagonal(0, -2, -1)
    x = x - ours.diag_embed(diagonal) + ours.diag_embed(ours.ones_like(diagonal))
    return op(x.triu() if upper else x.tril(), *args[1:], upper=upper, **kwargs)


def _shown(torch: Any, op: Any, sample: Any) -> Any:
    """Which elements of a masked operation's result mean anything."""
    masks = [m for k, m in sample.kwargs.items() if k.endswith("_mask") and m is not None]
    if masks:
        return torch.stack(torch.broadcast_tensors(*masks)).all(0)
    if sample.kwargs.get("mask") is None or op.name == "masked.normalize":
        return None
    return torch.masked._output_mask(op.op, sample.input, *sample.args, **sample.kwargs)


def compare(torch: Any, op: Any, dtype: Any) -> str:
    """An empty string if all samples agree, else the first difference."""
    function = _VARIANTS.get((op.name, op.variant_test_name)) or function_named(op.name)
    if function is None:
        return "missing"
    samples = []
    follows = op.supports_autograd and (dtype.is_floating_point or dtype.is_complex)
    for sample in op.sample_inputs("cpu", dtype, requires_grad=follows):
        samples.append(sample)
        if len(samples) == MOST_SAMPLES:
            break
    for sample in samples:
        if says_nothing(torch, op, sample):
            continue
        twin = Twin(torch)
        shown = None
        if op.name.startswith("masked."):
            shown = _shown(torch, op, sample)
        args = [sample.input, *sample.args]
        mine_args, mine_kwargs = twin(args), twin(sample.kwargs)
        try:
            real = op.gradcheck_wrapper(op.op, *args, **sample.kwargs)
            real = sample.output_process_fn_grad(real)
        except Exception:  # noqa: BLE001  # a sample that PyTorch itself refuses says nothing
            continue
        try:
            wrapper = op.gradcheck_wrapper.__name__
            if wrapper == "gradcheck_wrapper_triangular_input_real_positive_diagonal":
                mine = _unit_diagonal(function, *mine_args, **mine_kwargs)
            elif not op.name.startswith("masked."):
                mine = op.gradcheck_wrapper(function, *mine_args, **mine_kwargs)
            else:
                mine = function(*mine_args, **mine_kwargs)
            if shown is not None:
                mine = ours.where(twin(shown), mine, mine.new_zeros(()))
            mine = sample.output_process_fn_grad(mine)
        except Exception as error:  # noqa: BLE001  # every way to fail is a difference to report
            return f"{type(error).__name__}: {error}"[:150] + f" | {str(sample)[:200]}"
        found, given = list(flat(real)), list(flat(mine))
        if len(found) != len(given):
            return f"{len(given)} results instead of {len(found)}"
        random = drawn(op.name)
        if not random:
            for r, m in zip(found, given, strict=True):
                if not close(r, m, 1e-6 if op.name in DIFFERENT["coarse"] else 1e-9):
                    kinds = f"{r.dtype} {tuple(r.shape)} {m.dtype} {tuple(m.shape)}"
                    return f"values differ: {kinds} | {str(sample)[:250]}"
        judged = not random and op.name not in DIFFERENT["gradients"]
        problem = _gradients(torch, twin, found, given) if judged else ""
        if problem:
            return f"{problem} | {str(sample)[:250]}"
    return "" if samples else "no samples"


def _plain(g: Any) -> Any:
    return np.float32 if g.dtype.name == "bfloat16" else g.dtype


def _gradients(torch: Any, twin: Twin, found: list[Any], given: list[Any]) -> str:
    sources = [(r, m) for r, m in twin.pairs if r.requires_grad]
    outputs = [(r, m) for r, m in zip(found, given, strict=True) if r.requires_grad]
    if not sources or not outputs:
        return ""
    random = np.random.default_rng(0)
    seeds = []
    for r, m in outputs:
        if not m.requires_grad:
            return "result does not require a gradient"
        g = random.normal(size=tuple(r.shape))
        if r.is_complex():
            g = g + 1j * random.normal(size=tuple(r.shape))
        seeds.append(np.asarray(g).astype(m.detach().numpy().dtype))
    try:
        real = torch.autograd.grad(
            [r for r, _ in outputs],
            [r for r, _ in sources],
            [
                torch.from_numpy(np.array(g, _plain(g))).to(r.dtype)
                for g, (r, _) in zip(seeds, outputs, strict=True)
            ],
            allow_unused=True,
        )
    except RuntimeError:
        return ""
    try:
        mine = ours.autograd.grad(
            [m for _, m in outputs],
            [m for _, m in sources],
            [ours.from_numpy(g) for g in seeds],
            allow_unused=True,
        )
    except Exception as error:  # noqa: BLE001  # every way to fail is a difference to report
        return f"gradient: {type(error).__name__}: {error}"[:150]
    for i, (r, m) in enumerate(zip(real, mine, strict=True)):
        if r is None or m is None:
            other = r if m is None else m
            if other is not None and bool((other.detach().abs() > 0).any()):
                return f"gradient {i}: {'missing' if m is None else 'too much'}"
        elif not close(r, m):
            return f"gradient {i} differs"
    return ""


def drawn(name: str) -> bool:
    """Whether the values of an operation are random, or not set."""
    return name.startswith(_DRAWN)


def rows() -> list[Any]:
    """The rows of PyTorch's table that are about public names."""
    try:
        importlib.import_module("expecttest")
    except ImportError:  # the table's module derives a class from its test case, and no more
        stand_in: Any = types.ModuleType("expecttest")
        stand_in.TestCase = unittest.TestCase
        sys.modules["expecttest"] = stand_in
    table: Any = importlib.import_module("torch.testing._internal.common_methods_invocations")
    private = ("_", "ops.aten", "jiterator", "torch.ops", "torch._", "_refs")
    return [op for op in table.op_db if op.name.startswith("__") or not op.name.startswith(private)]


def wanted_dtype(torch: Any, op: Any) -> Any:
    """The type to compare an operation in."""
    for wanted in (torch.float64, torch.float32, torch.complex128, torch.int64, torch.bool):
        if wanted in op.dtypes:
            return wanted
    return torch.float64


def main(names: list[str]) -> None:
    """Print what agrees, and what does not and why."""
    import torch

    warnings.simplefilter("ignore")
    results: dict[str, str] = {}
    for op in rows():
        if names and not any(op.name.startswith(n) for n in names):
            continue
        with np.errstate(all="ignore"):
            problem = compare(torch, op, wanted_dtype(torch, op))
        if problem or op.name not in results:
            results[op.name] = problem
    good = sorted(n for n, p in results.items() if not p)
    for name, problem in sorted(results.items()):
        if problem:
            sys.stdout.write(f"{name}: {problem}\n")
    sys.stdout.write(f"{len(good)} of {len(results)} agree\n")


if __name__ == "__main__":
    main(sys.argv[1:])
