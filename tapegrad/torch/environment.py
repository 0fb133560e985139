"""What programs ask for and set besides computing: limits of types, threads, modes, versions."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tapegrad.torch.documentation import documented
from tapegrad.torch.dtypes import dtype as _dtype
from tapegrad.torch.dtypes import get_default_dtype
from tapegrad.torch.size import CPU
from tapegrad.torch.size import device as _device
from tapegrad.torch.tensor import Tensor

__all__ = [
    "are_deterministic_algorithms_enabled",
    "compile",
    "finfo",
    "get_default_device",
    "get_deterministic_debug_mode",
    "get_device",
    "get_float32_matmul_precision",
    "get_num_interop_threads",
    "get_num_threads",
    "iinfo",
    "is_conj",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_inference",
    "is_neg",
    "is_same_size",
    "is_signed",
    "is_storage",
    "is_warn_always_enabled",
    "set_default_device",
    "set_deterministic_debug_mode",
    "set_float32_matmul_precision",
    "set_flush_denormal",
    "set_num_interop_threads",
    "set_num_threads",
    "set_warn_always",
    "typename",
    "use_deterministic_algorithms",
]


class finfo:
    """The limits of a floating point type.

    Parameters
    ----------
    type
        The type; by default that of Python floats.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.finfo(torch.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: _dtype | None = None) -> None:
        found = get_default_dtype() if type is None else type
        if not (found.is_floating_point or found.is_complex):
            raise TypeError(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle "
                "'torch.finfo'"
            )
        real = found.to_real()
        self.dtype = real._name
        self.bits = real.itemsize * 8
        if real._name == "bfloat16":
            self.eps, self.resolution = 2.0**-7, 0.01
            self.max, self.tiny = (2.0 - 2.0**-7) * 2.0**127, 2.0**-126
        else:
            info = np.finfo(real.numpy_dtype)
            self.eps, self.resolution = float(info.eps), 10.0**-info.precision
            self.max, self.tiny = float(info.max), float(info.tiny)
        self.min, self.smallest_normal = -self.max, self.tiny

    def __repr__(self) -> str:
        return (
            f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, "
            f"eps={self.eps:g}, smallest_normal={self.tiny:g}, tiny={self.tiny:g}, "
            f"dtype={self.dtype})"
        )


class iinfo:
    """The limits of an integer type.

    Parameters
    ----------
    type
        The type.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.iinfo(torch.int8).max
    127
    """

    def __init__(self, type: _dtype) -> None:
        if type.is_floating_point or type.is_complex or type._name == "bool":
            raise TypeError(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle "
                "'torch.iinfo'"
            )
        info = np.iinfo(type.numpy_dtype)
        self.dtype, self.bits = type._name, int(info.bits)
        self.min, self.max = int(info.min), int(info.max)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


# Questions


@documented("torch.typename(torch.ones(1))", "", obj="Anything.")
def typename(obj: Any, /) -> str:
    """The name of an object's type, for tensors with their element type."""
    if isinstance(obj, Tensor):
        return str(obj.type())
    kind = obj if isinstance(obj, type) else type(obj)
    module = kind.__module__
    if module.startswith("tapegrad.torch"):
        module = "torch"
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


@documented("torch.is_storage(torch.ones(1))", "", obj="Anything.", _="")
def is_storage(obj: Any, /) -> bool:
    """False: memory is NumPy's, there are no storages."""
    return False


@documented("torch.is_same_size(torch.ones(2), torch.zeros(2))", "", other="Another tensor.")
def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have one shape."""
    return bool(input._value.shape == other._value.shape)


@documented("torch.is_signed(torch.ones(1))", "")
def is_signed(input: Tensor) -> bool:
    """Whether there are negative numbers of the tensor's type."""
    return input.is_signed()


@documented("torch.is_inference(torch.ones(1))", "")
def is_inference(input: Tensor) -> bool:
    """Whether a tensor was made in `inference_mode`."""
    return input.is_inference()


@documented("torch.is_conj(torch.ones(1))", "")
def is_conj(input: Tensor) -> bool:
    """False: conjugates are computed at once."""
    return False


@documented("torch.is_neg(torch.ones(1))", "")
def is_neg(input: Tensor) -> bool:
    """False: negatives are computed at once."""
    return False


@documented("torch.get_device(torch.ones(1))", "")
def get_device(input: Tensor) -> int:
    """-1: the processor."""
    return -1


# Settings

_settings: dict[str, Any] = {
    "threads": None,
    "interop threads": None,
    "deterministic": False,
    "warn only": False,
    "precision": "highest",
    "warn always": False,
}


def _count(name: str, wanted: Any) -> int:
    if isinstance(wanted, bool) or not hasattr(wanted, "__index__"):
        raise TypeError(f"{name} expects an int, but got {type(wanted).__name__}")
    if int(wanted) <= 0:
        raise RuntimeError(f"{name} expects a positive integer")
    return int(wanted)


