"""Lambert's W, all of its branches."""

from __future__ import annotations

from typing import Any

import numpy as np

from tapegrad.core.convert import operand
from tapegrad.core.define import general
from tapegrad.core.table import recording
from tapegrad.core.tensor import Tensor
from tapegrad.errors import InvalidArgumentError
from tapegrad.ops import transcendental  # noqa: F401 - used by rules as F.exp
from tapegrad.ops.arguments import int_argument

__all__ = ("lambertw",)


def _lambertw(x: Any, *, k: int) -> Any:
    from scipy.special import lambertw as branches

    if x.dtype.kind == "c":
        return branches(x, k).astype(x.dtype, copy=False)[()]
    w = branches(x, k)
    return np.where(w.imag == 0, w.real, np.nan).astype(x.dtype)[()]


general(
    "lambertw",
    _lambertw,
    lambda F, g, y: g * F.conj(F.exp(-y) / (1.0 + y)),
    jvps=[lambda F, t, y: t * (F.exp(-y) / (1.0 + y))],
)


def lambertw(z: Any, k: Any = 0, name: str | None = None) -> Tensor:
    r"""Lambert's W: a solution of :math:`w e^w = z`, elementwise.

    Real numbers have two real branches: 0, the principal one, from :math:`-1/e` on, where w is at
    least -1; and -1, from :math:`-1/e` to 0, where it is at most -1. Complex numbers have a branch
    for every whole number `k`. The derivative is :math:`e^{-w} / (1 + w)` [1]_, infinite at the
    branch point :math:`-1/e`.

    Parameters
    ----------
    z : Tensor
        A floating point or complex tensor of any shape.
    k : int
        The branch.
    name : str, optional
        Ignored.

    Returns
    -------
    Tensor
        Of the shape and dtype of `z`; NaN for real numbers at which the branch is not real.

    Raises
    ------
    InvalidArgumentError
        If the dtype is neither floating point nor complex, or a branch of real numbers is not one
        of the two real ones.
    TypeError
        If `k` is no integer.

    References
    ----------
    .. [1] https://dlmf.nist.gov/4.13

    Examples
    --------
    >>> import tapegrad as tf
    >>> tf.math.special.lambertw(1.0).numpy().round(4)
    np.float32(0.5671)
    >>> tf.math.special.lambertw(-0.25, k=-1).numpy().round(4)
    np.float32(-2.1533)
    """
    z = operand(z)
    branch = int_argument(k, "lambertw", "k")
    kind = z._value.dtype.kind
    if kind not in "fc" and z.dtype.name != "bfloat16":
        raise InvalidArgumentError(
            f"lambertw: tensors of dtype {z.dtype.name} are not supported. Nothing is promoted: "
            f"convert first, for example tf.cast(z, tf.float32)."
        )
    if kind != "c" and branch not in (0, -1):
        raise InvalidArgumentError(
            f"lambertw: the branch k={branch} of real numbers is complex; only k=0 and k=-1 are "
            f"real. Convert first: tf.cast(z, tf.complex128)."
        )
    return recording.lambertw(z, k=branch)  # type: ignore[no-any-return]
