"""Saving and loading: tensors in the safetensors format, which cannot run anybody's code.

Dictionaries and lists around the tensors, numbers and words are kept in the file's metadata.
"""

from __future__ import annotations

import json
import math
import pickle
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from tapegrad.core import safetensors
from tapegrad.errors import DataLossError
from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import dtype, named
from tapegrad.torch.nn.parameter import Parameter
from tapegrad.torch.size import Size
from tapegrad.torch.tensor import Tensor, wrapped

__all__ = ["load", "save"]

_STRUCTURE = "structure"
_ADVICE = "torch.save(model.state_dict(), f) saves a model's parameters and buffers."


class _Writer:
    """Takes a nest of values apart: tensors by name, and what says how they belong together."""

    def __init__(self) -> None:
        self.arrays: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def described(self, value: Any, path: str) -> Any:
        """The JSON of a value, which begins with a letter for its kind.

        Raises
        ------
        TypeError
            If there is something else in it.
        """
        if isinstance(value, Tensor):
            known = self._names.get(id(value))
            if known is None:
                known = self._names[id(value)] = self._name(path)
                self.arrays[known] = value.detach()._value
            letter = "p" if isinstance(value, Parameter) else "t"
            return [letter, known, value.requires_grad]
        if value is None or isinstance(value, (bool, str)):
            return ["v", value]
        if isinstance(value, int):
            return ["v", int(value)]
        if isinstance(value, float):
            return ["v", value] if math.isfinite(value) else ["f", repr(value)]
        if isinstance(value, complex):
            return ["c", value.real, value.imag]
        if isinstance(value, dtype):
            return ["d", value._name]
        if isinstance(value, Size):
            return ["s", list(value)]
        if isinstance(value, dict):
            pairs = [
                [self.described(k, ""), self.described(v, f"{path}.{k}" if path else str(k))]
                for k, v in value.items()
            ]
            return ["o" if isinstance(value, OrderedDict) else "m", pairs]
        if type(value) in (list, tuple, set):
            parts = [
                self.described(v, f"{path}.{i}" if path else str(i)) for i, v in enumerate(value)
            ]
            kind = "l" if type(value) is list else "u" if type(value) is tuple else "e"
            return [kind, parts]
        raise TypeError(
            f"torch.save cannot save a {type(value).__name__}{f' at {path}' if path else ''}: only "
            f"tensors, numbers, words, and dictionaries, lists and tuples of these are saved. "
            f"{_ADVICE}"
        )

    def _name(self, path: str) -> str:
        name, more = path or "tensor", 1
        while name in self.arrays:
            name, more = f"{path}#{more}", more + 1
        return name


@documented(
    "import io\n"
    "file = io.BytesIO()\n"
    "torch.save({'w': torch.ones(2), 'epoch': 3}, file)\n"
    "_ = file.seek(0)\n"
    "torch.load(file)",
    "{'w': tensor([1., 1.]), 'epoch': 3}",
    obj="Tensors, numbers, words; dictionaries, lists and tuples of these.",
    f="A path, or a file that is open for writing bytes.",
    pickle_module="Without effect: nothing is pickled.",
    pickle_protocol="Without effect.",
    _use_new_zipfile_serialization="Without effect.",
    _disable_byteorder_record="Without effect.",
)
def save(
    obj: Any,
    f: Any,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Write tensors, and what they belong to, to a file in the safetensors format."""
    writer = _Writer()
    described = writer.described(obj, "")
    metadata = {_STRUCTURE: json.dumps(described)}
    if not hasattr(f, "write"):
        safetensors.write(Path(f), writer.arrays, metadata)
        return
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "saved.safetensors"
        safetensors.write(path, writer.arrays, metadata)
        f.write(path.read_bytes())


def _built(described: Any, tensors: dict[str, Tensor]) -> Any:
    kind, value, *rest = described
    if kind in "tp":
        tensor = tensors[value]
        if kind == "p":
            return Parameter(tensor, rest[0])
        return tensor.requires_grad_(rest[0])
    if kind == "v":
        return value
    if kind == "f":
        return float(value)
    if kind == "c":
        return complex(value, rest[0])
    if kind == "d":
        return named(value)
    if kind == "s":
        return Size(value)
    if kind in "mo":
        pairs = [(_built(k, tensors), _built(v, tensors)) for k, v in value]
        return OrderedDict(pairs) if kind == "o" else dict(pairs)
    parts = [_built(v, tensors) for v in value]
    return {"l": list, "u": tuple, "e": set}[kind](parts)


def _tensor(array: Any) -> Tensor:
    return wrapped(array if array.__class__ is not np.ndarray else np.array(array))


@documented(
    "import io\n"
    "file = io.BytesIO()\n"
    "torch.save(torch.tensor([1.0, 2.0]), file)\n"
    "_ = file.seek(0)\n"
    "torch.load(file)",
    "tensor([1., 2.])",
    f="A path, or a file that is open for reading bytes.",
    map_location="Without effect: there is only the processor.",
    pickle_module="Must not be given: nothing is unpickled.",
    weights_only="Must not be False: nothing is unpickled.",
    mmap="Without effect.",
    pickle_load_args="Without effect.",
)
def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what `save` wrote, or the tensors of any safetensors file, as a dictionary."""
    if weights_only is False or pickle_module is not None:
        raise RuntimeError(
            "tapegrad.torch never unpickles: a pickle can run any code. Load with "
            "weights_only=True."
        )
    if not hasattr(f, "read"):
        path = Path(f)
        if not path.exists():
            raise FileNotFoundError(2, "No such file or directory", str(f))
        return _loaded(path)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "saved.safetensors"
        path.write_bytes(f.read())
        return _loaded(path)


def _loaded(path: Path) -> Any:
    if zipfile.is_zipfile(path):
        raise pickle.UnpicklingError(
            "Weights only load failed: this file holds a pickle, written by PyTorch's torch.save, "
            "and tapegrad.torch never unpickles. Convert it with PyTorch: "
            "safetensors.torch.save_file(torch.load(f, weights_only=True), new)."
        )
    try:
        reader = safetensors.Reader(path)
        reader.verify()
        tensors = {name: _tensor(reader.array(name)) for name in reader.names()}
    except DataLossError as error:
        raise RuntimeError(str(error)) from None
    structure = reader.metadata.get(_STRUCTURE)
    return tensors if structure is None else _built(json.loads(structure), tensors)