@documented("torch.get_num_threads() > 0", "")
def get_num_threads() -> int:
    """How many threads the program asked for; by default the number of processors.

    NumPy's own threads are set by its environment, such as ``OMP_NUM_THREADS``.
    """
    return int(_settings["threads"] or os.cpu_count() or 1)


@documented("torch.set_num_threads(torch.get_num_threads())", "", num="How many.")
def set_num_threads(num: int, /) -> None:
    """Remember how many threads are asked for, for `get_num_threads`; nothing else changes."""
    _settings["threads"] = _count("set_num_threads", num)


@documented("torch.get_num_interop_threads() > 0", "")
def get_num_interop_threads() -> int:
    """How many threads between operations the program asked for; operations run one by one."""
    return int(_settings["interop threads"] or os.cpu_count() or 1)


@documented("torch.set_num_interop_threads(torch.get_num_interop_threads())", "", num="How many.")
def set_num_interop_threads(num: int, /) -> None:
    """Remember how many threads are asked for; nothing else changes."""
    _settings["interop threads"] = _count("set_num_interop_threads", num)


@documented("torch.use_deterministic_algorithms(False)", "", mode="Whether.", warn_only="Or warn.")
def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Remember the wish; all operations here give the same result every time anyway."""
    _settings["deterministic"], _settings["warn only"] = bool(mode), bool(warn_only)


@documented("torch.are_deterministic_algorithms_enabled()", "")
def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was told."""
    return bool(_settings["deterministic"])


@documented("torch.is_deterministic_algorithms_warn_only_enabled()", "")
def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """What `use_deterministic_algorithms` was told by ``warn_only``."""
    return bool(_settings["warn only"])


@documented("torch.get_deterministic_debug_mode()", "")
def get_deterministic_debug_mode() -> int:
    """0, 1 for warnings or 2 for errors."""
    return 0 if not _settings["deterministic"] else 1 if _settings["warn only"] else 2


@documented("torch.set_deterministic_debug_mode('default')", "", debug_mode="0, 1, 2 or a name.")
def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """The same as `use_deterministic_algorithms`, by ``'default'``, ``'warn'`` or ``'error'``."""
    names = ("default", "warn", "error")
    if isinstance(debug_mode, str):
        if debug_mode not in names:
            raise RuntimeError(
                "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got "
                f"{debug_mode}"
            )
        debug_mode = names.index(debug_mode)
    if debug_mode not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}"
        )
    use_deterministic_algorithms(debug_mode > 0, warn_only=debug_mode == 1)


@documented("torch.get_float32_matmul_precision()", "")
def get_float32_matmul_precision() -> str:
    """What `set_float32_matmul_precision` was told."""
    return str(_settings["precision"])


@documented(
    "torch.set_float32_matmul_precision('highest')",
    "",
    precision="``'highest'``, ``'high'`` or ``'medium'``.",
)
def set_float32_matmul_precision(precision: str) -> None:
    """Remember the wish; products are computed in full precision."""
    if precision not in ("highest", "high", "medium"):
        warnings.warn(
            f"{precision} is not one of 'highest', 'high', or 'medium'; the current"
            f"setFloat32MatmulPrecision call has no effect.",
            UserWarning,
            stacklevel=2,
        )
        return
    _settings["precision"] = precision


@documented("torch.set_warn_always(False)", "", b="Whether.")
def set_warn_always(b: bool, /) -> None:
    """Whether warnings that are given once are given every time."""
    if not isinstance(b, bool):
        raise TypeError(f"setWarnOnlyOnce expects a bool, but got {type(b).__name__}")
    _settings["warn always"] = b


@documented("torch.is_warn_always_enabled()", "")
def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was told."""
    return bool(_settings["warn always"])


@documented("torch.set_flush_denormal(False)", "False", mode="Whether.")
def set_flush_denormal(mode: bool) -> bool:
    """False: numbers close to zero stay what they are."""
    return False


@documented("torch.get_default_device()", "")
def get_default_device() -> _device:
    """Where tensors are made: on the processor."""
    return CPU


@documented("torch.set_default_device('cpu')", "", device="The processor.")
def set_default_device(device: Any) -> None:
    """Accept the processor; RuntimeError for any other device."""
    if device is not None:
        _device(device)


@documented(
    "torch.compile(lambda x: x + 1)(torch.ones(1))",
    "tensor([2.])",
    model="A function or a module.",
    fullgraph="Without effect.",
    dynamic="Without effect.",
    backend="Without effect.",
    mode="Without effect.",
    options="Without effect.",
    disable="Without effect.",
)
def compile(
    model: Callable[..., Any] | None = None,
    *,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    backend: Any = "inductor",
    mode: str | None = None,
    options: Any = None,
    disable: bool = False,
) -> Any:
    """The function or module itself, uncompiled: results are the same, and so is the speed.

    Use `tapegrad.function` to compile functions of the TensorFlow dialect.
    """
    if model is None:
        return functools.partial(compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend)
    return model
