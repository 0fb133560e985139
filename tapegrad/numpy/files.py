"""Arrays in files, in NumPy's formats: values, without what tapes know of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tapegrad.core.tensor import ArrayLike
from tapegrad.numpy.array import install, ndarray, tensor_of
from tapegrad.numpy.documentation import documented
from tapegrad.numpy.function import HANDLERS, faced, function, not_differentiable

__all__ = [
    "fromfile",
    "fromregex",
    "fromstring",
    "genfromtxt",
    "load",
    "loadtxt",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
]

#: For calls whose arguments NumPy checks itself.
_numpy: Any = np
_SAVED = (
    "import io\nfile = io.BytesIO()\nnp.save(file, np.ones(2))\nstart = file.seek(0)\nnp.load(file)"
)
_ARCHIVE = (
    "import io\nfile = io.BytesIO()\nnp.{}(file, a=np.ones(2))\n"
    "start = file.seek(0)\nnp.load(file)['a']"
)


def _stored(value: Any) -> Any:
    """The data of an array, which does not count as leaving a tape."""
    if isinstance(value, ArrayLike):
        return np.asarray(value._value)
    if value.__class__ in (list, tuple):
        return value.__class__([_stored(v) for v in value])
    return value


def _known(function: Any) -> Any:
    HANDLERS[getattr(np, function.__name__)] = function
    return function


@_known
@documented(
    _SAVED,
    file="A path, or a file opened for bytes.",
    allow_pickle="Whether objects may be stored that are no numbers.",
)
def save(file: Any, arr: Any, allow_pickle: bool = True) -> None:
    """Write an array to a file in NumPy's format."""
    np.save(file, _stored(arr), allow_pickle)


def _archive(name: str, summary: str) -> Any:
    model = getattr(np, name)

    def call(file: Any, *args: Any, allow_pickle: bool = True, **kwds: Any) -> None:
        arrays = {k: _stored(v) for k, v in kwds.items()}
        model(file, *map(_stored, args), allow_pickle=allow_pickle, **arrays)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = summary
    return _known(
        documented(
            _ARCHIVE.format(name),
            "array([1., 1.])",
            file="A path, or a file opened for bytes.",
            args="Arrays, which get the names arr_0, arr_1 and so on.",
            allow_pickle="Whether objects may be stored that are no numbers.",
            kwds="Arrays by name.",
        )(call)
    )


savez = _archive("savez", "Write several arrays to one file.")
savez_compressed = _archive("savez_compressed", "Write several arrays to one compressed file.")


@_known
@documented(
    "import io\nfile = io.StringIO()\nnp.savetxt(file, np.ones(2), fmt='%.1f')\nfile.getvalue()",
    fname="A path or a file.",
    X="An array with one or two axes.",
    fmt="The format of a number.",
    delimiter="What stands between numbers.",
    newline="What ends a line.",
    header="A text in front.",
    footer="A text at the end.",
    comments="What lines of these begin with.",
    encoding="The encoding of the file.",
)
def savetxt(
    fname: Any,
    X: Any,
    fmt: Any = "%.18e",
    delimiter: str = " ",
    newline: str = "\n",
    header: str = "",
    footer: str = "",
    comments: str = "# ",
    encoding: str | None = None,
) -> None:
    """Write an array to a file as text."""
    np.savetxt(fname, _stored(X), fmt, delimiter, newline, header, footer, comments, encoding)


