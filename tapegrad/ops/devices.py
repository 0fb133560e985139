"""Devices: there is one, this machine's processor."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "LogicalDevice",
    "PhysicalDevice",
    "list_logical_devices",
    "list_physical_devices",
]


class PhysicalDevice(NamedTuple):
    """A device of the machine."""

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of a type, ``"CPU"`` for example, or all.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [device.name for device in tf.config.list_physical_devices()]
    ['/physical_device:CPU:0']
    >>> tf.config.list_physical_devices("GPU")
    []
    """
    devices = [PhysicalDevice("/physical_device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The same for the devices as programs see them."""
    devices = [LogicalDevice("/device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]
