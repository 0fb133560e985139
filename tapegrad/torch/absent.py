"""What is said of names that PyTorch has and this dialect has not."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Callable
from typing import Any

from tapegrad.torch.tensor import Tensor

#: Beginnings of names, and why there is nothing of that name.
_FAMILIES = {
    "jit": "functions run as they are; torch.compile returns them unchanged",
    "export": "functions run as they are; torch.compile returns them unchanged",
    "fx": "functions run as they are; torch.compile returns them unchanged",
    "sparse": "tensors are dense",
    "to_sparse": "tensors are dense",
    "quantize": "there are no quantized types; use int8 tensors and a scale",
    "q_": "there are no quantized types",
    "quint": "there are no quantized types",
    "qint": "there are no quantized types",
    "fake_quantize": "there are no quantized types",
    "cudnn": "tapegrad computes on the processor",
    "miopen": "tapegrad computes on the processor",
    "mkldnn": "tapegrad computes with NumPy and its own kernels",
    "fbgemm": "tapegrad computes with NumPy and its own kernels",
    "mps": "tapegrad computes on the processor",
    "xpu": "tapegrad computes on the processor",
    "mtia": "tapegrad computes on the processor",
    "distributed": "tapegrad computes in one process",
    "sym_": "shapes are numbers, never symbols: use Python's own operators",
    "Sym": "shapes are numbers, never symbols",
    "autocast": "nothing is computed in lower precision than its arguments have",
    "is_autocast": "nothing is computed in lower precision than its arguments have",
    "set_autocast": "nothing is computed in lower precision than its arguments have",
    "get_autocast": "nothing is computed in lower precision than its arguments have",
    "Storage": "memory is NumPy's: tensor.numpy() shows it",
    "from_file": "use torch.from_numpy(numpy.memmap(...))",
    "complex32": "NumPy has no complex type of half precision; use torch.complex64",
    "chalf": "NumPy has no complex type of half precision; use torch.complex64",
    "float8": "NumPy has no such type; use torch.float16 or torch.bfloat16",
}

_PLACES = ("linalg", "fft", "special", "nn.functional", "nn", "signal.windows", "func", "autograd")


def explained(place: str, name: str, names: dict[str, Any]) -> str:
    """What the AttributeError for a missing name says.

    Parameters
    ----------
    place
        The module, as PyTorch calls it.
    name
        What was asked for.
    names
        What the module has.
    """
    text = f"module '{place}' has no attribute '{name}'"
    for beginning, why in _FAMILIES.items():
        if name.startswith(beginning):
            return f"{text}: {why}."
    elsewhere = [p for p in _PLACES if f"torch.{p}" != place and _has(p, name)]
    if place != "torch" and name in vars(sys.modules["tapegrad.torch"]):
        elsewhere.insert(0, "")
    if elsewhere:
        return f"{text}. There is torch.{elsewhere[0]}{'.' if elsewhere[0] else ''}{name}."
    if hasattr(Tensor, name):
        return f"{text}. There is the method tensor.{name}."
    public = [n for n in names if not n.startswith("_")]
    close = difflib.get_close_matches(name, public, 3, 0.75)
    if close:
        found = " and ".join(f"{place}.{n}" for n in close)
        return f"{text} in tapegrad's PyTorch dialect. There is {found}."
    return f"{text} in tapegrad's PyTorch dialect; docs/torch_operations.md lists what there is."


def _has(place: str, name: str) -> bool:
    return name in dir(importlib.import_module(f"tapegrad.torch.{place}"))


def refusing(place: str, names: dict[str, Any]) -> Callable[[str], Any]:
    """A module's ``__getattr__``, which knows where else a name might be.

    ``torch.abs_`` and the like are the tensors' methods.
    """

    def missing(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module '{place}' has no attribute '{name}'")
        if place == "torch" and name.endswith("_") and hasattr(Tensor, name):
            return getattr(Tensor, name)
        raise AttributeError(explained(place, name, names), name=name, obj=None)

    return missing