class Archive(Mapping[str, Any]):
    """The arrays of a file that `savez` has written; each is read when it is asked for.

    Parameters
    ----------
    opened
        What `numpy.load` gave.

    Examples
    --------
    >>> import io, tapegrad.numpy as np
    >>> file = io.BytesIO()
    >>> np.savez(file, a=np.ones(2))
    >>> start = file.seek(0)
    >>> with np.load(file) as archive:
    ...     archive.files
    ['a']
    """

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self.files: list[str] = opened.files

    def __getitem__(self, key: str) -> Any:
        return faced(self._opened[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __repr__(self) -> str:
        return repr(self._opened)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._opened.close()


@documented(
    _SAVED,
    file="A path, or a file opened for bytes.",
    mmap_mode="Not supported: arrays are in memory.",
    allow_pickle="Whether objects may be read that are no numbers: unsafe with foreign files.",
    fix_imports="Whether names of Python 2 are understood in these.",
    encoding="The encoding of texts in these.",
    max_header_size="How long the description of an array may be.",
)
def load(
    file: Any,
    mmap_mode: Any = None,
    allow_pickle: bool = False,
    fix_imports: bool = True,
    encoding: Any = "ASCII",
    *,
    max_header_size: int = 10000,
) -> Any:
    """Read an array, or an `Archive` of several, from a file."""
    if mmap_mode is not None:
        raise NotImplementedError(
            "load: mmap_mode is not supported, as arrays are in memory. Use "
            "np.asarray(numpy.load(file, mmap_mode=...)[part]) for the part that is needed."
        )
    found = _numpy.load(
        file, None, allow_pickle, fix_imports, encoding, max_header_size=max_header_size
    )
    return Archive(found) if hasattr(found, "files") else faced(found)


def _to_file(self: ndarray, fid: Any, sep: str = "", format: str = "%s") -> None:
    """Write the data to a file, as bytes or as text."""
    _stored(self).tofile(fid, sep, format)


def _dump(self: ndarray, file: Any) -> None:
    """Write the data to a file by pickling."""
    _stored(self).dump(file)


def _dumps(self: ndarray) -> bytes:
    """The data pickled."""
    data: bytes = np.asarray(self._read("pickle")).dumps()
    return data


install(tofile=_to_file, dump=_dump, dumps=_dumps)

_MEANING: dict[str, Any] = {
    "fname": "A path, a file, or lines of text.",
    "file": "A path or a file.",
    "comments": "What begins a comment.",
    "delimiter": "What stands between values; by default white space.",
    "converters": "Functions that read the values of a column.",
    "skiprows": "How many lines are left out in front.",
    "usecols": "Which columns are read.",
    "unpack": "Whether columns are returned apart.",
    "ndmin": "The number of axes at least.",
    "encoding": "The encoding of the file.",
    "max_rows": "How many rows are read at most.",
    "quotechar": "What stands around values that hold delimiters.",
    "skip_header": "How many lines are left out in front.",
    "skip_footer": "How many lines are left out at the end.",
    "missing_values": "What stands for a missing value.",
    "filling_values": "What missing values become.",
    "regexp": "A regular expression whose groups are the values.",
    "count": "How many values are read; -1 means all.",
    "sep": "What stands between values; none means binary data.",
    "offset": "How many bytes are left out in front.",
}
loadtxt = not_differentiable(
    "loadtxt", "Read an array from text.", "np.loadtxt(['1 2', '3 4'])", **_MEANING
)
genfromtxt = not_differentiable(
    "genfromtxt",
    "Read an array from text in which values may be missing.",
    "np.genfromtxt(['1,2', '3,'], delimiter=',')",
    **_MEANING,
)
fromregex = not_differentiable(
    "fromregex",
    "Read an array of records from text by a regular expression.",
    "import io\nnp.fromregex(io.StringIO('a1 b2'), r'[a-z](.)', [('n', int)])['n']",
    **_MEANING,
)
fromfile = not_differentiable(
    "fromfile",
    "Read an array from a binary file.",
    "import tempfile\n"
    "with tempfile.TemporaryFile() as file:\n"
    "    count = file.write(bytes([1, 2])) + file.seek(0)\n"
    "    np.fromfile(file, np.uint8)",
    result="array([1, 2], dtype=uint8)",
    **_MEANING,
)


@function("np.fromstring('1 2 3', sep=' ')", string="A text.", **_MEANING)
def fromstring(
    string: str, dtype: Any = float, count: int = -1, *, sep: str, like: Any = None
) -> Any:
    """Read an array from a text of numbers."""
    return tensor_of(_numpy.fromstring(string, dtype, count, sep=sep))
