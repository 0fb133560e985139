"""``tf.config``: devices, threads, functions run as plain Python, where kernels are kept."""

from __future__ import annotations

from tapegrad.compiler.cache import cache_directory, clear_cache, set_cache_directory
from tapegrad.compiler.eager import eager_kernels, set_eager_kernels
from tapegrad.compiler.settings import functions_run_eagerly, run_functions_eagerly
from tapegrad.config import threading
from tapegrad.ops.devices import (
    LogicalDevice,
    PhysicalDevice,
    list_logical_devices,
    list_physical_devices,
)

__all__ = [
    "LogicalDevice",
    "PhysicalDevice",
    "cache_directory",
    "clear_cache",
    "eager_kernels",
    "functions_run_eagerly",
    "list_logical_devices",
    "list_physical_devices",
    "run_functions_eagerly",
    "set_cache_directory",
    "set_eager_kernels",
    "threading",
]
