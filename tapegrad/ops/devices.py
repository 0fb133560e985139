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
    """A device of the machine.

    Parameters
    ----------
    name
        ``"/physical_device:CPU:0"``.
    device_type
        ``"CPU"``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.list_physical_devices()
    [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    """

    name: str
    device_type: str


class LogicalDevice(NamedTuple):
    """A device as programs see it.

    Parameters
    ----------
    name
        ``"/device:CPU:0"``.
    device_type
        ``"CPU"``.

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.config.list_logical_devices()
    [LogicalDevice(name='/device:CPU:0', device_type='CPU')]
    """

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices of the machine.

    Parameters
    ----------
    device_type
        ``"CPU"`` or ``"GPU"``; None for all.

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
    """The devices as programs see them.

    Parameters
    ----------
    device_type
        ``"CPU"`` or ``"GPU"``; None for all.

    Examples
    --------
    >>> import tapegrad as tf
    >>> [device.name for device in tf.config.list_logical_devices("CPU")]
    ['/device:CPU:0']
    """
    devices = [LogicalDevice("/device:CPU:0", "CPU")]
    return [d for d in devices if device_type in (None, d.device_type)]
