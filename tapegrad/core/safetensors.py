"""Files of named arrays in the safetensors format.

Eight bytes with the length of the header (little-endian), the header (JSON: name -> dtype, shape
and place), then the arrays one after the other. Nothing in such a file is ever executed.
See https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from tapegrad.core.dtypes import numpy_dtype
from tapegrad.errors import DataLossError, NotFoundError

SUFFIX = ".safetensors"

_CODES = {
    "bool": "BOOL",
    "uint8": "U8",
    "int8": "I8",
    "uint16": "U16",
    "int16": "I16",
    "float16": "F16",
    "bfloat16": "BF16",
    "uint32": "U32",
    "int32": "I32",
    "float32": "F32",
    "uint64": "U64",
    "int64": "I64",
    "float64": "F64",
}
_NAMES = {code: name for name, code in _CODES.items()}
_PARTS = {"complex64": np.dtype(np.float32), "complex128": np.dtype(np.float64)}

_MAX_HEADER = 100_000_000  # the format's own limit
_BLOCK = 1 << 20


def write(path: Path, arrays: Mapping[str, Any], metadata: Mapping[str, str]) -> None:
    """Write arrays to a file that is complete or not there at all.

    Complex arrays are stored as pairs of numbers along a new last axis, which `metadata` says.

    Raises
    ------
    TypeError
        If an array is of a dtype that the format does not have, such as strings.
    """
    header: dict[str, Any] = {}
    chunks: list[Any] = []
    complex_names, place, checksum = [], 0, 0
    for name, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.name in _PARTS:
            complex_names.append(name)
            array = np.stack([array.real, array.imag], axis=-1)
        code = _CODES.get(array.dtype.name)
        if code is None:
            raise TypeError(
                f"Cannot save {name!r}: the safetensors format has no dtype for {array.dtype}. "
                f"Numbers and bools can be saved."
            )
        shape = list(array.shape)
        array = np.ascontiguousarray(array)
        if array.dtype.byteorder == ">":
            array = array.astype(array.dtype.newbyteorder("<"))
        data: Any = array.reshape(-1).view(np.uint8)
        checksum = zlib.crc32(data, checksum)
        header[name] = {
            "dtype": code,
            "shape": shape,
            "data_offsets": [place, place + data.size],
        }
        place += data.size
        chunks.append(data)
    about = {**metadata, "complex": json.dumps(complex_names), "crc32": str(checksum)}
    text = json.dumps({"__metadata__": about, **header}).encode()
    text += b" " * (-len(text) % 8)
    replace_file(path, [len(text).to_bytes(8, "little"), text, *chunks])


def replace_file(path: Path, chunks: list[Any]) -> None:
    """Write a file beside its final place, then put it there in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


class Reader:
    """A file of named arrays, open for reading by name.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    NotFoundError
        If it does not exist.
    DataLossError
        If it is no complete file of this format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.is_dir():
            raise DataLossError(
                f"Unable to open {path}: it is a directory. tf.train.latest_checkpoint(directory) "
                f"gives the path of the checkpoint in it."
            )
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                start = file.read(8)
                length = int.from_bytes(start, "little")
                if len(start) < 8 or length > min(size - 8, _MAX_HEADER):
                    raise self._damaged("it is too short for its header")
                text = file.read(length)
        except FileNotFoundError:
            raise NotFoundError(
                f"Error when restoring from checkpoint: there is no file {path}. Please "
                f"double-check that the path is correct. You may be missing the number of the "
                f"checkpoint (e.g. the '-1' in 'path/to/ckpt-1')."
            ) from None
        try:
            header = json.loads(text)
            self.metadata: dict[str, str] = dict(header.pop("__metadata__", {}))
            self._complex = set(json.loads(self.metadata.get("complex", "[]")))
            self._entries = {name: self._entry(entry) for name, entry in header.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(f"its header cannot be read ({error})") from error
        self._data = 8 + length
        self._size = size - self._data
        places = sorted(place for *_, place in self._entries.values())
        end = 0
        for begin, stop in places:
            if begin != end:
                raise self._damaged("its arrays do not lie one after the other")
            end = stop
        if end != self._size:
            raise self._damaged(f"it should hold {end} bytes of arrays, but holds {self._size}")

    @staticmethod
    def _entry(entry: Any) -> tuple[str, list[int], tuple[int, int]]:
        shape = [int(n) for n in entry["shape"]]
        begin, stop = (int(n) for n in entry["data_offsets"])
        code = entry["dtype"]
        if code not in _NAMES:
            raise ValueError(f"unknown dtype {code!r}")
        if min([*shape, begin], default=0) < 0:
            raise ValueError("a negative size")
        if stop - begin != prod(shape) * numpy_dtype(_NAMES[code]).itemsize:
            raise ValueError("an array whose size is not that of its shape")
        return _NAMES[code], shape, (begin, stop)

    def _damaged(self, why: str) -> DataLossError:
        return DataLossError(
            f"Unable to read {self.path}: {why}. The file is damaged, or in another format than "
            f"safetensors."
        )

    def names(self) -> list[str]:
        """The names of all arrays, sorted."""
        return sorted(self._entries)

    def shape(self, name: str) -> list[int]:
        """The shape of an array."""
        shape = list(self._find(name)[1])
        return shape[:-1] if name in self._complex else shape

    def dtype(self, name: str) -> np.dtype[Any]:
        """The dtype of an array."""
        dtype = numpy_dtype(self._find(name)[0])
        if name in self._complex:
            return np.result_type(dtype, np.complex64)
        return dtype

    def array(self, name: str) -> Any:
        """An array; a NumPy scalar for shape ``()``."""
        _, shape, (begin, stop) = self._find(name)
        with self.path.open("rb") as file:
            file.seek(self._data + begin)
            data = bytearray(file.read(stop - begin))
        if len(data) != stop - begin:
            raise self._damaged("it became shorter while it was read")
        stored = numpy_dtype(self._entries[name][0])
        array = np.frombuffer(data, stored.newbyteorder("<")).astype(stored, copy=False)
        if name in self._complex:
            array, shape = array.view(self.dtype(name)), shape[:-1]
        return array.reshape(shape)[()]

    def verify(self) -> None:
        """DataLossError unless the arrays are those that were written."""
        wanted = self.metadata.get("crc32")
        if wanted is None:  # written by another program
            return
        checksum = 0
        with self.path.open("rb") as file:
            file.seek(self._data)
            while block := file.read(_BLOCK):
                checksum = zlib.crc32(block, checksum)
        if str(checksum) != wanted:
            raise self._damaged("its checksum is wrong")

    def _find(self, name: str) -> tuple[str, list[int], tuple[int, int]]:
        if name not in self._entries:
            raise NotFoundError(
                f"Key {name} not found in checkpoint {self.path}. It has "
                f"{', '.join(self.names()) or 'none'}."
            )
        return self._entries[name]
