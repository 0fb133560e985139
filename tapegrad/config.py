"""``tf.config``: devices, whether functions run as plain Python, where kernels are kept."""

from __future__ import annotations

from tapegrad.compiler.cache import cache_directory, clear_cache, set_cache_directory
from tapegrad.compiler.eager import fused_gradients, set_fused_gradients
from tapegrad.compiler.settings import functions_run_eagerly, run_functions_eagerly
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
    "functions_run_eagerly",
    "fused_gradients",
    "list_logical_devices",
    "list_physical_devices",
    "run_functions_eagerly",
    "set_cache_directory",
    "set_fused_gradients",
]
