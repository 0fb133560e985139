"""Anomaly detection: which operation made a NaN, and where it was called."""

from __future__ import annotations

import traceback
import warnings
from typing import Any

import numpy as np

from tapegrad.torch.node import Node

__all__ = [
    "detect_anomaly",
    "is_anomaly_check_nan_enabled",
    "is_anomaly_enabled",
    "set_detect_anomaly",
]


class _Check:
    """Raises for a node that returned NaN, if that is switched on."""

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True

    def __call__(self, node: Node, gradients: dict[int, Any]) -> None:
        if not (self.enabled and self.check_nan):
            return
        for position, x in enumerate(node.ids):
            g = gradients.get(x)
            array = getattr(g, "_value", g)
            if array is not None and array.dtype.kind in "fc" and np.isnan(array).any():
                where = node.__dict__.get("_traceback")
                if where:
                    warnings.warn(
                        f"Error detected in {node.name()}. Traceback of forward call that caused "
                        f"the error:\n{where}",
                        stacklevel=2,
                    )
                raise RuntimeError(
                    f"Function '{node.name()}' returned nan values in its {position}th output."
                )


check_gradient = _Check()


def remember_call(node: Node) -> None:
    """Keep the traceback of the call that made a node, if anomalies are looked for."""
    if check_gradient.enabled:
        node.__dict__["_traceback"] = "".join(traceback.format_stack()[:-3])


class set_detect_anomaly:
    """Switch the search for NaN in backward passes on or off; as a context manager for a block.

    Parameters
    ----------
    mode
        Whether to look.
    check_nan
        Whether a NaN is an error, or only errors get their forward traceback.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> with torch.autograd.set_detect_anomaly(True):
    ...     torch.is_anomaly_enabled()
    True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = check_gradient.enabled, check_gradient.check_nan
        check_gradient.enabled, check_gradient.check_nan = bool(mode), check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        check_gradient.enabled, check_gradient.check_nan = self._before


class detect_anomaly(set_detect_anomaly):
    """Look for NaN in the backward passes of a block: the error names the forward operation.

    Parameters
    ----------
    check_nan
        Whether a NaN is an error, or only errors get their forward traceback.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"), torch.autograd.detect_anomaly():
    ...     torch.is_anomaly_enabled()
    True
    """

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should "
            "only be enabled for debugging.",
            stacklevel=2,
        )
        super().__init__(True, check_nan)

    def __enter__(self) -> None:
        check_gradient.enabled = True


def is_anomaly_enabled() -> bool:
    """Whether NaN in backward passes are looked for.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.is_anomaly_enabled()
    False
    """
    return check_gradient.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a NaN in a backward pass is an error then.

    Examples
    --------
    >>> import tapegrad.torch as torch
    >>> torch.is_anomaly_check_nan_enabled()
    True
    """
    return check_gradient.check_nan
