"""``tf.config``: devices, and whether functions run as plain Python."""

from __future__ import annotations

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
    "functions_run_eagerly",
    "list_logical_devices",
    "list_physical_devices",
    "run_functions_eagerly",
]
